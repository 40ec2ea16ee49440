"""Steps of two players who have a number each."""

from __future__ import annotations

import torch
from torch import Tensor

from gantext.dynamics.update_rule import UpdateRule
from gantext.games.base import Game


def stepped(rule: UpdateRule, game: Game, eta: Tensor, place: Tensor) -> Tensor:
    """Return where one step of a rule leads from a place in the plane."""
    state = rule.init(place[:1], place[1:])
    after, _ = rule.step(game, state, None, {"eta": eta, "eta_psi": eta})
    return torch.cat([after.theta, after.psi])


def distance(place: Tensor) -> Tensor:
    """Return the distance from the equilibrium, the origin."""
    return place.square().sum().sqrt()
