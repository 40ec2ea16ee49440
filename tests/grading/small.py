"""A small assignment, without torch, and the means to answer it."""

from __future__ import annotations

import json

import numpy as np

from gantext.grading.judging import near
from gantext.grading.question import Call, Question
from gantext.grading.sandboxes.limits import Limits


def _draw_square(rng):
    return [Call({"x": float(rng.uniform(1, 9))}, "a positive number") for _ in range(2)]


def _draw_normalise(rng):
    return [Call({"p": rng.uniform(1, 2, size=n)}, f"{n} letters") for n in (2, 5)]


QUESTIONS = [
    Question(
        id="small/square",
        title="A square",
        points=3,
        entry="square",
        kind="function",
        draw=_draw_square,
        judge=lambda call, answer: near(answer, call.arguments["x"] ** 2, hint="Multiply."),
        seconds=3.0,
        library=("gantext.objectives.divergences.js",),
    ),
    Question(
        id="small/answer",
        title="A number",
        points=2,
        entry="answer",
        kind="value",
        draw=lambda _: [Call({}, "the number")],
        judge=lambda _, answer: near(answer, 42.0),
        seconds=3.0,
    ),
    Question(
        id="small/shares",
        title="Shares of one",
        points=5,
        entry="shares",
        kind="function",
        draw=_draw_normalise,
        judge=lambda call, answer: near(
            answer, call.arguments["p"] / np.sum(call.arguments["p"]), what="shares"
        ),
        seconds=3.0,
    ),
]
LIMITS = Limits(cell_seconds=3.0, total_seconds=40.0, memory=2**30, disk=2**20, output=4 * 2**20)

SQUARE = "def square(x):\n    return x * x\n"
ANSWER = "answer = 42\n"
SHARES = "def shares(p):\n    return p / p.sum()\n"


def code(source, *, question=None, book=False, identity=None):
    """Return a code cell as JSON."""
    own = {"question": question} if question else {"book": True} if book else None
    cell = {"cell_type": "code", "source": source, "outputs": [], "execution_count": None}
    cell["metadata"] = {"gantext": own} if own else {}
    return cell | ({"id": identity} if identity else {})


def notebook(*cells):
    """Return the bytes of a notebook; strings become code cells."""
    listed = [code(cell) if isinstance(cell, str) else cell for cell in cells]
    tree = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": listed}
    return json.dumps(tree, ensure_ascii=False).encode("utf-8", "surrogatepass")
