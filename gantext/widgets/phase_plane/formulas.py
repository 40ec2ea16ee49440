"""What the phase plane's script computes, traced from the library."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor

from gantext.core.trees import ravel
from gantext.dynamics.field import jacobian, velocity
from gantext.dynamics.update_rule import State
from gantext.games.base import Game
from gantext.games.bilinear import Bilinear
from gantext.objectives.penalties import R1, GradientPenalty
from gantext.widgets.phase_plane.constants import RANGES
from gantext.widgets.phase_plane.menus import GAMES, RULES, GameChoice, RuleChoice, carried, flat
from gantext.widgets.symbolic import Computed

Range = tuple[float, float]


def formulas() -> dict[str, Computed]:
    """Return what the figure's script computes.

    For each game ``velocity_GAME``, and ``near_GAME``: the numbers a, p, q for which
    ``Bilinear([[a]], P=[[p]], Q=[[q]])`` has the same Jacobian at the equilibrium. For each rule
    ``jacobian_RULE``: the Jacobian of its step on that bilinear game, row by row. For each game and
    rule ``step_GAME_RULE``.
    """
    computed: dict[str, Computed] = {}
    for game in GAMES.values():
        computed |= _of_game(game)
    blocks = {"a": (0.5, 2.0), "p": _range("damping"), "q": _range("gamma")}
    for choice in RULES.values():
        of_step = partial(_step_jacobian, choice)
        computed[f"jacobian_{choice.key}"] = Computed(of_step, (blocks, _own_ranges(choice)))
    return computed


def _of_game(game: GameChoice) -> dict[str, Computed]:
    """Return what is computed of one game."""
    at = {"x": _range("x"), "y": _range("y")}
    weights = {"r1": _range("gamma"), "gp": _range("gamma")}
    settings = weights if game.dirac else {"damping": _range("damping")}
    smooth = {name: bounds for name, bounds in settings.items() if name != "gp"}
    make = _from_vector(game)
    computed = {
        f"velocity_{game.key}": Computed(partial(_velocity, make), (at, settings)),
        f"near_{game.key}": Computed(partial(_near, make), (smooth,)),
    }
    for choice in RULES.values():
        if choice.affine and game.dirac:
            continue
        state = at | {f"m{i}": (-1.0, 1.0) for i in range(carried(choice.rule))}
        computed[f"step_{game.key}_{choice.key}"] = Computed(
            partial(_step, choice, make),
            (state | {"step": (0.0, 2.0)}, _own_ranges(choice) | settings),
        )
    return computed


def _range(name: str) -> Range:
    return RANGES[name][:2]


def _own_ranges(choice: RuleChoice) -> dict[str, Range]:
    own = {choice.trait: _range(choice.trait)} if choice.trait else {}
    return {"eta": _range("eta")} | own


def _from_vector(game: GameChoice) -> Callable[[Tensor], Game]:
    """Return what makes a game of a vector: its damping, or both penalties' weights."""

    def make(settings: Tensor) -> Game:
        if not game.dirac:
            return game.make(settings)
        # R1 and WGAN-GP's penalty, each with its weight: one formula serves for both.
        return game.make(
            [kind(w) for kind, w in zip((R1, GradientPenalty), settings, strict=False)]
        )

    return make


def _velocity(make: Callable[[Tensor], Game], at: Tensor, settings: Tensor) -> Any:
    return velocity(make(settings), at[:1], at[1:])


def _near(make: Callable[[Tensor], Game], settings: Tensor) -> tuple[Tensor, ...]:
    zero = torch.zeros(1, dtype=torch.float64)
    j = jacobian(make(settings), zero, zero)
    return j[1, 0], -j[0, 0], -j[1, 1]


def _step(
    choice: RuleChoice, make: Callable[[Tensor], Game], state: Tensor, settings: Tensor
) -> tuple[Tensor, Tensor]:
    owned = 2 if choice.own else 1
    game = make(settings[owned:])
    return _updated(choice, game, state[:-1], state[-1], settings[:owned]), state[-1] + 1


def _step_jacobian(choice: RuleChoice, blocks: Tensor, settings: Tensor) -> Tensor:
    a, p, q = blocks.reshape(3, 1, 1)
    game = Bilinear(a, P=p, Q=q)
    past_the_first = torch.ones((), dtype=torch.float64)
    update = partial(_updated, choice, game, step=past_the_first, settings=settings)
    return torch.func.jacrev(update)(flat(choice.rule)[0])


def _updated(
    choice: RuleChoice, game: Game, point: Tensor, step: Tensor, settings: Tensor
) -> Tensor:
    """Take one step from a flat point: both players, then the rule's own state."""
    theta, psi, rule_state = flat(choice.rule)[1](point)
    h = {"eta": settings[0], "eta_psi": settings[0]}
    if choice.own:
        h[choice.own] = settings[1]
    after, _ = choice.rule.step(game, State(theta, psi, rule_state, step), None, h)
    return ravel(after[:3])[0]
