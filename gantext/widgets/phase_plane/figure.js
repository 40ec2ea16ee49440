// Two players in a plane: the flow, the steps of a rule, and the multipliers that predict them.
import {
  button, choice, clamp, figure, fill, html, linspace, number, numbers, oneOf, player, row, scientific, sentence, signed,
  slider, whole,
} from "../core.js";
import { dots, handle, panels, path, plot } from "../plot.js";
import {
  ARRIVED, EXTENT, FALLBACK, FAR, FASTEST, FEWEST, GAMES, NUDGE, PENALTIES, RANGES, RULES, SEPARATION, SETTINGS,
  TITLES, TOLD, VIEW, WORDS,
} from "./constants.js";
import * as formulas from "./formulas.js";

// What is played ----------------------------------------------------------------------------------------------

const gameSettings = (state) =>
  GAMES[state.game].dirac ? PENALTIES[state.penalty].weights.map((w) => w * state.gamma) : [state.damping];

const ruleSettings = (state) => [state.eta, ...RULES[state.rule].uses.map((name) => state[name])];

const kinked = (state) => GAMES[state.game].dirac && PENALTIES[state.penalty].kinked && state.gamma > 0;

const follow = (state, [x, y]) => {
  const rule = RULES[state.rule];
  const step = formulas[`step_${GAMES[state.game].key}_${rule.key}`];
  const settings = [...ruleSettings(state), ...gameSettings(state)];
  let at = [x, y, ...Array(rule.carried).fill(0), 0];
  const points = [[x, y]];
  for (let k = 0; k < state.steps; k++) {
    at = step(at, settings);
    points.push([at[0], at[1]]);
  }
  return points;
};

// The slope of a line fitted to values at 0, 1, 2, ….
const fittedSlope = (values) => {
  const middle = (values.length - 1) / 2;
  let [top, bottom] = [0, 0];
  values.forEach((value, k) => {
    top += (k - middle) * value;
    bottom += (k - middle) ** 2;
  });
  return top / bottom;
};

const measure = (state, orbit) => {
  const distance = orbit.map(([x, y]) => Math.hypot(x, y));
  if (!distance.every((d) => d < FAR)) return { why: WORDS.unbounded };
  const last = distance.at(-1);
  for (const side of [1, -1]) {
    const beside = follow(state, [state.x * (1 + side * NUDGE), state.y * (1 - side * NUDGE)]);
    const close = ([x, y], k) => Math.hypot(x - orbit[k][0], y - orbit[k][1]) / distance[k] <= SEPARATION;
    if (beside.every(close)) continue;
    return last <= ARRIVED * distance[0] ? { distance: last, why: WORDS.arrived } : { why: WORDS.sensitive };
  }
  if (state.steps < FEWEST) return { distance: last, why: WORDS.short };
  const logs = distance.slice(Math.floor(state.steps / 2)).map(Math.log);
  const growth = Math.exp(fittedSlope(logs));
  if (growth > FASTEST) return { distance: last, why: WORDS.fast };
  return { distance: last, growth };
};

// Eigenvalues of a small matrix, given row by row ---------------------------------------------------------------

const times = (a, b) => [a[0] * b[0] - a[1] * b[1], a[0] * b[1] + a[1] * b[0]];
const minus = (a, b) => [a[0] - b[0], a[1] - b[1]];
const over = (a, b) => {
  const size = b[0] * b[0] + b[1] * b[1];
  return [(a[0] * b[0] + a[1] * b[1]) / size, (a[1] * b[0] - a[0] * b[1]) / size];
};

// The characteristic polynomial's coefficients, highest first (Faddeev and LeVerrier).
const characteristic = (matrix, n) => {
  const coefficients = [1];
  let power = Array(n * n).fill(0);
  for (let k = 1; k <= n; k++) {
    power = power.map((value, i) => value + (i % (n + 1) === 0 ? coefficients.at(-1) : 0));
    const old = power;
    power = old.map((_, i) => {
      let total = 0;
      for (let j = 0; j < n; j++) total += matrix[Math.floor(i / n) * n + j] * old[j * n + (i % n)];
      return total;
    });
    let trace = 0;
    for (let j = 0; j < n; j++) trace += power[j * (n + 1)];
    coefficients.push(-trace / k);
  }
  return coefficients;
};

