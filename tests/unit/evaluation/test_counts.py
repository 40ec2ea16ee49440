"""The divergence of counts against SciPy's entropy."""

from __future__ import annotations

import math

import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

import gantext as gt
from tests.chance import law


@law
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_kl_to_uniform(counts):
    found = float(gt.kl_to_uniform(torch.tensor(counts)))
    expected = math.log(len(counts)) - scipy.stats.entropy(counts)
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert 0 <= found <= math.log(len(counts)) + 1e-12
    assert float(gt.kl_to_uniform(3.0 * torch.tensor(counts))) == pytest.approx(found, abs=1e-12)


def test_kl_to_uniform_in_batches():
    counts = torch.tensor([[[1, 1], [2, 0]], [[0, 0], [3, 1]]])
    expected = [[0.0, math.log(2)], [math.inf, 0.75 * math.log(1.5) + 0.25 * math.log(0.5)]]
    torch.testing.assert_close(
        gt.kl_to_uniform(counts),
        torch.tensor(expected, dtype=torch.float64),
        rtol=1e-12,
        atol=1e-15,
    )


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gt.kl_to_uniform([1, 2]), TypeError, r"counts: expected a Tensor, got \[1, 2\]"),
        (
            lambda: gt.kl_to_uniform(torch.tensor(1)),
            ValueError,
            r"counts: expected shape .* got \(\)",
        ),
        (
            lambda: gt.kl_to_uniform(torch.tensor([1, -1])),
            ValueError,
            "counts: expected finite .*0",
        ),
        (lambda: gt.kl_to_uniform(torch.tensor([math.nan])), ValueError, "counts: expected finite"),
    ],
)
def test_bad_counts_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
