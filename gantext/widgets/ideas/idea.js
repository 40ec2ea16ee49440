// What small figures share: one picture, a sentence whose numbers are dragged, and marks that carry their names.
import { OWN_KEYS, clamp, figure, html, number, signed, speaker, svg, whole, write } from "../core.js";
import { handle, plot, words } from "../plot.js";

const TRAVEL = 240; // pixels of dragging from a number's lowest value to its highest

// The nearest value that a control has.
const settled = ([low, high, step], value) => {
  const steps = Math.round((clamp(value, low, high) - low) / step);
  return Number(Math.min(low + steps * step, high).toFixed(9));
};

// A figure of one idea. `made` is what Python knows of it: RANGES of its state, WORDS with its sentence, DIGITS of its
// numbers, NAMES of what is dragged. `compute(state)` finds the numbers, by the names of the sentence; `build(scene)`
// draws what stands still, and returns `draw(state, numbers)`, which returns the picture. `styles` gives numbers the
// colours of their marks.
export const idea = (title, made, compute, build, styles = {}) => {
  const checks = {};
  for (const [name, [low, high, step]] of Object.entries(made.RANGES))
    checks[name] = Number.isInteger(step) ? whole(low, high) : number(low, high);
  return figure(title, checks, (ui) => {
    const place = html("div", { class: "idea" });
    ui.root.append(place);
    const set = (changes) => {
      const rounded = Object.entries(changes).map(([name, value]) => [name, settled(made.RANGES[name], value)]);
      ui.set(Object.fromEntries(rounded));
    };
    const scene = { ...ui, place, set, made, grip: (plan, name, options) => grip(plan, { ui, set, made }, name, options) };
    const draw = build(scene);
    const say = story(ui, place, made, set, styles);
    return (state) => {
      const numbers = compute(state);
      const text = say(numbers);
      const plan = draw(state, numbers);
      plan.describe(text);
    };
  });
};

// The sentence. A name in braces is a number; one that is part of the state can be dragged.
const story = (ui, parent, { RANGES, WORDS, DIGITS, NAMES }, set, styles) => {
  const line = html("p", { class: "sentence" });
  const parts = {};
  WORDS.sentence.split(/\{(\w+)\}/).forEach((text, i) => {
    if (i % 2 === 0) return line.append(text);
    parts[text] = html("span", { "data-number": text, class: styles[text] });
    line.append(RANGES[text] ? scrub(ui, parts[text], text, RANGES[text], NAMES[text], set) : parts[text]);
  });
  parent.append(line);
  const speak = speaker(ui, ui.root); // a screen reader can read the line itself, too
  return (numbers) => {
    for (const [name, part] of Object.entries(parts)) {
      const value = numbers[name];
      part.dataset.value = String(value);
      write(part, typeof value === "string" ? value : signed(value, DIGITS[name]));
      part.show?.(value);
    }
    const text = line.textContent;
    speak(text);
    return text;
  };
};

const scrub = (ui, told, name, range, label, set) => {
  const [low, high, step] = range;
  const input = html("input", { ...OWN_KEYS, type: "range", min: low, max: high, step, "aria-label": label,
    oninput: () => set({ [name]: Number(input.value) }) });
  const box = html("span", { class: "scrub" }, told, input);
  told.setAttribute("aria-hidden", "true"); // the slider says it
  told.show = (value) => {
    if (Number(input.value) !== value) input.value = value;
    input.setAttribute("aria-valuetext", told.textContent);
  };
  let from;
  box.addEventListener("touchstart", (event) => event.preventDefault(), { passive: false }); // it is no scroll
  box.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || !event.isPrimary) return;
    event.preventDefault();
    input.focus({ preventScroll: true });
    box.setPointerCapture(event.pointerId);
    from = { x: event.clientX, value: ui.state[name] };
  });
  box.addEventListener("pointermove", (event) => {
    if (!box.hasPointerCapture(event.pointerId)) return;
    set({ [name]: from.value + ((event.clientX - from.x) * (high - low)) / TRAVEL });
  });
  return box;
};

// A handle for a number of the state. `of(x, y)` turns a place in the picture into changes of the state. It moves along one
// axis, `unit` of the picture for a unit of the number. `body` is what can be grabbed, as for `handle`.
const grip = (plan, { ui, set, made }, what, { style, of, axis = "x", unit = 1, body }) => {
  const [low, high, step] = made.RANGES[what];
  const size = step * unit; // a key that raises the number may lower the handle
  const ends = unit > 0 ? [-Infinity, Infinity] : [Infinity, -Infinity]; // `set` stays within the range
  const update = handle(plan, { label: made.NAMES[what], style, radius: 7, body, step: axis === "x" ? [size, 0] : [0, size],
    ends: [ends, ends], onMove: (x, y) => set(of(x, y)) });
  return ([x, y]) => {
    const value = ui.state[what];
    update({ x, y, told: signed(value, made.DIGITS[what]), now: value, low, high });
  };
};

// A picture without axes, whose middle is the middle of its place.
export const stage = (parent, { x, y, width = 360, height = 240, margin = 14 }) => {
  const plan = plot(parent, { label: "", x, y, width, height, handles: true });
  plan.svg.classList.add("bare");
  plan.x.range([margin, width - margin]);
  plan.y.range([height - margin, margin]);
  return plan;
};

// The name of a mark, `right` and `down` pixels from its place. `style` may have it end there (left), or in the middle.
export const name = (on, plan, style, text, [right, down] = [0, 0]) => {
  const anchor = { left: "end", middle: "middle" }[style.split(" ")[1]];
  const put = words(on, plan, style, { dx: right, dy: down, anchor });
  return ([x, y], told = text) => put(x, y, told);
};

// A rectangle between two corners.
export const block = (on, plan, style) => {
  const element = svg("rect", { class: style });
  on.append(element);
  return ([x0, y0], [x1, y1]) => {
    element.setAttribute("x", Math.min(plan.x(x0), plan.x(x1)));
    element.setAttribute("y", Math.min(plan.y(y0), plan.y(y1)));
    element.setAttribute("width", Math.abs(plan.x(x1) - plan.x(x0)));
    element.setAttribute("height", Math.abs(plan.y(y1) - plan.y(y0)));
  };
};

// A line with a head, from a place to a place.
export const arrow = (on, plan, style) => {
  const element = svg("path", { class: style });
  on.append(element);
  return ([x0, y0], [x1, y1]) => {
    const [px, py, qx, qy] = [plan.x(x0), plan.y(y0), plan.x(x1), plan.y(y1)];
    const length = Math.hypot(qx - px, qy - py);
    const [ux, uy] = length > 0 ? [(qx - px) / length, (qy - py) / length] : [0, 0];
    const size = Math.min(9, length / 2);
    const side = (sign) => `${(qx - size * (ux + sign * 0.5 * uy)).toFixed(2)} ${(qy - size * (uy - sign * 0.5 * ux)).toFixed(2)}`;
    element.setAttribute("d", `M${px.toFixed(2)} ${py.toFixed(2)}L${qx.toFixed(2)} ${qy.toFixed(2)}M${side(1)}L${qx.toFixed(2)} ${qy.toFixed(2)}L${side(-1)}`);
  };
};
