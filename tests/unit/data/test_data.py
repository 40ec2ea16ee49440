"""The data sets: exact densities, draws that follow them, and pictures that are what they claim."""

from __future__ import annotations

import math
import pickle
import subprocess
import sys
from copy import deepcopy

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats
from sklearn.datasets import load_digits
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

import gantext.data.images
import gantext.data.mixtures
from gantext.data.images import Images, StackedDigits, digits
from gantext.data.mixtures import GaussianMixture, grid, ring, two_points

law = settings(derandomize=True, deadline=None, database=None, max_examples=50)
DATASETS = {
    "uniform mixture": lambda: ring(),
    "weighted mixture": lambda: GaussianMixture([[0.0], [3.0]], [0.1, 1.0], [0.2, 0.8]),
    "images": lambda: Images(torch.linspace(-1, 1, 40).reshape(5, 2, 2, 2), torch.arange(5)),
    "stacked digits": lambda: StackedDigits(),
}
every_dataset = pytest.mark.parametrize("make", DATASETS.values(), ids=DATASETS)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def labels_by_pixels() -> dict[tuple[float, ...], int]:
    """Every digit's label, found by its pixels."""
    rows = digits().images.flatten(1).tolist()
    return {tuple(row): int(label) for row, label in zip(rows, digits().labels, strict=True)}


def oracle(mixture: GaussianMixture) -> MixtureSameFamily:
    """The same mixture in torch's own words."""
    std = mixture.std[:, None].expand_as(mixture.means)
    return MixtureSameFamily(
        Categorical(mixture.weights), Independent(Normal(mixture.means, std), 1)
    )


@st.composite
def mixtures(draw) -> GaussianMixture:
    modes, dimension = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    std = generator.uniform(0.1, 2.0, size=draw(st.sampled_from([(), (modes,)])))
    weights = draw(st.sampled_from([None, generator.dirichlet(np.ones(modes))]))
    return GaussianMixture(generator.normal(size=(modes, dimension)), std, weights)


# What every data set promises


@every_dataset
@pytest.mark.parametrize(
    ("count", "shape"), [(7, (7,)), ((7,), (7,)), ((2, 3), (2, 3)), ((), ()), (0, (0,))]
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_a_draw_has_the_shape_and_type_asked_for(make, count, shape, dtype):
    dataset = make()
    draw = dataset.sample(count, generator=seeded(), dtype=dtype)
    assert draw.shape == shape + dataset.event_shape
    assert draw.dtype == dtype
    assert draw.device.type == "cpu"
    assert not draw.requires_grad


@every_dataset
def test_float32_is_the_default(make):
    assert make().sample(1, generator=seeded()).dtype == torch.float32


@every_dataset
def test_a_seed_fixes_the_draw_and_nothing_else_does(make):
    first = make().sample((4, 16), generator=seeded(3))
    torch.manual_seed(12345)
    before = torch.get_rng_state()
    again = make().sample((4, 16), generator=seeded(3))
    assert torch.equal(first, again)
    assert not torch.equal(first, make().sample((4, 16), generator=seeded(4)))
    assert torch.equal(torch.get_rng_state(), before), "the global randomness was touched"


@every_dataset
def test_draws_go_on_where_the_generator_stands(make):
    dataset, generator = make(), seeded()
    first = dataset.sample(50, generator=generator)
    state = generator.get_state()
    second = dataset.sample(50, generator=generator)
    assert not torch.equal(first, second)
    generator.set_state(state)
    assert torch.equal(dataset.sample(50, generator=generator), second)


@every_dataset
@pytest.mark.parametrize("duplicate", [deepcopy, lambda thing: pickle.loads(pickle.dumps(thing))])
def test_a_copy_draws_the_same(make, duplicate):
    dataset = make()
    first = dataset.sample(20, generator=seeded())
    assert torch.equal(duplicate(dataset).sample(20, generator=seeded()), first)


@every_dataset
def test_changing_a_draw_leaves_the_data_alone(make):
    dataset = make()
    dataset.sample(20, generator=seeded()).fill_(7.0)
    assert torch.equal(
        dataset.sample(20, generator=seeded()), make().sample(20, generator=seeded())
    )


@every_dataset
@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"count": -1}, ValueError, "count: expected at least 0, got -1"),
        ({"count": (3, -2)}, ValueError, r"count: expected at least 0, got \(3, -2\)"),
        ({"count": 2.0}, TypeError, "count: expected an integer or a tuple of integers, got 2.0"),
        ({"count": True}, TypeError, "count: expected an integer or a tuple"),
        ({"count": (2, "3")}, TypeError, "count: expected an integer or a tuple"),
        ({"generator": 0}, TypeError, "generator: expected a torch.Generator .* got int"),
        ({"generator": None}, TypeError, "generator: expected a torch.Generator .* got NoneType"),
        ({"dtype": torch.int64}, TypeError, "dtype: expected a floating-point type .*int64"),
        ({"dtype": "float32"}, TypeError, "dtype: expected a floating-point type"),
    ],
)
def test_a_bad_request_is_named(make, arguments, error, message):
    arguments = {"count": 2, "generator": seeded(), **arguments}
    with pytest.raises(error, match=message):
        make().sample(arguments.pop("count"), **arguments)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
