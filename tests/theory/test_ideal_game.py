"""Chapter 1's theorems, each against an answer that gantext did not compute."""

from __future__ import annotations

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr, xlog1py, xlogy

import gantext as gt

law = settings(derandomize=True, deadline=None, database=None, max_examples=150)
LOG_4 = float(np.log(4))


@st.composite
def distributions(draw, count: int) -> list[np.ndarray]:
    """Several distributions on one alphabet of 1 to 10 letters, with zeros and tiny entries."""
    size = draw(st.integers(1, 10))
    entry = st.one_of(st.floats(1e-3, 1.0), st.floats(1e-12, 1e-3), st.just(0.0))
    vector = st.lists(entry, min_size=size, max_size=size).filter(any)
    return [(w := np.array(draw(vector))) / w.sum() for _ in range(count)]


def discriminator(size: int, seed: int) -> np.ndarray:
    """Random answers, from cautious to nearly certain."""
    generator = np.random.default_rng(seed)
    return 1 / (1 + np.exp(-generator.normal(scale=generator.choice([0.01, 1, 5]), size=size)))


seeds = st.integers(0, 2**32 - 1)


def value(p_data, p_g, d):
    """Evaluate V by its definition."""
    return (xlogy(p_data, d) + xlog1py(p_g, -np.asarray(d))).sum(-1)


def js(p, q):
    """Compute Jensen-Shannon by scipy's relative entropy, which is exact at zeros."""
    return (rel_entr(p, (p + q) / 2).sum(-1) + rel_entr(q, (p + q) / 2).sum(-1)) / 2


def dirichlet(concentration, size, seed, zeros=False):
    """One distribution of data and fifty generators, with zeros in different places on request."""
    generator = np.random.default_rng(seed)
    vectors = generator.dirichlet(np.full(size, concentration), size=51)
    if zeros:
        vectors[np.arange(51), generator.integers(size, size=51)] = 0
        vectors /= vectors.sum(-1, keepdims=True)
    return vectors[0], vectors[1:]


# ---- the optimal discriminator ----------------------------------------------------------------


@law
@given(distributions(2), seeds)
def test_value_is_its_definition(pair, seed):
    p_data, p_g = pair
    d = discriminator(len(p_data), seed)
    expected = value(p_data, p_g, d)
    assert gt.IdealGame(p_data).value(p_g, d).item() == pytest.approx(
        expected, rel=1e-13, abs=1e-14
    )


def test_optimal_discriminator_by_sympy():
    p, q, d = sp.symbols("p q d", positive=True)
    integrand = p * sp.log(d) + q * sp.log(1 - d)
    (best,) = sp.solve(sp.diff(integrand, d), d)
    assert sp.simplify(best - p / (p + q)) == 0
    assert sp.simplify(sp.diff(integrand, d, 2).subs(d, best)).is_negative
    formula = sp.lambdify((p, q), best)
    p_data, p_g = dirichlet(1.0, 7, seed=0)
    np.testing.assert_allclose(
        gt.IdealGame(p_data).optimal_discriminator(p_g), formula(p_data, p_g), rtol=1e-15
    )


@pytest.mark.parametrize("size", [2, 5, 30])
@pytest.mark.parametrize("concentration", [0.3, 1.0, 10.0])
@pytest.mark.parametrize("zeros", [False, True])
def test_value_at_the_optimum_is_js(size, concentration, zeros):
    p_data, p_g = dirichlet(concentration, size, seed=size, zeros=zeros)
    game = gt.IdealGame(p_data)
    expected = -LOG_4 + 2 * js(p_data, p_g)
    np.testing.assert_allclose(
        expected, -LOG_4 + 2 * jensenshannon(p_data, p_g, axis=-1) ** 2, rtol=0, atol=1e-13
    )
    best = game.optimal_discriminator(p_g).numpy()
    # Where float64 rounds D* to 1 on a letter that is shown after all, V(p_g, D*) is -inf.
    written = ~((best == 1) & (p_g > 0)).any(-1)
    assert written.mean() > 0.9
    at_optimum = game.value(p_g, best)[written]
    np.testing.assert_allclose(at_optimum, expected[written], rtol=0, atol=1e-13)
    np.testing.assert_allclose(
        game.value_at_optimal_discriminator(p_g), expected, rtol=0, atol=1e-13
    )


@law
@given(distributions(2), seeds)
def test_no_discriminator_beats_the_optimal_one(pair, seed):
    p_data, p_g = pair
    game = gt.IdealGame(p_data)
    best = game.optimal_discriminator(p_g)
    at_best = game.value_at_optimal_discriminator(p_g)
    assert game.value(p_g, discriminator(len(p_data), seed)) <= at_best + 1e-13
    nearby = best + 1e-3 * torch.from_numpy(np.random.default_rng(seed).normal(size=len(p_data)))
    assert game.value(p_g, nearby.clamp(0, 1)) <= at_best + 1e-13


