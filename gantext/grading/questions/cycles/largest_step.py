"""The question "The largest step, by experiment"."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.optimize import brentq

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call

WAVY = np.array([[-0.5, -2.0], [2.0, -0.2]])  # the Jacobian of the chapter's Wavy at the origin


@cache
def _largest_steps() -> dict[str, float]:
    """Return where each rule stops converging on the chapter's game Wavy, near the origin."""
    (pair, _) = np.linalg.eigvals(WAVY)

    def optimistic(eta: float) -> float:
        s = eta * pair
        return float(np.abs(np.roots([1, -1 - 2 * s, s])).max()) - 1

    def extragradient(eta: float) -> float:
        s = eta * pair
        return float(abs(1 + s + s**2)) - 1

    return {
        "extragradient": brentq(extragradient, 0.3, 1.0),
        "optimistic": brentq(optimistic, 0.1, 1.0),
        "simultaneous": -2 * pair.real / abs(pair) ** 2,
    }


def _judge(_: Call, answer: Plain) -> Verdict:
    limits = _largest_steps()
    right = limits["optimistic"]
    undamped = 1 / math.sqrt(3)
    mistakes = [
        (limits["extragradient"], "That is the limit of extragradient."),
        (limits["simultaneous"], "That is the limit of plain simultaneous steps."),
        (undamped, "That is the limit on f = xy. This game turns faster, and it is damped."),
        (undamped / 2, "Near, but that is f = 2xy: the curvature of both players counts, too."),
        (undamped / abs(np.linalg.eigvals(WAVY)[0]), "The curvature of both players counts, too."),
    ]
    return compared(answer, right, mistakes, rtol=0.01, atol=0, what="a positive number")


QUESTION = Question(
    id="cycles/largest-step",
    title="The largest step, by experiment",
    points=2,
    entry="largest_step",
    kind="value",
    draw=one_call("your number, to 1 %"),
    judge=_judge,
)
