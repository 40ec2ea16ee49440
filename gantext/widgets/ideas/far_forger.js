// Two equal distributions on letters, and above the forger's middle how far JS says he is.
import { svg } from "../core.js";
import { dots, path, plot } from "../plot.js";
import { block, idea, name } from "./idea.js";
import * as made from "./far_forger.made.js";

const { RANGES, SHAPE, WORDS } = made;
const [LOW, HIGH] = RANGES.shift;
const HALF = (SHAPE.length - 1) / 2;
const END = HIGH + HALF; // the last letter
const letters = Array.from({ length: 2 * END + 1 }, (_, i) => i - END);
const at = (letter, shift) => SHAPE[letter - shift + HALF] ?? 0;

const divergence = (shift) =>
  letters.reduce((sum, letter) => sum + made.letter([at(letter, 0), at(letter, shift)])[0], 0);

const compute = ({ shift }) => {
  const common = letters.filter((letter) => at(letter, 0) > 0 && at(letter, shift) > 0).length;
  return { shift, common, divergence: divergence(shift), note: common ? WORDS.near : WORDS.apart };
};

export default idea("FarForger", made, compute, ({ place, grip }) => {
  const plan = plot(place, { label: "", x: [-END - 0.7, END + 0.7], y: [0, 0.82], height: 240, xticks: 0, yticks: 0,
    handles: true });
  const bars = ["data", "generator"].map((style) => SHAPE.map(() => block(plan.back, plan, style)));
  const highest = path(plan.back, plan, "muted thin dashed");
  const well = path(plan.back, plan, "ink thin");
  const all = dots(plan.back, plan, "ink", 2.5);
  const stem = path(plan.back, plan, "generator thin dotted");
  const top = name(plan.front, plan, "muted", WORDS.highest, [2, -6]);
  const data = name(plan.front, plan, "data middle", WORDS.data, [0, 14]);
  const forger = name(plan.front, plan, "generator middle", WORDS.generator, [0, 28]);
  const label = name(plan.front, plan, "ink", WORDS.divergence, [12, 4]);
  const here = dots(plan.front, plan, "ink", 6);
  // The whole bump can be grabbed.
  const half = plan.x(HALF + 0.5) - plan.x(0);
  const body = svg("rect", { x: -half, y: 0, width: 2 * half, height: plan.y(0) - plan.y(SHAPE[HALF]) });
  const knob = grip(plan, "shift", { style: "generator", body, of: (x) => ({ shift: x }) });
  const stand = (row, shift, side) => SHAPE.forEach((p, i) => {
    const x = shift - HALF + i + side * 0.2;
    row[i]([x - 0.2, 0], [x + 0.2, p]);
  });
  const shifts = letters.filter((k) => k >= LOW && k <= HIGH);
  const curve = shifts.map((k) => [k, divergence(k)]);
  well(curve);
  all(curve);
  highest([[-END - 0.7, divergence(HIGH)], [END + 0.7, divergence(HIGH)]]);
  top([-END - 0.7, divergence(HIGH)]);
  stand(bars[0], 0, -1);
  data([0, 0]);

  return ({ shift }) => {
    const height = divergence(shift);
    stand(bars[1], shift, 1);
    forger([shift, 0]);
    stem([[shift, SHAPE[HALF]], [shift, height]]);
    label([shift, height], `${WORDS.divergence} = ${height.toFixed(3)}`);
    here([[shift, height]]);
    knob([shift, SHAPE[HALF]]);
    return plan;
  };
}, { shift: "generator", divergence: "ink" });
