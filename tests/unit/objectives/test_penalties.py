"""Penalties against autograd on a module; the entropy against entropies that are known."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from scipy.spatial import cKDTree
from scipy.special import digamma, gammaln
from torch.func import functional_call, grad, vmap

import gantext as gt
from tests.games import random_tensor
from tests.gans import small_mlp

PENALTIES = pytest.mark.parametrize(("kind", "at"), [(gt.R1, "real"), (gt.R2, "fake")])
every_kind = pytest.mark.parametrize("kind", [gt.R1, gt.R2, gt.GradientPenalty])


def samples(count: int = 6, shape: tuple[int, ...] = (2,)) -> dict[str, torch.Tensor]:
    return {
        "real": random_tensor(count, *shape, seed=1),
        "fake": random_tensor(count, *shape, seed=2),
    }


# Slopes


@PENALTIES
def test_a_penalty_is_what_autograd_says_of_a_module(kind: type, at: str) -> None:
    """Its value, and its own slope in the weights: a derivative of a derivative."""
    network, seen = small_mlp(2, 1).double(), samples()
    weights = {name: p.detach() for name, p in network.named_parameters()}

    def penalty(weights: dict[str, torch.Tensor]) -> torch.Tensor:
        return kind(3.0)(lambda x: functional_call(network, weights, (x,)), **seen)

    x = seen[at].clone().requires_grad_()
    (slope,) = torch.autograd.grad(network(x).sum(), x, create_graph=True)
    expected = 3 / 2 * sum(row.norm() ** 2 for row in slope) / len(slope)
    torch.testing.assert_close(penalty(weights), expected.detach())
    expected.backward()
    found = grad(penalty)(weights)
    for name, parameter in network.named_parameters():
        wanted = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        torch.testing.assert_close(found[name], wanted)
    assert found["0.weight"].abs().max() > 1e-3


@PENALTIES
def test_each_sample_has_its_own_norm(kind: type, at: str) -> None:
    """A batch's slopes (3, 4) and (0, 0): the mean of 25 and 0, not the square of a mean."""
    seen = samples(2) | {at: torch.tensor([[1.0, 1.0], [-1.0, -1.0]])}
    found = kind(2.0)(lambda x: torch.relu(x[:, :1]) * 3 + torch.relu(x[:, 1:]) * 4, **seen)
    assert found == pytest.approx(12.5)


@pytest.mark.parametrize("kind", [gt.R1, gt.R2])
def test_twice_the_batch_is_the_same_penalty(kind: type) -> None:
    network, seen = small_mlp(2, 1).double(), samples()
    twice = {name: torch.cat([x, x]) for name, x in seen.items()}
    torch.testing.assert_close(kind(1.0)(network, **seen), kind(1.0)(network, **twice))


@PENALTIES
def test_only_its_own_samples_count(kind: type, at: str) -> None:
    network, seen = small_mlp(2, 1).double(), samples()
    other = "fake" if at == "real" else "real"
    moved = seen | {other: seen[other] + 5}
    assert torch.equal(kind(1.0)(network, **seen), kind(1.0)(network, **moved))
    moved = seen | {at: seen[at] + 5}
    assert not torch.allclose(kind(1.0)(network, **seen), kind(1.0)(network, **moved))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(gt.R1, 4 * 32 / 2), (gt.R2, 4 * 32 / 2), (gt.GradientPenalty, (128**0.5 - 1) ** 2 / 2)],
)
def test_slopes_of_images_are_norms_over_all_pixels(kind: type, expected: float) -> None:
    seen = samples(3, (2, 4, 4))
    found = kind(1.0)(lambda x: 2 * x.flatten(1).sum(1, keepdim=True), **seen)
    assert float(found) == pytest.approx(expected)


@every_kind
def test_weights_can_be_swept(kind: type) -> None:
    network, seen = small_mlp(2, 1).double(), samples()
    gammas = torch.tensor([0.0, 0.5, 4.0], dtype=torch.float64)
    found = vmap(lambda gamma: kind(gamma)(network, **seen))(gammas)
    one = kind(1.0)(network, **seen)
    torch.testing.assert_close(found, gammas * one)


@every_kind
def test_a_float_weight_keeps_float32(kind: type) -> None:
    seen = {name: x.float() for name, x in samples().items()}
    assert kind(0.5)(small_mlp(2, 1).float(), **seen).dtype == torch.float32


