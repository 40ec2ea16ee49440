// The landscape of the first world: drag its middle down, and the two valleys become one.
import { fill, linspace, signed } from "../core.js";
import { dots, path, plot } from "../plot.js";
import { idea, name } from "./idea.js";
import * as made from "./pitchfork.made.js";

const { HEIGHTS, RANGES, ROUNDING, WORDS } = made;
const BALANCE = 0.5;
const height = (q, lam) => made.value([q, lam])[0];
const bend = (lam) => made.curvature([lam])[0];

// The minima. Below balance the stationary weight rises with the share, so bisection finds the one.
const minima = (lam) => {
  if (bend(lam) >= -ROUNDING) return [BALANCE];
  let [low, high] = [1e-9, BALANCE];
  for (let k = 0; k < 80; k += 1) {
    const q = (low + high) / 2;
    if (made.stationary([q])[0] < lam) low = q;
    else high = q;
  }
  return [low, 1 - low];
};

const compute = ({ lam }) => {
  const found = minima(lam);
  const [low, high] = [found[0], found.at(-1)].map((q) => signed(q, 3));
  return {
    lam,
    curvature: bend(lam),
    balance: bend(lam) < -ROUNDING ? WORDS.hill : WORDS.valley,
    rest: fill(found.length > 1 ? WORDS.two : WORDS.one, { low, high }),
  };
};

export default idea("Pitchfork", made, compute, ({ place, grip }) => {
  const plan = plot(place, { label: "", x: [0, 1], y: HEIGHTS, xlabel: WORDS.share, height: 250, yticks: 0, handles: true });
  const curve = path(plan.back, plan, "ink");
  const rest = dots(plan.front, plan, "generator", 8);
  const forger = name(plan.front, plan, "generator middle", WORDS.forger, [0, 24]);
  const balance = name(plan.front, plan, "ink middle", WORDS.drag, [0, -14]);
  const title = name(plan.front, plan, "muted", WORDS.loss, [6, 0]);
  // The loss at balance is linear in λ: the height to which it is dragged says which.
  const [low, high] = RANGES.lam;
  const [top, bottom] = [height(BALANCE, low), height(BALANCE, high)];
  const middle = grip(plan, "lam", { style: "ink hollow", axis: "y", unit: (bottom - top) / (high - low),
    of: (_, y) => ({ lam: low + ((high - low) * (y - top)) / (bottom - top) }) });
  const shares = linspace(0, 1, 201);
  title([0, HEIGHTS[1] - 0.06]);

  return ({ lam }) => {
    const found = minima(lam);
    curve(shares.map((q) => [q, height(q, lam)]));
    rest(found.map((q) => [q, height(q, lam)]));
    forger(found.length > 1 ? [found[0], height(found[0], lam)] : [BALANCE, height(BALANCE, lam)]);
    balance([BALANCE, height(BALANCE, lam)]);
    middle([BALANCE, height(BALANCE, lam)]);
    return plan;
  };
}, { rest: "generator" });
