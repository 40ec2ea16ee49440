// Made by `python -m tools.formulas` from gantext.widgets.ideas.look_ahead.
export const RANGES = {"eta": [0.02, 1.2, 0.02]};
export const DIGITS = {"eta": 2, "trial": 3, "radius": 3};
export const NAMES = {"eta": "step size η"};
export const WORDS = {
  "sentence": "The trial step of size η = {eta} leaves the circle, to distance {trial}. The real step takes the velocity found there, from the old point, and ends {side} the circle: distance {radius}.",
  "inside": "inside",
  "outside": "outside",
  "on": "on",
  "trial": "trial",
  "there": "velocity there",
  "real": "real step"
};
export const ROUNDING = 1e-09;

export const look = ([eta]) => {
  return [1, eta, 1 - Math.pow(eta, 2), eta];
};
