// Made by `python -m tools.formulas` from gantext.widgets.ideas.blunt_peak.
export const RANGES = {"slope": [0.0, 1.0, 0.02], "turn": [0.0, 1.0, 0.02]};
export const DIGITS = {"slope": 2, "turn": 2, "gap": 2};
export const NAMES = {"slope": "leaky slope α", "turn": "how the two units share the work"};
export const WORDS = {
  "sentence": "With the leaky slope α = {slope}, and {turn} of the work done by the first unit, the critic's gap is {gap}, of 1.",
  "best": "−|x|: gap 1",
  "critic": "critic",
  "real": "real",
  "fake": "fake",
  "turn": "work of the first unit"
};
export const PLACES = [-1.0, 0.0, 1.0];

export const critic = ([x], [slope, turn]) => {
  const t0 = Math.sqrt(turn);
  const t1 = t0*x;
  const t2 = Math.sqrt(1 - turn);
  const t3 = t2*x;
  return [-t0*(-slope*Math.max(0, -t1) + Math.max(0, t1)) - t2*(-slope*Math.max(0, t3) + Math.max(0, -t3))];
};

export const gap = ([slope, turn]) => {
  const t0 = Math.sqrt(turn);
  const t1 = Math.max(0, t0);
  const t2 = Math.max(0, -t0);
  const t3 = (1/2)*t0;
  const t4 = Math.sqrt(1 - turn);
  const t5 = Math.max(0, t4);
  const t6 = Math.max(0, -t4);
  const t7 = (1/2)*t4;
  return [t3*(-slope*t1 + t2) + t3*(-slope*t2 + t1) + t7*(-slope*t5 + t6) + t7*(-slope*t6 + t5)];
};
