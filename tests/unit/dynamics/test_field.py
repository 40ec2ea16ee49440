"""Shapes, batches, pytrees and refusals of the vector field."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch

import gantext as gt
from gantext.dynamics.field import sort_eigenvalues, velocity_and_losses
from tests.games import NetworkGame, random_tensor


class Cubic(gt.Game):
    """Neither zero-sum nor affine: L_G = x^3 y + sum(x^2), L_D = x y^2 - sum(x) y, over 2 and 1."""

    def losses(self, theta: torch.Tensor, psi: torch.Tensor, batch: Any = 1.0) -> gt.Losses:
        """Let the batch, a number, scale one term."""
        batch = 1.0 if batch is None else batch
        generator = batch * (theta**3).sum() * psi[0] + (theta**2).sum()
        discriminator = (theta.sum() * psi**2 - theta.sum() * psi)[0]
        return gt.Losses(generator, discriminator)


class Networks(NetworkGame):
    """Two networks as a Wasserstein GAN."""

    def cost(self, fake: torch.Tensor, real: torch.Tensor) -> gt.Losses:
        """Compare the mean scores."""
        return gt.Losses(-fake.mean(), fake.mean() - real.mean())


BATCH = Networks.BATCH


def test_velocity_is_minus_each_players_own_gradient() -> None:
    theta, psi = random_tensor(2), random_tensor(1, seed=1)
    v_theta, v_psi = gt.velocity(Cubic(), theta, psi)
    torch.testing.assert_close(v_theta, -(3 * theta**2 * psi + 2 * theta))
    torch.testing.assert_close(v_psi, -(2 * theta.sum() * psi - theta.sum()))
    doubled, _ = gt.velocity(Cubic(), theta, psi, 2.0)
    torch.testing.assert_close(doubled, -(6 * theta**2 * psi + 2 * theta))


def test_velocity_of_networks_is_that_of_backward() -> None:
    game = Networks()
    theta, psi = game.parameters()
    v_theta, v_psi = gt.velocity(game, theta, psi, BATCH)
    for module, parameters in ((game.generator, theta), (game.discriminator, psi)):
        module.load_state_dict(parameters)
    fake = game.generator(BATCH[0])
    (-game.discriminator(fake).mean()).backward()
    for name, parameter in game.generator.named_parameters():
        torch.testing.assert_close(v_theta[name], -parameter.grad, rtol=1e-13, atol=1e-14)
    game.discriminator.zero_grad()
    loss = game.discriminator(fake.detach()).mean() - game.discriminator(BATCH[1]).mean()
    loss.backward()
    for name, parameter in game.discriminator.named_parameters():
        torch.testing.assert_close(v_psi[name], -parameter.grad, rtol=1e-13, atol=1e-14)


def test_losses_come_along() -> None:
    theta, psi = random_tensor(2), random_tensor(1, seed=1)
    _, losses = velocity_and_losses(Cubic(), theta, psi)
    for found, expected in zip(losses, Cubic().losses(theta, psi), strict=True):
        assert torch.equal(found, expected)


def test_jacobian_is_the_derivative_of_the_velocity() -> None:
    theta, psi = random_tensor(2), random_tensor(1, seed=1)
    J = gt.jacobian(Cubic(), theta, psi)
    z, h = torch.cat([theta, psi]), 1e-6
    for k in range(3):
        step = h * torch.eye(3, dtype=torch.float64)[k]
        ahead, behind = (
            torch.cat(gt.velocity(Cubic(), *w.split([2, 1]))) for w in (z + step, z - step)
        )
        torch.testing.assert_close(J[:, k], (ahead - behind) / (2 * h), rtol=1e-6, atol=1e-7)


def test_jacobian_of_networks_covers_every_parameter() -> None:
    game = Networks()
    theta, psi = game.parameters()
    n = sum(p.numel() for p in (*theta.values(), *psi.values()))
    J = gt.jacobian(game, theta, psi, BATCH)
    assert J.shape == (n, n)
    assert J.isfinite().all()
    values = gt.spectrum(game, theta, psi, BATCH)
    assert values.shape == (n,)
    assert complex(values.sum()).real == pytest.approx(float(J.trace()), abs=1e-10)
    # The generator's block is the Hessian of its own loss, hence symmetric.
    block = J[: sum(p.numel() for p in theta.values())][:, : sum(p.numel() for p in theta.values())]
    torch.testing.assert_close(block, block.T)


@pytest.mark.parametrize(
    "game", [Cubic(), gt.Bilinear(random_tensor(2, 1))], ids=["cubic", "bilinear"]
)
@pytest.mark.parametrize("function", [gt.velocity, gt.jacobian, gt.spectrum])
def test_batch_equals_a_loop(game: gt.Game, function) -> None:
    theta, psi = random_tensor(3, 1, 2), random_tensor(4, 1, seed=1)
    found = function(game, theta, psi)
    for i in range(3):
        for j in range(4):
            expected = function(game, theta[i, 0], psi[j])
            if function is gt.velocity:
                assert torch.equal(found[0][i, j], expected[0])
                assert torch.equal(found[1][i, j], expected[1])
            else:
                assert found.shape[:2] == (3, 4)
                assert torch.equal(found[i, j], expected)


def test_lie_derivative_batches() -> None:
    theta, psi = random_tensor(3, 1, 2), random_tensor(4, 1, seed=1)
    found = gt.lie_derivative(Cubic(), lambda t, p: t.sum() * p.sum(), theta, psi)
    v_theta, v_psi = gt.velocity(Cubic(), theta, psi)
    expected = v_theta.sum(-1) * psi.sum(-1) + theta.sum(-1) * v_psi.sum(-1)
    torch.testing.assert_close(found, expected)


def test_flow_shapes_and_batch() -> None:
    game = gt.DiracGAN(penalties=[gt.R1(0.3)])
    theta, psi = random_tensor(3, 1, 1), random_tensor(2, 1, seed=1)
    times = torch.tensor([0.0, 0.5, 2.0], dtype=torch.float64)
    path = gt.flow(game, theta, psi, times)
    assert isinstance(path, gt.Trajectory)
    assert path.theta.shape == path.psi.shape == (3, 3, 2, 1)
    assert path.theta.dtype == torch.float64
    torch.testing.assert_close(path.theta[0], theta.expand(3, 2, 1), rtol=0, atol=0)
    for i in range(3):
        for j in range(2):  # members share the integrator's step: equal to its accuracy
            alone = gt.flow(game, theta[i, 0], psi[j], times)
            torch.testing.assert_close(path.theta[:, i, j], alone.theta, rtol=0, atol=1e-9)
            torch.testing.assert_close(path.psi[:, i, j], alone.psi, rtol=0, atol=1e-9)


def test_flow_starts_at_its_first_moment() -> None:
    late = gt.flow(gt.Bilinear.xy(), [1.0], [0.0], [3.0, 4.0])
    early = gt.flow(gt.Bilinear.xy(), [1.0], [0.0], [0.0, 1.0])
    torch.testing.assert_close(late.theta, early.theta)
    assert late.theta[0].tolist() == [1.0]


def test_flow_leaves_its_start_alone() -> None:
    theta, psi = random_tensor(2, 1), random_tensor(2, 1, seed=1)
    before = theta.clone(), psi.clone()
    gt.flow(gt.Bilinear.xy(), theta, psi, [0.0, 1.0])
    assert torch.equal(theta, before[0])
    assert torch.equal(psi, before[1])


def test_flow_starts_from_a_parameter_and_in_a_game_that_learns() -> None:
    expected = gt.flow(gt.Bilinear.xy(), [1.0], [0.0], [0.0, 1.0])
    start = torch.nn.Parameter(torch.ones(1))
    game = gt.Bilinear(torch.ones(1, 1, dtype=torch.float64, requires_grad=True))
    assert torch.equal(gt.flow(game, start, [0.0], [0.0, 1.0]).theta, expected.theta)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"theta": 1.0}, r"theta: expected shape \(\.\.\., size\), got a scalar"),
        ({"psi": 0.0}, r"psi: expected shape \(\.\.\., size\), got a scalar"),
        (
            {"theta": torch.ones(2, 1), "psi": torch.ones(3, 1)},
            r"batch shapes that broadcast, got theta \(2,\), psi \(3,\)",
        ),
        ({"theta": torch.ones(0, 1)}, r"at least one member, got batch shapes theta \(0,\)"),
        ({"theta": [float("nan")]}, "theta: expected numbers, got NaN"),
        ({"psi": [float("inf")]}, "psi: expected finite values"),
        ({"times": [0.0]}, "times: expected at least two increasing moments"),
        ({"times": [0.0, 0.0]}, "times: expected at least two increasing moments"),
        ({"times": [1.0, 0.5]}, "times: expected at least two increasing moments"),
        ({"times": [[0.0, 1.0]]}, "times: expected at least two increasing moments"),
        ({"times": [0.0, float("nan")]}, "times: expected numbers, got NaN"),
        ({"theta": [1.0, 2.0]}, r"theta: expected shape \(\.\.\., 1\), got \(2,\)"),
    ],
)
def test_flow_refuses(change: dict, message: str) -> None:
    arguments = {"theta": [1.0], "psi": [0.0], "times": [0.0, 1.0]} | change
    with pytest.raises(ValueError, match=message):
        gt.flow(gt.Bilinear.xy(), **arguments)


def test_flow_says_when_it_cannot_go_on() -> None:
    class Explosion(gt.Game):
        """x' = x^2: infinite at t = 1."""

        def losses(self, theta, psi, batch=None):
            return gt.Losses(-(theta**3).sum() / 3, (psi**2).sum())

    with pytest.raises(RuntimeError, match="flow: the integrator stopped early"):
        gt.flow(Explosion(), [1.0], [0.0], [0.0, 2.0], rtol=1e-3)


