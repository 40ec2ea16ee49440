"""Playing a toy game: keep every point, or go on until nobody moves."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gantext.core.annotations import Positive, Whole, accepts, shown
from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Player, as_float64, one_number, vectors
from gantext.core.trees import batch_shape, flatten_members, norm
from gantext.dynamics.field import Trajectory, velocity_and_losses
from gantext.dynamics.hyperparameters import Hyperparameters
from gantext.dynamics.update_rule import State, UpdateRule
from gantext.games.base import Game, Params


class Solution(NamedTuple):
    """Where `solve` ended.

    Attributes
    ----------
    theta, psi : Tensor or pytree of Tensor
        The players' parameters.
    speed : float
        Norm of the velocity there.
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


@checked_arguments
def simulate(
    game: Game | Callable[..., Game],
    rule: UpdateRule,
    theta: ArrayLike,
    psi: ArrayLike,
    steps: Whole,
    *,
    batch: Any = None,
    game_hparams: Mapping[str, ArrayLike] | None = None,
    **hparams: ArrayLike,
) -> Trajectory:
    """Play a toy game and keep every point, for one member or a grid of them.

    Members differ in their start, in the rule's hyper-parameters or in the game's: all leading
    dimensions ``...`` are broadcast. The trajectory holds steps + 1 points, the start included.

    >>> import gantext as gt
    >>> eta = [0.1, 0.2, 0.3]
    >>> path = gt.simulate(gt.Bilinear.xy(), gt.Simultaneous(), [1.0], [0.0], steps=10, eta=eta)
    >>> path.theta.shape
    torch.Size([11, 3, 1])

    Parameters
    ----------
    game : Game or callable
        A game, or a function that makes one from ``game_hparams``, so that these can be swept too.
    rule : UpdateRule
        How the players' parameters change.
    theta, psi : array-like, shapes (..., m) and (..., n)
        Start of the generator and of the discriminator; finite.
    steps : int
        How many steps to take.
    batch : optional
        Data and noise, the same at every step.
    game_hparams : dict of float or Tensor of shape (...), optional
        What ``game`` is called with.
    **hparams : float or Tensor, shape (...)
        The rule's hyper-parameters: ``eta`` and whatever else it asks for.
    """
    theta, psi, make, own = prepare(game, theta, psi, game_hparams)
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


@checked_arguments
def solve(
    game: Game,
    rule: UpdateRule,
    theta: Player,
    psi: Player,
    *,
    tolerance: Positive = 1e-10,
    max_steps: Whole = 100_000,
    batch: Any = None,
    **hparams: ArrayLike,
) -> Solution:
    """Step until both players stand still: the speed is at most the tolerance.

    A small speed is not a proof: where a softmax saturates, gradients vanish far from any
    equilibrium, and a player may stand on the top of his own loss. Where a game has a duality gap,
    ask for it.

    >>> import torch
    >>> import gantext as gt
    >>> one = torch.ones(1, dtype=torch.float64)
    >>> gt.solve(gt.Bilinear.xy(), gt.Extragradient(), one, one, eta=0.5, tolerance=1e-8).converged
    True

    Parameters
    ----------
    game, rule : Game and UpdateRule
        Which game, and how the players' parameters change.
    theta, psi : Tensor of shape (size,), or pytree of Tensor
        Start of the generator and of the discriminator.
    tolerance : float, optional
        Norm of the velocity at which to stop.
    max_steps : int, optional
        When to give up; the result then says ``converged=False``.
    batch, **hparams : Any
        As for `simulate`, for one member.
    """
    checked = {name: one_number(name, value) for name, value in rule.hparams(**hparams).items()}
    for name, player in (("theta", theta), ("psi", psi)):
        if isinstance(player, Tensor) and player.ndim != 1:
            raise ValueError(
                f"{name}: expected one start of shape (size,), got {tuple(player.shape)}"
            )
    state = rule.init(theta, psi)
    for step in range(max_steps):
        after, info = rule.step(game, state, batch, checked)
        speed = float(info.speed)
        if not speed > tolerance:  # NaN stops the loop too
            return Solution(state.theta, state.psi, speed, step, speed <= tolerance)
        state = after
    speed = float(norm(velocity_and_losses(game, state.theta, state.psi, batch)[0]))
    return Solution(state.theta, state.psi, speed, max_steps, speed <= tolerance)


def prepare(
    game: Game | Callable[..., Game],
    theta: ArrayLike,
    psi: ArrayLike,
    game_hparams: Mapping[str, ArrayLike] | None,
) -> tuple[Tensor, Tensor, Callable[..., Game], Hyperparameters]:
    """Check starts and the game's hyper-parameters; return them with a maker of games."""
    own = {name: as_float64(name, value) for name, value in (game_hparams or {}).items()}
    theta, psi = vectors(theta, psi)
    if isinstance(game, Game):
        if own:
            raise TypeError("game_hparams: expected a function that makes the game, got a Game")
        return theta, psi, lambda: game, own
    if not accepts(game, **own):
        raise TypeError(f"game: expected a function of {[*own]}, got {shown(game)}")
    # A game made inside vmap cannot check its values: make each member's once here, so that it can.
    batch_shape(theta, psi, own)  # says what does not fit
    for member in zip(*(t.flatten() for t in torch.broadcast_tensors(*own.values())), strict=True):
        _require_game(game(**dict(zip(own, member, strict=True))))
    if not own:
        _require_game(game())
    return theta, psi, game, own


def _require_game(made: Any) -> None:
    if not isinstance(made, Game):
        raise TypeError(f"game: expected a function that returns a Game, got {shown(made)}")
