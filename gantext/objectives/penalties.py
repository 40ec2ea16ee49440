r"""Regularisers: what is added to a player's loss beside the game itself.

One for the discriminator is called with its score function and both samples,
``regularizer(score, real=real, fake=fake)``; one for the generator with the fakes,
``regularizer(fake)``. Each returns a scalar that its player minimises. Weights may be tensors, so
that each member of a population has its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor

from gantext.core.checks import holds

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
    >>> from gantext.objectives.penalties import R1
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
    >>> from gantext.objectives.penalties import R2
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


def _mean_square_slope(score: Score, at: Tensor) -> Tensor:
    """Return the mean over samples of the squared norm of the score's gradient."""
    slope = torch.func.grad(lambda x: score(x).sum())(at)
    return slope.flatten(1).square().sum(1).mean()


def _non_negative(name: str, value: float | Tensor) -> None:
    """Require a weight of at least zero, where its value can be read."""
    tensor = torch.as_tensor(value)
    if holds((~(tensor >= 0)).any()):
        raise ValueError(f"{name}: expected a weight >= 0, got {float(tensor.min()):.6g}")