@every_dataset
def test_draws_land_on_the_generators_device(make):
    generator = torch.Generator("cuda").manual_seed(0)
    draw = make().sample((3, 4), generator=generator)
    assert draw.device.type == "cuda"
    generator.manual_seed(0)
    assert torch.equal(make().sample((3, 4), generator=generator), draw)


# Gaussian mixtures


@law
@given(mixtures(), st.integers(0, 2**32 - 1))
def test_log_density_against_torch(mixture, seed):
    x = 3 * torch.randn(5, 7, *mixture.event_shape, generator=seeded(seed), dtype=torch.float64)
    torch.testing.assert_close(
        mixture.log_prob(x), oracle(mixture).log_prob(x), rtol=1e-12, atol=1e-12
    )


def test_log_density_integrates_to_one():
    mixture = GaussianMixture([[-1.0], [0.5]], [0.2, 0.7], [0.3, 0.7])
    x = torch.linspace(-12, 12, 20001, dtype=torch.float64)
    mass = torch.trapezoid(mixture.log_prob(x[:, None]).exp(), x)
    assert float(mass) == pytest.approx(1, abs=1e-12)


def test_log_density_is_differentiable_and_batches_by_vmap():
    mixture = ring()
    x = torch.randn(6, 2, generator=seeded(), dtype=torch.float64)
    torch.testing.assert_close(torch.func.vmap(mixture.log_prob)(x), mixture.log_prob(x))
    score = torch.func.vmap(torch.func.grad(mixture.log_prob))(x)
    y = x.clone().requires_grad_()
    oracle(mixture).log_prob(y).sum().backward()
    torch.testing.assert_close(score, y.grad)


def test_log_density_far_out_is_finite_and_keeps_its_type():
    x = torch.tensor([[1e4, 0.0]])
    assert two_points(std=0.1).log_prob(x[:, :1]).dtype == torch.float32
    assert torch.isfinite(ring().log_prob(x)).all()


def test_a_mode_of_no_weight_adds_nothing():
    with_it = GaussianMixture([[0.0], [1.0]], 0.5, [1.0, 0.0])
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    torch.testing.assert_close(with_it.log_prob(x), GaussianMixture([[0.0]], 0.5).log_prob(x))
    assert float(with_it.sample(10_000, generator=seeded()).mean()) == pytest.approx(0, abs=0.03)


WEIGHTED = {
    "equal": None,
    "uneven": [0.5, 0.2, 0.3],
    "with a zero first": [0.0, 0.25, 0.75],
    "with a zero last": [0.6, 0.4, 0.0],
    "with a rare one": [0.999, 0.0005, 0.0005],
}


@pytest.mark.parametrize("weights", WEIGHTED.values(), ids=WEIGHTED)
def test_modes_are_drawn_by_their_weights(weights):
    draws = 200_000
    mixture = GaussianMixture([[0.0], [1.0], [2.0]], 0.0, weights)
    drawn = mixture.sample(draws, generator=seeded(), dtype=torch.float64).flatten()
    counts = drawn.to(torch.int64).bincount(minlength=3).numpy()
    expected = draws * mixture.weights.numpy()
    assert set(drawn.tolist()) == set(np.flatnonzero(expected).astype(float))
    possible = expected > 0
    # The seed is fixed, so this holds or fails for good: a p-value of 1e-3 cannot flake.
    assert stats.chisquare(counts[possible], expected[possible]).pvalue > 1e-3


