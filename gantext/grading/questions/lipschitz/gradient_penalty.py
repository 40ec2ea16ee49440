"""The question "Find the wrong axis"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for channels, side in ((1, 6), (3, 4), (2, 5)):
        count = int(rng.integers(3, 7))
        gradients = rng.uniform(0.1, 0.6) * rng.normal(size=(count, channels, side, side))
        gradients *= rng.uniform(0.2, 2, size=(count, 1, 1, 1))
        words = f"gradients of {count} images with {channels} channels of {side} x {side} pixels"
        calls.append(Call({"gradients": gradients}, words))
    flat = rng.normal(size=(5, 2))
    calls.append(Call({"gradients": flat}, "gradients of 5 points in the plane"))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    g = call.arguments["gradients"]
    squares = np.array([np.vdot(one, one) for one in g])  # of each sample
    lengths = np.sqrt(squares)
    right = ((lengths - 1) ** 2).mean()
    mistakes = [
        (((np.sqrt((g**2).sum(1)) - 1) ** 2).mean(), "That is a norm for each pixel."),
        ((np.sqrt(squares.sum()) - 1) ** 2, "That is one norm for the whole batch."),
        (((squares - 1) ** 2).mean(), "The norm is not squared before 1 is taken away."),
        ((lengths.mean() - 1) ** 2, "The mean comes last, after the square."),
        (((lengths - 1) ** 2).sum(), "That is the sum over the samples."),
        ((squares).mean(), "Its target is a slope of 1, not of 0."),
    ]
    return compared(answer, right, mistakes, rtol=1e-5, atol=0, what="a penalty")


QUESTION = Question(
    id="lipschitz/gradient-penalty",
    title="Find the wrong axis",
    points=2,
    entry="gradient_penalty",
    kind="function",
    draw=_draw,
    judge=_judge,
    tensors=True,
    combine="minimum",  # for points in the plane the wrong axis is right
)
