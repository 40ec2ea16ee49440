"""Toy worlds with closed forms, one file each."""

from gantext.games.base import Game, Losses
from gantext.games.bilinear import Bilinear
from gantext.games.dirac import R1, R2, DiracGAN, GradientPenalty
from gantext.games.ideal import IdealGame, PureStrategyValues
from gantext.games.two_point import TwoPointGame, TwoPointLoss

__all__ = [
    "R1",
    "R2",
    "Bilinear",
    "DiracGAN",
    "Game",
    "GradientPenalty",
    "IdealGame",
    "Losses",
    "PureStrategyValues",
    "TwoPointGame",
    "TwoPointLoss",
]
