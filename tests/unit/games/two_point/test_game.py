"""Shapes, batches, edge cases and refusals of the two-point game; theory has its laws."""

from __future__ import annotations

import math

import pytest
import torch

import gantext as gt


def zeros(*shape: int) -> torch.Tensor:
    return torch.zeros(*shape, dtype=torch.float64)


def test_it_is_a_game() -> None:
    game = gt.TwoPointGame(gt.quartic, kappa=1.5, lam=0.5)
    assert isinstance(game, gt.Game)
    assert not game.affine
    assert repr(game.loss) == "TwoPointLoss(quartic)"
    assert repr(game) == "TwoPointGame(quartic, kappa=1.5, lam=0.5)"
    theta, psi = (torch.tensor(x, dtype=torch.float64) for x in ([0.7], [0.3, -0.4]))
    q = 1 / (1 + math.exp(-0.7))
    d = [1 / (1 + math.exp(-x)) for x in (0.3, -0.4)]
    value = (math.log(d[0]) + math.log(d[1])) / 2
    value += q * math.log(1 - d[0]) + (1 - q) * math.log(1 - d[1])
    own = 1.5 * (1 - (2 * q - 1) ** 4) + 0.5 * (q * math.log(q) + (1 - q) * math.log(1 - q))
    losses = game.losses(theta, psi)
    assert losses.generator.shape == losses.discriminator.shape == ()
    assert float(losses.generator) == pytest.approx(value + own, abs=1e-14)
    assert float(losses.discriminator) == pytest.approx(-value, abs=1e-14)


@pytest.mark.parametrize("complexity", [gt.quadratic, gt.quartic])
def test_far_logits_stay_finite(complexity) -> None:
    game = gt.TwoPointGame(complexity, kappa=1.0, lam=1.0)
    theta = torch.tensor([[-800.0], [-50.0], [50.0], [800.0]], dtype=torch.float64)
    v_theta, v_psi = gt.velocity(game, theta, zeros(2))
    assert bool(v_theta.isfinite().all())
    assert bool(v_psi.isfinite().all())
    torch.testing.assert_close(v_theta, -v_theta.flip(0), rtol=0, atol=1e-12)


def test_weights_can_be_swept() -> None:
    kappas = torch.tensor([0.2, 0.9], dtype=torch.float64)
    lams = torch.tensor([[0.0], [0.3]], dtype=torch.float64)
    path = gt.simulate(
        lambda kappa, lam: gt.TwoPointGame(gt.quadratic, kappa, lam),
        gt.Simultaneous(),
        [0.4],
        [0.0, 0.0],
        5,
        eta=0.5,
        game_hparams={"kappa": kappas, "lam": lams},
    )
    assert path.theta.shape == (6, 2, 2, 1)
    alone = gt.simulate(
        gt.TwoPointGame(gt.quadratic, 0.9, 0.3), gt.Simultaneous(), [0.4], zeros(2), 5, eta=0.5
    )
    torch.testing.assert_close(path.theta[:, 1, 1], alone.theta, rtol=1e-14, atol=0)
    torch.testing.assert_close(path.psi[:, 1, 1], alone.psi, rtol=1e-14, atol=1e-16)


def test_ratios_broadcast() -> None:
    game = gt.TwoPointGame(kappa=0.8)
    assert game.balance_eigenvalues(torch.ones(4, 3)).shape == (4, 3, 3)
    assert game.critical_ratio(torch.zeros(5)).shape == (5,)
    assert gt.TwoPointGame(kappa=1.0).critical_ratio().item() == math.inf  # the pitchfork itself
    assert gt.TwoPointGame(gt.quartic, kappa=9.0).critical_ratio().item() == 0
    assert gt.TwoPointGame().critical_ratio([7.9, 8.0]).tolist() == [0.0, math.inf]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: gt.TwoPointGame(kappa=[1.0]), "kappa: expected one number"),
        (lambda: gt.TwoPointGame(lam=math.nan), "lam: expected numbers, got NaN"),
        (lambda: gt.TwoPointGame().balance_eigenvalues(0), "ratio: expected finite values > 0"),
        (lambda: gt.TwoPointGame().critical_ratio(-1), "eta: expected finite values >= 0"),
        (
            lambda: gt.TwoPointGame().losses(zeros(2), zeros(2)),
            r"theta: expected shape \(\.\.\., 1\)",
        ),
        (
            lambda: gt.TwoPointGame().losses(zeros(1), zeros(3)),
            r"psi: expected logits of shape \(2,\)",
        ),
    ],
)
def test_bad_values_are_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