def test_the_edges_between_modes_are_exact(monkeypatch):
    # With eight steps instead of 2**30, an edge that is off by one step shows at once.
    monkeypatch.setattr(gantext.data.mixtures, "_STEPS", 8)
    mixture = GaussianMixture([[0.0], [1.0], [2.0], [3.0]], 0.0, [0.0, 0.125, 0.875, 0.0])
    drawn = mixture.sample(100_000, generator=seeded()).flatten()
    counts = drawn.long().bincount(minlength=4).tolist()
    assert counts[0] == counts[3] == 0
    assert counts[1] == pytest.approx(12_500, abs=6 * math.sqrt(12_500))


def test_weights_that_sum_to_almost_one_are_made_to():
    mixture = GaussianMixture([[0.0], [1.0]], 0.1, [0.25, 0.75 - 9e-10])
    assert float(mixture.weights.sum()) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("weights", [None, [0.1, 0.2, 0.7]], ids=["equal", "uneven"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_draws_follow_the_density(weights, dtype):
    mixture = GaussianMixture([[-2.0], [0.0], [1.0]], [0.1, 0.5, 1.0], weights)
    drawn = mixture.sample(20_000, generator=seeded(), dtype=dtype).flatten().double()

    def cumulative(x):
        z = (np.asarray(x)[:, None] - mixture.means[:, 0].numpy()) / mixture.std.numpy()
        return stats.norm.cdf(z) @ mixture.weights.numpy()

    assert stats.kstest(drawn.numpy(), cumulative).pvalue > 1e-3


def test_coordinates_are_independent_and_moments_are_exact():
    mixture = GaussianMixture([[0.0, 5.0], [4.0, 1.0]], [0.5, 2.0], [0.25, 0.75])
    draws = 400_000
    drawn = mixture.sample(draws, generator=seeded(), dtype=torch.float64)
    mean = mixture.weights @ mixture.means
    centred = mixture.means - mean
    spread = (mixture.weights * mixture.std**2).sum() * torch.eye(2, dtype=torch.float64)
    covariance = spread + torch.einsum("k,ki,kj->ij", mixture.weights, centred, centred)
    six_errors = 6 * covariance.diag().sqrt() / math.sqrt(draws)
    assert ((drawn.mean(0) - mean).abs() < six_errors).all()
    torch.testing.assert_close(drawn.T.cov(), covariance, rtol=0.02, atol=0.02)


def test_members_of_one_block_are_independent():
    drawn = two_points().sample((64, 2000), generator=seeded()).squeeze(-1).double()
    correlation = torch.corrcoef(drawn) - torch.eye(64)
    assert float(correlation.abs().max()) < 5.5 / math.sqrt(2000)


def test_weights_below_float64_and_one_std_for_all():
    mixture = GaussianMixture([[0.0], [1.0], [2.0]], 0.5, torch.full((3,), 1 / 3))
    assert mixture.weights.dtype == torch.float64
    assert float(mixture.weights.sum()) == pytest.approx(1, abs=1e-15)
    assert mixture.std.tolist() == [0.5, 0.5, 0.5]
    assert mixture.modes == 3


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (([0.0, 1.0], 0.1), ValueError, r"means: expected shape \(K, d\).* got \(2,\)"),
        ((torch.empty(0, 2), 0.1), ValueError, r"means: expected shape \(K, d\).* got \(0, 2\)"),
        (([[math.inf]], 0.1), ValueError, "means: expected finite values, got inf"),
        (([[0.0]], -1.0), ValueError, "std: expected finite values >= 0, got -1"),
        (([[0.0]], [0.1, 0.2]), ValueError, r"std: expected shape \(\) or \(1,\).* got \(2,\)"),
        (([[0.0], [1.0]], 0.1, [0.5, 0.6]), ValueError, "weights: .* sum to 1, got a sum of 1.1"),
        (([[0.0], [1.0]], 0.1, [1.0]), ValueError, r"weights: expected shape \(2,\).* got \(1,\)"),
        (([[0.0], [1.0]], 0.1, [[0.5, 0.5]]), ValueError, r"weights: expected shape \(2,\)"),
        ((["a"], 0.1), ValueError, "means: expected"),
    ],
)
def test_a_bad_mixture_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        GaussianMixture(*arguments)


