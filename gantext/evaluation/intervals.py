"""Intervals over seeds."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import scipy.stats
import torch
from numpy.typing import NDArray
from torch import Tensor

from gantext.core.checks import ArrayLike
from gantext.evaluation.memory import rows_at_once


class Interval(NamedTuple):
    """A statistic over seeds, and how far chance may have moved it.

    Attributes
    ----------
    estimate, low, high : Tensor, shape (...), float64
        The statistic of the values, and the interval's ends.
    """

    estimate: Tensor
    low: Tensor
    high: Tensor


def bootstrap_interval(
    values: ArrayLike,
    statistic: Callable[..., Any] = np.mean,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    r"""Say how much a statistic over seeds would change with other seeds.

    Seeds are drawn again from those at hand, with replacement, 9,999 times. The interval is the
    middle of those statistics, its ends moved to correct for bias and skew: the BCa bootstrap of
    Efron (1987), Better Bootstrap Confidence Intervals, doi:10.1080/01621459.1987.10478410. It
    stays where values can be: an interval for a share lies in [0, 1].

    The interval is a little too short when seeds are few: a nominal 95 % covers the mean of 32
    normal or exponential values in about 93 % of cases. Where BCa is not defined, as where leaving
    out any one seed changes nothing, the percentile interval takes its place. So when all seeds
    agree the interval is a single point, which tells of these seeds, not that no other can differ.

    Parameters
    ----------
    values : array-like, shape (seeds, ...)
        Finite numbers, at least two seeds. Each column has its own interval, by the same redrawing.
    statistic : callable, optional
        ``statistic(array, axis=...)`` of NumPy arrays, such as `numpy.mean` or `numpy.median`.
    level : float, optional
        The interval's nominal coverage, in (0, 1).
    seed : int, optional
        Of the redrawing: the same seed, the same interval.

    Examples
    --------
    >>> import gantext as gt
    >>> [float(number) for number in gt.bootstrap_interval([8, 8, 7, 8, 6, 8, 8, 5])]
    [7.25, 6.25, 7.875]
    """
    if not callable(statistic):
        raise TypeError(f"statistic: expected a function such as numpy.mean, got {statistic!r}")
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number between 0 and 1, got {level}")
    array = _rows_of_seeds(values)

    def of_axis(sample: NDArray[np.float64], axis: int = 0) -> Any:
        return statistic(sample, axis=axis)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        resampled = scipy.stats.bootstrap(
            (array,),
            of_axis,
            vectorized=True,
            axis=0,
            confidence_level=level,
            method="BCa",
            batch=rows_at_once(array.size),
            rng=np.random.default_rng(seed),
        )
    corrected = np.stack(resampled.confidence_interval)
    tails = [(1 - level) / 2, (1 + level) / 2]
    plain = np.quantile(resampled.bootstrap_distribution, tails, axis=-1)
    low, high = np.where(np.isnan(corrected).any(0), plain, corrected)
    numbers = (of_axis(array), low, high)
    return Interval(*(torch.as_tensor(number, dtype=torch.float64) for number in numbers))


def _rows_of_seeds(values: ArrayLike) -> NDArray[np.float64]:
    """Require finite numbers, one row a seed."""
    tensor = torch.as_tensor(values, dtype=torch.float64).detach().cpu()
    if tensor.ndim == 0 or len(tensor) < 2 or tensor.numel() == 0:
        raise ValueError(
            f"values: expected shape (seeds, ...) with at least 2 seeds, got {tuple(tensor.shape)}"
        )
    bad = tensor.numel() - int(tensor.isfinite().sum())
    if bad:
        raise ValueError(
            f"values: expected finite numbers, got {bad} of {tensor.numel()} NaN or infinite; "
            "leave those seeds out and say how many they were"
        )
    return tensor.numpy()
