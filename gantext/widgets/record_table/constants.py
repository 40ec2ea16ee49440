"""What Python and JavaScript know of records' tables under the same names.

``python -m tools.formulas`` writes them into ``constants.js``. Words in braces are filled in.
"""

from __future__ import annotations

from typing import Any

BITS = {"rows": 2, "units": 6, "samples": 8, "measures": 12}  # of a number, at most
#: What a row's numbers are multiples of; 4 as well, for what is counted among 2,500 samples.
UNITS = [float(f"{digit}e{power}") for power in range(-7, 9) for digit in (1, 2, 4, 5)][:63]
FACTORS = ("loss", "constraint", "rule")
#: Each with its name in a menu and in a sentence, and its digits in the table.
MEASURES: dict[str, dict[str, Any]] = {
    "quality": {"title": "quality", "said": "quality", "digits": 2},
    "captured": {"title": "modes", "said": "the number of modes", "digits": 1},
    "w1": {"title": "W₁", "said": "W₁", "digits": 2},
}

WORDS = {
    "sentence": "{loss}, {constraint}, {rule}: after {steps} steps {complete} of {seeds} seeds "
    "have all {modes} modes, and {measure} is {mean} in the mean{interval}.",
    "interval": ", with a 95% interval from {low} to {high}",
    "table": "Mean {measure} of {seeds} seeds after {steps} steps: the stronger the colour, "
    "the better.",
    "cell": "{loss}, {constraint}: {measure} {value}",
    "none": "not in the record",
    "chart": "{loss}, {constraint}: {measure}",
    "plane": "samples of seed {seed}",
}
TITLES = {
    "rule": "update rule",
    "measure": "measure",
    "seed": "seed of the samples",
    "step": "step",
    "mean": "mean",
    "one": "seed {seed}",
    "real": "real samples",
    "complete": "seeds with all modes",
}
