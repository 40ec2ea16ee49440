"""Intervals against SciPy's bootstrap, and their coverage."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

import gantext as gt
import gantext.evaluation.memory
from tests.chance import law, seeded


@pytest.mark.parametrize("statistic", [np.mean, np.std])
def test_the_interval_is_scipys(statistic):
    values = np.random.default_rng(0).exponential(size=(20, 3))
    found = gt.bootstrap_interval(values, statistic, level=0.9, seed=5)
    theirs = scipy.stats.bootstrap(
        (values,), statistic, axis=0, confidence_level=0.9, rng=np.random.default_rng(5)
    ).confidence_interval
    np.testing.assert_allclose(found.estimate, statistic(values, axis=0), rtol=1e-15)
    np.testing.assert_allclose(found.low, theirs.low, rtol=1e-14)
    np.testing.assert_allclose(found.high, theirs.high, rtol=1e-14)


def test_columns_are_treated_alone_in_any_blocks(monkeypatch):
    values = torch.randn(16, 2, 3, generator=seeded(), dtype=torch.float64)
    found = gt.bootstrap_interval(values)
    assert all(field.shape == (2, 3) and field.dtype == torch.float64 for field in found)
    monkeypatch.setattr(gantext.evaluation.memory, "BLOCK", 16 * 999)
    alone = gt.bootstrap_interval(values[:, 1, 2].tolist())
    for field, expected in zip(found, alone, strict=True):
        torch.testing.assert_close(field[1, 2], expected, rtol=1e-14, atol=0)
        assert expected.shape == ()


@pytest.mark.parametrize("value", [8, 0.0, 0.1, 1 / 3, -1e300])
@pytest.mark.parametrize("seeds", [2, 7, 32])
def test_seeds_that_agree_give_a_point(value, seeds):
    values = np.full((seeds, 2), value)
    values[:, 1] = np.arange(seeds)  # beside one that does not
    estimate, low, high = gt.bootstrap_interval(values)
    assert float(low[0]) == float(high[0])
    assert float(low[0]) == pytest.approx(value, rel=1e-14)
    assert float(estimate[0]) == pytest.approx(value, rel=1e-14)
    assert low[1] < estimate[1] < high[1]


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_where_no_single_seed_matters_the_percentiles_stand_in(level):
    values = np.array([8, 8, 8, 8, 8, 8, 6, 5, 8, 4.0])  # without any one, the median stays 8
    found = gt.bootstrap_interval(values, np.median, level, seed=1)
    theirs = scipy.stats.bootstrap(
        (values,),
        np.median,
        method="percentile",
        confidence_level=level,
        rng=np.random.default_rng(1),
    ).confidence_interval
    assert (float(found.low), float(found.high)) == (theirs.low, theirs.high)
    assert (float(found.low), float(found.high)) == {0.5: (8.0, 8.0), 0.95: (6.0, 8.0)}[level]


DRAWS = {
    "normal": lambda numbers, shape: numbers.normal(1.0, 2.0, size=shape),
    "exponential": lambda numbers, shape: numbers.exponential(1.0, size=shape),
    "one seed in ten": lambda numbers, shape: 10.0 * (numbers.random(shape) < 0.1),
}


@pytest.mark.parametrize("draw", DRAWS.values(), ids=DRAWS)
def test_coverage(draw):
    """Each law has mean 1; of 400 intervals, near 95 % hold it (standard error 1.1 %)."""
    found = gt.bootstrap_interval(draw(np.random.default_rng(0), (32, 400)))
    share = float(((found.low <= 1) & (found.high >= 1)).double().mean())
    assert 0.90 < share < 0.985
    assert (found.low <= found.estimate).all()
    assert (found.estimate <= found.high).all()


@law
@given(st.lists(st.integers(0, 8), min_size=2, max_size=12), st.integers(0, 100))
def test_intervals_stay_where_values_are(values, seed):
    found = gt.bootstrap_interval(values, seed=seed)
    assert min(values) <= found.low <= found.high <= max(values)
    assert float(found.estimate) == pytest.approx(np.mean(values))
    assert gt.bootstrap_interval(values, seed=seed) == found
    narrow = gt.bootstrap_interval(values, level=0.5, seed=seed)
    assert found.low <= narrow.low <= narrow.high <= found.high


def test_the_global_randomness_is_left_alone():
    np.random.seed(0)  # noqa: NPY002 - the global one is what must not be used
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    gt.bootstrap_interval([1.0, 2.0, 4.0])
    assert np.random.random() == expected  # noqa: NPY002


def test_counts_and_gradients_are_numbers():
    counts = torch.tensor([8, 7, 8, 3])
    weights = torch.tensor([8.0, 7.0, 8.0, 3.0], requires_grad=True)
    assert gt.bootstrap_interval(counts) == gt.bootstrap_interval(weights)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([1.0],), ValueError, r"values: .* at least 2 seeds, got \(1,\)"),
        ((3.0,), ValueError, r"values: .* at least 2 seeds, got \(\)"),
        ((torch.empty(3, 0),), ValueError, r"values: .* got \(3, 0\)"),
        (
            ([1.0, math.nan, math.inf],),
            ValueError,
            "values: .* got 2 of 3 NaN or inf.* leave those",
        ),
        (([1.0, 2.0], "mean"), TypeError, "statistic: expected a function .* got 'mean'"),
        (([1.0, 2.0], np.mean, 95), ValueError, "level: expected a number between 0 and 1, got 95"),
        (([1.0, 2.0], np.mean, 1.0), ValueError, "level: expected a number between 0 and 1"),
    ],
)
def test_bad_arguments_of_intervals_are_named(arguments, error, message):
    with pytest.raises(error, match=message):
        gt.bootstrap_interval(*arguments)
