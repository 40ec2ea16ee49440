"""The Dirac-GAN of Mescheder, Geiger and Nowozin (2018): which training methods converge.

Eigenvalues come from the library's Jacobian on one side and from sympy on the other; then each
verdict is measured by letting the players play.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
import scipy.integrate
import sympy
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import gantext as gt

ORIGIN = (torch.zeros(1, dtype=torch.float64), torch.zeros(1, dtype=torch.float64))

t, theta, psi = sympy.symbols("t theta psi", real=True)
gamma, noise = sympy.symbols("gamma sigma", positive=True)


class Case(NamedTuple):
    """A loss; the f of its value f(psi theta) + f(0); and what its generator minimises."""

    loss: gt.Loss
    f: sympy.Expr
    generator: sympy.Expr  # in t = psi theta, up to what it cannot change


def flipped(f: sympy.Expr) -> sympy.Expr:
    """Return -f(-t), which the generator of a non-saturating game minimises."""
    return -f.subs(t, -t)


LOGISTIC = -sympy.log(1 + sympy.exp(-t))
SQUARES = -((1 - t) ** 2)
HINGE = -(1 - t)  # for t < 1, hence around the equilibrium
CASES = {
    "Minimax": Case(gt.Minimax(), LOGISTIC, LOGISTIC),
    "NonSaturating": Case(gt.NonSaturating(), LOGISTIC, flipped(LOGISTIC)),
    "Wasserstein": Case(gt.Wasserstein(), t, t),
    "LeastSquares": Case(gt.LeastSquares(), SQUARES, flipped(SQUARES)),
    "zero-sum LeastSquares": Case(gt.ZeroSum(gt.LeastSquares()), SQUARES, SQUARES),
    "Hinge": Case(gt.Hinge(), HINGE, t),
    "zero-sum Hinge": Case(gt.ZeroSum(gt.Hinge()), HINGE, HINGE),
}
# Everywhere, and up to what the generator cannot change.
ZERO_SUM = {
    name: CASES[name]
    for name in ("Minimax", "Wasserstein", "zero-sum LeastSquares", "zero-sum Hinge")
}
every_loss = pytest.mark.parametrize("case", CASES.values(), ids=CASES)
every_zero_sum_loss = pytest.mark.parametrize("case", ZERO_SUM.values(), ids=ZERO_SUM)
gammas = st.floats(0.0, 8.0)


def slopes(case: Case) -> tuple[float, float]:
    """Return f'(0) and f''(0), by sympy."""
    return tuple(float(sympy.diff(case.f, t, k).subs(t, 0)) for k in (1, 2))


@cache
def symbolic_jacobian(generator_loss, discriminator_loss) -> sympy.Matrix:
    field = sympy.Matrix([-sympy.diff(generator_loss, theta), -sympy.diff(discriminator_loss, psi)])
    return field.jacobian([theta, psi]).subs({theta: 0, psi: 0}).applyfunc(sympy.simplify)


def symbolic_losses(case: Case) -> tuple[sympy.Expr, sympy.Expr]:
    """Return what the generator minimises, and what the discriminator minimises."""
    score = psi * theta
    return case.generator.subs(t, score), -case.f.subs(t, score) - case.f.subs(t, 0)


@cache
def symbolic_noisy_losses(case: Case) -> tuple[sympy.Expr, sympy.Expr]:
    """Return both losses up to the terms that the Jacobian at the origin sees.

    Functions are replaced by quadratic Taylor polynomials, in which eps has mean 0 and eps^2 mean
    1.
    """
    eps = sympy.symbols("epsilon")
    fake, real = psi * (theta + noise * eps), -psi * noise * eps

    def mean(expression: sympy.Expr) -> sympy.Expr:
        polynomial = sympy.Poly(sympy.expand(expression), eps)
        return sum(c * {0: 1, 1: 0, 2: 1}[k] for (k,), c in polynomial.terms())

    f, g = (sympy.series(e, t, 0, 3).removeO() for e in (case.f, case.generator))
    return mean(g.subs(t, fake)), -mean(f.subs(t, fake) + f.subs(t, real))


