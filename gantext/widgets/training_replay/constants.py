"""What Python and JavaScript know of recorded trainings under the same names.

``python -m tools.formulas`` writes them into ``constants.js``. Words in braces are filled in.
"""

from __future__ import annotations

BITS = {"samples": 12, "surface": 6}  # of a number
PER_FRAME = (
    "generator_loss",
    "discriminator_loss",
    "favourite",
    "share",
    "captured",
    "quality",
)

WORDS = {
    "sentence": "{name}, step {step}: {where}; {captured} of {modes} modes captured{beyond}.",
    "nearest": "{share}% of the samples are nearest to mode {favourite}",
    "lost": "no sample is a finite number",
    "beyond": ", with {away} of {count} samples outside the picture",
}
TITLES = {
    "step": "step",
    "loss": "loss",
    "losses": "losses",
    "samples": "generator's samples",
    "modes": "modes of the data",
    "surface": "D(x), from 0 to 1",
}
