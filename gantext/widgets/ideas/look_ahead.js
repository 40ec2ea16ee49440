// Extragradient: the trial step, the velocity found there, and the real step.
import { circle, dots, path } from "../plot.js";
import { arrow, idea, name, stage } from "./idea.js";
import * as made from "./look_ahead.made.js";

const { ROUNDING, WORDS } = made;
const START = [1, 0];

const compute = ({ eta }) => {
  const [u, v, x, y] = made.look([eta]);
  const radius = Math.hypot(x, y);
  const side = Math.abs(radius - 1) < ROUNDING ? WORDS.on : radius < 1 ? WORDS.inside : WORDS.outside;
  return { eta, trial: Math.hypot(u, v), radius, side };
};

export default idea("LookAhead", made, compute, ({ place, grip }) => {
  const plan = stage(place, { x: [-1.5, 2], y: [-1.1, 1.6], height: 284 });
  const old = path(plan.front, plan, "muted");
  const reached = path(plan.front, plan, "ink thin dashed");
  const ahead = arrow(plan.front, plan, "measured thin dashed");
  const there = arrow(plan.front, plan, "measured thin");
  const step = arrow(plan.front, plan, "measured");
  const begin = dots(plan.front, plan, "measured", 4);
  const end = dots(plan.front, plan, "measured", 5);
  const rest = dots(plan.front, plan, "ink", 3);
  const trialName = name(plan.front, plan, "measured", WORDS.trial, [13, 4]);
  const thereName = name(plan.front, plan, "measured middle", WORDS.there, [0, -10]);
  const realName = name(plan.front, plan, "measured left", WORDS.real, [-10, 10]);
  const tip = grip(plan, "eta", { style: "measured hollow", axis: "y", of: (_, y) => ({ eta: y }) });
  old(circle(1));
  begin([START]);
  rest([[0, 0]]);

  return ({ eta }, { radius }) => {
    const [u, v, x, y] = made.look([eta]);
    const arrowEnd = [u + x - START[0], v + y - START[1]]; // the same movement, from the trial point
    const angle = Math.atan2(y, x);
    reached(circle(radius, angle - 0.9, angle + 0.9));
    ahead(START, [u, v]);
    there([u, v], arrowEnd);
    step(START, [x, y]);
    end([[x, y]]);
    trialName([u, v]);
    thereName(arrowEnd);
    realName([x, y]);
    tip([u, v]);
    return plan;
  };
}, { eta: "measured" });