def library_jacobian(game: gt.DiracGAN) -> np.ndarray:
    return gt.jacobian(game, *ORIGIN).numpy()


def radius(path) -> torch.Tensor:
    return torch.hypot(*path).squeeze(-1)


# Eigenvalues at the equilibrium


@every_loss
def test_unregularised_play_only_turns(case: Case, assert_same_spectrum) -> None:
    expected = symbolic_jacobian(*symbolic_losses(case))
    first, _ = slopes(case)
    assert expected == sympy.Matrix([[0, -1], [1, 0]]) * sympy.diff(case.f, t).subs(t, 0)
    game = gt.DiracGAN(case.loss)
    np.testing.assert_allclose(library_jacobian(game), [[0, -first], [first, 0]], atol=1e-15)
    assert_same_spectrum(gt.spectrum(game, *ORIGIN), [first * 1j, -first * 1j], atol=1e-14)


@every_loss
@pytest.mark.parametrize("penalty", [gt.R1, gt.R2])
def test_zero_centred_penalties_damp(case: Case, penalty) -> None:
    """R1 and R2: -gamma/2 +- sqrt(gamma^2/4 - f'(0)^2), over a range of gamma."""
    generator, discriminator = symbolic_losses(case)
    expected = symbolic_jacobian(generator, discriminator + gamma / 2 * psi**2)
    first = sympy.diff(case.f, t).subs(t, 0)
    root = sympy.sqrt(gamma**2 / 4 - first**2)
    lam = sympy.symbols("lambda")
    product = sympy.expand((lam + gamma / 2 - root) * (lam + gamma / 2 + root))
    assert sympy.expand(expected.charpoly(lam).as_expr() - product) == 0
    for weight in np.linspace(0, 8, 33):
        game = gt.DiracGAN(case.loss, penalties=[penalty(weight)])
        J = np.array(expected.subs(gamma, weight), dtype=float)
        np.testing.assert_allclose(library_jacobian(game), J, rtol=0, atol=1e-15)


@every_loss
@settings(deadline=None, max_examples=30)
@given(weight=gammas)
def test_r1_eigenvalues_for_any_gamma(case: Case, weight: float, assert_same_spectrum) -> None:
    first, _ = slopes(case)
    root = np.emath.sqrt(weight**2 / 4 - first**2)
    found = gt.spectrum(gt.DiracGAN(case.loss, penalties=[gt.R1(weight)]), *ORIGIN)
    # Close to the critical gamma the two meet, and rounding moves a double root by its square root.
    atol = 1e-12 if abs(weight - 2 * first) > 1e-3 else 1e-7
    assert_same_spectrum(found, [-weight / 2 - root, -weight / 2 + root], atol=atol)


@every_loss
def test_critical_gamma_is_twice_the_slope(case: Case) -> None:
    first, _ = slopes(case)
    critical = 2 * first

    def eigenvalues(weight: float) -> np.ndarray:
        return gt.spectrum(gt.DiracGAN(case.loss, penalties=[gt.R1(weight)]), *ORIGIN).numpy()

    at = library_jacobian(gt.DiracGAN(case.loss, penalties=[gt.R1(critical)]))
    assert np.trace(at) ** 2 - 4 * np.linalg.det(at) == pytest.approx(0, abs=1e-14)
    np.testing.assert_allclose(eigenvalues(critical), [-first, -first], atol=1e-7)
    # It is a true double root: one eigenvector only.
    assert np.linalg.matrix_rank(at + first * np.eye(2), tol=1e-10) == 1
    assert (np.abs(eigenvalues(0.9 * critical).imag) > 0).all()
    overdamped = eigenvalues(1.1 * critical)
    assert (overdamped.imag == 0).all()
    assert overdamped.real[0] < -first < overdamped.real[1] < 0
    # No other gamma converges faster: the slower eigenvalue is lowest there.
    grid = np.linspace(0.1, 3, 30) * critical
    slower = [eigenvalues(weight).real.max() for weight in grid]
    assert np.argmin(slower) == np.argmin(np.abs(grid - critical))