@pytest.mark.parametrize("seed", range(5))
def test_a_maximiser_that_knows_nothing_finds_the_optimal_discriminator(seed):
    p_data, p_gs = dirichlet(2.0, 6, seed=seed)
    game, p_g = gt.IdealGame(p_data), p_gs[0]

    def loss(d):
        d = torch.tensor(d, requires_grad=True)
        result = -game.value(p_g, d)
        return result.item(), torch.autograd.grad(result, d)[0].numpy()

    found = minimize(
        loss,
        np.random.default_rng(seed).uniform(0.1, 0.9, size=6),
        jac=True,
        method="L-BFGS-B",
        bounds=[(1e-9, 1 - 1e-9)] * 6,
        options={"ftol": 1e-16, "gtol": 1e-10, "maxiter": 1000},
    )
    np.testing.assert_allclose(found.x, game.optimal_discriminator(p_g), rtol=0, atol=1e-6)
    at_best = game.value_at_optimal_discriminator(p_g).item()
    assert -found.fun == pytest.approx(at_best, rel=0, abs=1e-12)


# ---- the conditions of the minimax theorem ----------------------------------------------------


@law
@given(distributions(2), seeds, seeds, st.floats(0, 1))
def test_concave_in_the_discriminator(pair, seed, other, t):
    p_data, p_g = pair
    game = gt.IdealGame(p_data)
    # Nearer to 1, rounding of the mixture alone changes log(1-D) by more than the tolerance.
    d, e = (discriminator(len(p_data), s).clip(1e-3, 1 - 1e-3) for s in (seed, other))
    chord = t * game.value(p_g, d) + (1 - t) * game.value(p_g, e)
    on_arc = game.value(p_g, t * d + (1 - t) * e)
    assert on_arc >= chord - 1e-12


def test_strictly_concave_where_the_data_live():
    game = gt.IdealGame([0.5, 0.5])
    middle = game.value([1.0, 0.0], [0.5, 0.5])
    ends = game.value([1.0, 0.0], [[0.25, 0.25], [0.75, 0.75]]).mean()
    # 2 log ½ - log(¼ · ¾) = log(4/3), by hand.
    assert (middle - ends).item() == pytest.approx(np.log(4 / 3), rel=1e-14)


@law
@given(distributions(3), seeds, st.floats(0, 1))
def test_linear_in_the_generator(triple, seed, t):
    p_data, p, q = triple
    game = gt.IdealGame(p_data)
    d = discriminator(len(p_data), seed)
    chord = t * game.value(p, d) + (1 - t) * game.value(q, d)
    on_line = game.value(t * p + (1 - t) * q, d)
    torch.testing.assert_close(on_line, chord, rtol=1e-12, atol=1e-12)


# ---- equilibrium and duality gap --------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 2, 3, 17, 200])
def test_the_equilibrium(size):
    p_data = np.random.default_rng(size).dirichlet(np.ones(size))
    game, half = gt.IdealGame(p_data), np.full(size, 0.5)
    np.testing.assert_array_equal(game.optimal_discriminator(p_data), half)
    assert game.value(p_data, half).item() == pytest.approx(-LOG_4, rel=1e-15)
    assert game.value_at_optimal_discriminator(p_data).item() == pytest.approx(-LOG_4, rel=1e-14)
    assert game.best_response_value(half).item() == pytest.approx(-LOG_4, rel=1e-14)
    assert game.duality_gap(p_data, half) == 0


@law
@given(distributions(1), seeds)
def test_best_generator_is_that_of_a_linear_programme(single, seed):
    (p_data,) = single
    d = discriminator(len(p_data), seed)
    programme = linprog(np.log1p(-d), A_eq=np.ones((1, len(d))), b_eq=[1.0], bounds=(0, 1))
    expected = xlogy(p_data, d).sum() + programme.fun
    found = gt.IdealGame(p_data).best_response_value(d).item()
    assert found == pytest.approx(expected, abs=1e-6)  # the programme's tolerance is 1e-7
    vertices = value(p_data, np.eye(len(d)), d)
    assert found == pytest.approx(vertices.min(), rel=1e-13)


@law
@given(distributions(2), seeds)
def test_gap_is_the_difference_of_the_best_responses(pair, seed):
    p_data, p_g = pair
    d = discriminator(len(p_data), seed)
    most = -LOG_4 + 2 * js(p_data, p_g)
    least = min(value(p_data, vertex, d) for vertex in np.eye(len(d)))
    gap = gt.IdealGame(p_data).duality_gap(p_g, d)
    assert gap.item() == pytest.approx(most - least, rel=1e-12, abs=1e-13)


