// A critic that tries to make a peak: its bend at the real point is dragged, and the gap follows.
import { dots, path, plot } from "../plot.js";
import { idea, name } from "./idea.js";
import * as made from "./blunt_peak.made.js";

const { WORDS } = made;
const RULER = -1.5; // its height in the picture

const compute = ({ slope, turn }) => ({ slope, turn, gap: made.gap([slope, turn])[0] });

export default idea("BluntPeak", made, compute, ({ place, grip }) => {
  const plan = plot(place, { label: "", x: [-1.4, 1.4], y: [-1.7, 0.5], xlabel: "x", ylabel: WORDS.critic, height: 290,
    xticks: 3, yticks: 4, handles: true });
  const best = path(plan.back, plan, "muted dashed");
  const chord = path(plan.back, plan, "ink thin dotted");
  const curve = path(plan.front, plan, "discriminator");
  const bar = path(plan.front, plan, "discriminator thick");
  const track = path(plan.front, plan, "muted");
  const fakes = dots(plan.front, plan, "generator", 5);
  const real = dots(plan.front, plan, "data", 5);
  const told = name(plan.front, plan, "muted", WORDS.best, [8, 0]);
  const truth = name(plan.front, plan, "data", WORDS.real, [8, -8]);
  const left = name(plan.front, plan, "generator middle", WORDS.fake, [0, -10]);
  const right = name(plan.front, plan, "generator middle", WORDS.fake, [0, -10]);
  const work = name(plan.front, plan, "muted middle", WORDS.turn, [0, -10]);
  // The gap is half of 1 − α: a handle at its lower end moves α.
  const bend = grip(plan, "slope", { style: "discriminator", axis: "y", unit: 0.5, of: (_, y) => ({ slope: 1 + 2 * y }) });
  const share = grip(plan, "turn", { style: "ink", unit: 2, of: (x) => ({ turn: (x + 1) / 2 }) });
  best([[-1.4, -1.4], [0, 0], [1.4, -1.4]]);
  track([[-1, RULER], [1, RULER]]);
  real([[0, 0]]);
  told([0.72, -0.78]);
  truth([0, 0]);
  work([0, RULER]);

  return ({ slope, turn }, { gap }) => {
    const at = (x) => made.critic([x], [slope, turn])[0];
    curve([-1.4, 0, 1.4].map((x) => [x, at(x)]));
    chord([[-1, at(-1)], [1, at(1)]]);
    bar([[0, 0], [0, -gap]]);
    fakes([[-1, at(-1)], [1, at(1)]]);
    left([-1, at(-1)]);
    right([1, at(1)]);
    bend([0, -gap]);
    share([2 * turn - 1, RULER]);
    return plan;
  };
}, { slope: "discriminator", gap: "discriminator" });