@every_loss
@settings(deadline=None, max_examples=25)
@given(sd=st.floats(0.0, 2.0))
def test_instance_noise(case: Case, sd: float) -> None:
    """Compare with f''(0) sd^2 +- sqrt(f''(0)^2 sd^4 - f'(0)^2)."""
    expected = symbolic_jacobian(*symbolic_noisy_losses(case))
    first, second = slopes(case)
    assert expected[1, 1] == 2 * sympy.diff(case.f, t, 2).subs(t, 0) * noise**2
    found = library_jacobian(gt.DiracGAN(case.loss, instance_noise=sd))
    np.testing.assert_allclose(found, np.array(expected.subs(noise, sd), float), atol=1e-13)
    root = np.emath.sqrt(second**2 * sd**4 - first**2)
    low, high = second * sd**2 - root, second * sd**2 + root
    assert np.trace(found) == pytest.approx((low + high).real, abs=1e-13)
    assert np.linalg.det(found) == pytest.approx((low * high).real, abs=1e-12)


@every_loss
@settings(deadline=None, max_examples=20)
@given(weight=st.floats(0.0, 2.0), step=st.floats(0.01, 0.5))
def test_consensus(case: Case, weight: float, step: float, assert_same_spectrum) -> None:
    """A step multiplies by 1 + step * (-gamma f'(0)^2 +- i f'(0))."""
    generator, discriminator = symbolic_losses(case)
    field = sympy.Matrix([-sympy.diff(generator, theta), -sympy.diff(discriminator, psi)])
    corrected = field - gamma * sympy.Matrix([(field.T * field)[0] / 2]).jacobian([theta, psi]).T
    J = corrected.jacobian([theta, psi]).subs({theta: 0, psi: 0})
    first, _ = slopes(case)
    exact = np.linalg.eigvals(np.array(J.subs(gamma, weight), dtype=float))
    closed = [-weight * first**2 + 1j * first, -weight * first**2 - 1j * first]
    assert_same_spectrum(exact, closed, atol=1e-12)
    found = gt.multipliers(
        gt.DiracGAN(case.loss), gt.Consensus(), [0.0], [0.0], eta=step, gamma=weight
    )
    assert_same_spectrum((found - 1) / step, closed, atol=1e-11)


@every_loss
def test_steps_of_the_unregularised_game(case: Case, assert_same_spectrum) -> None:
    """Simultaneous: 1 +- i h f'(0). Alternating, n steps to one: on the circle up to a = 2.

    There a = sqrt(n) h f'(0), and the multipliers are 1 - a^2/2 +- sqrt((1 - a^2/2)^2 - 1).
    """
    first, _ = slopes(case)
    for h in (0.1, 0.4, 1.3):
        found = gt.multipliers(gt.DiracGAN(case.loss), gt.Simultaneous(), [0.0], [0.0], eta=h)
        assert_same_spectrum(found, [1 + 1j * h * first, 1 - 1j * h * first], atol=1e-14)
        for n in (1, 3):
            a = math.sqrt(n) * h * first
            middle = 1 - a**2 / 2
            root = np.emath.sqrt(middle**2 - 1)
            found = gt.multipliers(gt.DiracGAN(case.loss), gt.Alternating(n), [0.0], [0.0], eta=h)
            assert_same_spectrum(found, [middle - root, middle + root], atol=1e-12)
            assert bool(found.abs().max() < 1 + 1e-9) == (a <= 2)


def test_wasserstein_without_penalty_is_xy() -> None:
    points = torch.linspace(-2, 2, 5, dtype=torch.float64)[:, None]
    found = gt.velocity(gt.DiracGAN(gt.Wasserstein()), points[:, None], points)
    expected = gt.velocity(gt.Bilinear.xy(), points[:, None], points)
    for one, other in zip(found, expected, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0)


