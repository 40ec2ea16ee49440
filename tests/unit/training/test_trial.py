"""What cannot train is refused before it is trained, in the name of what is wrong."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import gantext as gt
from tests.gans import convolutional_gan, experiment, small_gan, small_images, small_mlp

MANY = pytest.mark.parametrize("seeds", [0, 2], ids=["one", "many"])


def train(game: gt.GAN, seeds: int = 0, **options: Any) -> gt.Run:
    of = experiment(game=game, **options)
    return gt.train(of, 2, seeds=seeds, eta=0.01, device="cpu")


def network(*layers: nn.Module, outputs: int = 1) -> nn.Module:
    return nn.Sequential(nn.Linear(2, 4), *layers, nn.Linear(4, outputs))


class Unseeded(nn.Linear):
    """A layer whose first weights PyTorch does not draw."""

    def reset_parameters(self) -> None:
        """Draw from NumPy."""
        values = np.random.default_rng().normal(size=self.weight.shape)
        self.weight.data = torch.as_tensor(values, dtype=self.weight.dtype)
        nn.init.zeros_(self.bias)


class Flat(gt.NonSaturating):
    """A loss that forgets to average."""

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Return a loss a sample."""
        return -fake


REFUSED = {
    "five outputs": (small_gan(small_mlp(2, 5)), r"discriminator: expected logits of shape \(B, 1"),
    "no dimension": (
        small_gan(nn.Sequential(*network(), nn.Flatten(0))),
        r"discriminator: expected logits of shape \(B, 1\).*got \(8,\)",
    ),
    "uneven packs": (
        small_gan(gt.Packed(small_mlp(6, 1), 3)),
        "discriminator: expected to work .*multiple of pack=3",
    ),
    "noise too narrow": (
        gt.GAN(small_mlp(3, 2), small_mlp(2, 1), noise=2),
        r"generator: expected to work on a batch of shape \(8, 2\)",
    ),
    "samples of another shape": (
        gt.GAN(small_mlp(2, 3), small_mlp(2, 1), noise=2),
        r"generator: expected samples of the data's shape \(B, 2\), got \(8, 3\)",
    ),
    "a discriminator of other data": (
        small_gan(small_mlp(3, 1)),
        r"discriminator: expected to work on a batch of shape \(8, 2\)",
    ),
    "dropout": (
        small_gan(network(nn.Dropout(0.01))),
        r"discriminator: .*nothing random, got a draw by aten\.bernoulli_",
    ),
    "dropout in the generator": (
        gt.GAN(network(nn.Dropout(0.5), outputs=2), small_mlp(2, 1), noise=2),
        "generator: .*nothing random",
    ),
    "batch normalisation": (
        small_gan(network(nn.BatchNorm1d(4))),
        r"discriminator: expected a network that leaves .*1\.running_mean",
    ),
    "a loss for each sample": (
        small_gan(loss=Flat()),
        r"loss: expected a scalar for the generator, got \(8, 1\)",
    ),
    "weights without a seed": (
        small_gan(nn.Sequential(Unseeded(2, 1))),
        r"discriminator: expected the same weights from the same seed, got two values of \['0.we",
    ),
}


@MANY
@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_train_is_refused(name: str, seeds: int) -> None:
    game, message = REFUSED[name]
    with pytest.raises(ValueError, match=message):
        train(game, seeds)


@MANY
def test_what_can_train_is_not_refused(seeds: int) -> None:
    evaluating = network(nn.Dropout(0.5))
    for game in (
        small_gan(evaluating.eval()),
        small_gan(network(nn.BatchNorm1d(4, track_running_stats=False))),
        small_gan(gt.Packed(small_mlp(4, 1), 2), penalties=[gt.R1(1.0)]),
        small_gan(generator_penalties=[gt.EntropyBonus(0.1)]),
    ):
        assert train(game, seeds).step == 2
    assert train(convolutional_gan(), seeds, data=small_images()).step == 2


def test_a_trial_leaves_no_trace() -> None:
    """PyTorch's own randomness, and the networks, are as before."""
    game = small_gan()
    state = torch.get_rng_state()
    before = [p.clone() for p in game.generator.parameters()]
    train(game)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(map(torch.equal, game.generator.parameters(), before))
