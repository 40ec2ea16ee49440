"""Two players in a plane: the flow, the steps of a rule, and the multipliers that predict them."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.dynamics.field import velocity
from gantext.dynamics.linearise import multipliers, spectral_radius
from gantext.dynamics.simulate import simulate
from gantext.dynamics.update_rule import UpdateRule
from gantext.games.base import Game
from gantext.plotting.fields import phase_portrait
from gantext.plotting.spectra import eigenvalues, unit_circle
from gantext.plotting.style import MEASUREMENT, PREDICTION
from gantext.widgets.live import LiveFigure, fixed
from gantext.widgets.phase_plane.constants import (
    ARRIVED,
    EXTENT,
    FALLBACK,
    FAR,
    FASTEST,
    FEWEST,
    NUDGE,
    RANGES,
    SEPARATION,
    SETTINGS,
    TITLES,
    TOLD,
    VIEW,
    WORDS,
)
from gantext.widgets.phase_plane.menus import GAMES, PENALTIES, RULES
from gantext.widgets.settings import number, one_of, whole


class _Measured(NamedTuple):
    """What an orbit shows: a growth per step, or why there is none."""

    distance: float | None
    growth: float | None
    why: str


class PhasePlane(LiveFigure):
    r"""Choose a game and a rule, drag the start, and compare the orbit with its prediction.

    On the left are the flow's streamlines and the rule's steps, on the right the eigenvalues of
    one step's Jacobian at the equilibrium, the multipliers. Their largest modulus is the growth
    per step that is predicted. Measured is the slope of the logarithm of the distance from the
    equilibrium, fitted over the second half of the steps that are drawn.

    Parameters
    ----------
    game : str, optional
        ``"f = xy"``, ``"Dirac-GAN"``, ``"non-saturating Dirac-GAN"``, ``"Wasserstein Dirac-GAN"``
        or ``"least-squares Dirac-GAN"``.
    rule : str, optional
        ``"simultaneous"``, ``"alternating"``, ``"extragradient"``, ``"optimistic"``,
        ``"simultaneous momentum"``, ``"alternating momentum"``, ``"consensus"``, ``"symplectic
        adjustment"`` or, on ``"f = xy"`` only, ``"proximal point"``.
    eta : float, optional
        Step size :math:`\eta` of both players, from 0.01 to 2.
    damping : float, optional
        The d of :math:`f = xy + \tfrac d2 (x^2 - y^2)`, from 0 to 1; for ``"f = xy"``.
    penalty : str, optional
        What a Dirac-GAN's discriminator pays: ``"none"``, ``"R1"`` or ``"WGAN-GP"``, whose target
        is the slope 1.
    gamma : float, optional
        The penalty's weight :math:`\gamma`, from 0 to 4.
    beta : float, optional
        Momentum :math:`\beta`, from -0.9 to 0.9.
    strength : float, optional
        Weight of the term that consensus or the symplectic adjustment adds, from 0 to 2.
    x, y : float, optional
        The start of the generator and of the discriminator, from -2 to 2.
    steps : int, optional
        How many steps are drawn, from 0 to 300.

    Raises
    ------
    ValueError
        If a name is none of those above, a number is out of range, or the proximal point is asked
        for where it has no closed form.

    Examples
    --------
    >>> import gantext as gt
    >>> figure = gt.PhasePlane("f = xy", "simultaneous", eta=0.75)
    >>> {name: round(value, 6) for name, value in figure.numbers().items() if name != "distance"}
    {'predicted': 1.25, 'measured': 1.25}
    """

    script = "phase_plane"

    game = traitlets.Unicode().tag(sync=True)
    rule = traitlets.Unicode().tag(sync=True)
    eta = traitlets.Float().tag(sync=True)
    damping = traitlets.Float().tag(sync=True)
    penalty = traitlets.Unicode().tag(sync=True)
    gamma = traitlets.Float().tag(sync=True)
    beta = traitlets.Float().tag(sync=True)
    strength = traitlets.Float().tag(sync=True)
    x = traitlets.Float().tag(sync=True)
    y = traitlets.Float().tag(sync=True)
    steps = traitlets.Int().tag(sync=True)

    @checked_arguments
    def __init__(
        self,
        game: str = "f = xy",
        rule: str = FALLBACK,
        *,
        eta: float = 0.4,
        damping: float = 0.0,
        penalty: str = "none",
        gamma: float = 1.0,
        beta: float = -0.5,
        strength: float = 0.5,
        x: float = 1.0,
        y: float = 0.0,
        steps: int = 120,
    ) -> None:
        one_of("game", game, GAMES)
        one_of("rule", rule, RULES)
        one_of("penalty", penalty, PENALTIES)
        if RULES[rule].affine and GAMES[game].dirac:
            raise ValueError(WORDS["closed"].format(rule=rule, game=game))
        given = {"eta": eta, "damping": damping, "gamma": gamma, "beta": beta}
        given |= {"strength": strength, "x": x, "y": y}
        numbers = {name: number(name, value, RANGES[name]) for name, value in given.items()}
        steps = whole("steps", steps, RANGES["steps"])
        super().__init__(game=game, rule=rule, penalty=penalty, steps=steps, **numbers)

    def numbers(self) -> dict[str, float]:
        """Return ``predicted``, ``measured`` and ``distance``, each where there is one.

        ``predicted`` is the spectral radius of one step's Jacobian at the equilibrium; the penalty
        must have no kink there. ``measured`` is the growth per step of the orbit; not after fewer
        than 10 steps, above 1000, beyond a distance of 1e100, at the equilibrium, or where the
        orbit depends on the seventh digit of its start, so that rounding soon decides it.
        ``distance`` is that from the equilibrium after the last step; neither beyond 1e6 nor where
        rounding decides.
        """
        return self._found()[0]

    def sentence(self) -> str:
        """Say the choices and the numbers."""
        found, why = self._found()
        predicted, measured = WORDS["kinked"], WORDS["unmeasured"].format(why=why)
        if "predicted" in found:
            predicted = WORDS["predicted"].format(growth=fixed(found["predicted"], 3))
        if "measured" in found:
            span = {"first": self.steps // 2, "last": self.steps}
            measured = WORDS["measured"].format(growth=fixed(found["measured"], 3), **span)
        own = RULES[self.rule].trait
        return WORDS["sentence"].format(
            rule=self.rule[0].upper() + self.rule[1:],
            settings=", ".join(self._told(name) for name in ("eta", own) if name),
            game=self._told_game(),
            predicted=predicted,
            measured=measured,
        )

    @checked_arguments
    def draw(self, figure: Figure) -> None:
        """Draw the flow with the orbit, and the multipliers beside the unit circle."""
        figure.set_size_inches(7, 3.9)
        left, right = figure.subplots(1, 2)
        orbits = self._orbits()
        self._draw_plane(left, orbits[:, 0].numpy())
        self._draw_spectrum(right, self._measure(orbits).growth)

    def _draw_plane(self, ax: Axes, orbit: NDArray[np.float64]) -> None:
        axis = torch.linspace(-VIEW, VIEW, 26, dtype=torch.float64)
        x, y = torch.meshgrid(axis, axis, indexing="xy")
        u, v = velocity(self._play()[0], x[..., None], y[..., None])
        phase_portrait(x, y, u[..., 0], v[..., 0], ax=ax, density=0.7, equilibrium=(0, 0))
        # What leaves the picture has left it for good here: matplotlib draws no astronomic numbers.
        near = np.logical_and.accumulate(np.hypot(*orbit.T) < 50)
        ax.plot(*orbit[near].T, "o-", color=MEASUREMENT, markersize=3, linewidth=1)
        ax.plot(*orbit[0], "o", color=MEASUREMENT, markersize=8)
        ax.set(xlabel=TITLES["x"], ylabel=TITLES["y"], title=TITLES["plane"])

    def _draw_spectrum(self, ax: Axes, growth: float | None) -> None:
        unit_circle(ax)
        extent = EXTENT
        if not self._kinked:
            game, rule = self._play()
            values = multipliers(game, rule, [0.0], [0.0], **self._settings())
            eigenvalues(values, ax=ax, color=PREDICTION)
            extent = max(extent, 1.1 * float(values.abs().max()))
        if growth is not None and growth < 2 * extent:
            _circle(ax, growth)
        ax.set(xlim=(-extent, extent), ylim=(-extent, extent), title=TITLES["spectrum"])
        ax.set(xlabel=TITLES["real"], ylabel=TITLES["imaginary"])
        ax.set_aspect("equal", adjustable="box")

    def _found(self) -> tuple[dict[str, float], str]:
        """Return the numbers, and why no growth was measured."""
        found: dict[str, float] = {}
        if not self._kinked:
            game, rule = self._play()
            radius = spectral_radius(game, rule, [0.0], [0.0], **self._settings())
            found["predicted"] = float(radius)
        seen = self._measure(self._orbits())
        if seen.growth is not None:
            found["measured"] = seen.growth
        if seen.distance is not None and seen.distance <= TOLD:
            found["distance"] = seen.distance
        return found, seen.why

    @property
    def _kinked(self) -> bool:
        """Whether the penalty's derivative jumps at the equilibrium."""
        return GAMES[self.game].dirac and PENALTIES[self.penalty].kinked and self.gamma > 0

    def _play(self) -> tuple[Game, UpdateRule]:
        game = GAMES[self.game]
        penalty = PENALTIES[self.penalty].make
        penalties = [] if penalty is None else [penalty(self.gamma)]
        return game.make(penalties if game.dirac else self.damping), RULES[self.rule].rule

    def _settings(self) -> dict[str, Any]:
        """Return the rule's hyper-parameters."""
        rule = RULES[self.rule]
        own = {rule.own: getattr(self, rule.trait)} if rule.own else {}
        return {"eta": self.eta} | own

    def _orbits(self) -> Tensor:
        """Return the orbit and its two neighbours, shape (steps + 1, 3, 2)."""
        start = torch.tensor([self.x, self.y], dtype=torch.float64)
        nudge = NUDGE * torch.tensor([[0.0, 0.0], [1.0, -1.0], [-1.0, 1.0]], dtype=start.dtype)
        starts = start * (1 + nudge)
        game, rule = self._play()
        path = simulate(game, rule, starts[:, :1], starts[:, 1:], self.steps, **self._settings())
        return torch.cat(path, dim=-1)

    def _measure(self, orbits: Tensor) -> _Measured:
        distance = torch.hypot(*orbits[:, 0].unbind(-1))
        if not bool((distance < FAR).all()):
            return _Measured(None, None, WORDS["unbounded"])
        apart = torch.hypot(*(orbits[:, 1:] - orbits[:, :1]).unbind(-1)).amax(-1) / distance
        last = float(distance[-1])
        if not bool((apart <= SEPARATION).all()):
            if last <= ARRIVED * float(distance[0]):
                return _Measured(last, None, WORDS["arrived"])
            return _Measured(None, None, WORDS["sensitive"])
        if self.steps < FEWEST:
            return _Measured(last, None, WORDS["short"])
        half = self.steps // 2
        logs = distance[half:].log().numpy()
        slope = np.polyfit(np.arange(half, self.steps + 1), logs, 1)[0]
        growth = math.exp(slope)
        if growth > FASTEST:
            return _Measured(last, None, WORDS["fast"])
        return _Measured(last, growth, "")

    def _told(self, name: str) -> str:
        return SETTINGS[name].format(value=fixed(getattr(self, name), 2))

    def _told_game(self) -> str:
        if GAMES[self.game].dirac:
            kind = "dirac" if self.penalty == "none" else "penalised"
        else:
            kind = "damped" if self.damping else "plain"
        numbers = {name: self._told(name) for name in ("damping", "gamma")}
        return WORDS[kind].format(game=self.game, penalty=self.penalty, **numbers)


def _circle(ax: Axes, radius: float) -> None:
    """Draw the circle on which the outermost multiplier should lie."""
    turn = np.linspace(0, 2 * np.pi, 200)
    ax.plot(radius * np.cos(turn), radius * np.sin(turn), color=MEASUREMENT, linewidth=1.2)
