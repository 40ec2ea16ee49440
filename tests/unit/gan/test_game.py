"""A GAN as a game: its losses are what its parts say, and each player asks for no more."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.func import functional_call

import gantext as gt
from gantext.gan.weights import update_buffers
from tests.games import assert_same_tree, random_tensor
from tests.gans import small_gan, small_mlp, spectral_gan

every_loss = pytest.mark.parametrize("loss", [gt.Minimax(), gt.NonSaturating()])


def batch() -> gt.GANBatch:
    return gt.GANBatch(random_tensor(8, 2, seed=1), random_tensor(8, 2, seed=2))


def started(gan: gt.GAN, seed: int = 0) -> tuple[dict, dict]:
    return gan.init(seed, dtype=torch.float64)


@every_loss
def test_losses_are_the_sums_of_their_parts(loss: gt.Loss) -> None:
    gan = small_gan(
        loss=loss,
        penalties=[gt.R1(2.0), gt.R2(3.0)],
        generator_penalties=[gt.EntropyBonus(0.5)],
    )
    theta, psi = started(gan)
    real, noise = batch()
    fake = functional_call(gan.generator, theta, (noise,))
    assert torch.equal(gan.generate(theta, noise), fake)

    def score(x: torch.Tensor) -> torch.Tensor:
        return functional_call(gan.discriminator, psi, (x,))

    assert torch.equal(gan.score(psi, real), score(real))
    expected_g = loss.generator(real=None, fake=score(fake)) + gt.EntropyBonus(0.5)(fake)
    expected_d = loss.discriminator(real=score(real), fake=score(fake))
    for penalty in (gt.R1(2.0), gt.R2(3.0)):
        expected_d = expected_d + penalty(score, real=real, fake=fake)
    losses = gan.losses(theta, psi, batch())
    torch.testing.assert_close(losses.generator, expected_g)
    torch.testing.assert_close(losses.discriminator, expected_d)
    assert torch.equal(gan.generator_loss(theta, psi, batch()), losses.generator)
    assert torch.equal(gan.discriminator_loss(theta, psi, batch()), losses.discriminator)


def test_it_is_a_game_for_every_tool_of_the_library() -> None:
    gan = small_gan()
    assert isinstance(gan, gt.Game)
    assert not gan.affine
    theta, psi = started(gan)
    v_theta, v_psi = gt.velocity(gan, theta, psi, batch())
    assert_same_tree(
        v_psi,
        torch.func.grad(lambda p: -gan.discriminator_loss(theta, p, batch()))(psi),
    )
    ahead = {key: p + 1e-3 * v_theta[key] for key, p in theta.items()}
    assert gan.generator_loss(ahead, psi, batch()) < gan.generator_loss(theta, psi, batch())


def test_the_generators_loss_needs_no_data() -> None:
    gan = small_gan()
    theta, psi = started(gan)
    without = gt.GANBatch(torch.full((8, 2), torch.nan).double(), batch().noise)
    expected = gan.generator_loss(theta, psi, batch())
    assert torch.equal(gan.generator_loss(theta, psi, without), expected)


def test_the_default_is_the_non_saturating_loss() -> None:
    assert small_gan().loss == gt.NonSaturating()
    assert small_gan().penalties == ()
    assert small_gan().generator_penalties == ()


def test_players_start_from_their_own_seeds() -> None:
    """Two networks of the same shape do not start alike, and no member's is another's."""
    gan = gt.GAN(small_mlp(2, 2), small_mlp(2, 2), noise=2)
    starts = [player for seed in range(3) for player in started(gan, seed)]
    first = [player["0.weight"] for player in starts]
    for k, weight in enumerate(first):
        assert all(not torch.equal(weight, other) for other in first[:k])
    assert_same_tree(gan.init(1), gan.init(1))
    assert_same_tree(gan.init(1)[0], gt.draw_weights(gan.generator, 2))
    assert_same_tree(gan.init(1)[1], gt.draw_weights(gan.discriminator, 3))


def test_weights_of_the_discriminator_alone_are_clipped() -> None:
    gan = spectral_gan(clip=0.05)
    theta, psi = started(gan)
    kept, clipped = gan.project(theta, psi)
    assert_same_tree(kept, theta)
    for name, weight in psi.items():
        limit = weight if name.endswith(".u") else weight.clamp(-0.05, 0.05)
        assert torch.equal(clipped[name], limit)
    run = gt.train(
        gt.Experiment(small_gan(clip=0.01), gt.Simultaneous(), gt.ring(), 8),
        2,
        seeds=0,
        eta=0.1,
        progress=False,
    )
    assert max(w.abs().max() for w in run.state.players.psi.values()) <= 0.01


class Relativistic(gt.Loss):
    """A loss whose generator looks at the data's scores too."""

    generator_sees_real = True

    def discriminator(self, *, real, fake):
        """Return how far the fakes lie above the data."""
        return (fake - real).mean()

    def generator(self, *, real, fake):
        """Return the opposite."""
        return (real - fake).mean()


