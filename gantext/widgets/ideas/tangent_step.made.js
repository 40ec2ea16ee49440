// Made by `python -m tools.formulas` from gantext.widgets.ideas.tangent_step.
export const RANGES = {"eta": [0.02, 1.0, 0.02]};
export const DIGITS = {"eta": 2, "radius": 3, "later": 2};
export const NAMES = {"eta": "step size η"};
export const STEPS = 10;
export const WORDS = {
  "sentence": "A step of size η = {eta} along the tangent ends outside the circle, at distance {radius} instead of 1. After 10 such steps the distance is {later}.",
  "circle": "the flow's circle",
  "radius": "√(1 + η²)"
};

export const step = ([x, y], [eta]) => {
  return [-eta*y + x, eta*x + y];
};
