"""What an update rule is: ``hparams``, ``init``, ``step``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, positive
from gantext.core.trees import gradient_and_value
from gantext.dynamics.field import velocity_and_losses
from gantext.dynamics.hyperparameters import Check, Defaults, Hyperparameters, Required, checked
from gantext.dynamics.optimizers import SGD, Optimizer
from gantext.games.base import Game, Losses, Params

Velocity = tuple[Params, Params]


class Play(NamedTuple):
    """A game with the batches of one step, and what a rule asks of it on the k-th batch."""

    game: Game
    batches: Sequence[Any]

    def generator_loss(self, theta: Params, psi: Params, k: int = 0) -> Tensor:
        """Return what the generator minimises."""
        return self.game.generator_loss(theta, psi, self.batches[k])

    def discriminator_loss(self, theta: Params, psi: Params, k: int = 0) -> Tensor:
        """Return what the discriminator minimises."""
        return self.game.discriminator_loss(theta, psi, self.batches[k])

    def both(self, theta: Params, psi: Params, k: int = 0) -> tuple[Velocity, Losses]:
        """Return both players' velocities and losses."""
        return velocity_and_losses(self.game, theta, psi, self.batches[k])

    def velocity(self, theta: Params, psi: Params, k: int = 0) -> Velocity:
        """Return both players' velocities alone."""
        return self.both(theta, psi, k)[0]

    def generator(self, theta: Params, psi: Params, k: int = 0) -> tuple[Params, Tensor]:
        """Return the generator's velocity and loss."""
        v, minus_loss = gradient_and_value(lambda t: -self.generator_loss(t, psi, k), theta)
        return v, -minus_loss

    def discriminator(self, theta: Params, psi: Params, k: int = 0) -> tuple[Params, Tensor]:
        """Return the discriminator's velocity and loss."""
        v, minus_loss = gradient_and_value(lambda p: -self.discriminator_loss(theta, p, k), psi)
        return v, -minus_loss


def settle(game: Game, theta: Params, psi: Params) -> tuple[Params, Params]:
    """Return players after an update: where the game allows them, with buffers updated."""
    return game.update_buffers(*game.project(theta, psi))


class State(NamedTuple):
    """Where a rule stands.

    Attributes
    ----------
    theta, psi : Tensor or pytree of Tensor
        The players' parameters: the rule's present answer.
    rule_state : pytree of Tensor
        What rule and optimiser keep between steps; an empty tuple where nothing.
    step : Tensor, shape ()
        How many steps were taken; int64.
    """

    theta: Params
    psi: Params
    rule_state: Any
    step: Tensor


class StepInfo(NamedTuple):
    """What each player met where its update began.

    Where players alternate, the generator begins after the discriminator's update.

    Attributes
    ----------
    losses : Losses
        Each player's loss there.
    speed : Tensor, shape ()
        Euclidean norm of the two velocities together; 0 exactly at a stationary point.
    """

    losses: Losses
    speed: Tensor


# New theta, psi and rule state, and what was met.
Updated = tuple[Params, Params, Any, StepInfo]


