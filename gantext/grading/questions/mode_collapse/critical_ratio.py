"""The question "Who moves first"."""

from __future__ import annotations

from functools import cache

from scipy.optimize import brentq

from gantext.dynamics.linearise import spectral_radius
from gantext.dynamics.rules import Alternating
from gantext.games.two_point.complexity import quadratic
from gantext.games.two_point.game import TwoPointGame
from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call

KAPPA, ETA = 0.8, 2.0


@cache
def _alternating_ratio() -> float:
    """Return the ratio at which alternating steps, critic first, lose balance."""
    game = TwoPointGame(quadratic, kappa=KAPPA)

    def outside(ratio: float) -> float:
        rule, zero = Alternating(), [0.0]
        hparams = {"eta": ETA, "eta_psi": ratio * ETA}
        return float(spectral_radius(game, rule, zero, [0.0, 0.0], **hparams)) - 1

    return float(brentq(outside, 0.2, 0.6, xtol=1e-8))


def _judge(_: Call, answer: Plain) -> Verdict:
    right = _alternating_ratio()
    game = TwoPointGame(quadratic, kappa=KAPPA)
    mistakes = [
        (float(game.critical_ratio(ETA)), "That is for simultaneous steps."),
        (float(game.critical_ratio()), "That is for the flow, whose steps are infinitely small."),
        (
            right * ETA,
            "That is the critic's step size; the ratio r divides it by the forger's.",
        ),
        (1 / right, "The other way round: r is the critic's rate divided by the forger's."),
    ]
    return compared(answer, right, mistakes, rtol=0.005, atol=0, what="a positive number")


QUESTION = Question(
    id="mode-collapse/critical-ratio",
    title="Who moves first",
    points=2,
    entry="alternating_ratio",
    kind="value",
    draw=one_call("your number, to 0.5 %"),
    judge=_judge,
)
