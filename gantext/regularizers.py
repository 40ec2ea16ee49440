r"""Regularisers: what is added to a player's loss beside the game itself.

One for the discriminator is called with its score function and both samples,
``regularizer(score, real=real, fake=fake)``; one for the generator with the fakes,
``regularizer(fake)``. Each returns a scalar that its player minimises. Weights may be tensors, so
that each member of a population has its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gantext._validation import holds

Score = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class R1:
    r"""Penalise slopes of the score at data: :math:`\tfrac{\gamma}{2} E_{x} |\nabla s(x)|^2`.

    Mescheder, Geiger and Nowozin 2018, "Which Training Methods for GANs do actually Converge?"

    Attributes
    ----------
    gamma : float or Tensor
        The weight, at least 0.

    Raises
    ------
    ValueError
        If the weight is negative or NaN.

    Examples
    --------
    >>> import torch
    >>> from gantext.regularizers import R1
    >>> x = torch.zeros(4, 2)
    >>> R1(2.0)(lambda x: 3 * x[:, :1], real=x, fake=x)
    tensor(9.)
    """

    gamma: float | Tensor

    def __post_init__(self) -> None:
        """Refuse a weight below zero."""
        _non_negative("gamma", self.gamma)

    def __call__(self, score: Score, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the penalty.

        Parameters
        ----------
        score : callable
            Samples to logits.
        real : Tensor, shape (B, ...)
            Data.
        fake : Tensor, shape (B, ...)
            Generated samples; not looked at.

        Returns
        -------
        Tensor
            A scalar.
        """
        return _mean_square_slope(score, real) * self.gamma / 2


@dataclass(frozen=True)
class R2:
    r"""The same at generated samples: :math:`\tfrac{\gamma}{2} E_{z} |\nabla s(G(z))|^2`.

    Attributes
    ----------
    gamma : float or Tensor
        The weight, at least 0.

    Raises
    ------
    ValueError
        If the weight is negative or NaN.

    Examples
    --------
    >>> import torch
    >>> from gantext.regularizers import R2
    >>> x = torch.zeros(4, 2)
    >>> R2(2.0)(lambda x: 3 * x[:, :1], real=x, fake=x)
    tensor(9.)
    """

    gamma: float | Tensor

    def __post_init__(self) -> None:
        """Refuse a weight below zero."""
        _non_negative("gamma", self.gamma)

    def __call__(self, score: Score, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the penalty.

        Parameters
        ----------
        score : callable
            Samples to logits.
        real : Tensor, shape (B, ...)
            Data; not looked at.
        fake : Tensor, shape (B, ...)
            Generated samples.

        Returns
        -------
        Tensor
            A scalar.
        """
        return _mean_square_slope(score, fake) * self.gamma / 2


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
    >>> from gantext.regularizers import EntropyBonus
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
    >>> from gantext.regularizers import nearest_neighbour_entropy
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


def _mean_square_slope(score: Score, at: Tensor) -> Tensor:
    """Return the mean over samples of the squared norm of the score's gradient."""
    slope = torch.func.grad(lambda x: score(x).sum())(at)
    return slope.flatten(1).square().sum(1).mean()


def _non_negative(name: str, value: float | Tensor) -> None:
    """Require a weight of at least zero, where its value can be read."""
    tensor = torch.as_tensor(value)
    if holds((~(tensor >= 0)).any()):
        raise ValueError(f"{name}: expected a weight >= 0, got {float(tensor.min()):.6g}")
