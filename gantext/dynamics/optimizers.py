r"""Optimisers: how a player turns its velocity into an update of its parameters.

An update rule (`gantext.dynamics.rules`) says where gradients are taken and who goes first, an
optimiser what a player does with a gradient. Each is a pure function, its state handed in and out;
given the same gradients it does what its namesake in `torch.optim` does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, finite, fraction, positive
from gantext.core.trees import zeros_like
from gantext.dynamics.hyperparameters import Defaults, Hyperparameters, Required, checked
from gantext.games.base import Params


@dataclass(frozen=True)
class Optimizer(ABC):
    """Base class: ``init`` makes a state, ``update`` turns a velocity into an update.

    Attributes
    ----------
    required : dict of str to callable
        The hyper-parameters without a default, each with the check of its value.
    defaults : dict of str to tuple
        The others: each one's default value and check.
    time_invariant : bool
        Whether `update` is the same smooth function at every step, which has one Jacobian.
    """

    required: ClassVar[Required] = {}
    defaults: ClassVar[Defaults] = {}
    time_invariant: ClassVar[bool] = False

    @checked_arguments
    def hparams(self, **own: ArrayLike) -> Hyperparameters:
        """Check hyper-parameters, fill in the defaults, and turn them into float64 tensors.

        Parameters
        ----------
        **own : float or Tensor, shape (...)
            Those that are required, and those that shall differ from their defaults.
        """
        return checked(self, own, self.required, self.defaults)

    def init(self, params: Params) -> Any:
        """Return the state before the first step: an empty tuple where nothing is kept.

        Parameters
        ----------
        params : Tensor or pytree of Tensor
            One player's parameters.
        """
        return ()

    @abstractmethod
    def update(
        self, v: Params, state: Any, step: Tensor, lr: Tensor, hparams: Hyperparameters
    ) -> tuple[Params, Any]:
        """Return the update, which is added to the parameters, and the new state.

        Parameters
        ----------
        v : Tensor or pytree of Tensor
            The player's velocity: minus the gradient of its loss.
        state : pytree of Tensor
            From `init`, or from the step before.
        step : Tensor, shape ()
            How many steps were taken before this one; an integer.
        lr : Tensor, shape ()
            Learning rate.
        hparams : dict of Tensor
            From `hparams`, or more; scalars.
        """


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Plain gradient steps: the update is :math:`\eta v`.

    >>> import gantext as gt
    >>> rule = gt.Simultaneous(optimizer=gt.SGD())  # as without
    """

    time_invariant: ClassVar[bool] = True

    def update(
        self, v: Params, state: Any, step: Tensor, lr: Tensor, hparams: Hyperparameters
    ) -> tuple[Params, Any]:
        """Scale the velocity."""
        size = _like(v, lr)
        return tree_map(lambda leaf: size * leaf, v), state


