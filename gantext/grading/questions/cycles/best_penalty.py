"""The question "As much R1 as is right"."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize_scalar

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
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


def _judge(call: Call, answer: Plain) -> Verdict:
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


QUESTION = Question(
    id="cycles/best-penalty",
    title="As much R1 as is right",
    points=3,
    entry="best_penalty",
    kind="function",
    draw=_draw,
    judge=_judge,
)
