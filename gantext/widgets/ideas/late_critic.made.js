// Made by `python -m tools.formulas` from gantext.widgets.ideas.late_critic.
export const RANGES = {"ratio": [0.05, 1.0, 0.01]};
export const DIGITS = {"ratio": 2, "low": 3, "high": 3};
export const NAMES = {"ratio": "how fast the critic learns, in the forger's rate"};
export const ETA = 2.0;
export const STEPS = 400;
export const START = 0.2;
export const CRITICAL = 0.4210526315789474;
export const WORDS = {
  "sentence": "The critic learns {ratio} times as fast as the forger. In the second half of the run his share q lies between {low} and {high}: {verdict}.",
  "steady": "the swings die out",
  "hopping": "the swings last",
  "share": "share q",
  "step": "step",
  "speed": "critic's speed r",
  "critical": "0.42"
};
const sigmoid = (x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)));
const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

export const step = ([theta, psi1, psi2], [ratio]) => {
  const t0 = Math.exp(theta);
  const t1 = 1/(t0 + 1);
  const t2 = t0*t1;
  const t3 = t2*softplus(psi1);
  const t4 = sigmoid(theta);
  const t5 = 2*ratio;
  return [-2*t2*(t1*softplus(psi2) + t3) + 2*t3 + 2*t4*(1 - t4)*(1.6*t4 - 0.8) + theta, psi1 + t5*(-t2*sigmoid(psi1) + (1/2)*sigmoid(-psi1)), psi2 + t5*(-t1*sigmoid(psi2) + (1/2)*sigmoid(-psi2))];
};

export const share = ([theta]) => {
  return [sigmoid(theta)];
};
