"""What can be chosen in the phase plane."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gantext.core.trees import ravel
from gantext.dynamics.optimizers import HeavyBall
from gantext.dynamics.rules import (
    Alternating,
    Consensus,
    Extragradient,
    Optimistic,
    ProximalPoint,
    Simultaneous,
    SymplecticGradientAdjustment,
)
from gantext.dynamics.update_rule import UpdateRule
from gantext.games.base import Game
from gantext.games.bilinear import Bilinear
from gantext.games.dirac import DiracGAN
from gantext.objectives.losses import LeastSquares, Minimax, NonSaturating, Wasserstein, ZeroSum
from gantext.objectives.penalties import R1, GradientPenalty


class GameChoice(NamedTuple):
    """A game to choose: its name in JavaScript, and what makes it of a damping or of penalties."""

    key: str
    make: Callable[[Any], Game]
    dirac: bool = True


class RuleChoice(NamedTuple):
    """A rule to choose: its name in JavaScript, and its own hyper-parameter as a trait."""

    key: str
    rule: UpdateRule
    own: str = ""  # the rule's name for it
    trait: str = ""  # the figure's
    affine: bool = False  # whether it needs a game with an affine velocity


class PenaltyChoice(NamedTuple):
    """A penalty to choose, and how its weight counts for R1 and for WGAN-GP's penalty."""

    make: Callable[[Any], Callable[..., Tensor]] | None
    weights: tuple[int, int]
    kinked: bool = False  # whether its derivative jumps at the equilibrium


def _damped(damping: Any) -> Bilinear:
    block = torch.as_tensor(damping, dtype=torch.float64).reshape(1, 1)
    return Bilinear([[1.0]], P=block, Q=block)


GAMES = {
    "f = xy": GameChoice("bilinear", _damped, dirac=False),
    "Dirac-GAN": GameChoice("minimax", partial(DiracGAN, Minimax())),
    "non-saturating Dirac-GAN": GameChoice("nonSaturating", partial(DiracGAN, NonSaturating())),
    "Wasserstein Dirac-GAN": GameChoice("wasserstein", partial(DiracGAN, Wasserstein())),
    "least-squares Dirac-GAN": GameChoice(
        "leastSquares", partial(DiracGAN, ZeroSum(LeastSquares()))
    ),
}
RULES = {
    "simultaneous": RuleChoice("simultaneous", Simultaneous()),
    "alternating": RuleChoice("alternating", Alternating()),
    "extragradient": RuleChoice("extragradient", Extragradient()),
    "optimistic": RuleChoice("optimistic", Optimistic()),
    "simultaneous momentum": RuleChoice(
        "simultaneousMomentum", Simultaneous(optimizer=HeavyBall()), "beta", "beta"
    ),
    "alternating momentum": RuleChoice(
        "alternatingMomentum", Alternating(optimizer=HeavyBall()), "beta", "beta"
    ),
    "consensus": RuleChoice("consensus", Consensus(), "gamma", "strength"),
    "symplectic adjustment": RuleChoice(
        "symplectic", SymplecticGradientAdjustment(), "strength", "strength"
    ),
    "proximal point": RuleChoice("proximal", ProximalPoint(), affine=True),
}
PENALTIES = {
    "none": PenaltyChoice(None, (0, 0)),
    "R1": PenaltyChoice(R1, (1, 0)),
    "WGAN-GP": PenaltyChoice(GradientPenalty, (0, 1), kinked=True),
}


def flat(rule: UpdateRule) -> tuple[Tensor, Callable[[Tensor], Any]]:
    """Return all that a rule updates as a vector, players first, and what undoes that."""
    zero = torch.zeros(1, dtype=torch.float64)
    return ravel(rule.init(zero, zero)[:3])


def carried(rule: UpdateRule) -> int:
    """Return how many numbers a rule carries beside the players."""
    return len(flat(rule)[0]) - 2
