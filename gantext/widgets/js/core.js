// What every figure shares: its life in a host, its controls, its axes. A host gives `model` (get, set, on, off,
// save_changes) and `el`, as anywidget defines them.
import { d3 } from "./d3.js";

// Elements ---------------------------------------------------------------------------------------------------

const make = (element, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};

export const html = (tag, attributes = {}, ...children) => make(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  make(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// On what takes keys: Jupyter would else take an arrow key for a command of its own.
const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

let serial = 0;
const fresh = (word) => `gantext-${word}-${++serial}`;

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

// Checks of the state: each returns what it expected, or nothing --------------------------------------------

export const number = (low = -Infinity, high = Infinity) => (value) =>
  typeof value === "number" && value >= low && value <= high
    ? ""
    : `a number${Number.isFinite(low) ? ` from ${low}` : ""}${Number.isFinite(high) ? ` to ${high}` : ""}`;

export const whole = (low, high) => (value) =>
  Number.isInteger(value) && value >= low && value <= high ? "" : `a whole number from ${low} to ${high}`;

export const flag = (value) => (typeof value === "boolean" ? "" : "true or false");

export const oneOf = (names) => (value) => (names.includes(value) ? "" : `one of ${names.join(", ")}`);

export const vector = (low = -Infinity, high = Infinity, length) => (value) =>
  Array.isArray(value) && value.length > 0 && (length === undefined || value.length === length)
    && value.every((v) => !number(low, high)(v))
    ? ""
    : `a list of ${length ?? ""} finite numbers`.replace("  ", " ");

const show = (value) => {
  const text = value === undefined ? "nothing" : Number.isNaN(value) ? "NaN" : JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

// A figure's life -------------------------------------------------------------------------------------------

// `checks` names the state and checks it; `build(ui)` makes the elements and returns `update(state)`, which
// shows a state, and is called at most once a frame. A state that cannot be shown puts a message in the
// figure's place; the next one that can brings the figure back.
export const figure = (name, checks, build) => ({
  render({ model, el }) {
    const root = html("div", { class: "gantext-figure", role: "group", "aria-label": name });
    el.append(root);
    let update, frame, saving;
    let stop = [];

    const read = () => {
      const state = {};
      for (const [key, check] of Object.entries(checks)) {
        state[key] = model.get(key);
        const expected = check(state[key]);
        if (expected) throw new Error(`${key}: expected ${expected}, got ${show(state[key])}.`);
      }
      return state;
    };
    const clear = () => {
      for (const end of stop) end();
      stop = [];
      update = undefined;
    };
    const draw = () => {
      frame = undefined;
      try {
        const state = read();
        if (!update) {
          root.replaceChildren();
          update = build({ root, set, state, onRemove: (end) => stop.push(end) });
        }
        update(state);
      } catch (error) {
        clear();
        root.replaceChildren(
          html("p", { class: "message", role: "alert" }, `The figure ${name} cannot be drawn. ${error.message}`));
      }
    };
    const later = () => {
      frame ??= requestAnimationFrame(draw);
    };
    const set = (changes) => {
      for (const [key, value] of Object.entries(changes)) model.set(key, value);
      later();
      // A kernel need not hear of every pixel of a movement.
      saving ??= setTimeout(() => {
        saving = undefined;
        model.save_changes();
      }, 100);
    };

    const keys = Object.keys(checks);
    for (const key of keys) model.on(`change:${key}`, later);
    draw();
    return () => {
      cancelAnimationFrame(frame);
      clear();
      for (const key of keys) model.off(`change:${key}`, later);
    };
  },
});

// Controls: native elements, each with its name -------------------------------------------------------------

export const row = (parent) => {
  const element = html("div", { class: "controls" });
  parent.append(element);
  return element;
};

// `words` says a value; by default its digits do.
export const slider = (parent, { label, low, high, step, digits = 2, words = (v) => signed(v, digits), onInput }) => {
  const id = fresh("slider");
  const told = html("output", { for: id });
  const input = html("input", { ...OWN_KEYS, type: "range", id, min: low, max: high, step,
    oninput: () => onInput(Number(input.value)) });
  const box = html("div", { class: "control" }, html("label", { for: id }, label), input, told);
  parent.append(box);
  return (value, hidden = false) => {
    box.hidden = hidden;
    if (Number(input.value) !== value) input.value = value;
    told.value = words(value);
    input.setAttribute("aria-valuetext", told.value);
  };
};

export const choice = (parent, { label, options, onInput }) => {
  const id = fresh("choice");
  const list = html("select", { ...OWN_KEYS, id, onchange: () => onInput(list.value) });
  for (const [value, text] of options) list.append(html("option", { value }, text));
  const box = html("div", { class: "control" }, html("label", { for: id }, label), list);
  parent.append(box);
  return (value, allowed) => {
    list.value = value;
    if (allowed) for (const option of list.options) option.disabled = !allowed.includes(option.value);
  };
};

export const button = (parent, text, onClick) => {
  const element = html("button", { ...OWN_KEYS, type: "button", onclick: onClick }, text);
  parent.append(element);
  return element;
};

// Calls `step()` again and again while it plays, `perSecond` times a second (twice, for a reader who asked for
// less motion), until it returns false.
export const player = (ui, parent, { step, perSecond = 30, name = "" }) => {
  let timer, before;
  const play = button(parent, "Play", () => (timer ? pause() : start()));
  const pause = () => {
    cancelAnimationFrame(timer);
    timer = undefined;
    play.textContent = "Play";
    play.setAttribute("aria-label", `Play ${name}`.trim());
  };
  const tick = (now) => {
    const wait = 1000 / (calm() ? Math.min(2, perSecond) : perSecond);
    if (before === undefined || now - before >= wait - 1) {
      before = now;
      if (step() === false) return pause();
    }
    timer = requestAnimationFrame(tick);
  };
  const start = () => {
    before = undefined;
    play.textContent = "Pause";
    play.setAttribute("aria-label", `Pause ${name}`.trim());
    timer = requestAnimationFrame(tick);
  };
  const one = button(parent, "Step", () => {
    pause();
    step();
  });
  one.setAttribute("aria-label", `One step of ${name}`);
  pause();
  ui.onRemove(pause);
  return { pause, start, playing: () => timer !== undefined };
};

// Numbers and words -----------------------------------------------------------------------------------------

// Shows numbers with their names; `data-value` keeps all their digits.
export const numbers = (parent, names) => {
  const list = html("dl", { class: "numbers" });
  const places = new Map();
  for (const [key, label, digits = 3] of names) {
    const value = html("dd", { "data-number": key });
    const box = html("div", {}, html("dt", {}, label), value);
    list.append(box);
    places.set(key, { box, value, digits });
  }
  parent.append(list);
  return (found) => {
    for (const [key, { box, value, digits }] of places) {
      box.hidden = found[key] === undefined;
      if (box.hidden) continue;
      value.dataset.value = String(found[key]);
      value.textContent = typeof found[key] === "number" ? signed(found[key], digits) : found[key];
    }
  };
};

// Rounded half up, with a minus sign; the last bits make no difference (as `fixed` in Python).
export const signed = (value, digits) => {
  const tidy = Math.round(value * 1e9) / 1e9;
  const text = Number.isFinite(tidy) ? tidy.toFixed(digits) : String(value).replace("Infinity", "∞");
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};

// One sentence on what is seen. Screen readers hear it when the figure has come to rest.
export const sentence = (ui, parent) => {
  const place = html("p", { class: "sentence", role: "status" });
  parent.append(place);
  let timer, next;
  ui.onRemove(() => clearTimeout(timer));
  return (text) => {
    if (text === next) return;
    next = text;
    clearTimeout(timer);
    if (!place.textContent) place.textContent = text;
    timer = setTimeout(() => {
      place.textContent = text;
    }, 300);
  };
};

// Axes ------------------------------------------------------------------------------------------------------

export const panels = (parent) => {
  const element = html("div", { class: "panels" });
  parent.append(element);
  return element;
};

// A drawing with scales. `handles` says that something in it can be dragged; otherwise it is one image.
export const plot = (parent, { title, label, x, y, xlabel, ylabel, width = 360, height = 300, xticks = 5, yticks = 5,
  handles = false }) => {
  const edge = { left: ylabel ? 60 : 36, right: 10, top: title ? 26 : 10, bottom: xlabel ? 44 : 26 };
  const xScale = d3.scaleLinear().domain(x).range([edge.left, width - edge.right]);
  const yScale = d3.scaleLinear().domain(y).range([height - edge.bottom, edge.top]);
  const clip = fresh("clip");
  const drawing = svg("svg", { viewBox: `0 0 ${width} ${height}`, role: handles ? "group" : "img", "aria-label": label });
  drawing.append(svg("clipPath", { id: clip },
    svg("rect", { x: edge.left, y: edge.top, width: width - edge.left - edge.right,
      height: height - edge.top - edge.bottom })));
  const xAxis = svg("g", { class: "axis", transform: `translate(0 ${height - edge.bottom})`, "aria-hidden": "true" });
  const yAxis = svg("g", { class: "axis", transform: `translate(${edge.left} 0)`, "aria-hidden": "true" });
  const words = svg("g", { class: "words", "aria-hidden": "true" });
  const middle = (edge.left + width - edge.right) / 2;
  if (title) words.append(svg("text", { x: middle, y: 17, class: "title" }, title));
  if (xlabel) words.append(svg("text", { x: middle, y: height - 8 }, xlabel));
  if (ylabel) {
    const centre = (edge.top + height - edge.bottom) / 2;
    words.append(svg("text", { transform: `translate(13 ${centre}) rotate(-90)` }, ylabel));
  }
  const back = svg("g", { "clip-path": `url(#${clip})` });
  const front = svg("g");
  drawing.append(back, xAxis, yAxis, words, front);
  parent.append(html("div", { class: "panel" }, drawing));

  const axes = () => {
    d3.select(xAxis).call(d3.axisBottom(xScale).ticks(xticks).tickSizeOuter(0));
    d3.select(yAxis).call(d3.axisLeft(yScale).ticks(yticks).tickSizeOuter(0));
  };
  axes();
  return {
    svg: drawing,
    x: xScale,
    y: yScale,
    width,
    height,
    edge,
    back, // clipped to the axes
    front, // not clipped, above the axes
    describe: (text) => drawing.setAttribute("aria-label", text),
    scale: (newX, newY) => {
      if (String([newX, newY]) === String([xScale.domain(), yScale.domain()])) return;
      xScale.domain(newX);
      yScale.domain(newY);
      axes();
    },
    // The data coordinates of a pointer's event.
    at: (event) => {
      const matrix = drawing.getScreenCTM().inverse();
      const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix);
      return [xScale.invert(point.x), yScale.invert(point.y)];
    },
  };
};

const far = 1e4; // pixels: beyond any drawing, and still a coordinate

// A line through points in data coordinates; it breaks where one is not finite.
export const path = (on, plan, style, attributes = {}) => {
  const element = svg("path", { class: style, ...attributes });
  on.append(element);
  return (points) => {
    let pen = "M";
    let d = "";
    for (const [x, y] of points) {
      const px = plan.x(x);
      const py = plan.y(y);
      if (!(Math.abs(px) < far && Math.abs(py) < far)) {
        pen = "M";
        continue;
      }
      d += `${pen}${px.toFixed(2)} ${py.toFixed(2)}`;
      pen = "L";
    }
    element.setAttribute("d", d);
  };
};

// As many marks as points, each a circle.
export const dots = (on, plan, style, radius = 4) => {
  const group = svg("g", { class: style });
  on.append(group);
  return (points) => {
    while (group.childElementCount > points.length) group.lastChild.remove();
    while (group.childElementCount < points.length) group.append(svg("circle", { r: radius }));
    points.forEach(([x, y], i) => {
      const seen = Math.abs(plan.x(x)) < far && Math.abs(plan.y(y)) < far;
      group.children[i].setAttribute("cx", seen ? plan.x(x) : -far);
      group.children[i].setAttribute("cy", seen ? plan.y(y) : -far);
    });
  };
};

// Something that is dragged by mouse, finger or arrow keys. `onMove(x, y)` gets data coordinates; `step` is how
// far an arrow key goes (five times that with Shift); an axis whose step is 0 does not move by keys.
export const handle = (plan, { label, style, step: [dx, dy], onMove, radius = 8 }) => {
  let place = [0, 0];
  const disc = svg("circle", { r: radius, class: `grip ${style}` });
  const reach = svg("circle", { r: 22, class: "reach" });
  const grip = svg("g", { ...OWN_KEYS, class: "handle", tabindex: 0, role: "slider", "aria-label": label },
    reach, disc);
  const keys = { ArrowLeft: [-dx, 0], ArrowRight: [dx, 0], ArrowDown: [0, -dy], ArrowUp: [0, dy] };
  grip.addEventListener("keydown", (event) => {
    const by = keys[event.key];
    if (!by || (by[0] === 0 && by[1] === 0)) return;
    event.preventDefault();
    const times = event.shiftKey ? 5 : 1;
    onMove(place[0] + times * by[0], place[1] + times * by[1]);
  });
  grip.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    grip.focus({ preventScroll: true });
    grip.setPointerCapture(event.pointerId);
  });
  grip.addEventListener("pointermove", (event) => {
    if (grip.hasPointerCapture(event.pointerId)) onMove(...plan.at(event));
  });
  plan.front.append(grip);
  // `told` are the words for the place; `now`, `low` and `high` the number that a screen reader takes for it.
  return ({ x, y, told, now, low, high }) => {
    place = [x, y];
    grip.setAttribute("transform", `translate(${plan.x(x).toFixed(2)} ${plan.y(y).toFixed(2)})`);
    grip.setAttribute("aria-valuetext", told);
    grip.setAttribute("aria-valuenow", now);
    grip.setAttribute("aria-valuemin", low);
    grip.setAttribute("aria-valuemax", high);
  };
};

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const linspace = (low, high, count) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