// All roots at once (Weierstrass, Durand and Kerner).
const roots = (coefficients) => {
  const n = coefficients.length - 1;
  const size = 1 + Math.max(...coefficients.slice(1).map(Math.abs));
  let found = Array.from({ length: n }, (_, k) => {
    const angle = 0.4 + (2 * Math.PI * k) / n;
    return [size * Math.cos(angle), size * Math.sin(angle)];
  });
  for (let round = 0; round < 300; round++) {
    let moved = 0;
    found = found.map((z, i) => {
      const value = coefficients.reduce((sum, c) => [sum[0] * z[0] - sum[1] * z[1] + c, sum[0] * z[1] + sum[1] * z[0]], [0, 0]);
      const others = found.reduce((product, other, j) => (j === i ? product : times(product, minus(z, other))), [1, 0]);
      if (others[0] === 0 && others[1] === 0) return z;
      const by = over(value, others);
      moved = Math.max(moved, Math.hypot(...by));
      return minus(z, by);
    });
    if (moved < 1e-16 * size) break;
  }
  return found;
};

const multipliers = (state) => {
  const near = formulas[`near_${GAMES[state.game].key}`](gameSettings(state));
  const matrix = formulas[`jacobian_${RULES[state.rule].key}`](near, ruleSettings(state));
  return roots(characteristic(matrix, Math.sqrt(matrix.length)));
};

// Streamlines: one passes through each cell of a grid, roughly -----------------------------------------------------

const cells = 22;
const cellOf = ([x, y]) => {
  const [i, j] = [x, y].map((v) => Math.floor(((v + VIEW) / (2 * VIEW)) * cells));
  return i >= 0 && i < cells && j >= 0 && j < cells ? i + cells * j : -1;
};

const streamlines = (velocity) => {
  const direction = ([x, y]) => {
    const [u, v] = velocity([x, y]);
    const speed = Math.hypot(u, v);
    return speed > 1e-9 ? [u / speed, v / speed] : undefined;
  };
  const owner = new Int32Array(cells * cells);
  let serial = 0;
  // Half a line, along the flow or against it, until it would enter a cell that is taken, or closes.
  const trail = (start, stride) => {
    const points = [];
    const home = cellOf(start);
    let [at, cell, before] = [start, home, undefined];
    for (let k = 0; k < 400; k++) {
      const first = direction(at);
      const second = first && direction([at[0] + (stride / 2) * first[0], at[1] + (stride / 2) * first[1]]);
      // A flow that turns back at once has a kink there.
      if (!second || (before && before[0] * second[0] + before[1] * second[1] < 0)) break;
      before = second;
      at = [at[0] + stride * second[0], at[1] + stride * second[1]];
      const next = cellOf(at);
      if (next !== cell) {
        if (next < 0 || (owner[next] && next !== home)) break;
        owner[next] = serial;
        cell = next;
      }
      points.push(at);
      if (k > 10 && Math.hypot(at[0] - start[0], at[1] - start[1]) < 0.75 * Math.abs(stride))
        return { points: [...points, start], closed: true };
    }
    return { points, closed: false };
  };
  const drawn = [];
  // From the edge inwards, so that spirals are not cut where they are widest.
  const seeds = Array.from({ length: cells * cells }, (_, k) => [k % cells, Math.floor(k / cells)])
    .map(([i, j]) => [i, j].map((v) => ((v + 0.5) / cells) * 2 * VIEW - VIEW))
    .sort((a, b) => Math.max(...b.map(Math.abs)) - Math.max(...a.map(Math.abs)));
  for (const seed of seeds) {
    if (owner[cellOf(seed)]) continue;
    owner[cellOf(seed)] = ++serial;
    const ahead = trail(seed, 0.06);
    const behind = ahead.closed ? [] : trail(seed, -0.06).points.reverse();
    const line = [...behind, seed, ...ahead.points];
    if (line.length >= 20) drawn.push(line);
    else owner.forEach((who, k) => who === serial && (owner[k] = 0));
  }
  return drawn;
};

const gap = [NaN, NaN];

const arrowhead = (line) => {
  const k = Math.floor(line.length / 2);
  const [x, y] = line[k];
  const [u, v] = [x - line[k - 1][0], y - line[k - 1][1]];
  const length = Math.hypot(u, v) / 0.09;
  const wing = (side) => [x - (u + side * v * 0.6) / length, y - (v - side * u * 0.6) / length];
  return [wing(1), [x, y], wing(-1), gap];
};

