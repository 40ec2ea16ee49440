"""The Dirac-GAN, the smallest game in which GAN training methods part ways."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import torch
from numpy.polynomial.hermite_e import hermegauss
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Bound, Weight, finite, last_dim
from gantext.core.trees import over_members
from gantext.games.base import Game, Losses
from gantext.objectives.losses import Loss, Minimax
from gantext.objectives.penalties import DiscriminatorPenalty

# The mean over a standard normal as a weighted sum over nodes: exact for polynomials up to degree
# 127.
_NODES, _WEIGHTS = (torch.from_numpy(array) for array in hermegauss(64))
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()

# A loss of one real score and one fake one, each of shape (1,).
_OfScores = Callable[[Tensor, Tensor], Tensor]


class DiracGAN(Game):
    r"""Data at 0, all generated samples at :math:`\theta`, and the score :math:`s(x) = -\psi x`.

    A high :math:`\psi` says that points on the right are generated, so that :math:`L_D` is minus
    the value :math:`V` of Mescheder, Geiger and Nowozin (2018, "Which Training Methods for GANs do
    actually Converge?"): :math:`V(\theta, \psi) = f(\psi\theta) + f(0)` with
    :math:`f(t) = -\log(1 + e^{-t})` for `Minimax`, :math:`f(t) = t` for `Wasserstein`. The
    equilibrium is :math:`(0, 0)`.

    Parameters
    ----------
    loss : Loss
        What the players minimise.
    penalties : sequence of callable
        Added to the discriminator's loss: `R1`, `R2`, `GradientPenalty` or your own
        ``penalty(score, real=real, fake=fake)``. Instance noise does not reach them.
    instance_noise : float or Tensor, shape ()
        Standard deviation :math:`\sigma` of Gaussian noise on data and samples. Expected losses are
        computed, not sampled, by Gauss-Hermite quadrature with 64 nodes: for `Minimax` to 1e-10
        while :math:`|\psi\sigma| \le 2` and to 1e-5 up to 4; exactly for polynomials; coarsely
        where `Hinge` has its kink. In each node data and sample have the same noise, which a sum of
        a term of each does not feel.
    clip : float or Tensor, shape (), optional
        After every update :math:`\psi` is put back into :math:`[-c, c]`.

    Examples
    --------
    >>> import gantext as gt
    >>> game = gt.DiracGAN(penalties=[gt.R1(gamma=1.0)])
    >>> gt.spectral_radius(game, gt.Simultaneous(), [0.0], [0.0], eta=1.0)
    tensor(0.5000, dtype=torch.float64)
    """

    @checked_arguments
    def __init__(
        self,
        loss: Annotated[Loss, "a Loss such as Minimax()"] = Minimax(),  # noqa: B008 - frozen
        penalties: Sequence[DiscriminatorPenalty] = (),
        instance_noise: Weight = 0.0,
        clip: Bound | None = None,
    ) -> None:
        self.loss = loss
        self.penalties = tuple(penalties)
        self.instance_noise = torch.as_tensor(instance_noise, dtype=torch.float64)
        self.clip = None if clip is None else torch.as_tensor(clip, dtype=torch.float64)
        # A plain 0 means no noise: then losses are those of one real and one fake score.
        self._noisy = isinstance(instance_noise, Tensor) or instance_noise != 0

    @checked_arguments
    def value(self, theta: ArrayLike, psi: ArrayLike) -> Tensor:
        """Return minus the discriminator's loss, without penalties; float64, shape (...).

        Parameters
        ----------
        theta, psi : array-like, shape (..., 1)
            Both players' parameters; leading dimensions broadcast.
        """
        theta, psi = finite("theta", theta), finite("psi", psi)
        return over_members(self._value, last_dim("theta", theta, 1), last_dim("psi", psi, 1))

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        """Return both players' losses; there is nothing to sample, and no batch."""
        return Losses(self.generator_loss(theta, psi), self.discriminator_loss(theta, psi))

    def generator_loss(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Tensor:
        """Return the generator's loss."""

        def loss(real: Tensor, fake: Tensor) -> Tensor:
            seen = real if self.loss.generator_sees_real else None
            return self.loss.generator(real=seen, fake=fake)

        return self._expect(loss, theta, psi)

    def discriminator_loss(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Tensor:
        """Return the discriminator's loss, penalties included."""
        loss = -self._value(theta, psi)
        real, fake = torch.zeros_like(theta)[None], theta[None]
        for penalty in self.penalties:
            loss = loss + penalty(lambda x: -psi * x, real=real, fake=fake)
        return loss

    def project(self, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
        """Clip the discriminator's parameter, when the game has a `clip`."""
        return theta, psi if self.clip is None else torch.clamp(psi, -self.clip, self.clip)

    def _value(self, theta: Tensor, psi: Tensor) -> Tensor:
        return -self._expect(
            lambda real, fake: self.loss.discriminator(real=real, fake=fake), theta, psi
        )

    def _expect(self, loss: _OfScores, theta: Tensor, psi: Tensor) -> Tensor:
        """Return a loss's mean over the instance noise."""
        theta, psi = last_dim("theta", theta, 1), last_dim("psi", psi, 1)

        def at(shift: Tensor) -> Tensor:
            return loss(-psi * shift, -psi * (theta + shift))

        if not self._noisy:
            return at(torch.zeros_like(theta))
        losses = torch.func.vmap(at)(self.instance_noise * _NODES[:, None])
        return (_WEIGHTS * losses).sum()