# The field away from the equilibrium


@every_zero_sum_loss
@settings(deadline=None, max_examples=20)
@given(a=st.floats(-2, 2), b=st.floats(-2, 2))
def test_unregularised_flow_conserves_the_radius_for_every_f(
    case: Case, a: float, b: float
) -> None:
    point = torch.tensor([[a], [b]], dtype=torch.float64)
    rate = gt.lie_derivative(gt.DiracGAN(case.loss), lambda x, y: (x**2 + y**2).sum(), *point)
    assert abs(float(rate)) < 1e-12
    if abs(a * b) > 0.1 and case.f is LOGISTIC:  # the other generator does not conserve it
        game = gt.DiracGAN(gt.NonSaturating())
        assert float(gt.lie_derivative(game, lambda x, y: (x**2 + y**2).sum(), *point)) < -1e-6


@pytest.mark.parametrize("sd", [0.3, 1.0])
@pytest.mark.parametrize("non_saturating", [False, True])
def test_quadrature_is_the_integral(sd: float, non_saturating: bool) -> None:
    def mean(function: Callable[[float], float]) -> float:
        density = lambda e: math.exp(-(e**2) / 2) / math.sqrt(2 * math.pi)  # noqa: E731
        return scipy.integrate.quad(
            lambda e: function(e) * density(e), -12, 12, epsabs=1e-13, limit=400
        )[0]

    def f(score: float) -> float:
        return -math.log1p(math.exp(-score))

    game = gt.DiracGAN(gt.NonSaturating() if non_saturating else gt.Minimax(), instance_noise=sd)
    for a, b in ((0.0, 1.0), (0.7, -0.8), (-1.5, 2.0)):
        fake = mean(lambda e, a=a, b=b: f(b * (a + sd * e)))
        real = mean(lambda e, b=b: f(-b * sd * e))
        assert float(game.value([a], [b])) == pytest.approx(fake + real, abs=1e-10)
        losses = game.losses(*torch.tensor([[a], [b]], dtype=torch.float64))
        flipped = -mean(lambda e, a=a, b=b: f(-b * (a + sd * e)))
        expected = flipped if non_saturating else fake
        assert float(losses.generator) == pytest.approx(expected, abs=1e-10)
        assert float(losses.discriminator) == pytest.approx(-fake - real, abs=1e-10)


# Verdicts, measured


CONVERGING = {
    "R1": gt.DiracGAN(penalties=[gt.R1(0.5)]),
    "R2": gt.DiracGAN(penalties=[gt.R2(0.5)]),
    "R1, overdamped": gt.DiracGAN(penalties=[gt.R1(1.5)]),
    "R1, non-saturating": gt.DiracGAN(gt.NonSaturating(), penalties=[gt.R1(0.5)]),
    "R1, Wasserstein": gt.DiracGAN(gt.Wasserstein(), penalties=[gt.R1(0.5)]),
    "instance noise": gt.DiracGAN(instance_noise=1.0),
    "instance noise, non-saturating": gt.DiracGAN(gt.NonSaturating(), instance_noise=1.0),
    "instance noise, least squares": gt.DiracGAN(gt.ZeroSum(gt.LeastSquares()), instance_noise=0.8),
}


@pytest.mark.parametrize("name", CONVERGING)
def test_these_flows_converge_at_the_rate_of_their_eigenvalues(name: str) -> None:
    game = CONVERGING[name]
    rate = float(gt.spectrum(game, *ORIGIN).real.max())
    assert rate < -1e-3
    # From afar it comes home; close to home, it does so at the eigenvalue's rate.
    times = torch.linspace(0, 18 / -rate, 10, dtype=torch.float64)
    distance = radius(gt.flow(game, [1.0], [0.5], times, rtol=1e-9))
    assert float(distance[-1]) < 1e-4
    frequency = float(gt.spectrum(game, *ORIGIN).imag.max())
    span = math.pi / frequency if frequency else 1 / -rate  # half a turn brings the shape back
    start = 1e-3 if frequency else 4 / -rate  # or let the faster motion die out
    moments = torch.tensor([0.0, start, start + span], dtype=torch.float64)
    near = radius(gt.flow(game, [1e-4], [0.5e-4], moments))
    measured = math.log(float(near[-1] / near[-2])) / span
    assert measured == pytest.approx(rate, rel=1e-4)


