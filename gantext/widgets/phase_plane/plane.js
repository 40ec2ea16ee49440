// The plane: the flow, the orbit with its first step taken apart, and a second orbit beside it.
import { clamp, linspace, signed } from "../core.js";
import { clickable, dots, handle, path, plot, words } from "../plot.js";
import { ANATOMY, GAMES, LABELS, RANGES, TITLES, VIEW } from "./constants.js";
import * as formulas from "./formulas.js";
import { follow, gameSettings } from "./orbit.js";
import { arrowhead, gap, streamlines } from "./streamlines.js";

export const twoDigits = (value) => signed(value, 2);

const rounded = (name, value) => {
  const [low, high] = RANGES[name];
  return clamp(Math.round(value * 100) / 100, low, high);
};

// From the middle to a point, on to where a multiplier takes it, and back: what is turned by so many degrees and
// grows so many times.
export const sector = ([x, y], growth, turn) => {
  const [size, angle] = [Math.hypot(x, y), Math.atan2(y, x)];
  const rim = linspace(0, 1, 25).map((part) => {
    const [r, t] = [size * growth ** part, angle + (part * turn * Math.PI) / 180];
    return [r * Math.cos(t), r * Math.sin(t)];
  });
  return [[0, 0], ...rim, [0, 0]];
};

// The lines that take a first step apart, and the words on one of their points.
const anatomy = (state, from) => {
  const kind = ANATOMY[state.rule];
  const [, to] = follow(state, state.rule, from, 1);
  const [, euler] = follow(state, "simultaneous", from, 1);
  const along = (a, b, t) => [a[0] + t * (b[0] - a[0]), a[1] + t * (b[1] - a[1])];
  // The trial step, and what is found at its end: the step that is then taken from the start.
  if (kind === "trial") {
    const found = [euler[0] + to[0] - from[0], euler[1] + to[1] - from[1]];
    return { lines: [from, euler, gap, euler, found], end: euler, to };
  }
  if (kind === "half") return { lines: [from, [from[0], to[1]], to], end: [from[0], to[1]], to };
  if (kind === "tangent") return { lines: [along(from, euler, -1), along(from, euler, 2.2)], end: along(from, euler, 2.2), to };
  return { lines: [], to };
};

// Where two orbits are farthest apart, within the picture and off its middle: there each gets its name.
const farthest = (one, other) => {
  const seen = ([x, y]) => Math.abs(x) < 0.9 * VIEW && Math.abs(y) < 0.9 * VIEW && Math.hypot(x, y) > 0.35;
  let [best, most] = [0, 0];
  for (let k = 1; k < Math.min(one.length, 60); k++) {
    const apart = Math.hypot(one[k][0] - other[k][0], one[k][1] - other[k][1]);
    if (apart > most && seen(one[k]) && seen(other[k])) [best, most] = [k, apart];
  }
  return best;
};

// Words outside a point, seen from the middle; where there is no room, inside.
const outside = ([x, y], { away = 9, room = 0.55 } = {}) => {
  const left = x < 0 !== Math.abs(x) > room * VIEW;
  return { side: left ? "end" : "start", right: left ? -away : away, down: y < 0 ? 14 : -7 };
};

export const makePlane = (ui, parent) => {
  const span = [-VIEW, VIEW];
  const plan = plot(parent, { title: TITLES.plane, label: "", x: span, y: span, xlabel: TITLES.x, ylabel: TITLES.y,
    height: 360, handles: true });
  const place = (x, y) => ui.set({ x: rounded("x", x), y: rounded("y", y) });
  clickable(plan, place);

  const streams = path(plan.back, plan, "stream");
  const arrows = path(plan.back, plan, "stream");
  const turned = path(plan.back, plan, "measured sector");
  const rest = dots(plan.back, plan, "ink hollow", 4);
  const pale = path(plan.back, plan, "measured thin pale");
  const paleMarks = path(plan.back, plan, "measured specks pale");
  const line = path(plan.back, plan, "measured thin");
  const marks = path(plan.back, plan, "measured specks");
  const apart = path(plan.back, plan, "ink dashed");
  const present = dots(plan.back, plan, "measured", 5);
  const [startWords, apartWords] = [words(plan.front, plan, "measured"), words(plan.front, plan, "ink")];
  const [ownWords, paleWords] = [words(plan.front, plan, "measured"), words(plan.front, plan, "measured")];
  const start = handle(plan, { label: LABELS.start, style: "measured", step: [RANGES.x[2], RANGES.y[2]],
    ends: [RANGES.x.slice(0, 2), RANGES.y.slice(0, 2)], onMove: place });
  rest([[0, 0]]);
  let flowDrawn;

  const drawFlow = (state) => {
    const { key } = GAMES[state.game];
    const settings = gameSettings(state);
    if (flowDrawn === `${key} ${settings}`) return;
    flowDrawn = `${key} ${settings}`;
    const lines = streamlines((at) => formulas[`velocity_${key}`](at, settings));
    streams(lines.flatMap((points) => [...points, gap]));
    arrows(lines.flatMap(arrowhead));
  };
  const drawBeside = (state, orbit, other) => {
    pale(other);
    paleMarks(other.flatMap((point) => [point, point, gap]));
    const k = other.length > 1 ? farthest(orbit, other) : 0;
    // The outer one has its name outside, the inner one inside.
    const out = k > 0 && Math.hypot(...orbit[k]) > Math.hypot(...other[k]);
    const at = (point, outer) => outside(outer ? point : [-point[0], -point[1]]);
    ownWords(...orbit[k], k > 0 ? state.rule : "", at(orbit[k], out));
    paleWords(...(k > 0 ? [...other[k], state.beside, at(other[k], !out)] : [0, 0, ""]));
  };

  // `other` is the orbit beside it, empty if there is none; `seen` the measured growth and turn.
  const show = (state, orbit, other, seen) => {
    drawFlow(state);
    const from = [state.x, state.y];
    const { lines, end, to } = anatomy(state, from);
    apart(lines);
    apartWords(...(end ?? from), end ? LABELS[ANATOMY[state.rule]] : "", outside(end ?? from, { room: 0.4 }));
    turned(seen.growth === undefined ? [] : sector(from, seen.growth, seen.turn));
    line(orbit);
    marks(orbit.flatMap((point) => [point, point, gap]));
    drawBeside(state, orbit, other);
    present([orbit.at(-1)]);
    start({ x: state.x, y: state.y, told: `${TITLES.x} ${twoDigits(state.x)}, ${TITLES.y} ${twoDigits(state.y)}`,
      now: state.x, low: RANGES.x[0], high: RANGES.x[1] });
    startWords(...from, LABELS.start, outside([from[0], -from[1] || -1], { away: 13, room: 0.8 }));
    return to;
  };
  return { plan, show };
};
