"""The question "How long a hop takes"."""

from __future__ import annotations

import math

from gantext.games.two_point.complexity import quadratic
from gantext.games.two_point.game import TwoPointGame
from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call

KAPPA, LAM = 0.6, 0.15


def _judge(_: Call, answer: Plain) -> Verdict:
    # By the library's eigenvalues at the threshold, not by the theorem's formula.
    game = TwoPointGame(quadratic, kappa=KAPPA, lam=LAM)
    omega = float(game.balance_eigenvalues(game.critical_ratio())[2].imag)
    right = 2 * math.pi / omega
    a_without, a_once = KAPPA / 8, (KAPPA - LAM) / 8
    mistakes = [
        (omega, "That is the angular frequency ω."),
        (1 / omega, "That is 1/ω; a full turn is 2π."),
        (omega / (2 * math.pi), "That is turns per unit of time; the period is its inverse."),
        (right / 2, "That is half a period: a passage upwards *and* one downwards."),
        (2 * math.pi / math.sqrt(a_without * (1 / 8 - a_without)), "The bonus changes a, too."),
        (2 * math.pi / math.sqrt(a_once * (1 / 8 - a_once)), "How does λ enter a? Look again."),
    ]
    return compared(answer, right, mistakes, rtol=0.01, atol=0, what="a time")


QUESTION = Question(
    id="mode-collapse/hop-period",
    title="How long a hop takes",
    points=2,
    entry="hop_period",
    kind="value",
    draw=one_call("your prediction, to 1 %"),
    judge=_judge,
)