@pytest.mark.parametrize(
    ("std", "x", "error", "message"),
    [
        (1.0, torch.zeros(3, 2), ValueError, r"x: expected shape \(\.\.\., 1\), got \(3, 2\)"),
        (1.0, torch.tensor(0.0), ValueError, r"x: expected shape \(\.\.\., 1\), got \(\)"),
        (1.0, torch.zeros(3, 1, dtype=torch.int64), TypeError, "x: .* got a tensor of torch.int64"),
        (1.0, [[0.0]], TypeError, "x: expected a floating-point tensor, got list"),
        (0.0, torch.zeros(3, 1), ValueError, "std: expected values > 0, got 0; a point mass"),
    ],
)
def test_a_density_that_does_not_exist_is_named(std, x, error, message):
    with pytest.raises(error, match=message):
        two_points(std).log_prob(x)


# The named worlds


def test_two_points():
    world = two_points()
    assert world.means.tolist() == [[-1.0], [1.0]]
    assert set(world.sample(100, generator=seeded()).flatten().tolist()) == {-1.0, 1.0}
    assert float(two_points(std=0.5).std[0]) == 0.5


@pytest.mark.parametrize("modes", [1, 2, 8, 13])
def test_ring(modes):
    world = ring(modes, radius=3.0, std=0.1)
    z = torch.complex(*world.means.unbind(-1))
    roots = 3.0 * np.exp(2j * np.pi * np.arange(modes) / modes)
    np.testing.assert_allclose(z.numpy(), roots, atol=1e-14)
    assert world.modes == modes
    assert world.std.tolist() == [0.1] * modes


@pytest.mark.parametrize("side", [1, 2, 5])
def test_grid(side):
    world = grid(side, spacing=1.5)
    assert world.modes == side**2
    for i in range(side):
        for j in range(side):
            expected = [1.5 * (i - (side - 1) / 2), 1.5 * (j - (side - 1) / 2)]
            assert world.means[side * i + j].tolist() == pytest.approx(expected)


def test_defaults_are_the_papers():
    assert grid().means.tolist() == [
        [-4.0 + 2 * i, -4.0 + 2 * j] for i in range(5) for j in range(5)
    ]
    assert float(grid().std[0] ** 2) == pytest.approx(0.0025)
    assert torch.linalg.norm(ring().means, dim=-1).tolist() == pytest.approx([2.0] * 8)
    assert float(ring().std[0]) == 0.02


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: ring(modes=0), ValueError, "modes: expected at least 1, got 0"),
        (lambda: ring(modes=8.0), TypeError, "modes: expected an integer, got 8.0"),
        (lambda: ring(radius=0.0), ValueError, "radius: expected a finite number > 0, got 0.0"),
        (lambda: ring(radius=math.nan), ValueError, "radius: expected a finite number > 0"),
        (lambda: grid(side=-1), ValueError, "side: expected at least 1, got -1"),
        (lambda: grid(spacing=math.inf), ValueError, "spacing: expected a finite number > 0"),
        (lambda: grid(std=-0.1), ValueError, "std: expected finite values >= 0"),
        (lambda: two_points(std=math.nan), ValueError, "std: expected numbers, got NaN"),
    ],
)
def test_a_bad_world_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


# Pictures


def test_digits_are_scikit_learns():
    data, source = digits(), load_digits()
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
    assert digits().images.data_ptr() == digits().images.data_ptr()


def test_importing_the_library_does_not_import_scikit_learn():
    code = "import sys, gantext.data.images; sys.exit('sklearn' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_image_is_drawn_equally_often():
    data = Images(torch.linspace(-1, 1, 10).reshape(10, 1, 1, 1), torch.zeros(10).long())
    drawn = data.sample(100_000, generator=seeded()).flatten()
    counts = torch.stack([(drawn == value).sum() for value in data.images.flatten()])
    assert int(counts.sum()) == 100_000
    assert stats.chisquare(counts.numpy()).pvalue > 1e-3


def test_a_split_shares_nothing_and_loses_nothing():
    train, test = digits().split(held_out=0.2, seed=1)
    together = torch.cat([train.images, test.images]).flatten(1).tolist()
    assert sorted(together) == sorted(digits().images.flatten(1).tolist())
    for label, count in enumerate(digits().labels.bincount().tolist()):
        assert int((test.labels == label).sum()) == round(0.2 * count)
    again = digits().split(held_out=0.2, seed=1)
    assert torch.equal(again[1].images, test.images)
    assert not torch.equal(digits().split(seed=2)[1].labels, test.labels)


def test_a_split_keeps_images_with_their_labels():
    label_of = labels_by_pixels()
    for part in digits().split():
        for image, label in zip(part.images.flatten(1).tolist(), part.labels, strict=True):
            assert label_of[tuple(image)] == label


