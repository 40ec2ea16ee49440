"""Chapter 2, one step at a time: each rule's exact matrix, which sympy derives from its equations.

On x'Ay every rule acts on each pair of singular directions by itself, as it would on sigma xy. So
the matrices are written for sigma xy, where the velocity is (-sigma y, sigma x).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
import sympy
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import gantext as gt
from tests.games import random_tensor

x, y, p, q = sympy.symbols("x y p q", real=True)  # the players and what the rule remembers of each
eta, sigma = sympy.symbols("eta sigma", positive=True)
beta, gamma = sympy.symbols("beta gamma", real=True)
K = 3  # answers that the unrolled generator foresees


def v_x(y):
    return -sigma * y


def v_y(x):
    return sigma * x


def matrix(after, before=(x, y)) -> sympy.Matrix:
    return sympy.Matrix(after).jacobian(before).applyfunc(sympy.expand)


@cache
def exact(name: str) -> sympy.Matrix:
    """Return a rule's matrix on (x, y), or on (x, y, p, q) when it remembers."""
    if name == "simultaneous":
        return matrix([x + eta * v_x(y), y + eta * v_y(x)])
    if name == "alternating":
        y1 = y + eta * v_y(x)
        return matrix([x + eta * v_x(y1), y1])
    if name == "three discriminator steps":
        y1 = y + 3 * eta * v_y(x)
        return matrix([x + eta * v_x(y1), y1])
    if name == "extragradient":
        ahead_x, ahead_y = x + eta * v_x(y), y + eta * v_y(x)
        return matrix([x + eta * v_x(ahead_y), y + eta * v_y(ahead_x)])
    if name == "optimistic":  # p, q: the plain movement one step ago
        p1, q1 = eta * v_x(y), eta * v_y(x)
        return matrix([x + 2 * p1 - p, y + 2 * q1 - q, p1, q1], (x, y, p, q))
    if name == "simultaneous momentum":  # p, q: the last movement
        p1, q1 = beta * p + eta * v_x(y), beta * q + eta * v_y(x)
        return matrix([x + p1, y + q1, p1, q1], (x, y, p, q))
    if name == "alternating momentum":
        q1 = beta * q + eta * v_y(x)
        p1 = beta * p + eta * v_x(y + q1)
        return matrix([x + p1, y + q1, p1, q1], (x, y, p, q))
    if name in ("consensus", "adjusted"):
        # |v|^2 / 2 = sigma^2 (x^2 + y^2) / 2, and A v = J v = -sigma^2 (x, y): the same correction.
        return matrix(
            [
                x + eta * (v_x(y) - gamma * sigma**2 * x),
                y + eta * (v_y(x) - gamma * sigma**2 * y),
            ]
        )
    if name == "unrolled":  # gamma: the step size of the answers
        answer = y
        for _ in range(K):
            answer = answer + gamma * v_y(x)
        return matrix([x - eta * sympy.diff(sigma * x * answer, x), y + eta * v_y(x)])
    if name == "proximal":
        x1, y1 = sympy.symbols("x1 y1")
        after = sympy.solve([x1 - x - eta * v_x(y1), y1 - y - eta * v_y(x1)], [x1, y1])
        return sympy.Matrix([after[x1], after[y1]]).jacobian([x, y]).applyfunc(sympy.simplify)
    raise KeyError(name)


@cache
def numeric(name: str) -> Callable[..., np.ndarray]:
    return sympy.lambdify((eta, sigma, beta, gamma), exact(name), "numpy")


RULES: dict[str, tuple[gt.UpdateRule, dict[str, float]]] = {
    "simultaneous": (gt.Simultaneous(), {}),
    "alternating": (gt.Alternating(), {}),
    "three discriminator steps": (gt.Alternating(discriminator_steps=3), {}),
    "extragradient": (gt.Extragradient(), {}),
    "optimistic": (gt.Optimistic(), {}),
    "simultaneous momentum": (gt.Simultaneous(optimizer=gt.HeavyBall()), {"beta": -0.4}),
    "alternating momentum": (gt.Alternating(optimizer=gt.HeavyBall()), {"beta": -0.4}),
    "consensus": (gt.Consensus(), {"gamma": 0.7}),
    "adjusted": (gt.SymplecticGradientAdjustment(), {"strength": 0.7}),
    "unrolled": (gt.Unrolled(unroll_steps=K), {"eta_unroll": 0.2}),
    "proximal": (gt.ProximalPoint(), {}),
}
every_rule = pytest.mark.parametrize("name", RULES)
step_sizes = st.floats(1e-3, 3.0)
singular_values = st.floats(0.1, 3.0)


