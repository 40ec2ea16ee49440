"""Losses, constraints on the discriminator and update rules on the ring, each with each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import torch
from torch import Tensor

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.data.mixtures import GaussianMixture, ring
from gantext.dynamics.optimizers import Adam
from gantext.dynamics.rules import Alternating, Optimistic
from gantext.evaluation.modes import modes
from gantext.gan.game import GAN
from gantext.gan.layers import MaxMin
from gantext.gan.mlp import MLP
from gantext.gan.spectral_norm import SpectralLinear
from gantext.objectives.losses import (
    Hinge,
    LeastSquares,
    Loss,
    NonSaturating,
    Relativistic,
    Wasserstein,
)
from gantext.objectives.penalties import R1, R2, GradientPenalty
from gantext.objectives.transport import transport
from gantext.records.base import Record, Trial, run_trials
from gantext.records.ring_whole import shrinking
from gantext.training.experiment import Experiment
from gantext.training.results import Snapshot

#: After how many steps samples are judged.
STEPS = (60, 300, 600, 1200, 1800, 2400, 3000)
SEEDS = 16
HIDDEN = (64, 64)
SPEEDS = {"eta": 3e-3, "eta_psi": 3e-3, "beta1": 0.0, "beta2": 0.99}
LOSSES: dict[str, Loss] = {
    "non-saturating": NonSaturating(),
    "least squares": LeastSquares(0.0, 1.0, 1.0),
    "hinge": Hinge(),
    "Wasserstein": Wasserstein(),
    "relativistic": Relativistic(),
}
#: What holds the discriminator: arguments of its network, and of the game.
CONSTRAINTS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "none": ({}, {}),
    "clip": ({}, {"clip": 0.1}),
    "SN-ReLU": ({"layer": SpectralLinear}, {}),
    "SN-MaxMin": ({"layer": SpectralLinear, "activation": MaxMin}, {}),
    "GP to 1": ({}, {"penalties": [GradientPenalty(2.0)]}),
    "GP to 0": ({}, {"penalties": [GradientPenalty(2.0, target=0.0)]}),
    "R1": ({}, {"penalties": [R1(0.3)]}),
    "R1 + R2": ({}, {"penalties": [R1(0.3), R2(0.3)]}),
}
RULES = {"alternating": Alternating, "optimistic": Optimistic}
#: What the distance is taken of: samples, and as many of the data, the same each time.
COMPARED = 512


@checked_arguments
def what_helps(
    rows: Sequence[str] | None = None, *, seeds: Count = SEEDS, steps: Count = STEPS[-1]
) -> Record:
    """Train GANs on the ring with each loss, each constraint and each update rule.

    Two networks of two layers of 64, batches of 64, and as many gradients in each row: Adam with
    η = 0.003 for both players, β₁ = 0, β₂ = 0.99, in steps that fall evenly to a fiftieth.

    What is measured of each seed: ``captured``, the number of modes, and ``quality``, of 2,500
    samples; ``w1``, the Wasserstein distance of 512 of them to as many of the data.

    Parameters
    ----------
    rows : sequence of str, optional
        Which trainings, such as ``"hinge, R1, optimistic"``; all by default.
    seeds : int
        How many seeds.
    steps : int
        How many steps.

    Examples
    --------
    >>> import gantext as gt
    >>> row = "hinge, R1, optimistic"
    >>> gt.what_helps([row], seeds=2, steps=20).at(row, "w1").shape
    torch.Size([2, 1])
    """
    kept = (min(seeds, 4), 100)
    return run_trials(
        "what_helps", trials(), judged, STEPS, rows=rows, seeds=seeds, last=steps, shown=kept
    )


def judged(snapshot: Snapshot, trial: Trial) -> dict[str, Tensor]:
    """Return what is measured."""
    points = snapshot.sample(2500)
    found = modes(points, trial.world)
    return {
        "captured": found.captured,
        "quality": found.quality,
        "w1": distances(points[..., :COMPARED, :], trial.world),
    }


def distances(points: Tensor, world: GaussianMixture) -> Tensor:
    """Return the exact distance of each group of samples to samples of the data."""
    real = world.sample(points.shape[-2], generator=torch.Generator().manual_seed(0))
    return transport(points, real).cost


@cache
def trials() -> dict[str, Trial]:
    """Return all rows."""
    return {
        f"{loss}, {constraint}, {rule}": trial(loss, constraint, rule, shrinking)
        for loss in LOSSES
        for constraint in CONSTRAINTS
        for rule in RULES
    }


def trial(
    loss: str, constraint: str, rule: str, smaller: Callable[[Tensor], Tensor] | None = None
) -> Trial:
    """Return one row; ``smaller`` is the factor of both step sizes, by the step."""
    network, game = CONSTRAINTS[constraint]
    discriminator = MLP(2, 1, hidden=HIDDEN, **network)
    gan = GAN(MLP(2, 2, hidden=HIDDEN), discriminator, noise=2, loss=LOSSES[loss], **game)
    schedules = {"eta": smaller, "eta_psi": smaller} if smaller else {}
    moves, world = RULES[rule](optimizer=Adam()), ring(std=0.05)
    return Trial(Experiment(gan, moves, world, 64, schedules=schedules), SPEEDS)
