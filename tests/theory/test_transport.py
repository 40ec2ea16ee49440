"""The Wasserstein distance against POT, SciPy and all permutations, and its laws."""

from __future__ import annotations

import itertools
import math

import numpy as np
import ot
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.spatial.distance import cdist
from scipy.stats import wasserstein_distance

import gantext as gt

law = settings(derandomize=True, deadline=None, database=None, max_examples=60)
NEAR = {"rtol": 1e-10, "atol": 1e-10}
places = st.floats(-50, 50).map(lambda v: round(v, 3))


def samples(least: int = 1, most: int = 9) -> st.SearchStrategy[np.ndarray]:
    return st.integers(least, most).flatmap(lambda n: arrays(float, n, elements=places))


def clouds(count: int) -> st.SearchStrategy[list[np.ndarray]]:
    """Several sets of equally many points of one dimension."""

    def of(shape: tuple[int, int]) -> st.SearchStrategy[list[np.ndarray]]:
        return st.lists(arrays(float, shape, elements=places), min_size=count, max_size=count)

    return st.tuples(st.integers(1, 6), st.integers(1, 3)).flatmap(of)


def draw(n: int, m: int, d: int = 2, seed: int = 0) -> tuple[np.ndarray, ...]:
    """Points of both, and weights, some of which are 0."""
    rng = np.random.default_rng(seed)
    a, b = rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(m))
    a[0] = 0
    return rng.normal(size=(n, d)), rng.normal(size=(m, d)) + 0.5, a / a.sum(), b


def certify(x: np.ndarray, y: np.ndarray, a: np.ndarray, b: np.ndarray, found) -> None:
    """The plan has the right sums and costs what the potentials, which are possible, prove."""
    table, plan = cdist(x, y), found.plan.numpy()
    f, g = (p.numpy() for p in found.potentials)
    assert plan.min() >= 0
    np.testing.assert_allclose(plan.sum(1), a, **NEAR)
    np.testing.assert_allclose(plan.sum(0), b, **NEAR)
    assert (f[:, None] - g - table).max() <= 1e-9
    assert (plan * (table - f[:, None] + g)).sum() <= 1e-9  # no slack where mass moves
    np.testing.assert_allclose(a @ f - b @ g, (plan * table).sum(), **NEAR)
    np.testing.assert_allclose(found.cost, (plan * table).sum(), **NEAR)
    assert f.max() == 0


@law
@given(samples(), samples())
def test_on_the_line_as_scipy(x, y):
    np.testing.assert_allclose(gt.wasserstein_1d(x, y), wasserstein_distance(x, y), **NEAR)


@law
@given(samples(1, 6), samples(1, 6))
def test_quantiles_are_the_linear_program(x, y):
    by_program = gt.transport(x[:, None], y[:, None]).cost
    np.testing.assert_allclose(gt.wasserstein_1d(x, y), by_program, **NEAR)


@pytest.mark.parametrize(("n", "m"), [(1, 1), (7, 7), (40, 40), (1, 5), (12, 7), (30, 45)])
def test_plans_and_potentials_against_pot(n, m):
    x, y, a, b = draw(n + 1, m)
    for weights in ((None, None), (a, b), (a, None), (None, b)):
        found = gt.transport(x, y, *weights)
        own = [
            np.full(k, 1 / k) if w is None else w for w, k in zip(weights, (n + 1, m), strict=True)
        ]
        certify(x, y, *own, found)
        by_pot = ot.emd2(*own, ot.dist(x, y, "euclidean"))
        np.testing.assert_allclose(found.cost, by_pot, **NEAR)


@law
@given(clouds(2))
def test_a_pairing_is_the_best_of_all_permutations(pair):
    x, y = pair
    n, table = len(x), cdist(x, y)
    best = min(table[range(n), order].mean() for order in itertools.permutations(range(n)))
    found = gt.transport(x, y)
    np.testing.assert_allclose(found.cost, best, **NEAR)
    certify(x, y, np.full(n, 1 / n), np.full(n, 1 / n), found)


@law
@given(clouds(3), places, st.floats(0.01, 10))
def test_a_metric_that_moves_and_scales_as_lengths_do(three, shift, scale):
    x, y, z = three

    def w(u, v):
        return float(gt.transport(u, v).cost)

    assert w(x, x) <= 1e-9
    assert w(x, y) == pytest.approx(w(y, x), abs=1e-9)
    assert w(x, z) <= w(x, y) + w(y, z) + 1e-9
    assert w(x, y) >= np.linalg.norm(x.mean(0) - y.mean(0)) - 1e-9
    assert w(x + shift, y + shift) == pytest.approx(w(x, y), abs=1e-8)
    assert w(x, x + shift) == pytest.approx(abs(shift) * math.sqrt(x.shape[1]), abs=1e-8)
    assert w(scale * x, scale * y) == pytest.approx(scale * w(x, y), abs=1e-8)


@law
@given(clouds(2), st.integers(0, 1000))
def test_slices_are_never_farther_apart(pair, seed):
    x, y = pair
    sliced = gt.sliced_wasserstein(x, y, 5, generator=torch.Generator().manual_seed(seed))
    assert float(sliced) <= float(gt.transport(x, y).cost) + 1e-9


def test_slices_against_pot():
    x, y, *_ = draw(30, 20, 3)
    directions = np.random.default_rng(1).normal(size=(3, 16))
    directions /= np.linalg.norm(directions, axis=0)
    by_pot = ot.sliced_wasserstein_distance(x, y, projections=directions, p=1)
    found = gt.sliced_wasserstein(x, y, 7.0 * directions.T)  # of any length
    np.testing.assert_allclose(found, by_pot, **NEAR)


