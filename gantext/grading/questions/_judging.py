"""What the judges of several chapters share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from gantext.grading.question import Plain, Verdict, near, numbers

Mistake = tuple[Any, str]
"""What a usual mistake would answer, and what to say to someone who answers that."""


def compared(
    answer: Plain,
    right: Any,
    mistakes: Sequence[Mistake] = (),
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    what: str = "",
) -> Verdict:
    """Judge numbers as `near` does; where they are those of a usual mistake, hint at it."""
    verdict = near(answer, right, rtol=rtol, atol=atol, what=what)
    if verdict.share:
        return verdict
    return replace(verdict, hint=usual(np.asarray(answer, dtype=np.float64), mistakes, rtol, atol))


def usual(answer: Any, mistakes: Sequence[Mistake], rtol: float = 1e-6, atol: float = 1e-9) -> str:
    """Return the hint of the first mistake that gives this answer, or nothing."""
    for wrong, hint in mistakes:
        wrong = np.asarray(wrong, dtype=np.float64)
        if wrong.shape == answer.shape and np.allclose(answer, wrong, rtol, atol, equal_nan=True):
            return hint
    return ""


def drawn_samples(answer: Plain, shape: Sequence[int]) -> tuple[Any, Verdict | None]:
    """Read samples of a generator; a constant one, and one with NaN, gets its verdict at once."""
    count = shape[0]
    expected = f"finite samples in the shape {tuple(shape)}, not all alike"
    array = numbers(answer, shape, finite=False)
    if not np.isfinite(array).all():
        return array, Verdict(
            0.0,
            expected=expected,
            got="samples that are NaN or infinite",
            hint="The training has diverged: look at the losses, and try a smaller step.",
        )
    different = len(np.unique(array.reshape(count, -1), axis=0))
    if different < count // 2:
        return array, Verdict(
            0.0,
            expected=expected,
            got=f"{different} different samples among {count}",
            hint="Does every sample get noise of its own?",
        )
    return array, None
