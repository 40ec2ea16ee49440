// The complex plane: the multipliers, and what the outermost does to the number 1.
import { fill, signed } from "../core.js";
import { circle, dots, path, plot, words } from "../plot.js";
import { EXTENT, LABELS, TITLES } from "./constants.js";
import { sector } from "./plane.js";

const toldMultipliers = (values) =>
  values.filter(([, im]) => im > -1e-9).map(([re, im]) =>
    (im < 1e-9 ? signed(re, 2) : `${signed(re, 2)} ± ${signed(im, 2)}i`)).join(", ");

export const makeSpectrum = (parent) => {
  const plan = plot(parent, { title: TITLES.spectrum, label: "", x: [-EXTENT, EXTENT], y: [-EXTENT, EXTENT],
    xlabel: TITLES.real, ylabel: TITLES.imaginary, height: 360 });
  const turns = path(plan.back, plan, "ink sector");
  const unit = path(plan.back, plan, "muted thin");
  const grown = path(plan.back, plan, "measured thin");
  const pale = dots(plan.back, plan, "muted hollow", 4.5);
  const marks = dots(plan.back, plan, "ink", 5);
  const [unitWords, grownWords, leadWords, paleWords] = ["muted", "measured", "ink", "muted"].map((style) =>
    words(plan.front, plan, style));

  // Beside a multiplier, where the circle leaves room.
  const name = (put, angle, size, text, down) => {
    const [x, y] = [size * Math.cos(angle), size * Math.sin(angle)];
    put(x, y, text, { side: x < 0 ? "start" : "end", right: x < 0 ? 11 : -11, down });
  };

  // `values` of the rule and `others` of the one beside it; `seen` is its measured growth, `predicted` its growth
  // and turn.
  return (state, { values, others, predicted, seen }) => {
    const extent = predicted.growth > 1.5 ? Math.ceil(1.1 * predicted.growth) : EXTENT;
    plan.scale([-extent, extent], [-extent, extent]);
    unit(circle(1));
    const shown = seen.growth < 2 * extent;
    const outer = seen.growth > 1; // each circle has its name on the side where the other is not
    unitWords(0, 1, LABELS.unit, { side: "middle", down: shown && outer ? 16 : -7 });
    grown(shown ? circle(seen.growth) : []);
    grownWords(0, -seen.growth, shown && seen.growth < 0.9 * extent ? LABELS.measured : "",
      { side: "middle", down: outer ? 16 : -7 });
    marks(values);
    pale(others);
    const turn = predicted.turn === undefined ? "" : fill(LABELS.turn, { turn: signed(predicted.turn, 1) });
    turns(predicted.turn === undefined ? [] : sector([1, 0], predicted.growth, predicted.turn));
    const angle = ((predicted.turn ?? 0) * Math.PI) / 180;
    name(leadWords, angle, predicted.growth ?? NaN,
      values.length ? fill(LABELS.leading, { growth: signed(predicted.growth, 3), turn }) : "", -9);
    // That of the rule stands in the upper half.
    const [lower] = others.filter(([, im]) => im <= 0).sort((a, b) => Math.hypot(...b) - Math.hypot(...a));
    name(paleWords, lower ? Math.atan2(lower[1], lower[0]) : 0, lower ? Math.hypot(...lower) : NaN,
      lower ? state.beside : "", 15);
    plan.describe(values.length === 0
      ? "The complex plane with the unit circle. There are no multipliers: the penalty has a kink at the equilibrium."
      : `The complex plane with the unit circle and the multipliers ${toldMultipliers(values)}.${others.length
        ? ` Those of ${state.beside}: ${toldMultipliers(others)}.` : ""}`);
  };
};
