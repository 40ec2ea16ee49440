"""When a generator hops from mode to mode: speeds, bonuses and widths on the ring."""

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
from gantext.evaluation.modes import modes
from gantext.gan.game import GAN
from gantext.gan.mlp import MLP
from gantext.objectives.penalties import EntropyBonus
from gantext.records.base import Record, Trial, run_trials
from gantext.training.experiment import Experiment
from gantext.training.results import Snapshot

STEPS = tuple(range(60, 901, 60))
SEEDS = 8
RATIOS = (0.1, 0.3, 0.55, 1.0)
WEIGHTS = (0.0, 0.003, 0.01, 0.03)
#: Of the generator and of the discriminator; both are 32 where the bonus is varied.
WIDTHS = ((8, 32), (64, 32))


@checked_arguments
def ring_hops(
    rows: Sequence[str] | None = None, *, seeds: Count = SEEDS, steps: Count = STEPS[-1]
) -> Record:
    """Train GANs on the ring with discriminators of several speeds, and see where samples go.

    What is measured of each seed: ``favourite``, the share of 500 samples that are nearest to the
    mode with the most of them, and ``mode``, which one that is.

    Parameters
    ----------
    rows : sequence of str, optional
        Which trainings, such as ``"r = 0.3, λ = 0.01"`` or ``"r = 0.3, widths 8 and 32"``; all by
        default. The first width is the generator's.
    seeds : int
        How many seeds.
    steps : int
        How many steps.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.ring_hops(["r = 1, λ = 0"], seeds=2, steps=60).at("r = 1, λ = 0", "mode").shape
    torch.Size([2, 1])
    """
    return run_trials("ring_hops", trials(), judged, STEPS, rows=rows, seeds=seeds, last=steps)


def judged(snapshot: Snapshot, trial: Trial) -> dict[str, Tensor]:
    """Return what is measured."""
    nearest = modes(snapshot.sample(500), trial.world, radius=torch.inf)
    return {"favourite": nearest.counts.amax(-1) / 500, "mode": nearest.counts.argmax(-1)}


@cache
def trials() -> dict[str, Trial]:
    """Return all rows: every ratio with every bonus, and with every pair of widths."""
    rule, world = Alternating(optimizer=Adam()), ring(std=0.05)
    generator, discriminator = MLP(2, 2, hidden=(32, 32)), MLP(2, 1, hidden=(32, 32))

    def rewarded(weight: Tensor | float) -> GAN:
        bonus = [EntropyBonus(weight)]
        return GAN(generator, discriminator, noise=2, generator_penalties=bonus)

    def speeds(ratio: float) -> dict[str, float]:
        return {"eta": 2e-3, "eta_psi": 2e-3 * ratio, "beta1": 0.5}

    varied = Experiment(rewarded, rule, world, 64)
    found = {
        f"r = {r:g}, λ = {w:g}": Trial(varied, speeds(r), {"weight": w})
        for w in WEIGHTS
        for r in RATIOS
    }
    for wide, other in WIDTHS:
        pair = GAN(MLP(2, 2, hidden=(wide, wide)), MLP(2, 1, hidden=(other, other)), noise=2)
        plain = Experiment(pair, rule, world, 64)
        found |= {f"r = {r:g}, widths {wide} and {other}": Trial(plain, speeds(r)) for r in RATIOS}
    return found