def library(name: str, step: float, **own: float) -> tuple[gt.UpdateRule, dict[str, float]]:
    rule, defaults = RULES[name]
    return rule, {**defaults, **own, "eta": step}


def oracle(name: str, step: float, s: float, own: dict[str, float] | None = None) -> np.ndarray:
    h = RULES[name][1] | (own or {})
    weights = [h[key] for key in ("gamma", "strength", "eta_unroll") if key in h]
    return numeric(name)(step, s, h.get("beta", 0.0), *(weights or [0.0]))


def radius(matrix: np.ndarray) -> float:
    return float(np.abs(np.linalg.eigvals(matrix)).max())


def library_radius(name: str, step: float, s: float = 1.0, **own: float) -> float:
    rule, h = library(name, step, **own)
    return float(gt.spectral_radius(gt.Bilinear([[s]]), rule, [0.0], [0.0], **h))


# Every rule against its exact matrix


@every_rule
@settings(deadline=None, max_examples=15)
@given(step=step_sizes, s=singular_values)
def test_linearised_step_is_the_exact_matrix(name: str, step: float, s: float) -> None:
    rule, h = library(name, step)
    found = gt.update_jacobian(gt.Bilinear([[s]]), rule, [0.3], [-0.8], **h).numpy()
    np.testing.assert_allclose(found, oracle(name, step, s), rtol=1e-13, atol=1e-13)


@every_rule
@pytest.mark.parametrize("shape", [(1, 1), (3, 3), (2, 4), (4, 1)])
def test_multipliers_on_a_random_matrix_are_those_of_its_singular_values(
    name: str, shape: tuple[int, int], assert_same_spectrum
) -> None:
    m, n = shape
    game = gt.Bilinear(random_tensor(m, n, seed=m + n))
    rule, h = library(name, 0.3)
    found = gt.multipliers(game, rule, torch.zeros(m), torch.zeros(n), **h)
    modes = np.linalg.svd(game.A.numpy(), compute_uv=False)
    expected = [np.linalg.eigvals(oracle(name, 0.3, s)) for s in modes]
    # A direction that A does not touch stands still; of what is remembered, beta is left.
    still = [1.0] if len(expected[0]) == 2 else [1.0, h.get("beta", 0.0)]
    expected += [np.tile(still, abs(m - n))]
    assert_same_spectrum(found, np.concatenate(expected))


@every_rule
@settings(deadline=None, max_examples=15)
@given(step=st.floats(0.01, 1.5), seed=st.integers(0, 2**31))
def test_multipliers_are_a_function_of_eta_sigma(name: str, step: float, seed: int) -> None:
    """Scale A up and every step size and weight down: nothing changes."""
    A = random_tensor(2, 2, seed=seed)
    zero = torch.zeros(2)
    rule, h = library(name, step)
    scaled = {k: v if k == "beta" else v / 2 for k, v in h.items()}
    one = gt.spectral_radius(gt.Bilinear(A), rule, zero, zero, **h)
    two = gt.spectral_radius(gt.Bilinear(2 * A), rule, zero, zero, **scaled)
    torch.testing.assert_close(one, two, rtol=1e-9, atol=1e-9)


