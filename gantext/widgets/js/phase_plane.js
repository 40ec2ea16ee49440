// Two players in a plane: the flow, the steps of a rule, and the multipliers that predict them.
import { button, choice, dots, figure, handle, html, linspace, numbers, oneOf, number, panels, path, player, plot, row, sentence, signed, slider, whole } from "./core.js";
import {
  jacobian_alternating, jacobian_alternatingMomentum, jacobian_consensus, jacobian_extragradient,
  jacobian_optimistic, jacobian_proximal, jacobian_simultaneous, jacobian_simultaneousMomentum,
  jacobian_symplectic, near_bilinear, near_leastSquares, near_minimax, near_nonSaturating, near_wasserstein,
  step_bilinear_alternating, step_bilinear_alternatingMomentum, step_bilinear_consensus,
  step_bilinear_extragradient, step_bilinear_optimistic, step_bilinear_proximal, step_bilinear_simultaneous,
  step_bilinear_simultaneousMomentum, step_bilinear_symplectic, step_leastSquares_alternating,
  step_leastSquares_alternatingMomentum, step_leastSquares_consensus, step_leastSquares_extragradient,
  step_leastSquares_optimistic, step_leastSquares_simultaneous, step_leastSquares_simultaneousMomentum,
  step_leastSquares_symplectic, step_minimax_alternating, step_minimax_alternatingMomentum,
  step_minimax_consensus, step_minimax_extragradient, step_minimax_optimistic, step_minimax_simultaneous,
  step_minimax_simultaneousMomentum, step_minimax_symplectic, step_nonSaturating_alternating,
  step_nonSaturating_alternatingMomentum, step_nonSaturating_consensus, step_nonSaturating_extragradient,
  step_nonSaturating_optimistic, step_nonSaturating_simultaneous, step_nonSaturating_simultaneousMomentum,
  step_nonSaturating_symplectic, step_wasserstein_alternating, step_wasserstein_alternatingMomentum,
  step_wasserstein_consensus, step_wasserstein_extragradient, step_wasserstein_optimistic,
  step_wasserstein_simultaneous, step_wasserstein_simultaneousMomentum, step_wasserstein_symplectic,
  velocity_bilinear, velocity_leastSquares, velocity_minimax, velocity_nonSaturating, velocity_wasserstein,
} from "./formulas/phase_plane.js";

const phaseFormulas = {
  jacobian_alternating, jacobian_alternatingMomentum, jacobian_consensus, jacobian_extragradient,
  jacobian_optimistic, jacobian_proximal, jacobian_simultaneous, jacobian_simultaneousMomentum,
  jacobian_symplectic, near_bilinear, near_leastSquares, near_minimax, near_nonSaturating, near_wasserstein,
  step_bilinear_alternating, step_bilinear_alternatingMomentum, step_bilinear_consensus,
  step_bilinear_extragradient, step_bilinear_optimistic, step_bilinear_proximal, step_bilinear_simultaneous,
  step_bilinear_simultaneousMomentum, step_bilinear_symplectic, step_leastSquares_alternating,
  step_leastSquares_alternatingMomentum, step_leastSquares_consensus, step_leastSquares_extragradient,
  step_leastSquares_optimistic, step_leastSquares_simultaneous, step_leastSquares_simultaneousMomentum,
  step_leastSquares_symplectic, step_minimax_alternating, step_minimax_alternatingMomentum,
  step_minimax_consensus, step_minimax_extragradient, step_minimax_optimistic, step_minimax_simultaneous,
  step_minimax_simultaneousMomentum, step_minimax_symplectic, step_nonSaturating_alternating,
  step_nonSaturating_alternatingMomentum, step_nonSaturating_consensus, step_nonSaturating_extragradient,
  step_nonSaturating_optimistic, step_nonSaturating_simultaneous, step_nonSaturating_simultaneousMomentum,
  step_nonSaturating_symplectic, step_wasserstein_alternating, step_wasserstein_alternatingMomentum,
  step_wasserstein_consensus, step_wasserstein_extragradient, step_wasserstein_optimistic,
  step_wasserstein_simultaneous, step_wasserstein_simultaneousMomentum, step_wasserstein_symplectic,
  velocity_bilinear, velocity_leastSquares, velocity_minimax, velocity_nonSaturating, velocity_wasserstein,
};

