// Made by `python -m tools.formulas` from gantext.widgets.ideas.pitchfork.
export const RANGES = {"lam": [0.0, 0.7, 0.01]};
export const DIGITS = {"lam": 2, "curvature": 2};
export const NAMES = {"lam": "weight λ of the bonus"};
export const KAPPA = 2.0;
export const HEIGHTS = [-0.02, 0.58];
export const WORDS = {
  "sentence": "With the weight λ = {lam} the curvature at balance is {curvature}: balance is {balance}. Whoever goes downhill from beside it comes to rest at q = {rest}.",
  "hill": "the top of a hill",
  "valley": "the bottom of the valley",
  "two": "{low} or {high}",
  "one": "0.500",
  "loss": "loss L(q)",
  "share": "share q",
  "forger": "forger",
  "drag": "balance"
};
export const ROUNDING = 1e-09;

export const value = ([q, lam]) => {
  const t0 = 1 - q;
  const t1 = q + 1/2;
  const t2 = 3/2 - q;
  return [2*q*t0 - t1*Math.log(Math.max(2.2250738585072014e-308, t1)) - t2*Math.log(Math.max(2.2250738585072014e-308, t2)) - (lam + 1)*(-q*Math.log(Math.max(2.2250738585072014e-308, q)) - t0*Math.log(Math.max(2.2250738585072014e-308, t0))) + Math.log(2)];
};

export const curvature = ([lam]) => {
  return [4*lam - 2];
};

export const stationary = ([q]) => {
  const t0 = Math.log(q);
  const t1 = Math.log(1 - q);
  return [(q === 1/2 ? 1/2 : (4*q - t0 + t1 - Math.log(3/2 - q) + Math.log(q + 1/2) - 2)/(t0 - t1))];
};