@pytest.mark.parametrize("kind", [gt.R1, gt.R2, gt.GradientPenalty, gt.EntropyBonus])
def test_weights_are_one_number_of_at_least_zero(kind: type) -> None:
    name = "weight" if kind is gt.EntropyBonus else "gamma"
    assert kind(0.0) == kind(0.0)
    for bad, shown in (
        (-1.0, "expected finite values >= 0, got -1"),
        (math.inf, "expected finite values >= 0, got inf"),
        (float("nan"), "expected numbers, got NaN"),
        (torch.tensor([1.0, -0.5]), "expected finite values >= 0, got values from -0.5 to 1"),
        (torch.ones(3), r"expected one number; .* got shape \(3,\)"),
    ):
        with pytest.raises(ValueError, match=f"{name}: {shown}"):
            kind(bad)


# WGAN-GP


def plain_gradient_penalty(
    network: torch.nn.Module, real: torch.Tensor, fake: torch.Tensor, target: float
) -> torch.Tensor:
    """Write the penalty as it is written with a module, one sample after the other."""
    total = torch.zeros((), dtype=real.dtype)
    for i, (x, y) in enumerate(zip(real, fake, strict=True)):
        share = (i + 0.5) / len(real)
        between = (share * x + (1 - share) * y)[None].requires_grad_()
        (slope,) = torch.autograd.grad(network(between).sum(), between, create_graph=True)
        total = total + (slope.norm() - target) ** 2
    return total / len(real)


@pytest.mark.parametrize("target", [1.0, 0.3, 0.0])
@pytest.mark.parametrize("shape", [(2,), (1,), (1, 2, 3)])
def test_the_gradient_penalty_is_a_plain_double_backward_loop(shape: tuple, target: float) -> None:
    """Its value, and its own slope in the weights."""
    network = torch.nn.Sequential(torch.nn.Flatten(), small_mlp(math.prod(shape), 1)).double()
    seen = samples(5, shape)
    weights = {name: p.detach() for name, p in network.named_parameters()}

    def penalty(weights: dict[str, torch.Tensor]) -> torch.Tensor:
        kind = gt.GradientPenalty(3.0, target)
        return kind(lambda x: functional_call(network, weights, (x,)), **seen)

    expected = 3 / 2 * plain_gradient_penalty(network, **seen, target=target)
    torch.testing.assert_close(penalty(weights), expected.detach())
    expected.backward()
    found = grad(penalty)(weights)
    for name, parameter in network.named_parameters():
        wanted = parameter.grad if parameter.grad is not None else torch.zeros_like(parameter)
        torch.testing.assert_close(found[name], wanted)
    assert max(leaf.abs().max() for leaf in found.values()) > 1e-3


@pytest.mark.parametrize("size", [1, 2])
@pytest.mark.parametrize("target", [0.0, 1.0])
def test_at_a_slope_of_zero_the_norm_has_no_derivatives_and_no_nan(
    size: int, target: float
) -> None:
    """A third derivative too, which a rule such as consensus takes."""
    x = torch.zeros(3, size, dtype=torch.float64)

    def penalty(weight: torch.Tensor) -> torch.Tensor:
        return gt.GradientPenalty(2.0, target)(lambda x: x @ weight, real=x, fake=x)

    zero = torch.zeros(size, dtype=torch.float64)
    assert float(penalty(zero)) == pytest.approx(target**2)
    assert not grad(penalty)(zero).any()
    assert torch.func.hessian(penalty)(zero).isfinite().all()
    assert torch.func.jacrev(torch.func.hessian(penalty))(zero).isfinite().all()


@pytest.mark.parametrize(
    ("target", "message"), [(-2.0, "expected finite .* got -2"), ([1.0, 2.0], "one number")]
)
def test_bad_targets_are_refused(target, message: str) -> None:
    with pytest.raises(ValueError, match=f"target: .*{message}"):
        gt.GradientPenalty(1.0, target=target)


def test_penalties_show_in_a_repr_and_cannot_be_changed() -> None:
    assert repr(gt.GradientPenalty(0.5)) == "GradientPenalty(gamma=0.5, target=1.0)"
    assert repr(gt.R2(0.5)) == "R2(gamma=0.5)"
    with pytest.raises(AttributeError):
        gt.R1(0.5).gamma = 1.0  # type: ignore[misc]


# Entropy


def transcribed(x: np.ndarray) -> float:
    """Kozachenko and Leonenko's estimate with SciPy's tree and special functions."""
    n, d = x.shape
    distance = cKDTree(x).query(x, k=2)[0][:, 1]
    log_ball = d / 2 * np.log(np.pi) - gammaln(d / 2 + 1)
    return d * np.log(distance).mean() + log_ball + digamma(n) - digamma(1)


@pytest.mark.parametrize("dimension", [1, 2, 3, 8])
@pytest.mark.parametrize("count", [2, 3, 50, 400])
def test_the_estimate_is_the_published_one(count: int, dimension: int) -> None:
    x = random_tensor(count, dimension, seed=count)
    found = float(gt.nearest_neighbour_entropy(x, smallest=1e-12))
    assert found == pytest.approx(transcribed(x.numpy()), rel=1e-11, abs=1e-11)