// What can be chosen: gantext.widgets.phase_plane.menu() in JSON.
const phaseMenu = {
  "games": {
    "f = xy": {"key": "bilinear", "affine": true},
    "Dirac-GAN": {"key": "minimax", "affine": false},
    "non-saturating Dirac-GAN": {"key": "nonSaturating", "affine": false},
    "Wasserstein Dirac-GAN": {"key": "wasserstein", "affine": false},
    "least-squares Dirac-GAN": {"key": "leastSquares", "affine": false}
  },
  "rules": {
    "simultaneous": {"key": "simultaneous", "uses": [], "memory": 0, "affine": false},
    "alternating": {"key": "alternating", "uses": [], "memory": 0, "affine": false},
    "extragradient": {"key": "extragradient", "uses": [], "memory": 0, "affine": false},
    "optimistic": {"key": "optimistic", "uses": [], "memory": 2, "affine": false},
    "simultaneous momentum": {"key": "simultaneousMomentum", "uses": ["beta"], "memory": 2, "affine": false},
    "alternating momentum": {"key": "alternatingMomentum", "uses": ["beta"], "memory": 2, "affine": false},
    "consensus": {"key": "consensus", "uses": ["strength"], "memory": 0, "affine": false},
    "symplectic adjustment": {"key": "symplectic", "uses": ["strength"], "memory": 0, "affine": false},
    "proximal point": {"key": "proximal", "uses": [], "memory": 0, "affine": true}
  },
  "penalties": ["none", "R1", "WGAN-GP"],
  "ranges": {
    "eta": [0.01, 2.0, 0.01],
    "damping": [0.0, 1.0, 0.05],
    "gamma": [0.0, 4.0, 0.05],
    "beta": [-0.9, 0.9, 0.05],
    "strength": [0.0, 2.0, 0.05],
    "x": [-2.0, 2.0, 0.05],
    "y": [-2.0, 2.0, 0.05],
    "steps": [0, 300, 1]
  }
};

const phaseView = 2.5; // half the width of the plane
const fewestSteps = 10; // to measure a growth from
const fastest = 1000; // a growth beyond which none is told
const farAway = 1e100; // a distance beyond which nothing is measured
// The orbit is followed from two more starts, which differ from its own by this much, relatively. If one of them
// separates beyond the second number, rounding errors grow like that as well, and no two programs agree.
const nudge = 1e-7;
const separation = 1e-3;

// What is played ----------------------------------------------------------------------------------------------

const weights = { none: () => [0, 0], R1: (gamma) => [gamma, 0], "WGAN-GP": (gamma) => [0, gamma] };

const gameSettings = (state) =>
  phaseMenu.games[state.game].affine ? [state.damping] : weights[state.penalty](state.gamma);

const ruleSettings = (state) => [state.eta, ...phaseMenu.rules[state.rule].uses.map((name) => state[name])];

const kinked = (state) => !phaseMenu.games[state.game].affine && state.penalty === "WGAN-GP" && state.gamma > 0;

const follow = (state, [x, y]) => {
  const rule = phaseMenu.rules[state.rule];
  const step = phaseFormulas[`step_${phaseMenu.games[state.game].key}_${rule.key}`];
  const settings = [...ruleSettings(state), ...gameSettings(state)];
  let at = [x, y, ...Array(rule.memory).fill(0), 0];
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
  if (!distance.every((d) => d < farAway)) return { why: "the orbit is beyond every bound" };
  const last = distance.at(-1);
  for (const side of [1, -1]) {
    const beside = follow(state, [state.x * (1 + side * nudge), state.y * (1 - side * nudge)]);
    const close = ([x, y], k) => Math.hypot(x - orbit[k][0], y - orbit[k][1]) / distance[k] <= separation;
    if (beside.every(close)) continue;
    return last <= 1e-12 * distance[0]
      ? { distance: last, why: "the orbit is at the equilibrium" }
      : { why: "the orbit depends on the seventh digit of its start" };
  }
  if (state.steps < fewestSteps) return { distance: last, why: `that takes ${fewestSteps} steps` };
  const logs = distance.slice(Math.floor(state.steps / 2)).map(Math.log);
  const growth = Math.exp(fittedSlope(logs));
  if (growth > fastest) return { distance: last, why: `the distance grows more than ${fastest} times a step` };
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
  const near = phaseFormulas[`near_${phaseMenu.games[state.game].key}`](gameSettings(state));
  const matrix = phaseFormulas[`jacobian_${phaseMenu.rules[state.rule].key}`](near, ruleSettings(state));
  return roots(characteristic(matrix, Math.sqrt(matrix.length)));
};

