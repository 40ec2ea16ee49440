"""Some rows of `what_helps`, trained twice as long."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from torch import Tensor

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.records.base import Record, Trial, run_trials
from gantext.records.ring_whole import shrinking
from gantext.records.what_helps import SEEDS, judged, trial

STEPS = (60, 1200, 2400, 3600, 4800, 6000)
LOSSES = ("non-saturating", "hinge", "Wasserstein")
CONSTRAINTS = ("none", "SN-ReLU", "GP to 1", "GP to 0", "R1")


@checked_arguments
def what_helps_longer(
    rows: Sequence[str] | None = None, *, seeds: Count = SEEDS, steps: Count = STEPS[-1]
) -> Record:
    """Train some rows of `what_helps` with steps that shrink half as fast.

    What is measured is the same.

    Parameters
    ----------
    rows : sequence of str, optional
        Which trainings, such as ``"hinge, R1, alternating"``; all by default.
    seeds : int
        How many seeds.
    steps : int
        How many steps.

    Examples
    --------
    >>> import gantext as gt
    >>> row = "hinge, R1, alternating"
    >>> gt.what_helps_longer([row], seeds=2, steps=20).at(row, "w1").shape
    torch.Size([2, 1])
    """
    return run_trials(
        "what_helps_longer", trials(), judged, STEPS, rows=rows, seeds=seeds, last=steps
    )


@cache
def trials() -> dict[str, Trial]:
    """Return all rows."""
    return {
        f"{loss}, {constraint}, alternating": trial(loss, constraint, "alternating", slower)
        for loss in LOSSES
        for constraint in CONSTRAINTS
    }


def slower(step: Tensor) -> Tensor:
    """Return the factor of steps that fall to a fiftieth in twice the time."""
    return shrinking(step / 2)
