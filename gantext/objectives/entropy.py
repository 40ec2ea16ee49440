"""Entropy of samples, and a bonus for it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from gantext.objectives.penalties import _non_negative


@dataclass(frozen=True)
class EntropyBonus:
    r"""Reward the generator for variety: :math:`-\lambda \hat H(\text{fake})`.

    The entropy is estimated from the batch itself by `nearest_neighbour_entropy`.

    Attributes
    ----------
    weight : float or Tensor
        :math:`\lambda`, at least 0.

    Raises
    ------
    ValueError
        If the weight is negative or NaN.

    Examples
    --------
    >>> import torch
    >>> from gantext.objectives.entropy import EntropyBonus
    >>> narrow = torch.linspace(0, 1, 9)[:, None]
    >>> bool(EntropyBonus(1.0)(2 * narrow) < EntropyBonus(1.0)(narrow))
    True
    """

    weight: float | Tensor

    def __post_init__(self) -> None:
        """Refuse a weight below zero."""
        _non_negative("weight", self.weight)

    def __call__(self, fake: Tensor) -> Tensor:
        """Return minus the bonus.

        Parameters
        ----------
        fake : Tensor, shape (B, ...)
            Generated samples.

        Returns
        -------
        Tensor
            A scalar.
        """
        return -self.weight * nearest_neighbour_entropy(fake)


def nearest_neighbour_entropy(samples: Tensor, *, smallest: float = 1e-4) -> Tensor:
    r"""Estimate the differential entropy of a distribution from its samples, in nats.

    With :math:`\rho_i` the distance from sample i to its nearest neighbour, in dimension d, with
    :math:`c_d` the volume of the unit ball:

    .. math::

        \hat H = \frac{d}{n} \sum_i \log \rho_i + \log c_d + \psi(n) - \psi(1)

    Kozachenko and Leonenko 1987. Differentiable: its gradient pushes neighbours apart.

    Parameters
    ----------
    samples : Tensor, shape (n, ...)
        At least two; dimensions after the first are one vector.
    smallest : float
        Distances below this count as this, smoothly, so that equal samples push with a finite
        force.

    Returns
    -------
    Tensor
        A scalar.

    Raises
    ------
    ValueError
        If there are fewer than two samples.

    Examples
    --------
    >>> import torch
    >>> from gantext.objectives.entropy import nearest_neighbour_entropy
    >>> generator = torch.Generator().manual_seed(0)
    >>> samples = torch.randn(2000, 2, generator=generator)
    >>> round(nearest_neighbour_entropy(samples).item(), 1)  # exactly log(2 pi e) = 2.838
    2.8
    """
    x = samples.flatten(1)
    n, d = x.shape
    if n < 2:
        raise ValueError(f"samples: expected at least two, got {n}")
    squares = (x[:, None] - x[None]).square().sum(-1)
    itself = torch.eye(n, dtype=torch.bool, device=x.device)
    nearest = squares.masked_fill(itself, torch.inf).amin(1)
    log_ball = d / 2 * math.log(math.pi) - math.lgamma(d / 2 + 1)
    mean_log = torch.log(nearest + smallest**2).mean() / 2
    harmonic = (1 / torch.arange(1, n, dtype=x.dtype, device=x.device)).sum()  # psi(n) - psi(1)
    return d * mean_log + log_ball + harmonic