// Streamlines: one passes through each cell of a grid, roughly -----------------------------------------------------

const cells = 22;
const cellOf = ([x, y]) => {
  const [i, j] = [x, y].map((v) => Math.floor(((v + phaseView) / (2 * phaseView)) * cells));
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
    .map(([i, j]) => [i, j].map((v) => ((v + 0.5) / cells) * 2 * phaseView - phaseView))
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

const toldRule = (state) => {
  const own = phaseMenu.rules[state.rule].uses.map((name) =>
    name === "beta" ? `, β = ${twoDigits(state.beta)}` : `, weight ${twoDigits(state.strength)}`);
  return `${state.rule[0].toUpperCase()}${state.rule.slice(1)} (η = ${twoDigits(state.eta)}${own.join("")})`;
};

const toldGame = (state) => {
  if (phaseMenu.games[state.game].affine)
    return state.damping === 0 ? state.game : `${state.game} (damping ${twoDigits(state.damping)})`;
  return `the ${state.game}${state.penalty === "none" ? "" : ` (${state.penalty}, γ = ${twoDigits(state.gamma)})`}`;
};

const toldOrbit = (state, found, why) => {
  const predicted = found.predicted === undefined
    ? "growth per step not predicted, because the penalty has a kink at the equilibrium and the Jacobian there tells "
      + "nothing;"
    : `growth per step predicted ${signed(found.predicted, 3)},`;
  const measured = found.measured === undefined
    ? `not measured, because ${why}`
    : `measured ${signed(found.measured, 3)} over steps ${Math.floor(state.steps / 2)} to ${state.steps}`;
  return `${toldRule(state)} on ${toldGame(state)}: ${predicted} ${measured}.`;
};

const toldMultipliers = (values) =>
  values.filter(([, im]) => im > -1e-9).map(([re, im]) =>
    (im < 1e-9 ? signed(re, 2) : `${signed(re, 2)} ± ${signed(im, 2)}i`)).join(", ");

const circle = (radius) => linspace(0, 2 * Math.PI, 121).map((t) => [radius * Math.cos(t), radius * Math.sin(t)]);

const within = (name) => number(phaseMenu.ranges[name][0], phaseMenu.ranges[name][1]);

const phaseChecks = {
  game: oneOf(Object.keys(phaseMenu.games)),
  rule: oneOf(Object.keys(phaseMenu.rules)),
  penalty: oneOf(phaseMenu.penalties),
  eta: within("eta"),
  damping: within("damping"),
  gamma: within("gamma"),
  beta: within("beta"),
  strength: within("strength"),
  x: within("x"),
  y: within("y"),
  steps: whole(phaseMenu.ranges.steps[0], phaseMenu.ranges.steps[1]),
};

const phaseStart = (name, value) => {
  const [low, high] = phaseMenu.ranges[name];
  return Math.min(Math.max(Math.round(value * 100) / 100, low), high);
};

export default figure("PhasePlane", phaseChecks, (ui) => {
  let now = ui.state;
  const all = (names) => Object.keys(names).map((name) => [name, name]);
  const playable = (game) => Object.keys(phaseMenu.rules).filter((rule) =>
    !phaseMenu.rules[rule].affine || phaseMenu.games[game].affine);
  const range = (parent, name, label, digits = 2) => {
    const [low, high, step] = phaseMenu.ranges[name];
    return slider(parent, { label, low, high, step, digits, onInput: (value) => ui.set({ [name]: value }) });
  };

  const choices = row(ui.root);
  const setGame = choice(choices, { label: "game", options: all(phaseMenu.games), onInput: (game) =>
    ui.set(playable(game).includes(now.rule) ? { game } : { game, rule: "extragradient" }) });
  const setRule = choice(choices, { label: "update rule", options: all(phaseMenu.rules),
    onInput: (rule) => ui.set({ rule }) });
  const setEta = range(choices, "eta", "step size η");
  const more = row(ui.root);
  const setPenalty = choice(more, { label: "penalty", options: phaseMenu.penalties.map((name) => [name, name]),
    onInput: (penalty) => ui.set({ penalty }) });
  const penaltyBox = more.lastChild;
  const setGamma = range(more, "gamma", "penalty's weight γ");
  const setDamping = range(more, "damping", "damping d");
  const setBeta = range(more, "beta", "momentum β");
  const setStrength = range(more, "strength", "weight of the added term");

  const place = panels(ui.root);
  const span = [-phaseView, phaseView];
  const plane = plot(place, { title: "flow and steps", label: "", x: span, y: span, xlabel: "generator",
    ylabel: "discriminator", height: 360, handles: true });
  const spectrum = plot(place, { title: "multipliers, unit circle", label: "", x: [-1.6, 1.6], y: [-1.6, 1.6], xlabel: "real part",
    ylabel: "imaginary part", height: 360 });
  ui.root.append(html("p", { class: "legend" },
    html("span", { class: "key measured" }, "steps (drag the start), growth measured"), " ",
    html("span", { class: "key ink" }, "multipliers, growth predicted")));

  const buttons = row(ui.root);
  const last = phaseMenu.ranges.steps[1];
  const orbitPlayer = player(ui, buttons, { name: "the orbit", perSecond: 20, step: () => {
    const steps = now.steps < last ? now.steps + 1 : 0;
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
  const start = handle(plane, { label: "start", style: "measured", step: [0.05, 0.05],
    onMove: (x, y) => ui.set({ x: phaseStart("x", x), y: phaseStart("y", y) }) });
  rest([[0, 0]]);

  const unit = path(spectrum.back, spectrum, "muted thin");
  const grown = path(spectrum.back, spectrum, "measured thin");
  const values = dots(spectrum.back, spectrum, "ink", 5);
  const tell = numbers(ui.root, [["predicted", "growth per step, predicted"], ["measured", "growth per step, measured"],
    ["distance", "distance now", 4]]);
  const say = sentence(ui, ui.root);
  let flowDrawn;

  return (state) => {
    now = state;
    const { affine, key } = phaseMenu.games[state.game];
    if (!playable(state.game).includes(state.rule))
      throw new Error(`rule: expected one without "${state.rule}", which is closed on "f = xy" only.`);
    const settings = gameSettings(state);
    const { uses } = phaseMenu.rules[state.rule];

    setGame(state.game);
    setRule(state.rule, playable(state.game));
    setEta(state.eta);
    setPenalty(state.penalty);
    penaltyBox.hidden = affine;
    setGamma(state.gamma, affine || state.penalty === "none");
    setDamping(state.damping, !affine);
    setBeta(state.beta, !uses.includes("beta"));
    setStrength(state.strength, !uses.includes("strength"));
    setSteps(state.steps);

    const flow = `${key} ${settings}`;
    if (flow !== flowDrawn) {
      const lines = streamlines((at) => phaseFormulas[`velocity_${key}`](at, settings));
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
      low: phaseMenu.ranges.x[0], high: phaseMenu.ranges.x[1] });

    const found = {};
    const spread = kinked(state) ? [] : multipliers(state);
    if (!kinked(state)) found.predicted = Math.max(...spread.map((value) => Math.hypot(...value)));
    if (seen.growth !== undefined) found.measured = seen.growth;
    if (seen.distance <= 1e6) found.distance = seen.distance;
    const extent = found.predicted > 1.5 ? Math.ceil(1.1 * found.predicted) : 1.6;
    spectrum.scale([-extent, extent], [-extent, extent]);
    unit(circle(1));
    grown(found.measured < 2 * extent ? circle(found.measured) : []);
    values(spread);
    tell(found);
    say(toldOrbit(state, found, seen.why));
    plane.describe(`Streamlines of ${toldGame(state)} around the equilibrium in the middle, and ${state.steps} steps from `
      + `${twoDigits(state.x)}, ${twoDigits(state.y)} to ${orbit.at(-1).map(twoDigits).join(", ")}.`);
    spectrum.describe(kinked(state)
      ? "The complex plane with the unit circle. There are no multipliers: the penalty has a kink at the equilibrium."
      : `The complex plane with the unit circle and the multipliers ${toldMultipliers(spread)}.`);
  };
});
