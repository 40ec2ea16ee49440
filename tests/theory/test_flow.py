"""Chapter 2, continuous time: circles, their frequencies, and what the flow conserves."""

from __future__ import annotations

import math

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import gantext as gt
from tests.games import random_tensor

SHAPES = [(1, 1), (2, 2), (3, 3), (2, 4), (5, 3), (1, 6)]


def positive_definite(size: int, seed: int) -> torch.Tensor:
    root = random_tensor(size, size, seed=seed)
    return root @ root.T / size + 0.1 * torch.eye(size, dtype=torch.float64)


def exact_jacobian(game: gt.Bilinear) -> np.ndarray:
    """Write down [[-P, -A], [A', -Q]] without differentiating anything."""
    A = game.A.numpy()
    m, n = A.shape
    P = np.zeros((m, m)) if game.P is None else game.P.numpy()
    Q = np.zeros((n, n)) if game.Q is None else game.Q.numpy()
    return np.block([[-P, -A], [A.T, -Q]])


# f = xy


def test_flow_of_xy_is_a_rotation_by_one_radian_per_unit_of_time() -> None:
    x0, y0 = random_tensor(2, 7, 1, seed=1)
    times = torch.linspace(0, 7, 29, dtype=torch.float64)
    path = gt.flow(gt.Bilinear.xy(), x0, y0, times)
    c, s = times.cos()[:, None, None], times.sin()[:, None, None]
    torch.testing.assert_close(path.theta, c * x0 - s * y0, rtol=0, atol=1e-9)
    torch.testing.assert_close(path.psi, s * x0 + c * y0, rtol=0, atol=1e-9)


def test_xy_conserves_the_radius_over_many_turns() -> None:
    times = torch.linspace(0, 6 * math.pi, 30, dtype=torch.float64)
    path = gt.flow(gt.Bilinear.xy(), [1.5], [-0.5], times)
    radius2 = path.theta**2 + path.psi**2
    torch.testing.assert_close(radius2, torch.full_like(radius2, 2.5), rtol=1e-8, atol=0)


def test_period_of_xy_is_two_pi_and_no_less() -> None:
    times = torch.linspace(0, 2 * math.pi, 201, dtype=torch.float64)
    path = gt.flow(gt.Bilinear.xy(), [1.0], [0.0], times)
    distance = torch.hypot(path.theta - 1.0, path.psi).squeeze(-1)
    assert distance[-1] < 1e-9
    # Away from the start in between: the chord of a circle, 2 sin(t / 2).
    torch.testing.assert_close(distance, 2 * (times / 2).sin().abs(), rtol=0, atol=1e-9)


def test_mean_of_the_flow_goes_to_the_equilibrium_like_one_over_time() -> None:
    times = torch.linspace(0, 30, 3_001, dtype=torch.float64)
    path = gt.flow(gt.Bilinear.xy(), [1.0], [0.0], times, rtol=1e-8)
    z = torch.cat([path.theta, path.psi], -1)
    mean = torch.cumulative_trapezoid(z, times, dim=0) / times[1:, None]
    # Integrating z' = J z: the mean is J^-1 (z(T) - z(0)) / T, and |z(T) - z(0)| <= 2.
    turned_back = torch.stack([z[1:, 1] - z[0, 1], -(z[1:, 0] - z[0, 0])], -1)
    torch.testing.assert_close(mean, turned_back / times[1:, None], rtol=0, atol=1e-5)
    assert (mean.norm(dim=-1) <= 2 / times[1:] + 1e-5).all()
    assert (z.norm(dim=-1) > 1 - 1e-5).all()


# f = x'Ay


@pytest.mark.parametrize("shape", SHAPES)
def test_frequencies_are_the_singular_values(shape: tuple[int, int]) -> None:
    m, n = shape
    game = gt.Bilinear(random_tensor(m, n, seed=m * 10 + n))
    sigma = np.linalg.svd(game.A.numpy(), compute_uv=False)
    np.testing.assert_allclose(game.frequencies().numpy(), sigma, rtol=1e-13)
    found = gt.spectrum(game, torch.zeros(m).double(), torch.zeros(n).double()).numpy()
    expected = np.concatenate([sigma, -sigma, np.zeros(abs(m - n))])
    np.testing.assert_allclose(found.real, 0, atol=1e-12)
    np.testing.assert_allclose(np.sort(found.imag), np.sort(expected), atol=1e-12)


