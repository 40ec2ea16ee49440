// Made by `python -m tools.formulas` from gantext.widgets.ideas.best_answer.
export const RANGES = {"data": [0.01, 0.5, 0.01], "generator": [0.01, 0.5, 0.01]};
export const DIGITS = {"data": 2, "generator": 2, "critic": 2};
export const NAMES = {
  "data": "how often the painter uses the stroke",
  "generator": "how often the forger uses the stroke"
};
export const WORDS = {
  "sentence": "The painter uses this stroke with probability {data}, the forger with {generator}. The painter's part of the two together is D* = {critic}.",
  "data": "painter",
  "generator": "forger",
  "critic": "D*",
  "stretched": "stretched to length 1"
};

export const critic = ([data, generator]) => {
  const t0 = data + generator;
  const t1 = t0 > 0;
  return [(t1 ? data*(t1 ? 1/t0 : 1) : 1/2)];
};
