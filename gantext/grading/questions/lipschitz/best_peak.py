"""The question "A peak within limits"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for low, high in ((0.0, 0.3), (0.3, 0.6), (0.6, 0.9)):
        arguments = {
            "alpha": float(rng.uniform(low, high)),
            "left": float(rng.uniform(0.3, 1.5)),
            "right": float(rng.uniform(1.6, 4.0)),
            "norm": float(rng.uniform(0.5, 2.0)),
        }
        words = "α = {alpha:.2f}, fakes at −{left:.2f} and {right:.2f}, norms {norm:.2f}"
        calls.append(Call(arguments, words.format(**arguments)))
    return calls


def _gap(alpha: float, fakes: tuple[float, float], norm: float) -> float:
    """Return the largest gap, by a search over one unit: its bend and its place."""
    # Each unit gets the share |a||w| of norm², so that a single best unit is as good as many.
    bias = np.concatenate([[0.0], np.linspace(-5, 5, 4001)])

    def unit(t: np.ndarray) -> np.ndarray:
        return np.where(t > 0, t, alpha * t)

    # A fake's weight is such that a straight line shows no gap: the mean of the fakes is 0.
    weights = np.array([fakes[1], fakes[0]]) / sum(fakes)
    best = 0.0
    for w in (-1.0, 1.0):
        ends = weights[0] * unit(-w * fakes[0] + bias) + weights[1] * unit(w * fakes[1] + bias)
        best = max(best, float(np.abs(unit(bias) - ends).max()))
    return norm**2 * best


def _judge(call: Call, answer: Plain) -> Verdict:
    alpha, left, right_, norm = (call.arguments[k] for k in ("alpha", "left", "right", "norm"))
    right = _gap(alpha, (left, right_), norm)
    harmonic = left * right_ / (left + right_)
    mean = (left + right_) / 2
    mistakes = [
        (right / (1 - alpha), "What does the leak take away?"),
        (right * (1 + alpha) / (1 - alpha), "The leak takes away; it does not add."),
        (right / norm, "There are two layers, each with this norm."),
        (right / norm**2, "What do the norms of the layers do?"),
        (2 * right, "That is the whole Wasserstein distance's share, not the half of it."),
        (norm**2 * (1 - alpha) * mean / 2, "The fakes do not weigh the same: look at their mean."),
        (norm**2 * (1 - alpha) * harmonic / 2, "Nearly: where does the factor ½ come from?"),
    ]
    return compared(answer, right, mistakes, rtol=1e-6, atol=0, what="a gap")


QUESTION = Question(
    id="lipschitz/best-peak",
    title="A peak within limits",
    points=3,
    entry="best_peak",
    kind="function",
    draw=_draw,
    judge=_judge,
)
