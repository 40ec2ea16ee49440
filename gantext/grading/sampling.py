"""What questions that ask for a trained generator share: the calls, and a share of the points."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from gantext.grading.judging import numbers
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Verdict


def sample_calls(count: int, calls: int = 3) -> Callable[[np.random.Generator], list[Call]]:
    """Return the `draw` of a question that asks for ``sample(n, seed)``.

    Parameters
    ----------
    count : int
        How many samples each call asks for.
    calls : int
        How many calls, each with a seed of its own.

    Returns
    -------
    callable
        Takes a generator and returns the calls.

    Examples
    --------
    >>> import numpy as np
    >>> from gantext.grading.sampling import sample_calls
    >>> [call.arguments["n"] for call in sample_calls(100)(np.random.default_rng(0))]
    [100, 100, 100]
    """

    def draw(rng: np.random.Generator) -> list[Call]:
        seeds = rng.integers(0, 2**31, calls)
        words = f"{count} samples with a seed of our own"
        return [Call({"n": count, "seed": int(seed)}, words) for seed in seeds]

    return draw


def drawn_samples(
    answer: Plain, shape: Sequence[int]
) -> tuple[NDArray[np.float64], Verdict | None]:
    """Read a generator's samples; NaN, and samples that are all alike, get their verdict at once.

    Parameters
    ----------
    answer : plain data
        The answer.
    shape : sequence of int
        The shape asked for; the first number counts the samples.

    Returns
    -------
    tuple of numpy.ndarray and Verdict or None
        The samples, and their verdict if there is nothing left to judge.

    Raises
    ------
    UnfitError
        If the answer does not consist of numbers in that shape.

    Examples
    --------
    >>> from gantext.grading.sampling import drawn_samples
    >>> drawn_samples([0.5] * 100, (100,))[1].got
    '1 different samples among 100'
    """
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


def share_between(value: float, nothing: float, everything: float) -> float:
    """Return the share that a value earns, which grows evenly from one number to another.

    Parameters
    ----------
    value : float
        A distance or a quality.
    nothing : float
        The value that earns nothing.
    everything : float
        The value that earns everything.

    Returns
    -------
    float
        From 0 to 1.

    Examples
    --------
    >>> from gantext.grading.sampling import share_between
    >>> share_between(0.5, nothing=2.0, everything=0.0)
    0.75
    """
    return min(1.0, max(0.0, (nothing - value) / (nothing - everything)))
