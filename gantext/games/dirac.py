"""The Dirac-GAN: a whole GAN in two numbers, on which training methods part ways."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from numpy.polynomial.hermite_e import hermegauss
from torch import Tensor
from torch.nn import functional

from gantext.core.checks import as_float64, last_dim, non_negative, one_number, positive
from gantext.games.base import Game, Losses

Penalty = Callable[[Tensor, Tensor], Tensor]

# The mean over a standard normal as a weighted sum over nodes: exact for polynomials up to degree
# 127.
_NODES, _WEIGHTS = (torch.from_numpy(array) for array in hermegauss(64))
_WEIGHTS = _WEIGHTS / _WEIGHTS.sum()


def logistic(t: Tensor) -> Tensor:
    r"""Return the original GAN's :math:`f(t) = -\log(1 + e^{-t})`.

    Its derivatives at 0 are :math:`f'(0) = \tfrac12` and :math:`f''(0) = -\tfrac14`.

    Parameters
    ----------
    t : Tensor
        The discriminator's score, any shape.

    Returns
    -------
    Tensor
        :math:`f(t)`, elementwise.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import logistic
    >>> logistic(torch.tensor(0.0))
    tensor(-0.6931)
    """
    # Not logsigmoid: it warns in forward mode under vmap. Beyond 40, softplus(x) is x in float64.
    return -functional.softplus(-t, threshold=40.0)


def wasserstein(t: Tensor) -> Tensor:
    r"""Return the Wasserstein GAN's :math:`f(t) = t`.

    Its derivatives at 0 are :math:`f'(0) = 1` and :math:`f''(0) = 0`.

    Parameters
    ----------
    t : Tensor
        The critic's score, any shape.

    Returns
    -------
    Tensor
        :math:`f(t)`, elementwise.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import wasserstein
    >>> wasserstein(torch.tensor(2.0))
    tensor(2.)
    """
    return t


def least_squares(t: Tensor) -> Tensor:
    r"""Return the least-squares GAN's :math:`f(t) = -(1 - t)^2`.

    Its derivatives at 0 are :math:`f'(0) = 2` and :math:`f''(0) = -2`. It turns down at
    :math:`t = 1`, where :math:`f'` changes sign.

    Parameters
    ----------
    t : Tensor
        The discriminator's score, any shape.

    Returns
    -------
    Tensor
        :math:`f(t)`, elementwise.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import least_squares
    >>> least_squares(torch.tensor(3.0))
    tensor(-4.)
    """
    return -((1 - t) ** 2)


def hinge(t: Tensor) -> Tensor:
    r"""Return the hinge :math:`f(t) = -\max(0, 1 - t)`.

    Its derivatives at 0 are :math:`f'(0) = 1` and :math:`f''(0) = 0`; it is flat beyond
    :math:`t = 1`.

    Parameters
    ----------
    t : Tensor
        The discriminator's score, any shape.

    Returns
    -------
    Tensor
        :math:`f(t)`, elementwise.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import hinge
    >>> hinge(torch.tensor([0.0, -1.0]))
    tensor([-1., -2.])
    """
    return -functional.relu(1 - t)


@dataclass(frozen=True, eq=False)
class R1:
    r"""The zero-centred gradient penalty on data.

    .. math:: R_1 = \tfrac\gamma2\, \mathbb E_{p_\text{data}} \|\nabla_x D_\psi(x)\|^2

    The Dirac-GAN's discriminator is :math:`D_\psi(x) = \psi x`, whose slope is :math:`\psi`
    everywhere: the penalty is :math:`\tfrac\gamma2 \psi^2`.

    Attributes
    ----------
    gamma : float or Tensor, shape ()
        The penalty's weight, at least zero.

    Raises
    ------
    ValueError
        If `gamma` is negative, infinite, NaN or more than one number.

    References
    ----------
    Mescheder, L., Geiger, A. and Nowozin, S. (2018). Which Training Methods for GANs do actually
    Converge? ICML. arXiv:1801.04406.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import R1
    >>> R1(gamma=0.5)(torch.tensor([1.0]), torch.tensor([2.0]))
    tensor(1., dtype=torch.float64)
    """

    gamma: Any

    def __post_init__(self) -> None:
        object.__setattr__(self, "gamma", one_number("gamma", non_negative("gamma", self.gamma)))

    def __call__(self, theta: Tensor, psi: Tensor) -> Tensor:
        """Evaluate the penalty.

        Parameters
        ----------
        theta : Tensor, shape (..., 1)
            The generator's parameter; this penalty does not depend on it.
        psi : Tensor, shape (..., 1)
            The discriminator's parameter.

        Returns
        -------
        Tensor, shape (...)
            What is added to the discriminator's loss.
        """
        penalty: Tensor = 0.5 * self.gamma * psi.square().sum(-1)
        return penalty


class R2(R1):
    r"""The zero-centred gradient penalty on the generator's samples.

    .. math:: R_2 = \tfrac\gamma2\, \mathbb E_{p_\theta} \|\nabla_x D_\psi(x)\|^2

    On the Dirac-GAN it is the same number as `R1`, because the slope :math:`\psi` is the same at
    every point.

    Attributes
    ----------
    gamma : float or Tensor, shape ()
        The penalty's weight, at least zero.

    Raises
    ------
    ValueError
        If `gamma` is negative, infinite, NaN or more than one number.

    References
    ----------
    Mescheder, L., Geiger, A. and Nowozin, S. (2018). Which Training Methods for GANs do actually
    Converge? ICML. arXiv:1801.04406.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import R2
    >>> R2(gamma=0.5)(torch.tensor([1.0]), torch.tensor([2.0]))
    tensor(1., dtype=torch.float64)
    """


@dataclass(frozen=True, eq=False)
class GradientPenalty:
    r"""WGAN-GP's penalty, which pulls the slope to a target.

    .. math:: R = \tfrac\gamma2\, (|\psi| - g_0)^2

    Its derivative jumps at :math:`\psi = 0`, the equilibrium itself, unless :math:`g_0 = 0`. There
    PyTorch takes 0 for the derivative of :math:`|\psi|`: the equilibrium is at rest, every start
    near it is driven away, and the Jacobian at it tells nothing. For :math:`g_0 = 0` use `R1`,
    which is smooth.

    Attributes
    ----------
    gamma : float or Tensor, shape ()
        The penalty's weight, at least zero.
    target : float or Tensor, shape (), optional
        The slope :math:`g_0` that costs nothing, at least zero.

    Raises
    ------
    ValueError
        If `gamma` or `target` is negative, infinite, NaN or more than one number.

    References
    ----------
    Gulrajani, I. et al. (2017). Improved Training of Wasserstein GANs. NeurIPS. arXiv:1704.00028.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import GradientPenalty
    >>> GradientPenalty(gamma=4.0, target=1.0)(torch.tensor([0.0]), torch.tensor([-1.5]))
    tensor(0.5000, dtype=torch.float64)
    """

    gamma: Any
    target: Any = 1.0

    def __post_init__(self) -> None:
        for name in ("gamma", "target"):
            value = one_number(name, non_negative(name, getattr(self, name)))
            object.__setattr__(self, name, value)

    def __call__(self, theta: Tensor, psi: Tensor) -> Tensor:
        """Evaluate the penalty.

        Parameters
        ----------
        theta : Tensor, shape (..., 1)
            The generator's parameter; this penalty does not depend on it.
        psi : Tensor, shape (..., 1)
            The discriminator's parameter.

        Returns
        -------
        Tensor, shape (...)
            What is added to the discriminator's loss.
        """
        penalty: Tensor = 0.5 * self.gamma * (psi.abs().sum(-1) - self.target).square()
        return penalty


class DiracGAN(Game):
    r"""A data point at 0, a generated point at :math:`\theta`, and :math:`D_\psi(x) = \psi x`.

    .. math::

        V(\theta, \psi) = \mathbb E\, f(\psi(\theta + \sigma\varepsilon))
        + \mathbb E\, f(-\psi\sigma\varepsilon),
        \qquad \varepsilon \sim \mathcal N(0, 1),

    which is :math:`f(\psi\theta) + f(0)` without instance noise (:math:`\sigma = 0`). The
    generator minimises :math:`L_G = V`, or :math:`L_G = -\mathbb E f(-\psi(\theta +
    \sigma\varepsilon))` in the non-saturating game. The discriminator minimises :math:`L_D = -V +
    R`, with a penalty :math:`R(\theta, \psi)`. A high score means "generated" here, as in the
    paper. The equilibrium is :math:`(0, 0)`.

    Parameters
    ----------
    f : callable, optional
        A scalar function of the score, applied elementwise: `logistic`, `wasserstein`,
        `least_squares`, `hinge`, or your own.
    penalty : callable, optional
        ``penalty(theta, psi)``, added to the discriminator's loss: `R1`, `R2`, `GradientPenalty`,
        or your own.
    non_saturating : bool, optional
        Whether the generator maximises :math:`\mathbb E f(-D)` instead of minimising
        :math:`\mathbb E f(D)`.
    noise : float or Tensor, shape (), optional
        Standard deviation :math:`\sigma` of the instance noise on data and samples. The
        expectations are computed by Gauss-Hermite quadrature with 64 nodes, not by sampling: for
        `logistic` to 1e-10 while :math:`|\psi\sigma| \le 2` and to 1e-5 up to 4; exactly for
        polynomials; coarsely where `hinge` has its kink.
    clip : float or Tensor, shape (), optional
        After every step of an update rule `psi` is put back into :math:`[-c, c]`.

    Raises
    ------
    ValueError
        If `noise` is negative, `clip` is not above zero, or either is NaN, infinite or more than
        one number (which you sweep by ``simulate(..., game_hparams=...)``).
    TypeError
        If `f` or `penalty` cannot be called.

    References
    ----------
    Mescheder, L., Geiger, A. and Nowozin, S. (2018). Which Training Methods for GANs do actually
    Converge? ICML. arXiv:1801.04406.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.dirac import R1, DiracGAN
    >>> game = DiracGAN(penalty=R1(gamma=1.0))
    >>> game.value([2.0], [0.0])  # a discriminator that cannot tell: -2 log 2
    tensor(-1.3863, dtype=torch.float64)
    >>> from gantext.dynamics.field import spectrum
    >>> spectrum(game, torch.zeros(1), torch.zeros(1))  # critical damping
    tensor([-0.5000+0.j, -0.5000+0.j])
    """

    def __init__(
        self,
        f: Callable[[Tensor], Tensor] = logistic,
        penalty: Penalty | None = None,
        non_saturating: bool = False,
        noise: Any = 0.0,
        clip: Any = None,
    ) -> None:
        if not callable(f):
            raise TypeError(f"f: expected a function of the score such as logistic, got {f!r}")
        if penalty is not None and not callable(penalty):
            raise TypeError(
                f"penalty: expected penalty(theta, psi) such as R1(1.0), or None, got {penalty!r}"
            )
        self.f = f
        self.penalty = penalty
        self.non_saturating = bool(non_saturating)
        self.noise = one_number("noise", non_negative("noise", noise))
        self.clip = None if clip is None else one_number("clip", positive("clip", clip))
        # A plain 0 means no noise: one node then gives f(psi theta) + f(0) to the last bit.
        silent = not isinstance(noise, Tensor) and noise == 0
        self._nodes = torch.zeros(1, dtype=torch.float64) if silent else _NODES
        self._weights = torch.ones(1, dtype=torch.float64) if silent else _WEIGHTS

    def value(self, theta: Any, psi: Any) -> Tensor:
        r"""Return the value :math:`V(\theta, \psi)`, without penalty.

        Parameters
        ----------
        theta : array-like or Tensor, shape (..., 1)
            The generator's parameter: where it puts its point.
        psi : array-like or Tensor, shape (..., 1)
            The discriminator's parameter: its slope. Leading dimensions broadcast against those of
            `theta`.

        Returns
        -------
        Tensor, shape (...)
            The value, float64.

        Raises
        ------
        ValueError
            If a last dimension is not 1, or a value is NaN.

        Examples
        --------
        >>> from gantext.games.dirac import DiracGAN
        >>> from gantext.games.dirac import wasserstein
        >>> DiracGAN(wasserstein).value([[1.0], [2.0]], [3.0])
        tensor([3., 6.], dtype=torch.float64)
        """
        return self._value(as_float64("theta", theta), as_float64("psi", psi))

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        """Return both players' losses.

        Parameters
        ----------
        theta : Tensor, shape (1,)
            The generator's parameter.
        psi : Tensor, shape (1,)
            The discriminator's parameter.
        batch : None, optional
            Not used: expectations are computed, not sampled.

        Returns
        -------
        Losses
            Two scalars, each minimised by its own player.

        Raises
        ------
        ValueError
            If a last dimension is not 1.

        Examples
        --------
        >>> import torch
        >>> from gantext.games.dirac import R1, DiracGAN
        >>> from gantext.games.dirac import wasserstein
        >>> game = DiracGAN(wasserstein, penalty=R1(gamma=2.0))
        >>> losses = game.losses(torch.tensor([1.0]), torch.tensor([3.0]))
        >>> losses.generator.item(), losses.discriminator.item()
        (3.0, 6.0)
        """
        value = self._value(theta, psi)
        generator = -self._expect(-self._fake_scores(theta, psi)) if self.non_saturating else value
        penalty = 0.0 if self.penalty is None else self.penalty(theta, psi)
        return Losses(generator=generator, discriminator=penalty - value)

    def project(self, theta: Tensor, psi: Tensor) -> tuple[Tensor, Tensor]:
        """Clip the discriminator's parameter, when the game has a `clip`.

        Parameters
        ----------
        theta : Tensor, shape (..., 1)
            The generator's parameter.
        psi : Tensor, shape (..., 1)
            The discriminator's parameter.

        Returns
        -------
        tuple of Tensor
            ``(theta, psi)``, with `psi` between ``-clip`` and ``clip``.

        Examples
        --------
        >>> import torch
        >>> from gantext.games.dirac import DiracGAN
        >>> DiracGAN(clip=0.5).project(torch.tensor([3.0]), torch.tensor([-2.0]))[1]
        tensor([-0.5000])
        """
        if self.clip is None:
            return theta, psi
        return theta, torch.clamp(psi, -self.clip, self.clip)

    def _value(self, theta: Tensor, psi: Tensor) -> Tensor:
        real_scores = psi * self.noise * self._nodes
        return self._expect(self._fake_scores(theta, psi)) + self._expect(-real_scores)

    def _fake_scores(self, theta: Tensor, psi: Tensor) -> Tensor:
        theta, psi = last_dim("theta", theta, 1), last_dim("psi", psi, 1)
        return psi * (theta + self.noise * self._nodes)

    def _expect(self, scores: Tensor) -> Tensor:
        return (self._weights * self.f(scores)).sum(-1)
