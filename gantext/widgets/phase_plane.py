"""Two players in a plane: the flow, the steps of a rule, and the multipliers that predict them."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from gantext import plotting
from gantext.core.trees import ravel
from gantext.dynamics.field import jacobian, velocity
from gantext.dynamics.linearise import multipliers, spectral_radius
from gantext.dynamics.rule import State, UpdateRule
from gantext.dynamics.rules import (
    Alternating,
    Consensus,
    Extragradient,
    Momentum,
    Optimistic,
    ProximalPoint,
    Simultaneous,
    SymplecticGradientAdjustment,
)
from gantext.dynamics.simulate import simulate
from gantext.games import dirac
from gantext.games.base import Game
from gantext.games.bilinear import Bilinear
from gantext.games.dirac import R1, DiracGAN, GradientPenalty
from gantext.widgets.live import LiveFigure, fixed
from gantext.widgets.symbolic import Computed

__all__ = ["PhasePlane", "formulas", "menu"]

Range = tuple[float, float]


class _Game(NamedTuple):
    """A game to choose: its name in JavaScript, and what makes it of a damping or a penalty."""

    key: str
    make: Callable[[Any], Game]
    dirac: bool = True


class _Rule(NamedTuple):
    """A rule to choose: its name in JavaScript, and its own hyper-parameter as a trait."""

    key: str
    rule: UpdateRule
    own: str = ""  # the rule's name for it
    trait: str = ""  # the figure's
    affine: bool = False  # whether it needs a game with an affine velocity


def _damped(damping: Any) -> Bilinear:
    block = torch.as_tensor(damping, dtype=torch.float64).reshape(1, 1)
    return Bilinear([[1.0]], P=block, Q=block)


_GAMES = {
    "f = xy": _Game("bilinear", _damped, dirac=False),
    "Dirac-GAN": _Game("minimax", partial(DiracGAN, dirac.logistic)),
    "non-saturating Dirac-GAN": _Game(
        "nonSaturating", partial(DiracGAN, dirac.logistic, non_saturating=True)
    ),
    "Wasserstein Dirac-GAN": _Game("wasserstein", partial(DiracGAN, dirac.wasserstein)),
    "least-squares Dirac-GAN": _Game("leastSquares", partial(DiracGAN, dirac.least_squares)),
}
_RULES = {
    "simultaneous": _Rule("simultaneous", Simultaneous()),
    "alternating": _Rule("alternating", Alternating()),
    "extragradient": _Rule("extragradient", Extragradient()),
    "optimistic": _Rule("optimistic", Optimistic()),
    "simultaneous momentum": _Rule(
        "simultaneousMomentum", Momentum(alternating=False), "beta", "beta"
    ),
    "alternating momentum": _Rule("alternatingMomentum", Momentum(), "beta", "beta"),
    "consensus": _Rule("consensus", Consensus(), "gamma", "strength"),
    "symplectic adjustment": _Rule(
        "symplectic", SymplecticGradientAdjustment(), "strength", "strength"
    ),
    "proximal point": _Rule("proximal", ProximalPoint(), affine=True),
}
_PENALTIES: dict[str, Callable[[Any], Any]] = {
    "none": lambda _gamma: None,
    "R1": R1,
    "WGAN-GP": GradientPenalty,
}
# Lowest, highest, and how far a control moves at once.
_RANGES = {
    "eta": (0.01, 2.0, 0.01),
    "damping": (0.0, 1.0, 0.05),
    "gamma": (0.0, 4.0, 0.05),
    "beta": (-0.9, 0.9, 0.05),
    "strength": (0.0, 2.0, 0.05),
    "x": (-2.0, 2.0, 0.05),
    "y": (-2.0, 2.0, 0.05),
    "steps": (0, 300, 1),
}
_SIGNS = {"eta": "η", "damping": "damping", "gamma": "γ", "beta": "β", "strength": "weight"}

_VIEW = 2.5  # half the width of the plane
_FEWEST = 10  # steps to measure a growth from
_FASTEST = 1000  # a growth beyond which none is told
_FAR = 1e100  # a distance beyond which nothing is measured
# The orbit is followed from two more starts, which differ from its own by this much, relatively. If
# one of them separates beyond the second number, rounding errors grow like that as well, and no two
# programs agree.
_NUDGE, _SEPARATION = 1e-7, 1e-3


class _BothPenalties:
    """R1 and WGAN-GP's penalty together, each with its weight: one formula serves for both."""

    def __init__(self, weights: Tensor) -> None:
        self.parts = R1(weights[0]), GradientPenalty(weights[1])

    def __call__(self, theta: Tensor, psi: Tensor) -> Tensor:
        smooth, kinked = (part(theta, psi) for part in self.parts)
        return smooth + kinked


