"""Values, losses, penalties, clipping, batches and refusals of the Dirac-GAN."""

from __future__ import annotations

import math
from typing import ClassVar

import pytest
import torch

import gantext as gt

# The paper's f and its slope, for the losses whose discriminator minimises -f(psi theta) - f(0).
WRITTEN_OUT = {
    "minimax": (
        gt.Minimax(),
        lambda t: -math.log(1 + math.exp(-t)),
        lambda t: 1 / (1 + math.exp(t)),
    ),
    "Wasserstein": (gt.Wasserstein(), lambda t: t, lambda _: 1.0),
    "least squares": (gt.LeastSquares(), lambda t: -((1 - t) ** 2), lambda t: 2 * (1 - t)),
    "hinge": (gt.Hinge(), lambda t: -max(0.0, 1 - t), lambda t: 1.0 if t < 1 else 0.0),
}
every_f = pytest.mark.parametrize("name", WRITTEN_OUT)


def point(*values: float) -> tuple[torch.Tensor, ...]:
    return tuple(torch.tensor([value], dtype=torch.float64) for value in values)


@every_f
@pytest.mark.parametrize("t", [-30.0, -1.5, 0.0, 0.7, 2.0, 25.0, 35.0, 1e4])
def test_values_and_slopes(name: str, t: float) -> None:
    """At theta = t and psi = 1 the value is f(t) + f(0), and its slope in theta f'(t)."""
    loss, value, slope = WRITTEN_OUT[name]
    game, at = gt.DiracGAN(gt.ZeroSum(loss)), point(t, 1.0)
    expected = 0.0 if name == "minimax" and t > 700 else value(t)
    assert float(game.value(*at)) == pytest.approx(expected + value(0.0), rel=1e-14)
    falls = gt.velocity(game, *at)[0]
    expected = 0.0 if name == "minimax" and t > 700 else slope(t)
    assert float(falls) == pytest.approx(-expected, rel=1e-13, abs=1e-300)


def test_far_scores_do_not_overflow() -> None:
    far = torch.tensor([[-1e4], [1e4]], dtype=torch.float64)
    assert (gt.DiracGAN().value(far, [1.0]) + math.log(2)).tolist() == [-1e4, 0.0]


@every_f
def test_value_and_losses_as_in_the_paper(name: str) -> None:
    loss, value, slope = WRITTEN_OUT[name]
    a, b = 0.7, -1.3
    expected = value(a * b) + value(0.0)
    assert float(gt.DiracGAN(loss).value([a], [b])) == pytest.approx(expected, rel=1e-15)
    zero_sum = gt.DiracGAN(gt.ZeroSum(loss)).losses(*point(a, b))
    assert float(zero_sum.generator) == pytest.approx(expected, rel=1e-15)
    assert float(zero_sum.discriminator) == -float(zero_sum.generator)
    own = gt.DiracGAN(loss).losses(*point(a, b))
    assert float(own.discriminator) == float(zero_sum.discriminator)

    v_theta, v_psi = gt.velocity(gt.DiracGAN(gt.ZeroSum(loss)), *point(a, b))
    assert float(v_theta) == pytest.approx(-b * slope(a * b), rel=1e-14)
    assert float(v_psi) == pytest.approx(a * slope(a * b), rel=1e-14)


@pytest.mark.parametrize(
    ("loss", "name", "flipped"),
    [
        (gt.Minimax(), "minimax", False),
        (gt.NonSaturating(), "minimax", True),
        (gt.Wasserstein(), "Wasserstein", False),
        (gt.LeastSquares(), "least squares", True),
        (gt.Hinge(), "Wasserstein", False),
    ],
)
def test_what_each_generator_minimises(loss: gt.Loss, name: str, flipped: bool) -> None:
    """The value's f(psi theta), or flipped, -f(-psi theta)."""
    _, value, slope = WRITTEN_OUT[name]
    a, b = 0.7, -1.3
    sign = -1 if flipped else 1
    game = gt.DiracGAN(loss)
    found = float(game.generator_loss(*point(a, b)))
    assert found == pytest.approx(sign * value(sign * a * b), rel=1e-15)
    v_theta, _ = gt.velocity(game, *point(a, b))
    assert float(v_theta) == pytest.approx(-b * slope(sign * a * b), rel=1e-14)


