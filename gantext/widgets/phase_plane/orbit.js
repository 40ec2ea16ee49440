// The orbit of a rule, what is measured of it, and what the multipliers predict.
import {
  ARRIVED, FAR, FASTEST, FEWEST, FIRM, GAMES, NUDGE, PENALTIES, RULES, SEPARATION, STRAIGHT, WORDS,
} from "./constants.js";
import { eigenvalues } from "./eigenvalues.js";
import * as formulas from "./formulas.js";

export const gameSettings = (state) =>
  GAMES[state.game].dirac ? PENALTIES[state.penalty].weights.map((w) => w * state.gamma) : [state.damping];

const ruleSettings = (state, rule) => [state.eta, ...RULES[rule].uses.map((name) => state[name])];

export const kinked = (state) => GAMES[state.game].dirac && PENALTIES[state.penalty].kinked && state.gamma > 0;

// Where the steps of a rule lead from a point.
export const follow = (state, name, [x, y], steps = state.steps) => {
  const rule = RULES[name];
  const step = formulas[`step_${GAMES[state.game].key}_${rule.key}`];
  const settings = [...ruleSettings(state, name), ...gameSettings(state)];
  let at = [x, y, ...Array(rule.carried).fill(0), 0];
  const points = [[x, y]];
  for (let k = 0; k < steps; k++) {
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

const degrees = (radians) => (radians * 180) / Math.PI;

// By how many degrees the points turn around the equilibrium, a step.
const meanTurn = (points) => {
  const lowest = STRAIGHT - 180; // half a turn has the same sign whatever the last bit says
  const angles = points.map(([x, y]) => degrees(Math.atan2(y, x)));
  const turns = angles.slice(1).map((angle, k) => (((angle - angles[k] - lowest) % 360) + 360) % 360 + lowest);
  return turns.reduce((sum, turn) => sum + turn, 0) / turns.length;
};

export const measure = (state, rule, orbit) => {
  const distance = orbit.map(([x, y]) => Math.hypot(x, y));
  if (!distance.every((d) => d < FAR)) return { why: WORDS.unbounded };
  const last = distance.at(-1);
  for (const side of [1, -1]) {
    const beside = follow(state, rule, [state.x * (1 + side * NUDGE), state.y * (1 - side * NUDGE)]);
    const close = ([x, y], k) => Math.hypot(x - orbit[k][0], y - orbit[k][1]) / distance[k] <= SEPARATION;
    if (beside.every(close)) continue;
    return last <= ARRIVED * distance[0] ? { distance: last, why: WORDS.arrived } : { why: WORDS.sensitive };
  }
  if (state.steps < FEWEST) return { distance: last, why: WORDS.short };
  const half = Math.floor(state.steps / 2);
  const growth = Math.exp(fittedSlope(distance.slice(half).map(Math.log)));
  if (growth > FASTEST) return { distance: last, why: WORDS.fast };
  return { distance: last, growth, turn: meanTurn(orbit.slice(half)) };
};

export const multipliers = (state, rule) => {
  const near = formulas[`near_${GAMES[state.game].key}`](gameSettings(state));
  return eigenvalues(formulas[`jacobian_${RULES[rule].key}`](near, ruleSettings(state, rule)));
};

// The growth and the turn that the outermost multiplier means; no turn where all are 0.
export const predict = (values) => {
  const sizes = values.map((value) => Math.hypot(...value));
  const growth = Math.max(...sizes);
  if (growth < FIRM) return { growth };
  const outermost = values.filter((_, i) => sizes[i] >= growth - FIRM * growth);
  const found = Math.max(...outermost.map(([re, im]) => Math.abs(degrees(Math.atan2(im, re)))));
  // A double root is known to half the digits, so that it may look like a pair.
  const straight = found > 180 - STRAIGHT ? 180 : found;
  return { growth, turn: found < STRAIGHT ? 0 : straight };
};
