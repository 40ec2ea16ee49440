"""Precision and recall against a slow transcription of the paper, and laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial import cKDTree
from scipy.spatial.distance import cdist

import gantext as gt
import gantext.evaluation.memory
from tests.chance import law, seeded


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
    found = gt.precision_recall(torch.from_numpy(real), torch.from_numpy(fake), k)
    precision, recall = transcribed(real, fake, k)
    assert float(found.precision) == pytest.approx(precision, rel=1e-15)
    assert float(found.recall) == pytest.approx(recall, rel=1e-15)


@law
@given(pairs(), st.randoms(use_true_random=False))
def test_laws_of_precision_and_recall(pair, random):
    real, fake, k = (torch.from_numpy(pair[0]), torch.from_numpy(pair[1]), pair[2])
    found = gt.precision_recall(real, fake, k)
    swapped = gt.precision_recall(fake, real, k)
    assert (swapped.recall, swapped.precision) == (found.precision, found.recall)
    assert all(0 <= number <= 1 for number in found)
    rows, columns = list(range(len(real))), list(range(len(fake)))
    random.shuffle(rows)
    random.shuffle(columns)
    assert gt.precision_recall(real[rows], fake[columns], k) == found
    # Scaling by a power of two rounds nothing.
    assert gt.precision_recall(4 * real, 4 * fake, k) == found
    assert gt.precision_recall(real, real, k) == (1, 1)
    if k > 1:
        fewer = gt.precision_recall(real, fake, k - 1)
        assert fewer.precision <= found.precision
        assert fewer.recall <= found.recall


def test_what_precision_and_recall_tell_apart():
    world = gt.ring()
    real = world.sample(1000, generator=seeded(), dtype=torch.float64)
    collapsed = gt.GaussianMixture(world.means[:2], world.std[:2])
    half = collapsed.sample(1000, generator=seeded(1), dtype=torch.float64)
    found = gt.precision_recall(real, half)
    assert found.precision > 0.9
    assert float(found.recall) == pytest.approx(0.25, abs=0.05)
    noisy = torch.cat([real[:500], real[500:] + 100])
    found = gt.precision_recall(real, noisy)
    assert float(found.precision) == 0.5
    far = gt.precision_recall(real, real + 100)
    assert far == (0, 0)


@pytest.mark.parametrize("block", [1, 900, 2**24])
def test_members_and_blocks_change_nothing(monkeypatch, block):
    monkeypatch.setattr(gantext.evaluation.memory, "BLOCK", block)
    real = torch.randn(40, 2, generator=seeded(), dtype=torch.float64)
    fake = 0.7 * torch.randn(2, 3, 30, 2, generator=seeded(1), dtype=torch.float64) + 0.5
    found = gt.precision_recall(real, fake)
    assert found.precision.shape == found.recall.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            expected = transcribed(real.numpy(), fake[i, j].numpy(), 3)
            assert float(found.precision[i, j]) == pytest.approx(expected[0], rel=1e-15)
            assert float(found.recall[i, j]) == pytest.approx(expected[1], rel=1e-15)
    crossed = gt.precision_recall(fake[:, :1], fake[:1])
    assert crossed.precision.shape == (2, 3)
    assert torch.equal(crossed.recall[1, 2], gt.precision_recall(fake[1, 0], fake[0, 2]).recall)


def test_a_diverged_member_is_neither_precise_nor_complete():
    real = torch.randn(50, 2, generator=seeded())
    bad = [torch.full_like(real, value) for value in (math.nan, math.inf, 3e38)]
    found = gt.precision_recall(real, torch.stack([real, *bad]))
    assert found.precision.tolist() == [1, 0, 0, 0]
    assert found.recall.tolist() == [1, 0, 0, 0]


def test_a_few_bad_samples_count_as_bad_and_no_more():
    real = torch.randn(50, 2, generator=seeded())
    fake = real.clone()
    fake[:5, 0] = torch.tensor([math.nan, math.inf, -math.inf, math.inf, math.nan])
    found = gt.precision_recall(real, fake)
    assert float(found.precision) == 0.9
    inside = gt.precision_recall(real, fake[5:]).recall
    assert found.recall == inside
    # Three finite samples have two neighbours each: with k = 3, no ball.
    fake[3:] = math.nan
    fake[:3] = real[:3]
    assert float(gt.precision_recall(real, fake).recall) == 0


def test_mixed_types_are_measured_in_the_wider():
    real = torch.randn(50, 2, generator=seeded())
    fake = torch.randn(50, 2, generator=seeded(1))
    wide = gt.precision_recall(real.double(), fake.double())
    assert gt.precision_recall(real, fake.double()) == wide
    assert gt.precision_recall(real, fake).precision.dtype == torch.float64
    assert gt.precision_recall(real.bfloat16(), real.bfloat16()) == (1, 1)


X = torch.zeros(5, 2)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (
            lambda: gt.precision_recall(X, [[0.0]]),
            TypeError,
            "fake: expected a floating.* got",
        ),
        (lambda: gt.precision_recall(X.long(), X), TypeError, "real: .* torch.int64"),
        (lambda: gt.precision_recall(X[0], X), ValueError, r"real: .* n, d\), got \(2,\)"),
        (
            lambda: gt.precision_recall(X, X[:, :1]),
            ValueError,
            r"same last .* \(5, 2\), fake \(5, 1\)",
        ),
        (lambda: gt.precision_recall(X + math.nan, X), ValueError, "real: expected finite samples"),
        (lambda: gt.precision_recall(X, X, k=0), ValueError, "k: expected an integer >= 1, got 0"),
        (lambda: gt.precision_recall(X, X, k=1.0), TypeError, "k: expected an integer .*, got 1.0"),
        (
            lambda: gt.precision_recall(X, X[:3]),
            ValueError,
            "k: expected fewer than 5 real and 3 fake samples, got 3",
        ),
        (
            lambda: gt.precision_recall(X.expand(2, 5, 2), X.expand(3, 5, 2)),
            ValueError,
            r"dimensions that broadcast, got real \(2, 5, 2\), fake \(3, 5, 2\)",
        ),
    ],
)
def test_bad_arguments_of_precision_and_recall_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_finds_the_same_recall():
    samples = gt.ring().sample((4, 500), generator=seeded())
    found, expected = (gt.precision_recall(x[0], x) for x in (samples.cuda(), samples))
    torch.testing.assert_close(found.recall.cpu(), expected.recall, atol=0.01, rtol=0)
