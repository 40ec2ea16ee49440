"""The questions on chapter 2, cycles and spirals."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import torch
from scipy.optimize import brentq, minimize_scalar

from gantext.dynamics.rules import ProximalPoint
from gantext.dynamics.simulate import simulate
from gantext.games.bilinear import Bilinear
from gantext.grading.question import Call, Plain, Question, Verdict, numbers
from gantext.grading.questions._judging import compared, drawn_samples

# --- degrees per step ----------------------------------------------------------------------------

TURN_ETA = 0.8


def _judge_degrees(_: Call, answer: Plain) -> Verdict:
    multiplier = 1 + 1j * TURN_ETA + (1j * TURN_ETA) ** 2
    right = math.degrees(np.angle(multiplier))
    plain = math.degrees(math.atan(TURN_ETA))
    alternating = math.degrees(2 * math.asin(TURN_ETA / 2))
    mistakes = [
        (math.radians(right), "That is in radians."),
        (-right, "In the other direction: from x towards y, as the flow turns."),
        (plain, "So far a plain step turns, and a proximal one. This one uses the velocity ahead."),
        (math.degrees(TURN_ETA), "So far the flow turns in the time η; a step is not the flow."),
        (alternating, "That is the alternating step."),
        (2 * plain, "The look ahead is given up again: the step starts from the old point."),
        (360 / right, "That is how many steps a turn takes."),
        (abs(multiplier), "That is the factor by which it shrinks the distance."),
    ]
    return compared(answer, right, mistakes, rtol=0, atol=0.2, what="an angle in degrees")


# --- proximal steps for any quadratic game -------------------------------------------------------


def _draw_quadratic(rng: np.random.Generator) -> list[Call]:
    calls = []
    for m, n in ((1, 1), (2, 2), (4, 2), (2, 5)):
        roots = [rng.normal(size=(k, k)) for k in (m, n)]
        curved = m != 1  # the first game is a multiple of f = xy
        P, Q = (0.3 * curved * root @ root.T / len(root) for root in roots)
        eta = float(rng.uniform(0.3, 3.0))
        arguments = {
            "A": rng.normal(size=(m, n)),
            "P": P,
            "Q": Q,
            "x": rng.normal(size=m),
            "y": rng.normal(size=n),
            "eta": eta,
            "steps": int(rng.integers(5, 12)),
        }
        words = f"{m} against {n} numbers, {'' if curved else 'no '}curvature, η = {eta:.2f}"
        calls.append(Call(arguments, words))
    return calls


def _paths(call: Call) -> dict[str, Any]:
    """Return the paths of the proximal rule by hand, and of what is mistaken for it."""
    a = call.arguments
    A, P, Q, eta = a["A"], a["P"], a["Q"], a["eta"]
    J = np.block([[-P, -A], [A.T, -Q]])
    other = np.block([[-P, A], [-A.T, -Q]])
    one = np.eye(len(J))
    maps = {
        "plain": one + eta * J,
        "backwards": np.linalg.inv(one + eta * J),
        "signs": np.linalg.inv(one - eta * other),
        "ahead": one + eta * J @ (one + eta * J),
        "curvature": np.linalg.inv(one - eta * np.block([[P, -A], [A.T, Q]])),
    }
    paths = {}
    for name, step in maps.items():
        w = [np.concatenate([a["x"], a["y"]])]
        for _ in range(a["steps"]):
            w.append(step @ w[-1])
        paths[name] = np.stack(w)
    return paths


def _judge_proximal(call: Call, answer: Plain) -> Verdict:
    a = call.arguments
    game = Bilinear(*(torch.from_numpy(a[name]) for name in "APQ"))
    x, y = (torch.from_numpy(a[name]) for name in "xy")
    path = simulate(game, ProximalPoint(), x, y, a["steps"], eta=a["eta"])
    right = torch.cat([path.theta, path.psi], -1).numpy()
    wrong = _paths(call)
    sign = "Check the signs of the velocity: the generator descends f, the discriminator climbs it."
    mistakes = [
        (wrong["plain"], "Those are plain steps. The velocity is asked for where the step ends."),
        (wrong["backwards"], "Those are plain steps backwards in time: look at the sign of η J."),
        (wrong["signs"], sign),
        (wrong["curvature"], "The signs of P and Q: f has + for the generator, − for the other."),
        (wrong["ahead"], "Those are extragradient steps, which only imitate this rule."),
    ]
    verdict = compared(answer, right, mistakes, rtol=1e-9, atol=1e-9, what="the path")
    if verdict.share or verdict.hint:
        return verdict
    array = np.asarray(answer, dtype=np.float64)
    if np.allclose(array, right, rtol=1e-3, atol=1e-4):
        return _hinted(verdict, "Nearly: was something computed in float32?")
    return verdict


def _hinted(verdict: Verdict, hint: str) -> Verdict:
    return Verdict(verdict.share, verdict.tried, verdict.expected, verdict.got, hint)


# --- the largest step, by experiment -------------------------------------------------------------

WAVY = np.array([[-0.5, -2.0], [2.0, -0.2]])  # the Jacobian of the chapter's Wavy at the origin


@cache
def _largest_steps() -> dict[str, float]:
    """Return where each rule stops converging on the chapter's game Wavy, near the origin."""
    (pair, _) = np.linalg.eigvals(WAVY)

    def optimistic(eta: float) -> float:
        s = eta * pair
        return float(np.abs(np.roots([1, -1 - 2 * s, s])).max()) - 1

    def extragradient(eta: float) -> float:
        s = eta * pair
        return float(abs(1 + s + s**2)) - 1

    return {
        "extragradient": brentq(extragradient, 0.3, 1.0),
        "optimistic": brentq(optimistic, 0.1, 1.0),
        "simultaneous": -2 * pair.real / abs(pair) ** 2,
    }


