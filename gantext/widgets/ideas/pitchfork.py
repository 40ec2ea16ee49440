"""The two-point landscape of the first world, and what a bonus does to its middle."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.games.two_point.complexity import quadratic
from gantext.games.two_point.loss import TwoPointLoss
from gantext.plotting import style
from gantext.plotting.lines import curves
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.live import fixed
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

RANGES = {"lam": (0.0, 0.7, 0.01)}
DIGITS = {"lam": 2, "curvature": 2}
NAMES = {"lam": "weight λ of the bonus"}
KAPPA = 2.0
HEIGHTS = (-0.02, 0.58)
WORDS = {
    "sentence": (
        "With the weight λ = {lam} the curvature at balance is {curvature}: balance is {balance}. "
        "Whoever goes downhill from beside it comes to rest at q = {rest}."
    ),
    "hill": "the top of a hill",
    "valley": "the bottom of the valley",
    "two": "{low} or {high}",
    "one": "0.500",
    "loss": "loss L(q)",
    "share": "share q",
    "forger": "forger",
    "drag": "balance",
}
ROUNDING = 1e-9
loss = TwoPointLoss(quadratic)


def formulas() -> dict[str, Computed]:
    """Return what the script computes in the first world.

    ``value`` of the loss, ``curvature`` at balance, and ``stationary``, the weight at which a share
    below balance is at rest.
    """
    lam = {"lam": RANGES["lam"][:2]}
    half = torch.tensor(0.5, dtype=torch.float64)

    def curvature(v: Tensor) -> Tensor:
        return torch.func.grad(torch.func.grad(lambda q: loss.value(q, KAPPA, v[0])))(half)

    return {
        "value": Computed(lambda v: loss.value(v[0], KAPPA, v[1]), ({"q": (0.0, 1.0)} | lam,)),
        "curvature": Computed(curvature, (lam,)),
        "stationary": Computed(lambda v: loss.lam_at(v[0], KAPPA), ({"q": (1e-4, 0.45)},)),
    }


class Pitchfork(Idea):
    r"""Press the hill in the middle of the landscape down, until balance is a valley.

    The loss is `TwoPointLoss` with the complexity :math:`c = q(1 - q)` and the price
    :math:`\kappa = 2`. Balance is its minimum exactly for :math:`\lambda \ge (\kappa - 1)/2`.

    Parameters
    ----------
    lam : float, optional
        The weight of the entropy bonus, from 0 to 0.7.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.Pitchfork(lam=0.4).numbers()["balance"], gt.Pitchfork(lam=0.6).numbers()["balance"]
    ('the top of a hill', 'the bottom of the valley')
    """

    script, words, digits, size = "pitchfork", WORDS["sentence"], DIGITS, (5.2, 3.4)

    lam = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, lam: float = 0.1) -> None:
        super().__init__(lam=number("lam", lam, RANGES["lam"]))

    def _minima(self) -> list[float]:
        points = loss.stationary_points(KAPPA, self.lam)
        return points.q[points.minimum].tolist()

    def numbers(self) -> dict[str, float | str]:
        """Return ``lam``, the ``curvature`` at balance, and in words ``balance`` and ``rest``."""
        curvature = float(loss.curvature(0.5, KAPPA, self.lam))
        minima = self._minima()
        low, high = (fixed(q, 3) for q in (minima[0], minima[-1]))
        return {
            "lam": self.lam,
            "curvature": curvature,
            "balance": WORDS["hill" if curvature < -ROUNDING else "valley"],
            "rest": WORDS["two" if len(minima) > 1 else "one"].format(low=low, high=high),
        }

    def _paint(self, ax: Axes) -> None:
        q = torch.linspace(0, 1, 301, dtype=torch.float64)
        curves(q, loss.value(q, KAPPA, self.lam), ax=ax, color=style.INK)
        rest = torch.tensor(self._minima(), dtype=torch.float64)
        ax.plot(rest, loss.value(rest, KAPPA, self.lam), "o", color=style.GENERATOR, ms=9)
        ax.plot(0.5, loss.value(0.5, KAPPA, self.lam), "o", color=style.INK, mfc="white")
        ax.set(xlabel=WORDS["share"], ylabel=WORDS["loss"], xlim=(0, 1), ylim=HEIGHTS)
