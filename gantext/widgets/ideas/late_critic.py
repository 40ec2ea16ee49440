"""A forger against a critic that learns too slowly."""

from __future__ import annotations

from functools import cache

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.dynamics.rules import Simultaneous
from gantext.dynamics.simulate import simulate
from gantext.games.two_point.complexity import quadratic
from gantext.games.two_point.game import TwoPointGame
from gantext.plotting import style
from gantext.plotting.lines import curves
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.live import fixed
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

game = TwoPointGame(quadratic, kappa=0.8)
RANGES = {"ratio": (0.05, 1.0, 0.01)}
DIGITS = {"ratio": 2, "low": 3, "high": 3}
NAMES = {"ratio": "how fast the critic learns, in the forger's rate"}
ETA, STEPS, START = 2.0, 400, 0.2
speeds = [round(0.05 + k / 100, 9) for k in range(96)]  # those that are dragged to
CRITICAL = float(game.critical_ratio(ETA))
WORDS = {
    "sentence": (
        "The critic learns {ratio} times as fast as the forger. In the second half of the run his "
        "share q lies between {low} and {high}: {verdict}."
    ),
    "steady": "the swings die out",
    "hopping": "the swings last",
    "share": "share q",
    "step": "step",
    "speed": "critic's speed r",
    "critical": fixed(CRITICAL, 2),
}


def step(state: Tensor, ratio: Tensor) -> Tensor:
    """Return the logits of the forger and of the critic after one simultaneous step."""
    rule = Simultaneous()
    eta = ETA * torch.ones_like(ratio[0])
    begun = rule.init(state[:1], state[1:])
    after, _ = rule.step(game, begun, None, {"eta": eta, "eta_psi": ratio[0] * ETA})
    return torch.cat([after.theta, after.psi])


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``step``, and ``share``, the share of a logit."""
    logits = dict.fromkeys(("theta", "psi1", "psi2"), (-8.0, 8.0))
    return {
        "step": Computed(step, (logits, {"ratio": RANGES["ratio"][:2]})),
        "share": Computed(torch.sigmoid, ({"theta": (-8.0, 8.0)},)),
    }


@cache
def shares(*ratios: float) -> Tensor:
    """Return the forger's share after 0, 1, ... steps, for each speed of the critic."""
    slower = torch.tensor(ratios, dtype=torch.float64) * ETA
    path = simulate(game, Simultaneous(), [START], [0.0, 0.0], STEPS, eta=ETA, eta_psi=slower)
    return torch.sigmoid(path.theta[..., 0])


class LateCritic(Idea):
    r"""Slow the critic of the two-point game down, until the forger hops from picture to picture.

    The game is `TwoPointGame` with :math:`c = q(1 - q)` and :math:`\kappa = 0.8`, where balance is
    the only minimum of the loss. Simultaneous steps of size 2 settle there if the critic learns
    faster than :math:`r = 0.42`, the game's `TwoPointGame.critical_ratio`.

    Parameters
    ----------
    ratio : float, optional
        The critic's learning rate in the forger's, from 0.05 to 1.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.LateCritic(ratio=0.1).numbers()["verdict"], gt.LateCritic(ratio=1.0).numbers()["verdict"]
    ('the swings last', 'the swings die out')
    """

    script, words, digits, size = "late_critic", WORDS["sentence"], DIGITS, (5.2, 3.2)

    ratio = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, ratio: float = 0.1) -> None:
        super().__init__(ratio=number("ratio", ratio, RANGES["ratio"]))

    def _shares(self) -> Tensor:
        if self.ratio not in speeds:
            return shares(self.ratio)[:, 0]
        return shares(*speeds)[:, speeds.index(self.ratio)]  # all cost little more than one

    def numbers(self) -> dict[str, float | str]:
        """Return ``ratio``, the ends ``low`` and ``high`` of the late shares, and a ``verdict``."""
        late = self._shares()[STEPS // 2 :]
        return {
            "ratio": self.ratio,
            "low": float(late.min()),
            "high": float(late.max()),
            "verdict": WORDS["hopping" if self.ratio < CRITICAL else "steady"],
        }

    def _paint(self, ax: Axes) -> None:
        curves(torch.arange(STEPS + 1), self._shares(), ax=ax, color=style.GENERATOR)
        ax.axhline(0.5, color=style.INK, ls=":", lw=1)
        ax.set(xlabel=WORDS["step"], ylabel=WORDS["share"], xlim=(0, STEPS), ylim=(0, 1))