@pytest.mark.parametrize("shape", SHAPES)
def test_each_mode_turns_at_its_own_singular_value(shape: tuple[int, int]) -> None:
    m, n = shape
    game = gt.Bilinear(random_tensor(m, n, seed=m * 10 + n))
    theta, psi = random_tensor(m, seed=2), random_tensor(n, seed=3)
    times = torch.linspace(0, 3, 61, dtype=torch.float64)
    path = gt.flow(game, theta, psi, times)
    u, sigma, vh = np.linalg.svd(game.A.numpy())  # another library's modes, all of them
    r = min(m, n)
    along_u, along_v = path.theta.numpy() @ u, path.psi.numpy() @ vh.T
    angle = np.unwrap(np.arctan2(along_v[:, :r], along_u[:, :r]), axis=0)
    turned = angle - angle[0]
    np.testing.assert_allclose(turned, times.numpy()[:, None] * sigma, atol=1e-8)
    # What A does not touch stays where it is.
    np.testing.assert_allclose(along_u[:, r:], np.tile(along_u[0, r:], (61, 1)), atol=1e-9)
    np.testing.assert_allclose(along_v[:, r:], np.tile(along_v[0, r:], (61, 1)), atol=1e-9)


@pytest.mark.parametrize("shape", SHAPES)
def test_flow_conserves_the_energy_of_every_mode(shape: tuple[int, int]) -> None:
    m, n = shape
    game = gt.Bilinear(random_tensor(m, n, seed=m * 10 + n))
    theta, psi = random_tensor(4, m, seed=4), random_tensor(4, n, seed=5)
    path = gt.flow(game, theta, psi, torch.linspace(0, 5, 11, dtype=torch.float64))
    energies = game.mode_energies(path.theta, path.psi)
    assert energies.shape == (11, 4, min(m, n))
    torch.testing.assert_close(energies, energies[:1].expand_as(energies), rtol=1e-8, atol=1e-10)


matrices = hnp.arrays(
    np.float64,
    st.tuples(st.integers(1, 4), st.integers(1, 4)),
    elements=st.floats(-3, 3, allow_subnormal=False),
)


@settings(deadline=None, max_examples=40)
@given(A=matrices, seed=st.integers(0, 2**31))
def test_no_bilinear_game_changes_its_mode_energies(A: np.ndarray, seed: int) -> None:
    game = gt.Bilinear(A)
    m, n = A.shape
    theta, psi = random_tensor(m, seed=seed), random_tensor(n, seed=seed + 1)
    scale = float((theta**2).sum() + (psi**2).sum()) * (1 + float(np.abs(A).sum()))
    for i in range(min(m, n)):
        rate = gt.lie_derivative(game, lambda t, p, i=i: game.mode_energies(t, p)[i], theta, psi)
        assert abs(float(rate)) < 1e-12 * scale


@settings(deadline=None, max_examples=40)
@given(A=matrices)
def test_spectrum_of_any_bilinear_game_is_plus_minus_i_sigma(A: np.ndarray) -> None:
    m, n = A.shape
    found = gt.spectrum(gt.Bilinear(A), torch.zeros(m).double(), torch.zeros(n).double()).numpy()
    sigma = scipy.linalg.svdvals(A)
    expected = np.concatenate([sigma, -sigma, np.zeros(abs(m - n))])
    # The matrix is antisymmetric, hence normal: rounding moves its eigenvalues by rounding only.
    np.testing.assert_allclose(found.real, 0, atol=1e-12)
    np.testing.assert_allclose(np.sort(found.imag), np.sort(expected), atol=1e-12)


# With quadratic terms


@pytest.mark.parametrize("shape", [(1, 1), (2, 4), (5, 3)])
@pytest.mark.parametrize("terms", ["P", "Q", "both"])
def test_flow_equals_the_matrix_exponential(shape: tuple[int, int], terms: str) -> None:
    m, n = shape
    game = gt.Bilinear(
        random_tensor(m, n, seed=6),
        P=positive_definite(m, seed=7) if terms in ("P", "both") else None,
        Q=positive_definite(n, seed=8) if terms in ("Q", "both") else None,
    )
    start = random_tensor(m + n, seed=9)
    times = torch.tensor([0.0, 0.3, 1.7, 4.0], dtype=torch.float64)
    path = gt.flow(game, start[:m], start[m:], times)
    found = torch.cat([path.theta, path.psi], -1).numpy()
    J = exact_jacobian(game)
    expected = [scipy.linalg.expm(J * t) @ start.numpy() for t in times.tolist()]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-8)


def test_jacobian_and_velocity_of_a_quadratic_game(assert_same_spectrum) -> None:
    game = gt.Bilinear(
        random_tensor(3, 2, seed=1), P=positive_definite(3, seed=2), Q=positive_definite(2, seed=3)
    )
    theta, psi = random_tensor(3, seed=4), random_tensor(2, seed=5)
    J = exact_jacobian(game)
    np.testing.assert_allclose(gt.jacobian(game, theta, psi).numpy(), J, rtol=0, atol=1e-14)
    v = torch.cat(gt.velocity(game, theta, psi)).numpy()
    np.testing.assert_allclose(v, J @ torch.cat([theta, psi]).numpy(), rtol=0, atol=1e-14)
    assert_same_spectrum(gt.spectrum(game, theta, psi), np.linalg.eigvals(J))


