"""The question "How large a batch would have to be"."""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import gammaln

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for size, low, high in ((2, 0.001, 0.01), (3, 0.01, 0.03), (8, 0.05, 0.1), (20, 0.2, 0.3)):
        distance = float(rng.uniform(low, high))
        words = f"{size} dimensions, at most {distance:.3g} by the floor"
        calls.append(Call({"d": size, "distance": distance}, words))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    d, distance = call.arguments["d"], call.arguments["distance"]
    log_ball = d / 2 * math.log(math.pi) - gammaln(d / 2 + 1)

    def floor(log_n: float) -> float:
        # Not by the formula: the mass that must go farther than s, over all s.
        edge = math.exp(-(log_n + log_ball) / d)
        return quad(lambda s: 1 - math.exp(log_n + log_ball + d * math.log(s)), 0, edge)[0]

    log_n = float(brentq(lambda u: floor(u) - distance, -50, 200, xtol=1e-12))
    right = math.exp(log_n)
    simple = distance ** (-d)
    mistakes = [
        (right * ((d + 1) / d) ** d, "That is r, without the factor d/(d + 1) of the floor."),
        (right * math.exp(log_ball), "The ball's volume is missing."),
        (simple, "The law n^(−1/d) says how n grows. The floor has factors, too."),
        (log_n, "That is the logarithm of n."),
        (distance ** (-1 / d), "Turn it round: it is n that is raised to −1/d."),
        (math.ceil(right) ** (1 / d), "Turn it round: it is n that is raised to −1/d."),
    ]
    # An integer, or the number before it is rounded up.
    rounding = 1.01 if right < 1e6 else 0.0
    return compared(answer, right, mistakes, rtol=1e-5, atol=rounding, what="a batch size")


QUESTION = Question(
    id="wasserstein/least-batch",
    title="How large a batch would have to be",
    points=2,
    entry="least_batch",
    kind="function",
    draw=_draw,
    judge=_judge,
)
