"""The question "What rows and columns leave"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    shapes = ((2, 2), (5, 7), (3, 8))
    tables = [rng.uniform(0, 1, shape) for shape in shapes]
    return [
        Call({"table": table}, f"a table of {table.shape[0]} losses and {table.shape[1]} holds")
        for table in tables
    ]


def _judge(call: Call, answer: Plain) -> Verdict:
    table = call.arguments["table"]
    # Another way than means: what is left is orthogonal to all that depends on one index alone.
    rows, columns = table.shape
    pattern = np.kron(np.eye(rows) - 1 / rows, np.eye(columns) - 1 / columns)
    right = (pattern @ table.ravel()).reshape(table.shape)
    of_row = table.mean(1, keepdims=True)
    of_column = table.mean(0, keepdims=True)
    mistakes = [
        (table - of_row - of_column, "Both means hold the mean of all: it is taken away twice."),
        (table - of_row, "Only the losses are taken out. The holds differ, too."),
        (table - of_column, "Only the holds are taken out. The losses differ, too."),
        (table - table.mean(), "That is how far each cell is from the mean of all."),
        (of_row + of_column - table.mean(), "That is what rows and columns explain."),
        (-right, "The sign: measured minus explained."),
    ]
    return compared(answer, right, mistakes, rtol=1e-5, atol=1e-6, what="what is left of each cell")


QUESTION = Question(
    id="what-helps/what-is-left",
    title="What rows and columns leave",
    points=2,
    entry="what_is_left",
    kind="function",
    draw=_draw,
    judge=_judge,
    tensors=True,
)
