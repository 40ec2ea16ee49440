"""One step's Jacobian, its eigenvalues, and what they say of the long run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike
from gantext.core.trees import over_members, ravel
from gantext.dynamics.field import eigenvalues
from gantext.dynamics.hyperparameters import Hyperparameters
from gantext.dynamics.simulate import prepare
from gantext.dynamics.update_rule import State, UpdateRule
from gantext.games.base import Game


@checked_arguments
def update_jacobian(
    game: Game | Callable[..., Game],
    rule: UpdateRule,
    theta: ArrayLike,
    psi: ArrayLike,
    *,
    batch: Any = None,
    game_hparams: Mapping[str, ArrayLike] | None = None,
    **hparams: Any,
) -> Tensor:
    """Linearise one step of a rule: the matrix that maps small displacements to the next ones.

    Displacements of ``theta``, ``psi`` and of what the rule keeps, in this order; its shape is
    (..., k, k). At a stationary point its eigenvalues are the multipliers of the dynamics: inside
    the unit circle the displacement dies out.

    >>> import gantext as gt
    >>> gt.update_jacobian(gt.Bilinear.xy(), gt.Alternating(), [0.0], [0.0], eta=1.0)
    tensor([[ 0., -1.],
            [ 1.,  1.]], dtype=torch.float64)

    Parameters
    ----------
    game, rule : Game or callable, and UpdateRule
        As for `simulate`, but the rule is the same at every step: not `Averaged`, not with `Adam`.
    theta, psi : array-like, shapes (..., m) and (..., n)
        Where to linearise, normally a stationary point.
    batch, game_hparams, **hparams : Any
        As for `simulate`.
    """
    if not rule.time_invariant:
        raise TypeError(
            "rule: expected one with the same smooth step at all times, such as one with SGD or "
            f"HeavyBall, got {rule}"
        )
    theta, psi, make, own = prepare(game, theta, psi, game_hparams)

    def one(theta: Tensor, psi: Tensor, h: Hyperparameters, own: Hyperparameters) -> Tensor:
        state = rule.init(theta, psi)
        point, unravel = ravel(state[:3])

        def step(point: Tensor) -> Tensor:
            # Past the first step, which a rule that looks back takes differently.
            theta, psi, kept = unravel(point)
            at = State(theta, psi, kept, torch.ones_like(state.step))
            return ravel(rule.step(make(**own), at, batch, h)[0][:3])[0]

        return torch.func.jacrev(step)(point)

    return over_members(one, theta, psi, rule.hparams(**hparams), own)


@checked_arguments
def multipliers(
    game: Game | Callable[..., Game],
    rule: UpdateRule,
    theta: ArrayLike,
    psi: ArrayLike,
    **hparams: Any,
) -> Tensor:
    """Return the eigenvalues of `update_jacobian`, shape (..., k), in the order of `eigenvalues`.

    >>> import gantext as gt
    >>> gt.multipliers(gt.Bilinear.xy(), gt.Simultaneous(), [0.0], [0.0], eta=0.5).imag
    tensor([-0.5000,  0.5000], dtype=torch.float64)

    Parameters
    ----------
    game, rule, theta, psi, **hparams : Any
        As for `update_jacobian`.
    """
    matrix = update_jacobian(game, rule, theta, psi, **hparams)
    return eigenvalues(matrix)


@checked_arguments
def spectral_radius(
    game: Game | Callable[..., Game],
    rule: UpdateRule,
    theta: ArrayLike,
    psi: ArrayLike,
    **hparams: Any,
) -> Tensor:
    """Return the largest modulus of the `multipliers`, shape (...): the growth per step.

    Below 1 small displacements die out in the long run, above 1 they grow.

    >>> import gantext as gt
    >>> gt.spectral_radius(gt.Bilinear.xy(), gt.Simultaneous(), [0.0], [0.0], eta=0.75)
    tensor(1.2500, dtype=torch.float64)

    Parameters
    ----------
    game, rule, theta, psi, **hparams : Any
        As for `update_jacobian`.
    """
    return multipliers(game, rule, theta, psi, **hparams).abs().amax(-1)
