// Made by `python -m tools.formulas` from gantext.widgets.ideas.agreeing_seeds.
export const RANGES = {"seeds": [2, 64, 1]};
export const DIGITS = {"seeds": 0, "low": 3, "modes": 2};
export const NAMES = {"seeds": "number of seeds that agree"};
export const TAIL = 0.025;
export const MODES = 8;
export const WORDS = {
  "sentence": "All of {seeds} seeds capture 8 modes. The share of all seeds that do may still be as low as {low}, and the mean over all seeds as low as {modes} modes.",
  "allowed": "still possible",
  "seeds": "seeds that agree",
  "share": "share of all seeds"
};

export const lowest = ([seeds]) => {
  return [Math.exp(-3.6888794541139363/seeds)];
};
