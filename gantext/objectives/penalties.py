r"""Penalties: what is added to a player's loss beside the game itself.

A discriminator's penalty is called with its score function and both samples,
``penalty(score, real=real, fake=fake)``; a generator's with its samples, ``penalty(fake)``. Each
returns a scalar, which its player minimises. Samples have shape (B, ...), and any function that is
called so is a penalty. Weights may be tensors, so that each member of a population has its own.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor

from gantext.core.annotations import NonNegative
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Floating, Weight

Score = Callable[[Tensor], Tensor]


class DiscriminatorPenalty(Protocol):
    """What is added to the discriminator's loss."""

    def __call__(self, score: Score, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return a scalar from the score function and both samples."""


#: What is added to the generator's loss, from its samples.
GeneratorPenalty = Callable[[Tensor], Tensor]


@dataclass(frozen=True)
class _SlopePenalty:
    """A penalty on slopes of the score.

    Attributes
    ----------
    gamma : float or Tensor, shape ()
        The weight, at least 0.
    """

    gamma: Weight


@checked_arguments
@dataclass(frozen=True)
class R1(_SlopePenalty):
    r"""Penalise slopes of the score at data: :math:`\tfrac{\gamma}{2} E_{x} |\nabla s(x)|^2`.

    Mescheder, Geiger and Nowozin 2018, "Which Training Methods for GANs do actually Converge?"

    >>> import gantext as gt
    >>> game = gt.DiracGAN(penalties=[gt.R1(gamma=0.5)])
    """

    def __call__(self, score: Score, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the penalty; fakes are not used."""
        return _slopes(score, real).square().sum(1).mean() * self.gamma / 2


@checked_arguments
@dataclass(frozen=True)
class R2(_SlopePenalty):
    r"""Penalise slopes at generated samples: :math:`\tfrac{\gamma}{2} E_{z} |\nabla s(G(z))|^2`.

    >>> import gantext as gt
    >>> game = gt.DiracGAN(penalties=[gt.R2(gamma=0.5)])
    """

    def __call__(self, score: Score, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the penalty; data are not used."""
        return _slopes(score, fake).square().sum(1).mean() * self.gamma / 2


@checked_arguments
@dataclass(frozen=True)
class GradientPenalty(_SlopePenalty):
    r"""Pull slopes to a target: :math:`\tfrac\gamma2 E_{\hat x} (|\nabla s(\hat x)| - g)^2`.

    The points are between data and fakes, :math:`\hat x_i = \epsilon_i x_i + (1 - \epsilon_i)
    G(z_i)`. WGAN-GP (Gulrajani et al. 2017, "Improved Training of Wasserstein GANs") draws
    :math:`\epsilon_i` uniformly; here :math:`\epsilon_i = (i + \tfrac12) / B` is spread evenly over
    the batch, without random numbers. At a slope of 0 the norm has a kink; there its derivatives
    are taken as 0.

    >>> import gantext as gt
    >>> game = gt.DiracGAN(gt.Wasserstein(), penalties=[gt.GradientPenalty(gamma=0.5)])

    Attributes
    ----------
    target : float or Tensor, shape (), optional
        The norm :math:`g` that costs nothing, at least 0.
    """

    target: Weight = 1.0

    def __call__(self, score: Score, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the penalty."""
        count = torch.arange(len(real), dtype=real.dtype, device=real.device)
        share = ((count + 0.5) / len(real)).reshape(-1, *[1] * (real.ndim - 1))
        norms = _norms(_slopes(score, share * real + (1 - share) * fake))
        return (norms - self.target).square().mean() * self.gamma / 2


@checked_arguments
@dataclass(frozen=True)
class EntropyBonus:
    r"""Reward variety: :math:`-\lambda \hat H(\text{fake})`, by `nearest_neighbour_entropy`.

    >>> import gantext as gt
    >>> bonus = gt.EntropyBonus(weight=0.1)

    Attributes
    ----------
    weight : float or Tensor, shape ()
        :math:`\lambda`, at least 0.
    """

    weight: Weight

    def __call__(self, fake: Tensor) -> Tensor:
        """Return minus the bonus."""
        return -self.weight * nearest_neighbour_entropy(fake)


@checked_arguments
def nearest_neighbour_entropy(samples: Floating, *, smallest: NonNegative = 1e-4) -> Tensor:
    r"""Estimate the differential entropy of a distribution from its samples, a scalar, in nats.

    With :math:`\rho_i` the distance from sample i to its nearest neighbour in d dimensions, and
    :math:`c_d` the volume of the unit ball (Kozachenko and Leonenko 1987):

    .. math:: \hat H = \frac{d}{n} \sum_i \log \rho_i + \log c_d + \psi(n) - \psi(1)

    >>> import torch
    >>> import gantext as gt
    >>> samples = torch.randn(2000, 2, generator=torch.Generator().manual_seed(0))
    >>> round(gt.nearest_neighbour_entropy(samples).item(), 1)  # exactly log(2 pi e) = 2.838
    2.8

    Parameters
    ----------
    samples : Tensor, shape (n, ...)
        At least two.
    smallest : float
        Distances below this count as this, smoothly: equal samples push with a finite force.
    """
    if samples.ndim < 2 or len(samples) < 2:
        raise ValueError(
            f"samples: expected at least two, shape (n, ...), got {tuple(samples.shape)}"
        )
    x = samples.flatten(1)
    n, d = x.shape
    squares = (x[:, None] - x[None]).square().sum(-1)
    itself = torch.eye(n, dtype=torch.bool, device=x.device)
    nearest = squares.masked_fill(itself, torch.inf).amin(1)
    log_ball = d / 2 * math.log(math.pi) - math.lgamma(d / 2 + 1)
    mean_log = torch.log(nearest + smallest**2).mean() / 2
    harmonic = (1 / torch.arange(1, n, dtype=x.dtype, device=x.device)).sum()  # psi(n) - psi(1)
    return d * mean_log + log_ball + harmonic


def _slopes(score: Score, at: Tensor) -> Tensor:
    """Return the score's gradient at each sample, as vectors of shape (B, size)."""
    return torch.func.grad(lambda x: score(x).sum())(at).flatten(1)


def _norms(vectors: Tensor) -> Tensor:
    """Return each vector's Euclidean norm, shape (B,), with derivatives 0 at 0."""
    if vectors.shape[1] == 1:
        return vectors.abs().squeeze(1)
    # Not torch.linalg.vector_norm, whose second derivative at 0 is NaN.
    squares = vectors.square().sum(1)
    zero = squares == 0
    return torch.where(zero, 0.0, torch.where(zero, 1.0, squares).sqrt())