@pytest.mark.parametrize(("n", "m"), [(20, 20), (25, 15)])
def test_the_c_transform_attains_w1_with_slope_1(n, m):
    x, y, a, b = draw(n, m)
    weights = (None, None) if n == m else (a, b)
    own = [np.full(k, 1 / k) if w is None else w for w, k in zip(weights, (n, m), strict=True)]
    found = gt.transport(x, y, *weights)
    g = found.potentials[1]
    at_x, at_y = gt.c_transform(x, y, g), gt.c_transform(y, y, g)
    np.testing.assert_allclose(own[0] @ at_x.numpy() - own[1] @ at_y.numpy(), found.cost, **NEAR)
    z = torch.randn(4000, 2, dtype=torch.float64, generator=torch.Generator().manual_seed(0))
    z.requires_grad_()
    (slope,) = torch.autograd.grad(gt.c_transform(z, y, g).sum(), z)
    np.testing.assert_allclose(slope.norm(dim=-1), 1, **NEAR)
    values, table = gt.c_transform(z.detach(), y, g), torch.cdist(z.detach(), z.detach())
    assert ((values[:, None] - values) - table).max() <= 1e-6


@law
@given(samples(2, 6))
def test_the_c_transform_is_the_lowest_of_its_cones(g):
    y = np.arange(len(g))[:, None] * 1.5
    x = np.linspace(-2, 8, 11)[:, None]
    np.testing.assert_allclose(gt.c_transform(x, y, g), (cdist(x, y) + g).min(1), **NEAR)


def test_the_gradient_is_the_difference_quotient():
    generator = torch.Generator().manual_seed(3)
    x = torch.randn(5, 2, dtype=torch.float64, generator=generator, requires_grad=True)
    y = torch.randn(4, 2, dtype=torch.float64, generator=generator, requires_grad=True)
    assert torch.autograd.gradcheck(lambda u, v: gt.transport(u, v).cost, (x, y))
    for other in (y[:, 0], x[:, 1]):  # of other and of equal number
        assert torch.autograd.gradcheck(gt.wasserstein_1d, (x[:, 0], other))
    g = torch.zeros(4, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(gt.c_transform, (x, y, g))


def test_batches_are_their_members_and_vmap_works():
    generator = torch.Generator().manual_seed(0)
    x = torch.randn(3, 1, 6, 2, dtype=torch.float64, generator=generator)
    y = torch.randn(4, 5, 2, dtype=torch.float64, generator=generator)
    a = torch.rand(4, 6, dtype=torch.float64, generator=generator).softmax(-1)
    found, directions = gt.transport(x, y, a), torch.eye(2)
    g = found.potentials[1]
    lines = gt.wasserstein_1d(x[..., 0], y[..., 0])
    slices = gt.sliced_wasserstein(x, y, directions)
    cones = gt.c_transform(x, y, g)
    assert found.plan.shape == (3, 4, 6, 5)
    for i, k in itertools.product(range(3), range(4)):
        alone = gt.transport(x[i, 0], y[k], a[k])
        torch.testing.assert_close(found.cost[i, k], alone.cost)
        torch.testing.assert_close(found.plan[i, k], alone.plan)
        torch.testing.assert_close(lines[i, k], gt.wasserstein_1d(x[i, 0, :, 0], y[k, :, 0]))
        torch.testing.assert_close(slices[i, k], gt.sliced_wasserstein(x[i, 0], y[k], directions))
        torch.testing.assert_close(cones[i, k], gt.c_transform(x[i, 0], y[k], g[i, k]))
    mapped = torch.func.vmap(gt.wasserstein_1d)(x[:, 0, :, 0], y[:3, :, 0])
    torch.testing.assert_close(mapped, lines.diagonal())
    mapped = torch.func.vmap(lambda u, v: gt.sliced_wasserstein(u, v, directions))(x[:, 0], y[:3])
    torch.testing.assert_close(mapped, slices.diagonal())
    mapped = torch.func.vmap(gt.c_transform)(x[:, 0], y[:3], g[[0, 1, 2], [0, 1, 2]])
    torch.testing.assert_close(mapped, torch.stack([cones[k, k] for k in range(3)]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: gt.wasserstein_1d([], [1.0]), "x: expected shape"),
        (lambda: gt.wasserstein_1d([1.0], [float("nan")]), "y: expected numbers, got NaN"),
        (lambda: gt.wasserstein_1d(torch.zeros(2, 3), torch.zeros(3, 3)), "broadcast"),
        (lambda: gt.transport([1.0, 2.0], [[1.0]]), "x: expected shape"),
        (lambda: gt.transport([[1.0]], [[1.0, 2.0]]), "of one dimension"),
        (lambda: gt.transport([[1.0]], [[1.0]], [0.5]), "a: expected probabilities that sum to 1"),
        (lambda: gt.transport([[1.0]], [[1.0]], None, [-1.0]), "b: expected probabilities >= 0"),
        (lambda: gt.transport([[1.0]], [[1.0]], [0.5, 0.5]), r"a: expected shape \(\.\.\., 1\)"),
        (lambda: gt.c_transform([[1.0]], [[1.0]], [1.0, 2.0]), r"g: expected shape \(\.\.\., 1\)"),
        (lambda: gt.sliced_wasserstein([[1.0]], [[1.0]], 3), "generator: expected"),
        (lambda: gt.sliced_wasserstein([[1.0]], [[1.0]], 0), "directions: expected at least 1"),
        (lambda: gt.sliced_wasserstein([[1.0]], [[1.0]], [[0.0]]), "directions: expected lengths"),
        (lambda: gt.sliced_wasserstein([[1.0]], [[1.0]], [[1.0, 0.0]]), "directions: expected"),
    ],
)
def test_bad_input_is_named(call, words):
    with pytest.raises(ValueError, match=words):
        call()
