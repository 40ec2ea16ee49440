"""What an update rule is: ``hparams``, ``init``, ``step``."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor

from gantext.core.checks import positive
from gantext.core.trees import gradient_and_value
from gantext.dynamics.field import velocity_and_losses
from gantext.dynamics.optimizers import SGD, Optimizer
from gantext.games.base import Game, Losses, Params

Hyperparameters = dict[str, Tensor]


Velocity = tuple[Params, Params]


class _Play(NamedTuple):
    """One step's game with its batch: what a rule may ask for, and no more than it needs."""

    game: Game
    batch: Any
    which: int = 0

    @property
    def seen(self) -> Any:
        """The samples of the present look."""
        return self.batch[self.which] if isinstance(self.batch, list) else self.batch

    def look(self, k: int) -> _Play:
        """Return the same play at the step's k-th look."""
        return self._replace(which=k)

    def generator_loss(self, theta: Params, psi: Params) -> Tensor:
        return self.game.generator_loss(theta, psi, self.seen)

    def discriminator_loss(self, theta: Params, psi: Params) -> Tensor:
        return self.game.discriminator_loss(theta, psi, self.seen)

    def both(self, theta: Params, psi: Params) -> tuple[Velocity, Losses]:
        return velocity_and_losses(self.game, theta, psi, self.seen)

    def velocity(self, theta: Params, psi: Params) -> Velocity:
        return self.both(theta, psi)[0]

    def generator(self, theta: Params, psi: Params) -> tuple[Params, Tensor]:
        v, minus_loss = gradient_and_value(lambda t: -self.generator_loss(t, psi), theta)
        return v, -minus_loss

    def discriminator(self, theta: Params, psi: Params) -> tuple[Params, Tensor]:
        v, minus_loss = gradient_and_value(lambda p: -self.discriminator_loss(theta, p), psi)
        return v, -minus_loss


class State(NamedTuple):
    """Where a rule stands.

    Attributes
    ----------
    theta, psi : Tensor or pytree of Tensor
        The players' parameters: the rule's present answer.
    memory : pytree of Tensor
        What the rule remembers of earlier steps; an empty tuple where it remembers nothing.
    taken : Tensor
        Steps taken so far; int64 scalar.
    """

    theta: Params
    psi: Params
    rule_state: Any
    step: Tensor


class StepInfo(NamedTuple):
    """What each player saw where it began to move.

    Where players alternate, the generator begins after the discriminator has moved.

    Attributes
    ----------
    losses : Losses
        Each player's loss there.
    speed : Tensor
        Euclidean norm of the two velocities together; 0 exactly at an equilibrium of the flow.
    """

    losses: Losses
    speed: Tensor


_Moved = tuple[Params, Params, Any, StepInfo]


