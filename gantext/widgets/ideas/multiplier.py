"""Where a multiplier sits, and what its steps do."""

from __future__ import annotations

import math

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.dynamics.linearise import multipliers
from gantext.dynamics.rules import Simultaneous
from gantext.dynamics.simulate import simulate
from gantext.games.bilinear import Bilinear
from gantext.plotting import style
from gantext.widgets.ideas.idea import Idea, bare
from gantext.widgets.ideas.plane import stepped
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

RANGES = {"real": (-1.2, 1.2, 0.02), "imaginary": (-1.2, 1.2, 0.02)}
DIGITS = {"real": 2, "imaginary": 2, "modulus": 3, "turn": 0, "end": 3}
NAMES = {"real": "real part of the multiplier", "imaginary": "imaginary part of the multiplier"}
STEPS = 20
WORDS = {
    "sentence": (
        "A step that multiplies by μ = {real} + {imaginary} i turns by {turn}° and multiplies the "
        f"distance by |μ|\u00a0=\u00a0{{modulus}}. After {STEPS} of them the distance is {{end}}."
    ),
    "multiplier": "μ",
    "square": "μ²",
    "start": "start: 1",
    "circle": "|μ| = 1",
}


def world(mu: Tensor) -> Bilinear:
    """Return the game on which a simultaneous step of size 1 multiplies x + iy by mu."""
    damping = 1 - mu[:1, None]
    return Bilinear(mu[1:, None], P=damping, Q=damping)


def step(place: Tensor, mu: Tensor) -> Tensor:
    """Return where that step leads."""
    return stepped(Simultaneous(), world(mu), torch.ones_like(mu[0]), place)


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``step``, from a place and the multiplier's two parts."""
    places = {"x": (-30.0, 30.0), "y": (-30.0, 30.0)}
    return {"step": Computed(step, (places, {name: v[:2] for name, v in RANGES.items()}))}


class Multiplier(Idea):
    r"""Drag a multiplier in the complex plane: its angle turns the steps, its modulus scales them.

    A step multiplies :math:`z = x + iy` by :math:`\mu`, so from 1 the steps go through
    :math:`\mu, \mu^2, \mu^3, \dots`: inwards for :math:`|\mu| < 1`, outwards for :math:`|\mu| > 1`.

    Parameters
    ----------
    real, imaginary : float, optional
        The two parts of the multiplier, from -1.2 to 1.2.

    Examples
    --------
    >>> import gantext as gt
    >>> found = gt.Multiplier(real=0.0, imaginary=0.5).numbers()
    >>> round(found["turn"], 6), round(found["modulus"], 6)
    (90.0, 0.5)
    """

    script, words, digits, size = "multiplier", WORDS["sentence"], DIGITS, (5.2, 4.1)

    real = traitlets.Float().tag(sync=True)
    imaginary = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, real: float = 0.76, imaginary: float = 0.54) -> None:
        given = {"real": real, "imaginary": imaginary}
        super().__init__(**{name: number(name, v, RANGES[name]) for name, v in given.items()})

    def _world(self) -> Bilinear:
        return world(torch.tensor([self.real, self.imaginary], dtype=torch.float64))

    def _path(self) -> Tensor:
        path = simulate(self._world(), Simultaneous(), [1.0], [0.0], STEPS, eta=1.0)
        return torch.cat([path.theta, path.psi], dim=-1)

    def numbers(self) -> dict[str, float]:
        """Return both parts, ``modulus``, ``turn`` in degrees, and the distance at the ``end``."""
        found = multipliers(self._world(), Simultaneous(), [0.0], [0.0], eta=1.0)[0]
        turn = math.degrees(math.atan2(self.imaginary, self.real))
        parts = {"real": self.real, "imaginary": self.imaginary}
        return parts | {
            "modulus": float(found.abs()),
            "turn": turn,
            "end": float(self._path()[-1].norm()),
        }

    def _paint(self, ax: Axes) -> None:
        path = self._path()
        seen = path[path.abs().amax(-1) < 1.4]
        ax.add_patch(Circle((0, 0), 1, fill=False, color=style.QUIET))
        ax.plot(*seen.T, "o-", color=style.MEASUREMENT, lw=1, ms=4)
        ax.plot(*path[1], "o", color=style.MEASUREMENT, ms=9)
        ax.plot(0, 0, "+", color=style.INK)
        ax.text(self.real + 0.08, self.imaginary + 0.08, WORDS["multiplier"])
        ax.text(1.05, -0.12, WORDS["start"], color=style.QUIET)
        ax.text(-0.7, 0.8, WORDS["circle"], ha="right", color=style.QUIET)
        ax.set(xlim=(-1.8, 1.8), ylim=(-1.4, 1.4))
        bare(ax)
