"""A ring learnt well."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.data.mixtures import ring
from gantext.dynamics.optimizers import Adam
from gantext.dynamics.rules import Alternating
from gantext.gan.game import GAN
from gantext.gan.mlp import MLP
from gantext.objectives.penalties import R1
from gantext.records.base import Record, Trial, run_trials
from gantext.records.ring_cures import judged
from gantext.training.experiment import Experiment

STEPS = (60, 500, 1000, 2000, 3000)
SEEDS = 12


@checked_arguments
def ring_whole(
    rows: Sequence[str] | None = None, *, seeds: Count = SEEDS, steps: Count = STEPS[-1]
) -> Record:
    """Train GANs on the ring with equal, shrinking steps, without momentum, with and without R1.

    What is measured is that of `ring_cures`.

    Parameters
    ----------
    rows : sequence of str, optional
        Which trainings, ``"without R1"`` or ``"with R1"``; both by default.
    seeds : int
        How many seeds.
    steps : int
        How many steps.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.ring_whole(["without R1"], seeds=2, steps=60).at("without R1", "captured").shape
    torch.Size([2, 1])
    """
    return run_trials("ring_whole", trials(), judged, STEPS, rows=rows, seeds=seeds, last=steps)


@cache
def trials() -> dict[str, Trial]:
    """Return both rows."""
    generator, discriminator = MLP(2, 2, hidden=(64, 64)), MLP(2, 1, hidden=(64, 64))
    hparams = {"eta": 3e-3, "eta_psi": 3e-3, "beta1": 0.0, "beta2": 0.99}
    smaller = {"eta": shrinking, "eta_psi": shrinking}
    found = {}
    for row, penalties in (("without R1", []), ("with R1", [R1(0.03)])):
        game = GAN(generator, discriminator, noise=2, penalties=penalties)
        rule, world = Alternating(optimizer=Adam()), ring(std=0.05)
        found[row] = Trial(Experiment(game, rule, world, 128, schedules=smaller), hparams)
    return found


def shrinking(step: Tensor) -> Tensor:
    """Return the factor of steps that fall evenly to a fiftieth."""
    return torch.clamp(1 - 0.98 * step / STEPS[-1], min=0.02)