@dataclass(frozen=True)
class UpdateRule(ABC):
    """Base class of all rules: ``hparams``, ``init`` and ``step``.

    A subclass writes `_move`; this class sees to hyper-parameters, the game's projection and the
    report.
    """

    # The rule's own hyper-parameters beside the step sizes, each with the check of its value.
    own_hparams: ClassVar[dict[str, Callable[[str, Any], Tensor]]] = {}

    @property
    def batches_per_step(self) -> int:
        """How often the rule looks at the game within one step, each time with fresh samples."""
        return 1

    def hparams(self, *, eta: Any, eta_psi: Any = None, **own: Any) -> Hyperparameters:
        r"""Check hyper-parameters and turn them into tensors.

        Parameters
        ----------
        eta : float or Tensor, shape (...)
            Step size :math:`\eta > 0` of the generator, and of the discriminator too unless
            ``eta_psi`` is given.
        eta_psi : float or Tensor, shape (...), optional
            Step size of the discriminator.
        **own : float or Tensor, shape (...)
            The rule's own hyper-parameters, all of them, and those of its optimiser that shall
            differ from their defaults.

        Returns
        -------
        dict of Tensor
            ``eta``, ``eta_psi``, the rule's own and the optimiser's, float64.

        Raises
        ------
        ValueError
            If a value is NaN or out of range.
        TypeError
            If a name is unknown or missing.
        """
        missing = self.own_hparams.keys() - own.keys()
        extra = {name: value for name, value in own.items() if name not in self.own_hparams}
        unknown = extra.keys() - self._optional.keys()
        if missing or unknown:
            expected = ["eta", "eta_psi (optional)", *self.own_hparams]
            expected += [f"{name} (optional)" for name in self._optional]
            got = ["eta", *own]
            raise TypeError(f"{type(self).__name__}: expected {expected}, got {got}")
        checked = {
            "eta": positive("eta", eta),
            "eta_psi": positive("eta_psi", eta if eta_psi is None else eta_psi),
        }
        checked |= {name: check(name, own[name]) for name, check in self.own_hparams.items()}
        return checked | self._fill(extra)

    def init(self, theta: Params, psi: Params) -> State:
        """Return the state before the first step.

        Parameters
        ----------
        theta : Tensor of shape (m,), or pytree of Tensor
            Start of the generator.
        psi : Tensor of shape (n,), or pytree of Tensor
            Start of the discriminator.

        Returns
        -------
        State
            With an empty memory and no steps counted.
        """
        return State(theta, psi, self._memory(theta, psi), torch.zeros((), dtype=torch.int64))

    def step(
        self, game: Game, state: State, batch: Any, hparams: Hyperparameters
    ) -> tuple[State, StepInfo]:
        """Take one step with one member. Pure: what comes in stays as it is.

        Parameters
        ----------
        game : Game
            Two losses.
        state : State
            From `init` or from an earlier step.
        batch : Any
            Data and noise for this step; None for games that need none.
        hparams : dict of Tensor
            From `hparams`; scalars.

        Returns
        -------
        State
            After the step.
        StepInfo
            Losses and speed where each player began to move.
        """
        theta, psi, memory, info = self._move(_Play(game, batch), state, hparams)
        theta, psi = game.settle(theta, psi)
        return State(theta, psi, memory, state.step + 1), info

    @property
    def _optional(self) -> dict[str, Any]:
        """Hyper-parameters that have defaults."""
        return {}

    def _fill(self, given: dict[str, Any]) -> Hyperparameters:
        """Check the hyper-parameters that have defaults, and fill in the others."""
        return {}

    def _memory(self, theta: Params, psi: Params) -> Any:
        """Return the memory before the first step."""
        return ()

    @abstractmethod
    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        """Return new ``theta`` and ``psi``, the new memory, and what was seen."""


class _Memory(NamedTuple):
    """What a gradient rule remembers: its own memory and each player's optimiser's."""

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

    Examples
    --------
    >>> from gantext.dynamics.optimizers import Adam
    >>> from gantext.dynamics.rules import Alternating
    >>> rule = Alternating(optimizer=Adam())
    >>> sorted(rule.hparams(eta=1e-3, beta1=0.5))
    ['beta1', 'beta2', 'epsilon', 'eta', 'eta_psi']
    """

    optimizer: Optimizer = field(default=SGD(), kw_only=True)

    @property
    def _optional(self) -> dict[str, Any]:
        return self.optimizer.defaults

    def _fill(self, given: dict[str, Any]) -> Hyperparameters:
        return self.optimizer.hparams(**given)

    def _memory(self, theta: Params, psi: Params) -> _Memory:
        own = self._own_memory(theta, psi)
        return _Memory(own, self.optimizer.init(theta), self.optimizer.init(psi))

    def _own_memory(self, theta: Params, psi: Params) -> Any:
        """Return what the rule itself remembers before the first step."""
        return ()

    def _moves(
        self, v: Velocity, memory: _Memory, taken: Tensor, h: Hyperparameters
    ) -> tuple[Velocity, _Memory]:
        """Turn both velocities into movements."""
        m_theta, of_theta = self.optimizer.move(v[0], memory.theta, taken, h["eta"], h)
        m_psi, of_psi = self.optimizer.move(v[1], memory.psi, taken, h["eta_psi"], h)
        return (m_theta, m_psi), _Memory(memory.own, of_theta, of_psi)