@dataclass(frozen=True)
class UpdateRule(ABC):
    """Base class of all rules: how two players' parameters change in one step.

    A subclass writes `_update`.

    Attributes
    ----------
    required : dict of str to callable
        The rule's own hyper-parameters beside the step sizes, each with the check of its value.
    """

    required: ClassVar[Required] = {}

    @property
    def batches_per_step(self) -> int:
        """How many gradient evaluations of one step may see fresh samples."""
        return 1

    @property
    def time_invariant(self) -> bool:
        """Whether a step is the same smooth function of the state at all times (but the first)."""
        return True

    @checked_arguments
    def hparams(
        self, *, eta: ArrayLike, eta_psi: ArrayLike | None = None, **own: ArrayLike
    ) -> Hyperparameters:
        r"""Check hyper-parameters and turn them into float64 tensors.

        A ``TypeError`` says that a name is unknown or missing, a ``ValueError`` what is wrong with
        a value.

        Parameters
        ----------
        eta : float or Tensor, shape (...)
            Step size :math:`\eta > 0` of the generator, and of the discriminator too unless
            ``eta_psi`` is given.
        eta_psi : float or Tensor, shape (...), optional
            Step size of the discriminator.
        **own : float or Tensor, shape (...)
            What rule and optimiser require, and what shall differ from the optimiser's defaults.
        """
        given = {"eta": eta, **own} | ({} if eta_psi is None else {"eta_psi": eta_psi})
        required, defaults = self._hparams()
        return checked(
            self, given, {"eta": positive} | required, {"eta_psi": (eta, positive)} | defaults
        )

    def checks(self) -> dict[str, Check]:
        """Return the check of each hyper-parameter's value, by name."""
        required, defaults = self._hparams()
        own = required | {name: check for name, (_, check) in defaults.items()}
        return {"eta": positive, "eta_psi": positive} | own

    def init(self, theta: Params, psi: Params) -> State:
        """Return the state before the first step.

        Parameters
        ----------
        theta, psi : Tensor of shape (size,), or pytree of Tensor
            Start of the generator and of the discriminator.
        """
        return State(theta, psi, self._init(theta, psi), torch.zeros((), dtype=torch.int64))

    def step(
        self, game: Game, state: State, batch: Any, hparams: Hyperparameters
    ) -> tuple[State, StepInfo]:
        """Take one step. Pure: what comes in stays as it is.

        Parameters
        ----------
        game : Game
            Two losses.
        state : State
            From `init` or from an earlier step.
        batch : Any
            Data and noise, None for games that need none; or a list of `batches_per_step` batches,
            one for each gradient evaluation.
        hparams : dict of Tensor
            From `hparams`; scalars.
        """
        batches = batch if isinstance(batch, list) else [batch] * self.batches_per_step
        if len(batches) != self.batches_per_step:
            raise ValueError(
                f"batch: expected one, or a list of {self.batches_per_step}, got {len(batches)}"
            )
        theta, psi, rule_state, info = self._update(Play(game, batches), state, hparams)
        theta, psi = settle(game, theta, psi)
        return State(theta, psi, rule_state, state.step + 1), info

    def _hparams(self) -> tuple[Required, Defaults]:
        """Return which hyper-parameters there are beside the step sizes."""
        return self.required, {}

    def _init(self, theta: Params, psi: Params) -> Any:
        """Return the rule state before the first step."""
        return ()

    @abstractmethod
    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        """Return the players' new parameters, the new rule state, and what was met."""


class GradientState(NamedTuple):
    """What a gradient rule keeps: its own, and each player's optimiser's."""

    own: Any
    theta: Any
    psi: Any


@dataclass(frozen=True)
class GradientRule(UpdateRule):
    """Base class of the rules whose players hand their velocities to an optimiser.

    Attributes
    ----------
    optimizer : Optimizer
        What each player does with its velocity; keyword only. Plain steps by default.
    """

    optimizer: Optimizer = field(default=SGD(), kw_only=True)

    @property
    def time_invariant(self) -> bool:
        """Whether the optimiser's update is."""
        return self.optimizer.time_invariant

    def _hparams(self) -> tuple[Required, Defaults]:
        return self.required | self.optimizer.required, self.optimizer.defaults

    def _init(self, theta: Params, psi: Params) -> GradientState:
        own = self._init_own(theta, psi)
        return GradientState(own, self.optimizer.init(theta), self.optimizer.init(psi))

    def _init_own(self, theta: Params, psi: Params) -> Any:
        """Return what the rule itself keeps before the first step."""
        return ()

    def _updates(
        self, v: Velocity, kept: GradientState, step: Tensor, h: Hyperparameters
    ) -> tuple[Velocity, GradientState]:
        """Turn both velocities into updates."""
        theta, of_theta = self.optimizer.update(v[0], kept.theta, step, h["eta"], h)
        psi, of_psi = self.optimizer.update(v[1], kept.psi, step, h["eta_psi"], h)
        return (theta, psi), GradientState(kept.own, of_theta, of_psi)