def menu() -> dict[str, Any]:
    """Return what can be chosen, as the figure's script must know it.

    Returns
    -------
    dict
        ``games``, ``rules``, ``penalties`` and ``ranges``, plain data. ``memory`` is how many
        numbers a rule remembers; ``affine``, whether a game has an affine velocity or a rule needs
        one.

    Examples
    --------
    >>> from gantext.widgets.phase_plane import menu
    >>> menu()["rules"]["optimistic"]
    {'key': 'optimistic', 'uses': [], 'memory': 2, 'affine': False}
    """
    return {
        "games": {
            name: {
                "key": game.key,
                "affine": game.make(None if game.dirac else 0.0).affine,
            }
            for name, game in _GAMES.items()
        },
        "rules": {
            name: {
                "key": rule.key,
                "uses": [rule.trait] if rule.trait else [],
                "memory": len(_flat(rule.rule)[0]) - 2,
                "affine": rule.affine,
            }
            for name, rule in _RULES.items()
        },
        "penalties": list(_PENALTIES),
        "ranges": {name: list(numbers) for name, numbers in _RANGES.items()},
    }


def formulas() -> dict[str, Computed]:
    """Return what the figure's script computes.

    Returns
    -------
    dict of Computed
        For each game ``velocity_GAME``, and ``near_GAME``: the numbers a, p, q for which
        ``Bilinear([[a]], P=[[p]], Q=[[q]])`` has the same Jacobian at the equilibrium. For each
        rule ``jacobian_RULE``: the Jacobian of its step on that bilinear game, row by row. For
        each game and rule ``step_GAME_RULE``.

    Examples
    --------
    >>> from gantext.widgets.phase_plane import formulas
    >>> formulas()["near_wasserstein"].formula().results
    (1, 0, r1)
    """
    computed: dict[str, Computed] = {}
    at = {"x": _range("x"), "y": _range("y")}
    for game in _GAMES.values():
        weights = {"r1": _range("gamma"), "gp": _range("gamma")}
        settings = weights if game.dirac else {"damping": _range("damping")}
        make = _from_vector(game)
        computed[f"velocity_{game.key}"] = Computed(partial(_velocity, make), (at, settings))
        smooth = {name: bounds for name, bounds in settings.items() if name != "gp"}
        computed[f"near_{game.key}"] = Computed(partial(_near, make), (smooth,))
        for rule in _RULES.values():
            if rule.affine and game.dirac:
                continue
            memory = {f"m{i}": (-1.0, 1.0) for i in range(len(_flat(rule.rule)[0]) - 2)}
            computed[f"step_{game.key}_{rule.key}"] = Computed(
                partial(_step, rule, make),
                ({**at, **memory, "taken": (0.0, 2.0)}, _own_ranges(rule) | settings),
            )
    blocks = {"a": (0.5, 2.0), "p": _range("damping"), "q": _range("gamma")}
    for rule in _RULES.values():
        computed[f"jacobian_{rule.key}"] = Computed(
            partial(_step_jacobian, rule), (blocks, _own_ranges(rule))
        )
    return computed


def _range(name: str) -> Range:
    return _RANGES[name][:2]


def _own_ranges(rule: _Rule) -> dict[str, Range]:
    own = {rule.trait: _range(rule.trait)} if rule.trait else {}
    return {"eta": _range("eta")} | own


def _flat(rule: UpdateRule) -> tuple[Tensor, Callable[[Tensor], Any]]:
    """Return all that a rule moves as a vector, players first, and what undoes that."""
    zero = torch.zeros(1, dtype=torch.float64)
    return ravel(rule.init(zero, zero)[:3])


def _from_vector(game: _Game) -> Callable[[Tensor], Game]:
    """Return what makes a game of a vector: its damping, or both penalties' weights."""

    def make(settings: Tensor) -> Game:
        if not game.dirac:
            return game.make(settings)
        return game.make(R1(settings[0]) if len(settings) == 1 else _BothPenalties(settings))

    return make


def _velocity(make: Callable[[Tensor], Game], at: Tensor, settings: Tensor) -> Any:
    return velocity(make(settings), at[:1], at[1:])


def _near(make: Callable[[Tensor], Game], settings: Tensor) -> tuple[Tensor, ...]:
    zero = torch.zeros(1, dtype=torch.float64)
    j = jacobian(make(settings), zero, zero)
    return j[1, 0], -j[0, 0], -j[1, 1]


def _step(
    rule: _Rule, make: Callable[[Tensor], Game], state: Tensor, settings: Tensor
) -> tuple[Tensor, Tensor]:
    owned = 2 if rule.own else 1
    game = make(settings[owned:])
    taken = state[-1]
    return _moved(rule, game, state[:-1], taken, settings[:owned]), taken + 1


