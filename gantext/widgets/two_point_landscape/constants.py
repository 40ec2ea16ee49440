"""What Python and JavaScript know of the landscape under the same names.

``python -m tools.formulas`` writes them into ``constants.js``. Words in braces are filled in.
"""

from __future__ import annotations

from gantext.games.two_point.branches import FIRST_LOGIT  # noqa: F401 (the script searches from there)

WORLDS = {
    "first world": {"key": "first", "label": "first: c = q(1 − q)"},
    "second world": {"key": "second", "label": "second: c = 1 − (2q − 1)⁴"},
}
LAST = 800  # the last step
# Lowest, highest, and how far a control moves at once.
RANGES = {
    "kappa": (0.0, 3.0, 0.05),
    "lam": (0.0, 3.5, 0.05),
    "start": (0.005, 0.995, 0.01),
    "steps": (0, LAST, 1),
    "seed": (0, 99, 1),
}
# Beyond every stationary point of these worlds, in the logit: it is at most 8 kappa + log 3 there.
WIDEST = 30.0
EDGES = (-0.02, 1.02)  # of an axis for shares

# How all is said.
WORDS = {
    "sentence": (
        "In the {world} with κ = {kappa} and {weight} {where} {minima}. From q = {start} {does}."
    ),
    "held": "λ = {lam}",
    "to lower": "λ = {lam}, to be lowered to 0,",
    "lowered": "λ = {lam}, lowered from {first},",
    "minima": "the minima are",
    "minimum": "the only minimum is",
    "to come": "the ball will come to {q} in {steps} steps",
    "one step": "the ball has come to {q} after 1 step",
    "came": "the ball has come to {q} after {steps} steps",
}
TITLES = {
    "share": "share q",
    "loss": "loss L(q)",
    "weight": "weight λ of the bonus",
    "valley": "the landscape: drag the ball, and let go",
    "map": "all landscapes with this κ: drag the dot",
    "here": "you are here",
    "minimum": "minimum",
    "maximum": "maximum",
    "minima": "minima",
    "maxima": "maxima",
}