@every_rule
def test_simulated_path_is_the_matrix_power(name: str) -> None:
    steps, step = 30, 0.4
    rule, h = library(name, step)
    path = gt.simulate(gt.Bilinear.xy(), rule, [0.8], [-0.3], steps, **h)
    M = oracle(name, step, 1.0)
    z = np.array([0.8, -0.3, 0.0, 0.0][: len(M)])
    if name == "optimistic":  # the first step is a plain one, as if the last had been the same
        z[2:] = [step * 0.3, step * 0.8]
    expected = [z := M @ z if k else z for k in range(steps + 1)]
    found = torch.cat([path.theta, path.psi], -1).numpy()
    np.testing.assert_allclose(found, np.array(expected)[:, :2], rtol=1e-11, atol=1e-13)


@every_rule
def test_long_orbits_grow_at_the_predicted_rate(name: str) -> None:
    steps = torch.tensor([0.1, 0.4], dtype=torch.float64)
    rule, h = library(name, 0.1)
    path = gt.simulate(gt.Bilinear.xy(), rule, [0.8], [-0.3], 400, **{**h, "eta": steps})
    distance = torch.hypot(*path).squeeze(-1).log()
    # An orbit turns on an ellipse while it grows: compare means over many turns.
    measured = (distance[-100:].mean(0) - distance[100:200].mean(0)) / 201
    predicted = [math.log(radius(oracle(name, step, 1.0))) for step in steps.tolist()]
    np.testing.assert_allclose(measured.numpy(), predicted, rtol=0, atol=3e-4)


# Closed forms of the text


@settings(deadline=None, max_examples=30)
@given(step=step_sizes, s=singular_values)
def test_simultaneous_grows_and_turns(step: float, s: float) -> None:
    path = gt.simulate(gt.Bilinear([[s]]), gt.Simultaneous(), [0.6], [0.8], 1, eta=step)
    before, after = torch.complex(path.theta, path.psi).squeeze(-1).numpy()
    factor = after / before
    assert abs(factor) == pytest.approx(math.sqrt(1 + (step * s) ** 2), rel=1e-14)
    assert np.angle(factor) == pytest.approx(math.atan(step * s), rel=1e-12)
    assert library_radius("simultaneous", step, s) == pytest.approx(abs(factor), rel=1e-12)


def test_alternating_symbolically() -> None:
    M = exact("alternating").subs(sigma, 1)
    assert sympy.simplify(M.det()) == 1
    assert sympy.expand(M.trace()) == 2 - eta**2
    # |trace| < 2 means 0 < eta^2 < 4: exactly eta < 2.
    assert set(sympy.solve((2 - eta**2) ** 2 - 4, eta)) == {2}
    assert [abs(M.trace().subs(eta, step)) < 2 for step in (1, 3)] == [True, False]
    # x^2 + eta x y + y^2 is conserved; its axes are the diagonals, with eigenvalues 1 +- eta/2.
    Q = sympy.Matrix([[1, eta / 2], [eta / 2, 1]])
    assert (M.T * Q * M - Q).applyfunc(sympy.expand) == sympy.zeros(2, 2)
    assert Q.eigenvals() == {1 - eta / 2: 1, 1 + eta / 2: 1}


def test_alternating_stays_on_its_ellipse() -> None:
    step = torch.linspace(0.02, 1.98, 50, dtype=torch.float64)
    angle = torch.linspace(0, 6, 7, dtype=torch.float64)[:, None, None]
    path = gt.simulate(gt.Bilinear.xy(), gt.Alternating(), angle.cos(), angle.sin(), 400, eta=step)
    a, b = (points.squeeze(-1) for points in path)
    form = a**2 + step * a * b + b**2
    torch.testing.assert_close(form, form[:1].expand_as(form), rtol=1e-10, atol=0)
    # Between the ellipse's half-axes, along the diagonals; and a long orbit comes close to both.
    distance2 = (a**2 + b**2) / form[0]
    long, short = 1 / (1 - step / 2), 1 / (1 + step / 2)
    assert (distance2 <= long * (1 + 1e-10)).all()
    assert (distance2 >= short * (1 - 1e-10)).all()
    middle = (step > 0.1) & (step < 1.9)
    assert (distance2.amax((0, 1)) > 0.98 * long)[middle].all()
    assert (distance2.amin((0, 1)) < 1.02 * short)[middle].all()