// The figure ----------------------------------------------------------------------------------------------------

const twoDigits = (value) => signed(value, 2);

const told = (state, name) => fill(SETTINGS[name], { value: twoDigits(state[name]) });

const toldGame = (state) => {
  const undamped = state.damping === 0 ? "plain" : "damped";
  const penalised = state.penalty === "none" ? "dirac" : "penalised";
  const { game, penalty } = state;
  return fill(WORDS[GAMES[game].dirac ? penalised : undamped],
    { game, penalty, damping: told(state, "damping"), gamma: told(state, "gamma") });
};

const inWords = (state, found, why) => fill(WORDS.sentence, {
  rule: state.rule[0].toUpperCase() + state.rule.slice(1),
  settings: ["eta", ...RULES[state.rule].uses].map((name) => told(state, name)).join(", "),
  game: toldGame(state),
  predicted: found.predicted === undefined
    ? WORDS.kinked : fill(WORDS.predicted, { growth: signed(found.predicted, 3) }),
  measured: found.measured === undefined ? fill(WORDS.unmeasured, { why })
    : fill(WORDS.measured, { growth: signed(found.measured, 3), first: Math.floor(state.steps / 2), last: state.steps }),
});

const toldMultipliers = (values) =>
  values.filter(([, im]) => im > -1e-9).map(([re, im]) =>
    (im < 1e-9 ? signed(re, 2) : `${signed(re, 2)} ± ${signed(im, 2)}i`)).join(", ");

const circle = (radius) => linspace(0, 2 * Math.PI, 121).map((t) => [radius * Math.cos(t), radius * Math.sin(t)]);

const within = (name) => number(RANGES[name][0], RANGES[name][1]);

const checks = {
  game: oneOf(Object.keys(GAMES)),
  rule: oneOf(Object.keys(RULES)),
  penalty: oneOf(Object.keys(PENALTIES)),
  eta: within("eta"),
  damping: within("damping"),
  gamma: within("gamma"),
  beta: within("beta"),
  strength: within("strength"),
  x: within("x"),
  y: within("y"),
  steps: whole(RANGES.steps[0], RANGES.steps[1]),
};

const rounded = (name, value) => {
  const [low, high] = RANGES[name];
  return clamp(Math.round(value * 100) / 100, low, high);
};

