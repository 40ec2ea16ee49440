"""The question "The true norm of a convolution"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for outputs, inputs, size in ((1, 1, 6), (3, 2, 5), (2, 4, 7)):
        kernel = 10 ** rng.uniform(-1, 1) * (rng.normal(size=(outputs, inputs, 3, 3)) + 0.5)
        words = f"{inputs} to {outputs} channels, 3 x 3, on {size} x {size} pixels"
        calls.append(Call({"kernel": kernel, "size": size}, words))
    return calls


def _matrix(kernel: np.ndarray, size: int, torus: bool) -> np.ndarray:
    """Return the convolution's explicit matrix, entry by entry."""
    outputs, inputs, k, _ = kernel.shape
    matrix = np.zeros((outputs, size, size, inputs, size, size))
    for y, x, i, j in np.ndindex(size, size, k, k):
        row, column = y + i - 1, x + j - 1
        if torus:
            row, column = row % size, column % size
        if 0 <= row < size and 0 <= column < size:
            matrix[:, y, x, :, row, column] += kernel[:, :, i, j]
    return matrix.reshape(outputs * size**2, inputs * size**2)


def _judge(call: Call, answer: Plain) -> Verdict:
    kernel, size = call.arguments["kernel"], call.arguments["size"]
    right = float(np.linalg.norm(_matrix(kernel, size, torus=False), 2))
    reshaped = float(np.linalg.norm(kernel.reshape(len(kernel), -1), 2))
    mistakes = [
        (reshaped, "That is the norm of the kernel as a matrix."),
        (3 * reshaped, "That is the upper bound; the norm itself is asked for."),
        (float(np.linalg.norm(_matrix(kernel, size, torus=True), 2)), "That is for a torus."),
        (right**2, "That is the square of it."),
        (float(np.sqrt((kernel**2).sum())), "That is the root of the sum of all squares."),
    ]
    return compared(answer, right, mistakes, rtol=1e-3, atol=0, what="a norm")


QUESTION = Question(
    id="lipschitz/convolution-norm",
    title="The true norm of a convolution",
    points=3,
    entry="convolution_norm",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=(
        "gantext.objectives.lipschitz.spectral_norm",
        "gantext.objectives.lipschitz.circular_norm",
    ),
    tensors=True,
)