@settings(deadline=None, max_examples=20)
@given(step=step_sizes, s=singular_values)
def test_alternating_keeps_areas(step: float, s: float) -> None:
    matrix = gt.update_jacobian(gt.Bilinear([[s]]), gt.Alternating(), [0.0], [0.0], eta=step)
    assert float(matrix.det()) == pytest.approx(1, abs=1e-12)
    assert (library_radius("alternating", step, s) < 1 + 1e-6) == (step * s < 2)


@settings(deadline=None, max_examples=20)
@given(step=st.floats(0.05, 1.99))
def test_alternating_turns_by_twice_arcsin_half_eta(step: float) -> None:
    values = gt.multipliers(gt.Bilinear.xy(), gt.Alternating(), [0.0], [0.0], eta=step)
    np.testing.assert_allclose(values.abs().numpy(), 1, atol=1e-10)
    np.testing.assert_allclose(values.angle().abs().numpy(), 2 * math.asin(step / 2), rtol=1e-9)


def test_alternating_at_and_beyond_two() -> None:
    # At 2 the form degenerates to (x + y)^2: growth, but only linear.
    edge = gt.simulate(gt.Bilinear.xy(), gt.Alternating(), [1.0], [0.0], 100, eta=2.0)
    np.testing.assert_array_equal(edge.psi[:4, 0].numpy(), [0, 2, -4, 6])
    assert float(edge.psi[-1].abs()) == 200
    for step in (2.01, 2.5, 4.0):
        factor = (step**2 - 2 + step * math.sqrt(step**2 - 4)) / 2
        assert library_radius("alternating", step) == pytest.approx(factor, rel=1e-12)
        path = gt.simulate(gt.Bilinear.xy(), gt.Alternating(), [1.0], [0.0], 60, eta=step)
        assert float(path.theta[-1].abs()) > 1e2


@settings(deadline=None, max_examples=30)
@given(step=step_sizes, s=singular_values)
def test_proximal_and_extragradient_factors(step: float, s: float) -> None:
    h = step * s
    for rule, factor in (
        (gt.ProximalPoint(), 1 / math.sqrt(1 + h**2)),
        (gt.Extragradient(), math.sqrt(1 - h**2 + h**4)),
    ):
        path = gt.simulate(gt.Bilinear([[s]]), rule, [0.6], [-0.8], 1, eta=step)
        assert float(torch.hypot(*path)[-1]) == pytest.approx(factor, rel=1e-12)
        found = gt.spectral_radius(gt.Bilinear([[s]]), rule, [0.0], [0.0], eta=step)
        assert float(found) == pytest.approx(factor, rel=1e-12)


def test_extragradient_converges_up_to_one_and_best_at_root_half() -> None:
    assert library_radius("extragradient", 0.999) < 1 < library_radius("extragradient", 1.001)
    best = library_radius("extragradient", math.sqrt(0.5))
    assert best == pytest.approx(math.sqrt(3) / 2, rel=1e-14)
    assert all(library_radius("extragradient", math.sqrt(0.5) + d) > best for d in (-0.01, 0.01))


def optimistic_closed_form(h: float) -> float:
    if h <= 0.5:
        return math.sqrt((1 + math.sqrt(1 - 4 * h**2)) / 2)
    return math.hypot(0.5, h + math.sqrt(h**2 - 0.25))


def test_optimistic_threshold_is_one_over_root_three() -> None:
    # A multiplier leaves the unit circle where l = e^(i phi) solves l^2 - (1 + 2ih) l + ih = 0.
    phi, h = sympy.symbols("phi h", real=True)
    lam = sympy.symbols("lambda")
    M = exact("optimistic").subs(sigma, 1)
    quadratic = lam**2 - (1 + 2 * sympy.I * eta) * lam + sympy.I * eta
    both = sympy.expand(quadratic * quadratic.subs(sympy.I, -sympy.I))
    assert sympy.expand(M.charpoly(lam).as_expr() - both) == 0
    c, s = sympy.cos(phi), sympy.sin(phi)
    on_circle = sympy.expand(quadratic.subs({lam: c + sympy.I * s, eta: h}))
    crossing = sympy.solve([sympy.re(on_circle), sympy.im(on_circle)], [phi, h], dict=True)
    steps = {sympy.simplify(solution[h]) for solution in crossing}
    assert steps == {0, 1 / sympy.sqrt(3), -1 / sympy.sqrt(3)}
    threshold = 1 / math.sqrt(3)
    assert library_radius("optimistic", threshold) == pytest.approx(1, abs=1e-12)
    assert library_radius("optimistic", threshold - 1e-3) < 1
    assert library_radius("optimistic", threshold + 1e-3) > 1