export default figure("PhasePlane", checks, (ui) => {
  const all = (names) => Object.keys(names).map((name) => [name, name]);
  const playable = (game) => Object.keys(RULES).filter((rule) => !(RULES[rule].affine && GAMES[game].dirac));
  const range = (parent, name, label, digits = 2) => {
    const [low, high, step] = RANGES[name];
    return slider(parent, { label, low, high, step, digits, onInput: (value) => ui.set({ [name]: value }) });
  };

  const choices = row(ui.root);
  const setGame = choice(choices, { label: "game", options: all(GAMES), onInput: (game) =>
    ui.set(playable(game).includes(ui.state.rule) ? { game } : { game, rule: FALLBACK }) });
  const setRule = choice(choices, { label: "update rule", options: all(RULES),
    onInput: (rule) => ui.set({ rule }) });
  const setEta = range(choices, "eta", "step size η");
  const more = row(ui.root);
  const setPenalty = choice(more, { label: "penalty", options: all(PENALTIES),
    onInput: (penalty) => ui.set({ penalty }) });
  const penaltyBox = more.lastChild;
  const setGamma = range(more, "gamma", "penalty's weight γ");
  const setDamping = range(more, "damping", "damping d");
  const setBeta = range(more, "beta", "momentum β");
  const setStrength = range(more, "strength", "weight of the added term");

  const place = panels(ui.root);
  const span = [-VIEW, VIEW];
  const plane = plot(place, { title: TITLES.plane, label: "", x: span, y: span, xlabel: TITLES.x, ylabel: TITLES.y,
    height: 360, handles: true });
  const spectrum = plot(place, { title: TITLES.spectrum, label: "", x: [-EXTENT, EXTENT], y: [-EXTENT, EXTENT],
    xlabel: TITLES.real, ylabel: TITLES.imaginary, height: 360 });
  ui.root.append(html("p", { class: "legend" },
    html("span", { class: "key measured" }, "steps (drag the start), growth measured"), " ",
    html("span", { class: "key ink" }, "multipliers, growth predicted")));

  const buttons = row(ui.root);
  const last = RANGES.steps[1];
  const orbitPlayer = player(ui, buttons, { name: "the orbit", perSecond: 20, step: () => {
    const steps = ui.state.steps < last ? ui.state.steps + 1 : 0;
    ui.set({ steps });
    return steps < last;
  } });
  const rewind = (text, steps) => button(buttons, text, () => {
    orbitPlayer.pause();
    ui.set({ steps });
  });
  rewind("Back to the start", 0);
  rewind("Whole orbit", last);
  const setSteps = range(buttons, "steps", "steps", 0);

  const streams = path(plane.back, plane, "stream");
  const arrows = path(plane.back, plane, "stream");
  const rest = dots(plane.back, plane, "ink hollow", 4);
  const line = path(plane.back, plane, "measured thin");
  const marks = path(plane.back, plane, "measured specks");
  const present = dots(plane.back, plane, "measured", 5);
  const start = handle(plane, { label: "start", style: "measured", step: [RANGES.x[2], RANGES.y[2]],
    ends: [RANGES.x.slice(0, 2), RANGES.y.slice(0, 2)],
    onMove: (x, y) => ui.set({ x: rounded("x", x), y: rounded("y", y) }) });
  rest([[0, 0]]);

  const unit = path(spectrum.back, spectrum, "muted thin");
  const grown = path(spectrum.back, spectrum, "measured thin");
  const values = dots(spectrum.back, spectrum, "ink", 5);
  const tell = numbers(ui.root, [["predicted", "growth per step, predicted"], ["measured", "growth per step, measured"],
    ["distance", "distance now", 4, scientific]]);
  const say = sentence(ui, ui.root);
  let flowDrawn;

  return (state) => {
    const { dirac, key } = GAMES[state.game];
    if (!playable(state.game).includes(state.rule)) throw new Error(`${fill(WORDS.closed, state)}.`);
    const settings = gameSettings(state);
    const { uses } = RULES[state.rule];

    setGame(state.game);
    setRule(state.rule, playable(state.game));
    setEta(state.eta);
    setPenalty(state.penalty);
    penaltyBox.hidden = !dirac;
    setGamma(state.gamma, !dirac || state.penalty === "none");
    setDamping(state.damping, dirac);
    setBeta(state.beta, !uses.includes("beta"));
    setStrength(state.strength, !uses.includes("strength"));
    setSteps(state.steps);

    const flow = `${key} ${settings}`;
    if (flow !== flowDrawn) {
      const lines = streamlines((at) => formulas[`velocity_${key}`](at, settings));
      streams(lines.flatMap((points) => [...points, gap]));
      arrows(lines.flatMap(arrowhead));
      flowDrawn = flow;
    }
    const orbit = follow(state, [state.x, state.y]);
    const seen = measure(state, orbit);
    line(orbit);
    marks(orbit.flatMap((point) => [point, point, gap]));
    present([orbit.at(-1)]);
    start({ x: state.x, y: state.y, told: `${twoDigits(state.x)}, ${twoDigits(state.y)}`, now: state.x,
      low: RANGES.x[0], high: RANGES.x[1] });

    const found = {};
    const spread = kinked(state) ? [] : multipliers(state);
    if (!kinked(state)) found.predicted = Math.max(...spread.map((value) => Math.hypot(...value)));
    if (seen.growth !== undefined) found.measured = seen.growth;
    if (seen.distance <= TOLD) found.distance = seen.distance;
    const extent = found.predicted > 1.5 ? Math.ceil(1.1 * found.predicted) : EXTENT;
    spectrum.scale([-extent, extent], [-extent, extent]);
    unit(circle(1));
    grown(found.measured < 2 * extent ? circle(found.measured) : []);
    values(spread);
    tell(found);
    say(inWords(state, found, seen.why));
    plane.describe(`Streamlines of ${toldGame(state)} around the equilibrium in the middle, and ${state.steps} steps from `
      + `${twoDigits(state.x)}, ${twoDigits(state.y)} to ${orbit.at(-1).map(twoDigits).join(", ")}.`);
    spectrum.describe(kinked(state)
      ? "The complex plane with the unit circle. There are no multipliers: the penalty has a kink at the equilibrium."
      : `The complex plane with the unit circle and the multipliers ${toldMultipliers(spread)}.`);
  };
});
