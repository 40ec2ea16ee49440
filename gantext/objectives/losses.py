r"""Losses: what the two players minimise, given the discriminator's scores.

A discriminator returns **logits** :math:`s`; its opinion is :math:`D = \sigma(s)`. Every loss is
**minimised** by its own player. With :math:`\zeta(s) = \log(1 + e^s)`, the mean over real scores
:math:`r` and over fake scores :math:`f`:

=================  ==================================  ========================
loss               discriminator                       generator
=================  ==================================  ========================
`Minimax`          :math:`\zeta(-r) + \zeta(f)`        :math:`-\zeta(f)`
`NonSaturating`    :math:`\zeta(-r) + \zeta(f)`        :math:`\zeta(-f)`
=================  ==================================  ========================

:math:`\zeta(-s) = -\log D` and :math:`\zeta(s) = -\log(1 - D)` (Goodfellow et al. 2014).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor
from torch.nn.functional import softplus


@dataclass(frozen=True)
class Loss(ABC):
    """Base class: a pair of functions of scores.

    Examples
    --------
    A loss of your own has two methods:

    >>> import torch
    >>> from gantext.objectives.losses import Loss
    >>> class Difference(Loss):
    ...     def discriminator(self, *, real, fake):
    ...         return fake.mean() - real.mean()
    ...     def generator(self, *, fake):
    ...         return -fake.mean()
    >>> Difference().generator(fake=torch.tensor([1.0, 3.0]))
    tensor(-2.)
    """

    generator_sees_real: ClassVar[bool] = False

    @abstractmethod
    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return what the discriminator minimises.

        Parameters
        ----------
        real : Tensor, shape (...)
            Scores of data.
        fake : Tensor, shape (...)
            Scores of generated samples.

        Returns
        -------
        Tensor
            A scalar: the mean over each set, added.
        """

    @abstractmethod
    def generator(self, *, real: Any = None, fake: Tensor) -> Tensor:
        """Return what the generator minimises.

        Parameters
        ----------
        fake : Tensor, shape (...)
            Scores of generated samples.

        Returns
        -------
        Tensor
            A scalar: the mean.
        """


@dataclass(frozen=True)
class Minimax(Loss):
    r"""The zero-sum game: :math:`V = E \log D(x) + E \log(1 - D(G(z)))`.

    Examples
    --------
    At equilibrium every score is 0 and the discriminator's loss is :math:`\log 4`:

    >>> import torch
    >>> from gantext.objectives.losses import Minimax
    >>> zero = torch.zeros(3)
    >>> Minimax().discriminator(real=zero, fake=zero)
    tensor(1.3863)
    """

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return :math:`-V`.

        Parameters
        ----------
        real : Tensor, shape (...)
            Scores of data.
        fake : Tensor, shape (...)
            Scores of generated samples.

        Returns
        -------
        Tensor
            A scalar.
        """
        return _cross_entropy(real, fake)

    def generator(self, *, real: Any = None, fake: Tensor) -> Tensor:
        """Return the part of :math:`V` that the generator can change.

        Parameters
        ----------
        fake : Tensor, shape (...)
            Scores of generated samples.

        Returns
        -------
        Tensor
            A scalar.
        """
        return -softplus(fake).mean()


@dataclass(frozen=True)
class NonSaturating(Loss):
    r"""The generator maximises :math:`E \log D(G(z))`, which still slopes where it loses.

    Examples
    --------
    >>> import torch
    >>> from gantext.objectives.losses import NonSaturating
    >>> NonSaturating().generator(fake=torch.zeros(3))
    tensor(0.6931)
    """

    def discriminator(self, *, real: Tensor, fake: Tensor) -> Tensor:
        """Return the same as `Minimax`.

        Parameters
        ----------
        real : Tensor, shape (...)
            Scores of data.
        fake : Tensor, shape (...)
            Scores of generated samples.

        Returns
        -------
        Tensor
            A scalar.
        """
        return _cross_entropy(real, fake)

    def generator(self, *, real: Any = None, fake: Tensor) -> Tensor:
        r"""Return :math:`-E \log D(G(z))`.

        Parameters
        ----------
        fake : Tensor, shape (...)
            Scores of generated samples.

        Returns
        -------
        Tensor
            A scalar.
        """
        return softplus(-fake).mean()


def _cross_entropy(real: Tensor, fake: Tensor) -> Tensor:
    """Return -E log D(real) - E log(1 - D(fake))."""
    return softplus(-real).mean() + softplus(fake).mean()
