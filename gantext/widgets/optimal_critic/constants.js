// Made by `python -m tools.formulas` from gantext.widgets.optimal_critic.constants.
export const HEIGHTS = [-1.5, 0.1];
export const WORDS = {
  "sentence": "V = {V}, JS = {JS} of at most 0.693. On letter {letter}, a = {a}, b = {b} and {critic}.",
  "critic": "D* = {critic}",
  "free": "nobody shows it: D* is free"
};
export const TITLES = {"game": "a log d + b log(1 − d)"};
