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
    generator : Tensor
        Loss of the generator (parameters ``theta``); a scalar for one member.
    discriminator : Tensor
        Loss of the discriminator (parameters ``psi``); a scalar for one member.
    """

    generator: Tensor
    discriminator: Tensor


class Game(ABC):
    r"""A two-player differentiable game.

    The generator holds :math:`\theta` and minimises :math:`L_G(\theta, \psi)`; the discriminator
    holds
    :math:`\psi` and minimises :math:`L_D(\theta, \psi)`. A zero-sum game has :math:`L_D = -L_G`.

    A subclass writes `losses` for **one member**: one generator against one discriminator. Batches
    over starting points, seeds or hyper-parameters come from `torch.func.vmap` around it, never
    from inside.

    Attributes
    ----------
    affine : bool
        True when the gradients of both losses are affine in :math:`(\theta, \psi)`, so that
        implicit steps have a closed form (see `gantext.dynamics.rules.ProximalPoint`).

    Examples
    --------
    >>> import torch
    >>> from gantext.games.base import Game, Losses
    >>> class Product(Game):
    ...     def losses(self, theta, psi, batch=None):
    ...         value = (theta * psi).sum()
    ...         return Losses(generator=value, discriminator=-value)
    >>> Product().losses(torch.tensor([2.0]), torch.tensor([3.0])).generator
    tensor(6.)
    """

    affine: bool = False

    @abstractmethod
    def losses(self, theta: Params, psi: Params, batch: Any = None) -> Losses:
        """Return both players' losses.

        Parameters
        ----------
        theta : Tensor or pytree of Tensor
            The generator's parameters.
        psi : Tensor or pytree of Tensor
            The discriminator's parameters.
        batch : optional
            Data and noise, for games that draw samples. Toy games with closed forms ignore it.

        Returns
        -------
        Losses
            Two scalars, each minimised by its own player.
        """

    def generator_loss(self, theta: Params, psi: Params, batch: Any = None) -> Tensor:
        """Return the generator's loss alone.

        A game overrides this and `discriminator_loss` where one loss costs less than both.

        Parameters
        ----------
        theta : Tensor or pytree of Tensor
            The generator's parameters.
        psi : Tensor or pytree of Tensor
            The discriminator's parameters.
        batch : optional
            Data and noise.

        Returns
        -------
        Tensor
            A scalar.
        """
        return self.losses(theta, psi, batch).generator

    def discriminator_loss(self, theta: Params, psi: Params, batch: Any = None) -> Tensor:
        """Return the discriminator's loss alone.

        Parameters
        ----------
        theta : Tensor or pytree of Tensor
            The generator's parameters.
        psi : Tensor or pytree of Tensor
            The discriminator's parameters.
        batch : optional
            Data and noise.

        Returns
        -------
        Tensor
            A scalar.
        """
        return self.losses(theta, psi, batch).discriminator

    def look(self, batch: Any, k: int) -> Any:
        """Return what the players see at their k-th look within one step.

        An update rule may look more than once (`gantext.dynamics.rule.UpdateRule.looks`), and a
        game that draws samples gives it fresh ones each time.

        Parameters
        ----------
        batch : Any
            Data and noise for a whole step.
        k : int
            Which look, from 0.

        Returns
        -------
        Any
            ``batch`` itself, unless the game overrides this.
        """
        return batch

    def project(self, theta: Params, psi: Params) -> tuple[Params, Params]:
        """Put the parameters back where the game allows them, after every step of an update rule.

        Parameters
        ----------
        theta : Tensor or pytree of Tensor
            The generator's parameters.
        psi : Tensor or pytree of Tensor
            The discriminator's parameters.

        Returns
        -------
        tuple
            ``(theta, psi)``, unchanged here. A game with a constraint, such as weight clipping,
            overrides this.
        """
        return theta, psi

    def update_buffers(self, theta: Params, psi: Params) -> tuple[Params, Params]:
        """Move on what layers carry."""
        return theta, psi

    def settle(self, theta: Params, psi: Params) -> tuple[Params, Params]:
        """Project, then update buffers."""
        return self.update_buffers(*self.project(theta, psi))
