"""What seeds that all agree leave open."""

from __future__ import annotations

import math

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.evaluation.intervals import mean_interval
from gantext.plotting import style
from gantext.plotting.lines import curves
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.settings import whole
from gantext.widgets.symbolic import Computed

RANGES = {"seeds": (2, 64, 1)}
DIGITS = {"seeds": 0, "low": 3, "modes": 2}
NAMES = {"seeds": "number of seeds that agree"}
TAIL, MODES = 0.025, 8
WORDS = {
    "sentence": (
        f"All of {{seeds}} seeds capture {MODES} modes. The share of all seeds that do may still "
        "be as low as {low}, and the mean over all seeds as low as {modes} modes."
    ),
    "allowed": "still possible",
    "seeds": "seeds that agree",
    "share": "share of all seeds",
}


def lowest(seeds: Tensor) -> Tensor:
    """Return the share of which so many seeds would all be with the probability of the tail."""
    return torch.exp(math.log(TAIL) / seeds)


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``lowest``, the end of the interval."""
    return {"lowest": Computed(lowest, ({"seeds": (2.0, 64.0)},))}


class AgreeingSeeds(Idea):
    """Drag the number of seeds that all capture every mode, and see what they leave open.

    Below a share p of all seeds, n of them would all capture 8 modes with a probability under
    2.5 %: that is the lower end of `mean_interval`, where :math:`p^n = 0.025`.

    Parameters
    ----------
    seeds : int, optional
        How many seeds agree, from 2 to 64.

    Examples
    --------
    >>> import gantext as gt
    >>> round(gt.AgreeingSeeds(seeds=32).numbers()["modes"], 2)
    7.13
    """

    script, words, digits, size = "agreeing_seeds", WORDS["sentence"], DIGITS, (5.2, 3.2)

    seeds = traitlets.Int().tag(sync=True)

    @checked_arguments
    def __init__(self, seeds: int = 5) -> None:
        super().__init__(seeds=whole("seeds", seeds, RANGES["seeds"]))

    def numbers(self) -> dict[str, float]:
        """Return ``seeds``, the lowest share ``low``, and ``modes``, the lowest mean."""
        share = mean_interval([True] * self.seeds).low
        mean = mean_interval([MODES] * self.seeds, bounds=(0, MODES)).low
        return {"seeds": self.seeds, "low": float(share), "modes": float(mean)}

    def _paint(self, ax: Axes) -> None:
        low, high, _ = RANGES["seeds"]
        n = torch.arange(low, high + 1, dtype=torch.float64)
        curves(n, lowest(n), ax=ax, color=style.INK)
        ax.fill_between(n, lowest(n), 1, color=style.MEASUREMENT, alpha=0.2, lw=0)
        ax.vlines(self.seeds, self.numbers()["low"], 1, style.MEASUREMENT, lw=4)
        ax.text(12, 0.93, WORDS["allowed"], color=style.MEASUREMENT)
        ax.set(xlabel=WORDS["seeds"], ylabel=WORDS["share"], xlim=(0, high), ylim=(0, 1.02))
