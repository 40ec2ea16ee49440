"""The forger's landscape in the two-point world, and the map of all its landscapes."""

from __future__ import annotations

import math
from typing import Any

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.games.two_point.loss import StationaryPoints
from gantext.plotting.lines import curves
from gantext.plotting.style import DATA, GENERATOR, INK
from gantext.widgets.live import LiveFigure, fixed
from gantext.widgets.settings import number, one_of, whole
from gantext.widgets.two_point_landscape.annealing import kick, present
from gantext.widgets.two_point_landscape.constants import (
    EDGES,
    LAST,
    RANGES,
    TITLES,
    WIDEST,
    WORDS,
    WORLDS,
)
from gantext.widgets.two_point_landscape.formulas import LOSSES


class TwoPointLandscape(LiveFigure):
    r"""Roll a forger down its loss in the two-point world, and see where that is on the map.

    The landscape is `TwoPointLoss`; its minima are filled, its maxima hollow. The ball takes the
    steps of `TwoPointLoss.descend`, and rolls when it is let go. Beside it is the bifurcation
    diagram of the same world for the present :math:`\kappa`: the stationary q for every
    :math:`\lambda`, with the ball where it is now, which can be dragged there too.

    Parameters
    ----------
    world : str, optional
        ``"first world"``, with the complexity `quadratic`, or ``"second world"``, with `quartic`.
    kappa : float, optional
        Weight of the complexity, from 0 to 3.
    lam : float, optional
        Weight :math:`\lambda` of the entropy bonus, from 0 to 3.5; where annealing begins.
    start : float, optional
        Where the ball begins, from 0.005 to 0.995.
    annealing : bool, optional
        Lower :math:`\lambda` evenly to 0 in 500 steps, and leave it there. Noise of standard
        deviation 0.01 moves the ball's logit at every step, so that chance decides on which side
        it leaves a hilltop, not the last bit of a number. Without annealing there is no noise.
    steps : int, optional
        How many steps the ball has taken, from 0 to 800.
    seed : int, optional
        Which noise annealing has, from 0 to 99.

    Raises
    ------
    ValueError
        If a setting is none of these.

    Notes
    -----
    The figure's script agrees with `numbers` to 1e-9. Only where stationary points are about to
    merge are they known less well, in either language: to 1e-8 where :math:`\lambda` is within 1e-8
    of the threshold in the first world, and nearer than that they count as balance.

    Examples
    --------
    >>> import gantext as gt
    >>> figure = gt.TwoPointLandscape(kappa=1.0, lam=1.2, start=0.08, steps=200)
    >>> print(figure.sentence().replace(". ", ".\n"))
    In the second world with κ = 1.00 and λ = 1.20 the minima are 0.029, 0.500, 0.971.
    From q = 0.080 the ball has come to 0.029 after 200 steps.
    """

    script = "two_point_landscape"

    world = traitlets.Unicode().tag(sync=True)
    kappa = traitlets.Float().tag(sync=True)
    lam = traitlets.Float().tag(sync=True)
    start = traitlets.Float().tag(sync=True)
    annealing = traitlets.Bool().tag(sync=True)
    steps = traitlets.Int().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)

    @checked_arguments
    def __init__(
        self,
        world: str = "second world",
        kappa: float = 1.0,
        lam: float = 1.2,
        start: float = 0.08,
        annealing: bool = False,
        steps: int = 0,
        seed: int = 0,
    ) -> None:
        super().__init__(
            world=one_of("world", world, WORLDS),
            kappa=number("kappa", kappa, RANGES["kappa"]),
            lam=number("lam", lam, RANGES["lam"]),
            start=number("start", start, RANGES["start"]),
            annealing=annealing,
            steps=whole("steps", steps, RANGES["steps"]),
            seed=whole("seed", seed, RANGES["seed"]),
        )

    def numbers(self) -> dict[str, float | str]:
        """Return what the figure tells of the ball and of its landscape.

        ``lam``, the present λ; ``q`` and ``loss`` of the ball; ``minima``, as text; the thresholds
        ``balance_threshold`` and ``collapse_threshold``; and, where there is a collapsed minimum,
        ``barrier``, the climb out of it.
        """
        loss, lam = LOSSES[self.world], self._lams()[self.steps]
        q = self._path(self.steps)[-1]
        found: dict[str, float | str] = {
            "lam": float(lam),
            "q": float(q),
            "loss": float(loss.value(q, self.kappa, lam)),
            "minima": ", ".join(fixed(m, 3) for m in self._minima(lam)),
            "balance_threshold": float(loss.balance_threshold(self.kappa)),
            "collapse_threshold": float(loss.collapse_threshold(self.kappa)),
        }
        climb = float(loss.barrier(self.kappa, lam).from_collapse)
        return found if math.isnan(climb) else found | {"barrier": climb}

    def sentence(self) -> str:
        """Say where the minima are, and what the ball has done or will do."""
        lam = float(self._lams()[self.steps])
        lowered = "lowered" if self.steps else "to lower"
        came = "one step" if self.steps == 1 else "came"
        minima = [fixed(m, 3) for m in self._minima(lam)]
        q = fixed(float(self._path(self.steps or LAST)[-1]), 3)
        return WORDS["sentence"].format(
            world=self.world,
            kappa=fixed(self.kappa, 2),
            weight=WORDS[lowered if self.annealing else "held"].format(
                lam=fixed(lam, 2), first=fixed(self.lam, 2)
            ),
            where=WORDS["minima" if len(minima) > 1 else "minimum"],
            minima=", ".join(minima),
            start=fixed(self.start, 3),
            does=WORDS[came if self.steps else "to come"].format(q=q, steps=self.steps or LAST),
        )

    @checked_arguments
    def draw(self, figure: Figure) -> None:
        """Draw the landscape with the ball, and the map with its way."""
        figure.set_size_inches(7, 4)
        left, right = figure.subplots(1, 2)
        lam, path = self._lams()[: self.steps + 1], self._path(self.steps)
        self._draw_landscape(left, float(lam[-1]), path)
        self._draw_diagram(right)
        right.plot(lam, path, color=GENERATOR, lw=4, alpha=0.55)
        ball = {"ms": 10, "c": GENERATOR, "mec": "white", "clip_on": False, "zorder": 3}
        right.plot(lam[-1], path[-1], "o", **ball)

    def _draw_landscape(self, ax: Axes, lam: float, path: Tensor) -> None:
        """Draw the loss, its minima and maxima, and the ball."""
        loss = LOSSES[self.world]
        q = _shares(9.0, 400)
        curves(q, loss.value(q, self.kappa, lam), ax=ax, color=INK)
        if not self.annealing:
            heights = loss.value(path, self.kappa, lam)
            ax.plot(path, heights, color=GENERATOR, lw=4, alpha=0.55)
        points = self._points(lam)
        low, high = points.minimum, ~points.minimum
        ax.plot(points.q[low], points.loss[low], "o", ms=8, c=DATA)
        ax.plot(points.q[high], points.loss[high], "o", ms=8, mfc="white", c=INK)
        height = loss.value(path[-1], self.kappa, lam)
        ax.plot(path[-1], height, "o", ms=10, c=GENERATOR, mec="white")
        ax.set(xlabel=TITLES["share"], ylabel=TITLES["loss"], xlim=EDGES)

    def _draw_diagram(self, ax: Axes) -> None:
        """Draw the minima (solid) and maxima (dashed) for every weight."""
        loss, top = LOSSES[self.world], RANGES["lam"][1]
        q = _shares(WIDEST, 4000)
        lam = loss.lam_at(q, self.kappa)
        q, lam = q[lam >= 0], lam[lam >= 0]
        stable = loss.curvature(q, self.kappa, lam) > 0
        balance = max(float(loss.balance_threshold(self.kappa)), 0.0)
        for shown, style in ((stable, "-"), (~stable, "--")):
            for half in (q < 0.5, q > 0.5):
                ax.plot(lam[shown & half], q[shown & half], style, c=INK, lw=1.3)
        ax.hlines(0.5, 0, min(balance, top), INK, "--", lw=1.3)
        ax.hlines(0.5, balance, max(balance, top), INK, lw=1.3)
        for threshold in self._thresholds():
            ax.axvline(threshold, c=INK, ls=":", lw=1.2)
        ax.set(xlabel=TITLES["weight"], ylabel=TITLES["share"], xlim=(0, top), ylim=EDGES)

    def _lams(self) -> Tensor:
        """Return the present weight after 0, 1, ... steps."""
        steps = torch.arange(LAST + 1, dtype=torch.float64)
        lam = torch.tensor(self.lam, dtype=torch.float64)
        return present(lam, steps) if self.annealing else lam.expand(steps.shape)

    def _path(self, steps: int) -> Tensor:
        """Return where the ball is after 0, 1, ... steps."""
        loss, lams = LOSSES[self.world], self._lams()[:steps]
        if not self.annealing:
            return loss.descend(self.start, self.kappa, lams)
        path = [torch.tensor(self.start, dtype=torch.float64)]
        state = torch.tensor([self.seed + 1], dtype=torch.float64)
        for lam in lams:
            state, push = kick(state)
            moved = loss.descend(path[-1], self.kappa, lam[None])[-1]
            path.append(torch.sigmoid(torch.logit(moved) + push.squeeze()))
        return torch.stack(path)

    def _points(self, lam: Any) -> StationaryPoints:
        return LOSSES[self.world].stationary_points(self.kappa, lam)

    def _minima(self, lam: Any) -> list[float]:
        points = self._points(lam)
        return points.q[points.minimum].tolist()

    def _thresholds(self) -> list[float]:
        """Return those that are on the map."""
        loss = LOSSES[self.world]
        both = loss.balance_threshold(self.kappa), loss.collapse_threshold(self.kappa)
        return sorted({t for t in map(float, both) if 0 <= t <= RANGES["lam"][1]})


def _shares(largest: float, count: int) -> Tensor:
    """Return shares whose logits are evenly spaced, without balance."""
    logits = torch.linspace(-largest, largest, 2 * (count // 2), dtype=torch.float64)
    return torch.sigmoid(logits)
