// Made by `python -m tools.formulas` from gantext.widgets.record_table.constants.
export const BITS = {"rows": 2, "units": 6, "samples": 8, "measures": 12};
export const UNITS = [1e-07, 2e-07, 4e-07, 5e-07, 1e-06, 2e-06, 4e-06, 5e-06, 1e-05, 2e-05, 4e-05, 5e-05, 0.0001, 0.0002, 0.0004, 0.0005, 0.001, 0.002, 0.004, 0.005, 0.01, 0.02, 0.04, 0.05, 0.1, 0.2, 0.4, 0.5, 1.0, 2.0, 4.0, 5.0, 10.0, 20.0, 40.0, 50.0, 100.0, 200.0, 400.0, 500.0, 1000.0, 2000.0, 4000.0, 5000.0, 10000.0, 20000.0, 40000.0, 50000.0, 100000.0, 200000.0, 400000.0, 500000.0, 1000000.0, 2000000.0, 4000000.0, 5000000.0, 10000000.0, 20000000.0, 40000000.0, 50000000.0, 100000000.0, 200000000.0, 400000000.0];
export const FACTORS = ["loss", "constraint", "rule"];
export const MEASURES = {
  "quality": {"title": "quality", "said": "quality", "digits": 2},
  "captured": {"title": "modes", "said": "the number of modes", "digits": 1},
  "w1": {"title": "W₁", "said": "W₁", "digits": 2}
};
export const WORDS = {
  "sentence": "{loss}, {constraint}, {rule}: after {steps} steps {complete} of {seeds} seeds have all {modes} modes, and {measure} is {mean} in the mean{interval}.",
  "interval": ", with a 95% interval from {low} to {high}",
  "table": "Mean {measure} of {seeds} seeds after {steps} steps: the stronger the colour, the better.",
  "cell": "{loss}, {constraint}: {measure} {value}",
  "none": "not in the record",
  "chart": "{loss}, {constraint}: {measure}",
  "plane": "samples of seed {seed}"
};
export const TITLES = {
  "rule": "update rule",
  "measure": "measure",
  "seed": "seed of the samples",
  "step": "step",
  "mean": "mean",
  "one": "seed {seed}",
  "real": "real samples",
  "complete": "seeds with all modes"
};
