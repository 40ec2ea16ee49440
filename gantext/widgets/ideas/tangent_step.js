// A step along the tangent, and the circle on which it ends.
import { circle, dots, path } from "../plot.js";
import { arrow, idea, name, stage } from "./idea.js";
import * as made from "./tangent_step.made.js";

const { STEPS, WORDS } = made;
const START = [1, 0];

const orbit = (eta) => {
  const places = [START];
  while (places.length <= STEPS) places.push(made.step(places.at(-1), [eta]));
  return places;
};

const compute = ({ eta }) => {
  const distances = orbit(eta).map(([x, y]) => Math.hypot(x, y));
  return { eta, radius: distances[1], later: distances.at(-1) };
};

export default idea("TangentStep", made, compute, ({ place, grip }) => {
  const plan = stage(place, { x: [-1.1, 2.4], y: [-1.1, 1.5], height: 275 });
  const old = path(plan.front, plan, "muted");
  const next = path(plan.front, plan, "ink thin dashed");
  const arms = [path(plan.front, plan, "muted thin"), path(plan.front, plan, "ink thin dashed")];
  const later = dots(plan.front, plan, "measured later", 3);
  const tangent = arrow(plan.front, plan, "measured");
  const begin = dots(plan.front, plan, "measured", 4);
  const rest = dots(plan.front, plan, "ink", 3);
  const flow = name(plan.front, plan, "muted middle", WORDS.circle);
  const size = name(plan.front, plan, "measured", "η", [8, 4]);
  const radius = name(plan.front, plan, "ink", WORDS.radius, [12, -4]);
  const tip = grip(plan, "eta", { style: "measured", axis: "y", of: (_, y) => ({ eta: y }) });
  old(circle(1));
  arms[0]([[0, 0], START]);
  begin([START]);
  rest([[0, 0]]);
  flow([0, -0.6]);

  return ({ eta }, { radius: far }) => {
    const places = orbit(eta);
    const [x, y] = places[1];
    const angle = Math.atan2(y, x);
    next(circle(far, -0.35, angle + 1.1));
    arms[1]([[0, 0], [x, y]]);
    later(places.slice(2).filter(([u, v]) => u < 2.4 && u > -1.1 && Math.abs(v) < 1.4));
    tangent(START, [x, y]);
    size([x, y / 2]);
    radius([x, y], `${WORDS.radius} = ${far.toFixed(3)}`);
    tip([x, y]);
    return plan;
  };
}, { eta: "measured" });
