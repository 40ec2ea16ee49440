"""Playing a toy game: keep every point, or go on until nobody moves."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gantext.core.checks import as_float64, one_number, positive, vectors
from gantext.core.trees import batch_shape, flatten_members, norm
from gantext.dynamics.field import Trajectory, velocity_and_losses
from gantext.dynamics.rule import (
    Hyperparameters,
    State,
    UpdateRule,
)
from gantext.games.base import Game, Params


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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import Simultaneous
    >>> from gantext.dynamics.simulate import simulate
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
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.rules import Extragradient
    >>> from gantext.dynamics.simulate import solve
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
