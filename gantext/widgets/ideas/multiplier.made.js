// Made by `python -m tools.formulas` from gantext.widgets.ideas.multiplier.
export const RANGES = {"real": [-1.2, 1.2, 0.02], "imaginary": [-1.2, 1.2, 0.02]};
export const DIGITS = {"real": 2, "imaginary": 2, "modulus": 3, "turn": 0, "end": 3};
export const NAMES = {"real": "real part of the multiplier", "imaginary": "imaginary part of the multiplier"};
export const STEPS = 20;
export const WORDS = {
  "sentence": "A step that multiplies by μ = {real} + {imaginary} i turns by {turn}° and multiplies the distance by |μ| = {modulus}. After 20 of them the distance is {end}.",
  "multiplier": "μ",
  "square": "μ²",
  "start": "start: 1",
  "circle": "|μ| = 1"
};

export const step = ([x, y], [real, imaginary]) => {
  const t0 = 1 - real;
  return [-imaginary*y - t0*x + x, imaginary*x - t0*y + y];
};
