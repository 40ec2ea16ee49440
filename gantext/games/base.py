"""What a two-player differentiable game is: two losses, one for each player."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any, NamedTuple

from torch import Tensor

# A player's parameters: one tensor for a toy game, a dict of tensors for a network.
Params = Any


class Losses(NamedTuple):
    """What each player minimises.

    Attributes
    ----------
    generator, discriminator : Tensor
        The loss of each; a scalar for one member.
    """

    generator: Tensor
    discriminator: Tensor


class Game(ABC):
    r"""A two-player differentiable game, of one generator against one discriminator.

    The generator holds :math:`\theta` and minimises :math:`L_G(\theta, \psi)`; the discriminator
    holds :math:`\psi` and minimises :math:`L_D(\theta, \psi)`. Many starts, seeds or
    hyper-parameters at once come from `torch.func.vmap` around a game, never from inside. One of
    your own needs `losses` alone:

    >>> import gantext as gt
    >>> class Product(gt.Game):
    ...     def losses(self, theta, psi, batch=None):
    ...         value = (theta * psi).sum()
    ...         return gt.Losses(generator=value, discriminator=-value)

    Attributes
    ----------
    affine : bool
        Whether the gradients of both losses are affine in :math:`(\theta, \psi)`, so that
        `ProximalPoint` has a closed form.
    """

    affine: bool = False

    @abstractmethod
    def losses(self, theta: Params, psi: Params, batch: Any = None) -> Losses:
        """Return both players' losses, two scalars.

        Parameters
        ----------
        theta, psi : Tensor or pytree of Tensor
            The generator's and the discriminator's parameters.
        batch : optional
            Data and noise, for games that draw samples. Toy games with closed forms ignore it.
        """

    def generator_loss(self, theta: Params, psi: Params, batch: Any = None) -> Tensor:
        """Return the generator's loss alone; overridden where that costs less than both.

        Parameters
        ----------
        theta, psi, batch : Any
            As for `losses`.
        """
        return self.losses(theta, psi, batch).generator

    def discriminator_loss(self, theta: Params, psi: Params, batch: Any = None) -> Tensor:
        """Return the discriminator's loss alone.

        Parameters
        ----------
        theta, psi, batch : Any
            As for `losses`.
        """
        return self.losses(theta, psi, batch).discriminator

    def project(self, theta: Params, psi: Params) -> tuple[Params, Params]:
        """Put players whom a rule has updated back where the game allows them, as by clipping.

        Parameters
        ----------
        theta, psi : Tensor or pytree of Tensor
            Both players' parameters; returned as they are by a game without a constraint.
        """
        return theta, psi

    def update_buffers(self, theta: Params, psi: Params) -> tuple[Params, Params]:
        """Update what layers carry from step to step, such as a power iteration's vector.

        Parameters
        ----------
        theta, psi : Tensor or pytree of Tensor
            Both players' parameters and buffers, after `project`.
        """
        return theta, psi