def test_a_relativistic_generator_sees_the_data() -> None:
    gan = small_gan(loss=Relativistic())
    theta, psi = started(gan)
    real, noise = batch()
    apart = gan.score(psi, real) - gan.score(psi, gan.generate(theta, noise))
    losses = gan.losses(theta, psi, batch())
    torch.testing.assert_close(losses.generator, apart.mean())
    torch.testing.assert_close(losses.discriminator, -apart.mean())
    other = gt.GANBatch(real + 1, noise)
    assert not torch.equal(gan.generator_loss(theta, psi, other), losses.generator)


def test_only_buffers_are_updated_after_a_step() -> None:
    gan = small_gan()
    theta, psi = started(gan)
    moved = gan.update_buffers(theta, psi)
    for before, after in zip((theta, psi), moved, strict=True):
        assert all(after[key] is value for key, value in before.items())
    gan = spectral_gan()
    theta, psi = started(gan)
    assert_same_tree(
        gan.update_buffers(theta, psi), (theta, update_buffers(gan.discriminator, psi))
    )
    both = gt.GAN(gan.discriminator, gan.discriminator, noise=2)
    assert_same_tree(both.update_buffers(psi, psi), (update_buffers(gan.discriminator, psi),) * 2)


def test_every_step_updates_the_buffers() -> None:
    gan, rule = spectral_gan(), gt.Simultaneous()
    state = rule.init(*started(gan))
    hparams = rule.hparams(eta=0.1)
    seen = [state.psi["0.u"]]
    for _ in range(3):
        state, _ = rule.step(gan, state, batch(), hparams)
        seen.append(state.psi["0.u"])
        expected = update_buffers(gan.discriminator, {**state.psi, "0.u": seen[-2]})["0.u"]
        torch.testing.assert_close(seen[-1], expected)
    assert all(not torch.allclose(a, b) for a, b in pairwise(seen))


def test_the_modules_own_weights_are_never_used() -> None:
    gan = small_gan()
    theta, psi = started(gan)
    before = gan.losses(theta, psi, batch())
    with torch.no_grad():
        for p in [*gan.generator.parameters(), *gan.discriminator.parameters()]:
            p.fill_(torch.nan)
    assert_same_tree(gan.losses(theta, psi, batch()), before)


def test_it_says_what_it_is() -> None:
    gan = small_gan(
        loss=gt.Minimax(),
        penalties=[gt.R1(1.0)],
        generator_penalties=[gt.EntropyBonus(1.0)],
    )
    assert repr(gan) == "GAN(Minimax + R1 + EntropyBonus, noise=2)"


@pytest.mark.parametrize("noise", [0, -2])
def test_noise_has_a_dimension(noise: int) -> None:
    with pytest.raises(ValueError, match=f"noise: expected an integer >= 1, got {noise}"):
        gt.GAN(nn.Linear(2, 2), nn.Linear(2, 1), noise=noise)
