"""Modes against hand-made samples, a slow transcription of their definition, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr

import gantext as gt
from tests.chance import law, seeded
from tests.games import assert_same_tree


@st.composite
def sampled_worlds(draw) -> tuple[torch.Tensor, gt.GaussianMixture]:
    """A mixture of overlapping modes of their own widths, and samples in and out of them."""
    count, dimension = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    std = numbers.uniform(0.1, 1.0, size=count)
    weights = numbers.dirichlet(np.ones(count))
    world = gt.GaussianMixture(numbers.normal(size=(count, dimension)), std, weights)
    samples = torch.from_numpy(2 * numbers.normal(size=(draw(st.integers(1, 40)), dimension)))
    return samples, world


def slowly(samples, world, radius=3.0, minimum=1) -> tuple[int, float, float, list[int]]:
    """The definitions word by word: one sample after another."""
    counts = [0] * world.modes
    for sample in samples.tolist():
        distances = [
            math.dist(sample, mean) / std
            for mean, std in zip(world.means.tolist(), world.std.tolist(), strict=True)
        ]
        if min(distances) <= radius:
            counts[distances.index(min(distances))] += 1
    good = sum(counts)
    captured = sum(count >= minimum for count in counts)
    share = np.array(counts) / good if good else None
    kl = rel_entr(share, world.weights.numpy()).sum() if good else math.inf
    return captured, good / len(samples), kl, counts


@law
@given(sampled_worlds(), st.sampled_from([0.5, 1.0, 3.0, math.inf]), st.integers(1, 3))
def test_modes_against_the_definition(sampled, radius, minimum):
    samples, world = sampled
    found = gt.modes(samples, world, radius, minimum)
    captured, quality, kl, counts = slowly(samples, world, radius, minimum)
    assert found.counts.tolist() == counts
    assert int(found.captured) == captured
    assert float(found.quality) == pytest.approx(quality, rel=1e-15)
    assert float(found.kl) == pytest.approx(kl, rel=1e-12, abs=1e-12)


def test_modes_by_hand():
    world = gt.GaussianMixture([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], [1.0, 1.0, 0.1])
    samples = torch.tensor(
        [
            [0.0, 2.9],  # within 3 of the first
            [0.0, -3.1],  # not
            [10.0, 0.0],
            [0.0, 10.2],  # within 3 of the third's narrow 0.1
            [0.0, 10.4],  # not
            [6.0, 5.0],
        ]
    )
    found = gt.modes(samples, world)
    assert found.counts.tolist() == [1, 1, 1]
    assert int(found.captured) == 3
    assert float(found.quality) == 0.5
    assert float(found.kl) == pytest.approx(0, abs=1e-15)
    assert int(gt.modes(samples, world, minimum=2).captured) == 0
    # To the nearest in standard deviations: (0, 10.4) is 4 from the third, 10.4 from the first.
    assert gt.modes(samples, world, radius=math.inf).counts.tolist() == [2, 2, 2]


def test_nearest_is_meant_in_standard_deviations():
    world = gt.GaussianMixture([[0.0], [1.0]], [1.0, 0.1])
    # 0.6 is nearer to 1 by the ruler, but 4 of its standard deviations away.
    assert gt.modes(torch.tensor([[0.6]]), world).counts.tolist() == [1, 0]


def test_a_sample_at_the_very_edge_is_of_quality():
    world = gt.GaussianMixture([[0.0]], 1.0)
    outside = np.nextafter(3.0, 4.0)
    assert (
        gt.modes(torch.tensor([[3.0], [-3.0], [outside]], dtype=torch.float64), world).counts == 2
    )


def test_near_points_far_from_the_origin_keep_their_digits():
    world = gt.GaussianMixture([[100.0, 100.0], [100.0, 101.0]], 0.01)
    angle = torch.linspace(0, 6, 50)
    circle = torch.stack([angle.cos(), angle.sin()], -1)
    assert gt.modes(100 + 0.029 * circle, world).counts.tolist() == [50, 0]
    assert gt.modes(100 + 0.031 * circle, world).counts.tolist() == [0, 0]


@law
@given(sampled_worlds(), st.randoms(use_true_random=False))
def test_order_does_not_matter(sampled, random):
    samples, world = sampled
    found = gt.modes(samples, world)
    rows, order = list(range(len(samples))), list(range(world.modes))
    random.shuffle(rows)
    random.shuffle(order)
    assert_same_tree(gt.modes(samples[rows], world), found)
    shuffled = gt.GaussianMixture(world.means[order], world.std[order], world.weights[order])
    again = gt.modes(samples, shuffled)
    assert torch.equal(again.counts, found.counts[order])
    assert again.captured == found.captured
    assert again.quality == found.quality
    assert float(again.kl) == pytest.approx(float(found.kl), rel=1e-12, abs=1e-14)


@law
@given(sampled_worlds())
def test_ranges_and_monotonicity(sampled):
    samples, world = sampled
    found = [gt.modes(samples, world, radius) for radius in (0.5, 1.0, 2.0, 4.0, math.inf)]
    qualities = [float(statistics.quality) for statistics in found]
    captured = [int(statistics.captured) for statistics in found]
    assert qualities == sorted(qualities)
    assert captured == sorted(captured)
    assert qualities[-1] == 1
    assert qualities[0] >= 0
    assert captured[-1] <= min(world.modes, len(samples))
    assert all(statistics.kl >= 0 for statistics in found)
    fewer = [int(gt.modes(samples, world, minimum=m).captured) for m in (1, 2, 3)]
    assert fewer == sorted(fewer, reverse=True)


@pytest.mark.parametrize("world", [gt.two_points(0.1), gt.ring(), gt.grid(), gt.ring(50)], ids=str)
def test_a_perfect_sampler_is_as_good_as_theory_says(world):
    draws, repetitions = 2500, 40
    samples = world.sample((repetitions, draws), generator=seeded())
    found = gt.modes(samples, world)
    assert (found.captured == world.modes).all()
    # Within 3 standard deviations in d dimensions: the chi-square law. Six standard errors of
    # margin, at a fixed seed.
    expected = scipy.stats.chi2(df=world.event_shape[0]).cdf(9)
    error = math.sqrt(expected * (1 - expected) / (draws * repetitions))
    assert float(found.quality.mean()) == pytest.approx(expected, abs=6 * error)
    bias = (world.modes - 1) / (2 * draws)
    error = math.sqrt((world.modes - 1) / 2 / repetitions) / draws  # 2n KL is nearly chi-square
    assert float(found.kl.mean()) == pytest.approx(bias, abs=6 * error + 0.05 * bias)


def test_weights_are_what_kl_compares_with():
    world = gt.GaussianMixture([[0.0], [5.0]], 0.1, [0.9, 0.1])
    right = torch.tensor([[0.0]] * 9 + [[5.0]])
    assert float(gt.modes(right, world).kl) == pytest.approx(0, abs=1e-15)
    even = torch.tensor([[0.0], [5.0]])
    expected = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert float(gt.modes(even, world).kl) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("captured", range(1, 9))
def test_collapse_costs_the_log_of_what_is_lost(captured):
    world = gt.ring()
    found = gt.modes(world.means[:captured].float(), world)
    assert int(found.captured) == captured
    assert float(found.kl) == pytest.approx(math.log(8 / captured), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("radius", [3.0, math.inf])
def test_a_diverged_member_is_of_no_quality_and_harms_no_other(radius):
    world = gt.ring()
    good = world.sample(100, generator=seeded())
    members = [torch.full_like(good, bad) for bad in (math.nan, math.inf, -math.inf)]
    found = gt.modes(torch.stack([good, *members]), world, radius)
    assert_same_tree(
        gt.ModeStatistics(*(field[0] for field in found)), gt.modes(good, world, radius)
    )
    assert found.captured[1:].tolist() == [0, 0, 0]
    assert found.quality[1:].tolist() == [0, 0, 0]
    assert found.kl[1:].tolist() == [math.inf] * 3
    assert (found.counts[1:] == 0).all()


def test_one_bad_coordinate_spoils_its_sample_only():
    samples = torch.tensor([[2.0, 0.0], [2.0, math.nan], [math.inf, 0.0], [3e38, 3e38]])
    for radius in (3.0, math.inf):
        found = gt.modes(samples, gt.ring(), radius)
        assert found.counts.tolist() == [1] + [0] * 7
        assert float(found.quality) == 0.25


def test_nothing_of_quality_is_infinitely_far():
    found = gt.modes(torch.full((10, 2), 50.0), gt.ring())
    assert (int(found.captured), float(found.quality), float(found.kl)) == (0, 0.0, math.inf)


def test_members_are_judged_alone():
    world = gt.grid()
    scale = torch.tensor([0.0, 0.5, 0.9, 1.0, 1.1, 3.0]).reshape(2, 3, 1, 1)
    samples = scale * world.sample((2, 3, 300), generator=seeded())
    found = gt.modes(samples, world)
    assert found.counts.shape == (2, 3, 25)
    for i in range(2):
        for j in range(3):
            assert_same_tree(
                gt.ModeStatistics(*(field[i, j] for field in found)), gt.modes(samples[i, j], world)
            )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_types(dtype):
    found = gt.modes(gt.ring().means.to(dtype), gt.ring())
    assert [field.dtype for field in found] == [torch.int64, *2 * [torch.float64], torch.int64]
    assert int(gt.modes(gt.two_points().means.to(dtype), gt.two_points(0.1)).captured) == 2


def test_samples_that_carry_a_gradient_are_counted():
    assert int(gt.modes(gt.ring().means.clone().requires_grad_(), gt.ring()).captured) == 8


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: gt.modes([[0.0, 0.0]], gt.ring()),
            TypeError,
            "samples: expected a floating.* got",
        ),
        (
            lambda: gt.modes(torch.zeros(3, 2).long(), gt.ring()),
            TypeError,
            "samples: .* torch.int64",
        ),
        (lambda: gt.modes(torch.zeros(2), gt.ring()), ValueError, r"samples: .*n, d\), got \(2,\)"),
        (
            lambda: gt.modes(torch.zeros(0, 2), gt.ring()),
            ValueError,
            r"samples: .*n, d\), got \(0, 2\)",
        ),
        (
            lambda: gt.modes(torch.zeros(9, 3), gt.ring()),
            ValueError,
            r"n, 2\), the mixture's .*\(9, 3\)",
        ),
        (lambda: gt.modes(torch.zeros(9, 2), gt.digits()), TypeError, "mixture: .* got Images"),
        (
            lambda: gt.modes(torch.zeros(9, 1), gt.two_points()),
            ValueError,
            "mixture: expected std > 0",
        ),
        (
            lambda: gt.modes(torch.zeros(9, 2), gt.ring(), radius=0.0),
            ValueError,
            "radius: .* got 0.0",
        ),
        (
            lambda: gt.modes(torch.zeros(9, 2), gt.ring(), math.nan),
            ValueError,
            "radius: .* got nan",
        ),
        (
            lambda: gt.modes(torch.zeros(9, 2), gt.ring(), minimum=0),
            ValueError,
            "minimum: .* got 0",
        ),
        (
            lambda: gt.modes(torch.zeros(9, 2), gt.ring(), minimum=1.5),
            TypeError,
            "minimum: .* got 1.5",
        ),
    ],
)
def test_bad_arguments_of_modes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_finds_the_same_modes():
    world = gt.ring()
    samples = world.sample((4, 500), generator=seeded())
    for found, expected in zip(
        gt.modes(samples.cuda(), world), gt.modes(samples, world), strict=True
    ):
        assert found.is_cuda
        torch.testing.assert_close(found.cpu(), expected)
