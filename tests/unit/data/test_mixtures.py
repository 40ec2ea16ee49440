"""Mixtures: exact densities, draws that follow them, and worlds that are the papers'."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from torch.distributions import Categorical, Independent, MixtureSameFamily, Normal

import gantext as gt
import gantext.data.mixtures
from tests.chance import law, seeded


def oracle(mixture: gt.GaussianMixture) -> MixtureSameFamily:
    """The same mixture in torch's own words."""
    std = mixture.std[:, None].expand_as(mixture.means)
    return MixtureSameFamily(
        Categorical(mixture.weights), Independent(Normal(mixture.means, std), 1)
    )


@st.composite
def mixtures(draw) -> gt.GaussianMixture:
    modes, dimension = draw(st.integers(1, 6)), draw(st.integers(1, 4))
    generator = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    std = generator.uniform(0.1, 2.0, size=draw(st.sampled_from([(), (modes,)])))
    weights = draw(st.sampled_from([None, generator.dirichlet(np.ones(modes))]))
    return gt.GaussianMixture(generator.normal(size=(modes, dimension)), std, weights)


@law
@given(mixtures(), st.integers(0, 2**32 - 1))
def test_log_density_against_torch(mixture, seed):
    x = 3 * torch.randn(5, 7, *mixture.event_shape, generator=seeded(seed), dtype=torch.float64)
    torch.testing.assert_close(
        mixture.log_prob(x), oracle(mixture).log_prob(x), rtol=1e-12, atol=1e-12
    )


def test_log_density_integrates_to_one():
    mixture = gt.GaussianMixture([[-1.0], [0.5]], [0.2, 0.7], [0.3, 0.7])
    x = torch.linspace(-12, 12, 20001, dtype=torch.float64)
    mass = torch.trapezoid(mixture.log_prob(x[:, None]).exp(), x)
    assert float(mass) == pytest.approx(1, abs=1e-12)


def test_log_density_is_differentiable_and_batches_by_vmap():
    mixture = gt.ring()
    x = torch.randn(6, 2, generator=seeded(), dtype=torch.float64)
    torch.testing.assert_close(torch.func.vmap(mixture.log_prob)(x), mixture.log_prob(x))
    score = torch.func.vmap(torch.func.grad(mixture.log_prob))(x)
    y = x.clone().requires_grad_()
    oracle(mixture).log_prob(y).sum().backward()
    torch.testing.assert_close(score, y.grad)


def test_log_density_far_out_is_finite_and_keeps_its_type():
    x = torch.tensor([[1e4, 0.0]])
    assert gt.two_points(std=0.1).log_prob(x[:, :1]).dtype == torch.float32
    assert torch.isfinite(gt.ring().log_prob(x)).all()


def test_a_mode_of_no_weight_adds_nothing():
    with_it = gt.GaussianMixture([[0.0], [1.0]], 0.5, [1.0, 0.0])
    x = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    torch.testing.assert_close(with_it.log_prob(x), gt.GaussianMixture([[0.0]], 0.5).log_prob(x))
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
    mixture = gt.GaussianMixture([[0.0], [1.0], [2.0]], 0.0, weights)
    drawn = mixture.sample(draws, generator=seeded(), dtype=torch.float64).flatten()
    counts = drawn.to(torch.int64).bincount(minlength=3).numpy()
    expected = draws * mixture.weights.numpy()
    assert set(drawn.tolist()) == set(np.flatnonzero(expected).astype(float))
    possible = expected > 0
    # The seed is fixed, so this holds or fails for good: a p-value of 1e-3 cannot flake.
    assert stats.chisquare(counts[possible], expected[possible]).pvalue > 1e-3


def test_the_edges_between_modes_are_exact(monkeypatch):
    # With eight steps instead of 2**30, an edge that is off by one step shows at once.
    monkeypatch.setattr(gantext.data.mixtures, "STEPS", 8)
    mixture = gt.GaussianMixture([[0.0], [1.0], [2.0], [3.0]], 0.0, [0.0, 0.125, 0.875, 0.0])
    drawn = mixture.sample(100_000, generator=seeded()).flatten()
    counts = drawn.long().bincount(minlength=4).tolist()
    assert counts[0] == counts[3] == 0
    assert counts[1] == pytest.approx(12_500, abs=6 * math.sqrt(12_500))


def test_weights_that_sum_to_almost_one_are_made_to():
    mixture = gt.GaussianMixture([[0.0], [1.0]], 0.1, [0.25, 0.75 - 9e-10])
    assert float(mixture.weights.sum()) == pytest.approx(1, abs=1e-15)