@dataclass(frozen=True)
class HeavyBall(Optimizer):
    r"""Polyak's heavy ball: :math:`m \leftarrow \beta m + \eta v`, and the update is :math:`m`.

    Equal to `torch.optim.SGD` with momentum. Hyper-parameter: ``beta``, any finite number. A
    positive :math:`\beta` speeds up descent and makes games diverge faster. *Negative* momentum
    with `Alternating` makes bilinear games converge; with `Simultaneous` no :math:`\beta` does
    (Gidel et al. 2019, "Negative Momentum for Improved Game Dynamics").

    >>> import gantext as gt
    >>> rule, xy = gt.Alternating(optimizer=gt.HeavyBall()), gt.Bilinear.xy()
    >>> bool(gt.spectral_radius(xy, rule, [0.0], [0.0], eta=0.5, beta=-0.5) < 1)
    True
    """

    required: ClassVar[Required] = {"beta": finite}
    time_invariant: ClassVar[bool] = True

    def init(self, params: Params) -> Any:
        """Return zeros: the ball is at rest."""
        return zeros_like(params)

    def update(
        self, v: Params, state: Any, step: Tensor, lr: Tensor, hparams: Hyperparameters
    ) -> tuple[Params, Any]:
        """Return the last update's share and the new one's sum, which is the new state too."""
        beta, size = _like(v, hparams["beta"]), _like(v, lr)
        update = tree_map(lambda m, g: beta * m + size * g, state, v)
        return update, update


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adam: the mean of past velocities over the root of their mean square.

    .. math::
        m \leftarrow \beta_1 m + (1 - \beta_1) v, \qquad
        s \leftarrow \beta_2 s + (1 - \beta_2) v^2, \\
        \text{update} = \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \epsilon}

    with :math:`t` the number of this step, from 1 (Kingma and Ba 2015, "Adam: A Method for
    Stochastic Optimization"). Equal to `torch.optim.Adam`. Hyper-parameters: ``beta1`` (0.9) and
    ``beta2`` (0.999), at least 0 and below 1; ``epsilon`` (1e-8), above 0.

    >>> import gantext as gt
    >>> rule = gt.Alternating(optimizer=gt.Adam())
    >>> sorted(rule.hparams(eta=1e-3, beta1=0.5))
    ['beta1', 'beta2', 'epsilon', 'eta', 'eta_psi']
    """

    defaults: ClassVar[Defaults] = {
        "beta1": (0.9, fraction),
        "beta2": (0.999, fraction),
        "epsilon": (1e-8, positive),
    }

    def init(self, params: Params) -> Any:
        """Return both means, zero."""
        return zeros_like(params), zeros_like(params)

    def update(
        self, v: Params, state: Any, step: Tensor, lr: Tensor, hparams: Hyperparameters
    ) -> tuple[Params, Any]:
        """Follow the equations above."""
        beta1, beta2, t = hparams["beta1"], hparams["beta2"], step + 1
        mean = _mix(state[0], v, 1 - beta1)
        square = _mix(state[1], tree_map(torch.square, v), 1 - beta2)
        # The formula above with its scalars drawn together: they cost next to nothing, in float64,
        # and every operation saved on the leaves counts.
        scale = torch.sqrt(1 - beta2**t)
        size = _like(v, lr * scale / (1 - beta1**t))
        epsilon = _like(v, hparams["epsilon"] * scale)
        update = tree_map(lambda m, s: size * m / (s.sqrt() + epsilon), mean, square)
        return update, (mean, square)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    r"""RMSProp: the velocity over the root of its mean square.

    .. math::
        s \leftarrow \alpha s + (1 - \alpha) v^2, \qquad
        \text{update} = \eta\, \frac{v}{\sqrt{s} + \epsilon}

    Tieleman and Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning". Equal to
    `torch.optim.RMSprop`. Hyper-parameters: ``alpha`` (0.99), at least 0 and below 1; ``epsilon``
    (1e-8), above 0.

    >>> import gantext as gt
    >>> rule = gt.Alternating(optimizer=gt.RMSProp())
    """

    defaults: ClassVar[Defaults] = {"alpha": (0.99, fraction), "epsilon": (1e-8, positive)}
    # The same at every step, but no smooth function: the root has no derivative at s = 0, at rest.
    time_invariant: ClassVar[bool] = False

    def init(self, params: Params) -> Any:
        """Return the mean square, zero."""
        return zeros_like(params)

    def update(
        self, v: Params, state: Any, step: Tensor, lr: Tensor, hparams: Hyperparameters
    ) -> tuple[Params, Any]:
        """Follow the equations above."""
        square = _mix(state, tree_map(torch.square, v), 1 - hparams["alpha"])
        size, epsilon = _like(v, lr), _like(v, hparams["epsilon"])
        return tree_map(lambda g, s: size * g / (s.sqrt() + epsilon), v, square), square


def _like(params: Params, scalar: Tensor) -> Tensor:
    """Return a hyper-parameter in the parameters' precision; until then it keeps its own."""
    return scalar.to(tree_leaves(params)[0].dtype)


def _mix(old: Params, new: Params, weight: Tensor) -> Params:
    """Return ``(1 - weight) * old + weight * new``, leaf by leaf."""
    weight = _like(old, weight)
    return tree_map(lambda a, b: torch.lerp(a, b, weight), old, new)