GOOD = torch.zeros(4, 1, 2, 2)
LABELS = torch.arange(4)


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: Images(GOOD.byte(), LABELS), TypeError, r"images: .*uint8; bytes .* / 127.5 - 1"),
        (lambda: Images([[0.0]], LABELS), TypeError, "images: .* got list"),
        (lambda: Images(GOOD[0], LABELS), ValueError, r"images: expected shape \(N, C, H, W\)"),
        (lambda: Images(GOOD[:0], LABELS[:0]), ValueError, r"images: .* got \(0, 1, 2, 2\)"),
        (lambda: Images(GOOD + 2, LABELS), ValueError, r"images: .* \[-1, 1\], got 2 to 2; scale"),
        (lambda: Images(GOOD * math.nan, LABELS), ValueError, r"images: expected values in"),
        (lambda: Images(GOOD, LABELS.float()), TypeError, "labels: expected a tensor of integers"),
        (lambda: Images(GOOD, LABELS[:3]), ValueError, r"labels: expected shape \(4,\).*\(3,\)"),
        (lambda: Images(GOOD, LABELS - 1), ValueError, "labels: expected integers from 0, got -1"),
        (lambda: digits().split(held_out=0.0), ValueError, "held_out: expected a share between"),
        (lambda: digits().split(held_out=math.nan), ValueError, "held_out: expected a share"),
        (lambda: Images(GOOD, LABELS).split(), ValueError, "held_out: 0.2 of each class leaves"),
        (lambda: StackedDigits(digits(), channels=0), ValueError, "channels: expected at least 1"),
        (lambda: StackedDigits(torch.zeros(1)), TypeError, "images: expected Images such as"),
        (
            lambda: StackedDigits(Images(torch.zeros(4, 2, 2, 2), LABELS)),
            ValueError,
            "images: expected one channel, to be stacked, got 2",
        ),
        (lambda: StackedDigits().mode([1, 2, 3]), TypeError, "labels: expected a tensor of int"),
        (lambda: StackedDigits().mode(LABELS), ValueError, r"labels: .* \(\.\.\., 3\), got \(4,\)"),
        (
            lambda: StackedDigits().mode(torch.tensor([1, 2, 10])),
            ValueError,
            "labels: expected below 10, got 10",
        ),
    ],
)
def test_bad_pictures_are_named(make, error, message):
    with pytest.raises(error, match=message):
        make()


def test_stacked_digits_stack_digits():
    data = StackedDigits()
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
    data = StackedDigits()
    share = digits().labels.bincount().double() / 1797
    assert data.weights.shape == (1000,)
    assert float(data.weights.sum()) == pytest.approx(1, abs=1e-14)
    assert float(data.weights[407]) == pytest.approx(
        float(share[4] * share[0] * share[7]), rel=1e-14
    )


def test_modes_count_up():
    grid_of_labels = torch.cartesian_prod(*[torch.arange(10)] * 3)
    assert torch.equal(StackedDigits().mode(grid_of_labels), torch.arange(1000))
    unknown = torch.tensor([[-1, 2, 3], [1, -5, 3], [1, 2, -1]])
    assert StackedDigits().mode(unknown).tolist() == [-1, -1, -1]


def test_fewer_channels_and_other_pictures():
    train, _ = digits().split()
    data = StackedDigits(train, channels=2)
    assert (data.modes, data.event_shape) == (100, (2, 8, 8))
    known = {tuple(x) for x in train.images.flatten(1).tolist()}
    drawn = data.sample((5, 20), generator=seeded())
    assert drawn.shape == (5, 20, 2, 8, 8)
    assert {tuple(x) for x in drawn.reshape(-1, 64).tolist()} <= known


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (ring, "GaussianMixture(8 modes in 2 dimensions, std 0.02)"),
        (
            lambda: GaussianMixture([[0.0], [1.0]], std=[0.1, 0.2]),
            "GaussianMixture(2 modes in 1 dimensions, std 0.1 to 0.2)",
        ),
        (digits, "Images(1797 of shape (1, 8, 8))"),
        (StackedDigits, "StackedDigits(1000 modes of shape (3, 8, 8))"),
    ],
    ids=["ring", "mixture", "digits", "stacks"],
)
def test_a_dataset_says_what_it_is(make, words):
    """Without a memory address, so that notebooks may print it and tests be named by it."""
    assert repr(make()) == words