@pytest.mark.parametrize("weights", [None, [0.1, 0.2, 0.7]], ids=["equal", "uneven"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_draws_follow_the_density(weights, dtype):
    mixture = gt.GaussianMixture([[-2.0], [0.0], [1.0]], [0.1, 0.5, 1.0], weights)
    drawn = mixture.sample(20_000, generator=seeded(), dtype=dtype).flatten().double()

    def cumulative(x):
        z = (np.asarray(x)[:, None] - mixture.means[:, 0].numpy()) / mixture.std.numpy()
        return stats.norm.cdf(z) @ mixture.weights.numpy()

    assert stats.kstest(drawn.numpy(), cumulative).pvalue > 1e-3


def test_coordinates_are_independent_and_moments_are_exact():
    mixture = gt.GaussianMixture([[0.0, 5.0], [4.0, 1.0]], [0.5, 2.0], [0.25, 0.75])
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
    drawn = gt.two_points().sample((64, 2000), generator=seeded()).squeeze(-1).double()
    correlation = torch.corrcoef(drawn) - torch.eye(64)
    assert float(correlation.abs().max()) < 5.5 / math.sqrt(2000)


def test_weights_below_float64_and_one_std_for_all():
    mixture = gt.GaussianMixture([[0.0], [1.0], [2.0]], 0.5, torch.full((3,), 1 / 3))
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
        ((["a"], 0.1), TypeError, "means: expected real numbers"),
    ],
)
def test_a_bad_mixture_is_named(arguments, error, message):
    with pytest.raises(error, match=message):
        gt.GaussianMixture(*arguments)


@pytest.mark.parametrize(
    ("std", "x", "error", "message"),
    [
        (1.0, torch.zeros(3, 2), ValueError, r"x: expected shape \(\.\.\., 1\), got \(3, 2\)"),
        (1.0, torch.tensor(0.0), ValueError, r"x: expected shape \(\.\.\., 1\), got \(\)"),
        (1.0, torch.zeros(3, 1, dtype=torch.int64), TypeError, "x: .* got a tensor of torch.int64"),
        (1.0, [[0.0]], TypeError, r"x: expected a floating-point tensor, got \[\[0.0\]\]"),
        (0.0, torch.zeros(3, 1), ValueError, "std: expected values > 0, got 0; a point mass"),
    ],
)
def test_a_density_that_does_not_exist_is_named(std, x, error, message):
    with pytest.raises(error, match=message):
        gt.two_points(std).log_prob(x)


# The named worlds


def test_two_points():
    world = gt.two_points()
    assert world.means.tolist() == [[-1.0], [1.0]]
    assert set(world.sample(100, generator=seeded()).flatten().tolist()) == {-1.0, 1.0}
    assert float(gt.two_points(std=0.5).std[0]) == 0.5


@pytest.mark.parametrize("modes", [1, 2, 8, 13])
def test_ring(modes):
    world = gt.ring(modes, radius=3.0, std=0.1)
    z = torch.complex(*world.means.unbind(-1))
    roots = 3.0 * np.exp(2j * np.pi * np.arange(modes) / modes)
    np.testing.assert_allclose(z.numpy(), roots, atol=1e-14)
    assert world.modes == modes
    assert world.std.tolist() == [0.1] * modes


@pytest.mark.parametrize("side", [1, 2, 5])
def test_grid(side):
    world = gt.grid(side, spacing=1.5)
    assert world.modes == side**2
    for i in range(side):
        for j in range(side):
            expected = [1.5 * (i - (side - 1) / 2), 1.5 * (j - (side - 1) / 2)]
            assert world.means[side * i + j].tolist() == pytest.approx(expected)


def test_defaults_are_the_papers():
    assert gt.grid().means.tolist() == [
        [-4.0 + 2 * i, -4.0 + 2 * j] for i in range(5) for j in range(5)
    ]
    assert float(gt.grid().std[0] ** 2) == pytest.approx(0.0025)
    assert torch.linalg.norm(gt.ring().means, dim=-1).tolist() == pytest.approx([2.0] * 8)
    assert float(gt.ring().std[0]) == 0.02


@pytest.mark.parametrize(
    ("make", "error", "message"),
    [
        (lambda: gt.ring(modes=0), ValueError, "modes: expected an integer >= 1, got 0"),
        (lambda: gt.ring(modes=8.0), TypeError, "modes: expected an integer .*, got 8.0"),
        (
            lambda: gt.ring(radius=0.0),
            ValueError,
            "radius: expected a number > 0",
        ),
        (lambda: gt.ring(radius=math.nan), ValueError, "radius: expected a number, got nan"),
        (lambda: gt.grid(side=-1), ValueError, "side: expected an integer >= 1, got -1"),
        (
            lambda: gt.grid(spacing=math.inf),
            ValueError,
            "spacing: expected a number > 0",
        ),
        (lambda: gt.grid(std=-0.1), ValueError, "std: expected a number >= 0"),
        (lambda: gt.two_points(std=math.nan), ValueError, "std: expected a number, got nan"),
    ],
)
def test_a_bad_world_is_named(make, error, message):
    with pytest.raises(error, match=message):
        make()