@pytest.mark.parametrize("name", CONVERGING)
def test_these_games_converge_in_alternating_steps(name: str) -> None:
    path = gt.simulate(CONVERGING[name], gt.Alternating(), [1.0], [0.5], 150, eta=0.3)
    assert float(radius(path)[-1]) < 1e-3


@pytest.mark.parametrize("name", ["R1", "instance noise"])
def test_these_games_converge_in_simultaneous_steps_too(name: str) -> None:
    path = gt.simulate(CONVERGING[name], gt.Simultaneous(), [1.0], [0.5], 250, eta=0.3)
    assert float(radius(path)[-1]) < 1e-3


@every_loss
def test_consensus_converges_in_small_steps(case: Case) -> None:
    path = gt.simulate(
        gt.DiracGAN(case.loss), gt.Consensus(), [0.6], [0.5], 200, eta=0.25, gamma=1.0
    )
    assert float(radius(path)[-1]) < 1e-4


def test_penalties_zero_centred_agree() -> None:
    points = torch.linspace(-2, 2, 9, dtype=torch.float64)[:, None]
    others = (gt.R2(0.7), gt.GradientPenalty(0.7, target=0.0))
    expected = gt.velocity(gt.DiracGAN(penalties=[gt.R1(0.7)]), points[:, None], points)
    for penalty in others:
        found = gt.velocity(gt.DiracGAN(penalties=[penalty]), points[:, None], points)
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one, other, rtol=0, atol=1e-15)


@every_zero_sum_loss
def test_unregularised_flow_goes_round_for_ever(case: Case) -> None:
    times = torch.linspace(0, 12, 5, dtype=torch.float64)
    distance = radius(gt.flow(gt.DiracGAN(case.loss), [0.6], [0.3], times))
    torch.testing.assert_close(distance, torch.full_like(distance, math.hypot(0.6, 0.3)))


def test_unregularised_steps_do_not_converge() -> None:
    start = {"theta": [0.6], "psi": [0.3], "steps": 250, "eta": 0.3}
    assert float(radius(gt.simulate(gt.DiracGAN(), gt.Simultaneous(), **start))[-1]) > 2
    assert float(radius(gt.simulate(gt.DiracGAN(), gt.Alternating(), **start)).min()) > 0.55


@pytest.mark.parametrize("loss", [gt.Wasserstein(), gt.Hinge(), gt.ZeroSum(gt.Hinge())])
def test_instance_noise_needs_curvature(loss: gt.Loss) -> None:
    """With f''(0) = 0 the noise leaves the eigenvalues on the imaginary axis."""
    assert (
        float(gt.spectrum(gt.DiracGAN(loss, instance_noise=0.5), *ORIGIN).real.abs().max()) < 1e-14
    )


def test_instance_noise_does_nothing_to_a_straight_line() -> None:
    """The Wasserstein GAN's f is straight everywhere: its noisy orbits close."""
    distance = radius(
        gt.flow(gt.DiracGAN(gt.Wasserstein(), instance_noise=0.5), [0.6], [0.3], [0.0, 10.0])
    )
    assert float(distance[-1]) == pytest.approx(float(distance[0]), rel=1e-8)