@settings(deadline=None, max_examples=30)
@given(step=st.floats(0.01, 0.99), s=singular_values)
def test_optimistic_radius_in_closed_form(step: float, s: float) -> None:
    # At eta sigma = 1/2 two multipliers meet, and rounding moves a double root by its square root.
    assume(abs(step * s - 0.5) > 1e-3)
    found = library_radius("optimistic", step, s)
    assert found == pytest.approx(optimistic_closed_form(step * s), rel=1e-10)
    if step * s < 1 / math.sqrt(3) - 1e-6:
        assert found < 1


def test_optimistic_is_best_at_one_half() -> None:
    assert library_radius("optimistic", 0.5) == pytest.approx(math.sqrt(0.5), abs=1e-6)
    assert library_radius("optimistic", 0.49) > math.sqrt(0.5)
    assert library_radius("optimistic", 0.51) > math.sqrt(0.5)


@settings(deadline=None, max_examples=40)
@given(step=st.floats(0.05, 2.0), b=st.floats(-0.99, 0.99))
def test_simultaneous_momentum_diverges_whatever_beta(step: float, b: float) -> None:
    """Gidel et al. 2019: no momentum, of either sign, saves simultaneous steps on xy.

    A multiplier l obeys l + b/l = 1 + b + i eta. The circle |l| = 1 goes to the ellipse with
    half-axes 1 + b and 1 - b, and 1 + b + i eta lies outside it, so that one of the two |l| > 1.
    """
    found = library_radius("simultaneous momentum", step, beta=b)
    roots = np.roots([1, -(1 + b + 1j * step), b])
    assert found == pytest.approx(np.abs(roots).max(), rel=1e-7)
    assert found > 1


def test_negative_momentum_symbolically() -> None:
    lam = sympy.symbols("lambda")
    M = exact("alternating momentum").subs(sigma, 1)
    expected = (lam - 1) ** 2 * (lam - beta) ** 2 + eta**2 * lam**3
    assert sympy.expand(M.charpoly(lam).as_expr() - expected) == 0
    # On the unit circle, with l = e^(2ia): (l-1)(l-b)/l^(3/2) = 2i sin(a) (1 - b e^(-2ia)) must be
    # +- i eta, hence real up to i, hence sin(2a) = 0: only l = -1, at eta = 2 (1 + b).
    at_minus_one = sympy.expand(expected.subs(lam, -1))
    assert set(sympy.solve(at_minus_one, eta**2)) == {sympy.expand(4 * (1 + beta) ** 2)}
    # For small eta: |l|^2 = 1 + 2 b eta^2 / (1 - b)^3 + ..., so that the sign of b decides, and
    # b = -1/2 is the best.
    first, second = sympy.symbols("first second")
    expansion = expected.subs(lam, 1 + first * eta + second * eta**2)
    series = sympy.Poly(sympy.expand(expansion), eta)
    one = sympy.I / (1 - beta)
    assert sympy.simplify(series.coeff_monomial(eta**2).subs(first, one)) == 0
    two = sympy.solve(series.coeff_monomial(eta**3).subs(first, one), second)[0]
    growth = sympy.simplify(2 * sympy.re(two) + 1 / (1 - beta) ** 2)
    assert sympy.simplify(growth - 2 * beta / (1 - beta) ** 3) == 0
    assert sympy.solve(sympy.diff(beta / (1 - beta) ** 3, beta), beta) == [-sympy.Rational(1, 2)]


