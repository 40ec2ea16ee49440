"""Norms of layers against explicit matrices, and constants of networks from above and below."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn.functional import conv2d, leaky_relu, pad

import gantext as gt
from gantext.objectives.lipschitz import linear_maps

law = settings(derandomize=True, deadline=None, database=None, max_examples=25)


def drawn(seed: int, *shape: int) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).standard_normal(shape))


def explicit(layer, *shape: int) -> torch.Tensor:
    """The matrix of a linear layer: its answers to all unit vectors, as columns."""
    units = torch.eye(int(np.prod(shape)), dtype=torch.float64).reshape(-1, *shape)
    return layer(units).flatten(1).T


def norm(matrix: torch.Tensor) -> float:
    return torch.linalg.svdvals(matrix)[0].item()


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (1, 7)])
def test_a_matrix_has_its_largest_singular_value(shape):
    weight = drawn(0, *shape)
    assert gt.spectral_norm(weight, rounds=2000).item() == pytest.approx(norm(weight), rel=1e-9)


@pytest.mark.parametrize(
    ("shape", "size", "stride", "padding"),
    [
        ((2, 3, 3, 3), 6, 1, 1),
        ((4, 2, 4, 4), 8, 2, 1),
        ((2, 2, 3, 3), 6, 2, 0),
        ((3, 1, 3, 3), 7, 3, 0),
    ],
)
def test_a_convolution_has_that_of_its_explicit_matrix(shape, size, stride, padding):
    kernel = drawn(1, *shape)
    matrix = explicit(
        lambda x: conv2d(x, kernel, stride=stride, padding=padding), shape[1], size, size
    )
    found = gt.spectral_norm(kernel, size, stride=stride, padding=padding, rounds=3000)
    assert found.item() == pytest.approx(norm(matrix), rel=1e-7)


@pytest.mark.parametrize(("size", "stride", "padding"), [(6, 1, 1), (6, 2, 0), (7, 3, 0)])
def test_there_and_back_are_transposes(size, stride, padding):
    kernel, x = drawn(5, 2, 3, 3, 3), drawn(6, 3, size, size)
    forward, back = linear_maps(kernel, size, stride, padding)
    u = drawn(7, *forward(x).shape)
    assert back(u).shape == x.shape
    assert (forward(x) * u).sum().item() == pytest.approx((x * back(u)).sum().item(), rel=1e-12)


@law
@given(st.integers(0, 10**6), st.integers(1, 3), st.integers(1, 3), st.sampled_from([1, 2, 3, 4]))
def test_on_a_torus_the_fourier_transform_knows_it(seed, inputs, outputs, k):
    kernel, size = drawn(seed, outputs, inputs, k, k), 5

    def layer(x):
        return conv2d(pad(x, (0, k - 1, 0, k - 1), mode="circular"), kernel)

    found = gt.circular_norm(kernel, size).item()
    assert found == pytest.approx(norm(explicit(layer, inputs, size, size)), rel=1e-9)
    reshaped = norm(kernel.flatten(1))
    assert reshaped * (1 - 1e-9) <= found <= k * reshaped * (1 + 1e-9)
    plain = gt.spectral_norm(kernel, size, rounds=50).item()  # without a border it is never more
    assert plain <= found * (1 + 1e-9)


def test_closed_forms_of_convolutions():
    ones = torch.ones(1, 1, 3, 3, dtype=torch.float64)
    assert gt.circular_norm(ones, 8).item() == pytest.approx(3 * norm(ones.flatten(1)), rel=1e-12)
    # With a border of zeros a row of ones has the eigenvalues 1 + 2 cos(pi j / (n + 1)).
    exact = (1 + 2 * np.cos(np.pi / 9)) ** 2
    found = gt.spectral_norm(ones, 8, padding=1, rounds=500).item()
    assert found == pytest.approx(exact, rel=1e-9)
    delta = torch.zeros(1, 1, 3, 3, dtype=torch.float64)
    delta[0, 0, 1, 1] = 1
    assert gt.circular_norm(delta, 8).item() == pytest.approx(1, rel=1e-12)


def test_the_norm_has_the_derivatives_of_the_singular_value():
    weight = drawn(3, 4, 3)
    found = torch.func.grad(lambda w: gt.spectral_norm(w, rounds=3000))(weight)
    u, _, vh = torch.linalg.svd(weight)
    torch.testing.assert_close(found, torch.outer(u[:, 0], vh[0]), rtol=0, atol=1e-7)
    many = drawn(4, 5, 4, 3)
    each = torch.func.vmap(lambda w: gt.spectral_norm(w, rounds=3000))(many)
    torch.testing.assert_close(each, torch.linalg.matrix_norm(many, 2), rtol=1e-8, atol=0)


def network(seed: int, widths: list[int]):
    shapes = pairwise(widths)
    weights = [drawn(seed + k, o, i) for k, (i, o) in enumerate(shapes)]
    return weights, [drawn(seed + 50 + k, len(w)) for k, w in enumerate(weights)]


def steepest(weights, biases, slope: float, x: torch.Tensor) -> float:
    def f(x):
        for w, b in zip(weights[:-1], biases[:-1], strict=True):
            x = leaky_relu(w @ x + b, slope)
        return weights[-1] @ x

    return torch.linalg.matrix_norm(torch.func.vmap(torch.func.jacrev(f))(x), 2).max().item()


@pytest.mark.parametrize("widths", [[2, 8, 1], [1, 5, 4, 1], [2, 4, 4, 2], [3, 6, 1]])
@pytest.mark.parametrize("slope", [0.0, 0.2])
def test_the_constant_lies_between_what_is_found_and_the_product(widths, slope):
    weights, biases = network(7, widths)
    exact = gt.lipschitz_constant(weights, biases, slope=slope)
    x = drawn(9, 40_000, widths[0])
    seen = max(steepest(weights, biases, slope, scale * x) for scale in (0.5, 3.0, 100.0))
    assert seen <= exact * (1 + 1e-9)
    assert exact <= gt.lipschitz_bound(weights).item() * (1 + 1e-9)
    assert seen > 0.98 * exact  # the regions are few, and nearly all are hit


def test_patterns_that_happen_nowhere_do_not_count():
    """relu(x - 1) and relu(-x - 1) are never both on: the slope is 1, not 2."""
    first, last = torch.tensor([[1.0], [-1.0]]), torch.tensor([[1.0, -1.0]])
    biases = [torch.tensor([-1.0, -1.0]), torch.zeros(1)]
    assert gt.lipschitz_constant([first, last], biases) == pytest.approx(1)
    biases[0] = torch.tensor([1.0, 1.0])  # now both are on between -1 and 1
    assert gt.lipschitz_constant([first, last], biases) == pytest.approx(2)


def test_networks_without_units_or_with_dead_ones():
    weight = drawn(2, 2, 3)
    zeros = torch.zeros(2, dtype=torch.float64)
    assert gt.lipschitz_constant([weight], [zeros]) == pytest.approx(norm(weight))
    dead = [torch.zeros(3, 2), torch.ones(1, 3)]
    assert gt.lipschitz_constant(dead, [torch.zeros(3), torch.zeros(1)]) == 0


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="fit one behind the other"):
        gt.lipschitz_bound([torch.ones(2, 3), torch.ones(2, 3)])
    with pytest.raises(ValueError, match="expected vectors of shapes"):
        gt.lipschitz_constant([torch.ones(2, 3)], [])
    big = [torch.ones(17, 1), torch.ones(1, 17)]
    with pytest.raises(ValueError, match="at most 16 units"):
        gt.lipschitz_constant(big, [torch.zeros(17), torch.zeros(1)])
    with pytest.raises(ValueError, match="with a size"):
        gt.spectral_norm(torch.ones(1, 1, 3, 3))
    with pytest.raises(ValueError, match="with k up to size=2"):
        gt.circular_norm(torch.ones(1, 1, 3, 3), 2)


def test_a_convolution_is_normalised_by_its_own_norm_in_a_population():
    """Under vmap the buffers go on, and the layer's explicit matrix gets norm 1."""
    from gantext.gan.weights import call_with, update_buffers

    layer = gt.SpectralConv2d(2, 3, 4, stride=2, padding=1, size=6)
    by_kernel = gt.SpectralConv2d(2, 3, 4, stride=2, padding=1)
    drawn_each = [gt.draw_weights(layer, s, dtype=torch.float64) for s in range(3)]
    members = {name: torch.stack([one[name] for one in drawn_each]) for name in drawn_each[0]}
    step = torch.func.vmap(lambda weights: update_buffers(layer, weights))
    for _ in range(400):
        members = step(members)
    units = torch.eye(72, dtype=torch.float64).reshape(-1, 2, 6, 6)
    answers = torch.func.vmap(lambda w: call_with(layer, w, units))(members)
    shift = members["bias"][:, None, :, None, None]
    norms = torch.linalg.matrix_norm((answers - shift).flatten(2), 2)
    torch.testing.assert_close(norms, torch.ones(3, dtype=torch.float64), rtol=0, atol=1e-6)
    loose = gt.draw_weights(by_kernel, 0, dtype=torch.float64)
    for _ in range(400):
        loose = update_buffers(by_kernel, loose)
    other = call_with(by_kernel, loose, units) - loose["bias"][:, None, None]
    assert norm(other.flatten(1)) > 1.05


def test_our_power_iteration_is_pytorchs():
    """The same matrix, many rounds of nn.utils.parametrizations.spectral_norm."""
    plain = nn.Linear(6, 4).double()
    weight = plain.weight.detach().clone()
    theirs = nn.utils.parametrizations.spectral_norm(plain, n_power_iterations=500)
    theirs(torch.zeros(1, 6, dtype=torch.float64))
    ours = weight / gt.spectral_norm(weight, rounds=1000)
    torch.testing.assert_close(theirs.eval().weight, ours, rtol=0, atol=1e-8)
