"""The metrics against hand-made samples, slow transcriptions of their definitions, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist
from scipy.special import rel_entr
from sklearn.neighbors import KNeighborsClassifier

import gantext.evaluation.points
from gantext.data.images import Images, StackedDigits, digits
from gantext.data.mixtures import GaussianMixture, grid, ring, two_points
from gantext.evaluation.classes import NearestNeighbour, class_statistics
from gantext.evaluation.counts import ModeStatistics, kl_to_uniform
from gantext.evaluation.intervals import bootstrap_interval
from gantext.evaluation.modes import modes
from gantext.evaluation.precision_recall import precision_recall

law = settings(derandomize=True, deadline=None, database=None, max_examples=50)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def same(found: ModeStatistics, expected: ModeStatistics) -> None:
    for name, a, b in zip(ModeStatistics._fields, found, expected, strict=True):
        assert torch.equal(a, b), name


# Modes


@st.composite
def sampled_worlds(draw) -> tuple[torch.Tensor, GaussianMixture]:
    """A mixture of overlapping modes of their own widths, and samples in and out of them."""
    count, dimension = draw(st.integers(1, 5)), draw(st.integers(1, 3))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    std = numbers.uniform(0.1, 1.0, size=count)
    weights = numbers.dirichlet(np.ones(count))
    world = GaussianMixture(numbers.normal(size=(count, dimension)), std, weights)
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
    found = modes(samples, world, radius, minimum)
    captured, quality, kl, counts = slowly(samples, world, radius, minimum)
    assert found.counts.tolist() == counts
    assert int(found.captured) == captured
    assert float(found.quality) == pytest.approx(quality, rel=1e-15)
    assert float(found.kl) == pytest.approx(kl, rel=1e-12, abs=1e-12)


def test_modes_by_hand():
    world = GaussianMixture([[0.0, 0.0], [10.0, 0.0], [0.0, 10.0]], [1.0, 1.0, 0.1])
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
    found = modes(samples, world)
    assert found.counts.tolist() == [1, 1, 1]
    assert int(found.captured) == 3
    assert float(found.quality) == 0.5
    assert float(found.kl) == pytest.approx(0, abs=1e-15)
    assert int(modes(samples, world, minimum=2).captured) == 0
    # To the nearest in standard deviations: (0, 10.4) is 4 from the third, 10.4 from the first.
    assert modes(samples, world, radius=math.inf).counts.tolist() == [2, 2, 2]


def test_nearest_is_meant_in_standard_deviations():
    world = GaussianMixture([[0.0], [1.0]], [1.0, 0.1])
    # 0.6 is nearer to 1 by the ruler, but 4 of its standard deviations away.
    assert modes(torch.tensor([[0.6]]), world).counts.tolist() == [1, 0]


def test_a_sample_at_the_very_edge_is_of_quality():
    world = GaussianMixture([[0.0]], 1.0)
    outside = np.nextafter(3.0, 4.0)
    assert modes(torch.tensor([[3.0], [-3.0], [outside]], dtype=torch.float64), world).counts == 2


def test_near_points_far_from_the_origin_keep_their_digits():
    world = GaussianMixture([[100.0, 100.0], [100.0, 101.0]], 0.01)
    angle = torch.linspace(0, 6, 50)
    circle = torch.stack([angle.cos(), angle.sin()], -1)
    assert modes(100 + 0.029 * circle, world).counts.tolist() == [50, 0]
    assert modes(100 + 0.031 * circle, world).counts.tolist() == [0, 0]


@law
@given(sampled_worlds(), st.randoms(use_true_random=False))
def test_order_does_not_matter(sampled, random):
    samples, world = sampled
    found = modes(samples, world)
    rows, order = list(range(len(samples))), list(range(world.modes))
    random.shuffle(rows)
    random.shuffle(order)
    same(modes(samples[rows], world), found)
    shuffled = GaussianMixture(world.means[order], world.std[order], world.weights[order])
    again = modes(samples, shuffled)
    assert torch.equal(again.counts, found.counts[order])
    assert again.captured == found.captured
    assert again.quality == found.quality
    assert float(again.kl) == pytest.approx(float(found.kl), rel=1e-12, abs=1e-14)


@law
@given(sampled_worlds())
def test_ranges_and_monotonicity(sampled):
    samples, world = sampled
    found = [modes(samples, world, radius) for radius in (0.5, 1.0, 2.0, 4.0, math.inf)]
    qualities = [float(statistics.quality) for statistics in found]
    captured = [int(statistics.captured) for statistics in found]
    assert qualities == sorted(qualities)
    assert captured == sorted(captured)
    assert qualities[-1] == 1
    assert qualities[0] >= 0
    assert captured[-1] <= min(world.modes, len(samples))
    assert all(statistics.kl >= 0 for statistics in found)
    fewer = [int(modes(samples, world, minimum=m).captured) for m in (1, 2, 3)]
    assert fewer == sorted(fewer, reverse=True)


@pytest.mark.parametrize("world", [two_points(0.1), ring(), grid(), ring(50)], ids=str)
def test_a_perfect_sampler_is_as_good_as_theory_says(world):
    draws, repetitions = 2500, 40
    samples = world.sample((repetitions, draws), generator=seeded())
    found = modes(samples, world)
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
    world = GaussianMixture([[0.0], [5.0]], 0.1, [0.9, 0.1])
    right = torch.tensor([[0.0]] * 9 + [[5.0]])
    assert float(modes(right, world).kl) == pytest.approx(0, abs=1e-15)
    even = torch.tensor([[0.0], [5.0]])
    expected = 0.5 * math.log(0.5 / 0.9) + 0.5 * math.log(0.5 / 0.1)
    assert float(modes(even, world).kl) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("captured", range(1, 9))
def test_collapse_costs_the_log_of_what_is_lost(captured):
    world = ring()
    found = modes(world.means[:captured].float(), world)
    assert int(found.captured) == captured
    assert float(found.kl) == pytest.approx(math.log(8 / captured), rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("radius", [3.0, math.inf])
def test_a_diverged_member_is_of_no_quality_and_harms_no_other(radius):
    world = ring()
    good = world.sample(100, generator=seeded())
    members = [torch.full_like(good, bad) for bad in (math.nan, math.inf, -math.inf)]
    found = modes(torch.stack([good, *members]), world, radius)
    same(ModeStatistics(*(field[0] for field in found)), modes(good, world, radius))
    assert found.captured[1:].tolist() == [0, 0, 0]
    assert found.quality[1:].tolist() == [0, 0, 0]
    assert found.kl[1:].tolist() == [math.inf] * 3
    assert (found.counts[1:] == 0).all()


def test_one_bad_coordinate_spoils_its_sample_only():
    samples = torch.tensor([[2.0, 0.0], [2.0, math.nan], [math.inf, 0.0], [3e38, 3e38]])
    for radius in (3.0, math.inf):
        found = modes(samples, ring(), radius)
        assert found.counts.tolist() == [1] + [0] * 7
        assert float(found.quality) == 0.25


def test_nothing_of_quality_is_infinitely_far():
    found = modes(torch.full((10, 2), 50.0), ring())
    assert (int(found.captured), float(found.quality), float(found.kl)) == (0, 0.0, math.inf)


def test_members_are_judged_alone():
    world = grid()
    scale = torch.tensor([0.0, 0.5, 0.9, 1.0, 1.1, 3.0]).reshape(2, 3, 1, 1)
    samples = scale * world.sample((2, 3, 300), generator=seeded())
    found = modes(samples, world)
    assert found.counts.shape == (2, 3, 25)
    for i in range(2):
        for j in range(3):
            same(ModeStatistics(*(field[i, j] for field in found)), modes(samples[i, j], world))


@pytest.mark.parametrize("dtype", [torch.float64, torch.float32, torch.bfloat16])
def test_types(dtype):
    found = modes(ring().means.to(dtype), ring())
    assert [field.dtype for field in found] == [torch.int64, *2 * [torch.float64], torch.int64]
    assert int(modes(two_points().means.to(dtype), two_points(0.1)).captured) == 2


def test_samples_that_carry_a_gradient_are_counted():
    assert int(modes(ring().means.clone().requires_grad_(), ring()).captured) == 8


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: modes([[0.0, 0.0]], ring()), TypeError, "samples: expected a floating.* got list"),
        (lambda: modes(torch.zeros(3, 2).long(), ring()), TypeError, "samples: .* torch.int64"),
        (lambda: modes(torch.zeros(2), ring()), ValueError, r"samples: .*n, d\), got \(2,\)"),
        (lambda: modes(torch.zeros(0, 2), ring()), ValueError, r"samples: .*n, d\), got \(0, 2\)"),
        (lambda: modes(torch.zeros(9, 3), ring()), ValueError, r"n, 2\), the mixture's .*\(9, 3\)"),
        (lambda: modes(torch.zeros(9, 2), digits()), TypeError, "mixture: .* got Images"),
        (lambda: modes(torch.zeros(9, 1), two_points()), ValueError, "mixture: expected std > 0"),
        (lambda: modes(torch.zeros(9, 2), ring(), radius=0.0), ValueError, "radius: .* got 0.0"),
        (lambda: modes(torch.zeros(9, 2), ring(), math.nan), ValueError, "radius: .* got nan"),
        (lambda: modes(torch.zeros(9, 2), ring(), minimum=0), ValueError, "minimum: .* got 0"),
        (lambda: modes(torch.zeros(9, 2), ring(), minimum=1.5), TypeError, "minimum: .* got 1.5"),
    ],
)
def test_bad_arguments_of_modes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


# Classes


@law
@given(
    st.lists(st.integers(-2, 5), min_size=1, max_size=50),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_classes_against_numpy(labels, minimum, random):
    found = class_statistics(torch.tensor(labels), 6, minimum=minimum)
    known = [label for label in labels if label >= 0]
    counts = np.bincount(known, minlength=6) if known else np.zeros(6)
    assert found.counts.tolist() == counts.tolist()
    assert int(found.captured) == (counts >= minimum).sum()
    assert float(found.quality) == pytest.approx(len(known) / len(labels))
    expected = math.log(6) - scipy.stats.entropy(counts) if known else math.inf
    assert float(found.kl) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    random.shuffle(labels)
    same(class_statistics(torch.tensor(labels), 6, minimum=minimum), found)


def test_classes_in_batches_and_with_weights():
    labels = torch.randint(-1, 4, (3, 5, 30), generator=seeded(), dtype=torch.int32)
    weights = [0.1, 0.2, 0.3, 0.4]
    found = class_statistics(labels, 4, weights)
    for i in range(3):
        for j in range(5):
            alone = class_statistics(labels[i, j], 4, weights)
            same(ModeStatistics(*(field[i, j] for field in found)), alone)
            share = alone.counts.numpy() / int(alone.counts.sum())
            assert float(alone.kl) == pytest.approx(rel_entr(share, weights).sum(), rel=1e-12)


def test_a_class_that_should_not_be_there_is_infinitely_far():
    assert class_statistics(torch.tensor([0, 1]), 2, [1.0, 0.0]).kl == math.inf
    assert class_statistics(torch.tensor([0, 0]), 2, [1.0, 0.0]).kl == 0


@law
@given(st.lists(st.integers(0, 1000), min_size=1, max_size=20).filter(any))
def test_kl_to_uniform(counts):
    found = float(kl_to_uniform(torch.tensor(counts)))
    expected = math.log(len(counts)) - scipy.stats.entropy(counts)
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-12)
    assert 0 <= found <= math.log(len(counts)) + 1e-12
    assert float(kl_to_uniform(3.0 * torch.tensor(counts))) == pytest.approx(found, abs=1e-12)


def test_kl_to_uniform_in_batches():
    counts = torch.tensor([[[1, 1], [2, 0]], [[0, 0], [3, 1]]])
    expected = [[0.0, math.log(2)], [math.inf, 0.75 * math.log(1.5) + 0.25 * math.log(0.5)]]
    torch.testing.assert_close(
        kl_to_uniform(counts), torch.tensor(expected, dtype=torch.float64), rtol=1e-12, atol=1e-15
    )


LABELS = torch.tensor([0, 1, 2])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: class_statistics([0, 1], 2), TypeError, "labels: .* integers, got list"),
        (lambda: class_statistics(LABELS.float(), 3), TypeError, "labels: .* torch.float32"),
        (lambda: class_statistics(LABELS > 0, 3), TypeError, "labels: .* torch.bool"),
        (lambda: class_statistics(LABELS[:0], 3), ValueError, r"labels: .* n > 0, got \(0,\)"),
        (lambda: class_statistics(LABELS[0], 3), ValueError, r"labels: .* n > 0, got \(\)"),
        (
            lambda: class_statistics(LABELS, 2),
            ValueError,
            "labels: expected integers below 2, g.* 2",
        ),
        (lambda: class_statistics(LABELS, 0), ValueError, "classes: expected at least 1, got 0"),
        (lambda: class_statistics(LABELS, 3.0), TypeError, "classes: expected an integer, got 3.0"),
        (lambda: class_statistics(LABELS, 3, [1.0]), ValueError, r"weights: .*\(3,\), got \(1,\)"),
        (lambda: class_statistics(LABELS, 3, [1.0] * 3), ValueError, "weights: .* sum to 1"),
        (lambda: class_statistics(LABELS, 3, minimum=0), ValueError, "minimum: .* at least 1"),
        (lambda: kl_to_uniform([1, 2]), TypeError, "counts: expected a tensor .* got list"),
        (lambda: kl_to_uniform(torch.tensor(1)), ValueError, r"counts: expected shape .* got \(\)"),
        (lambda: kl_to_uniform(torch.tensor([1, -1])), ValueError, "counts: expected finite .*0"),
        (lambda: kl_to_uniform(torch.tensor([math.nan])), ValueError, "counts: expected finite"),
    ],
)
def test_bad_arguments_of_classes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


# The classifier


def test_the_classifier_is_scikit_learns():
    train, test = digits().split(seed=3)
    noise = torch.rand(200, 1, 8, 8, generator=seeded()) * 2 - 1
    images = torch.cat([test.images, noise])
    theirs = KNeighborsClassifier(1).fit(train.images.flatten(1).double(), train.labels)
    expected = theirs.predict(images.flatten(1).double())
    found = NearestNeighbour(train)(images)
    assert found.dtype == torch.int64
    np.testing.assert_array_equal(found, expected)


def test_the_classifiers_accuracy():
    known = digits()
    assert torch.equal(NearestNeighbour(known)(known.images), known.labels)
    distance = torch.cdist(known.images.flatten(1), known.images.flatten(1)).fill_diagonal_(
        torch.inf
    )
    right = known.labels[distance.argmin(-1)] == known.labels
    assert float(right.double().mean()) == pytest.approx(0.988, abs=5e-4)  # the docstring's 98.8 %


def test_the_classifier_reads_any_shape_in_any_blocks(monkeypatch):
    classify, stacks = (
        NearestNeighbour(digits()),
        StackedDigits().sample((2, 40), generator=seeded()),
    )
    found = classify(stacks.unsqueeze(-3))
    assert found.shape == (2, 40, 3)
    assert torch.equal(classify(stacks[1, 7, 2].reshape(1, 8, 8)), found[1, 7, 2])
    assert torch.equal(classify(stacks.unsqueeze(-3).double()), found)
    assert classify(stacks[:0].unsqueeze(-3)).shape == (0, 40, 3)
    for block in (1, 7 * 1797):
        monkeypatch.setattr(gantext.evaluation.points, "_BLOCK", block)
        assert torch.equal(classify(stacks.unsqueeze(-3)), found)


def test_a_broken_picture_has_no_class():
    images = digits().images[:4].clone()
    images[1, 0, 0, 0], images[2, 0, 7, 7] = math.nan, math.inf
    labels = digits().labels
    assert NearestNeighbour(digits())(images).tolist() == [labels[0], -1, -1, labels[3]]


def test_stacked_digits_reach_a_thousand_modes():
    world = StackedDigits()
    stacks = world.sample(26_000, generator=seeded())
    modes_found = world.mode(NearestNeighbour(digits())(stacks.unsqueeze(-3)))
    found = class_statistics(modes_found, world.modes, world.weights)
    assert int(found.captured) == 1000
    assert float(found.quality) == 1
    expected, error = 999 / 52_000, math.sqrt(999 / 2) / 26_000
    assert float(found.kl) == pytest.approx(expected, abs=6 * error)


def test_bad_arguments_of_the_classifier_are_named():
    with pytest.raises(TypeError, match=r"known: expected Images such as digits.*got Tensor"):
        NearestNeighbour(digits().images)
    classify = NearestNeighbour(Images(torch.zeros(2, 1, 4, 4), torch.arange(2)))
    with pytest.raises(ValueError, match=r"images: .*\(1, 4, 4\)\), got \(3, 4, 4\)"):
        classify(torch.zeros(3, 4, 4))
    with pytest.raises(TypeError, match=r"images: .* got a tensor of torch.int64"):
        classify(torch.zeros(1, 4, 4).long())


# Precision and recall


def transcribed(real: np.ndarray, fake: np.ndarray, k: int) -> tuple[float, float]:
    """Equations 1 and 2 of the paper, with a tree for the neighbours; a point is its own first."""

    def inside(points, ball_centres):
        radii = cKDTree(ball_centres).query(ball_centres, k + 1)[0][:, k]
        return np.mean([any(row <= radii) for row in cdist(points, ball_centres)])

    return inside(fake, real), inside(real, fake)


@st.composite
def pairs(draw) -> tuple[np.ndarray, np.ndarray, int]:
    """Two small sets: of points in general position, or on a lattice with ties and duplicates."""
    k, dimension = draw(st.integers(1, 4)), draw(st.integers(1, 3))
    numbers = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    sizes = [draw(st.integers(k + 1, 25)) for _ in range(2)]
    shift = draw(st.sampled_from([0.0, 1.0, 3.0]))
    real, fake = (numbers.normal(size=(size, dimension)) for size in sizes)
    fake = fake + shift
    if draw(st.booleans()):
        real, fake = np.round(real), np.round(fake)
    return real, fake, k


@law
@given(pairs())
def test_precision_and_recall_against_the_paper(pair):
    real, fake, k = pair
    found = precision_recall(torch.from_numpy(real), torch.from_numpy(fake), k)
    precision, recall = transcribed(real, fake, k)
    assert float(found.precision) == pytest.approx(precision, rel=1e-15)
    assert float(found.recall) == pytest.approx(recall, rel=1e-15)


@law
@given(pairs(), st.randoms(use_true_random=False))
def test_laws_of_precision_and_recall(pair, random):
    real, fake, k = (torch.from_numpy(pair[0]), torch.from_numpy(pair[1]), pair[2])
    found = precision_recall(real, fake, k)
    swapped = precision_recall(fake, real, k)
    assert (swapped.recall, swapped.precision) == (found.precision, found.recall)
    assert all(0 <= number <= 1 for number in found)
    rows, columns = list(range(len(real))), list(range(len(fake)))
    random.shuffle(rows)
    random.shuffle(columns)
    assert precision_recall(real[rows], fake[columns], k) == found
    # Scaling by a power of two rounds nothing.
    assert precision_recall(4 * real, 4 * fake, k) == found
    assert precision_recall(real, real, k) == (1, 1)
    if k > 1:
        fewer = precision_recall(real, fake, k - 1)
        assert fewer.precision <= found.precision
        assert fewer.recall <= found.recall


def test_what_precision_and_recall_tell_apart():
    world = ring()
    real = world.sample(1000, generator=seeded(), dtype=torch.float64)
    collapsed = GaussianMixture(world.means[:2], world.std[:2])
    half = collapsed.sample(1000, generator=seeded(1), dtype=torch.float64)
    found = precision_recall(real, half)
    assert found.precision > 0.9
    assert float(found.recall) == pytest.approx(0.25, abs=0.05)
    noisy = torch.cat([real[:500], real[500:] + 100])
    found = precision_recall(real, noisy)
    assert float(found.precision) == 0.5
    far = precision_recall(real, real + 100)
    assert far == (0, 0)


@pytest.mark.parametrize("block", [1, 900, 2**24])
def test_members_and_blocks_change_nothing(monkeypatch, block):
    monkeypatch.setattr(gantext.evaluation.points, "_BLOCK", block)
    real = torch.randn(40, 2, generator=seeded(), dtype=torch.float64)
    fake = 0.7 * torch.randn(2, 3, 30, 2, generator=seeded(1), dtype=torch.float64) + 0.5
    found = precision_recall(real, fake)
    assert found.precision.shape == found.recall.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            expected = transcribed(real.numpy(), fake[i, j].numpy(), 3)
            assert float(found.precision[i, j]) == pytest.approx(expected[0], rel=1e-15)
            assert float(found.recall[i, j]) == pytest.approx(expected[1], rel=1e-15)
    crossed = precision_recall(fake[:, :1], fake[:1])
    assert crossed.precision.shape == (2, 3)
    assert torch.equal(crossed.recall[1, 2], precision_recall(fake[1, 0], fake[0, 2]).recall)


def test_a_diverged_member_is_neither_precise_nor_complete():
    real = torch.randn(50, 2, generator=seeded())
    bad = [torch.full_like(real, value) for value in (math.nan, math.inf, 3e38)]
    found = precision_recall(real, torch.stack([real, *bad]))
    assert found.precision.tolist() == [1, 0, 0, 0]
    assert found.recall.tolist() == [1, 0, 0, 0]


def test_a_few_bad_samples_count_as_bad_and_no_more():
    real = torch.randn(50, 2, generator=seeded())
    fake = real.clone()
    fake[:5, 0] = torch.tensor([math.nan, math.inf, -math.inf, math.inf, math.nan])
    found = precision_recall(real, fake)
    assert float(found.precision) == 0.9
    inside = precision_recall(real, fake[5:]).recall
    assert found.recall == inside
    # Three finite samples have two neighbours each: with k = 3, no ball.
    fake[3:] = math.nan
    fake[:3] = real[:3]
    assert float(precision_recall(real, fake).recall) == 0


def test_mixed_types_are_measured_in_the_wider():
    real = torch.randn(50, 2, generator=seeded())
    fake = torch.randn(50, 2, generator=seeded(1))
    wide = precision_recall(real.double(), fake.double())
    assert precision_recall(real, fake.double()) == wide
    assert precision_recall(real, fake).precision.dtype == torch.float64
    assert precision_recall(real.bfloat16(), real.bfloat16()) == (1, 1)


X = torch.zeros(5, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: precision_recall(X, [[0.0]]), TypeError, "fake: expected a floating.* got list"),
        (lambda: precision_recall(X.long(), X), TypeError, "real: .* torch.int64"),
        (lambda: precision_recall(X[0], X), ValueError, r"real: .* n, d\), got \(2,\)"),
        (
            lambda: precision_recall(X, X[:, :1]),
            ValueError,
            r"same last .* \(5, 2\), fake \(5, 1\)",
        ),
        (lambda: precision_recall(X + math.nan, X), ValueError, "real: expected finite samples"),
        (lambda: precision_recall(X, X, k=0), ValueError, "k: expected at least 1, got 0"),
        (lambda: precision_recall(X, X, k=1.0), TypeError, "k: expected an integer, got 1.0"),
        (
            lambda: precision_recall(X, X[:3]),
            ValueError,
            "k: expected fewer than the 3 samp.* got 3",
        ),
        (
            lambda: precision_recall(X.expand(2, 5, 2), X.expand(3, 5, 2)),
            ValueError,
            r"dimensions that broadcast, got real \(2, 5, 2\), fake \(3, 5, 2\)",
        ),
    ],
)
def test_bad_arguments_of_precision_and_recall_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


# Intervals


@pytest.mark.parametrize("statistic", [np.mean, np.std])
def test_the_interval_is_scipys(statistic):
    values = np.random.default_rng(0).exponential(size=(20, 3))
    found = bootstrap_interval(values, statistic, level=0.9, seed=5)
    theirs = scipy.stats.bootstrap(
        (values,), statistic, axis=0, confidence_level=0.9, rng=np.random.default_rng(5)
    ).confidence_interval
    np.testing.assert_allclose(found.estimate, statistic(values, axis=0), rtol=1e-15)
    np.testing.assert_allclose(found.low, theirs.low, rtol=1e-14)
    np.testing.assert_allclose(found.high, theirs.high, rtol=1e-14)


def test_columns_are_treated_alone_in_any_blocks(monkeypatch):
    values = torch.randn(16, 2, 3, generator=seeded(), dtype=torch.float64)
    found = bootstrap_interval(values)
    assert all(field.shape == (2, 3) and field.dtype == torch.float64 for field in found)
    monkeypatch.setattr(gantext.evaluation.points, "_BLOCK", 16 * 999)
    alone = bootstrap_interval(values[:, 1, 2].tolist())
    for field, expected in zip(found, alone, strict=True):
        torch.testing.assert_close(field[1, 2], expected, rtol=1e-14, atol=0)
        assert expected.shape == ()


@pytest.mark.parametrize("value", [8, 0.0, 0.1, 1 / 3, -1e300])
@pytest.mark.parametrize("seeds", [2, 7, 32])
def test_seeds_that_agree_give_a_point(value, seeds):
    values = np.full((seeds, 2), value)
    values[:, 1] = np.arange(seeds)  # beside one that does not
    estimate, low, high = bootstrap_interval(values)
    assert float(low[0]) == float(high[0])
    assert float(low[0]) == pytest.approx(value, rel=1e-14)
    assert float(estimate[0]) == pytest.approx(value, rel=1e-14)
    assert low[1] < estimate[1] < high[1]


@pytest.mark.parametrize("level", [0.5, 0.95])
def test_where_no_single_seed_matters_the_percentiles_stand_in(level):
    values = np.array([8, 8, 8, 8, 8, 8, 6, 5, 8, 4.0])  # without any one, the median stays 8
    found = bootstrap_interval(values, np.median, level, seed=1)
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
    found = bootstrap_interval(draw(np.random.default_rng(0), (32, 400)))
    share = float(((found.low <= 1) & (found.high >= 1)).double().mean())
    assert 0.90 < share < 0.985
    assert (found.low <= found.estimate).all()
    assert (found.estimate <= found.high).all()


@law
@given(st.lists(st.integers(0, 8), min_size=2, max_size=12), st.integers(0, 100))
def test_intervals_stay_where_values_are(values, seed):
    found = bootstrap_interval(values, seed=seed)
    assert min(values) <= found.low <= found.high <= max(values)
    assert float(found.estimate) == pytest.approx(np.mean(values))
    assert bootstrap_interval(values, seed=seed) == found
    narrow = bootstrap_interval(values, level=0.5, seed=seed)
    assert found.low <= narrow.low <= narrow.high <= found.high


def test_the_global_randomness_is_left_alone():
    np.random.seed(0)  # noqa: NPY002 - the global one is what must not be used
    expected = np.random.random()  # noqa: NPY002
    np.random.seed(0)  # noqa: NPY002
    bootstrap_interval([1.0, 2.0, 4.0])
    assert np.random.random() == expected  # noqa: NPY002


def test_counts_and_gradients_are_numbers():
    counts = torch.tensor([8, 7, 8, 3])
    weights = torch.tensor([8.0, 7.0, 8.0, 3.0], requires_grad=True)
    assert bootstrap_interval(counts) == bootstrap_interval(weights)


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
        bootstrap_interval(*arguments)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_finds_the_same():
    world = ring()
    samples = world.sample((4, 500), generator=seeded())
    for found, expected in zip(modes(samples.cuda(), world), modes(samples, world), strict=True):
        assert found.is_cuda
        torch.testing.assert_close(found.cpu(), expected)
    found, expected = (precision_recall(x[0], x) for x in (samples.cuda(), samples))
    torch.testing.assert_close(found.recall.cpu(), expected.recall, atol=0.01, rtol=0)
    images = digits().images
    assert torch.equal(NearestNeighbour(digits())(images.cuda()).cpu(), digits().labels)