@settings(deadline=None, max_examples=40)
@given(b=st.floats(-0.95, -0.05), share=st.floats(0.05, 1.5), s=singular_values)
def test_alternating_negative_momentum_converges_below_two_one_plus_beta(
    b: float, share: float, s: float
) -> None:
    assume(abs(share - 1) > 1e-3)
    found = library_radius("alternating momentum", share * 2 * (1 + b) / s, s, beta=b)
    assert (found < 1) == (share < 1)


@settings(deadline=None, max_examples=20)
@given(b=st.floats(0.02, 0.9), step=st.floats(0.05, 1.5))
def test_alternating_positive_momentum_diverges(b: float, step: float) -> None:
    assert library_radius("alternating momentum", step, beta=b) > 1


def test_negative_momentum_brings_real_orbits_home() -> None:
    start = {"theta": [1.0], "psi": [1.0], "steps": 400, "eta": 0.5}
    alternating, simultaneous = (
        kind(optimizer=gt.HeavyBall()) for kind in (gt.Alternating, gt.Simultaneous)
    )
    home = gt.simulate(gt.Bilinear.xy(), alternating, beta=-0.5, **start)
    away = gt.simulate(gt.Bilinear.xy(), simultaneous, beta=-0.5, **start)
    assert float(torch.hypot(*home)[-1]) < 1e-5
    assert float(torch.hypot(*away)[-1]) > 1e3


@pytest.mark.parametrize("name", ["consensus", "adjusted"])
@settings(deadline=None, max_examples=30)
@given(step=st.floats(0.01, 1.0), weight=st.floats(0.0, 2.0), s=singular_values)
def test_consensus_and_adjustment_factor(name: str, step: float, weight: float, s: float) -> None:
    own = {"gamma" if name == "consensus" else "strength": weight}
    factor = abs(complex(1 - step * weight * s**2, step * s))
    assert library_radius(name, step, s, **own) == pytest.approx(factor, rel=1e-12)
    threshold = 2 * weight / (1 + weight**2 * s**2)
    assume(abs(step - threshold) > 1e-6)
    assert (factor < 1) == (step < threshold)


# Unrolling


def unrolled_radius(step: float, answer: float, steps: int = K, s: float = 1.0) -> float:
    rule = gt.Unrolled(unroll_steps=steps)
    game = gt.Bilinear([[s]])
    return float(gt.spectral_radius(game, rule, [0.0], [0.0], eta=step, eta_unroll=answer))


def test_unrolling_symbolically() -> None:
    """The generator sees y + 2 k eta_u sigma x: k answers, and how they depend on x itself."""
    k, answer = sympy.symbols("k answer", positive=True)
    general = sympy.Matrix([[1 - 2 * eta * k * answer * sigma**2, -eta * sigma], [eta * sigma, 1]])
    assert exact("unrolled") == general.subs({k: K, answer: gamma}).applyfunc(sympy.expand)
    # The multipliers: 1 - eta sigma (c -+ sqrt(c^2 - 1)) with c = k eta_u sigma.
    c, lam = k * answer * sigma, sympy.symbols("lambda")
    root = sympy.sqrt(c**2 - 1)
    product = (lam - 1 + eta * sigma * (c - root)) * (lam - 1 + eta * sigma * (c + root))
    assert sympy.expand(general.charpoly(lam).as_expr() - product) == 0
    # While c < 1 they are complex, of modulus^2 = det = 1 - eta sigma^2 (2 k eta_u - eta): the
    # orbit shrinks where the generator's step is shorter than twice all answers together.
    assert sympy.solve(sympy.expand(general.det() - 1), eta) == [2 * k * answer]


@settings(deadline=None, max_examples=30)
@given(
    steps=st.integers(1, 8),
    answer=st.floats(0.01, 1.0),
    step=st.floats(0.01, 1.5),
    s=singular_values,
)
def test_unrolled_multipliers_in_closed_form(
    steps: int, answer: float, step: float, s: float
) -> None:
    c = steps * answer * s
    assume(abs(c - 1) > 1e-3)  # there two multipliers meet
    root = np.sqrt(complex(c**2 - 1))
    expected = max(abs(1 - step * s * (c - root)), abs(1 - step * s * (c + root)))
    found = unrolled_radius(step, answer, steps, s)
    assert found == pytest.approx(expected, rel=1e-9)
    if c < 1:
        assert found == pytest.approx(math.sqrt(1 - step * s**2 * (2 * steps * answer - step)))