def _step_jacobian(rule: _Rule, blocks: Tensor, settings: Tensor) -> Tensor:
    a, p, q = blocks.reshape(3, 1, 1)
    game = Bilinear(a, P=p, Q=q)
    past_the_first = torch.ones((), dtype=torch.float64)
    move = partial(_moved, rule, game, taken=past_the_first, settings=settings)
    return torch.func.jacrev(move)(_flat(rule.rule)[0])


def _moved(rule: _Rule, game: Game, point: Tensor, taken: Tensor, settings: Tensor) -> Tensor:
    """Take one step from a flat point: both players, then what the rule remembers."""
    theta, psi, memory = _flat(rule.rule)[1](point)
    h = {"eta": settings[0], "eta_psi": settings[0]}
    if rule.own:
        h[rule.own] = settings[1]
    after, _ = rule.rule.step(game, State(theta, psi, memory, taken), None, h)
    return ravel(after[:3])[0]


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
    >>> from gantext.widgets import PhasePlane
    >>> figure = PhasePlane("f = xy", "simultaneous", eta=0.75)
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

    def __init__(
        self,
        game: str = "f = xy",
        rule: str = "extragradient",
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
        names = {
            "game": _one_of("game", game, _GAMES),
            "rule": _one_of("rule", rule, _RULES),
            "penalty": _one_of("penalty", penalty, _PENALTIES),
        }
        if _RULES[rule].affine and _GAMES[game].dirac:
            raise ValueError(
                f"rule: expected one without {rule!r}, which is closed on 'f = xy' only, "
                f"for the game {game!r}"
            )
        given = {"eta": eta, "damping": damping, "gamma": gamma, "beta": beta}
        given |= {"strength": strength, "x": x, "y": y}
        numbers = {name: _within(name, value) for name, value in given.items()}
        if not isinstance(steps, int):
            raise ValueError(f"steps: expected a whole number from 0 to 300, got {steps!r}")
        super().__init__(**names, **numbers, steps=int(_within("steps", steps)))

    def numbers(self) -> dict[str, float | str]:
        """Compute what the figure shows as numbers.

        Returns
        -------
        dict of float
            ``predicted``, the spectral radius of one step's Jacobian at the equilibrium; not where
            the penalty has a kink there. ``measured``, the growth per step of the orbit; not after
            fewer than 10 steps, above 1000, beyond a distance of 1e100, at the equilibrium, or
            where the orbit depends on the seventh digit of its start, so that rounding soon decides
            it. ``distance`` from the equilibrium after the last step; neither beyond 1e6 nor where
            rounding decides.
        """
        return self._found()[0]

    def sentence(self) -> str:
        """Say what is seen.

        Returns
        -------
        str
            The choices and the numbers in words.
        """
        found, why = self._found()
        own = _RULES[self.rule].trait
        settings = ", ".join(self._told(name) for name in ("eta", own) if name)
        if "predicted" in found:
            predicted = f"growth per step predicted {fixed(float(found['predicted']), 3)},"
        else:
            predicted = (
                "growth per step not predicted, because the penalty has a kink at the equilibrium "
                "and the Jacobian there tells nothing;"
            )
        if "measured" in found:
            span = f"over steps {self.steps // 2} to {self.steps}"
            measured = f"measured {fixed(float(found['measured']), 3)} {span}"
        else:
            measured = f"not measured, because {why}"
        rule = self.rule[0].upper() + self.rule[1:]
        return f"{rule} ({settings}) on {self._told_game()}: {predicted} {measured}."

    def draw(self, figure: Figure) -> None:
        """Draw the picture that stands where no script runs.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            Empty.
        """
        figure.set_size_inches(7, 3.9)
        left, right = figure.subplots(1, 2)
        game, rule = self._play()
        axis = torch.linspace(-_VIEW, _VIEW, 26, dtype=torch.float64)
        x, y = torch.meshgrid(axis, axis, indexing="xy")
        u, v = velocity(game, x[..., None], y[..., None])
        plotting.phase_portrait(
            x, y, u[..., 0], v[..., 0], ax=left, density=0.7, equilibrium=(0, 0)
        )
        orbits = self._orbits()
        orbit = orbits[:, 0].numpy()
        # What leaves the picture has left it for good here: matplotlib draws no astronomic numbers.
        near = np.logical_and.accumulate(np.hypot(*orbit.T) < 50)
        left.plot(*orbit[near].T, "o-", color=plotting.MEASUREMENT, markersize=3, linewidth=1)
        left.plot(*orbit[0], "o", color=plotting.MEASUREMENT, markersize=8)
        left.set(xlabel="generator", ylabel="discriminator", title="flow and steps")

        plotting.unit_circle(right)
        extent = 1.6
        if not self._kinked:
            values = multipliers(game, rule, [0.0], [0.0], **self._settings())
            plotting.eigenvalues(values, ax=right, color=plotting.PREDICTION)
            extent = max(extent, 1.1 * float(values.abs().max()))
        growth = self._measure(orbits).growth
        if growth is not None and growth < 2 * extent:
            _circle(right, growth)
        right.set(xlim=(-extent, extent), ylim=(-extent, extent), title="multipliers, unit circle")
        right.set(xlabel="real part", ylabel="imaginary part")
        right.set_aspect("equal", adjustable="box")

    def _found(self) -> tuple[dict[str, float | str], str]:
        """Return the numbers, and why no growth was measured."""
        found: dict[str, float | str] = {}
        if not self._kinked:
            game, rule = self._play()
            radius = spectral_radius(game, rule, [0.0], [0.0], **self._settings())
            found["predicted"] = float(radius)
        seen = self._measure(self._orbits())
        if seen.growth is not None:
            found["measured"] = seen.growth
        if seen.distance is not None and seen.distance <= 1e6:
            found["distance"] = seen.distance
        return found, seen.why

    @property
    def _kinked(self) -> bool:
        """Whether the penalty's derivative jumps at the equilibrium."""
        return _GAMES[self.game].dirac and self.penalty == "WGAN-GP" and self.gamma > 0

    def _play(self) -> tuple[Game, UpdateRule]:
        game = _GAMES[self.game]
        with_what = _PENALTIES[self.penalty](self.gamma) if game.dirac else self.damping
        return game.make(with_what), _RULES[self.rule].rule

    def _settings(self) -> dict[str, Any]:
        """Return the rule's hyper-parameters."""
        rule = _RULES[self.rule]
        own = {rule.own: getattr(self, rule.trait)} if rule.own else {}
        return {"eta": self.eta} | own

    def _orbits(self) -> Tensor:
        """Return the orbit and its two neighbours, shape (steps + 1, 3, 2)."""
        start = torch.tensor([self.x, self.y], dtype=torch.float64)
        nudge = _NUDGE * torch.tensor([[0.0, 0.0], [1.0, -1.0], [-1.0, 1.0]], dtype=start.dtype)
        starts = start * (1 + nudge)
        game, rule = self._play()
        path = simulate(game, rule, starts[:, :1], starts[:, 1:], self.steps, **self._settings())
        return torch.cat(path, dim=-1)

    def _measure(self, orbits: Tensor) -> _Measured:
        distance = torch.hypot(*orbits[:, 0].unbind(-1))
        if not bool((distance < _FAR).all()):
            return _Measured(None, None, "the orbit is beyond every bound")
        apart = torch.hypot(*(orbits[:, 1:] - orbits[:, :1]).unbind(-1)).amax(-1) / distance
        last = float(distance[-1])
        if not bool((apart <= _SEPARATION).all()):
            if last <= 1e-12 * float(distance[0]):
                return _Measured(last, None, "the orbit is at the equilibrium")
            return _Measured(None, None, "the orbit depends on the seventh digit of its start")
        if self.steps < _FEWEST:
            return _Measured(last, None, f"that takes {_FEWEST} steps")
        half = self.steps // 2
        logs = distance[half:].log().numpy()
        slope = np.polyfit(np.arange(half, self.steps + 1), logs, 1)[0]
        growth = math.exp(slope)
        if growth > _FASTEST:
            return _Measured(last, None, f"the distance grows more than {_FASTEST} times a step")
        return _Measured(last, growth, "")

    def _told(self, name: str) -> str:
        between = " " if len(_SIGNS[name]) > 1 else " = "
        return f"{_SIGNS[name]}{between}{fixed(getattr(self, name), 2)}"

    def _told_game(self) -> str:
        if not _GAMES[self.game].dirac:
            return f"{self.game} ({self._told('damping')})" if self.damping else self.game
        if self.penalty == "none":
            return f"the {self.game}"
        return f"the {self.game} ({self.penalty}, {self._told('gamma')})"


def _one_of(name: str, value: Any, names: Any) -> str:
    if not isinstance(value, str) or value not in names:
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, names))}, got {value!r}")
    return value


def _within(name: str, value: Any) -> float:
    low, high, _ = _RANGES[name]
    if not isinstance(value, int | float) or not low <= value <= high:
        raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value!r}")
    return float(value)


def _circle(ax: Axes, radius: float) -> None:
    """Draw the circle on which the outermost multiplier should lie."""
    turn = np.linspace(0, 2 * np.pi, 200)
    ax.plot(radius * np.cos(turn), radius * np.sin(turn), color=plotting.MEASUREMENT, linewidth=1.2)