@settings(deadline=None, max_examples=40)
@given(a=st.floats(-2, 2), b=st.floats(-2, 2), sigma=st.floats(0.1, 3))
def test_curvature_damps_and_slows(a: float, b: float, sigma: float) -> None:
    """On sigma xy + a x^2/2 - b y^2/2: -(a+b)/2 +- sqrt((a-b)^2/4 - sigma^2)."""
    game = gt.Bilinear([[sigma]], P=[[a]], Q=[[b]])
    J = gt.jacobian(game, torch.zeros(1).double(), torch.zeros(1).double())
    # Compared through trace and determinant, which stay well conditioned at the double root.
    root = np.emath.sqrt((a - b) ** 2 / 4 - sigma**2)
    low, high = -(a + b) / 2 - root, -(a + b) / 2 + root
    assert float(J.trace()) == pytest.approx((low + high).real, abs=1e-12)
    assert float(J.det()) == pytest.approx((low * high).real, abs=1e-12)
    if abs((a - b) ** 2 / 4 - sigma**2) > 1e-2:
        found = gt.spectrum(game, torch.zeros(1).double(), torch.zeros(1).double()).numpy()
        by_both = sorted(found, key=lambda z: (round(z.imag, 9), z.real))
        np.testing.assert_allclose(by_both, sorted([low, high], key=lambda z: (z.imag, z.real)))


def test_measured_decay_and_frequency_match_the_eigenvalues() -> None:
    a, b, sigma = 0.3, 0.1, 2.0
    game = gt.Bilinear([[sigma]], P=[[a]], Q=[[b]])
    rate, frequency = -(a + b) / 2, math.sqrt(sigma**2 - (a - b) ** 2 / 4)
    period = 2 * math.pi / frequency
    path = gt.flow(game, [1.0], [0.5], torch.arange(4, dtype=torch.float64) * period)
    # After one period every start is shrunk by the same factor and points the same way.
    for points in path:
        ratio = points[1:] / points[:-1]
        expected = torch.full_like(ratio, math.exp(rate * period))
        torch.testing.assert_close(ratio, expected, rtol=1e-8, atol=0)


# What is conserved and what is not


def radius2(theta: torch.Tensor, psi: torch.Tensor) -> torch.Tensor:
    return (theta**2).sum() + (psi**2).sum()


def test_lie_derivative_tells_conserved_from_not() -> None:
    theta, psi = torch.tensor([[0.7], [-1.2]], dtype=torch.float64)
    assert abs(float(gt.lie_derivative(gt.Bilinear.xy(), radius2, theta, psi))) < 1e-15
    # d/dt (xy) = x^2 - y^2 and d/dt x = -y.
    product = gt.lie_derivative(gt.Bilinear.xy(), lambda t, p: (t * p).sum(), theta, psi)
    assert float(product) == pytest.approx(0.7**2 - 1.2**2, abs=1e-15)
    coordinate = gt.lie_derivative(gt.Bilinear.xy(), lambda t, _: t.sum(), theta, psi)
    assert float(coordinate) == pytest.approx(1.2, abs=1e-15)
    # With curvature the radius shrinks: d/dt r^2 = -2 a x^2 - 2 b y^2.
    damped = gt.lie_derivative(gt.Bilinear([[1.0]], P=[[0.3]], Q=[[0.5]]), radius2, theta, psi)
    assert float(damped) == pytest.approx(-2 * 0.3 * 0.49 - 2 * 0.5 * 1.44, abs=1e-15)


def test_near_an_equilibrium_a_smooth_game_looks_linear() -> None:
    """The Dirac-GAN's first nonlinear term is cubic: half the start, an eighth of the error."""
    game = gt.DiracGAN(penalties=[gt.R1(0.2)])
    J = np.array([[0.0, -0.5], [0.5, -0.2]])
    times = torch.tensor([0.0, 5.0], dtype=torch.float64)
    direction = np.array([0.6, 0.8])
    errors = []
    for size in (0.2, 0.1, 0.05):
        path = gt.flow(game, [size * 0.6], [size * 0.8], times)
        found = torch.cat([path.theta[-1], path.psi[-1]]).numpy()
        errors.append(np.linalg.norm(found - scipy.linalg.expm(5 * J) @ (size * direction)))
    np.testing.assert_allclose(np.divide(errors[:-1], errors[1:]), 8, rtol=0.05)