@law
@given(distributions(2), seeds)
def test_gap_bounds_what_either_player_loses(pair, seed):
    p_data, p_g = pair
    game, d = gt.IdealGame(p_data), discriminator(len(p_data), seed)
    gap = game.duality_gap(p_g, d)
    assert gap >= 0
    assert 2 * js(p_data, p_g) <= gap + 1e-13
    assert abs(game.value(p_g, d).item() + LOG_4) <= gap + 1e-13


@law
@given(distributions(2), seeds, st.sampled_from([1.0, 1e-3, 1e-7]))
def test_gap_vanishes_only_at_the_saddle(pair, seed, scale):
    p_data, p_g = pair
    p_g = p_data + scale * (p_g - p_data)
    d = 0.5 + scale * (discriminator(len(p_data), seed) - 0.5)
    # Pinsker for the first part, log x <= x - 1 for the others: each is 0 only where its player
    # is at equilibrium, p_g = p_data and, wherever the data live, D = ½.
    away = abs(p_data - p_g).sum() ** 2 / 4
    away += (2 * d.max() - 1) ** 2 + p_data @ (d.max() - d)
    assert gt.IdealGame(p_data).duality_gap(p_g, d) >= away * (1 - 1e-9) - 1e-30


def test_gap_keeps_its_digits_next_to_the_saddle():
    game = gt.IdealGame([0.5, 0.5])
    for step in (1e-3, 1e-6, 1e-9):
        # To second order 2·JS is the sum of (p-q)²/(4p), here step².
        gap = game.duality_gap([0.5 + step, 0.5 - step], [0.5, 0.5])
        assert gap.item() == pytest.approx(step**2, rel=max(1e-7, 2 * step**2))
        # -log(4 d (1-d)) = -log(1 - 4 step²)
        gap = game.duality_gap([0.5, 0.5], [0.5 + step, 0.5 + step])
        assert gap.item() == pytest.approx(-np.log1p(-4 * step**2), rel=1e-6)


@pytest.mark.parametrize("answer", [1e-300, 1e-20, 3e-14, 0.01, 0.24, 0.26, 0.74, 0.76, 1 - 7e-15])
def test_gap_of_a_constant_answer(answer):
    p_data = [0.25, 0.75]
    gap = gt.IdealGame(p_data).duality_gap(p_data, [answer, answer])
    expected = -np.log(4) - np.log(answer) - np.log1p(-answer)
    assert gap.item() == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize("size", [2, 3, 5, 10, 20, 50])
def test_an_optimiser_that_does_not_know_the_answer_finds_the_saddle(size):
    generator = torch.Generator().manual_seed(size)
    weights = 0.5 + torch.rand(size, generator=generator, dtype=torch.float64)
    game = gt.IdealGame(weights / weights.sum())
    theta, psi = torch.randn(2, size, generator=generator, dtype=torch.float64)
    start = game.duality_gap(torch.softmax(theta, -1), torch.sigmoid(psi))
    # Slopes are of the size of a probability, 1/K, so steps are of size K.
    solution = gt.solve(
        game, gt.Extragradient(), theta, psi, eta=size / 2, tolerance=1e-12, max_steps=20_000
    )
    assert solution.converged
    p_g, d = torch.softmax(solution.theta, -1), torch.sigmoid(solution.psi)
    assert start > 0.1
    assert game.duality_gap(p_g, d) < 1e-9
    torch.testing.assert_close(p_g, game.p_data, rtol=0, atol=1e-9)
    torch.testing.assert_close(d, torch.full_like(d, 0.5), rtol=0, atol=1e-9)
    assert game.value(p_g, d).item() == pytest.approx(-LOG_4, abs=1e-9)


# ---- generators that cannot mix ---------------------------------------------------------------


def secured_by_scipy(p_data, generators):
    """Max min by concave maximisation over D: most t with V(g, D) >= t for each g."""
    size = len(p_data)

    def slopes(x):
        d = x[:-1]
        return np.hstack([p_data / d - generators / (1 - d), -np.ones((len(generators), 1))])

    found = minimize(
        lambda x: -x[-1],
        np.append(np.full(size, 0.5), -2.0),
        jac=lambda _: np.append(np.zeros(size), -1.0),
        method="SLSQP",
        bounds=[(1e-6, 1 - 1e-6)] * size + [(None, 0)],
        constraints={
            "type": "ineq",
            "fun": lambda x: value(p_data, generators, x[:-1]) - x[-1],
            "jac": slopes,
        },
        options={"ftol": 1e-15, "maxiter": 1000},
    )
    return value(p_data, generators, found.x[:-1]).min()


