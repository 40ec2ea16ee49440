"""The search for the best mixture says how sure it is."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import gantext as gt
import gantext.games.best_mixture
from gantext.games.best_mixture import max_min, weighted_share


def test_a_search_that_is_cut_short_says_so(monkeypatch):
    game = gt.IdealGame([0.2, 0.3, 0.5])
    monkeypatch.setattr(gantext.games.best_mixture, "MAX_NEWTON_STEPS", 1)
    with pytest.raises(RuntimeError, match="expected certainty to 1e-09 after 1 Newton steps"):
        game.pure_strategy_values(torch.eye(3))
    monkeypatch.setattr(gantext.games.best_mixture, "ACCEPTED", 10.0)
    values = game.pure_strategy_values(torch.eye(3))
    assert values.max_min <= -np.log(4)


def test_of_one_generator_the_best_mixture_is_itself():
    p_data, p_g = torch.tensor([[0.2, 0.3, 0.5], [0.5, 0.5, 0.0]], dtype=torch.float64)
    total = p_data + p_g
    expected = (weighted_share(p_data, total) + weighted_share(p_g, total)).sum()
    torch.testing.assert_close(max_min(p_data, p_g[None]), expected, rtol=0, atol=1e-12)


def test_a_share_of_nothing_counts_for_nothing():
    part = torch.tensor([0.0, 0.0, 0.25], dtype=torch.float64)
    total = torch.tensor([0.0, 1.0, 0.5], dtype=torch.float64)
    assert weighted_share(part, total).tolist() == [0.0, 0.0, 0.25 * np.log(0.5)]
