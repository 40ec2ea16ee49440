"""Extragradient's trial step and its real step."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.dynamics.rules import Extragradient, Simultaneous
from gantext.games.bilinear import Bilinear
from gantext.plotting import style
from gantext.widgets.ideas.idea import Idea, bare, pointing
from gantext.widgets.ideas.plane import stepped
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

RANGES = {"eta": (0.02, 1.2, 0.02)}
DIGITS = {"eta": 2, "trial": 3, "radius": 3}
NAMES = {"eta": "step size η"}
WORDS = {
    "sentence": (
        "The trial step of size η = {eta} leaves the circle, to distance {trial}. The real step "
        "takes the velocity found there, from the old point, and ends {side} the circle: "
        "distance {radius}."
    ),
    "inside": "inside",
    "outside": "outside",
    "on": "on",
    "trial": "trial",
    "there": "velocity there",
    "real": "real step",
}
ROUNDING = 1e-9


def look(eta: Tensor) -> tuple[Tensor, Tensor]:
    """Return where the trial step and the real step on f = xy lead from (1, 0)."""
    start = torch.cat([torch.ones_like(eta), torch.zeros_like(eta)])
    rules = Simultaneous(), Extragradient()
    trial, real = (stepped(rule, Bilinear.xy(), eta[0], start) for rule in rules)
    return trial, real


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``look``, the ends of both steps."""
    return {"look": Computed(look, ({"eta": RANGES["eta"][:2]},))}


class LookAhead(Idea):
    r"""Drag extragradient's trial step, and see where the velocity found there leads.

    On f = xy the real step multiplies the distance by :math:`\sqrt{1 - \eta^2 + \eta^4}`: it ends
    inside the circle for :math:`\eta < 1`, and outside beyond.

    Parameters
    ----------
    eta : float, optional
        The step size, from 0.02 to 1.2.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.LookAhead(eta=0.5).numbers()["side"], gt.LookAhead(eta=1.1).numbers()["side"]
    ('inside', 'outside')
    """

    script, words, digits, size = "look_ahead", WORDS["sentence"], DIGITS, (5.2, 4.1)

    eta = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, eta: float = 0.6) -> None:
        super().__init__(eta=number("eta", eta, RANGES["eta"]))

    def _ends(self) -> tuple[Tensor, Tensor]:
        return look(torch.tensor([self.eta], dtype=torch.float64))

    def numbers(self) -> dict[str, float | str]:
        """Return ``eta``, the distances ``trial`` and ``radius``, and the circle's ``side``."""
        trial, radius = (float(place.norm()) for place in self._ends())
        beyond = radius - 1
        side = "on" if abs(beyond) < ROUNDING else "inside" if beyond < 0 else "outside"
        return {"eta": self.eta, "trial": trial, "radius": radius, "side": WORDS[side]}

    def _paint(self, ax: Axes) -> None:
        start, (trial, real) = torch.tensor([1.0, 0.0]), self._ends()
        ax.add_patch(Circle((0, 0), 1, fill=False, color=style.QUIET))
        moved = trial + real - start
        for begin, end, line in ((start, trial, "--"), (trial, moved, ":"), (start, real, "-")):
            pointing(ax, begin, end, line)
        ax.plot(*trial, "o", color=style.MEASUREMENT, mfc="white")
        ax.plot(*torch.stack([start, real]).T, "o", color=style.MEASUREMENT)
        ax.plot(0, 0, "+", color=style.INK)
        for place, side, text in ((trial, "left", "trial"), (real, "right", "real")):
            x, y = place.tolist()
            ax.text(x, y, f"  {WORDS[text]}  ", ha=side, color=style.MEASUREMENT)
        ax.set(xlim=(-1.6, 2.1), ylim=(-1.15, 1.75))
        bare(ax)
