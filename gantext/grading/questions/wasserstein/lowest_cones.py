"""The question "The lowest of the cones"."""

from __future__ import annotations

import math

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for asked, points, size in ((5, 3, 1), (40, 8, 2), (30, 20, 5)):
        x, y = rng.normal(size=(asked, size)), rng.normal(size=(points, size))
        prices = rng.normal(size=points)
        words = f"{asked} places and {points} cones in {size} dimensions"
        calls.append(Call({"x": x, "y": y, "g": prices}, words))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    x, y, g = (call.arguments[name] for name in ("x", "y", "g"))
    right = [min(p + math.dist(a, b) for b, p in zip(y, g, strict=True)) for a in x]
    way = np.sqrt(((x[:, None] - y) ** 2).sum(-1))
    nearest = way.argmin(1)
    mistakes = [
        ((g - way).max(1), "Those are cones that hang down: the highest of them, not the lowest."),
        ((g + way).max(1), "That is the highest of the cones."),
        ((g - way).min(1), "These cones point upwards with their tips: which way do they open?"),
        ((g + way**2).min(1), "The distance, not its square: a cone has slope 1 everywhere."),
        (
            (g + np.abs(x[:, None] - y).sum(-1)).min(1),
            "Is that the straight way, or the way along the axes?",
        ),
        (
            g[nearest] + way.min(1),
            "The nearest point's cone is not always the lowest: its tip may stand high.",
        ),
        (way.min(1), "The tips stand at the heights g."),
    ]
    what = f"{len(x)} scores"
    return compared(answer, right, mistakes, rtol=1e-5, atol=1e-5, what=what)


QUESTION = Question(
    id="wasserstein/lowest-cones",
    title="The lowest of the cones",
    points=2,
    entry="cone_critic",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=("gantext.objectives.transport.c_transform",),
    tensors=True,
)
