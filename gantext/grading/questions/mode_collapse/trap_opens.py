"""The question "A third world"."""

from __future__ import annotations

from functools import cache

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call


@cache
def _trap_opens(power: int) -> tuple[float, float]:
    """Return the price at which 1 − (2q − 1)^power makes a collapsed minimum, and where it lies."""
    x = np.linspace(1e-3, 1 - 1e-9, 200_001)
    # L' = −2 artanh x + 2 artanh(x/2) + 2 κ power x^(power − 1) is 0 at κ(x); the least is asked.
    kappa = (np.arctanh(x) - np.arctanh(x / 2)) / (power * x ** (power - 1))
    k = kappa.argmin()
    return float(kappa[k]), float((1 - x[k]) / 2)


def _judge(_: Call, answer: Plain) -> Verdict:
    right, share = _trap_opens(6)
    away = "That is where the collapsed minimum *lies*, or its loss: the price κ is asked for."
    mistakes = [
        (_trap_opens(4)[0], "That is the second world's. This world has another complexity."),
        (2 * right, "Twice too much: check the derivative of c, and of its argument 2q − 1."),
        (right / 2, "Half of it: check the derivative of c, and of its argument 2q − 1."),
        (1.0, "There balance would turn over in the *first* world."),
        (0.0, "A small price makes no minimum at all: look at the figure."),
        (share, away),
    ]
    return compared(answer, right, mistakes, rtol=0.005, atol=0, what="a positive number")


QUESTION = Question(
    id="mode-collapse/trap-opens",
    title="A third world",
    points=2,
    entry="trap_opens",
    kind="value",
    draw=one_call("your number, to 0.5 %"),
    judge=_judge,
)
