"""Values, penalties, clipping, batches and refusals of the Dirac-GAN."""

from __future__ import annotations

import math

import pytest
import torch

from gantext.dynamics.field import spectrum, velocity
from gantext.games.dirac import (
    R1,
    R2,
    DiracGAN,
    GradientPenalty,
    hinge,
    least_squares,
    logistic,
    wasserstein,
)

WRITTEN_OUT = {
    logistic: (lambda t: -math.log(1 + math.exp(-t)), lambda t: 1 / (1 + math.exp(t))),
    wasserstein: (lambda t: t, lambda _: 1.0),
    least_squares: (lambda t: -((1 - t) ** 2), lambda t: 2 * (1 - t)),
    hinge: (lambda t: -max(0.0, 1 - t), lambda t: 1.0 if t < 1 else 0.0),
}
every_f = pytest.mark.parametrize("f", WRITTEN_OUT, ids=lambda f: f.__name__)


def point(*values: float) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor([value], dtype=torch.float64) for value in values)


@every_f
def test_functions_and_slopes(f) -> None:
    value, slope = WRITTEN_OUT[f]
    t = torch.tensor([-30.0, -1.5, 0.0, 0.7, 2.0], dtype=torch.float64)
    expected = torch.tensor([value(s) for s in t.tolist()], dtype=torch.float64)
    torch.testing.assert_close(f(t), expected, rtol=1e-14, atol=1e-15)
    found = torch.func.vmap(torch.func.grad(f))(t)
    slopes = torch.tensor([slope(s) for s in t.tolist()], dtype=torch.float64)
    torch.testing.assert_close(found, slopes, rtol=1e-14, atol=1e-15)


def test_logistic_does_not_overflow() -> None:
    far = torch.tensor([-1e4, 1e4], dtype=torch.float64)
    assert logistic(far).tolist() == [-1e4, 0.0]


@every_f
def test_value_and_losses_as_in_the_paper(f) -> None:
    value, slope = WRITTEN_OUT[f]
    a, b = 0.7, -1.3
    expected = value(a * b) + value(0.0)
    assert float(DiracGAN(f).value([a], [b])) == pytest.approx(expected, rel=1e-15)
    plain = DiracGAN(f).losses(*point(a, b))
    assert float(plain.generator) == pytest.approx(expected, rel=1e-15)
    assert float(plain.discriminator) == -float(plain.generator)
    flipped = DiracGAN(f, non_saturating=True).losses(*point(a, b))
    assert float(flipped.generator) == pytest.approx(-value(-a * b), rel=1e-15)
    assert float(flipped.discriminator) == float(plain.discriminator)

    v_theta, v_psi = velocity(DiracGAN(f), *point(a, b))
    assert float(v_theta) == pytest.approx(-b * slope(a * b), rel=1e-14)
    assert float(v_psi) == pytest.approx(a * slope(a * b), rel=1e-14)
    v_theta, v_psi = velocity(DiracGAN(f, non_saturating=True), *point(a, b))
    assert float(v_theta) == pytest.approx(-b * slope(-a * b), rel=1e-14)
    assert float(v_psi) == pytest.approx(a * slope(a * b), rel=1e-14)


@pytest.mark.parametrize(
    ("penalty", "cost", "pull"),
    [
        (R1(0.6), 0.3 * 1.3**2, 0.6 * 1.3),
        (R2(0.6), 0.3 * 1.3**2, 0.6 * 1.3),
        (GradientPenalty(0.6), 0.3 * 0.3**2, 0.6 * 0.3),
        (GradientPenalty(0.6, target=2.0), 0.3 * 0.7**2, -0.6 * 0.7),
        (lambda theta, psi: (theta * psi).sum(), -0.7 * 1.3, -0.7),
    ],
)
def test_penalties_cost_the_discriminator_alone(penalty, cost: float, pull: float) -> None:
    """At psi = -1.3: what the penalty costs, and the force that it adds to psi."""
    theta, psi = point(0.7, -1.3)
    bare, with_penalty = DiracGAN(), DiracGAN(penalty=penalty)
    difference = [
        float(b - a)
        for a, b in zip(bare.losses(theta, psi), with_penalty.losses(theta, psi), strict=True)
    ]
    assert difference == pytest.approx([0.0, cost], abs=1e-15)
    force = [
        float(b - a)
        for a, b in zip(velocity(bare, theta, psi), velocity(with_penalty, theta, psi), strict=True)
    ]
    assert force == pytest.approx([0.0, pull], abs=1e-15)
    assert float(bare.value(theta, psi)) == float(with_penalty.value(theta, psi))


def test_noise_zero_as_a_tensor_is_no_noise() -> None:
    theta, psi = point(0.7, -1.3)
    quiet = DiracGAN(noise=torch.tensor(0.0))
    assert float(quiet.value(theta, psi)) == pytest.approx(float(DiracGAN().value(theta, psi)))
    # A plain 0 is exact: f(psi theta) + f(0) and nothing else.
    exact = logistic(theta * psi) + logistic(torch.zeros(1).double())
    assert torch.equal(DiracGAN(noise=0.0).value(theta, psi), exact.squeeze())


