// What every figure shares: its life in a host, its controls, its words. A host gives `model` (get, set, on, off,
// save_changes) and `el`, as anywidget defines them.

// Elements ---------------------------------------------------------------------------------------------------

const make = (element, attributes, children) => {
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children);
  return element;
};

// Writes words where they are new: a browser lays out again even what is written over with itself.
export const write = (element, text) => {
  if (element.textContent !== text) element.textContent = text;
};

export const html = (tag, attributes = {}, ...children) => make(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) =>
  make(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, children);

// On what takes keys: Jupyter would else take an arrow key for a command of its own.
export const OWN_KEYS = { "data-lm-suppress-shortcuts": "true" };

// Each figure's script has this module for itself, and a page may hold several, or one twice: they count together.
const COUNT = Symbol.for("gantext.count");
export const fresh = (word) => {
  globalThis[COUNT] = (globalThis[COUNT] ?? 0) + 1;
  return `gantext-${word}-${globalThis[COUNT]}`;
};

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
// shows a state with the next frame. A state that cannot be shown puts a message in the figure's place; the next
// one that can brings the figure back. `ui.state` is the newest state, drawn or not: controls act on that.
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
      cancelAnimationFrame(frame);
      frame = undefined;
      try {
        const state = read();
        if (!update) {
          root.replaceChildren();
          update = build(ui);
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

    const ui = {
      root,
      set,
      get state() {
        return read();
      },
      onRemove: (end) => stop.push(end),
    };

    // A key moves a native control from where it stands: it must not still stand where an older state put it.
    root.addEventListener("keydown", () => frame !== undefined && draw(), true);
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
  const told = html("output", { for: id, "aria-live": "off" }); // who moves the slider hears its value
  const input = html("input", { ...OWN_KEYS, type: "range", id, min: low, max: high, step,
    oninput: () => onInput(Number(input.value)) });
  const box = html("div", { class: "control" }, html("label", { for: id }, label), input, told);
  parent.append(box);
  return (value, hidden = false) => {
    box.hidden = hidden;
    if (Number(input.value) !== value) input.value = value;
    write(told, words(value));
    input.setAttribute("aria-valuetext", told.textContent);
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
    if (play.hasAttribute("aria-label") && play.textContent === "Play") return;
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

// Shows numbers with their names; `data-value` keeps all their digits. `say` turns one into text.
export const numbers = (parent, names) => {
  const list = html("dl", { class: "numbers" });
  const places = new Map();
  for (const [key, label, digits = 3, say = signed] of names) {
    const value = html("dd", { "data-number": key });
    const box = html("div", {}, html("dt", {}, label), value);
    list.append(box);
    places.set(key, { box, value, digits, say });
  }
  parent.append(list);
  return (found) => {
    for (const [key, { box, value, digits, say }] of places) {
      box.hidden = found[key] === undefined;
      if (box.hidden) continue;
      value.dataset.value = String(found[key]);
      write(value, typeof found[key] === "number" ? say(found[key], digits) : found[key]);
    }
  };
};

// Rounded half up, with a minus sign; the last bits make no difference (as `fixed` in Python).
export const signed = (value, digits) => {
  const tidy = Math.round(value * 1e9) / 1e9;
  const text = Number.isFinite(tidy) ? tidy.toFixed(digits) : String(value).replace("Infinity", "∞");
  return (Number(text) === 0 ? text.replace("-", "") : text).replace("-", "−");
};

const raised = (power) => [...String(power)].map((sign) => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(sign)]).join("");

// The same, but 2.3 × 10⁻⁴² where so few digits would show nothing but zeros (as `scientific` in Python).
export const scientific = (value, digits) => {
  if (value === 0 || !(Math.abs(value) < 0.5 * 10 ** -digits)) return signed(value, digits);
  const [mantissa, power] = value.toExponential(1).split("e");
  return `${mantissa} × 10${raised(power)}`.replace("-", "−");
};

// Puts values into words of Python's: "{name}" stands for the value of that name.
export const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

// Says words to a screen reader once they have stayed the same for a while: the figure has come to rest. With
// `standing` the first are there at once, for who reads what is there.
export const speaker = (ui, parent, { standing = false } = {}) => {
  const heard = html("p", { class: "unseen", role: "status" });
  parent.append(heard);
  let timer, last;
  ui.onRemove(() => clearTimeout(timer));
  return (text) => {
    if (text === last) return;
    clearTimeout(timer);
    if (last !== undefined) timer = setTimeout(() => write(heard, text), 300);
    else if (standing) write(heard, text);
    last = text;
  };
};

// One sentence on what is seen: for eyes with every frame, for ears when the figure rests.
export const sentence = (ui, parent) => {
  const seen = html("p", { class: "sentence", "aria-hidden": "true" });
  parent.append(seen);
  const speak = speaker(ui, parent, { standing: true });
  return (text) => {
    write(seen, text);
    speak(text);
  };
};

// Arithmetic ---------------------------------------------------------------------------------------------------

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

export const linspace = (low, high, count) =>
  Array.from({ length: count }, (_, i) => low + ((high - low) * i) / (count - 1));
