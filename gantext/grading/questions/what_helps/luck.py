"""The question "What the best of many owes to luck"."""

from __future__ import annotations

import math

import numpy as np
from scipy.integrate import quad
from scipy.special import erfc

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def largest(k: int) -> float:
    """Return the expected largest of k standard normal numbers."""

    # E max = ∫ (1 − Φᵏ) over x > 0, less ∫ Φᵏ over x < 0: no density is needed.
    def below(x: float) -> float:
        return float(0.5 * erfc(-x / math.sqrt(2))) ** k

    return float(quad(lambda x: 1 - below(x), 0, 12)[0] - quad(below, -12, 0)[0])


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for low, high in ((2, 4), (8, 20), (60, 90)):
        k, n = int(rng.integers(low, high)), int(rng.integers(4, 30))
        sd = float(rng.uniform(0.02, 0.3))
        calls.append(Call({"k": k, "n": n, "sd": sd}, f"{k} methods, {n} seeds, sd {sd:.3f}"))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    k, n, sd = (call.arguments[name] for name in ("k", "n", "sd"))
    scale = sd / math.sqrt(n)
    right = scale * largest(k)
    mistakes = [
        (sd * largest(k), "That is the best single *seed* of each. A mean of n seeds varies less."),
        (scale * math.sqrt(2 * math.log(k)), "√(2 log k) is the limit for very many methods."),
        (sd / n * largest(k), "A mean's standard deviation falls with the *root* of n."),
        (scale * largest(k * n), "The best of k means, not of k·n seeds."),
        (scale, "That is how far one method's mean is off. Here the best of k is chosen."),
        (0.0, "Each mean is right on average. The largest of them is not."),
    ]
    return compared(answer, right, mistakes, rtol=5e-3, what="a difference of scores")


QUESTION = Question(
    id="what-helps/luck",
    title="What the best of many owes to luck",
    points=3,
    entry="luck",
    kind="function",
    draw=_draw,
    judge=_judge,
)