def test_unrolling_converges_up_to_twice_all_answers() -> None:
    for steps, answer in ((1, 0.1), (3, 0.1), (5, 0.1), (2, 0.45)):
        edge = 2 * steps * answer
        assert unrolled_radius(0.99 * edge, answer, steps) < 1
        assert unrolled_radius(edge, answer, steps) == pytest.approx(1, abs=1e-12)
        assert unrolled_radius(1.01 * edge, answer, steps) > 1
    # Where c > 1, friction is so strong that a generator overshoots whose step is not below
    # 2 (c - sqrt(c^2 - 1)) / sigma.
    c = 2.5
    edge = 2 * (c - math.sqrt(c**2 - 1))
    assert unrolled_radius(0.99 * edge, 0.5, 5) < 1 < unrolled_radius(1.01 * edge, 0.5, 5)


def test_unrolled_orbits_come_home_where_simultaneous_ones_leave() -> None:
    start = {"theta": [0.6], "psi": [0.8], "steps": 250, "eta": 0.1}
    home = gt.simulate(gt.Bilinear.xy(), gt.Unrolled(unroll_steps=5), eta_unroll=0.1, **start)
    away = gt.simulate(gt.Bilinear.xy(), gt.Simultaneous(), **start)
    assert float(torch.hypot(*home)[-1]) < 1e-4
    assert float(torch.hypot(*away)[-1]) > 3


def test_without_answers_unrolling_is_simultaneous() -> None:
    limit = exact("unrolled").subs(gamma, 0)
    assert limit == exact("simultaneous")
    for answer in (1e-3, 1e-6):
        difference = unrolled_radius(0.3, answer) - library_radius("simultaneous", 0.3)
        # The derivative of sqrt(1 - eta (2 k eta_u - eta)) in eta_u.
        assert difference == pytest.approx(-K * answer * 0.3 / math.sqrt(1.09), rel=0.01)


# Averaging


def means(rule: gt.UpdateRule, steps: int, step: float) -> tuple[np.ndarray, np.ndarray]:
    """Return the path of a rule and of its mean, both of shape (steps + 1, 2)."""
    start = {"theta": [0.8], "psi": [-0.3], "steps": steps, "eta": step}
    paths = (gt.simulate(gt.Bilinear.xy(), r, **start) for r in (rule, gt.Averaged(rule)))
    plain, averaged = (torch.cat(path, -1).numpy() for path in paths)
    return plain, averaged


def test_averaged_alternating_converges_like_one_over_t() -> None:
    step, steps = 0.4, 500
    plain, averaged = means(gt.Alternating(), steps, step)
    # Sum a geometric series: mean_T = M (M - 1)^-1 (z_T - z_0) / T, with M = 1 + step * (...).
    M = oracle("alternating", step, 1.0)
    t = np.arange(1, steps + 1)[:, None]
    expected = (plain[1:] - plain[0]) @ (M @ np.linalg.inv(M - np.eye(2))).T / t
    np.testing.assert_allclose(averaged[1:], expected, rtol=0, atol=1e-12)
    size = np.linalg.norm(averaged[1:], axis=1)
    assert size[-1] < 5 / steps
    assert (
        size * t[:, 0] < 2 * np.linalg.norm(plain[0]) * (1 + step) / step / (1 - step / 2)
    ).all()
    # The envelope falls like 1/T, no faster and no slower.
    scaled = size * t[:, 0]
    assert scaled[100:300].max() == pytest.approx(scaled[-200:].max(), rel=0.05)
    assert scaled[-200:].max() > 1
    assert (np.linalg.norm(plain, axis=1) > 0.5).all()


