"""Two players in a plane: the flow, the steps of a rule, and the multipliers that predict them."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.dynamics.field import velocity
from gantext.dynamics.linearise import multipliers
from gantext.dynamics.rules import Simultaneous
from gantext.dynamics.simulate import simulate
from gantext.dynamics.update_rule import UpdateRule
from gantext.games.base import Game
from gantext.plotting.fields import phase_portrait
from gantext.plotting.spectra import eigenvalues, unit_circle
from gantext.plotting.style import MEASUREMENT, PREDICTION
from gantext.widgets.live import LiveFigure, fixed
from gantext.widgets.phase_plane.constants import (
    ANATOMY,
    EXTENT,
    FALLBACK,
    RANGES,
    SETTINGS,
    TITLES,
    TOLD,
    VIEW,
    WORDS,
)
from gantext.widgets.phase_plane.menus import GAMES, PENALTIES, RULES
from gantext.widgets.phase_plane.orbits import Measured, measure, starts, turn_of
from gantext.widgets.settings import number, one_of, whole


class PhasePlane(LiveFigure):
    r"""Choose a game and a rule, drag the start, and compare the orbit with its prediction.

    On the left are the flow's streamlines and the rule's steps, the first of them taken apart; on
    the right the eigenvalues of one step's Jacobian at the equilibrium, the multipliers. Their
    largest modulus is the growth per step that is predicted, and its angle the turn. Measured is
    the slope of the logarithm of the distance from the equilibrium, fitted over the second half of
    the steps that are drawn, and the mean turn of the same steps. A second rule can run beside the
    first, from the same start.

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
    beside : str, optional
        A second rule, or the empty string for none.

    Raises
    ------
    ValueError
        If a name is none of those above, a number is out of range, or the proximal point is asked
        for where it has no closed form.

    Examples
    --------
    >>> import gantext as gt
    >>> figure = gt.PhasePlane("f = xy", "simultaneous", eta=0.75)
    >>> found = figure.numbers()
    >>> {name: round(found[name], 6) for name in ("predicted", "measured", "turn", "turned")}
    {'predicted': 1.25, 'measured': 1.25, 'turn': 36.869898, 'turned': 36.869898}
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
    beside = traitlets.Unicode().tag(sync=True)

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
        beside: str = "",
    ) -> None:
        one_of("game", game, GAMES)
        one_of("rule", rule, RULES)
        one_of("penalty", penalty, PENALTIES)
        one_of("beside", beside, ["", *RULES])
        for name, chosen in (("rule", rule), ("beside", beside)):
            if chosen and RULES[chosen].affine and GAMES[game].dirac:
                raise ValueError(WORDS["closed"].format(name=name, rule=chosen, game=game))
        given = {"eta": eta, "damping": damping, "gamma": gamma, "beta": beta}
        given |= {"strength": strength, "x": x, "y": y}
        numbers = {name: number(name, value, RANGES[name]) for name, value in given.items()}
        steps = whole("steps", steps, RANGES["steps"])
        names = {"game": game, "rule": rule, "penalty": penalty, "beside": beside}
        super().__init__(steps=steps, **names, **numbers)

    def numbers(self) -> dict[str, float | str]:
        """Return ``predicted``, ``measured`` and ``distance``, each where there is one.

        ``predicted`` is the spectral radius of one step's Jacobian at the equilibrium; the penalty
        must have no kink there. ``measured`` is the growth per step of the orbit; not after fewer
        than 10 steps, above 1000, beyond a distance of 1e100, at the equilibrium, or where the
        orbit depends on the seventh digit of its start, so that rounding soon decides it.
        ``distance`` is that from the equilibrium after the last step; neither beyond 1e6 nor where
        rounding decides. ``turn`` and ``turned`` are predicted and measured as well: degrees per
        step. Those of a second rule begin with ``beside_``. ``first`` says where the first step
        leads, and ``trial`` where extragradient's trial step does.
        """
        found: dict[str, float | str] = dict(self._found(self.rule)[0])
        if self.beside:
            of_other = self._found(self.beside)[0]
            found |= {f"beside_{name}": value for name, value in of_other.items()}
        found["first"] = self._one_step(RULES[self.rule].rule, **self._settings(self.rule))
        if ANATOMY.get(self.rule) == "trial":
            found["trial"] = self._one_step(Simultaneous(), eta=self.eta)
        return found

    def sentence(self) -> str:
        """Say the choices and the numbers."""
        first = self._told_growth(self.rule) | {
            "rule": self.rule[0].upper() + self.rule[1:],
            "settings": ", ".join(self._told(name) for name in ("eta", *self._own(self.rule))),
            "game": self._told_game(),
        }
        said = WORDS["sentence"].format(**first)
        if not self.beside:
            return said
        name, own = self.beside, [self._told(trait) for trait in self._own(self.beside)]
        rule = WORDS["set"].format(rule=name, settings=own[0]) if own else name
        return said + WORDS["beside"].format(rule=rule, **self._told_growth(self.beside))

    @checked_arguments
    def draw(self, figure: Figure) -> None:
        """Draw the flow with the orbit, and the multipliers beside the unit circle."""
        figure.set_size_inches(7, 3.9)
        left, right = figure.subplots(1, 2)
        orbits = self._orbits(self.rule)
        beside = self._orbits(self.beside)[:, 0].numpy() if self.beside else None
        self._draw_plane(left, orbits[:, 0].numpy(), beside)
        self._draw_spectrum(right, measure(orbits).growth)

    def _draw_plane(
        self, ax: Axes, orbit: NDArray[np.float64], beside: NDArray[np.float64] | None
    ) -> None:
        axis = torch.linspace(-VIEW, VIEW, 26, dtype=torch.float64)
        x, y = torch.meshgrid(axis, axis, indexing="xy")
        u, v = velocity(self._game(), x[..., None], y[..., None])
        phase_portrait(x, y, u[..., 0], v[..., 0], ax=ax, density=0.7, equilibrium=(0, 0))
        if beside is not None:
            ax.plot(*_near(beside).T, "o-", c=MEASUREMENT, ms=2.5, lw=1, alpha=0.45, mew=0)
        ax.plot(*_near(orbit).T, "o-", color=MEASUREMENT, markersize=3, linewidth=1)
        ax.plot(*orbit[0], "o", color=MEASUREMENT, markersize=8)
        ax.set(xlabel=TITLES["x"], ylabel=TITLES["y"], title=TITLES["steps"])

    def _draw_spectrum(self, ax: Axes, growth: float | None) -> None:
        unit_circle(ax)
        extent = EXTENT
        if not self._kinked:
            values = self._multipliers(self.rule)
            eigenvalues(values, ax=ax, color=PREDICTION)
            extent = max(extent, 1.1 * float(values.abs().max()))
        if growth is not None and growth < 2 * extent:
            _circle(ax, growth)
        ax.set(xlim=(-extent, extent), ylim=(-extent, extent), title=TITLES["spectrum"])
        ax.set(xlabel=TITLES["real"], ylabel=TITLES["imaginary"])
        ax.set_aspect("equal", adjustable="box")

    def _found(self, name: str) -> tuple[dict[str, float], Measured]:
        """Return the numbers of a rule, and what was measured."""
        found: dict[str, float] = {}
        if not self._kinked:
            values = self._multipliers(name)
            found["predicted"] = float(values.abs().max())
            turn = turn_of(values)
            found |= {} if turn is None else {"turn": turn}
        seen = measure(self._orbits(name))
        if seen.growth is not None and seen.turn is not None:
            found |= {"measured": seen.growth, "turned": abs(seen.turn)}
        if seen.distance is not None and seen.distance <= TOLD:
            found["distance"] = seen.distance
        return found, seen

    @property
    def _kinked(self) -> bool:
        """Whether the penalty's derivative jumps at the equilibrium."""
        return GAMES[self.game].dirac and PENALTIES[self.penalty].kinked and self.gamma > 0

    def _game(self) -> Game:
        game = GAMES[self.game]
        penalty = PENALTIES[self.penalty].make
        penalties = [] if penalty is None else [penalty(self.gamma)]
        return game.make(penalties if game.dirac else self.damping)

    @staticmethod
    def _own(name: str) -> list[str]:
        """Return the trait that a rule uses beside eta, if there is one."""
        return [trait for trait in [RULES[name].trait] if trait]

    def _settings(self, name: str) -> dict[str, Any]:
        """Return a rule's hyper-parameters."""
        rule = RULES[name]
        own = {rule.own: getattr(self, rule.trait)} if rule.own else {}
        return {"eta": self.eta} | own

    def _multipliers(self, name: str) -> Tensor:
        rule = RULES[name].rule
        return multipliers(self._game(), rule, [0.0], [0.0], **self._settings(name))

    def _orbits(self, name: str) -> Tensor:
        """Return the orbit and its two neighbours, shape (steps + 1, 3, 2)."""
        first = starts(self.x, self.y)
        settings = self._settings(name)
        rule = RULES[name].rule
        path = simulate(self._game(), rule, first[:, :1], first[:, 1:], self.steps, **settings)
        return torch.cat(path, dim=-1)

    def _one_step(self, rule: UpdateRule, **settings: Any) -> str:
        """Say where a step from the start leads."""
        path = simulate(self._game(), rule, [self.x], [self.y], 1, **settings)
        return ", ".join(fixed(float(player[-1]), 3) for player in path)

    def _told_growth(self, name: str) -> dict[str, str]:
        """Say what is predicted of a rule, and what is measured."""
        found, seen = self._found(name)
        predicted, measured = WORDS["kinked"], WORDS["unmeasured"].format(why=seen.why)
        if "predicted" in found:
            predicted = WORDS["predicted"].format(growth=fixed(found["predicted"], 3))
        if "measured" in found:
            span = {"first": self.steps // 2, "last": self.steps}
            measured = WORDS["measured"].format(growth=fixed(found["measured"], 3), **span)
        return {"predicted": predicted, "measured": measured}

    def _told(self, name: str) -> str:
        return SETTINGS[name].format(value=fixed(getattr(self, name), 2))

    def _told_game(self) -> str:
        if GAMES[self.game].dirac:
            kind = "dirac" if self.penalty == "none" else "penalised"
        else:
            kind = "damped" if self.damping else "plain"
        numbers = {name: self._told(name) for name in ("damping", "gamma")}
        return WORDS[kind].format(game=self.game, penalty=self.penalty, **numbers)


def _near(orbit: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return an orbit until it has left the picture for good: matplotlib draws no huge numbers."""
    return orbit[np.logical_and.accumulate(np.hypot(*orbit.T) < 50)]


def _circle(ax: Axes, radius: float) -> None:
    """Draw the circle on which the outermost multiplier should lie."""
    turn = np.linspace(0, 2 * np.pi, 200)
    ax.plot(radius * np.cos(turn), radius * np.sin(turn), color=MEASUREMENT, linewidth=1.2)
