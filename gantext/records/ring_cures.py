"""Eight trainings on the ring, with and without cures for collapse."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

import torch
from torch import Tensor, nn

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.data.mixtures import ring
from gantext.dynamics.optimizers import Adam
from gantext.dynamics.rules import Alternating, Unrolled
from gantext.evaluation.modes import modes
from gantext.gan.game import GAN
from gantext.gan.layers import MinibatchStdDev, Packed
from gantext.gan.mlp import MLP
from gantext.objectives.penalties import EntropyBonus
from gantext.records.base import Record, Trial, run_trials
from gantext.training.experiment import Experiment
from gantext.training.results import Snapshot

#: After how many steps samples are judged. The first are few enough to be the same on any CPU.
STEPS = (60, 300, 900, 1800, 2700, 3600, 4800, 7200, 9600, 12_000)
SEEDS = 16
#: The annealed bonus is gone after so many steps.
ANNEALED = 2700


@checked_arguments
def ring_cures(
    rows: Sequence[str] | None = None, *, seeds: Count = SEEDS, steps: Count = STEPS[-1]
) -> Record:
    """Train GANs on a ring of 8 modes with and without cures, and judge 2,500 samples of each.

    What is measured of each seed: ``captured``, the number of modes; ``quality``; ``favourite``,
    the share of the samples that are nearest to the mode with the most of them.

    Parameters
    ----------
    rows : sequence of str, optional
        Which trainings; all by default.
    seeds : int
        How many seeds.
    steps : int
        How many steps.

    Examples
    --------
    >>> import gantext as gt
    >>> short = gt.ring_cures(["r = 1"], seeds=2, steps=60)
    >>> full = gt.load_record("ring_cures")
    >>> full.difference(short)["quality"] < 0.01
    True
    """
    return run_trials("ring_cures", trials(), judged, STEPS, rows=rows, seeds=seeds, last=steps)


def judged(snapshot: Snapshot, trial: Trial) -> dict[str, Tensor]:
    """Return what is measured."""
    world, points = trial.world, snapshot.sample(2500)
    found = modes(points, world)
    nearest = modes(points, world, radius=torch.inf)
    favourite = nearest.counts.amax(-1) / 2500
    return {"captured": found.captured, "quality": found.quality, "favourite": favourite}


@cache
def trials() -> dict[str, Trial]:
    """Return all rows: the ordinary GAN, two that are provoked, and cures for the slow one."""
    generator, discriminator = MLP(2, 2, hidden=(32, 32)), MLP(2, 1, hidden=(32, 32))
    spread = nn.Sequential(MinibatchStdDev(), MLP(3, 1, hidden=(32, 32)))
    pairs = Packed(MLP(4, 1, hidden=(32, 32)), pack=2)
    alternating, unrolled = Alternating(optimizer=Adam()), Unrolled(2, optimizer=Adam())
    world = ring(std=0.05)
    slow = {"eta": 2e-3, "eta_psi": 6e-4, "beta1": 0.5}
    even = {"eta": 2e-3, "eta_psi": 2e-3, "beta1": 0.5}

    def rewarded(weight: Tensor | float) -> GAN:
        bonus = EntropyBonus(weight)
        return GAN(generator, discriminator, noise=2, generator_penalties=[bonus])

    plain = Experiment(GAN(generator, discriminator, noise=2), alternating, world, 64)
    ahead = Experiment(plain.game, unrolled, world, 64)
    bonus = Experiment(rewarded, alternating, world, 64)
    falling = Experiment(rewarded, alternating, world, 64, schedules={"weight": annealed})
    watched = Experiment(GAN(generator, spread, noise=2), alternating, world, 64)
    packed = Experiment(GAN(generator, pairs, noise=2), alternating, world, 64)
    return {
        "r = 1": Trial(plain, even),
        "r = 0.3": Trial(plain, slow),
        "r = 1, β₁ = 0.9": Trial(plain, even | {"beta1": 0.9}),
        "entropy bonus": Trial(bonus, slow, {"weight": 0.03}),
        "bonus, annealed": Trial(falling, slow, {"weight": 0.1}),
        "minibatch std": Trial(watched, slow),
        "packing": Trial(packed, slow),
        "unrolling": Trial(ahead, slow | {"eta_unroll": 0.1}),
    }


def annealed(step: Tensor) -> Tensor:
    """Return the factor of a bonus that falls evenly to nothing."""
    return torch.clamp(1 - step / ANNEALED, min=0.0)
