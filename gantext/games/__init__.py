"""Toy worlds with closed forms, one file each."""

from gantext.games.base import Game, Losses

__all__ = ["Game", "Losses"]
