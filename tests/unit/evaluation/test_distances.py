"""Points are checked, and their distances the same in any blocks."""

from __future__ import annotations

import pytest
import torch
from scipy.spatial.distance import cdist

import gantext.evaluation.memory
from gantext.evaluation.distances import as_points, distances, distances_in_blocks
from tests.games import random_tensor


@pytest.mark.parametrize(
    ("dtype", "measured"),
    [
        (torch.bfloat16, torch.float32),
        (torch.float32, torch.float32),
        (torch.float64, torch.float64),
    ],
)
def test_points_are_measured_in_float32_at_least_and_without_gradient(dtype, measured):
    found = as_points("x", torch.zeros(3, 2, dtype=dtype, requires_grad=True))
    assert found.dtype == measured
    assert not found.requires_grad


@pytest.mark.parametrize("shape", [(2,), (0, 2), (3, 0)])
def test_what_is_no_set_of_points_is_refused(shape):
    with pytest.raises(ValueError, match=r"x: expected shape \(\.\.\., n, d\), got \("):
        as_points("x", torch.zeros(shape))


def test_near_points_keep_their_digits():
    near = torch.tensor([[1e4, 1e4], [1e4, 1e4 + 0.125]])
    assert distances(near, near)[0, 1] == 0.125


@pytest.mark.parametrize(("block", "starts"), [(1, [0, 1, 2, 3, 4]), (70, [0, 2, 4]), (999, [0])])
def test_blocks_hold_every_distance_once(monkeypatch, block, starts):
    monkeypatch.setattr(gantext.evaluation.memory, "BLOCK", block)
    x, y = random_tensor(3, 5, 2), random_tensor(3, 11, 2, seed=1)
    found = list(distances_in_blocks(x, y))
    assert [start for start, _ in found] == starts
    together = torch.cat([part for _, part in found], -2)
    for member in range(3):
        expected = torch.from_numpy(cdist(x[member], y[member]))
        torch.testing.assert_close(together[member], expected, rtol=1e-14, atol=0)
