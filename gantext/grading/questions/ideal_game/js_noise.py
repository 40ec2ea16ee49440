"""The question "The divergence that chance makes"."""

from __future__ import annotations

import math

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call

LETTERS, SAMPLES = 11, 500


def _judge(_: Call, answer: Plain) -> Verdict:
    # To first order. Over 100,000 pairs of samples the mean was 0.00503.
    right = (LETTERS - 1) / (4 * SAMPLES)
    mistakes = [
        (2 * right, "Twice too much: JS has a factor ½ before each of its two divergences."),
        (right / 2, "Half of it: both players' samples are noisy, not only one player's."),
        (4 * right, "Expand each KL around the midpoint: its first term is a half of χ²."),
        (right / math.log(2), "That is in bits; the book's logarithm is the natural one."),
        (
            right * LETTERS / (LETTERS - 1),
            "The 11 shares are not free: they add up to 1.",
        ),
        (
            0.0,
            "JS is never negative and is 0 only if the two are equal. Are two samples ever equal?",
        ),
    ]
    return compared(answer, right, mistakes, rtol=0.03, atol=0, what="a positive number")


QUESTION = Question(
    id="ideal-game/js-noise",
    title="The divergence that chance makes",
    points=2,
    entry="predicted_js",
    kind="value",
    draw=one_call("your prediction, to 3 %"),
    judge=_judge,
)
