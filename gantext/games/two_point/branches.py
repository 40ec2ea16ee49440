"""The search for the stationary points of the two-point world, by the diagram of bifurcations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import sympy
import torch
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit

from gantext.games.two_point.expression import Q, solve_for_lambda, to_numpy, to_torch

# Where the search for stationary points begins, in the logit: balance itself is always one of them.
FIRST_LOGIT = 1e-4
# At larger logits q is no float64 any more.
_TOO_FAR = 700
# Nearer to balance than this, rounding hides whether the diagram rises or falls.
_FIRST_FOLD = 0.01


class Branches:
    """The lambda at which each q is stationary, searched over logits > 0, q = sigmoid(-logit)."""

    def __init__(self, slope: sympy.Expr) -> None:
        lam_at = solve_for_lambda(slope)
        self._slope = to_torch(slope)
        self._lam_at, self._turn = to_numpy(lam_at), to_numpy(sympy.diff(lam_at, Q))

    def stationary(self, kappa: float, lam: float) -> list[float]:
        """Return the logits of the stationary points, ascending; balance is not among them."""
        # Cut where it turns, at its folds, the diagram has monotone pieces. Each meets lambda once
        # or never, so that no pair of roots slips between the points of a grid, however near a
        # saddle-node.
        ends = [FIRST_LOGIT, *self._folds(kappa), self._largest_logit(kappa)]
        return roots(lambda logit: self._lam_at(expit(-logit), kappa) - lam, np.array(ends))

    def lam_at_folds(self, kappa: float) -> list[float]:
        """Return lambda at each fold, where two stationary points meet and vanish."""
        return [self._lam_at(expit(-logit), kappa) for logit in self._folds(kappa)]

    def _folds(self, kappa: float) -> list[float]:
        """Return the logits at which the diagram turns, ascending."""

        def turn(logit: Any) -> Any:
            q = expit(-logit)
            return q * self._turn(q, kappa)

        return roots(turn, np.linspace(_FIRST_FOLD, self._largest_logit(kappa), 2001))

    def _largest_logit(self, kappa: float) -> float:
        """Bound the logits of stationary points by what works against the entropies in L'."""
        q = torch.linspace(0, 0.5, 1001, dtype=torch.float64)[1:]
        others = self._slope(q, torch.tensor(kappa), torch.tensor(0.0)) - torch.logit(q)
        bound = 1.01 * float(others.abs().max()) + 1
        if not bound < _TOO_FAR:
            raise ValueError(f"kappa: expected a weight that leaves q above 1e-300, got {kappa:g}")
        return bound


def roots(function: Callable[[Any], Any], grid: NDArray[np.float64]) -> list[float]:
    """Find one root between each two neighbours on the grid at which the signs differ."""
    changes = np.flatnonzero(np.diff(function(grid) > 0))
    return [float(brentq(function, grid[k], grid[k + 1], xtol=1e-13)) for k in changes]
