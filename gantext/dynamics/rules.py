r"""Update rules: how two players' parameters change, one step at a time.

Every rule is a pure function, which `torch.func.vmap` maps over many members. Write :math:`w =
(\theta, \psi)` for both players, :math:`v` for their velocity and :math:`\eta` for the step size.
On :math:`f = xy` the distance from the equilibrium is multiplied, each step, by:

==============================  ==================================  ===========================
rule                            step                                factor on :math:`f = xy`
==============================  ==================================  ===========================
`Simultaneous`                  :math:`w + \eta v(w)`               :math:`\sqrt{1 + \eta^2}`
`Alternating`                   discriminator, then generator       1, for :math:`\eta < 2`
`Extragradient`                 :math:`w + \eta v(w + \eta v(w))`   :math:`\sqrt{1-\eta^2+\eta^4}`
`Optimistic`                    :math:`w + 2\eta v - \eta v_{-1}`   < 1, for :math:`\eta < 1/\sqrt3`
`Unrolled`                      generator against answers to come   see the class
`Consensus`                     :math:`w + \eta (v-\gamma J^Tv)`    :math:`|1-\eta\gamma+\eta i|`
`SymplecticGradientAdjustment`  :math:`w + \eta (v + \lambda Av)`   :math:`|1-\eta\lambda+\eta i|`
`ProximalPoint`                 :math:`w_+ = w + \eta v(w_+)`       :math:`1/\sqrt{1 + \eta^2}`
==============================  ==================================  ===========================

The table is about plain steps. All but the last are a `GradientRule`: they also take an optimiser,
such as `HeavyBall` or `Adam`. ``Alternating(optimizer=Adam())`` is how most GANs are trained.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.core.checks import non_negative, positive
from gantext.core.trees import add, add_scaled, dot, gradient_and_value, norm, ravel, zeros_like
from gantext.dynamics.field import jacobian
from gantext.dynamics.hyperparameters import Defaults, Hyperparameters, Required
from gantext.dynamics.update_rule import (
    GradientRule,
    GradientState,
    Play,
    State,
    StepInfo,
    Updated,
    UpdateRule,
    settle,
)
from gantext.games.base import Losses, Params


@checked_arguments
@dataclass(frozen=True)
class Simultaneous(GradientRule):
    r"""Both players step at once along their own gradients: :math:`w + \eta v(w)`.

    On :math:`f = xy` the distance grows by :math:`\sqrt{1 + \eta^2}` and the angle turns by
    :math:`\arctan \eta` each step: the explicit Euler method leaves the circle of the flow.

    >>> import gantext as gt
    >>> gt.spectral_radius(gt.Bilinear.xy(), gt.Simultaneous(), [0.0], [0.0], eta=0.75)
    tensor(1.2500, dtype=torch.float64)
    """

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        v, losses = play.both(state.theta, state.psi)
        update, kept = self._updates(v, state.rule_state, state.step, h)
        return *add(state[:2], update), kept, StepInfo(losses, norm(v))


@checked_arguments
@dataclass(frozen=True)
class Alternating(GradientRule):
    r"""The discriminator steps, then the generator answers the discriminator's new parameters.

    On :math:`f = xy` the step is a linear map of determinant 1: orbits stay on an ellipse for
    :math:`\eta < 2` and neither grow nor shrink (Gidel et al. 2019, "Negative Momentum for
    Improved Game Dynamics").

    >>> import gantext as gt
    >>> path = gt.simulate(gt.Bilinear.xy(), gt.Alternating(), [1.0], [0.0], steps=1, eta=0.1)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.9900], dtype=torch.float64), tensor([0.1000], dtype=torch.float64))

    Attributes
    ----------
    discriminator_steps : int
        How many steps the discriminator takes for each of the generator's.
    """

    discriminator_steps: Count = 1

    @property
    def batches_per_step(self) -> int:
        """One for each step of the discriminator; the generator shares the last."""
        return self.discriminator_steps

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        theta, psi, (own, of_theta, of_psi) = state[:3]
        met = []
        for k in range(self.discriminator_steps):
            met.append(play.discriminator(theta, psi, k))
            step = state.step * self.discriminator_steps + k
            update, of_psi = self.optimizer.update(met[-1][0], of_psi, step, h["eta_psi"], h)
            psi = settle(play.game, theta, add(psi, update))[1]
        v_theta, loss_theta = play.generator(theta, psi, self.discriminator_steps - 1)
        update, of_theta = self.optimizer.update(v_theta, of_theta, state.step, h["eta"], h)
        v_psi, loss_psi = met[0]
        info = StepInfo(Losses(loss_theta, loss_psi), norm((v_theta, v_psi)))
        return add(theta, update), psi, GradientState(own, of_theta, of_psi), info


@checked_arguments
@dataclass(frozen=True)
class Extragradient(GradientRule):
    r"""Look ahead, then step along the gradient found there: :math:`w + \eta v(w + \eta v(w))`.

    On :math:`f = xy` the distance is multiplied by :math:`\sqrt{1 - \eta^2 + \eta^4} < 1` for
    :math:`\eta < 1` (Korpelevich 1976; for GANs Gidel et al. 2019, "A Variational Inequality
    Perspective on GANs").

    >>> import gantext as gt
    >>> gt.spectral_radius(gt.Bilinear.xy(), gt.Extragradient(), [0.0], [0.0], eta=0.5) ** 2
    tensor(0.8125, dtype=torch.float64)
    """

    @property
    def batches_per_step(self) -> int:
        """One where the step begins and one ahead."""
        return 2

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        start, step = state[:2], 2 * state.step
        v, losses = play.both(*start)
        update, kept = self._updates(v, state.rule_state, step, h)
        ahead = settle(play.game, *add(start, update))
        update, kept = self._updates(play.velocity(*ahead, 1), kept, step + 1, h)
        return *add(start, update), kept, StepInfo(losses, norm(v))


@checked_arguments
@dataclass(frozen=True)
class Optimistic(GradientRule):
    r"""Step along the gradient expected next: :math:`w + 2\eta v(w) - \eta v(w_{-1})`.

    One gradient a step, and still the look-ahead of `Extragradient` to first order. The first
    step, which has no past, is a plain one (Popov 1980; Daskalakis et al. 2018, "Training GANs
    with Optimism").

    >>> import gantext as gt
    >>> gt.spectral_radius(gt.Bilinear.xy(), gt.Optimistic(), [0.0], [0.0], eta=0.4) ** 2
    tensor(0.8000, dtype=torch.float64)
    """

    def _init_own(self, theta: Params, psi: Params) -> Any:
        return zeros_like((theta, psi))

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        v, losses = play.both(state.theta, state.psi)
        update, kept = self._updates(v, state.rule_state, state.step, h)
        first = state.step == 0
        expected = tree_map(
            lambda now, before: 2 * now - torch.where(first, now, before), update, kept.own
        )
        return *add(state[:2], expected), kept._replace(own=update), StepInfo(losses, norm(v))


@checked_arguments
@dataclass(frozen=True)
class Unrolled(GradientRule):
    r"""The generator steps against the discriminator that its step will meet, k answers later.

    The discriminator's answers :math:`\psi_{j+1} = \psi_j + \eta_u v_\psi(\theta, \psi_j)` start at
    the present :math:`\psi_0 = \psi`, and the generator descends
    :math:`\theta \mapsto L_G(\theta, \psi_k(\theta))`, through the answers. The discriminator
    itself takes one ordinary step, from :math:`\psi` (Metz et al. 2017, "Unrolled Generative
    Adversarial Networks"). Hyper-parameter: ``eta_unroll``, :math:`\eta_u > 0`.

    On :math:`f = xy` the generator sees :math:`\psi + 2k\eta_u\theta` instead of :math:`\psi`:
    friction. While :math:`k\eta_u < 1` the distance is multiplied, in the long run, by
    :math:`\sqrt{1 - 2k\eta_u\eta + \eta^2}`: the orbit shrinks if :math:`\eta < 2k\eta_u`.

    >>> import gantext as gt
    >>> rule = gt.Unrolled(unroll_steps=5)
    >>> bool(gt.spectral_radius(gt.Bilinear.xy(), rule, [0], [0], eta=0.1, eta_unroll=0.1) < 1)
    True

    Attributes
    ----------
    unroll_steps : int
        How many answers the generator foresees, k.
    """

    unroll_steps: Count = 5
    required: ClassVar[Required] = {"eta_unroll": positive}

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        def minus_foreseen_loss(theta: Params) -> Tensor:
            psi = state.psi
            for _ in range(self.unroll_steps):
                # Not `play.discriminator`: the answers are differentiated once more, by theta.
                answer = torch.func.grad(lambda p: play.discriminator_loss(theta, p))(psi)
                psi = add_scaled(psi, -h["eta_unroll"], answer)
            return -play.generator_loss(theta, psi)

        v_theta, minus_loss = gradient_and_value(minus_foreseen_loss, state.theta)
        v_psi, loss_psi = play.discriminator(state.theta, state.psi)
        v = (v_theta, v_psi)
        update, kept = self._updates(v, state.rule_state, state.step, h)
        return *add(state[:2], update), kept, StepInfo(Losses(-minus_loss, loss_psi), norm(v))


@checked_arguments
@dataclass(frozen=True)
class Consensus(GradientRule):
    r"""Both players descend the speed as well: :math:`w + \eta (v - \gamma J^\top v)`.

    The added term is the gradient of :math:`\tfrac{\gamma}{2}\lVert v \rVert^2`, which vanishes
    only where neither player wants to move (Mescheder, Nowozin and Geiger 2017, "The Numerics of
    GANs"). Hyper-parameter: ``gamma``, at least 0.

    >>> import gantext as gt
    >>> bool(gt.spectral_radius(gt.Bilinear.xy(), gt.Consensus(), [0], [0], eta=0.1, gamma=1) < 1)
    True
    """

    required: ClassVar[Required] = {"gamma": non_negative}

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        v, pull, losses = torch.func.vjp(play.both, *state[:2], has_aux=True)  # type: ignore[misc]
        direction = add_scaled(v, -h["gamma"], pull(v))
        update, kept = self._updates(direction, state.rule_state, state.step, h)
        return *add(state[:2], update), kept, StepInfo(losses, norm(v))


@checked_arguments
@dataclass(frozen=True)
class SymplecticGradientAdjustment(GradientRule):
    r"""Correct the step by the game's rotation: :math:`w + \eta (v + \lambda A v)`.

    Here :math:`A = \tfrac12 (J - J^\top)` is the antisymmetric part of the velocity's Jacobian:
    the part that turns. Where the game does not turn, the rule is gradient play (Balduzzi et al.
    2018, "The Mechanics of n-Player Differentiable Games"). Hyper-parameter: ``strength``, the
    :math:`\lambda` above, at least 0.

    >>> import gantext as gt
    >>> rule = gt.SymplecticGradientAdjustment()
    >>> bool(gt.spectral_radius(gt.Bilinear.xy(), rule, [0], [0], eta=0.1, strength=1.0) < 1)
    True

    Attributes
    ----------
    align : bool
        Whether the sign of :math:`\lambda` is chosen at each step as in section 3.2 of the paper,
        so that the correction pulls to stable fixed points and pushes off unstable ones.
    """

    align: bool = True
    required: ClassVar[Required] = {"strength": non_negative}

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        at = state[:2]
        v, pull, losses = torch.func.vjp(play.both, *at, has_aux=True)  # type: ignore[misc]
        j_v, jt_v = torch.func.jvp(play.velocity, at, v)[1], pull(v)
        turn = tree_map(lambda a, b: (a - b) / 2, j_v, jt_v)
        strength = h["strength"]
        if self.align:
            # In the paper's terms xi = -v, grad H = J'v, A'xi = -turn; 1/10 breaks ties towards +.
            size = ravel(v)[0].numel()
            strength = strength * torch.sign(dot(v, jt_v) * dot(turn, jt_v) / size + 0.1)
        direction = add_scaled(v, strength, turn)
        update, kept = self._updates(direction, state.rule_state, state.step, h)
        return *add(at, update), kept, StepInfo(losses, norm(v))


@dataclass(frozen=True)
class ProximalPoint(UpdateRule):
    r"""The implicit step: :math:`w_{+} = w + \eta\, v(w_{+})`, solved in closed form.

    Closed where the velocity is affine, which the game says by ``affine = True``: then
    :math:`w_{+} = w + (I - \eta J)^{-1} \eta\, v(w)`. On :math:`f = xy` the distance is divided by
    :math:`\sqrt{1 + \eta^2}`: the larger the step, the faster it converges (Rockafellar 1976). A
    step on any other game raises a ``TypeError``.

    >>> import gantext as gt
    >>> path = gt.simulate(gt.Bilinear.xy(), gt.ProximalPoint(), [1.0], [0.0], steps=1, eta=1.0)
    >>> path.theta[-1], path.psi[-1]
    (tensor([0.5000], dtype=torch.float64), tensor([0.5000], dtype=torch.float64))
    """

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        if not play.game.affine:
            raise TypeError(
                "ProximalPoint: expected a game with an affine velocity (game.affine is True), "
                f"such as Bilinear, got {type(play.game).__name__}; Extragradient comes close to it"
            )
        v, losses = play.both(state.theta, state.psi)
        flat, unravel = ravel(state[:2])
        n_theta = ravel(state.theta)[0].numel()
        is_theta = torch.arange(flat.numel(), device=flat.device) < n_theta
        eta = torch.where(is_theta, h["eta"], h["eta_psi"]).to(flat.dtype)
        j = jacobian(play.game, state.theta, state.psi, play.batches[0])
        system = torch.eye(flat.numel(), dtype=flat.dtype, device=flat.device) - eta[:, None] * j
        update = torch.linalg.solve(system, eta * ravel(v)[0])
        theta, psi = unravel(flat + update)
        return theta, psi, (), StepInfo(losses, norm(v))


@checked_arguments
@dataclass(frozen=True)
class Averaged(UpdateRule):
    r"""Follow another rule; answer with its mean, :math:`\bar w_t = \frac1t \sum_{s \le t} w_s`.

    The mean converges at rate :math:`O(1/t)` where alternating iterates circle for ever, and it is
    what the classical guarantees for extragradient are about (Nemirovski 2004). The start is not
    part of the mean. Hyper-parameters are those of the rule that is followed.

    >>> import gantext as gt
    >>> rule = gt.Averaged(gt.Alternating())
    >>> path = gt.simulate(gt.Bilinear.xy(), rule, [1.0], [0.0], steps=2000, eta=0.1)
    >>> bool(path.theta[-1].hypot(path.psi[-1]) < 0.02)
    True

    Attributes
    ----------
    rule : UpdateRule
        The rule to follow; its iterates go on from each other, not from the mean.
    """

    rule: UpdateRule

    @property
    def batches_per_step(self) -> int:
        """As many as the rule that is followed."""
        return self.rule.batches_per_step

    @property
    def time_invariant(self) -> bool:
        """False: later steps change the mean less."""
        return False

    def _hparams(self) -> tuple[Required, Defaults]:
        return self.rule._hparams()

    def _init(self, theta: Params, psi: Params) -> Any:
        return self.rule.init(theta, psi)

    def _update(self, play: Play, state: State, h: Hyperparameters) -> Updated:
        inner, _ = self.rule.step(play.game, state.rule_state, [*play.batches], h)
        mean = tree_map(
            lambda mean, new: mean + (new - mean) / (state.step + 1), state[:2], inner[:2]
        )
        v, losses = play.both(state.theta, state.psi)
        return *mean, inner, StepInfo(losses, norm(v))