def test_non_saturating_flow_converges_but_slower_than_any_exponential() -> None:
    """Near the centre 1 / r^2 grows by 1/8 per unit of time, so that r falls like sqrt(8 / t).

    d(r^2)/dt = -2 theta psi tanh(theta psi / 2), about -(theta psi)^2, whose mean over a turn is
    r^4 / 8.
    """
    game = gt.DiracGAN(gt.NonSaturating())
    point = torch.tensor([[0.9], [-0.7]], dtype=torch.float64)
    rate = gt.lie_derivative(game, lambda x, y: (x**2 + y**2).sum(), *point)
    product = 0.9 * -0.7
    assert float(rate) == pytest.approx(-2 * product * math.tanh(product / 2), rel=1e-13)
    turn = 4 * math.pi  # f'(0) = 1/2
    times = turn * torch.arange(0, 5, 2, dtype=torch.float64)
    inverse = radius(gt.flow(game, [0.3], [0.0], times)) ** -2
    growth = inverse.diff() / (2 * turn)
    np.testing.assert_allclose(growth.numpy(), 1 / 8, rtol=5e-3)


def test_non_saturating_simultaneous_steps_end_on_a_cycle() -> None:
    """Steps blow up by 1 + h^2/4 on r^2, the field pulls in by h r^4/8: balance at r^2 = 2h."""
    h = 0.08
    inside_out = torch.tensor([[0.5], [1.0], [1.6]], dtype=torch.float64) * math.sqrt(2 * h)
    path = gt.simulate(
        gt.DiracGAN(gt.NonSaturating()), gt.Simultaneous(), inside_out, [0.0], 600, eta=h
    )
    r2 = radius(path) ** 2 / (2 * h)
    assert float(r2[-1, 0]) > 1.5 * float(r2[0, 0])
    np.testing.assert_allclose(r2[:, 1], 1, atol=0.05)
    assert float(r2[-1, 2]) < 0.7 * float(r2[0, 2])


def test_non_saturating_alternating_steps_converge_like_one_over_root_t() -> None:
    """They conserve an ellipse to first order, so that the flow's decay is what remains."""
    h = 0.4
    path = gt.simulate(gt.DiracGAN(gt.NonSaturating()), gt.Alternating(), [0.5], [0.0], 900, eta=h)
    form = (path.theta**2 + h / 2 * path.theta * path.psi + path.psi**2)[:, 0]
    growth = (1 / form[900] - 1 / form[300]) / (600 * h)
    assert float(growth) == pytest.approx(1 / 8, rel=0.03)


def test_the_velocities_of_chapter_two_are_those_of_the_library() -> None:
    """The chapter writes each method out in NumPy."""

    def slope(score: np.ndarray) -> np.ndarray:
        return 1 / (1 + np.exp(score))

    wgan, gp = gt.Wasserstein(), gt.GradientPenalty(1.0)
    pairs = [
        (gt.DiracGAN(), lambda t, p: (-p * slope(p * t), t * slope(p * t))),
        (
            gt.DiracGAN(gt.NonSaturating()),
            lambda t, p: (-p * slope(-p * t), t * slope(p * t)),
        ),
        (gt.DiracGAN(wgan), lambda t, p: (-p, t)),
        (gt.DiracGAN(wgan, penalties=[gp]), lambda t, p: (-p, t - p + np.sign(p))),
        (
            gt.DiracGAN(penalties=[gt.R1(0.5)]),
            lambda t, p: (-p * slope(p * t), t * slope(p * t) - p / 2),
        ),
    ]
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 20, 1))
    for game, by_hand in pairs:
        library = gt.velocity(game, torch.from_numpy(x), torch.from_numpy(y))
        for player, expected in zip(library, by_hand(x, y), strict=True):
            np.testing.assert_allclose(player.numpy(), expected, atol=1e-12)


