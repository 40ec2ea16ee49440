"""What Python and JavaScript know of the optimal critic under the same names.

``python -m tools.formulas`` writes them into ``constants.js``. Words in braces are filled in.
"""

from __future__ import annotations

HEIGHTS = (-1.5, 0.1)  # of the pointwise game that is drawn
WORDS = {
    "sentence": (
        "V = {V}, JS = {JS} of at most 0.693. On letter {letter}, a = {a}, b = {b} and {critic}."
    ),
    "critic": "D* = {critic}",
    "free": "nobody shows it: D* is free",
}
TITLES = {"game": "a log d + b log(1 − d)"}
