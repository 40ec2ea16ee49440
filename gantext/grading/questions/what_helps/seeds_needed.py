"""The question "How many seeds"."""

from __future__ import annotations

import math

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict

CERTAIN, FOUND = 1.959964, 1.281552  # 2.5 % and 10 % of a normal curve lie beyond


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for size in (0.4, 0.15, 0.05):
        sd = float(rng.uniform(0.02, 0.2))
        gap = float(sd * size * rng.uniform(0.8, 1.2))
        calls.append(Call({"gap": gap, "sd": sd}, f"a gap of {gap:.4f}, sd {sd:.3f}"))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    gap, sd = call.arguments["gap"], call.arguments["sd"]

    def needed(factor: float) -> int:
        return math.ceil((factor * sd / gap) ** 2)

    right = needed(math.sqrt(2) * (CERTAIN + FOUND))
    mistakes = [
        (needed(CERTAIN + FOUND), "Both methods vary: the variance of a difference is their sum."),
        (needed(2 * (CERTAIN + FOUND)), "Two standard deviations do not add; variances do."),
        (needed(math.sqrt(2) * CERTAIN), "With so many the interval excludes 0 every other time."),
        (needed(math.sqrt(2) * (1.644854 + FOUND)), "A 95 % interval has 2.5 % on each side."),
        (2 * right, "That is for both methods together. Asked is the number for each."),
        ((math.sqrt(2) * (CERTAIN + FOUND) * sd / gap) ** 2, "Half a seed cannot be trained."),
    ]
    # The factors have more digits than anyone needs: at most one seed of a hundred.
    return compared(answer, right, mistakes, rtol=2e-3, atol=1e-6, what="a number of seeds")


QUESTION = Question(
    id="what-helps/seeds-needed",
    title="How many seeds",
    points=2,
    entry="seeds_needed",
    kind="function",
    draw=_draw,
    judge=_judge,
)