def test_noise_in_closed_form() -> None:
    """E[-(1 - t)^2] over t = psi (theta + sd e) is -(1 - psi theta)^2 - psi^2 sd^2."""
    theta, psi, sd = 0.7, -1.3, 0.4
    game = DiracGAN(least_squares, noise=sd)
    expected = -((1 - psi * theta) ** 2) - 1 - 2 * psi**2 * sd**2
    assert float(game.value([theta], [psi])) == pytest.approx(expected, rel=1e-13)


def test_clip_is_a_projection_of_psi_alone() -> None:
    game = DiracGAN(clip=0.5)
    theta = torch.tensor([[3.0], [-3.0], [0.1]], dtype=torch.float64)
    psi = torch.tensor([[0.7], [-0.7], [0.2]], dtype=torch.float64)
    after_theta, after_psi = game.project(theta, psi)
    assert torch.equal(after_theta, theta)
    assert after_psi.squeeze(-1).tolist() == [0.5, -0.5, 0.2]
    assert psi.squeeze(-1).tolist() == [0.7, -0.7, 0.2]
    assert DiracGAN().project(theta, psi)[1] is psi


def test_hyper_parameters_can_be_mapped_over() -> None:
    gammas = torch.linspace(0, 2, 5, dtype=torch.float64)
    theta, psi = point(0.7, -1.3)

    def field(gamma: torch.Tensor, noise: torch.Tensor, clip: torch.Tensor):
        game = DiracGAN(penalty=R1(gamma), noise=noise, clip=clip)
        return *velocity(game, theta, psi), *game.project(theta, psi)

    noises, clips = gammas.flip(0) / 3, gammas + 0.1
    found = torch.func.vmap(field)(gammas, noises, clips)
    for i in range(5):
        expected = field(gammas[i], noises[i], clips[i])
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one[i], other, rtol=1e-14, atol=1e-15)
    targets = torch.func.vmap(lambda k: GradientPenalty(1.0, k)(theta, psi))(gammas)
    torch.testing.assert_close(targets, 0.5 * (1.3 - gammas) ** 2)


def test_value_broadcasts_leading_dimensions() -> None:
    theta = torch.linspace(-1, 1, 4, dtype=torch.float64)[:, None, None]
    psi = torch.linspace(-2, 2, 3, dtype=torch.float64)[:, None]
    for game in (DiracGAN(), DiracGAN(noise=0.3), DiracGAN(hinge)):
        found = game.value(theta, psi)
        assert found.shape == (4, 3)
        assert found.dtype == torch.float64
        for i in range(4):
            for j in range(3):
                torch.testing.assert_close(found[i, j], game.value(theta[i, 0], psi[j]))


def test_names_show_in_a_repr() -> None:
    assert repr(R2(0.5)).startswith("R2(gamma=")
    with pytest.raises(AttributeError):
        R1(0.5).gamma = 1.0  # type: ignore[misc]


def test_your_own_f() -> None:
    game = DiracGAN(torch.tanh)
    zero = torch.zeros(1, dtype=torch.float64)
    assert spectrum(game, zero, zero).imag.tolist() == [-1.0, 1.0]


nan = float("nan")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: DiracGAN(noise=-0.1), "noise: expected finite values >= 0, got -0.1"),
        (lambda: DiracGAN(noise=nan), "noise: expected numbers, got NaN"),
        (lambda: DiracGAN(clip=0.0), "clip: expected finite values > 0, got 0"),
        (lambda: DiracGAN(clip=nan), "clip: expected numbers, got NaN"),
        (lambda: R1(-1.0), "gamma: expected finite values >= 0, got -1"),
        (lambda: R2(nan), "gamma: expected numbers, got NaN"),
        (lambda: GradientPenalty(math.inf), "gamma: expected finite values >= 0, got inf"),
        (lambda: GradientPenalty(1.0, target=-2.0), "target: expected finite values >= 0, got -2"),
        (lambda: DiracGAN().value([1.0, 2.0], [1.0]), r"theta: expected shape \(\.\.\., 1\), got"),
        (lambda: DiracGAN().value([1.0], 2.0), r"psi: expected shape \(\.\.\., 1\), got \(\)"),
        (lambda: DiracGAN().value([nan], [1.0]), "theta: expected numbers, got NaN"),
        *(
            (make, rf"{name}: expected one number; sweep it by simulate.* got shape \({size},\)")
            for make, name, size in [
                (lambda: DiracGAN(noise=torch.tensor([0.1, 0.2])), "noise", 2),
                (lambda: DiracGAN(noise=[0.1]), "noise", 1),
                (lambda: DiracGAN(clip=[0.1, 0.2]), "clip", 2),
                (lambda: R1(torch.ones(3)), "gamma", 3),
                (lambda: GradientPenalty([1.0, 2.0]), "gamma", 2),
                (lambda: GradientPenalty(1.0, target=[1.0, 2.0]), "target", 2),
            ]
        ),
    ],
)
def test_bad_values_are_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


def test_what_cannot_be_called_is_refused() -> None:
    with pytest.raises(TypeError, match=r"f: expected a function of the score .* got 'logistic'"):
        DiracGAN("logistic")
    with pytest.raises(TypeError, match=r"penalty: expected penalty\(theta, psi\) .* got 1.0"):
        DiracGAN(penalty=1.0)
