"""The question "Momentum that helps"."""

from __future__ import annotations

import math

import numpy as np
from scipy.optimize import minimize_scalar

from gantext.grading.judging import numbers
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict

PART = 0.95  # of the best rate, −log ρ, that earns everything


def _draw(rng: np.random.Generator) -> list[Call]:
    etas = [rng.uniform(low, low + 0.35) for low in (0.15, 0.55, 1.0, 1.4)]
    return [Call({"eta": float(eta)}, f"steps of size η = {eta:.3f}") for eta in etas]


def momentum_radius(beta: float, eta: float) -> float:
    r"""Return the spectral radius of alternating steps with momentum on f = xy.

    Parameters
    ----------
    beta : float
        The momentum.
    eta : float
        The step size.

    Returns
    -------
    float
        The largest modulus of a root of :math:`(\mu - 1)^2 (\mu - \beta)^2 + \eta^2 \mu^3`.
    """
    quartic = np.polyadd(np.poly([1, 1, beta, beta]), [eta**2, 0, 0, 0])
    return float(np.abs(np.roots(quartic)).max())


def _best_momentum(eta: float) -> tuple[float, float]:
    """Return the momentum with the smallest radius, by search, and that radius."""
    low = max(-1.0, eta / 2 - 1)
    grid = np.linspace(low, 0, 401)
    radii = [momentum_radius(beta, eta) for beta in grid]
    k = int(np.argmin(radii))
    found = minimize_scalar(
        momentum_radius,
        args=(eta,),
        bounds=(grid[max(k - 1, 0)], grid[min(k + 1, 400)]),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return float(found.x), float(min(found.fun, radii[k]))


def _judge(call: Call, answer: Plain) -> Verdict:
    eta = call.arguments["eta"]
    beta = float(numbers(answer, ()))
    _, best = _best_momentum(eta)
    expected = (
        f"a momentum whose rate, −log ρ, is at least {PART:.0%} of the best; half of the "
        "points if the steps converge at all"
    )
    radius = momentum_radius(beta, eta) if abs(beta) < 1e6 else math.inf
    got = f"a {'positive' if beta > 0 else 'negative'} momentum with the radius {radius:.4f}"
    if 0 < radius < 1 and math.log(radius) <= PART * math.log(best):
        return Verdict(1.0, expected=expected, got=got)
    if radius < 1 - 1e-9:
        hint = "It converges, and another momentum does so faster: scan, then refine."
        return Verdict(0.5, expected=expected, got=got, hint=hint)
    hint = "So negative a momentum makes the step too large: the appendix's theorem has the limit."
    if beta >= 0:
        hint = "On f = xy momentum pushes outwards, unless it is negative and the steps alternate."
    return Verdict(0.0, expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="cycles/best-momentum",
    title="Momentum that helps",
    points=3,
    entry="best_momentum",
    kind="function",
    draw=_draw,
    judge=_judge,
    seconds=20.0,
)
