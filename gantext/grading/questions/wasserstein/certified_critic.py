"""The question "A critic with a certificate"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist

from gantext.grading.judging import numbers
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.sampling import share_between

SEEN, ASKED = 400, 600  # samples of each player
# The share of W1 that earns everything, and the share that earns nothing. Over 120 draws the critic
# of the exercise's solution reached 0.955 to 0.995, the best straight one at most 0.61, and one
# cone over the middle at most 0.86; a network with a gradient penalty, over 9 draws, 0.78 to 0.96.
BAR, FLOOR = 0.9, 0.7
LARGEST, NEAR = 1e6, 1e-2


def certified(
    scores: NDArray[np.float64], x: NDArray[np.float64], real: NDArray[np.bool_]
) -> tuple[float, float]:
    """Return a critic's gap between real and forged samples, and her steepest slope on them.

    Parameters
    ----------
    scores : numpy.ndarray, shape (n,)
        Her scores.
    x : numpy.ndarray, shape (n, 2)
        Of these samples.
    real : numpy.ndarray, shape (n,)
        Which of them are real.

    Returns
    -------
    tuple of float
        The gap divided by the slope is never more than W1 between the samples, but for pairs nearer
        than 0.01, which rounding spoils.
    """
    gap = scores[real].mean() - scores[~real].mean()
    way = cdist(x, x)
    apart = way > NEAR
    slope = np.abs(scores[:, None] - scores)[apart] / way[apart]
    return float(gap), float(slope.max())


def _draw(rng: np.random.Generator) -> list[Call]:
    """Draw three rings, and forgers who show the middle of each and one of its lumps."""
    calls = []
    for _ in range(3):
        middle, radius = 3 * rng.normal(size=2), rng.uniform(1.5, 3.0)
        lumps, width = int(rng.choice([6, 8, 10])), rng.uniform(0.2, 0.5)

        def real(count: int) -> NDArray[np.float64]:
            angle = 2 * np.pi * rng.integers(lumps, size=count) / lumps  # noqa: B023
            ring = radius * np.stack([np.cos(angle), np.sin(angle)], -1)  # noqa: B023
            return middle + ring + 0.1 * rng.normal(size=(count, 2))  # noqa: B023

        def fake(count: int) -> NDArray[np.float64]:
            at_lump = (rng.random((count, 1)) < 0.3) * [radius, 0.0]  # noqa: B023
            return middle + at_lump + width * rng.normal(size=(count, 2))  # noqa: B023

        arguments = {"real": real(SEEN), "fake": fake(SEEN)}
        order = rng.permutation(2 * ASKED)
        x = np.concatenate([real(ASKED), fake(ASKED)])[order]
        words = f"{SEEN} real and {SEEN} forged samples, and {2 * ASKED} new places"
        calls.append(Call(arguments | {"x": x}, words, {"real": order < ASKED}))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    x, real = call.arguments["x"], call.hidden["real"]
    scores = numbers(answer, (len(x),))
    expected = (
        f"{len(x)} scores whose gap, divided by their steepest slope, is at least {BAR:.0%} of W₁; "
        f"nothing is earned at {FLOOR:.0%}"
    )
    if (largest := np.abs(scores).max()) > LARGEST:
        got = f"a score of the size {largest:.0e}"
        hint = "Has the training diverged? Try a smaller step, or a larger penalty."
        return Verdict(0.0, expected=expected, got=got, hint=hint)
    gap, slope = certified(scores, x, real)
    if slope < 1e-9:
        hint = "She says the same everywhere: has she been trained, and asked about x?"
        return Verdict(0.0, expected=expected, got="scores that are all alike", hint=hint)
    table = cdist(x[real], x[~real])
    most = table[linear_sum_assignment(table)].mean()
    reached = gap / slope / most
    share = share_between(reached, FLOOR, BAR)
    got = f"a gap of {gap / most:.0%} of W₁ with the slope {slope:.2f}: {reached:.0%}"
    hint = ""
    if share < 1:
        hint = "A straight critic cannot see a ring. Can she make a valley in the middle?"
        if reached < 0:
            hint = "The other sign: real samples get the high scores."
        elif gap / most > BAR:
            hint = (
                "The gap is large enough, but somewhere she is steep. One steep place spoils the "
                "whole certificate: look at the pairs of places with the largest slope."
            )
    return Verdict(share, expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="wasserstein/certified-critic",
    title="A critic with a certificate",
    points=4,
    entry="scores",
    kind="function",
    draw=_draw,
    judge=_judge,
    seconds=30.0,
    tensors=True,
)
