r"""Optimisers: how a player turns its velocity into a movement.

An update rule (`gantext.dynamics`) says where gradients are taken and who moves first. An optimiser
says what a player does with a gradient. Each is a pure function, its memory handed in and out, and
its hyper-parameters are tensors, so that every member of a population has its own. Given the same
gradients it moves as its namesake in `torch.optim` does.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves, tree_map

from gantext.core.checks import fraction, positive
from gantext.core.trees import zeros_like

Params = Any


Hyperparameters = dict[str, Tensor]


Check = Callable[[str, Any], Tensor]


@dataclass(frozen=True)
class Optimizer(ABC):
    """Base class: ``init`` makes a memory, ``move`` turns a velocity into a movement.

    Attributes
    ----------
    defaults : dict of str to tuple
        Each hyper-parameter's default value, and the check that a value must pass.

    Examples
    --------
    >>> from gantext.dynamics.optimizers import Adam
    >>> sorted(Adam.defaults)
    ['beta1', 'beta2', 'epsilon']
    """

    defaults: ClassVar[dict[str, tuple[float, Check]]] = {}

    def hparams(self, **own: Any) -> Hyperparameters:
        """Check hyper-parameters, fill in the defaults, and turn them into tensors.

        Parameters
        ----------
        **own : float or Tensor, shape (...)
            Those that shall differ from their defaults.

        Returns
        -------
        dict of Tensor
            All of them, float64.

        Raises
        ------
        ValueError
            If a value is NaN or out of range.
        TypeError
            If a name is unknown.

        Examples
        --------
        >>> from gantext.dynamics.optimizers import RMSProp
        >>> RMSProp().hparams(alpha=0.9)["alpha"]
        tensor(0.9000, dtype=torch.float64)
        """
        unknown = own.keys() - self.defaults.keys()
        if unknown:
            raise TypeError(
                f"{type(self).__name__}: expected some of {[*self.defaults]}, got {sorted(unknown)}"
            )
        return {
            name: check(name, own.get(name, value))
            for name, (value, check) in self.defaults.items()
        }

    def init(self, params: Params) -> Any:
        """Return the memory before the first step.

        Parameters
        ----------
        params : Tensor or pytree of Tensor
            One player's parameters.

        Returns
        -------
        pytree of Tensor
            An empty tuple where the optimiser remembers nothing.

        Examples
        --------
        >>> import torch
        >>> from gantext.dynamics.optimizers import SGD
        >>> SGD().init(torch.zeros(2))
        ()
        """
        return self._memory(params)

    def move(
        self, v: Params, memory: Any, taken: Tensor, lr: Tensor, hparams: Hyperparameters
    ) -> tuple[Params, Any]:
        """Return what to add to the parameters, and the new memory.

        Parameters
        ----------
        v : Tensor or pytree of Tensor
            The player's velocity: minus the gradient of its loss.
        memory : pytree of Tensor
            From `init`, or from the step before.
        taken : Tensor
            How many steps were taken before this one; an integer scalar.
        lr : Tensor
            Learning rate; a scalar.
        hparams : dict of Tensor
            From `hparams`; scalars. Other entries are ignored.

        Returns
        -------
        tuple
            ``(movement, memory)``.
        """
        return self._move(v, memory, taken, lr, hparams)

    def _memory(self, params: Params) -> Any:
        return ()

    @abstractmethod
    def _move(
        self, v: Params, memory: Any, taken: Tensor, lr: Tensor, h: Hyperparameters
    ) -> tuple[Params, Any]: ...


@dataclass(frozen=True)
class SGD(Optimizer):
    r"""Plain gradient steps: the movement is :math:`\eta v`.

    Examples
    --------
    >>> import torch
    >>> from gantext.dynamics.optimizers import SGD
    >>> SGD().move(torch.tensor([2.0]), (), torch.tensor(0), torch.tensor(0.1), {})[0]
    tensor([0.2000])
    """

    def _move(
        self, v: Params, memory: Any, taken: Tensor, lr: Tensor, h: Hyperparameters
    ) -> tuple[Params, Any]:
        size = _like(v, lr)
        return tree_map(lambda leaf: size * leaf, v), memory


@dataclass(frozen=True)
class Adam(Optimizer):
    r"""Adam: the mean of past velocities over the root of their mean square.

    .. math::

        m \leftarrow \beta_1 m + (1 - \beta_1) v, \qquad
        s \leftarrow \beta_2 s + (1 - \beta_2) v^2, \qquad
        \text{movement} = \eta\, \frac{m / (1 - \beta_1^t)}{\sqrt{s / (1 - \beta_2^t)} + \epsilon}

    with :math:`t` the number of this step, from 1 (Kingma and Ba 2015, "Adam: A Method for
    Stochastic Optimization", arXiv:1412.6980). Equal to `torch.optim.Adam`.

    Notes
    -----
    Hyper-parameters: ``beta1`` (0.9) and ``beta2`` (0.999), at least 0 and below 1; ``epsilon``
    (1e-8), above 0.

    Examples
    --------
    The first movement has the size of the learning rate, whatever the gradient:

    >>> import torch
    >>> from gantext.dynamics.optimizers import Adam
    >>> adam, v = Adam(), torch.tensor([2.0, -300.0])
    >>> adam.move(v, adam.init(v), torch.tensor(0), torch.tensor(0.1), adam.hparams())[0]
    tensor([ 0.1000, -0.1000])
    """

    defaults: ClassVar[dict[str, tuple[float, Check]]] = {
        "beta1": (0.9, fraction),
        "beta2": (0.999, fraction),
        "epsilon": (1e-8, positive),
    }

    def _memory(self, params: Params) -> Any:
        return zeros_like(params), zeros_like(params)

    def _move(
        self, v: Params, memory: Any, taken: Tensor, lr: Tensor, h: Hyperparameters
    ) -> tuple[Params, Any]:
        beta1, beta2, step = h["beta1"], h["beta2"], taken + 1
        mean = _mix(memory[0], v, 1 - beta1)
        square = _mix(memory[1], tree_map(torch.square, v), 1 - beta2)
        # The formula above with its scalars drawn together: they cost next to nothing, in float64,
        # and every operation saved on the leaves counts.
        scale = torch.sqrt(1 - beta2**step)
        size = _like(v, lr * scale / (1 - beta1**step))
        epsilon = _like(v, h["epsilon"] * scale)
        movement = tree_map(lambda m, s: size * m / (s.sqrt() + epsilon), mean, square)
        return movement, (mean, square)


@dataclass(frozen=True)
class RMSProp(Optimizer):
    r"""RMSProp: the velocity over the root of its mean square.

    .. math::

        s \leftarrow \alpha s + (1 - \alpha) v^2, \qquad
        \text{movement} = \eta\, \frac{v}{\sqrt{s} + \epsilon}

    Tieleman and Hinton 2012, lecture 6.5 of "Neural Networks for Machine Learning". Equal to
    `torch.optim.RMSprop`.

    Notes
    -----
    Hyper-parameters: ``alpha`` (0.99), at least 0 and below 1; ``epsilon`` (1e-8), above 0.

    Examples
    --------
    >>> import torch
    >>> from gantext.dynamics.optimizers import RMSProp
    >>> rmsprop, v, lr = RMSProp(), torch.tensor([2.0]), torch.tensor(0.1)
    >>> move, _ = rmsprop.move(v, rmsprop.init(v), torch.tensor(0), lr, rmsprop.hparams())
    >>> round(move.item(), 4)
    1.0
    """

    defaults: ClassVar[dict[str, tuple[float, Check]]] = {
        "alpha": (0.99, fraction),
        "epsilon": (1e-8, positive),
    }

    def _memory(self, params: Params) -> Any:
        return zeros_like(params)

    def _move(
        self, v: Params, memory: Any, taken: Tensor, lr: Tensor, h: Hyperparameters
    ) -> tuple[Params, Any]:
        square = _mix(memory, tree_map(torch.square, v), 1 - h["alpha"])
        size, epsilon = _like(v, lr), _like(v, h["epsilon"])
        return tree_map(lambda g, s: size * g / (s.sqrt() + epsilon), v, square), square


def _like(params: Params, scalar: Tensor) -> Tensor:
    """Return a hyper-parameter in the parameters' precision; until then it keeps its own."""
    return scalar.to(tree_leaves(params)[0].dtype)


def _mix(old: Params, new: Params, weight: Tensor) -> Params:
    """Return ``(1 - weight) * old + weight * new``, leaf by leaf."""
    weight = _like(old, weight)
    return tree_map(lambda a, b: torch.lerp(a, b, weight), old, new)
