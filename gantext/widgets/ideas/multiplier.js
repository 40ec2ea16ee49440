// A multiplier in the complex plane, and the steps that it makes: 1, μ, μ², μ³ ...
import { signed } from "../core.js";
import { circle, dots, handle, path } from "../plot.js";
import { idea, name, stage } from "./idea.js";
import * as made from "./multiplier.made.js";

const { RANGES, STEPS, WORDS } = made;
const START = [1, 0];

const orbit = ({ real, imaginary }) => {
  const places = [START];
  while (places.length <= STEPS) places.push(made.step(places.at(-1), [real, imaginary]));
  return places;
};

const compute = (state) => {
  const places = orbit(state);
  const [x, y] = places[1];
  return { ...state, modulus: Math.hypot(x, y), turn: (Math.atan2(y, x) * 180) / Math.PI, end: Math.hypot(...places.at(-1)) };
};

export default idea("Multiplier", made, compute, ({ place, set }) => {
  const plan = stage(place, { x: [-1.78, 1.78], y: [-1.35, 1.35], height: 280 });
  const unit = path(plan.front, plan, "muted");
  const way = path(plan.front, plan, "measured thin");
  const steps = dots(plan.front, plan, "measured", 3);
  const rest = dots(plan.front, plan, "ink", 3);
  const begin = name(plan.front, plan, "muted", WORDS.start, [7, 14]);
  const one = name(plan.front, plan, "muted left", WORDS.circle, [-4, -4]);
  const first = name(plan.front, plan, "measured", WORDS.multiplier, [11, -8]);
  const second = name(plan.front, plan, "measured", WORDS.square, [7, -5]);
  const tip = handle(plan, { label: "multiplier μ", style: "measured", radius: 7, step: [RANGES.real[2], RANGES.imaginary[2]],
    onMove: (real, imaginary) => set({ real, imaginary }) });
  unit(circle(1));
  begin(START);
  one([-0.72, 0.7]);
  rest([[0, 0]]);

  return ({ real, imaginary }, { modulus, turn }) => {
    const places = orbit({ real, imaginary });
    const seen = places.filter(([x, y]) => Math.abs(x) < 1.7 && Math.abs(y) < 1.34);
    way(seen);
    steps(seen);
    first(places[1]);
    second(Math.hypot(...places[2]) < 1.35 ? places[2] : [9, 9]);
    tip({ x: real, y: imaginary, told: `${signed(real, 2)} + ${signed(imaginary, 2)} i, modulus ${signed(modulus, 3)}`,
      now: turn.toFixed(0), low: -180, high: 180 });
    return plan;
  };
}, { real: "measured", imaginary: "measured" });
