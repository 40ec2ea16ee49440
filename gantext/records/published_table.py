"""PacGAN's first table, in its setting but for narrower networks and fewer, larger steps."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor, nn

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.data.mixtures import GaussianMixture, grid, ring
from gantext.dynamics.optimizers import Adam
from gantext.dynamics.rules import Simultaneous
from gantext.evaluation.modes import modes
from gantext.gan.game import GAN
from gantext.gan.layers import Packed
from gantext.records.base import Record, Trial, run_trials
from gantext.training.experiment import Experiment
from gantext.training.results import Snapshot

#: The published ones are 400,000 steps of 0.0001.
STEPS, ETA = (60, 1000, 2000, 4000, 8000, 12_000), 1e-3
SEEDS = 10
#: Of the generator and the discriminator, and pieces of maxout; published 400, 200 and 5.
WIDTH, JUDGE, PIECES = 64, 32, 2


class Linear(nn.Linear):
    """A layer whose weights begin as normal numbers of a small standard deviation."""

    std = 0.02

    def reset_parameters(self) -> None:
        """Draw the weights; biases are 0."""
        nn.init.normal_(self.weight, std=self.std)
        if self.bias is not None:
            nn.init.zeros_(self.bias)


class BatchNorm(nn.Module):
    """Each feature less its mean over the batch, over its standard deviation; then a line."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(features))
        self.shift = nn.Parameter(torch.zeros(features))

    def reset_parameters(self) -> None:
        """Begin with the plain normal form."""
        nn.init.ones_(self.scale)
        nn.init.zeros_(self.shift)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise a batch."""
        variance, mean = torch.var_mean(x, 0, correction=0)
        return (x - mean) * torch.rsqrt(variance + 1e-5) * self.scale + self.shift


class Maxout(nn.Module):
    """The largest of some linear pieces (Goodfellow et al. 2013, arXiv:1302.4389)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.pieces = Linear(inputs, PIECES * outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return the largest piece of every output."""
        return self.pieces(x).unflatten(-1, (PIECES, -1)).amax(-2)


@checked_arguments
def published_table(
    rows: Sequence[str] | None = None, *, seeds: Count = SEEDS, steps: Count = STEPS[-1]
) -> Record:
    """Train GANs on the ring and the grid of PacGAN's first table, alone and packed by two.

    The setting is that of the authors' code (Lin et al. 2018, arXiv:1712.04086): a ring of radius 1
    with standard deviation 0.01, a grid of spacing 2 with 0.05, a generator of four layers with
    batch normalisation, a discriminator of three layers of maxout, the non-saturating loss,
    simultaneous steps of Adam with β₁ = 0.8, batches of 100 packs. But the layers are 64 and 32
    wide, not 400 and 200, maxout has 2 pieces, not 5, and there are 12,000 steps of 0.001, not
    400,000 of 0.0001.

    What is measured of each seed, of 2,500 samples: ``captured``, the number of modes, and
    ``quality``.

    Parameters
    ----------
    rows : sequence of str, optional
        Which trainings, such as ``"ring, GAN"`` or ``"grid, packing"``; all by default.
    seeds : int
        How many seeds.
    steps : int
        How many steps.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.published_table(["ring, GAN"], seeds=2, steps=2).at("ring, GAN", "captured").shape
    torch.Size([2, 1])
    """
    return run_trials(
        "published_table", trials(), judged, STEPS, rows=rows, seeds=seeds, last=steps
    )


def judged(snapshot: Snapshot, trial: Trial) -> dict[str, Tensor]:
    """Return what is measured."""
    found = modes(snapshot.sample(2500), trial.world)
    return {"captured": found.captured, "quality": found.quality}


def worlds() -> dict[str, GaussianMixture]:
    """Return the worlds of the table."""
    return {"ring": ring(radius=1.0, std=0.01), "grid": grid(spacing=2.0, std=0.05)}


@cache
def trials() -> dict[str, Trial]:
    """Return all rows."""
    found = {}
    for world, data in worlds().items():
        for name, pack in (("GAN", 1), ("packing", 2)):
            layers = [m for k in range(4) for m in _hidden(WIDTH if k else 2)]
            generator = nn.Sequential(*layers, Linear(WIDTH, 2))
            scores = [Maxout(JUDGE if k else 2 * pack, JUDGE) for k in range(3)]
            discriminator: nn.Module = nn.Sequential(*scores, Linear(JUDGE, 1))
            if pack > 1:
                discriminator = Packed(discriminator, pack)
            game = GAN(generator, discriminator, noise=2)
            experiment = Experiment(game, Simultaneous(optimizer=Adam()), data, 100 * pack)
            found[f"{world}, {name}"] = Trial(experiment, {"eta": ETA, "beta1": 0.8})
    return found


def _hidden(inputs: int) -> list[nn.Module]:
    """Return one layer of the generator; batch normalisation makes its bias useless."""
    return [Linear(inputs, WIDTH, bias=False), BatchNorm(WIDTH), nn.ReLU()]
