"""A critic of one hidden layer, each layer of norm 1, that tries to make a peak."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.plotting import style
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

RANGES = {"slope": (0.0, 1.0, 0.02), "turn": (0.0, 1.0, 0.02)}
DIGITS = {"slope": 2, "turn": 2, "gap": 2}
NAMES = {"slope": "leaky slope α", "turn": "how the two units share the work"}
WORDS = {
    "sentence": (
        "With the leaky slope α\u00a0=\u00a0{slope}, and {turn} of the work done by the first "
        "unit, the critic's gap is {gap}, of 1."
    ),
    "best": "−|x|: gap 1",
    "critic": "critic",
    "real": "real",
    "fake": "fake",
    "turn": "work of the first unit",
}
PLACES = (-1.0, 0.0, 1.0)


def critic(x: Tensor, given: Tensor) -> Tensor:
    """Return what the critic says to places; ``given`` is the slope, and the first unit's share.

    Its weights into and out of two units are vectors of length 1, so both layers have norm 1.
    """
    slope, turn = given[0], given[1]
    weights = torch.stack([turn.sqrt(), -(1 - turn).sqrt()])  # into the units
    out = torch.stack([-turn.sqrt(), -(1 - turn).sqrt()])
    units = x[:, None] * weights
    active = torch.relu(units) - slope * torch.relu(-units)
    return (active * out).sum(1)


def gap(given: Tensor) -> Tensor:
    """Return what the critic says to the real point 0, less the mean of the fakes at -1 and 1."""
    low, middle, high = critic(torch.tensor(PLACES, dtype=given.dtype), given)
    return middle - (low + high) / 2


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``critic`` at a place, and ``gap``."""
    given = {name: limits[:2] for name, limits in RANGES.items()}
    return {
        "critic": Computed(critic, ({"x": (-1.4, 1.4)}, given)),
        "gap": Computed(gap, (given,)),
    }


class BluntPeak(Idea):
    r"""Drag the leaky slope of a spectrally normalised critic that tries to make a peak.

    Real is 0, fake are -1 and 1 with half of the weight each, so :math:`W_1 = 1`, which the critic
    :math:`-|x|` shows. The best critic with one hidden layer, each layer of norm 1, shows
    :math:`\tfrac12 (1 - \alpha)` of it, however its units share the work.

    Parameters
    ----------
    slope : float, optional
        The slope of the units below zero, from 0 to 1.
    turn : float, optional
        The share of the work that the first unit does, from 0 to 1.

    Examples
    --------
    >>> import gantext as gt
    >>> round(gt.BluntPeak(slope=0.2).numbers()["gap"], 6)
    0.4
    """

    script, words, digits, size = "blunt_peak", WORDS["sentence"], DIGITS, (5.2, 3.6)

    slope = traitlets.Float().tag(sync=True)
    turn = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, slope: float = 0.2, turn: float = 0.5) -> None:
        given = {"slope": slope, "turn": turn}
        super().__init__(**{name: number(name, v, RANGES[name]) for name, v in given.items()})

    def _given(self) -> Tensor:
        return torch.tensor([self.slope, self.turn], dtype=torch.float64)

    def numbers(self) -> dict[str, float]:
        """Return ``slope``, ``turn``, and the ``gap`` between the real point and the fakes."""
        return {"slope": self.slope, "turn": self.turn, "gap": float(gap(self._given()))}

    def _paint(self, ax: Axes) -> None:
        x = torch.linspace(-1.4, 1.4, 141, dtype=torch.float64)
        ax.plot(x, -x.abs(), color=style.QUIET, ls="--")
        ax.text(0.85, -0.78, WORDS["best"], color=style.QUIET)
        ax.plot(x, critic(x, self._given()), color=style.DISCRIMINATOR)
        ends = critic(torch.tensor([-1.0, 1.0], dtype=torch.float64), self._given())
        ax.plot([-1, 1], ends, color=style.INK, ls=":", lw=1)
        ax.plot([0, 0], [0, -self.numbers()["gap"]], color=style.DISCRIMINATOR, lw=4)
        ax.plot([-1, 1], ends, "o", color=style.GENERATOR)
        ax.plot(0, 0, "o", color=style.DATA)
        ax.text(0.05, 0.08, WORDS["real"], color=style.DATA)
        for place, height in zip((-1, 1), ends.tolist(), strict=True):
            ax.text(place, height + 0.1, WORDS["fake"], color=style.GENERATOR, ha="center")
        ax.set(xlim=(-1.4, 1.4), ylim=(-1.4, 0.6), xlabel="x", ylabel=WORDS["critic"])