def _judge_largest_step(_: Call, answer: Plain) -> Verdict:
    limits = _largest_steps()
    right = limits["optimistic"]
    undamped = 1 / math.sqrt(3)
    mistakes = [
        (limits["extragradient"], "That is the limit of extragradient."),
        (limits["simultaneous"], "That is the limit of plain simultaneous steps."),
        (undamped, "That is the limit on f = xy. This game turns faster, and it is damped."),
        (undamped / 2, "Near, but that is f = 2xy: the curvature of both players counts, too."),
        (undamped / abs(np.linalg.eigvals(WAVY)[0]), "The curvature of both players counts, too."),
    ]
    return compared(answer, right, mistakes, rtol=0.01, atol=0, what="a positive number")


# --- as much R1 as is right, with noise ----------------------------------------------------------


def _draw_penalty(rng: np.random.Generator) -> list[Call]:
    calls = []
    for words, low, high, sign in (
        ("no noise", 0.0, 0.0, 1),
        ("a little noise", 0.2, 0.7, 1),
        ("a decreasing f", 0.2, 0.7, -1),
        ("so much noise that it alone damps enough", 1.1, 2.0, 1),
        ("f without curvature", 0.0, 0.0, 1),
    ):
        slope = sign * float(rng.uniform(0.3, 2.0))
        sigma = float(rng.uniform(0.3, 1.5))
        part = float(rng.uniform(low, high))  # of what is needed, that the noise gives
        curvature = -part * abs(slope) / sigma**2
        if words == "no noise":
            sigma, curvature = 0.0, -float(rng.uniform(0.2, 1.0))
        arguments = {"slope": slope, "curvature": curvature, "sigma": sigma}
        calls.append(Call(arguments, words))
    return calls


def _slowest(gamma: float, slope: float, curvature: float, sigma: float) -> float:
    """Return the largest real part of the Jacobian's eigenvalues at the equilibrium."""
    J = np.array([[0.0, -slope], [slope, 2 * curvature * sigma**2 - gamma]])
    return float(np.linalg.eigvals(J).real.max())


def _judge_penalty(call: Call, answer: Plain) -> Verdict:
    a = call.arguments
    slope, curvature, sigma = a["slope"], a["curvature"], a["sigma"]
    # By search, not by a formula: the eigenvalues decide.
    found = minimize_scalar(
        _slowest,
        args=(slope, curvature, sigma),
        bounds=(0, 4 * abs(slope) + 1),
        method="bounded",
        options={"xatol": 1e-10},
    )
    right = float(found.x)
    if _slowest(0.0, slope, curvature, sigma) <= found.fun + 1e-9:
        right = 0.0
    help_ = curvature * sigma**2
    free = 2 * abs(slope) + 2 * help_
    mistakes = [
        (min(free, 0.0), "A weight cannot be negative. What does it mean that your formula is?"),
        (2 * abs(slope), "Without noise, yes. Noise on data and samples damps, too: how much?"),
        (2 * abs(slope) + help_, "Noise is on the data and on the samples: both terms curve."),
        (2 * abs(slope) - 2 * help_, "The sign of f″(0): a concave f damps by itself."),
        (abs(slope) + help_, "Half of it: the penalty is γ/2 times the squared slope."),
        (abs(slope), "Half of it: the penalty is γ/2 times the squared slope."),
        (2 * slope + 2 * help_, "A frequency has no sign: what if f′(0) < 0?"),
        (2 * abs(slope) + 2 * curvature * sigma, "The variance of the noise is σ², not σ."),
    ]
    return compared(answer, right, mistakes, rtol=1e-3, atol=1e-4, what="a weight, at least 0,")


# --- momentum that helps -------------------------------------------------------------------------

MOMENTUM_PART = 0.95  # of the best rate, −log ρ, that earns everything


def _draw_momentum(rng: np.random.Generator) -> list[Call]:
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

    Examples
    --------
    >>> from gantext.grading.questions.cycles import momentum_radius
    >>> round(momentum_radius(-0.5, 0.4), 3)
    0.976
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


