"""A step along the tangent, which leaves the circle on its outer side."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.dynamics.rules import Simultaneous
from gantext.dynamics.simulate import simulate
from gantext.games.bilinear import Bilinear
from gantext.plotting import style
from gantext.widgets.ideas.idea import Idea, bare, pointing
from gantext.widgets.ideas.plane import stepped
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

RANGES = {"eta": (0.02, 1.0, 0.02)}
DIGITS = {"eta": 2, "radius": 3, "later": 2}
NAMES = {"eta": "step size η"}
STEPS = 10
WORDS = {
    "sentence": (
        "A step of size η = {eta} along the tangent ends outside the circle, at distance {radius} "
        f"instead of 1. After {STEPS} such steps the distance is {{later}}."
    ),
    "circle": "the flow's circle",
    "radius": "√(1 + η²)",
}


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``step``, a simultaneous step on f = xy."""

    def step(place: Tensor, eta: Tensor) -> Tensor:
        return stepped(Simultaneous(), Bilinear.xy(), eta[0], place)

    places = {"x": (-30.0, 30.0), "y": (-30.0, 30.0)}
    return {"step": Computed(step, (places, {"eta": RANGES["eta"][:2]}))}


class TangentStep(Idea):
    r"""Drag a simultaneous step on f = xy along its tangent, and see it leave the circle.

    The flow keeps the distance from the equilibrium. A step of size :math:`\eta` from distance 1
    ends at :math:`\sqrt{1 + \eta^2}`, and the next step begins there.

    Parameters
    ----------
    eta : float, optional
        The step size, from 0.02 to 1.

    Examples
    --------
    >>> import gantext as gt
    >>> round(gt.TangentStep(eta=0.75).numbers()["radius"], 6)
    1.25
    """

    script, words, digits, size = "tangent_step", WORDS["sentence"], DIGITS, (5.2, 4.1)

    eta = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, eta: float = 0.5) -> None:
        super().__init__(eta=number("eta", eta, RANGES["eta"]))

    def _path(self) -> Tensor:
        path = simulate(Bilinear.xy(), Simultaneous(), [1.0], [0.0], STEPS, eta=self.eta)
        return torch.cat([path.theta, path.psi], dim=-1)

    def numbers(self) -> dict[str, float]:
        """Return ``eta``, and the distances ``radius`` after a step and ``later`` after ten."""
        distances = self._path().norm(dim=-1)
        return {"eta": self.eta, "radius": float(distances[1]), "later": float(distances[-1])}

    def _paint(self, ax: Axes) -> None:
        path, radius = self._path(), self.numbers()["radius"]
        ax.add_patch(Circle((0, 0), 1, fill=False, color=style.QUIET))
        ax.add_patch(Circle((0, 0), radius, fill=False, color=style.INK, ls="--"))
        ax.plot(*path[2:].T, "o", color=style.MEASUREMENT, ms=4, alpha=0.5)
        pointing(ax, path[0], path[1], "-")
        ax.plot(*path[:2].T, "o", color=style.MEASUREMENT)
        ax.plot(0, 0, "+", color=style.INK)
        ax.text(0, -0.6, WORDS["circle"], ha="center", color=style.QUIET)
        x, y = path[1].tolist()
        ax.text(x, y, f"  {WORDS['radius']} = {radius:.3f}", color=style.INK)
        ax.set(xlim=(-1.6, 2.3), ylim=(-1.35, 1.75))
        bare(ax)
