"""Intervals over seeds."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import scipy.stats
import torch
from numpy.typing import NDArray
from scipy.interpolate import BSpline
from scipy.optimize import brentq
from torch import Tensor

from gantext.core.annotations import Share
from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, finite, is_boolean, require


class Interval(NamedTuple):
    """A mean over seeds, and where the mean over all seeds that there are may be.

    Attributes
    ----------
    estimate, low, high : Tensor, shape (...), float64
        The mean of the values, and the interval's ends.
    """

    estimate: Tensor
    low: Tensor
    high: Tensor


@checked_arguments
def mean_interval(
    values: ArrayLike, bounds: tuple[float, float] | None = None, level: Share = 0.95
) -> Interval:
    r"""Say where the mean over all seeds may be, from the values of a few.

    With `bounds` nothing else is assumed of independent seeds, and the interval covers the mean at
    least as often as `level` says. It is Gaffke's, as Learned-Miller and Thomas (2019,
    arXiv:1905.06208) put it and Vlassis and Thomas (2026, arXiv:2607.08415) proved it: the n seeds
    are joined by one with the worst value :math:`x_0` that there could be, and an end is a quantile
    of :math:`\sum_{i=0}^n W_i x_i`, with weights W uniform on the simplex. Of booleans it is the
    exact interval of Clopper and Pearson (1934, doi:10.1093/biomet/26.4.404).

    Without bounds it is Student's (1908, doi:10.1093/biomet/6.1.1), exact for normal values and too
    short for skewed ones: a nominal 95 % covers the mean of 5 exponential values in 88 % of cases.
    Seeds that all agree do not tell how far others may be, and it is infinite.

    Parameters
    ----------
    values : array-like, shape (..., seeds)
        Finite numbers of two seeds or more, or booleans, whose mean is a share. A seed that
        diverged counts as the worst value, or is left out and mentioned.
    bounds : tuple of float, optional
        The least and the greatest value that any seed could have; of booleans, 0 and 1.
    level : float, optional
        The interval's nominal coverage, in (0, 1).

    Examples
    --------
    >>> import gantext as gt
    >>> captured = [8, 8, 7, 8, 6, 8, 8, 5]
    >>> [round(float(number), 2) for number in gt.mean_interval(captured, bounds=(0, 8))]
    [7.25, 4.51, 7.84]
    """
    shares = is_boolean(values)
    given = torch.as_tensor(values).double() if shares else values
    tensor = finite("values", given).detach().cpu()
    if tensor.ndim == 0 or tensor.shape[-1] < 2 or tensor.numel() == 0:
        raise ValueError(
            f"values: expected shape (..., seeds) with at least 2 seeds, got {tuple(tensor.shape)}"
        )
    if bounds is None and shares:
        bounds = (0, 1)
    tail = (1 - level) / 2
    if bounds is None:
        return _student(tensor, tail)
    ends = finite("bounds", bounds)
    if ends.shape != (2,) or not ends[0] < ends[1]:
        raise ValueError(f"bounds: expected two numbers, the smaller one first, got {bounds!r}")
    low, high = ends
    wanted = f"values in the bounds [{float(low):g}, {float(high):g}]"
    require("values", tensor, wanted, lambda t: (t >= low) & (t <= high))
    scaled = ((tensor - low) / (high - low)).numpy()
    least = torch.as_tensor(np.apply_along_axis(_least_mean, -1, scaled, tail))
    greatest = torch.as_tensor(1 - np.apply_along_axis(_least_mean, -1, 1 - scaled, tail))
    return Interval(tensor.mean(-1), torch.lerp(low, high, least), torch.lerp(low, high, greatest))


def _student(values: Tensor, tail: float) -> Interval:
    """Return the mean and Student's interval around it."""
    mean, spread, seeds = values.mean(-1), values.std(-1), values.shape[-1]
    half = float(scipy.stats.t.isf(tail, seeds - 1)) / math.sqrt(seeds) * spread
    half = torch.where(spread == 0, torch.inf, half)
    return Interval(mean, mean - half, mean + half)


def _least_mean(values: NDArray[np.float64], tail: float) -> float:
    """Return the quantile of the mean of values in [0, 1] and one 0 under random weights.

    The density of that mean is the B-spline with the values as knots (Curry and Schoenberg 1966,
    doi:10.1007/BF02788653). Its integral is one degree higher, with coefficients 0 and then 1.
    """
    n = len(values)
    knots = np.sort(np.append(values, 0.0))
    top = float(knots[-1])
    if top == 0:
        return 0.0
    # Knots beyond the top let the spline be read there when several values share the top.
    padded = np.concatenate([np.zeros(n), knots, np.full(n + 1, 2 * top)])
    probability = BSpline(padded, np.repeat([0.0, 1.0], [n, n + 1]), n)
    return float(brentq(lambda mean: float(probability(mean)) - tail, 0.0, top, xtol=1e-15))