class Relativistic(gt.Loss):
    """Jolicoeur-Martineau 2018: how much more real than fake."""

    generator_sees_real: ClassVar[bool] = True

    def discriminator(self, *, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Ask for real above fake."""
        return torch.nn.functional.softplus(fake - real).mean()

    def generator(self, *, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Ask for fake above real."""
        return torch.nn.functional.softplus(real - fake).mean()


class Watched(gt.Minimax):
    """Notes what its generator was given."""

    def generator(self, *, real: torch.Tensor | None, fake: torch.Tensor) -> torch.Tensor:
        """Refuse to see data."""
        assert real is None
        return super().generator(real=real, fake=fake)


def test_a_generator_is_shown_scores_of_data_where_its_loss_asks_for_them() -> None:
    a, b = 0.7, -1.3
    losses = gt.DiracGAN(Relativistic()).losses(*point(a, b))
    assert float(losses.generator) == pytest.approx(math.log(1 + math.exp(a * b)), rel=1e-14)
    assert float(losses.discriminator) == pytest.approx(math.log(1 + math.exp(-a * b)), rel=1e-14)
    gt.DiracGAN(Watched()).losses(*point(a, b))
    gt.DiracGAN(Watched(), instance_noise=0.3).losses(*point(a, b))


@pytest.mark.parametrize(
    ("penalty", "cost", "pull"),
    [
        (gt.R1(0.6), 0.3 * 1.3**2, 0.6 * 1.3),
        (gt.R2(0.6), 0.3 * 1.3**2, 0.6 * 1.3),
        (gt.GradientPenalty(0.6), 0.3 * 0.3**2, 0.6 * 0.3),
        (gt.GradientPenalty(0.6, target=2.0), 0.3 * 0.7**2, -0.6 * 0.7),
        (lambda score, *, real, fake: score(real + 2 * fake).sum(), 1.3 * 1.4, 1.4),
    ],
)
@pytest.mark.parametrize("noise", [0.0, 0.3])
def test_penalties_cost_the_discriminator_alone(
    penalty, cost: float, pull: float, noise: float
) -> None:
    """At psi = -1.3: what the penalty costs, and the force that it adds to psi."""
    theta, psi = point(0.7, -1.3)
    bare = gt.DiracGAN(instance_noise=noise)
    penalised = gt.DiracGAN(penalties=[penalty], instance_noise=noise)
    for count, game in ((1, penalised), (2, gt.DiracGAN(gt.Minimax(), [penalty, penalty], noise))):
        difference = [
            float(b - a)
            for a, b in zip(bare.losses(theta, psi), game.losses(theta, psi), strict=True)
        ]
        assert difference == pytest.approx([0.0, count * cost], abs=1e-15)
        force = [
            float(b - a)
            for a, b in zip(
                gt.velocity(bare, theta, psi), gt.velocity(game, theta, psi), strict=True
            )
        ]
        assert force == pytest.approx([0.0, count * pull], abs=1e-15)
        assert float(bare.value(theta, psi)) == float(game.value(theta, psi))


def test_noise_zero_as_a_tensor_is_no_noise() -> None:
    theta, psi = point(0.7, -1.3)
    quiet = gt.DiracGAN(instance_noise=torch.tensor(0.0))
    assert float(quiet.value(theta, psi)) == pytest.approx(float(gt.DiracGAN().value(theta, psi)))
    # A plain 0 is exact: the loss of one real and one fake score, and nothing else.
    exact = -gt.Minimax().discriminator(real=torch.zeros(1).double(), fake=-psi * theta)
    assert torch.equal(gt.DiracGAN(instance_noise=0.0).value(theta, psi), exact)


def test_noise_in_closed_form() -> None:
    """E[-(1 - t)^2] over t = psi (theta + sd e) is -(1 - psi theta)^2 - psi^2 sd^2."""
    theta, psi, sd = 0.7, -1.3, 0.4
    game = gt.DiracGAN(gt.LeastSquares(), instance_noise=sd)
    expected = -((1 - psi * theta) ** 2) - 1 - 2 * psi**2 * sd**2
    assert float(game.value([theta], [psi])) == pytest.approx(expected, rel=1e-13)
    expected = (1 + psi * theta) ** 2 + psi**2 * sd**2
    assert float(game.generator_loss(*point(theta, psi))) == pytest.approx(expected, rel=1e-13)


def test_clip_is_a_projection_of_psi_alone() -> None:
    game = gt.DiracGAN(clip=0.5)
    theta = torch.tensor([[3.0], [-3.0], [0.1]], dtype=torch.float64)
    psi = torch.tensor([[0.7], [-0.7], [0.2]], dtype=torch.float64)
    after_theta, after_psi = game.project(theta, psi)
    assert torch.equal(after_theta, theta)
    assert after_psi.squeeze(-1).tolist() == [0.5, -0.5, 0.2]
    assert psi.squeeze(-1).tolist() == [0.7, -0.7, 0.2]
    assert gt.DiracGAN().project(theta, psi)[1] is psi


def test_hyper_parameters_can_be_mapped_over() -> None:
    gammas = torch.linspace(0, 2, 5, dtype=torch.float64)
    theta, psi = point(0.7, -1.3)

    def field(gamma: torch.Tensor, noise: torch.Tensor, clip: torch.Tensor):
        penalties = [gt.R1(gamma), gt.GradientPenalty(1.0, target=gamma)]
        game = gt.DiracGAN(penalties=penalties, instance_noise=noise, clip=clip)
        return *gt.velocity(game, theta, psi), *game.project(theta, psi)

    noises, clips = gammas.flip(0) / 3, gammas + 0.1
    found = torch.func.vmap(field)(gammas, noises, clips)
    for i in range(5):
        expected = field(gammas[i], noises[i], clips[i])
        for one, other in zip(found, expected, strict=True):
            torch.testing.assert_close(one[i], other, rtol=1e-14, atol=1e-15)


def test_value_broadcasts_leading_dimensions() -> None:
    theta = torch.linspace(-1, 1, 4, dtype=torch.float64)[:, None, None]
    psi = torch.linspace(-2, 2, 3, dtype=torch.float64)[:, None]
    for game in (gt.DiracGAN(), gt.DiracGAN(instance_noise=0.3), gt.DiracGAN(gt.Hinge())):
        found = game.value(theta, psi)
        assert found.shape == (4, 3)
        assert found.dtype == torch.float64
        for i in range(4):
            for j in range(3):
                torch.testing.assert_close(found[i, j], game.value(theta[i, 0], psi[j]))


class Tanh(gt.Loss):
    """A loss of one's own: V = tanh(psi theta)."""

    def discriminator(self, *, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        """Return -V."""
        return fake.tanh().mean() - real.tanh().mean()

    def generator(self, *, real: torch.Tensor | None, fake: torch.Tensor) -> torch.Tensor:
        """Return V."""
        return -fake.tanh().mean()


def test_your_own_loss() -> None:
    game = gt.DiracGAN(Tanh())
    zero = torch.zeros(1, dtype=torch.float64)
    assert gt.spectrum(game, zero, zero).imag.tolist() == [-1.0, 1.0]
    assert float(game.value([0.5], [2.0])) == pytest.approx(math.tanh(1.0))


nan = float("nan")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: gt.DiracGAN(instance_noise=-0.1),
            "instance_noise: expected finite values >= 0, got -0.1",
        ),
        (lambda: gt.DiracGAN(instance_noise=nan), "instance_noise: expected numbers, got NaN"),
        (lambda: gt.DiracGAN(clip=0.0), "clip: expected finite values > 0, got 0"),
        (lambda: gt.DiracGAN(clip=nan), "clip: expected numbers, got NaN"),
        (
            lambda: gt.DiracGAN().value([1.0, 2.0], [1.0]),
            r"theta: expected shape \(\.\.\., 1\), got",
        ),
        (lambda: gt.DiracGAN().value([1.0], 2.0), r"psi: expected shape \(\.\.\., 1\), got \(\)"),
        (lambda: gt.DiracGAN().value([nan], [1.0]), "theta: expected numbers, got NaN"),
        *(
            (
                lambda size=size: gt.DiracGAN().losses(torch.ones(1), torch.ones(size)),
                r"psi: expected shape \(\.\.\., 1\), got",
            )
            for size in ((2,), ())
        ),
        *(
            (make, rf"{name}: expected one number; .* got shape \({size},\)")
            for make, name, size in [
                (
                    lambda: gt.DiracGAN(instance_noise=torch.tensor([0.1, 0.2])),
                    "instance_noise",
                    2,
                ),
                (lambda: gt.DiracGAN(instance_noise=[0.1]), "instance_noise", 1),
                (lambda: gt.DiracGAN(clip=[0.1, 0.2]), "clip", 2),
            ]
        ),
    ],
)
def test_bad_values_are_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()


@pytest.mark.parametrize("loss", ["minimax", gt.Minimax, torch.tanh])
def test_what_is_no_loss_is_refused(loss) -> None:
    with pytest.raises(TypeError, match=r"loss: expected a Loss such as Minimax\(\), got"):
        gt.DiracGAN(loss)


@pytest.mark.parametrize("penalties", [1.0, gt.R1(1.0), [1.0], [gt.R1(1.0), None]])
def test_what_are_no_penalties_is_refused(penalties) -> None:
    message = r"penalties.*: expected .*a function of \(score, real=\.\.\., fake=\.\.\.\).*, got"
    with pytest.raises(TypeError, match=message):
        gt.DiracGAN(penalties=penalties)
