// Two losses of the forger over the critic's logit, each with its tangent.
import { linspace, signed } from "../core.js";
import { dots, path, plot } from "../plot.js";
import { idea, name } from "./idea.js";
import * as made from "./sure_critic.made.js";

const { HEIGHTS, RANGES, WORDS } = made;
const [LOW, HIGH] = RANGES.score;
const NEAR = 1.6; // half of a tangent's width

const compute = ({ score }) => {
  const [critic, , minimax, , other] = made.faced([score]);
  return { score, critic, minimax, other };
};

export default idea("SureCritic", made, compute, ({ place, grip }) => {
  const plan = plot(place, { label: "", x: [LOW - 0.4, HIGH + 0.4], y: HEIGHTS, xlabel: WORDS.sides, height: 290, yticks: 0,
    handles: true });
  const line = path(plan.back, plan, "muted thin dotted");
  const curves = [path(plan.back, plan, "generator dashed"), path(plan.back, plan, "generator")];
  const tangents = [0, 1].map(() => path(plan.back, plan, "ink thick"));
  const points = dots(plan.front, plan, "ink", 4);
  const names = [name(plan.front, plan, "generator left", WORDS.minimax), name(plan.front, plan, "generator left", WORDS.other)];
  const slopes = [0, 1].map(() => name(plan.front, plan, "ink", "", [8, -10]));
  const knob = grip(plan, "score", { style: "discriminator", of: (x) => ({ score: x }) });
  const scores = linspace(LOW, HIGH, 121);
  const seen = scores.map((s) => made.faced([s]));
  curves[0](scores.map((s, i) => [s, seen[i][1]]));
  curves[1](scores.map((s, i) => [s, seen[i][3]]));
  names[0]([HIGH - 2.6, -5]);
  names[1]([HIGH, 0.7]);

  return ({ score }) => {
    const [, first, minimax, second, other] = made.faced([score]);
    [[first, minimax], [second, other]].forEach(([value, slope], i) => {
      tangents[i]([-NEAR, NEAR].map((by) => [score + by, value + slope * by]));
      slopes[i]([Math.min(score, HIGH - 3.6), value], `${WORDS.slope} ${signed(slope, 3)}`);
    });
    points([[score, first], [score, second]]);
    line([[score, HEIGHTS[0]], [score, HEIGHTS[1]]]);
    knob([score, HEIGHTS[0]]);
    return plan;
  };
}, { score: "discriminator", critic: "discriminator" });
