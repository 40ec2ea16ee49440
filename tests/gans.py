"""Small GANs that several tests train."""

from __future__ import annotations

from typing import Any

import torch

import gantext as gt
from gantext.training.experiment import BLOCK, Settings, batch_at
from tests.games import assert_same_tree, random_tensor

#: What sums in another order may differ by, after a few steps in float64.
NEAR = {"rtol": 1e-11, "atol": 1e-12}


def small_mlp(inputs: int, outputs: int, **options: Any) -> gt.MLP:
    return gt.MLP(inputs, outputs, hidden=[8], activation=torch.nn.Tanh, **options)


def small_gan(discriminator: torch.nn.Module | None = None, **options: Any) -> gt.GAN:
    """Return a GAN in two dimensions with hidden layers of eight."""
    return gt.GAN(small_mlp(2, 2), discriminator or small_mlp(2, 1), noise=2, **options)


def spectral_gan(**options: Any) -> gt.GAN:
    """Return one whose discriminator carries a vector in each layer."""
    return small_gan(small_mlp(2, 1, layer=gt.SpectralLinear), **options)


def convolutional_gan(**options: Any) -> gt.GAN:
    """Return one of images, whose discriminator looks at the whole batch too."""
    discriminator = gt.ConvDiscriminator(1, 8, width=2, minibatch_std=True)
    return gt.GAN(gt.ConvGenerator(3, 1, 8, width=2), discriminator, noise=3, **options)


def small_images() -> gt.Images:
    return gt.Images(random_tensor(20, 1, 8, 8).tanh(), torch.zeros(20, dtype=torch.int64))


def experiment(
    rule: gt.UpdateRule | None = None,
    game: Any = None,
    data: gt.Dataset | None = None,
    **options: Any,
) -> gt.Experiment:
    """Return something to train in a moment, in float64, on eight samples of a ring."""
    return gt.Experiment(
        game or small_gan(),
        rule or gt.Alternating(optimizer=gt.Adam()),
        data or gt.ring(),
        **({"batch_size": 8, "dtype": torch.float64} | options),
    )


def drawn(of: gt.Experiment, seed: int, step: int, settings: Settings) -> Any:
    """Return the data and noise of one step, as `Experiment.step` takes them."""
    return batch_at(of.draw(seed, step // BLOCK, settings), step % BLOCK)


def evaluations(batch: Any) -> list[gt.GANBatch]:
    """Return the batches of one step, one for each evaluation of gradients."""
    return batch if isinstance(batch, list) else [batch]


def assert_same_run(found: gt.Run, expected: gt.Run, **tolerance: float) -> None:
    """Compare all that two runs give back; to the last bit unless told otherwise."""
    for one in (
        lambda run: run.state,
        lambda run: run.history._replace(observed={**run.history.observed}),
        lambda run: run.diverged,
    ):
        assert_same_tree(one(found), one(expected), **tolerance)
    assert found.step == expected.step
