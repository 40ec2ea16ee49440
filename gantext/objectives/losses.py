r"""Losses: what the two players minimise, given the discriminator's scores.

A score :math:`s` is a logit: the discriminator gives data the probability :math:`D = \sigma(s)`.
Every loss is **minimised** by its own player. It takes means, of these terms of a real score
:math:`r` and a fake score :math:`f`, with :math:`\zeta(s) = \log(1 + e^s)`, so that
:math:`\zeta(-s) = -\log D` and :math:`\zeta(s) = -\log(1 - D)`:

================  ==================================  ============================
loss              discriminator                       generator
================  ==================================  ============================
`Minimax`         :math:`\zeta(-r) + \zeta(f)`        :math:`-\zeta(f)`
`NonSaturating`   :math:`\zeta(-r) + \zeta(f)`        :math:`\zeta(-f)`
`Wasserstein`     :math:`f - r`                       :math:`-f`
`LeastSquares`    :math:`(r - b)^2 + (f - a)^2`       :math:`(f - c)^2`
`Hinge`           :math:`(1 - r)_+ + (1 + f)_+`       :math:`-f`
`Relativistic`    :math:`\zeta(f - r)`                :math:`\zeta(r - f)`
`ZeroSum`         that of another loss                minus the discriminator's loss
================  ==================================  ============================
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor
from torch.nn import functional

from gantext.core.arguments import checked_arguments
from gantext.core.checks import Number


@dataclass(frozen=True)
class Loss(ABC):
    """Base class: what each player minimises, as a function of scores.

    Attributes
    ----------
    generator_sees_real : bool
        Whether the generator's loss needs the scores of data too, as a relativistic one does.
        Where it is False, nobody computes them for it.
    """

    generator_sees_real: ClassVar[bool] = False

    @abstractmethod
    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the discriminator minimises, a scalar.

        Parameters
        ----------
        real, fake : Tensor, shape (B, ...)
            Scores of data and of generated samples.
        """

    @abstractmethod
    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return what the generator minimises, a scalar.

        Parameters
        ----------
        real : Tensor of shape (B, ...), or None
            Scores of data; None where `generator_sees_real` is False.
        fake : Tensor, shape (B, ...)
            Scores of generated samples.
        """


@dataclass(frozen=True)
class Minimax(Loss):
    r"""The original game (Goodfellow et al. 2014): the generator minimises :math:`\log(1 - D)`.

    >>> import gantext as gt
    >>> gt.DiracGAN(gt.Minimax()).value([2.0], [0.0])  # -log 4: the scores are all 0
    tensor(-1.3863, dtype=torch.float64)
    """

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return a cross-entropy, with data labelled 1 and fakes 0."""
        return _softplus(-real).mean() + _softplus(fake).mean()

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return the discriminator's gain on fakes."""
        return -_softplus(fake).mean()


@dataclass(frozen=True)
class NonSaturating(Minimax):
    r"""The generator minimises :math:`-\log D` instead, which still slopes where it loses.

    >>> import gantext as gt
    >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2, loss=gt.NonSaturating())
    """

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return a cross-entropy, with fakes labelled 1."""
        return _softplus(-fake).mean()


@dataclass(frozen=True)
class Wasserstein(Loss):
    """The difference of mean scores, for a critic that must not be steep (Arjovsky et al. 2017).

    >>> import gantext as gt
    >>> gt.DiracGAN(gt.Wasserstein()).value([2.0], [3.0])
    tensor(6., dtype=torch.float64)
    """

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean fake score less the mean real one."""
        return fake.mean() - real.mean()

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return minus the mean fake score."""
        return -fake.mean()


@checked_arguments
@dataclass(frozen=True)
class LeastSquares(Loss):
    """Squared distances from target scores (Mao et al. 2017, with a factor 1/2 that is left out).

    >>> import gantext as gt
    >>> zeros_and_ones = gt.LeastSquares(a=0, b=1, c=1)

    Attributes
    ----------
    a, b, c : float or Tensor, shape ()
        The discriminator's target for fakes, its target for data, and the generator's for fakes.
    """

    a: Number = -1.0
    b: Number = 1.0
    c: Number = 1.0

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean squared distances from b and from a."""
        return (real - self.b).square().mean() + (fake - self.a).square().mean()

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return the mean squared distance from c."""
        return (fake - self.c).square().mean()


@dataclass(frozen=True)
class Hinge(Loss):
    """The discriminator wants real scores above 1, fake ones below -1, no more (Lim and Ye 2017).

    >>> import gantext as gt
    >>> gt.DiracGAN(gt.Hinge()).value([2.0], [3.0])
    tensor(-1., dtype=torch.float64)
    """

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the mean shortfalls."""
        return functional.relu(1 - real).mean() + functional.relu(1 + fake).mean()

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return minus the mean fake score."""
        return -fake.mean()


@checked_arguments
@dataclass(frozen=True)
class Relativistic(Loss):
    """Each player wants its own score above the other's, in pairs (Jolicoeur-Martineau 2019).

    A pair is a real sample and the fake of the same place in the batch, as in R3GAN (Huang et al.
    2024); scores of shape (B, ...).

    >>> import gantext as gt
    >>> gt.DiracGAN(gt.Relativistic()).value([2.0], [0.0])  # -log 2: the scores are equal
    tensor(-0.6931, dtype=torch.float64)

    Attributes
    ----------
    all_pairs : bool
        Whether every real sample meets every fake of the batch instead.
    """

    generator_sees_real: ClassVar[bool] = True
    all_pairs: bool = False

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return a cross-entropy of the differences, which should be positive."""
        return _softplus(-self._differences(real, fake)).mean()

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return the cross-entropy of the differences the other way; data are needed."""
        return _softplus(self._differences(_needed(real), fake)).mean()

    def _differences(self, real: Tensor, fake: Tensor) -> Tensor:
        return real[:, None] - fake if self.all_pairs else real - fake


@checked_arguments
@dataclass(frozen=True)
class ZeroSum(Loss):
    """Another loss, but the generator minimises minus what the discriminator minimises.

    >>> import gantext as gt
    >>> game = gt.DiracGAN(gt.ZeroSum(gt.LeastSquares()))

    Attributes
    ----------
    loss : Loss
        Which other loss.
    """

    generator_sees_real: ClassVar[bool] = True
    loss: Loss

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the other loss's."""
        return self.loss.discriminator(real=real, fake=fake)

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return minus the discriminator's loss; the scores of data are needed."""
        return -self.loss.discriminator(real=_needed(real), fake=fake)


def _needed(real: Tensor | None) -> Tensor:
    if real is None:
        raise ValueError("real: expected scores of data (generator_sees_real), got None")
    return real


def _softplus(x: Tensor) -> Tensor:
    # Not logsigmoid, which warns in forward mode under vmap. PyTorch cuts the logarithm off at 20,
    # which float64 can tell; at 40 it cannot.
    return functional.softplus(x, threshold=40.0)
