// Made by `python -m tools.formulas` from gantext.widgets.two_point_landscape.constants.
export const FIRST_LOGIT = 0.0001;
export const WORLDS = {
  "first world": {"key": "first", "label": "first: c = q(1 − q)"},
  "second world": {"key": "second", "label": "second: c = 1 − (2q − 1)⁴"}
};
export const LAST = 800;
export const RANGES = {
  "kappa": [0.0, 3.0, 0.05],
  "lam": [0.0, 3.5, 0.05],
  "start": [0.005, 0.995, 0.01],
  "steps": [0, 800, 1],
  "seed": [0, 99, 1]
};
export const WIDEST = 30.0;
export const EDGES = [-0.02, 1.02];
export const WORDS = {
  "sentence": "In the {world} with κ = {kappa} and {weight} {where} {minima}. From q = {start} {does}.",
  "held": "λ = {lam}",
  "to lower": "λ = {lam}, to be lowered to 0,",
  "lowered": "λ = {lam}, lowered from {first},",
  "minima": "the minima are",
  "minimum": "the only minimum is",
  "to come": "the ball will come to {q} in {steps} steps",
  "one step": "the ball has come to {q} after 1 step",
  "came": "the ball has come to {q} after {steps} steps"
};
export const TITLES = {
  "share": "share q",
  "loss": "loss L(q)",
  "weight": "weight λ of the bonus",
  "valley": "the landscape: drag the ball, and let go",
  "map": "all landscapes with this κ: drag the dot",
  "here": "you are here",
  "minimum": "minimum",
  "maximum": "maximum",
  "minima": "minima",
  "maxima": "maxima"
};
