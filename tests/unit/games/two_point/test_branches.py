"""The search finds every root of a diagram whose roots are known."""

from __future__ import annotations

import numpy as np
import pytest
import sympy
from scipy.special import expit

from gantext.games.two_point.branches import Branches, roots
from gantext.games.two_point.expression import KAPPA, Q, loss_of

QUARTIC = Branches(sympy.diff(loss_of(1 - (2 * Q - 1) ** 4), Q))


def lam_at(logit: np.ndarray | float, kappa: float) -> np.ndarray:
    """By artanh, in x = 1 - 2q."""
    x = 1 - 2 * expit(-logit)
    return (np.arctanh(x / 2) + 4 * kappa * x**3) / np.arctanh(x) - 1


def test_roots_lie_between_changes_of_sign() -> None:
    found = roots(lambda x: np.sin(np.pi * x), np.array([0.5, 1.75, 2.25, 3.1]))
    assert found == pytest.approx([1.0, 2.0, 3.0], abs=1e-12)
    assert roots(lambda x: x**2 + 1, np.linspace(-1, 1, 5)) == []


@pytest.mark.parametrize(("kappa", "lam"), [(1.0, 0.0), (1.0, 1.0), (3.0, 2.0)])
def test_lambda_at_each_stationary_logit_is_lambda(kappa: float, lam: float) -> None:
    logits = QUARTIC.stationary(kappa, lam)
    assert len(logits) == 2  # the barrier, then the collapsed minimum
    assert logits == sorted(logits)
    assert [lam_at(logit, kappa) for logit in logits] == pytest.approx([lam, lam], abs=1e-9)


@pytest.mark.parametrize("kappa", [0.1, 1.0, 5.0])
def test_the_fold_is_the_highest_point_of_the_diagram(kappa: float) -> None:
    (fold,) = QUARTIC.lam_at_folds(kappa)
    highest = lam_at(np.linspace(0.01, 30, 100_001), kappa).max()
    assert fold == pytest.approx(highest, abs=1e-6)


def test_without_a_cost_there_is_nothing_to_find() -> None:
    free = Branches(sympy.diff(loss_of(0 * KAPPA), Q))
    assert free.stationary(7.0, 0.0) == []
    assert free.lam_at_folds(7.0) == []
