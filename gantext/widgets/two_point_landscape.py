"""The forger's landscape in the two-point world, and the map of all its landscapes."""

from __future__ import annotations

import math
from typing import Any

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from gantext import plotting
from gantext.games.two_point.complexity import quadratic, quartic
from gantext.games.two_point.loss import StationaryPoints, TwoPointLoss
from gantext.widgets.live import LiveFigure, fixed
from gantext.widgets.symbolic import Computed

__all__ = ["TwoPointLandscape", "formulas"]

_WORLDS = {"first world": TwoPointLoss(quadratic), "second world": TwoPointLoss(quartic)}
# What the sliders reach. The script's copies of these are its own checks of the state.
_KAPPA = (0.0, 3.0)
_LAMBDA = (0.0, 3.5)
_START = (0.005, 0.995)
_STEPS = (0, 800)
_SEED = (0, 99)
# Annealing takes so many of the steps, and stays at 0 for the rest.
_ANNEALING = 500
# Standard deviation of what annealing adds to the logit at every step.
_NOISE = 0.01
# Beyond every stationary point of these worlds, in the logit: it is at most 8 kappa + log 3 there.
_WIDEST = 30.0


def formulas() -> dict[str, Computed]:
    r"""Return what the figure's script computes.

    Returns
    -------
    dict of Computed
        For each world (``first...`` and ``second...``) ``Loss``; ``Stationary``, the
        :math:`\lambda` at which q is stationary, and ``Turn``, its derivative; ``Threshold`` of
        balance; ``Roll``, a step of descent from a logit, which gives the next logit and its share.
        For both worlds ``logitOf`` and ``shareOf``, one from the other; ``present``, the
        :math:`\lambda` of annealing after some steps; ``kick``, the noise that follows a state of
        its generator, with the next state before it.

    Examples
    --------
    >>> from gantext.widgets.two_point_landscape import formulas
    >>> formulas()["firstThreshold"].formula().results
    (kappa/2 - 1/2,)
    """
    found: dict[str, Computed] = {}
    for world, loss in _WORLDS.items():
        name = world.removesuffix(" world")
        found |= {f"{name}{what}": computed for what, computed in _of_world(loss).items()}
    logit, state = {"theta": (-12.0, 12.0)}, {"state": (1.0, _MODULUS - 1)}
    lam_steps = {"lam": _LAMBDA, "steps": (0.0, float(_STEPS[1]))}
    return found | {
        "logitOf": Computed(torch.logit, ({"q": _START},)),
        "shareOf": Computed(torch.sigmoid, (logit,)),
        "present": Computed(lambda v: _present(*v), (lam_steps,)),
        "kick": Computed(_kick, (state,)),
    }


def _of_world(loss: TwoPointLoss) -> dict[str, Computed]:
    """Return what is computed in one world."""

    def roll(v: Tensor) -> tuple[Tensor, Tensor]:
        theta, kappa, lam = v
        # The nearer edge, where q keeps its digits.
        q = loss.descend(torch.sigmoid(-theta.abs()), kappa, lam[None])[-1]
        moved = theta.sign() * (torch.log1p(-q) - q.log())
        return moved, torch.sigmoid(moved)

    kappa, lam = {"kappa": _KAPPA}, {"lam": _LAMBDA}
    # Balance is a hole of `lam_at`, and next to it there is rounding.
    left = {"q": (1e-4, 0.45)} | kappa
    return {
        "Loss": Computed(lambda v: loss.value(*v), ({"q": (0.0, 1.0)} | kappa | lam,)),
        "Stationary": Computed(lambda v: loss.lam_at(*v), (left,)),
        "Turn": Computed(lambda v: torch.func.grad(loss.lam_at)(*v), (left,)),
        "Threshold": Computed(lambda v: loss.balance_threshold(v), (kappa,)),
        "Roll": Computed(roll, ({"theta": (-12.0, 12.0)} | kappa | lam,)),
    }


