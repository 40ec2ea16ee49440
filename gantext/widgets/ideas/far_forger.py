"""The Jensen-Shannon divergence of two distributions that move apart."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.objectives.divergences import js
from gantext.plotting import style
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.settings import whole
from gantext.widgets.symbolic import Computed

SHAPE = (0.1, 0.2, 0.4, 0.2, 0.1)  # of both, over as many letters
RANGES = {"shift": (-7, 7, 1)}
DIGITS = {"shift": 0, "common": 0, "divergence": 3}
NAMES = {"shift": "letters by which the forger is shifted"}
WORDS = {
    "sentence": (
        "Shifted by {shift}, the forger shares {common} of the data's "
        f"{len(SHAPE)} letters, and JS\u00a0=\u00a0{{divergence}}{{note}}."
    ),
    "apart": ", which is log 2, near or far",
    "near": "",
    "data": "data",
    "generator": "forger",
    "divergence": "JS",
    "highest": "log 2",
}


def placed(shift: int) -> Tensor:
    """Return the shape on the letters of the picture, with its middle at a shift."""
    reach, half = RANGES["shift"][1], len(SHAPE) // 2
    row = torch.zeros(2 * (reach + half) + 1, dtype=torch.float64)
    row[reach + shift : reach + shift + len(SHAPE)] = torch.tensor(SHAPE, dtype=torch.float64)
    return row


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``letter``, a letter's term of the divergence."""
    unit = (0.0, 1.0)
    return {"letter": Computed(lambda v: js(v[:1], v[1:]), ({"a": unit, "b": unit},))}


class FarForger(Idea):
    r"""Drag a forger's distribution away from the data, and watch JS come to its end.

    Both have one shape. Once they have no letter in common, JS is :math:`\log 2`, and says nothing
    of how far apart they are.

    Parameters
    ----------
    shift : int, optional
        How many letters the forger is to the right of the data, from -7 to 7.

    Examples
    --------
    >>> import gantext as gt
    >>> [round(gt.FarForger(shift=k).numbers()["divergence"], 3) for k in (0, 2, 5, 7)]
    [0.0, 0.304, 0.693, 0.693]
    """

    script, words, digits, size = "far_forger", WORDS["sentence"], DIGITS, (5.2, 3.2)

    shift = traitlets.Int().tag(sync=True)

    @checked_arguments
    def __init__(self, shift: int = 3) -> None:
        super().__init__(shift=whole("shift", shift, RANGES["shift"]))

    def numbers(self) -> dict[str, float | str]:
        """Return ``shift``, ``common`` letters, the ``divergence``, and a ``note`` at its end."""
        data, generator = placed(0), placed(self.shift)
        common = int(((data > 0) & (generator > 0)).sum())
        note = WORDS["near" if common else "apart"]
        divergence = float(js(data, generator))
        return {"shift": self.shift, "common": common, "divergence": divergence, "note": note}

    def _paint(self, ax: Axes) -> None:
        low, high, _ = RANGES["shift"]
        half = len(SHAPE) // 2
        letters = torch.arange(low - half, high + half + 1)
        ax.bar((letters - 0.2).numpy(), placed(0).numpy(), 0.4, color=style.DATA)
        ax.bar(
            (letters + 0.2).numpy(),
            placed(self.shift).numpy(),
            0.4,
            color=style.GENERATOR,
            hatch="///",
        )
        places = range(low, high + 1)
        heights = [float(js(placed(0), placed(k))) for k in places]
        ax.plot(places, heights, "o--", color=style.INK, ms=3, lw=1)
        ax.plot(self.shift, heights[self.shift - low], "o", color=style.INK, ms=9)
        ax.text(low - half, heights[0] + 0.02, WORDS["highest"])
        ax.text(
            self.shift, heights[self.shift - low] + 0.05, f"{WORDS['divergence']}  ", ha="right"
        )
        ax.text(0, -0.06, WORDS["data"], ha="center", color=style.DATA)
        ax.text(self.shift, -0.11, WORDS["generator"], ha="center", color=style.GENERATOR)
        ax.set(xticks=[], yticks=[], ylim=(0, 0.8))