@settings(deadline=None, max_examples=25)
@given(seed=st.integers(0, 10_000), m=st.integers(1, 4), more=st.integers(0, 2))
def test_one_damped_player_is_enough(seed: int, m: int, more: int) -> None:
    """P = 0, Q positive definite: damped where A has full row rank, at rest where it has not."""
    rng = np.random.default_rng(seed)
    n = m + more
    root = rng.normal(size=(n, n))
    A = rng.normal(size=(m, n))
    Q = root @ root.T + 0.1 * np.eye(n)
    start = torch.zeros(m, dtype=torch.float64), torch.zeros(n, dtype=torch.float64)
    assert gt.spectrum(gt.Bilinear(A, Q=Q), *start).real.max() < 0
    A[0] = 0.0  # a direction that the discriminator does not feel
    blind = gt.spectrum(gt.Bilinear(A, Q=Q), *start)
    assert float(blind.abs().min()) < 1e-10


@pytest.mark.parametrize(
    "rule", [gt.Simultaneous(), gt.Alternating()], ids=["simultaneous", "alternating"]
)
def test_clipped_wasserstein_keeps_going_round(rule) -> None:
    clip, h = 0.3, 0.1
    path = gt.simulate(gt.DiracGAN(gt.Wasserstein(), clip=clip), rule, [1.0], [0.2], 500, eta=h)
    assert float(path.psi.abs().max()) <= clip
    assert float(path.psi.abs().max()) == clip
    distance = radius(path)[400:]
    # It ends on the largest orbit that the clip lets pass, of the rule's own shape.
    assert float(distance.min()) > 0.8 * clip
    assert float(distance.max()) < 1.3 * clip
    if isinstance(rule, gt.Alternating):
        a, b = path.theta[400:], path.psi[400:]
        form = a**2 + h * a * b + b**2
        torch.testing.assert_close(form, form[:1].expand_as(form), rtol=1e-3, atol=0)
        assert float(form[0]) <= clip**2


@settings(deadline=None, max_examples=6)
@given(weight=st.floats(0.2, 1.5), target=st.floats(0.2, 1.5))
def test_wgan_gp_orbit_in_closed_form(weight: float, target: float) -> None:
    """WGAN-GP turns for ever: it crosses psi = 0 at theta = +- g k coth(pi g / (4 w)).

    Here g = gamma, k = target and w = sqrt(1 - g^2/4). While psi > 0 the field is a damped spiral
    round (-g k, 0), so that a half turn takes theta = a to -g k - (a + g k) q with
    q = exp(-pi g / (2 w)). The orbit repeats, mirrored, where that is -a.
    """
    game = gt.DiracGAN(gt.Wasserstein(), penalties=[gt.GradientPenalty(weight, target)])
    w = math.sqrt(1 - weight**2 / 4)
    crossing = weight * target / math.tanh(math.pi * weight / (4 * w))
    half_turn = math.pi / w
    # Start a hair above psi = 0, where the field is smooth until the half turn is over.
    times = torch.tensor([0.0, half_turn * (1 - 1e-7)], dtype=torch.float64)
    path = gt.flow(game, [crossing], [1e-9], times)
    assert float(path.theta[-1]) == pytest.approx(-crossing, rel=1e-5)
    assert abs(float(path.psi[-1])) < 1e-5 * crossing


def test_wgan_gp_does_not_converge_from_anywhere() -> None:
    game = gt.DiracGAN(gt.Wasserstein(), penalties=[gt.GradientPenalty(0.5, target=1.0)])
    crossing = 0.5 / math.tanh(math.pi * 0.5 / (4 * math.sqrt(1 - 0.5**2 / 4)))
    starts = torch.tensor([[0.01], [0.5], [1.3], [4.0]], dtype=torch.float64)
    h = 0.05
    for rule in (gt.Simultaneous(), gt.Alternating()):
        path = gt.simulate(game, rule, starts, [0.01], 600, eta=h)
        x, y = (points[350:, :, 0] for points in path)
        crosses = (y[:-1] < 0) & (y[1:] >= 0)
        assert bool(crosses.any(0).all())
        for member in range(len(starts)):
            at = x[:-1, member][crosses[:, member]]
            assert float(at.min()) > 0.9 * crossing
            assert float(at.max()) < 1.25 * crossing  # steps blow up a little
        assert float(radius(path)[350:].min()) > 0.5
