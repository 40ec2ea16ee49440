"""Images that are what they claim, and draws that are fair."""

from __future__ import annotations

import math
import subprocess
import sys

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.datasets import load_digits

import gantext as gt
from tests.chance import seeded


def labels_by_pixels() -> dict[tuple[float, ...], int]:
    """Every digit's label, found by its pixels."""
    rows = gt.digits().images.flatten(1).tolist()
    return {tuple(row): int(label) for row, label in zip(rows, gt.digits().labels, strict=True)}


def test_digits_are_scikit_learns():
    data, source = gt.digits(), load_digits()
    assert data.images.shape == (1797, 1, 8, 8)
    assert data.images.dtype == torch.float32
    assert data.labels.dtype == torch.int64
    assert data.classes == 10
    np.testing.assert_array_equal((data.images[:, 0].double().numpy() + 1) * 8, source.images)
    np.testing.assert_array_equal(data.labels, source.target)
    assert (float(data.images.min()), float(data.images.max())) == (-1.0, 1.0)
    counts = data.labels.bincount()
    assert (int(counts.min()), int(counts.max())) == (174, 183)


def test_digits_are_read_once():
    assert gt.digits().images.data_ptr() == gt.digits().images.data_ptr()


def test_importing_the_library_does_not_import_scikit_learn():
    code = "import sys, gantext.data.images; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_image_is_drawn_equally_often():
    data = gt.Images(torch.linspace(-1, 1, 10).reshape(10, 1, 1, 1), torch.zeros(10).long())
    drawn = data.sample(100_000, generator=seeded()).flatten()
    counts = torch.stack([(drawn == value).sum() for value in data.images.flatten()])
    assert int(counts.sum()) == 100_000
    assert stats.chisquare(counts.numpy()).pvalue > 1e-3


def test_a_split_shares_nothing_and_loses_nothing():
    train, test = gt.digits().split(held_out=0.2, seed=1)
    together = torch.cat([train.images, test.images]).flatten(1).tolist()
    assert sorted(together) == sorted(gt.digits().images.flatten(1).tolist())
    for label, count in enumerate(gt.digits().labels.bincount().tolist()):
        assert int((test.labels == label).sum()) == round(0.2 * count)
    again = gt.digits().split(held_out=0.2, seed=1)
    assert torch.equal(again[1].images, test.images)
    assert not torch.equal(gt.digits().split(seed=2)[1].labels, test.labels)


def test_a_split_keeps_images_with_their_labels():
    label_of = labels_by_pixels()
    for part in gt.digits().split():
        for image, label in zip(part.images.flatten(1).tolist(), part.labels, strict=True):
            assert label_of[tuple(image)] == label


GOOD = torch.zeros(4, 1, 2, 2)
LABELS = torch.arange(4)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (
            lambda: gt.Images(GOOD.byte(), LABELS),
            TypeError,
            r"images: .*uint8; bytes .* / 127.5 - 1",
        ),
        (
            lambda: gt.Images([[0.0]], LABELS),
            TypeError,
            r"images: .* in .*, got \[\[0.0\]\]",
        ),
        (lambda: gt.Images(GOOD[0], LABELS), ValueError, r"images: expected shape \(N, C, H, W\)"),
        (lambda: gt.Images(GOOD[:0], LABELS[:0]), ValueError, r"images: .* got \(0, 1, 2, 2\)"),
        (
            lambda: gt.Images(GOOD + 2, LABELS),
            ValueError,
            r"images: .* \[-1, 1\], got 2 to 2; scale",
        ),
        (lambda: gt.Images(GOOD * math.nan, LABELS), ValueError, r"images: expected values in"),
        (
            lambda: gt.Images(GOOD, LABELS.float()),
            TypeError,
            "labels: expected a tensor of integers",
        ),
        (lambda: gt.Images(GOOD, LABELS[:3]), ValueError, r"labels: expected shape \(4,\).*\(3,\)"),
        (
            lambda: gt.Images(GOOD, LABELS - 1),
            ValueError,
            "labels: expected integers from 0, got -1",
        ),
        (
            lambda: gt.digits().split(held_out=0.0),
            ValueError,
            "held_out: expected a number",
        ),
        (lambda: gt.digits().split(held_out=math.nan), ValueError, "held_out: expected a number"),
        (
            lambda: gt.Images(GOOD, LABELS).split(),
            ValueError,
            "held_out: expected a share .*0.2",
        ),
        (
            lambda: gt.StackedDigits(gt.digits(), channels=0),
            ValueError,
            "channels: expected an integer >= 1",
        ),
        (lambda: gt.StackedDigits(torch.zeros(1)), TypeError, "images: expected Images such as"),
        (
            lambda: gt.StackedDigits(gt.Images(torch.zeros(4, 2, 2, 2), LABELS)),
            ValueError,
            "images: expected one channel, to be stacked, got 2",
        ),
        (lambda: gt.StackedDigits().mode([1, 2, 3]), TypeError, "labels: expected a tensor of int"),
        (
            lambda: gt.StackedDigits().mode(LABELS),
            ValueError,
            r"labels: .* \(\.\.\., 3\), got \(4,\)",
        ),
        (
            lambda: gt.StackedDigits().mode(torch.tensor([1, 2, 10])),
            ValueError,
            "labels: expected below 10, got 10",
        ),
    ],
)
def test_bad_pictures_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_stacked_digits_stack_digits():
    data = gt.StackedDigits()
    assert data.event_shape == (3, 8, 8)
    assert data.modes == 1000
    label_of = labels_by_pixels()
    drawn = data.sample(30_000, generator=seeded())
    labels = torch.tensor([label_of[tuple(x)] for x in drawn.reshape(-1, 64).tolist()])
    modes = data.mode(labels.reshape(-1, 3))
    counts = modes.bincount(minlength=1000)
    assert (counts > 0).all(), "30 draws a mode reach every mode"
    assert stats.chisquare(counts.numpy(), 30_000 * data.weights.numpy()).pvalue > 1e-3


def test_weights_of_stacked_digits_are_products():
    data = gt.StackedDigits()
    share = gt.digits().labels.bincount().double() / 1797
    assert data.weights.shape == (1000,)
    assert float(data.weights.sum()) == pytest.approx(1, abs=1e-14)
    assert float(data.weights[407]) == pytest.approx(
        float(share[4] * share[0] * share[7]), rel=1e-14
    )


def test_modes_count_up():
    grid_of_labels = torch.cartesian_prod(*[torch.arange(10)] * 3)
    assert torch.equal(gt.StackedDigits().mode(grid_of_labels), torch.arange(1000))
    unknown = torch.tensor([[-1, 2, 3], [1, -5, 3], [1, 2, -1]])
    assert gt.StackedDigits().mode(unknown).tolist() == [-1, -1, -1]


def test_fewer_channels_and_other_pictures():
    train, _ = gt.digits().split()
    data = gt.StackedDigits(train, channels=2)
    assert (data.modes, data.event_shape) == (100, (2, 8, 8))
    known = {tuple(x) for x in train.images.flatten(1).tolist()}
    drawn = data.sample((5, 20), generator=seeded())
    assert drawn.shape == (5, 20, 2, 8, 8)
    assert {tuple(x) for x in drawn.reshape(-1, 64).tolist()} <= known