def test_two_points_by_sympy():
    d = sp.symbols("d", positive=True)
    half = sp.Rational(1, 2)
    # The generator shows one of two letters; D answers d on it and 1 on the other, which is data.
    integrand = half * sp.log(d) + half * sp.log(1) + sp.log(1 - d)
    (best,) = sp.solve(sp.diff(integrand, d), d)
    min_max = integrand.subs(d, best)
    # Before it knows the letter: by symmetry and concavity the same answer d for both.
    before = sp.log(d) + sp.log(1 - d)
    (fair,) = sp.solve(sp.diff(before, d), d)
    max_min = before.subs(d, fair)
    gap = min_max - max_min
    assert best == sp.Rational(1, 3)
    assert fair == half
    assert sp.simplify(sp.expand_log(gap - sp.log(8 / (3 * sp.sqrt(3))), force=True)) == 0

    values = gt.IdealGame([0.5, 0.5]).pure_strategy_values(torch.eye(2))
    assert values.min_max.item() == pytest.approx(float(min_max), rel=1e-14)
    assert values.max_min.item() == pytest.approx(float(max_min), rel=1e-12)
    assert (values.min_max - values.max_min).item() == pytest.approx(float(gap), abs=1e-12)


@pytest.mark.parametrize("size", [2, 3, 10, 50])
def test_points_against_many_points(size):
    # D* = 1 off the letter shown, 1/(K+1) on it.
    min_max = np.log(1 / (size + 1)) / size + np.log(size / (size + 1))
    values = gt.IdealGame(np.full(size, 1 / size)).pure_strategy_values(np.eye(size))
    assert values.min_max.item() == pytest.approx(min_max, rel=1e-13)
    assert values.max_min.item() == pytest.approx(-LOG_4, rel=1e-12)


def test_mixing_closes_the_gap():
    pure = np.eye(2)
    values = gt.IdealGame([0.5, 0.5]).pure_strategy_values(np.vstack([pure, pure.mean(0)]))
    assert values.min_max.item() == pytest.approx(-LOG_4, rel=1e-14)
    assert values.max_min.item() == pytest.approx(-LOG_4, rel=1e-12)
    # Finer and finer mixtures of the two points, none of them the data: the gap shrinks to 0.
    gaps = []
    for parts in (1, 3, 9, 27, 81):
        share = np.arange(parts + 1) / parts
        min_max, max_min = gt.IdealGame([0.5, 0.5]).pure_strategy_values(
            np.stack([share, 1 - share], -1)
        )
        gaps.append((min_max - max_min).item())
    assert np.all(np.diff(gaps) < 0)
    # To second order 2·JS at ½ ± 1/(2·parts) is 1/(2·parts)².
    assert gaps[-1] == pytest.approx((1 / 162) ** 2, rel=1e-3)


@pytest.mark.parametrize("seed", range(12))
def test_both_values_against_scipy(seed):
    generator = np.random.default_rng(seed)
    size, count = generator.integers(2, 8), generator.integers(1, 8)
    p_data = generator.dirichlet(np.ones(size))
    generators = generator.dirichlet(np.full(size, 0.5), size=count)
    values = gt.IdealGame(p_data).pure_strategy_values(generators)
    worst = (-LOG_4 + 2 * js(p_data, generators)).min()
    assert values.min_max.item() == pytest.approx(worst, rel=1e-12)
    assert values.max_min.item() == pytest.approx(secured_by_scipy(p_data, generators), abs=1e-6)


@law
@given(distributions(5), seeds)
def test_max_min_lies_between_what_anyone_secures(five, seed):
    p_data, *rows = five
    generators = np.array(rows)
    min_max, max_min = gt.IdealGame(p_data).pure_strategy_values(generators)
    assert max_min <= min_max + 1e-12
    # Any discriminator secures at most max min; any mixture holds the value at least there.
    d = discriminator(len(p_data), seed)
    assert value(p_data, generators, d).min() <= max_min + 1e-12
    mixture = np.random.default_rng(seed).dirichlet(np.full(4, 0.5)) @ generators
    assert -LOG_4 + 2 * js(p_data, mixture) >= max_min - 1e-12


def test_a_list_of_one_has_no_gap():
    p_data, p_gs = dirichlet(1.0, 5, seed=0, zeros=True)
    for p_g in p_gs[:10]:
        min_max, max_min = gt.IdealGame(p_data).pure_strategy_values(p_g[None])
        assert min_max.item() == pytest.approx(max_min.item(), abs=1e-12)
