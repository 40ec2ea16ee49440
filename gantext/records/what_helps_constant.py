"""Some rows of `what_helps`, trained with constant steps, and four times as long."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.records.base import Record, Trial, run_trials
from gantext.records.what_helps import CONSTRAINTS, RULES, SEEDS, judged, trial

STEPS = (60, 3000, 6000, 9000, 12_000)
LOSSES = ("non-saturating", "Wasserstein")


@checked_arguments
def what_helps_constant(
    rows: Sequence[str] | None = None, *, seeds: Count = SEEDS, steps: Count = STEPS[-1]
) -> Record:
    """Train some rows of `what_helps` with steps that stay as they are.

    What is measured is the same.

    Parameters
    ----------
    rows : sequence of str, optional
        Which trainings, such as ``"Wasserstein, R1, alternating"``; all by default.
    seeds : int
        How many seeds.
    steps : int
        How many steps.

    Examples
    --------
    >>> import gantext as gt
    >>> row = "Wasserstein, R1, alternating"
    >>> gt.what_helps_constant([row], seeds=2, steps=20).at(row, "w1").shape
    torch.Size([2, 1])
    """
    return run_trials(
        "what_helps_constant", trials(), judged, STEPS, rows=rows, seeds=seeds, last=steps
    )


@cache
def trials() -> dict[str, Trial]:
    """Return all rows."""
    return {
        f"{loss}, {constraint}, {rule}": trial(loss, constraint, rule)
        for rule in RULES
        for loss in LOSSES
        for constraint in CONSTRAINTS
    }
