"""One step's Jacobian, its eigenvalues, and what they say of the long run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gantext.core.trees import over_members, ravel
from gantext.dynamics.field import eigenvalues
from gantext.dynamics.optimizers import SGD
from gantext.dynamics.rule import (
    GradientRule,
    Hyperparameters,
    State,
    UpdateRule,
)
from gantext.dynamics.rules import (
    Averaged,
)
from gantext.dynamics.simulate import _prepare
from gantext.games.base import Game


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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.linearise import update_jacobian
    >>> from gantext.dynamics.rules import Alternating
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
            at = State(theta, psi, memory, torch.ones_like(state.step))
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
        In the order of `gantext.dynamics.field.sort_eigenvalues`. A rule with memory has more than
        m + n.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.linearise import multipliers
    >>> from gantext.dynamics.rules import Simultaneous
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.linearise import spectral_radius
    >>> from gantext.dynamics.rules import Simultaneous
    >>> spectral_radius(Bilinear.xy(), Simultaneous(), [0.0], [0.0], eta=0.75)
    tensor(1.2500, dtype=torch.float64)
    """
    return multipliers(game, rule, theta, psi, **hparams).abs().amax(-1)