def test_averaging_does_not_save_simultaneous_steps() -> None:
    step, steps = 0.2, 400
    plain, averaged = means(gt.Simultaneous(), steps, step)
    # |mean| = sqrt(1 + eta^2) |z_T - z_0| / (eta T): the mean grows as fast as the iterates.
    gap = np.linalg.norm(plain[1:] - plain[0], axis=1)
    expected = math.sqrt(1 + step**2) * gap / (step * np.arange(1, steps + 1))
    np.testing.assert_allclose(np.linalg.norm(averaged[1:], axis=1), expected, rtol=1e-10)
    assert np.linalg.norm(averaged[-1]) > 10


# By hand, in plain PyTorch


def game_and_losses():
    """Return a quadratic game as the library has it, and the same value written out."""
    A, P, Q = random_tensor(3, 2, seed=1), random_tensor(3, 3, seed=2), random_tensor(2, 2, seed=3)
    P, Q = P @ P.T / 9, Q @ Q.T / 9

    def value(theta: torch.Tensor, psi: torch.Tensor) -> torch.Tensor:
        return theta @ A @ psi + theta @ P @ theta / 2 - psi @ Q @ psi / 2

    return gt.Bilinear(A, P, Q), value


@pytest.mark.parametrize("momentum", [None, 0.6])
@pytest.mark.parametrize("alternating", [False, True])
@pytest.mark.parametrize("eta_psi", [0.05, 0.11])
def test_library_takes_the_steps_of_torch_optim(
    momentum: float | None, alternating: bool, eta_psi: float
) -> None:
    game, value = game_and_losses()
    theta = torch.nn.Parameter(random_tensor(3, seed=4))
    psi = torch.nn.Parameter(random_tensor(2, seed=5))
    kind = gt.Alternating if alternating else gt.Simultaneous
    if momentum is None:
        rule, own = kind(), {}
    else:
        rule, own = kind(optimizer=gt.HeavyBall()), {"beta": momentum}
    found = gt.simulate(
        game,
        rule,
        theta.detach().clone(),
        psi.detach().clone(),
        60,
        eta=0.05,
        eta_psi=eta_psi,
        **own,
    )

    generator = torch.optim.SGD([theta], lr=0.05, momentum=momentum or 0.0)
    discriminator = torch.optim.SGD([psi], lr=eta_psi, momentum=momentum or 0.0)
    by_hand = [(theta.detach().clone(), psi.detach().clone())]
    for _ in range(60):
        discriminator.zero_grad()
        (-value(theta, psi)).backward()
        if alternating:
            discriminator.step()
        generator.zero_grad()
        held = None if alternating else psi.grad.clone()
        value(theta, psi).backward()
        generator.step()
        if held is not None:
            psi.grad = held
            discriminator.step()
        by_hand.append((theta.detach().clone(), psi.detach().clone()))
    for points, expected in zip(found, zip(*by_hand, strict=True), strict=True):
        torch.testing.assert_close(points, torch.stack(expected), rtol=1e-14, atol=1e-14)


@pytest.mark.parametrize("beta", [-0.5, 0.3])
@pytest.mark.parametrize("alternating", [False, True])
def test_the_heavy_ball_written_out(alternating: bool, beta: float) -> None:
    """With negative momentum too, which torch.optim refuses: plain arithmetic."""
    game, value = game_and_losses()
    gradient = torch.func.grad(value, argnums=(0, 1))
    theta, psi = random_tensor(3, seed=4), random_tensor(2, seed=5)
    rule = (gt.Alternating if alternating else gt.Simultaneous)(optimizer=gt.HeavyBall())
    found = gt.simulate(game, rule, theta, psi, 60, eta=0.1, eta_psi=0.07, beta=beta)
    m_theta, m_psi = torch.zeros(3).double(), torch.zeros(2).double()
    for k in range(1, 61):
        g_theta, g_psi = gradient(theta, psi)
        m_psi = beta * m_psi + 0.07 * g_psi
        psi = psi + m_psi
        if alternating:
            g_theta, _ = gradient(theta, psi)
        m_theta = beta * m_theta - 0.1 * g_theta
        theta = theta + m_theta
        torch.testing.assert_close(found.theta[k], theta, rtol=1e-14, atol=1e-14)
        torch.testing.assert_close(found.psi[k], psi, rtol=1e-14, atol=1e-14)