class TwoPointLandscape(LiveFigure):
    r"""Roll a forger down its loss in the two-point world, and see where that is on the map.

    The landscape is `gantext.games.two_point.loss.TwoPointLoss`; its minima are filled, its maxima
    hollow. The
    ball takes the steps of `gantext.games.two_point.loss.TwoPointLoss.descend`. Beside it is the
    bifurcation diagram of the same world for the present :math:`\kappa`: the stationary q for every
    :math:`\lambda`, with the ball where it is now.

    Parameters
    ----------
    world : str, optional
        ``"first world"``, with the complexity `gantext.games.two_point.complexity.quadratic`, or
        ``"second world"``, with `gantext.games.two_point.complexity.quartic`.
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
    >>> from gantext.widgets import TwoPointLandscape
    >>> figure = TwoPointLandscape(kappa=1.0, lam=1.2, start=0.08, steps=200)
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
        if world not in _WORLDS:
            raise ValueError(f"world: expected one of {', '.join(_WORLDS)}, got {world!r}")
        if not isinstance(annealing, bool):
            raise ValueError(f"annealing: expected True or False, got {annealing!r}")
        super().__init__(
            world=world,
            kappa=_number("kappa", kappa, _KAPPA),
            lam=_number("lam", lam, _LAMBDA),
            start=_number("start", start, _START),
            annealing=annealing,
            steps=_whole("steps", steps, _STEPS),
            seed=_whole("seed", seed, _SEED),
        )

    def numbers(self) -> dict[str, float | str]:
        r"""Compute what the figure shows as numbers.

        Returns
        -------
        dict
            ``lam``, the present :math:`\lambda`; ``q`` and ``loss`` of the ball; ``minima``, as
            text; the two thresholds ``balance_threshold`` and ``collapse_threshold``; and, where
            there is a collapsed minimum, ``barrier``, the climb out of it.
        """
        loss, lam = _WORLDS[self.world], self._lams()[self.steps]
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
        """Say what is seen.

        Returns
        -------
        str
            Where the minima are, and what the ball has done or will do.
        """
        lam = float(self._lams()[self.steps])
        weight = f"λ = {fixed(lam, 2)}"
        if self.annealing:
            lowered = f"lowered from {fixed(self.lam, 2)}" if self.steps else "to be lowered to 0"
            weight += f", {lowered},"
        minima = [fixed(m, 3) for m in self._minima(lam)]
        where = "the minima are" if len(minima) > 1 else "the only minimum is"
        q = fixed(float(self._path(self.steps or _STEPS[1])[-1]), 3)
        plural = "" if self.steps == 1 else "s"
        does = (
            f"the ball has come to {q} after {self.steps} step{plural}"
            if self.steps
            else f"the ball will come to {q} in {_STEPS[1]} steps"
        )
        return (
            f"In the {self.world} with κ = {fixed(self.kappa, 2)} and {weight} {where} "
            f"{', '.join(minima)}. From q = {fixed(self.start, 3)} {does}."
        )

    def draw(self, figure: Figure) -> None:
        """Draw the picture that stands where no script runs.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            Empty.
        """
        figure.set_size_inches(7, 4)
        left, right = figure.subplots(1, 2)
        lam, path = self._lams()[: self.steps + 1], self._path(self.steps)
        self._draw_landscape(left, float(lam[-1]), path)
        self._draw_diagram(right)
        right.plot(lam, path, color=plotting.GENERATOR, lw=4, alpha=0.55)
        ball = {"ms": 10, "c": plotting.GENERATOR, "mec": "white", "clip_on": False, "zorder": 3}
        right.plot(lam[-1], path[-1], "o", **ball)

    def _draw_landscape(self, ax: Axes, lam: float, path: Tensor) -> None:
        """Draw the loss, its minima and maxima, and the ball."""
        loss = _WORLDS[self.world]
        q = _shares(9.0, 400)
        plotting.curves(q, loss.value(q, self.kappa, lam), ax=ax, color=plotting.INK)
        if not self.annealing:
            heights = loss.value(path, self.kappa, lam)
            ax.plot(path, heights, color=plotting.GENERATOR, lw=4, alpha=0.55)
        points = self._points(lam)
        low, high = points.minimum, ~points.minimum
        ax.plot(points.q[low], points.loss[low], "o", ms=8, c=plotting.DATA)
        ax.plot(points.q[high], points.loss[high], "o", ms=8, mfc="white", c=plotting.INK)
        height = loss.value(path[-1], self.kappa, lam)
        ax.plot(path[-1], height, "o", ms=10, c=plotting.GENERATOR, mec="white")
        ax.set(xlabel="share q", ylabel="loss L(q)", xlim=(-0.02, 1.02))

    def _draw_diagram(self, ax: Axes) -> None:
        """Draw the minima (solid) and maxima (dashed) for every weight."""
        loss = _WORLDS[self.world]
        q = _shares(_WIDEST, 4000)
        lam = loss.lam_at(q, self.kappa)
        q, lam = q[lam >= 0], lam[lam >= 0]
        stable = loss.curvature(q, self.kappa, lam) > 0
        balance = max(float(loss.balance_threshold(self.kappa)), 0.0)
        for shown, style in ((stable, "-"), (~stable, "--")):
            for half in (q < 0.5, q > 0.5):
                ax.plot(lam[shown & half], q[shown & half], style, c=plotting.INK, lw=1.3)
        ax.hlines(0.5, 0, min(balance, _LAMBDA[1]), plotting.INK, "--", lw=1.3)
        ax.hlines(0.5, balance, max(balance, _LAMBDA[1]), plotting.INK, lw=1.3)
        for threshold in self._thresholds():
            ax.axvline(threshold, c=plotting.INK, ls=":", lw=1.2)
        ax.set(xlabel="weight λ of the bonus", ylabel="share q", xlim=_LAMBDA, ylim=(-0.02, 1.02))

    def _lams(self) -> Tensor:
        """Return the present weight after 0, 1, ... steps."""
        steps = torch.arange(_STEPS[1] + 1, dtype=torch.float64)
        lam = torch.tensor(self.lam, dtype=torch.float64)
        return _present(lam, steps) if self.annealing else lam.expand(steps.shape)

    def _path(self, steps: int) -> Tensor:
        """Return where the ball is after 0, 1, ... steps."""
        loss, lams = _WORLDS[self.world], self._lams()[:steps]
        if not self.annealing:
            return loss.descend(self.start, self.kappa, lams)
        path = [torch.tensor(self.start, dtype=torch.float64)]
        state = torch.tensor([self.seed + 1], dtype=torch.float64)
        for lam in lams:
            state, kick = _kick(state)
            moved = loss.descend(path[-1], self.kappa, lam[None])[-1]
            path.append(torch.sigmoid(torch.logit(moved) + kick.squeeze()))
        return torch.stack(path)

    def _points(self, lam: Any) -> StationaryPoints:
        return _WORLDS[self.world].stationary_points(self.kappa, lam)

    def _minima(self, lam: Any) -> list[float]:
        points = self._points(lam)
        return points.q[points.minimum].tolist()

    def _thresholds(self) -> list[float]:
        """Return those that are on the map."""
        loss = _WORLDS[self.world]
        both = loss.balance_threshold(self.kappa), loss.collapse_threshold(self.kappa)
        return sorted({t for t in map(float, both) if 0 <= t <= _LAMBDA[1]})


# A generator of random numbers whose states are whole numbers that a float holds exactly, products
# included, so that JavaScript draws the same.
_MODULUS = 2.0**31 - 1
_MULTIPLIER = 48271.0


def _kick(state: Tensor) -> tuple[Tensor, Tensor]:
    """Return the generator's next state, and uniform noise of mean 0 with deviation `_NOISE`.

    S. Park, K. Miller and P. Stockmeyer, "Remarks on choosing and implementing random number
    generators", Communications of the ACM 36(7), 1993.
    """
    state = torch.remainder(_MULTIPLIER * state, _MODULUS)
    return state, math.sqrt(12) * _NOISE * (state / _MODULUS - 0.5)


def _present(lam: Tensor, steps: Tensor) -> Tensor:
    """Return the weight after some steps of annealing that begins at `lam`."""
    # A product, which JavaScript rounds as PyTorch does; a quotient is printed as another product.
    return lam * (1 - (1 / _ANNEALING) * steps).clamp_min(0)


def _shares(largest: float, count: int) -> Tensor:
    """Return shares whose logits are evenly spaced, without balance."""
    logits = torch.linspace(-largest, largest, 2 * (count // 2), dtype=torch.float64)
    return torch.sigmoid(logits)


def _number(name: str, value: Any, limits: tuple[float, float]) -> float:
    """Require a number within limits."""
    low, high = limits
    if isinstance(value, bool) or not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value!r}")
    return float(value)


def _whole(name: str, value: Any, limits: tuple[int, int]) -> int:
    """Require a whole number within limits."""
    low, high = limits
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise ValueError(f"{name}: expected a whole number from {low} to {high}, got {value!r}")
    return value
