"""Shapes, values and refusals of the bilinear game."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import gantext as gt
from tests.games import random_tensor


def test_value_is_the_quadratic_form() -> None:
    A, P, Q = random_tensor(3, 2), random_tensor(3, 3, seed=1), random_tensor(2, 2, seed=2)
    P, Q = P + P.T, Q + Q.T
    theta, psi = random_tensor(3, seed=3), random_tensor(2, seed=4)
    a, p, q, x, y = (t.numpy() for t in (A, P, Q, theta, psi))
    expected = x @ a @ y + x @ p @ x / 2 - y @ q @ y / 2
    np.testing.assert_allclose(float(gt.Bilinear(A, P, Q).value(theta, psi)), expected, rtol=1e-13)
    only_p = x @ a @ y + x @ p @ x / 2
    np.testing.assert_allclose(float(gt.Bilinear(A, P=P).value(theta, psi)), only_p, rtol=1e-13)


def test_game_is_zero_sum_and_affine() -> None:
    game = gt.Bilinear(random_tensor(3, 2))
    losses = game.losses(random_tensor(3, seed=1), random_tensor(2, seed=2))
    assert isinstance(game, gt.Game)
    assert isinstance(losses, gt.Losses)
    assert game.affine
    assert losses.generator.shape == ()
    assert float(losses.generator) == -float(losses.discriminator) != 0


def test_value_broadcasts_leading_dimensions_and_equals_a_loop() -> None:
    game = gt.Bilinear(random_tensor(3, 2), P=torch.eye(3))
    theta, psi = random_tensor(4, 1, 3, seed=1), random_tensor(5, 2, seed=2)
    found = game.value(theta, psi)
    assert found.shape == (4, 5)
    for i in range(4):
        for j in range(5):
            assert torch.equal(found[i, j], game.value(theta[i, 0], psi[j]))
    energies = game.mode_energies(theta, psi)
    assert energies.shape == (4, 5, 2)
    torch.testing.assert_close(energies[1, 2], game.mode_energies(theta[1, 0], psi[2]))


def test_matrices_can_be_mapped_over() -> None:
    As = random_tensor(5, 3, 2)
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    found = torch.func.vmap(lambda A: gt.Bilinear(A, Q=A.T @ A).losses(theta, psi).generator)(As)
    for A, value in zip(As, found, strict=True):
        torch.testing.assert_close(value, gt.Bilinear(A, Q=A.T @ A).value(theta, psi))


def test_inputs_become_float64_and_stay_unchanged() -> None:
    A = np.ones((2, 2), dtype=np.float32)
    game = gt.Bilinear(A)
    assert game.A.dtype == torch.float64
    assert game.frequencies().dtype == torch.float64
    assert game.value([1, 2], [3, 4]).dtype == torch.float64
    assert gt.Bilinear.xy().A.tolist() == [[1.0]]


def test_the_callers_arrays_stay_the_callers() -> None:
    arrays = [np.eye(2) for _ in range(3)]
    game = gt.Bilinear(*arrays)
    for array in arrays:
        array[:] = 7.0
    for matrix in (game.A, game.P, game.Q):
        assert matrix.tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_gradients_reach_the_matrices() -> None:
    A = random_tensor(3, 2).requires_grad_()
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    gt.Bilinear(A).value(theta, psi).backward()
    torch.testing.assert_close(A.grad, torch.outer(theta, psi))


@pytest.mark.parametrize("shape", [(1, 1), (2, 5), (4, 3)])
def test_mode_energies_of_singular_vectors(shape: tuple[int, int]) -> None:
    A = random_tensor(*shape)
    u, sigma, vh = np.linalg.svd(A.numpy())
    game = gt.Bilinear(A)
    np.testing.assert_allclose(game.frequencies(), sigma, rtol=1e-13)
    assert game.frequencies().diff().le(0).all()
    r = min(shape)
    for i in range(r):
        energies = game.mode_energies(3 * u[:, i], 4 * vh[i])
        np.testing.assert_allclose(energies, 25.0 * (np.arange(r) == i), atol=1e-12)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"A": [1.0, 2.0]}, r"A: expected a matrix of shape \(m, n\), got shape \(2,\)"),
        ({"A": [[[1.0]]]}, r"A: expected a matrix .* got shape \(1, 1, 1\)"),
        ({"A": np.ones((0, 2))}, r"A: expected a matrix .* got shape \(0, 2\)"),
        ({"A": [[float("nan")]]}, "A: expected numbers, got NaN"),
        ({"A": [[float("inf")]]}, "A: expected finite values"),
        ({"A": [[1.0], [1.0, 2.0]]}, "A: expected a rectangular array"),
        (
            {"A": [[1.0, 2.0]], "P": [[1.0, 0.0], [0.0, 1.0]]},
            r"P: expected shape \(1, 1\) to fit A",
        ),
        ({"A": [[1.0, 2.0]], "Q": [[1.0]]}, r"Q: expected shape \(2, 2\) to fit A, got \(1, 1\)"),
        ({"A": [[1.0, 2.0]], "Q": [[1.0, 0.5], [0.0, 1.0]]}, "Q: expected a symmetric .* by 0.5"),
        ({"A": [[1.0]], "P": [[float("nan")]]}, "P: expected numbers, got NaN"),
    ],
)
def test_bad_matrices_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gt.Bilinear(**arguments)


def test_what_is_no_number_is_refused() -> None:
    with pytest.raises(TypeError, match="A: expected numbers, got object"):
        gt.Bilinear(object())


@pytest.mark.parametrize("method", ["value", "losses", "mode_energies"])
def test_points_of_the_wrong_shape_are_refused(method: str) -> None:
    game = gt.Bilinear(random_tensor(3, 2))
    good_theta, good_psi = torch.zeros(3).double(), torch.zeros(2).double()
    with pytest.raises(ValueError, match=r"theta: expected shape \(\.\.\., 3\), got \(2,\)"):
        getattr(game, method)(good_psi, good_psi)
    with pytest.raises(ValueError, match=r"psi: expected shape \(\.\.\., 2\), got \(\)"):
        getattr(game, method)(good_theta, good_psi.sum())


@pytest.mark.parametrize("method", ["value", "mode_energies"])
def test_nan_points_are_refused(method: str) -> None:
    with pytest.raises(ValueError, match="psi: expected numbers, got NaN"):
        getattr(gt.Bilinear.xy(), method)([1.0], [float("nan")])
