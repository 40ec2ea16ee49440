"""The question "A critic that survives zero"."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gantext.grading.judging import numbers, usual
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    """Draw an ordinary pair, one with zeros, and one far below what float64 can hold."""
    count = int(rng.integers(4, 8))
    ordinary = np.log(rng.dirichlet(np.ones(count), 2))
    zeros = np.log(rng.dirichlet(np.full(6, 3.0), 2))
    zeros[1, 0] = zeros[0, 1] = -np.inf
    zeros[:, 2] = -np.inf
    zeros[1, 3] = math.log(1e-300)
    deep = np.log(rng.dirichlet(np.full(5, 3.0), 2))
    deep[0, 0] = -rng.uniform(1500, 2000)
    deep[1, 0] = deep[0, 0] + rng.uniform(-5, 5)
    deep[1, 1] = -rng.uniform(800, 1200)
    tried = (
        f"{count} letters that both players show",
        "6 letters with zeros: real only, forged only, neither; one with p_g = 1e-300",
        "5 letters, some with probabilities too small for float64",
    )
    pairs = zip((ordinary, zeros, deep), tried, strict=True)
    return [Call({"log_data": p[0], "log_fake": p[1]}, words) for p, words in pairs]


def _log_critic(log_data: Any, log_fake: Any) -> Any:
    """Return log D* and log(1 - D*), without leaving the logarithms."""
    total = np.logaddexp(log_data, log_fake)
    shown = np.isfinite(total)
    safe = np.where(shown, total, 0.0)
    both = np.stack([log_data - safe, log_fake - safe])
    return np.where(shown, both, -math.log(2))


def _judge(call: Call, answer: Plain) -> Verdict:
    log_data, log_fake = call.arguments["log_data"], call.arguments["log_fake"]
    right = _log_critic(log_data, log_fake)
    expected = (
        f"numbers in the shape {right.shape}, at most 0: log D*, then log(1 − D*); "
        "as right as float32 can be, −inf where the probability is 0"
    )
    array = numbers(answer, right.shape, finite=False)
    if (nan := np.isnan(array)).any():
        neither = np.isneginf(np.maximum(log_data, log_fake))
        hint = (
            "exp of a very negative number is 0, and 0/0 is NaN, though somebody shows this "
            "letter. Stay with logarithms from the first line to the last."
            if nan[:, ~neither].any()
            else "Where neither shows a letter, −inf − (−inf) and 0/0 are NaN: it needs an "
            "answer of its own."
        )
        return Verdict(0.0, expected=expected, got="NaN among the numbers", hint=hint)
    size = np.stack([log_data, log_fake])
    size = np.abs(np.where(np.isfinite(size), size, 0.0)).max(axis=0)
    off = ~np.isclose(array, right, rtol=1e-6, atol=1e-6 * (1 + size))  # float32 has no more digits
    if not off.any():
        return Verdict(1.0, expected=expected, got="as expected")
    p, q = np.exp(log_data), np.exp(log_fake)
    shown = p + q > 0
    d = np.where(shown, p / np.where(shown, p + q, 1.0), 0.5)
    rounded = np.stack([np.log(d), np.log(1 - d)])
    exponentiated = np.stack([np.log(d), np.where(shown, np.log(q / (p + q)), -math.log(2))])
    too_small = (
        "What was exponentiated has lost its small values: 1 − D is 0 where D is nearly 1, and "
        "exp(−800) is 0. Stay with logarithms from the first line to the last."
    )
    mistakes = [
        (right[::-1], "The two rows are in the other order: first D, then 1 − D."),
        (right / math.log(2), "Those are logarithms to the base 2; the book's are natural."),
        (rounded, too_small),
        (exponentiated, too_small),
        (np.stack([right[0], np.log1p(-np.exp(right[0]))]), too_small),
        (np.exp(right), "Those are D and 1 − D themselves; their logarithms are asked for."),
    ]
    hint = usual(array, mistakes, rtol=1e-7, atol=1e-7)
    return Verdict(0.0, expected=expected, got=f"{int(off.sum())} of {off.size} are off", hint=hint)


QUESTION = Question(
    id="ideal-game/log-critic",
    title="A critic that survives zero",
    points=2,
    entry="log_critic",
    kind="function",
    draw=_draw,
    judge=_judge,
    tensors=True,
)
