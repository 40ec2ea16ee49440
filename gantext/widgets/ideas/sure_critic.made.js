// Made by `python -m tools.formulas` from gantext.widgets.ideas.sure_critic.
export const RANGES = {"score": [-6.0, 6.0, 0.1]};
export const DIGITS = {"score": 1, "critic": 3, "minimax": 3, "other": 3};
export const NAMES = {"score": "the critic's logit of a forgery"};
export const HEIGHTS = [-6.5, 6.5];
export const WORDS = {
  "sentence": "The critic gives a forgery the logit {score}, so D = {critic}. There log(1 − D) has the slope {minimax}, and −log D the slope {other}.",
  "minimax": "log(1 − D)",
  "other": "−log D",
  "sides": "← surely forged the critic's logit surely real →",
  "slope": "slope"
};
const sigmoid = (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const faced = ([score]) => {
  const t0 = sigmoid(score);
  const t1 = -score;
  return [t0, -softplus(score), -t0, softplus(t1), -sigmoid(t1)];
};
