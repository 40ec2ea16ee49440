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
    holds :math:`\psi` and minimises :math:`L_D(\theta, \psi)`. A game of your own needs `losses`
    alone. It is written for one pair of players; many starts, seeds or hyper-parameters at once
    come from `torch.func.vmap` around it, never from inside.

    Attributes
    ----------
    affine : bool
        Whether the gradients of both losses are affine in :math:`(\theta, \psi)`, so that
        `ProximalPoint` has a closed form.

    Examples
    --------
    >>> import gantext as gt
    >>> class Product(gt.Game):
    ...     def losses(self, theta, psi, batch=None):
    ...         value = (theta * psi).sum()
    ...         return gt.Losses(generator=value, discriminator=-value)
    """

    affine: bool = False

    @abstractmethod
    def losses(self, theta: Params, psi: Params, batch: Any = None) -> Losses:
        """Return both players' losses.

        Parameters
        ----------
        theta, psi : Tensor or pytree of Tensor
            The generator's and the discriminator's parameters.
        batch : optional
            Data and noise, for games that draw samples. Toy games with closed forms ignore it.

        Returns
        -------
        Losses
            Two scalars, each minimised by its own player.
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
        """Put new parameters back where the game allows them; unchanged here.

        Called whenever an update rule has changed a player. A game with a constraint, such as
        weight clipping, overrides this.

        Parameters
        ----------
        theta, psi : Tensor or pytree of Tensor
            Both players' parameters.
        """
        return theta, psi

    def update_buffers(self, theta: Params, psi: Params) -> tuple[Params, Params]:
        """Update what layers carry from step to step, such as a power iteration's vector.

        Called after `project`; unchanged here.

        Parameters
        ----------
        theta, psi : Tensor or pytree of Tensor
            Both players' parameters and buffers.
        """
        return theta, psi

    def settle(self, theta: Params, psi: Params) -> tuple[Params, Params]:
        """Do both, `project` and then `update_buffers`: what a rule calls after an update.

        Parameters
        ----------
        theta, psi : Tensor or pytree of Tensor
            Both players' parameters and buffers.
        """
        return self.update_buffers(*self.project(theta, psi))
