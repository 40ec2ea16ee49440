"""Intervals against SciPy's, against their definition, and how often they cover."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st

import gantext as gt
from tests.chance import law, seeded


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("seeds", [2, 5, 10, 32, 300])
def test_of_booleans_it_is_the_exact_binomial_interval(seeds, level):
    for won in {0, 1, seeds // 2, seeds - 1, seeds}:
        share = [k < won for k in range(seeds)]
        theirs = scipy.stats.binomtest(won, seeds).proportion_ci(level, method="exact")
        expected = (won / seeds, theirs.low, theirs.high)
        for values in (share, np.array(share), torch.tensor(share)):
            assert gt.mean_interval(values, level=level) == pytest.approx(expected, abs=1e-12)
        in_numbers = gt.mean_interval(torch.tensor(share) * 5.0 - 1, (-1, 4), level)
        assert in_numbers == pytest.approx([5 * end - 1 for end in expected], abs=1e-11)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 7, 8])
@pytest.mark.parametrize("seeds", [2, 7, 32])
def test_seeds_that_agree_leave_room_for_others(value, seeds):
    """The sum of their weights has the Beta distribution with n and 1, whose quantile is a root."""
    found = gt.mean_interval([value] * seeds, bounds=(0, 8))
    root = 0.025 ** (1 / seeds)
    assert found == pytest.approx((value, value * root, 8 - (8 - value) * root), abs=1e-12)


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_its_ends_are_quantiles_under_random_weights(level):
    """The definition, by simulation; five standard errors."""
    values = torch.tensor([-2.0, -1.5, -1.5, 0.25, 0.25, 0.25, 3.5], dtype=torch.float64)
    bounds, draws, tail = (-3.0, 4.0), 200_000, (1 - level) / 2
    found = gt.mean_interval(values, bounds, level)
    weights = np.random.default_rng(0).dirichlet(np.ones(8), draws)
    close = 5 * math.sqrt(tail * (1 - tail) / draws)
    below = weights @ np.append(values, bounds[0]) <= float(found.low)
    above = weights @ np.append(values, bounds[1]) >= float(found.high)
    assert below.mean() == pytest.approx(tail, abs=close)
    assert above.mean() == pytest.approx(tail, abs=close)


@pytest.mark.parametrize("level", [0.5, 0.95])
@pytest.mark.parametrize("seeds", [2, 5, 32])
def test_without_bounds_it_is_students(seeds, level):
    values = torch.randn(2, 3, seeds, generator=seeded(), dtype=torch.float64)
    found = gt.mean_interval(values, level=level)
    theirs = scipy.stats.ttest_1samp(values, 0, axis=-1).confidence_interval(level)
    np.testing.assert_allclose(found.estimate, values.mean(-1), rtol=1e-14)
    np.testing.assert_allclose(found.low, theirs.low, rtol=1e-11)
    np.testing.assert_allclose(found.high, theirs.high, rtol=1e-11)


@pytest.mark.parametrize("value", [8, 0.0, 0.1, 1 / 3, -1e100])
@pytest.mark.parametrize("seeds", [2, 7, 32])
def test_without_bounds_seeds_that_agree_tell_nothing(value, seeds):
    values = np.full((2, seeds), value)
    values[1] = np.arange(seeds)  # beside some that do not
    estimate, low, high = gt.mean_interval(values)
    assert (low[0], high[0]) == (-math.inf, math.inf)
    assert float(estimate[0]) == pytest.approx(value, rel=1e-14)
    assert -math.inf < low[1] < estimate[1] < high[1] < math.inf


@pytest.mark.parametrize("middle", [0.1, 0.5, 0.9])
@pytest.mark.parametrize("seeds", [2, 5, 8])
def test_it_covers_the_mean_of_every_law_on_three_values(seeds, middle):
    """Nothing is simulated: every outcome counts with its probability, in 66 laws."""
    points = np.array([0.0, middle, 1.0])
    outcomes = [(a, b, seeds - a - b) for a in range(seeds + 1) for b in range(seeds + 1 - a)]
    found = gt.mean_interval(np.stack([np.repeat(points, o) for o in outcomes]), bounds=(0, 1))
    covered = []
    for a, b in itertools.product(range(11), repeat=2):
        if a + b <= 10:
            shares = np.array([a, b, 10 - a - b]) / 10
            mean = float(shares @ points)
            held = (found.low <= mean + 1e-12) & (found.high >= mean - 1e-12)
            covered.append(scipy.stats.multinomial.pmf(outcomes, seeds, shares) @ held.numpy())
    assert len(covered) == 66
    assert min(covered) >= 0.95


LAWS = {  # draws, mean, bounds
    "share": (lambda n, size: n.random(size) < 0.9, 0.9, None),
    "modes": (lambda n, size: np.where(n.random(size) < 0.8, 8, n.integers(0, 8, size)), 7.1, 8),
    "quality": (lambda n, size: n.beta(0.12, 4.2, size), 0.12 / 4.32, 1),
}


@pytest.mark.parametrize("name", LAWS)
@pytest.mark.parametrize("seeds", [5, 10])
def test_it_covers_what_the_book_measures(name, seeds):
    """Of 400 intervals, 95 % or more hold the mean (standard error at most 1.1 %)."""
    draw, mean, top = LAWS[name]
    values = draw(np.random.default_rng(0), (400, seeds))
    found = gt.mean_interval(values, bounds=None if top is None else (0, top))
    assert coverage(found, mean) > 0.95


@pytest.mark.parametrize(
    ("name", "expected"), [("standard_normal", 0.95), ("standard_exponential", 0.88)]
)
def test_students_covers_as_often_as_its_docstring_says(name, expected):
    """Of 10,000 intervals for 5 seeds (standard error at most 0.33 %)."""
    values = getattr(np.random.default_rng(0), name)((10_000, 5))
    mean = 0 if name == "standard_normal" else 1
    assert coverage(gt.mean_interval(values), mean) == pytest.approx(expected, abs=0.01)


def coverage(found, mean):
    """Return the share of intervals that hold the mean."""
    return float(((found.low <= mean) & (mean <= found.high)).double().mean())


@pytest.mark.parametrize("bounds", [None, (-9, 9)])
def test_seeds_are_the_last_dimension(bounds):
    values = torch.randn(2, 3, 16, generator=seeded(), dtype=torch.float64)
    found = gt.mean_interval(values, bounds)
    assert all(field.shape == (2, 3) and field.dtype == torch.float64 for field in found)
    alone = gt.mean_interval(values[1, 2].tolist(), bounds)
    for field, expected in zip(found, alone, strict=True):
        torch.testing.assert_close(field[1, 2], expected, rtol=1e-14, atol=0)
        assert expected.shape == ()


@law
@given(
    st.lists(st.integers(0, 8), min_size=2, max_size=12),
    st.floats(0.05, 0.9),
    st.randoms(use_true_random=False),
)
def test_laws_of_intervals(values, level, chance):
    found = gt.mean_interval(values, (0, 8), level)
    assert 0 <= found.low <= found.estimate <= found.high <= 8
    assert float(found.estimate) == pytest.approx(np.mean(values))
    wider = gt.mean_interval(values, (0, 8), (1 + level) / 2)
    assert wider.low <= found.low <= found.high <= wider.high
    looser = gt.mean_interval(values, (-1, 9), level)
    assert looser.low < found.low + 1e-12
    assert looser.high > found.high - 1e-12
    chance.shuffle(values)
    assert gt.mean_interval(values, (0, 8), level)[1:] == found[1:]
    mirrored = gt.mean_interval([8 - value for value in values], (0, 8), level)
    assert float(mirrored.low) == pytest.approx(8 - float(found.high), abs=1e-12)
    assert float(mirrored.high) == pytest.approx(8 - float(found.low), abs=1e-12)


@pytest.mark.parametrize("bounds", [None, (0, 8)])
def test_counts_and_gradients_are_numbers(bounds):
    counts = torch.tensor([8, 7, 8, 3])
    weights = torch.tensor([8.0, 7.0, 8.0, 3.0], requires_grad=True)
    assert gt.mean_interval(counts, bounds) == gt.mean_interval(weights, bounds)


def test_ends_do_not_pass_a_bound_by_rounding():
    low, high = -3, -0.9
    assert low + (high - low) > high
    assert gt.mean_interval([high, high], bounds=(low, high)).high == high
    assert gt.mean_interval([low, low], bounds=(low, high)).low == low


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0],), r"values: .* at least 2 seeds, got \(1,\)"),
        ((3.0,), r"values: .* at least 2 seeds, got \(\)"),
        ((torch.empty(3, 0),), r"values: .* got \(3, 0\)"),
        ((torch.empty(0, 3),), r"values: .* got \(0, 3\)"),
        (([1.0, math.nan],), "values: expected numbers, got NaN"),
        (([1.0, math.inf],), "values: expected finite values, got values from 1 to inf"),
        (([1, 9], (0, 8)), r"values: expected values in the bounds \[0, 8\], .* from 1 to 9"),
        (([-1, 8], (0, 8)), r"values: expected values in the bounds \[0, 8\], .* from -1 to 8"),
        (([1, 2], (8, 0)), r"bounds: .* the smaller one first, got \(8.0, 0.0\)"),
        (([1, 1], (1, 1)), r"bounds: .* the smaller one first, got \(1.0, 1.0\)"),
        (([1, 2], 8), "bounds: expected a sequence of 2 .*, got 8"),
        (([1, 2], (0, math.inf)), "bounds: expected finite values"),
        (([1, 2], None, 95), "level: expected a number between 0 and 1, got 95"),
        (([1, 2], None, 1.0), "level: expected a number between 0 and 1"),
        (([1, 2], None, 0.0), "level: expected a number between 0 and 1"),
    ],
)
def test_bad_arguments_of_intervals_are_named(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gt.mean_interval(*arguments)
