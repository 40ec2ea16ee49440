r"""Update rules: how two players move, one step at a time.

Every rule is a pure function of its state, its batch and its hyper-parameters, so that one member
can be mapped over many by `torch.func.vmap`. Write :math:`w = (\theta, \psi)` for both players,
:math:`v` for the velocity of `gantext.vector_field` and :math:`\eta` for the step size. On
:math:`f = xy` the distance from the equilibrium is multiplied, each step, by:

==============================  ==================================  ===========================
rule                            step                                factor on :math:`f = xy`
==============================  ==================================  ===========================
`Simultaneous`                  :math:`w + \eta v(w)`               :math:`\sqrt{1 + \eta^2}`
`Alternating`                   discriminator, then generator       1, for :math:`\eta < 2`
`Extragradient`                 :math:`w + \eta v(w + \eta v(w))`   :math:`\sqrt{1-\eta^2+\eta^4}`
`Optimistic`                    :math:`w + 2\eta v - \eta v_{-1}`   < 1, for :math:`\eta < 1/\sqrt3`
`Momentum`                      velocity kept by :math:`\beta`      see the class
`Unrolled`                      generator against answers to come   see the class
`Consensus`                     :math:`w + \eta (v-\gamma J^Tv)`    :math:`|1-\eta\gamma+\eta i|`
`SymplecticGradientAdjustment`  :math:`w + \eta (v + \lambda Av)`   :math:`|1-\eta\lambda+\eta i|`
`ProximalPoint`                 :math:`w_+ = w + \eta v(w_+)`       :math:`1/\sqrt{1 + \eta^2}`
==============================  ==================================  ===========================

The table is about plain steps. A rule that hands gradients to an optimiser (a `GradientRule`) also
takes one from `gantext.optimizers`: ``Alternating(optimizer=Adam())`` is how most GANs are trained.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from gantext._pytree import (
    add,
    add_scaled,
    batch_shape,
    dot,
    flatten_members,
    gradient_and_value,
    norm,
    over_members,
    ravel,
    zeros_like,
)
from gantext._validation import (
    as_float64,
    finite,
    non_negative,
    one_number,
    positive,
    vectors,
)
from gantext.games.base import Game, Losses, Params
from gantext.optimizers import SGD, Optimizer
from gantext.vector_field import (
    Trajectory,
    eigenvalues,
    jacobian,
    velocity_and_losses,
)

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
        return self.game.look(self.batch, self.which)

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
    memory: Any
    taken: Tensor


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


class Solution(NamedTuple):
    """Where `solve` ended.

    Attributes
    ----------
    theta, psi : Tensor or pytree of Tensor
        The players' parameters.
    speed : float
        Norm of the velocity at the last point looked at.
    steps : int
        Steps taken.
    converged : bool
        Whether the speed fell to the tolerance.
    """

    theta: Params
    psi: Params
    speed: float
    steps: int
    converged: bool


@dataclass(frozen=True)
class UpdateRule(ABC):
    """Base class of all rules: ``hparams``, ``init`` and ``step``.

    A subclass writes `_move`; this class sees to hyper-parameters, the game's projection and the
    report.
    """

    # The rule's own hyper-parameters beside the step sizes, each with the check of its value.
    own_hparams: ClassVar[dict[str, Callable[[str, Any], Tensor]]] = {}

    @property
    def looks(self) -> int:
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
        theta, psi = game.project(theta, psi)
        return State(theta, psi, memory, state.taken + 1), info

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
    >>> from gantext.optimizers import Adam
    >>> from gantext.updates import Alternating
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


@dataclass(frozen=True)
class Simultaneous(GradientRule):
    r"""Both players step at once along their own gradients: :math:`w + \eta v(w)`.

    On a bilinear game with singular value :math:`\sigma` the distance grows by
    :math:`\sqrt{1 + \eta^2\sigma^2}` and the angle turns by :math:`\arctan \eta\sigma` each step,
    for every
    :math:`\eta`: the explicit Euler method leaves the circle that the flow draws.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Simultaneous, simulate
    >>> path = simulate(Bilinear.xy(), Simultaneous(), [1.0], [0.0], steps=1, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([1.], dtype=torch.float64), tensor([0.1000], dtype=torch.float64))
    """

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        v, losses = play.both(state.theta, state.psi)
        move, memory = self._moves(v, state.memory, state.taken, h)
        return *_add(state, move), memory, StepInfo(losses, norm(v))


@dataclass(frozen=True)
class Alternating(GradientRule):
    r"""The discriminator steps, then the generator answers the discriminator's new parameters.

    On :math:`f = xy` the step is a linear map of determinant 1: orbits stay on an ellipse for
    :math:`\eta < 2` and neither grow nor shrink (Gidel et al. 2019, "Negative Momentum for
    Improved Game Dynamics").

    Attributes
    ----------
    discriminator_steps : int
        How many steps the discriminator takes for each of the generator's.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Alternating, simulate
    >>> path = simulate(Bilinear.xy(), Alternating(), [1.0], [0.0], steps=1, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.9900], dtype=torch.float64), tensor([0.1000], dtype=torch.float64))
    """

    discriminator_steps: int = 1

    def __post_init__(self) -> None:
        """Refuse fewer than one discriminator step."""
        if self.discriminator_steps < 1:
            raise ValueError(f"discriminator_steps: expected >= 1, got {self.discriminator_steps}")

    @property
    def looks(self) -> int:
        """One look for each step of the discriminator; the generator shares the last."""
        return self.discriminator_steps

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        theta, psi, (own, of_theta, of_psi) = state.theta, state.psi, state.memory
        seen = []
        for k in range(self.discriminator_steps):
            seen.append(play.look(k).discriminator(theta, psi))
            taken = state.taken * self.discriminator_steps + k
            move, of_psi = self.optimizer.move(seen[-1][0], of_psi, taken, h["eta_psi"], h)
            psi = play.game.project(theta, add(psi, move))[1]
        v_theta, loss_theta = play.look(self.looks - 1).generator(theta, psi)
        move, of_theta = self.optimizer.move(v_theta, of_theta, state.taken, h["eta"], h)
        v_psi, loss_psi = seen[0]
        info = StepInfo(Losses(loss_theta, loss_psi), norm((v_theta, v_psi)))
        return add(theta, move), psi, _Memory(own, of_theta, of_psi), info


@dataclass(frozen=True)
class Extragradient(GradientRule):
    r"""Look ahead, then step along the gradient found there: :math:`w + \eta v(w + \eta v(w))`.

    On :math:`f = xy` the distance is multiplied by :math:`\sqrt{1 - \eta^2 + \eta^4} < 1` for
    :math:`\eta < 1` (Korpelevich 1976; for GANs Gidel et al. 2019, "A Variational Inequality
    Perspective on GANs").

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Extragradient, simulate
    >>> path = simulate(Bilinear.xy(), Extragradient(), [1.0], [0.0], steps=1, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.9900], dtype=torch.float64), tensor([0.1000], dtype=torch.float64))
    """

    @property
    def looks(self) -> int:
        """One look where the step begins and one ahead."""
        return 2

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        v, losses = play.both(state.theta, state.psi)
        move, memory = self._moves(v, state.memory, 2 * state.taken, h)
        ahead = play.game.project(*_add(state, move))
        move, memory = self._moves(play.look(1).velocity(*ahead), memory, 2 * state.taken + 1, h)
        return *_add(state, move), memory, StepInfo(losses, norm(v))


@dataclass(frozen=True)
class Optimistic(GradientRule):
    r"""Step along the gradient expected next: :math:`w + 2\eta v(w) - \eta v(w_{-1})`.

    One gradient a step, and still the look-ahead of `Extragradient` to first order. The first
    step, which has no past, is a plain one (Popov 1980; Daskalakis et al. 2018, "Training GANs
    with Optimism").

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Optimistic, simulate
    >>> path = simulate(Bilinear.xy(), Optimistic(), [1.0], [0.0], steps=2, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.9800], dtype=torch.float64), tensor([0.2000], dtype=torch.float64))
    """

    def _own_memory(self, theta: Params, psi: Params) -> Any:
        return zeros_like((theta, psi))

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        v, losses = play.both(state.theta, state.psi)
        move, memory = self._moves(v, state.memory, state.taken, h)
        first = state.taken == 0
        expected = tree_map(
            lambda now, before: 2 * now - torch.where(first, now, before), move, memory.own
        )
        return *_add(state, expected), memory._replace(own=move), StepInfo(losses, norm(v))


@dataclass(frozen=True)
class Momentum(UpdateRule):
    r"""Polyak's heavy ball for two players: :math:`m_+ = \beta m + \eta v`, :math:`w_+ = w + m_+`.

    Positive :math:`\beta` speeds up descent and makes games diverge faster. *Negative* momentum
    with alternating steps makes bilinear games converge; with simultaneous steps no :math:`\beta`
    does (Gidel et al. 2019, "Negative Momentum for Improved Game Dynamics").

    Attributes
    ----------
    alternating : bool
        Whether the generator answers the discriminator's new parameters (as in `Alternating`).

    Notes
    -----
    Hyper-parameter ``beta``: momentum, any finite number; negative for negative momentum.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Momentum, spectral_radius
    >>> zero = torch.zeros(1)
    >>> bool(spectral_radius(Bilinear.xy(), Momentum(), zero, zero, eta=0.5, beta=-0.5) < 1)
    True
    """

    alternating: bool = True
    own_hparams: ClassVar = {"beta": finite}

    def _memory(self, theta: Params, psi: Params) -> Any:
        return zeros_like((theta, psi))

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        if self.alternating:
            v_psi, loss_psi = play.discriminator(state.theta, state.psi)
        else:
            (v_theta, v_psi), (loss_theta, loss_psi) = play.both(state.theta, state.psi)
        m_psi = _keep(state.memory[1], h["beta"], h["eta_psi"], v_psi)
        psi = add(state.psi, m_psi)
        if self.alternating:
            psi = play.game.project(state.theta, psi)[1]
            v_theta, loss_theta = play.generator(state.theta, psi)
        m_theta = _keep(state.memory[0], h["beta"], h["eta"], v_theta)
        info = StepInfo(Losses(loss_theta, loss_psi), norm((v_theta, v_psi)))
        return add(state.theta, m_theta), psi, (m_theta, m_psi), info


@dataclass(frozen=True)
class Unrolled(GradientRule):
    r"""The generator steps against the discriminator that its step will meet, k answers later.

    The discriminator's answers :math:`\psi_{j+1} = \psi_j + \eta_u v_\psi(\theta, \psi_j)` start at
    the present :math:`\psi_0 = \psi`, and the generator descends
    :math:`\theta \mapsto L_G(\theta, \psi_k(\theta))`, through the answers. The discriminator
    itself takes one ordinary step, from :math:`\psi` (Metz et al. 2017, "Unrolled Generative
    Adversarial Networks"). On :math:`f = xy` the generator sees :math:`\psi + 2k\eta_u\theta`
    instead of :math:`\psi`: friction. While :math:`k\eta_u < 1` the distance is multiplied, in the
    long run, by :math:`\sqrt{1 - 2k\eta_u\eta + \eta^2}`: the orbit shrinks if
    :math:`\eta < 2k\eta_u`.

    Attributes
    ----------
    unroll_steps : int
        How many answers the generator foresees, k.

    Notes
    -----
    Hyper-parameter ``eta_unroll``: step size of the foreseen answers, :math:`\eta_u` above.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Unrolled, spectral_radius
    >>> zero = torch.zeros(1)
    >>> rule = Unrolled(unroll_steps=5)
    >>> bool(spectral_radius(Bilinear.xy(), rule, zero, zero, eta=0.1, eta_unroll=0.1) < 1)
    True
    """

    unroll_steps: int = 5
    own_hparams: ClassVar = {"eta_unroll": positive}

    def __post_init__(self) -> None:
        """Refuse fewer than one answer."""
        if self.unroll_steps < 1:
            raise ValueError(f"unroll_steps: expected >= 1, got {self.unroll_steps}")

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        def foreseen_loss(theta: Params) -> Tensor:
            psi = state.psi
            for _ in range(self.unroll_steps):
                # Not `play.discriminator`: the answers are differentiated once more, by theta.
                answer = torch.func.grad(lambda p: play.discriminator_loss(theta, p))(psi)
                psi = add_scaled(psi, -h["eta_unroll"], answer)
            return -play.generator_loss(theta, psi)

        v_theta, minus_loss = gradient_and_value(foreseen_loss, state.theta)
        v_psi, loss_psi = play.discriminator(state.theta, state.psi)
        v = (v_theta, v_psi)
        move, memory = self._moves(v, state.memory, state.taken, h)
        return *_add(state, move), memory, StepInfo(Losses(-minus_loss, loss_psi), norm(v))


@dataclass(frozen=True)
class Consensus(GradientRule):
    r"""Both players descend the speed as well: :math:`w + \eta (v - \gamma J^\top v)`.

    The added term is the gradient of :math:`\tfrac{\gamma}{2}\lVert v \rVert^2`, which vanishes
    only where neither player wants to move (Mescheder, Nowozin and Geiger 2017, "The Numerics of
    GANs").

    Notes
    -----
    Hyper-parameter ``gamma``: weight of the added term, at least 0.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Consensus, spectral_radius
    >>> zero = torch.zeros(1)
    >>> bool(spectral_radius(Bilinear.xy(), Consensus(), zero, zero, eta=0.1, gamma=1.0) < 1)
    True
    """

    own_hparams: ClassVar = {"gamma": non_negative}

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        at = (state.theta, state.psi)
        v, pull, losses = torch.func.vjp(play.both, *at, has_aux=True)  # type: ignore[misc]
        direction = add_scaled(v, -h["gamma"], pull(v))
        move, memory = self._moves(direction, state.memory, state.taken, h)
        return *_add(state, move), memory, StepInfo(losses, norm(v))


@dataclass(frozen=True)
class SymplecticGradientAdjustment(GradientRule):
    r"""Correct the step by the game's rotation: :math:`w + \eta (v + \lambda A v)`.

    Here :math:`A = \tfrac12 (J - J^\top)` is the antisymmetric part of the velocity's Jacobian:
    the part that turns. Where the game does not turn, the rule is gradient play (Balduzzi et al.
    2018, "The Mechanics of n-Player Differentiable Games").

    Attributes
    ----------
    align : bool
        Whether the sign of :math:`\lambda` is chosen at each step as in section 3.2 of the paper,
        so that the correction pulls to stable fixed points and pushes off unstable ones.

    Notes
    -----
    Hyper-parameter ``strength``: the :math:`\lambda` above, at least 0.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import SymplecticGradientAdjustment, spectral_radius
    >>> zero, rule = torch.zeros(1), SymplecticGradientAdjustment()
    >>> bool(spectral_radius(Bilinear.xy(), rule, zero, zero, eta=0.1, strength=1.0) < 1)
    True
    """

    align: bool = True
    own_hparams: ClassVar = {"strength": non_negative}

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        at = (state.theta, state.psi)
        v, pull, losses = torch.func.vjp(play.both, *at, has_aux=True)  # type: ignore[misc]
        j_v, jt_v = torch.func.jvp(play.velocity, at, v)[1], pull(v)
        turn = tree_map(lambda a, b: (a - b) / 2, j_v, jt_v)
        strength = h["strength"]
        if self.align:
            # In the paper's terms xi = -v, grad H = J'v, A'xi = -turn; 1/10 breaks ties towards +.
            size = ravel(v)[0].numel()
            strength = strength * torch.sign(dot(v, jt_v) * dot(turn, jt_v) / size + 0.1)
        direction = add_scaled(v, strength, turn)
        move, memory = self._moves(direction, state.memory, state.taken, h)
        return *_add(state, move), memory, StepInfo(losses, norm(v))


class ProximalPoint(UpdateRule):
    r"""The implicit step: :math:`w_{+} = w + \eta\, v(w_{+})`, solved in closed form.

    Closed where the velocity is affine, which the game says by ``affine = True``: then
    :math:`w_{+} = w + (I - \eta J)^{-1} \eta\, v(w)`. On :math:`f = xy` the distance is divided by
    :math:`\sqrt{1 + \eta^2}`: the larger the step, the faster it converges (Rockafellar 1976).

    Raises
    ------
    TypeError
        From `step`, if the game's velocity is not affine.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import ProximalPoint, simulate
    >>> path = simulate(Bilinear.xy(), ProximalPoint(), [1.0], [0.0], steps=1, eta=1.0)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.5000], dtype=torch.float64), tensor([0.5000], dtype=torch.float64))
    """

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        if not play.game.affine:
            raise TypeError(
                "ProximalPoint: expected a game with an affine velocity (game.affine is True), "
                f"such as Bilinear, got {type(play.game).__name__}; Extragradient comes close to it"
            )
        v, losses = play.both(state.theta, state.psi)
        flat, unravel = ravel((state.theta, state.psi))
        n_theta = ravel(state.theta)[0].numel()
        is_theta = torch.arange(flat.numel(), device=flat.device) < n_theta
        eta = torch.where(is_theta, h["eta"], h["eta_psi"]).to(flat.dtype)
        j = jacobian(play.game, state.theta, state.psi, play.seen)
        system = torch.eye(flat.numel(), dtype=flat.dtype, device=flat.device) - eta[:, None] * j
        move = torch.linalg.solve(system, eta * ravel(v)[0])
        theta, psi = unravel(flat + move)
        return theta, psi, (), StepInfo(losses, norm(v))


@dataclass(frozen=True)
class Averaged(UpdateRule):
    r"""Follow another rule; answer with its mean, :math:`\bar w_t = \frac1t \sum_{s \le t} w_s`.

    The mean converges at rate :math:`O(1/t)` where alternating iterates circle for ever, and it is
    what the classical guarantees for extragradient are about (Nemirovski 2004). The start is not
    part of the mean.

    Attributes
    ----------
    rule : UpdateRule
        The rule to follow; its iterates go on from each other, not from the mean.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Alternating, Averaged, simulate
    >>> path = simulate(Bilinear.xy(), Averaged(Alternating()), [1.0], [0.0], steps=2000, eta=0.1)
    >>> bool(torch.hypot(path.theta[-1], path.psi[-1]) < 0.02)
    True
    """

    rule: UpdateRule

    @property
    def looks(self) -> int:
        """How often the rule that is followed looks."""
        return self.rule.looks

    def hparams(self, **hparams: Any) -> Hyperparameters:
        """Check hyper-parameters as the rule that is followed does.

        Parameters
        ----------
        **hparams : float or Tensor, shape (...)
            See the rule that is followed.

        Returns
        -------
        dict of Tensor
            float64.
        """
        return self.rule.hparams(**hparams)

    def _memory(self, theta: Params, psi: Params) -> Any:
        return self.rule.init(theta, psi)

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        inner, _ = self.rule.step(play.game, state.memory, play.batch, h)
        mean = tree_map(
            lambda mean, new: mean + (new - mean) / (state.taken + 1),
            (state.theta, state.psi),
            (inner.theta, inner.psi),
        )
        v, losses = play.both(state.theta, state.psi)
        return *mean, inner, StepInfo(losses, norm(v))


def simulate(
    game: Game | Callable[..., Game],
    rule: UpdateRule,
    theta: Any,
    psi: Any,
    steps: int,
    *,
    batch: Any = None,
    game_hparams: dict[str, Any] | None = None,
    **hparams: Any,
) -> Trajectory:
    """Play a toy game and keep every point, for one member or a grid of them.

    Members differ in their start, in the rule's hyper-parameters or in the game's.

    Parameters
    ----------
    game : Game or callable
        A game, or a function that makes one from ``game_hparams``, so that these can be swept too.
    rule : UpdateRule
        How the players move.
    theta : Tensor or array-like, shape (..., m)
        Start of the generator.
    psi : Tensor or array-like, shape (..., n)
        Start of the discriminator.
    steps : int
        How many steps to take.
    batch : optional
        Data and noise, the same at every step.
    game_hparams : dict of float or Tensor of shape (...), optional
        What ``game`` is called with.
    **hparams : float or Tensor, shape (...)
        The rule's hyper-parameters: ``eta`` and whatever else it asks for.

    Returns
    -------
    Trajectory
        ``theta`` of shape (steps + 1, ..., m) and ``psi`` of shape (steps + 1, ..., n), the start
        included. The batch dimensions ``...`` of starts and hyper-parameters are broadcast.

    Raises
    ------
    ValueError
        If a start is not finite, ``steps`` is negative, shapes do not broadcast, or a
        hyper-parameter is out of range.
    TypeError
        If a hyper-parameter's name is unknown or missing.

    Examples
    --------
    Three step sizes at once:

    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Simultaneous, simulate
    >>> eta = torch.tensor([0.1, 0.2, 0.3])
    >>> path = simulate(Bilinear.xy(), Simultaneous(), [1.0], [0.0], steps=10, eta=eta)
    >>> path.theta.shape
    torch.Size([11, 3, 1])
    """
    if steps < 0:
        raise ValueError(f"steps: expected >= 0, got {steps}")
    theta, psi, make, own = _prepare(game, theta, psi, game_hparams)
    lead, (theta, psi, h, own) = flatten_members(theta, psi, rule.hparams(**hparams), own)

    def step(state: State, h: Hyperparameters, own: Hyperparameters) -> State:
        return rule.step(make(**own), state, batch, h)[0]

    state = torch.func.vmap(rule.init)(theta, psi)
    path = [(state.theta, state.psi)]
    for _ in range(steps):
        state = torch.func.vmap(step)(state, h, own)
        path.append((state.theta, state.psi))
    thetas, psis = (torch.stack(points) for points in zip(*path, strict=True))
    return Trajectory(
        thetas.reshape(steps + 1, *lead, thetas.shape[-1]),
        psis.reshape(steps + 1, *lead, psis.shape[-1]),
    )


def solve(
    game: Game,
    rule: UpdateRule,
    theta: Params,
    psi: Params,
    *,
    tolerance: float = 1e-10,
    max_steps: int = 100_000,
    batch: Any = None,
    **hparams: Any,
) -> Solution:
    """Step until neither player wants to move: the speed is at most the tolerance.

    The solver sees the game's two losses and nothing else; it is told no answer. A small speed is
    not a proof: where a softmax saturates, gradients vanish far from any equilibrium. Where a game
    has a duality gap, ask for it.

    Parameters
    ----------
    game : Game
        Two losses.
    rule : UpdateRule
        How the players move.
    theta : Tensor of shape (m,), or pytree of Tensor
        Start of the generator.
    psi : Tensor of shape (n,), or pytree of Tensor
        Start of the discriminator.
    tolerance : float, optional
        Norm of the velocity at which to stop.
    max_steps : int, optional
        When to give up; the result then says ``converged=False``.
    batch : optional
        Data and noise, the same at every step.
    **hparams : float
        The rule's hyper-parameters.

    Returns
    -------
    Solution
        The last point, its speed, and whether it converged.

    Raises
    ------
    ValueError
        If a hyper-parameter or the tolerance is out of range, or a start or a hyper-parameter is
        a batch.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Extragradient, solve
    >>> one = torch.ones(1, dtype=torch.float64)
    >>> solve(Bilinear.xy(), Extragradient(), one, one, eta=0.5, tolerance=1e-8).converged
    True
    """
    positive("tolerance", tolerance)
    checked = {name: one_number(name, value) for name, value in rule.hparams(**hparams).items()}
    for name, player in (("theta", theta), ("psi", psi)):
        if isinstance(player, Tensor) and player.ndim != 1:
            raise ValueError(
                f"{name}: expected one start of shape (size,), got {tuple(player.shape)}"
            )
    state = rule.init(theta, psi)
    for taken in range(max_steps):
        after, info = rule.step(game, state, batch, checked)
        speed = float(info.speed)
        if not speed > tolerance:  # NaN stops the loop too
            return Solution(state.theta, state.psi, speed, taken, speed <= tolerance)
        state = after
    speed = float(norm(velocity_and_losses(game, state.theta, state.psi, batch)[0]))
    return Solution(state.theta, state.psi, speed, max_steps, speed <= tolerance)


def update_jacobian(
    game: Game | Callable[..., Game],
    rule: UpdateRule,
    theta: Any,
    psi: Any,
    *,
    batch: Any = None,
    game_hparams: dict[str, Any] | None = None,
    **hparams: Any,
) -> Tensor:
    """Linearise one step of a rule: the matrix that maps small displacements to the next ones.

    Displacements of ``theta``, ``psi`` and of the rule's memory, in this order. At an equilibrium
    its eigenvalues are the multipliers of the dynamics: inside the unit circle the displacement
    dies out.

    Parameters
    ----------
    game : Game or callable
        A game, or a function that makes one from ``game_hparams``.
    rule : UpdateRule
        A rule that is the same at every step; `Averaged` is not.
    theta : Tensor or array-like, shape (..., m)
        Where to linearise, normally an equilibrium.
    psi : Tensor or array-like, shape (..., n)
        The same for the discriminator.
    batch : optional
        Data and noise.
    game_hparams : dict of float or Tensor of shape (...), optional
        What ``game`` is called with.
    **hparams : float or Tensor, shape (...)
        The rule's hyper-parameters.

    Returns
    -------
    Tensor, shape (..., k, k)
        k = m + n + the size of the memory.

    Raises
    ------
    TypeError
        If the rule is `Averaged`, whose step depends on the time.
    ValueError
        As for `simulate`.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Alternating, update_jacobian
    >>> update_jacobian(Bilinear.xy(), Alternating(), [0.0], [0.0], eta=1.0)
    tensor([[ 0., -1.],
            [ 1.,  1.]], dtype=torch.float64)
    """
    if isinstance(rule, GradientRule) and not isinstance(rule.optimizer, SGD):
        name = type(rule.optimizer).__name__
        raise TypeError(f"update_jacobian: {name} changes from step to step; pass a rule with SGD")
    if isinstance(rule, Averaged):
        raise TypeError(
            "update_jacobian: Averaged changes from step to step; pass the rule that it follows"
        )
    theta, psi, make, own = _prepare(game, theta, psi, game_hparams)

    def one(theta: Tensor, psi: Tensor, h: Hyperparameters, own: Hyperparameters) -> Tensor:
        state = rule.init(theta, psi)
        point, unravel = ravel(state[:3])

        def step(point: Tensor) -> Tensor:
            # Past the first step, which rules without a memory yet take differently.
            theta, psi, memory = unravel(point)
            at = State(theta, psi, memory, torch.ones_like(state.taken))
            return ravel(rule.step(make(**own), at, batch, h)[0][:3])[0]

        return torch.func.jacrev(step)(point)

    return over_members(one, theta, psi, rule.hparams(**hparams), own)


def multipliers(
    game: Game | Callable[..., Game], rule: UpdateRule, theta: Any, psi: Any, **hparams: Any
) -> Tensor:
    """Return the eigenvalues of `update_jacobian`.

    Parameters
    ----------
    game : Game or callable
        As for `update_jacobian`.
    rule : UpdateRule
        As for `update_jacobian`.
    theta : Tensor or array-like, shape (..., m)
        Where to linearise.
    psi : Tensor or array-like, shape (..., n)
        The same for the discriminator.
    **hparams : optional
        As for `update_jacobian`.

    Returns
    -------
    Tensor, complex, shape (..., k)
        In the order of `gantext.vector_field.sort_eigenvalues`. A rule with memory has more than m
        + n.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Simultaneous, multipliers
    >>> multipliers(Bilinear.xy(), Simultaneous(), [0.0], [0.0], eta=0.5).imag
    tensor([-0.5000,  0.5000], dtype=torch.float64)
    """
    matrix = update_jacobian(game, rule, theta, psi, **hparams)
    return eigenvalues(matrix)


def spectral_radius(
    game: Game | Callable[..., Game], rule: UpdateRule, theta: Any, psi: Any, **hparams: Any
) -> Tensor:
    """Return the largest modulus of the `multipliers`: the growth per step in the long run.

    Parameters
    ----------
    game : Game or callable
        As for `update_jacobian`.
    rule : UpdateRule
        As for `update_jacobian`.
    theta : Tensor or array-like, shape (..., m)
        Where to linearise.
    psi : Tensor or array-like, shape (..., n)
        The same for the discriminator.
    **hparams : optional
        As for `update_jacobian`.

    Returns
    -------
    Tensor, shape (...)
        Below 1: small displacements die out. Above 1: they grow.

    Examples
    --------
    >>> import torch
    >>> from gantext.games import Bilinear
    >>> from gantext.updates import Simultaneous, spectral_radius
    >>> spectral_radius(Bilinear.xy(), Simultaneous(), [0.0], [0.0], eta=0.75)
    tensor(1.2500, dtype=torch.float64)
    """
    return multipliers(game, rule, theta, psi, **hparams).abs().amax(-1)


def _prepare(
    game: Game | Callable[..., Game], theta: Any, psi: Any, game_hparams: dict[str, Any] | None
) -> tuple[Tensor, Tensor, Callable[..., Game], Hyperparameters]:
    """Check starts and the game's hyper-parameters; return them with a maker of games."""
    own = {name: as_float64(name, value) for name, value in (game_hparams or {}).items()}
    theta, psi = vectors(theta, psi)
    if isinstance(game, Game):
        if own:
            raise TypeError("game_hparams: expected a function that makes the game, got a Game")
        return theta, psi, lambda: game, own
    # A game made inside vmap cannot check its values: make each member's once here, so that it can.
    batch_shape(theta, psi, own)  # says what does not fit
    for member in zip(*(t.flatten() for t in torch.broadcast_tensors(*own.values())), strict=True):
        game(**dict(zip(own, member, strict=True)))
    return theta, psi, game, own


def _add(state: State, move: Velocity) -> tuple[Params, Params]:
    """Return both players' parameters after their movements."""
    return add(state.theta, move[0]), add(state.psi, move[1])


def _keep(memory: Params, beta: Tensor, eta: Tensor, v: Params) -> Params:
    """Return the heavy ball's new movement."""
    return tree_map(lambda m, g: beta * m + eta * g, memory, v)