def test_wrong_shapes_are_refused_by_the_game() -> None:
    with pytest.raises(ValueError, match=r"psi: expected shape \(\.\.\., 2\), got \(3,\)"):
        gt.velocity(gt.Bilinear(torch.ones(3, 2)), torch.zeros(3), torch.zeros(3))
    with pytest.raises(ValueError, match="expected batch shapes that broadcast"):
        gt.velocity(gt.Bilinear.xy(), torch.zeros(2, 1), torch.zeros(3, 1))


@pytest.mark.parametrize("function", [gt.velocity, gt.jacobian, gt.spectrum])
def test_a_batch_without_members_is_refused(function) -> None:
    with pytest.raises(ValueError, match=r"at least one member, got .*psi \(0,\)"):
        function(gt.Bilinear.xy(), torch.zeros(4, 1, 1), torch.zeros(0, 1))


def test_eigenvalues_of_antisymmetric_matrices_are_found() -> None:
    """On this matrix, among others, the MKL of PyTorch 2.13 does not converge."""
    game = gt.Bilinear([[1.0], [0.5]])
    found = gt.spectrum(game, torch.zeros(2).double(), torch.zeros(1).double())
    root = 1.25**0.5
    np.testing.assert_allclose(found.numpy(), [-1j * root, 0, 1j * root], atol=1e-14)


def test_eigenvalues_keep_precision_and_batch() -> None:
    matrices = random_tensor(2, 3, 4, 4)
    found = gt.eigenvalues(matrices)
    assert found.shape == (2, 3, 4)
    assert found.dtype == torch.complex128
    assert gt.eigenvalues(matrices.float()).dtype == torch.complex64
    assert gt.eigenvalues(torch.eye(2).double()).dtype == torch.complex128
    torch.testing.assert_close(found.sum(-1).real, matrices.diagonal(dim1=-2, dim2=-1).sum(-1))
    torch.testing.assert_close(found.prod(-1).real, torch.linalg.det(matrices))


def test_sorted_by_imaginary_then_real_part() -> None:
    values = torch.tensor([3.0 + 1j, 5.0, -2.0, 3.0 - 1j, 1.0 - 1j])
    assert sort_eigenvalues(values).tolist() == [1 - 1j, 3 - 1j, -2, 5, 3 + 1j]
