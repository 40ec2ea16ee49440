"""The question "What one neuron sees"."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, log_expit

from gantext.games.ideal import IdealGame
from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict, one_call

LOG4 = math.log(4)

POSITIONS = np.arange(6.0)
PAINTER = np.array([0.30, 0.15, 0.05, 0.05, 0.15, 0.30])
SHY = np.array([0.02, 0.05, 0.15, 0.25, 0.30, 0.23])


def neuron_gain(
    p: NDArray[np.float64], q: NDArray[np.float64], x: NDArray[np.float64], *, shift: bool = True
) -> float:
    """Return how much a critic D(x) = σ(wx + c) can gain over saying one half.

    Parameters
    ----------
    p, q : numpy.ndarray, shape (n,)
        The data's and the forger's probabilities.
    x : numpy.ndarray, shape (n,)
        The places of the letters.
    shift : bool
        Whether the constant c is free; else it is 0.

    Returns
    -------
    float
        In nats.
    """
    x = (x - x.mean()) / max(float(np.ptp(x)), 1e-300) if shift else x

    def loss(u: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        logit = u[0] * x + (u[1] if shift else 0.0)
        slope = p * expit(-logit) - q * expit(logit)
        gradient = np.array([(slope * x).sum(), slope.sum() if shift else 0.0])
        return float(-(p @ log_expit(logit) + q @ log_expit(-logit))), -gradient

    found = minimize(loss, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-12})
    return LOG4 - float(min(found.fun, LOG4))


def _judge(_: Call, answer: Plain) -> Verdict:
    best = float(IdealGame(PAINTER).value_at_optimal_discriminator(SHY)) + LOG4
    gain = neuron_gain(PAINTER, SHY, POSITIONS)
    value = gain - LOG4
    right = gain / best
    no_shift = neuron_gain(PAINTER, SHY, POSITIONS, shift=False) / best
    mistakes = [
        (value, "That is her value V. What is asked is her share of what a perfect critic gains."),
        (value / (best - LOG4), "Measure both gains from −log 4, what she has by saying one half."),
        ((best - LOG4) / value, "Measure both gains from −log 4, what she has by saying one half."),
        (no_shift, "A neuron has a weight and a constant, w x + c. Was the constant left at 0?"),
        (gain, "That is her gain in nats; divide by the perfect critic's."),
        (100 * right, "As a share, not in percent."),
        (1 - right, "That is the share that she misses."),
    ]
    return compared(answer, right, mistakes, rtol=0.02, atol=0, what="a number from 0 to 1")


QUESTION = Question(
    id="ideal-game/one-neuron",
    title="What one neuron sees",
    points=2,
    entry="neuron_share",
    kind="value",
    draw=one_call("your number, to 2 %"),
    judge=_judge,
)
