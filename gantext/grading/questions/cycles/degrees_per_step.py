"""The question "How far a step turns"."""

from __future__ import annotations

import math

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call

ETA = 0.8


def _judge(_: Call, answer: Plain) -> Verdict:
    multiplier = 1 + 1j * ETA + (1j * ETA) ** 2
    right = math.degrees(np.angle(multiplier))
    plain = math.degrees(math.atan(ETA))
    alternating = math.degrees(2 * math.asin(ETA / 2))
    mistakes = [
        (math.radians(right), "That is in radians."),
        (-right, "In the other direction: from x towards y, as the flow turns."),
        (plain, "So far a plain step turns, and a proximal one. This one uses the velocity ahead."),
        (math.degrees(ETA), "So far the flow turns in the time η; a step is not the flow."),
        (alternating, "That is the alternating step."),
        (2 * plain, "The look ahead is given up again: the step starts from the old point."),
        (360 / right, "That is how many steps a turn takes."),
        (abs(multiplier), "That is the factor by which it shrinks the distance."),
    ]
    return compared(answer, right, mistakes, rtol=0, atol=0.2, what="an angle in degrees")


QUESTION = Question(
    id="cycles/degrees-per-step",
    title="How far a step turns",
    points=1,
    entry="degrees_per_step",
    kind="value",
    draw=one_call("your prediction, to 0.2 degrees"),
    judge=_judge,
)
