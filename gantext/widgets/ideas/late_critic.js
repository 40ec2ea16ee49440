// The forger's share over time, for a critic whose speed is dragged on a ruler above.
import { path, plot } from "../plot.js";
import { block, idea, name } from "./idea.js";
import * as made from "./late_critic.made.js";

const { CRITICAL, RANGES, START, STEPS, WORDS } = made;
const [LOW, HIGH] = RANGES.ratio;
const RULER = 1.22; // its height in the picture

const orbit = (ratio) => {
  let state = [START, 0, 0];
  const shares = [made.share([state[0]])[0]];
  while (shares.length <= STEPS) {
    state = made.step(state, [ratio]);
    shares.push(made.share([state[0]])[0]);
  }
  return shares;
};

const compute = ({ ratio }) => {
  const late = orbit(ratio).slice(STEPS / 2);
  const verdict = ratio < CRITICAL ? WORDS.hopping : WORDS.steady;
  return { ratio, low: Math.min(...late), high: Math.max(...late), verdict };
};

// Where the ruler has a ratio, and back.
const at = (ratio) => ((ratio - LOW) / (HIGH - LOW)) * STEPS;
const ratioAt = (x) => LOW + (x / STEPS) * (HIGH - LOW);

export default idea("LateCritic", made, compute, ({ place, grip }) => {
  const plan = plot(place, { label: "", x: [0, STEPS], y: [-0.02, 1.4], xlabel: WORDS.step, ylabel: WORDS.share, height: 270,
    xticks: 4, yticks: 0, handles: true });
  const late = block(plan.back, plan, "faint pale");
  const middle = path(plan.back, plan, "ink thin dotted");
  const way = path(plan.back, plan, "generator");
  const track = path(plan.front, plan, "muted");
  const short = path(plan.front, plan, "generator thick");
  const mark = path(plan.front, plan, "ink");
  const speed = name(plan.front, plan, "discriminator left", WORDS.speed, [0, -12]);
  const critical = name(plan.front, plan, "ink middle", WORDS.critical, [0, -12]);
  const levels = [0, 0.5, 1].map((q) => name(plan.front, plan, "muted left", String(q), [-8, 4]));
  const knob = grip(plan, "ratio", { style: "discriminator", unit: STEPS / (HIGH - LOW), of: (x) => ({ ratio: ratioAt(x) }) });
  late([STEPS / 2, -0.02], [STEPS, 1.02]);
  middle([[0, 0.5], [STEPS, 0.5]]);
  track([[0, RULER], [STEPS, RULER]]);
  short([[0, RULER], [at(CRITICAL), RULER]]);
  mark([[at(CRITICAL), RULER - 0.05], [at(CRITICAL), RULER + 0.05]]);
  speed([STEPS, RULER]);
  critical([at(CRITICAL), RULER]);
  [0, 0.5, 1].forEach((q, i) => levels[i]([0, q]));

  return ({ ratio }) => {
    way(orbit(ratio).map((q, k) => [k, q]));
    knob([at(ratio), RULER]);
    return plan;
  };
}, { ratio: "discriminator", low: "generator", high: "generator" });