GAUSSIAN = 0.5 * math.log(2 * math.pi * math.e)
KNOWN = {
    "uniform": (lambda d, seed: torch.rand(500, d, generator=seed, dtype=torch.float64), 0.0),
    "Gaussian": (
        lambda d, seed: torch.randn(500, d, generator=seed, dtype=torch.float64),
        GAUSSIAN,
    ),
    "exponential": (
        lambda d, seed: torch.empty(500, d, dtype=torch.float64).exponential_(generator=seed),
        1.0,
    ),
}


@pytest.mark.parametrize("name", KNOWN)
@pytest.mark.parametrize("dimension", [1, 2, 3])
def test_known_entropies(name: str, dimension: int) -> None:
    """Five means of 500 samples: noise of about 0.03, and a bias at edges that grows with d."""
    draw, each = KNOWN[name]
    found = [
        float(gt.nearest_neighbour_entropy(draw(dimension, generator), smallest=1e-9))
        for generator in (torch.Generator().manual_seed(seed) for seed in range(5))
    ]
    assert np.mean(found) == pytest.approx(dimension * each, abs=(0.1, 0.15, 0.25)[dimension - 1])


def test_it_tells_modes_apart() -> None:
    """Two narrow modes have log 2 more than one."""
    one = 0.01 * random_tensor(400, 2)
    two = one + torch.tensor([5.0, 0.0]) * (torch.arange(400) % 2)[:, None]
    difference = gt.nearest_neighbour_entropy(two) - gt.nearest_neighbour_entropy(one)
    assert float(difference) == pytest.approx(math.log(2), abs=0.15)


def test_moving_and_scaling() -> None:
    x = random_tensor(30, 3)
    entropy = gt.nearest_neighbour_entropy(x, smallest=1e-12)
    moved = gt.nearest_neighbour_entropy(x + 7, smallest=1e-12)
    torch.testing.assert_close(moved, entropy, rtol=1e-11, atol=1e-11)
    for scale in (1e-3, 0.5, 40.0):
        scaled = gt.nearest_neighbour_entropy(scale * x, smallest=1e-12)
        torch.testing.assert_close(scaled, entropy + 3 * math.log(scale), rtol=1e-9, atol=1e-9)
    shuffled = gt.nearest_neighbour_entropy(x.flip(0), smallest=1e-12)
    torch.testing.assert_close(shuffled, entropy, rtol=1e-13, atol=0)


def test_images_are_vectors() -> None:
    x = random_tensor(10, 2, 3, 3)
    assert torch.equal(gt.nearest_neighbour_entropy(x), gt.nearest_neighbour_entropy(x.flatten(1)))


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_equal_samples_are_finite_and_so_is_their_push(dtype: torch.dtype) -> None:
    for x in (torch.zeros(5, 2), torch.tensor([[0.0, 0.0], [0.0, 0.0], [1.0, 0.0]])):
        slope, value = torch.func.grad_and_value(gt.nearest_neighbour_entropy)(x.to(dtype))
        assert torch.isfinite(value)
        assert torch.isfinite(slope).all()
    # Two samples a hair apart are pushed apart, with less than the greatest force, d / (2 s).
    near = torch.tensor([[0.0], [1e-5], [3.0]], dtype=dtype)
    slope = grad(gt.nearest_neighbour_entropy)(near)
    assert slope[0] < 0 < slope[1]
    assert float(slope.abs().max()) < 1 / (2 * 1e-4)


def test_its_slope_is_that_of_finite_differences() -> None:
    torch.autograd.gradcheck(gt.nearest_neighbour_entropy, random_tensor(6, 2).requires_grad_())


def test_smallest_is_the_least_distance() -> None:
    x = torch.zeros(4, 1, dtype=torch.float64)
    found = gt.nearest_neighbour_entropy(x, smallest=0.01)
    expected = math.log(0.01) + math.log(2) + 1 + 1 / 2 + 1 / 3
    assert float(found) == pytest.approx(expected)


def test_one_sample_says_nothing() -> None:
    with pytest.raises(ValueError, match=r"samples: expected at least two, .* got \(1, 2\)"):
        gt.nearest_neighbour_entropy(torch.zeros(1, 2))


def test_the_bonus_is_minus_the_weighted_entropy() -> None:
    x = random_tensor(20, 2)
    expected = -0.7 * gt.nearest_neighbour_entropy(x)
    torch.testing.assert_close(gt.EntropyBonus(0.7)(x), expected)
    weights = torch.tensor([0.0, 0.7, 2.0], dtype=torch.float64)
    found = vmap(lambda weight: gt.EntropyBonus(weight)(x))(weights)
    torch.testing.assert_close(found, weights / 0.7 * expected)
