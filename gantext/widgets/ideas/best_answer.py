"""The best critic's answer on one letter: her share of what both players show of it."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.games.ideal import IdealGame
from gantext.plotting import style
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

RANGES = {"data": (0.01, 0.5, 0.01), "generator": (0.01, 0.5, 0.01)}
DIGITS = {"data": 2, "generator": 2, "critic": 2}
NAMES = {
    "data": "how often the painter uses the stroke",
    "generator": "how often the forger uses the stroke",
}
WORDS = {
    "sentence": (
        "The painter uses this stroke with probability {data}, the forger with {generator}. "
        "The painter's part of the two together is D*\u00a0=\u00a0{critic}."
    ),
    "data": "painter",
    "generator": "forger",
    "critic": "D*",
    "stretched": "stretched to length 1",
}


def critic(shares: Tensor) -> Tensor:
    """Return the best answer on a letter, from both players' probabilities of it."""
    data, generator = torch.stack([shares, 1 - shares], dim=-1)  # this letter, and any other
    return IdealGame(data).optimal_discriminator(generator)[0]


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``critic``, the best answer."""
    return {"critic": Computed(critic, ({name: limits[:2] for name, limits in RANGES.items()},))}


class BestAnswer(Idea):
    r"""Drag how often painter and forger use a stroke, and see the best answer split them.

    The two probabilities lie end to end. Stretched to length 1 they part at
    :math:`D^* = p_\text{data} / (p_\text{data} + p_g)`.

    Parameters
    ----------
    data, generator : float, optional
        Both players' probabilities of the letter, from 0.01 to 0.5.

    Examples
    --------
    >>> import gantext as gt
    >>> round(gt.BestAnswer(data=0.3, generator=0.1).numbers()["critic"], 6)
    0.75
    """

    script, words, digits, size = "best_answer", WORDS["sentence"], DIGITS, (5.2, 2.4)

    data = traitlets.Float().tag(sync=True)
    generator = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, data: float = 0.4, generator: float = 0.1) -> None:
        given = {"data": data, "generator": generator}
        super().__init__(**{name: number(name, v, RANGES[name]) for name, v in given.items()})

    def numbers(self) -> dict[str, float]:
        """Return both probabilities, and ``critic``, the best answer."""
        given = {"data": self.data, "generator": self.generator}
        best = critic(torch.tensor([*given.values()], dtype=torch.float64))
        return given | {"critic": float(best)}

    def _paint(self, ax: Axes) -> None:
        a, b, best = self.numbers().values()
        for left, width, y, color in (
            (0, a, 1, style.DATA),
            (a, b, 1, style.GENERATOR),
            (0, best, 0, style.DATA),
            (best, 1 - best, 0, style.GENERATOR),
        ):
            ax.barh(y, width, 0.36, left, color=color, alpha=1 if y else 0.35)
        for top, bottom in ((0, 0), (a, best), (a + b, 1)):
            ax.plot([top, bottom], [0.82, 0.18], ":", color=style.INK, lw=1)
        ax.text(a / 2, 1.25, WORDS["data"], ha="center", color=style.DATA)
        ax.text(a + b / 2, 1.25, WORDS["generator"], ha="center", color=style.GENERATOR)
        ax.text(best, -0.42, f"D* = {best:.2f}", ha="center", color=style.DISCRIMINATOR)
        ax.plot([best, best], [-0.24, 0.24], color=style.DISCRIMINATOR, lw=3)
        ax.set_axis_off()
