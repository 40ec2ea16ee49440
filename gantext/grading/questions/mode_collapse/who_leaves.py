"""The question "Who wants to leave"."""

from __future__ import annotations

import math
from functools import cache

import numpy as np
from scipy.optimize import brentq

from gantext.games.two_point.complexity import quartic
from gantext.games.two_point.loss import TwoPointLoss
from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call

KAPPA = 1.0


@cache
def _staying_bonus() -> float:
    """Return the least bonus with which no share is better than balance against D = 1/2."""
    q = np.geomspace(1e-9, 0.49, 200_001)
    saved = KAPPA * (2 * q - 1) ** 4  # by leaving, against what the bonus pays for staying
    lost = math.log(2) + q * np.log(q) + (1 - q) * np.log1p(-q)
    return float(brentq(lambda lam: (saved - lam * lost).max(), 0.1, 10, xtol=1e-10))


def _judge(_: Call, answer: Plain) -> Verdict:
    right = _staying_bonus()
    x = np.linspace(1e-3, 1 - 1e-9, 200_001)
    nowhere = float((4 * KAPPA * x**3 / np.arctanh(x)).max())
    landscape = float(TwoPointLoss(quartic).collapse_threshold(KAPPA))
    mistakes = [
        (landscape, "That is λ*, of the landscape, which has her answer built in. She is frozen."),
        (
            KAPPA / math.log(2),
            "That compares balance with one picture only. Compare it with every share.",
        ),
        (right * math.log(2), "Is your entropy in bits? The chapter's is in nats."),
        (nowhere, "So his loss falls nowhere on the way out; it need only be nowhere lower."),
        (KAPPA / 2, "That is the first world's."),
        (0.0, "Balance is a minimum of his loss, but is it the lowest point? He may move far."),
        (1 / right, "The other way round: it is the bonus for a price of 1."),
    ]
    return compared(answer, right, mistakes, rtol=0.002, atol=0, what="a positive number")


QUESTION = Question(
    id="mode-collapse/who-leaves",
    title="Who wants to leave",
    points=2,
    entry="staying_bonus",
    kind="value",
    draw=one_call("your number, to 0.2 %"),
    judge=_judge,
)
