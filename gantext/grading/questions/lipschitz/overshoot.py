"""The question "What the penalised critic shows"."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for low, high in ((0.3, 1.0), (1.0, 3.0), (3.0, 9.0)):
        arguments = {"distance": float(rng.uniform(low, high)), "lam": float(rng.uniform(0.5, 4))}
        words = "distance {distance:.2f}, λ = {lam:.2f}".format(**arguments)
        calls.append(Call(arguments, words))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    w, lam = call.arguments["distance"], call.arguments["lam"]
    # By search over the slope, not by the formula.
    found = minimize_scalar(lambda c: lam * (c - 1) ** 2 - c * w, tol=1e-12)
    right = found.x * w
    mistakes = [
        (w, "That is the distance itself, which no finite price reaches."),
        (-found.fun, "That is the value with the penalty taken off; asked is the gap alone."),
        (found.x, "That is the slope; how high does it lead over the whole distance?"),
        (w + w**2 / lam, "Is the price half of λ here? The chapter writes λ for the whole."),
        (w + w / (2 * lam), "Check the unit: what grows with the square of the distance?"),
        (right - w, "That is the excess alone."),
    ]
    return compared(answer, right, mistakes, rtol=1e-5, atol=0, what="a gap")


QUESTION = Question(
    id="lipschitz/overshoot",
    title="What the penalised critic shows",
    points=2,
    entry="shown_gap",
    kind="function",
    draw=_draw,
    judge=_judge,
)
