r"""Update rules: how two players move, one step at a time.

Every rule is a pure function of its state, its batch and its hyper-parameters, so that one member
can be mapped over many by `torch.func.vmap`. Write :math:`w = (\theta, \psi)` for both players,
:math:`v` for the velocity of `gantext.dynamics.field` and :math:`\eta` for the step size. On
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
takes one from `gantext.dynamics.optimizers`: ``Alternating(optimizer=Adam())`` is how most GANs are
trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from gantext.core.checks import finite, non_negative, positive
from gantext.core.trees import add, add_scaled, dot, gradient_and_value, norm, ravel, zeros_like
from gantext.dynamics.field import jacobian
from gantext.dynamics.rule import (
    GradientRule,
    Hyperparameters,
    State,
    StepInfo,
    UpdateRule,
    Velocity,
    _Memory,
    _Moved,
    _Play,
)
from gantext.games.base import Losses, Params


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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import Simultaneous
    >>> from gantext.dynamics.simulate import simulate
    >>> path = simulate(Bilinear.xy(), Simultaneous(), [1.0], [0.0], steps=1, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([1.], dtype=torch.float64), tensor([0.1000], dtype=torch.float64))
    """

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        v, losses = play.both(state.theta, state.psi)
        move, memory = self._moves(v, state.rule_state, state.step, h)
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import Alternating
    >>> from gantext.dynamics.simulate import simulate
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
    def batches_per_step(self) -> int:
        """One look for each step of the discriminator; the generator shares the last."""
        return self.discriminator_steps

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        theta, psi, (own, of_theta, of_psi) = state.theta, state.psi, state.rule_state
        seen = []
        for k in range(self.discriminator_steps):
            seen.append(play.look(k).discriminator(theta, psi))
            taken = state.step * self.discriminator_steps + k
            move, of_psi = self.optimizer.move(seen[-1][0], of_psi, taken, h["eta_psi"], h)
            psi = play.game.settle(theta, add(psi, move))[1]
        v_theta, loss_theta = play.look(self.batches_per_step - 1).generator(theta, psi)
        move, of_theta = self.optimizer.move(v_theta, of_theta, state.step, h["eta"], h)
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import Extragradient
    >>> from gantext.dynamics.simulate import simulate
    >>> path = simulate(Bilinear.xy(), Extragradient(), [1.0], [0.0], steps=1, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.9900], dtype=torch.float64), tensor([0.1000], dtype=torch.float64))
    """

    @property
    def batches_per_step(self) -> int:
        """One look where the step begins and one ahead."""
        return 2

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        v, losses = play.both(state.theta, state.psi)
        move, memory = self._moves(v, state.rule_state, 2 * state.step, h)
        ahead = play.game.settle(*_add(state, move))
        move, memory = self._moves(play.look(1).velocity(*ahead), memory, 2 * state.step + 1, h)
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import Optimistic
    >>> from gantext.dynamics.simulate import simulate
    >>> path = simulate(Bilinear.xy(), Optimistic(), [1.0], [0.0], steps=2, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.9800], dtype=torch.float64), tensor([0.2000], dtype=torch.float64))
    """

    def _own_memory(self, theta: Params, psi: Params) -> Any:
        return zeros_like((theta, psi))

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        v, losses = play.both(state.theta, state.psi)
        move, memory = self._moves(v, state.rule_state, state.step, h)
        first = state.step == 0
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.linearise import spectral_radius
    >>> from gantext.dynamics.rules import Momentum
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
        m_psi = _keep(state.rule_state[1], h["beta"], h["eta_psi"], v_psi)
        psi = add(state.psi, m_psi)
        if self.alternating:
            psi = play.game.settle(state.theta, psi)[1]
            v_theta, loss_theta = play.generator(state.theta, psi)
        m_theta = _keep(state.rule_state[0], h["beta"], h["eta"], v_theta)
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.linearise import spectral_radius
    >>> from gantext.dynamics.rules import Unrolled
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
        move, memory = self._moves(v, state.rule_state, state.step, h)
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.linearise import spectral_radius
    >>> from gantext.dynamics.rules import Consensus
    >>> zero = torch.zeros(1)
    >>> bool(spectral_radius(Bilinear.xy(), Consensus(), zero, zero, eta=0.1, gamma=1.0) < 1)
    True
    """

    own_hparams: ClassVar = {"gamma": non_negative}

    def _move(self, play: _Play, state: State, h: Hyperparameters) -> _Moved:
        at = (state.theta, state.psi)
        v, pull, losses = torch.func.vjp(play.both, *at, has_aux=True)  # type: ignore[misc]
        direction = add_scaled(v, -h["gamma"], pull(v))
        move, memory = self._moves(direction, state.rule_state, state.step, h)
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.linearise import spectral_radius
    >>> from gantext.dynamics.rules import SymplecticGradientAdjustment
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
        move, memory = self._moves(direction, state.rule_state, state.step, h)
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import ProximalPoint
    >>> from gantext.dynamics.simulate import simulate
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import Alternating, Averaged
    >>> from gantext.dynamics.simulate import simulate
    >>> path = simulate(Bilinear.xy(), Averaged(Alternating()), [1.0], [0.0], steps=2000, eta=0.1)
    >>> bool(torch.hypot(path.theta[-1], path.psi[-1]) < 0.02)
    True
    """

    rule: UpdateRule

    @property
    def batches_per_step(self) -> int:
        """How often the rule that is followed looks."""
        return self.rule.batches_per_step

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
        inner, _ = self.rule.step(play.game, state.rule_state, play.batch, h)
        mean = tree_map(
            lambda mean, new: mean + (new - mean) / (state.step + 1),
            (state.theta, state.psi),
            (inner.theta, inner.psi),
        )
        v, losses = play.both(state.theta, state.psi)
        return *mean, inner, StepInfo(losses, norm(v))


def _add(state: State, move: Velocity) -> tuple[Params, Params]:
    """Return both players' parameters after their movements."""
    return add(state.theta, move[0]), add(state.psi, move[1])


def _keep(memory: Params, beta: Tensor, eta: Tensor, v: Params) -> Params:
    """Return the heavy ball's new movement."""
    return tree_map(lambda m, g: beta * m + eta * g, memory, v)