def _judge_momentum(call: Call, answer: Plain) -> Verdict:
    eta = call.arguments["eta"]
    beta = float(numbers(answer, ()))
    _, best = _best_momentum(eta)
    expected = (
        f"a momentum whose rate, −log ρ, is at least {MOMENTUM_PART:.0%} of the best; half of the "
        "points if the steps converge at all"
    )
    radius = momentum_radius(beta, eta) if abs(beta) < 1e6 else math.inf
    got = f"a {'positive' if beta > 0 else 'negative'} momentum with the radius {radius:.4f}"
    if 0 < radius < 1 and math.log(radius) <= MOMENTUM_PART * math.log(best):
        return Verdict(1.0, expected=expected, got=got)
    if radius < 1 - 1e-9:
        hint = "It converges, and another momentum does so faster: scan, then refine."
        return Verdict(0.5, expected=expected, got=got, hint=hint)
    hint = "With so negative a momentum the step is too large: the chapter's theorem has the limit."
    if beta >= 0:
        hint = "On f = xy momentum pushes outwards, unless it is negative and the steps alternate."
    return Verdict(0.0, expected=expected, got=got, hint=hint)


# --- a network that learns the spread ------------------------------------------------------------

SPREAD_COUNT = 4000
# Wasserstein distances that earn everything and nothing. The training in the exercise's solution
# ended at 0.017 to 0.163, median 0.058, over 36 seeds (12 from each of 0, 1000 and 2000). A bell
# curve with the data's mean and variance has 0.30.
SPREAD_BAR, SPREAD_FLOOR = 0.17, 0.30


def _draw_spread(rng: np.random.Generator) -> list[Call]:
    words = f"{SPREAD_COUNT} samples with a seed of our own"
    seeds = rng.integers(0, 2**31, 3)
    return [Call({"n": SPREAD_COUNT, "seed": int(seed)}, words) for seed in seeds]


def waiting_quantiles(count: int) -> Any:
    r"""Return evenly spaced quantiles of the waiting times, exponential with the mean 1.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    numpy.ndarray, shape (count,)
        The quantiles at :math:`(k + \tfrac12) / \text{count}`.

    Examples
    --------
    >>> from gantext.grading.questions.cycles import waiting_quantiles
    >>> waiting_quantiles(1)  # the median, log 2
    array([0.69314718])
    """
    return -np.log1p(-(np.arange(count) + 0.5) / count)


def _judge_spread(call: Call, answer: Plain) -> Verdict:
    count = call.arguments["n"]
    array, verdict = drawn_samples(answer, (count,))
    if verdict is not None:
        return verdict
    distance = float(np.abs(np.sort(array) - waiting_quantiles(count)).mean())
    share = min(1.0, max(0.0, (SPREAD_FLOOR - distance) / (SPREAD_FLOOR - SPREAD_BAR)))
    expected = (
        f"{count} numbers with a Wasserstein distance below {SPREAD_BAR} to the waiting times; "
        f"nothing is earned at {SPREAD_FLOOR}"
    )
    mean, deviation = float(array.mean()), float(array.std())
    got = f"W₁ = {distance:.3f}; mean {mean:.2f}, standard deviation {deviation:.2f}"
    hint = ""
    if share < 1:
        hint = "Compare histograms: the data have a sharp edge at 0, and a long tail."
        if deviation < 0.7:
            hint = "The spread is too small. What did the chapter find that R1 does to the spread?"
        elif abs(mean - 1) > 0.25:
            hint = "Not even the mean has arrived: still turning, or trained too briefly?"
    return Verdict(share, expected=expected, got=got, hint=hint)


def _one_call(words: str) -> Any:
    """Return a draw for a value, which takes no arguments."""
    return lambda _: [Call({}, words)]


QUESTIONS = [
    Question(
        id="cycles/degrees-per-step",
        title="How far a step turns",
        points=1,
        entry="degrees_per_step",
        kind="value",
        draw=_one_call("your prediction, to 0.2 degrees"),
        judge=_judge_degrees,
    ),
    Question(
        id="cycles/proximal-path",
        title="Proximal steps for any quadratic game",
        points=3,
        entry="proximal_path",
        kind="function",
        draw=_draw_quadratic,
        judge=_judge_proximal,
        library=("gantext.dynamics.rules.ProximalPoint",),
        tensors=True,
    ),
    Question(
        id="cycles/largest-step",
        title="The largest step, by experiment",
        points=2,
        entry="largest_step",
        kind="value",
        draw=_one_call("your number, to 1 %"),
        judge=_judge_largest_step,
    ),
    Question(
        id="cycles/best-penalty",
        title="As much R1 as is right",
        points=3,
        entry="best_penalty",
        kind="function",
        draw=_draw_penalty,
        judge=_judge_penalty,
    ),
    Question(
        id="cycles/best-momentum",
        title="Momentum that helps",
        points=3,
        entry="best_momentum",
        kind="function",
        draw=_draw_momentum,
        judge=_judge_momentum,
        seconds=20.0,
    ),
    Question(
        id="cycles/waiting-times",
        title="A network that learns the spread",
        points=4,
        entry="sample",
        kind="function",
        draw=_draw_spread,
        judge=_judge_spread,
        seconds=20.0,
    ),
]
