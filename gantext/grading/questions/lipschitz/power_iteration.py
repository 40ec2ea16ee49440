"""The question "Power iteration, round by round"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for outputs, inputs in ((3, 3), (6, 2), (4, 9)):
        left, _, right = np.linalg.svd(rng.normal(size=(outputs, inputs)), full_matrices=False)
        # Near to each other, so that some rounds do not yet find the largest.
        sigma = 10 ** rng.uniform(-1, 1) * np.linspace(1, rng.uniform(0.5, 0.7), len(right))
        arguments = {
            "W": left * sigma @ right,
            "u": rng.normal(size=outputs),
            "rounds": int(rng.integers(2, 5)),
        }
        words = f"a matrix of {outputs} x {inputs}, {arguments['rounds']} rounds"
        calls.append(Call(arguments, words))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    W, u, rounds = (call.arguments[name] for name in ("W", "u", "rounds"))
    # In the eigenvectors of W Wᵀ a round multiplies each component by its eigenvalue: no loop.
    values, vectors = np.linalg.eigh(W @ W.T)
    values, squares = values.clip(0), (vectors.T @ u) ** 2

    def estimate(after: int) -> float:
        above, below = (squares * values**k for k in (2 * after, 2 * after - 1))
        return float(np.sqrt(above.sum() / below.sum()))

    right = estimate(rounds)
    exact = float(np.sqrt(values[-1]))
    mistakes = [
        (exact, "That is the exact norm; asked is what power iteration knows after these rounds."),
        (estimate(rounds + 1), "That is one round more."),
        (estimate(rounds - 1), "That is one round less."),
        (right**2, "That is the square: an eigenvalue of W Wᵀ."),
        (float(np.sqrt((W**2).sum())), "That is the root of the sum of all squares of W."),
    ]
    return compared(answer, right, mistakes, rtol=1e-5, atol=0, what="an estimate of the norm")


QUESTION = Question(
    id="lipschitz/power-iteration",
    title="Power iteration, round by round",
    points=2,
    entry="estimated_norm",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=("gantext.objectives.lipschitz.spectral_norm",),
    tensors=True,
)
