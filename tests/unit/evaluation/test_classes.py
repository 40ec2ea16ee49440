"""Classes against NumPy's counts, and the classifier against scikit-learn's."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.stats
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import rel_entr
from sklearn.neighbors import KNeighborsClassifier

import gantext as gt
import gantext.evaluation.memory
from tests.chance import law, seeded
from tests.games import assert_same_tree


@law
@given(
    st.lists(st.integers(-2, 5), min_size=1, max_size=50),
    st.integers(1, 3),
    st.randoms(use_true_random=False),
)
def test_classes_against_numpy(labels, minimum, random):
    found = gt.class_statistics(torch.tensor(labels), 6, minimum=minimum)
    known = [label for label in labels if label >= 0]
    counts = np.bincount(known, minlength=6) if known else np.zeros(6)
    assert found.counts.tolist() == counts.tolist()
    assert int(found.captured) == (counts >= minimum).sum()
    assert float(found.quality) == pytest.approx(len(known) / len(labels))
    expected = math.log(6) - scipy.stats.entropy(counts) if known else math.inf
    assert float(found.kl) == pytest.approx(expected, rel=1e-12, abs=1e-12)
    random.shuffle(labels)
    assert_same_tree(gt.class_statistics(torch.tensor(labels), 6, minimum=minimum), found)


def test_classes_in_batches_and_with_weights():
    labels = torch.randint(-1, 4, (3, 5, 30), generator=seeded(), dtype=torch.int32)
    weights = [0.1, 0.2, 0.3, 0.4]
    found = gt.class_statistics(labels, 4, weights)
    for i in range(3):
        for j in range(5):
            alone = gt.class_statistics(labels[i, j], 4, weights)
            assert_same_tree(gt.ModeStatistics(*(field[i, j] for field in found)), alone)
            share = alone.counts.numpy() / int(alone.counts.sum())
            assert float(alone.kl) == pytest.approx(rel_entr(share, weights).sum(), rel=1e-12)


def test_a_class_that_should_not_be_there_is_infinitely_far():
    assert gt.class_statistics(torch.tensor([0, 1]), 2, [1.0, 0.0]).kl == math.inf
    assert gt.class_statistics(torch.tensor([0, 0]), 2, [1.0, 0.0]).kl == 0


LABELS = torch.tensor([0, 1, 2])


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gt.class_statistics([0, 1], 2), TypeError, r"labels: .* integers, got \[0, 1\]"),
        (lambda: gt.class_statistics(LABELS.float(), 3), TypeError, "labels: .* torch.float32"),
        (lambda: gt.class_statistics(LABELS > 0, 3), TypeError, "labels: .* torch.bool"),
        (lambda: gt.class_statistics(LABELS[:0], 3), ValueError, r"labels: .* n > 0, got \(0,\)"),
        (lambda: gt.class_statistics(LABELS[0], 3), ValueError, r"labels: .* n > 0, got \(\)"),
        (
            lambda: gt.class_statistics(LABELS, 2),
            ValueError,
            "labels: expected integers below 2, g.* 2",
        ),
        (
            lambda: gt.class_statistics(LABELS, 0),
            ValueError,
            "classes: expected an integer >= 1",
        ),
        (
            lambda: gt.class_statistics(LABELS, 3.0),
            TypeError,
            "classes: expected an integer .*, got 3.0",
        ),
        (
            lambda: gt.class_statistics(LABELS, 3, [1.0]),
            ValueError,
            r"weights: .*\(3,\), got \(1,\)",
        ),
        (lambda: gt.class_statistics(LABELS, 3, [1.0] * 3), ValueError, "weights: .* sum to 1"),
        (lambda: gt.class_statistics(LABELS, 3, minimum=0), ValueError, "minimum: .* integer >= 1"),
    ],
)
def test_bad_arguments_of_classes_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


# The classifier


def test_the_classifier_is_scikit_learns():
    train, test = gt.digits().split(seed=3)
    noise = torch.rand(200, 1, 8, 8, generator=seeded()) * 2 - 1
    images = torch.cat([test.images, noise])
    theirs = KNeighborsClassifier(1).fit(train.images.flatten(1).double(), train.labels)
    expected = theirs.predict(images.flatten(1).double())
    found = gt.NearestNeighbour(train)(images)
    assert found.dtype == torch.int64
    np.testing.assert_array_equal(found, expected)


def test_the_classifiers_accuracy():
    known = gt.digits()
    assert torch.equal(gt.NearestNeighbour(known)(known.images), known.labels)
    distance = torch.cdist(known.images.flatten(1), known.images.flatten(1)).fill_diagonal_(
        torch.inf
    )
    right = known.labels[distance.argmin(-1)] == known.labels
    assert float(right.double().mean()) == pytest.approx(0.988, abs=5e-4)  # the docstring's 98.8 %


def test_the_classifier_reads_any_shape_in_any_blocks(monkeypatch):
    classify, stacks = (
        gt.NearestNeighbour(gt.digits()),
        gt.StackedDigits().sample((2, 40), generator=seeded()),
    )
    found = classify(stacks.unsqueeze(-3))
    assert found.shape == (2, 40, 3)
    assert torch.equal(classify(stacks[1, 7, 2].reshape(1, 8, 8)), found[1, 7, 2])
    assert torch.equal(classify(stacks.unsqueeze(-3).double()), found)
    assert classify(stacks[:0].unsqueeze(-3)).shape == (0, 40, 3)
    for block in (1, 7 * 1797):
        monkeypatch.setattr(gantext.evaluation.memory, "BLOCK", block)
        assert torch.equal(classify(stacks.unsqueeze(-3)), found)


def test_a_broken_picture_has_no_class():
    images = gt.digits().images[:4].clone()
    images[1, 0, 0, 0], images[2, 0, 7, 7] = math.nan, math.inf
    labels = gt.digits().labels
    assert gt.NearestNeighbour(gt.digits())(images).tolist() == [labels[0], -1, -1, labels[3]]


def test_stacked_digits_reach_a_thousand_modes():
    world = gt.StackedDigits()
    stacks = world.sample(26_000, generator=seeded())
    modes_found = world.mode(gt.NearestNeighbour(gt.digits())(stacks.unsqueeze(-3)))
    found = gt.class_statistics(modes_found, world.modes, world.weights)
    assert int(found.captured) == 1000
    assert float(found.quality) == 1
    expected, error = 999 / 52_000, math.sqrt(999 / 2) / 26_000
    assert float(found.kl) == pytest.approx(expected, abs=6 * error)


def test_bad_arguments_of_the_classifier_are_named():
    with pytest.raises(
        TypeError, match=r"known: expected Images such as digits.*got a tensor of torch.float32"
    ):
        gt.NearestNeighbour(gt.digits().images)
    classify = gt.NearestNeighbour(gt.Images(torch.zeros(2, 1, 4, 4), torch.arange(2)))
    with pytest.raises(ValueError, match=r"images: .*\(1, 4, 4\)\), got \(3, 4, 4\)"):
        classify(torch.zeros(3, 4, 4))
    with pytest.raises(TypeError, match=r"images: .* got a tensor of torch.int64"):
        classify(torch.zeros(1, 4, 4).long())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_a_gpu_finds_the_same_labels():
    assert torch.equal(
        gt.NearestNeighbour(gt.digits())(gt.digits().images.cuda()).cpu(), gt.digits().labels
    )
