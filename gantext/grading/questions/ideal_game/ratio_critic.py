"""The question "A critic who reads the ratio"."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_expit, logsumexp

from gantext.grading.judging import numbers
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.sampling import share_between

LUMPS, RADIUS, SPREAD = 8, 2.0, 0.4
SEEN, ASKED = 2000, 4000  # samples of each player; places, half of them of either player
# The share of the perfect critic's gain that earns everything, and the share that earns nothing.
# Over 30 draws the critic in the exercise's solution gained 0.90 to 0.98; over 60 draws a critic
# that is one neuron gained at most 0.68.
BAR, FLOOR = 0.85, 0.7
LARGEST = 1000.0  # the exact logits stay below 50


def lumps_log_density(
    places: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the log density of round lumps on a circle, up to a constant that all share.

    Parameters
    ----------
    places : numpy.ndarray, shape (n, 2)
        Where.
    weights : numpy.ndarray, shape (8,)
        The lumps' probabilities.

    Returns
    -------
    numpy.ndarray, shape (n,)
        In nats.
    """
    square = ((places[:, None] - _centres()) ** 2).sum(-1)
    return logsumexp(-square / (2 * SPREAD**2), axis=1, b=weights)


def gain_over_half(logits: NDArray[np.float64], real: NDArray[np.bool_]) -> float:
    """Return how much more than one half everywhere a critic gains, in nats.

    Parameters
    ----------
    logits : numpy.ndarray, shape (n,)
        Her answers.
    real : numpy.ndarray, shape (n,)
        Which of the samples were real.

    Returns
    -------
    float
        Her value on these samples, measured from −log 4.
    """
    value = log_expit(logits[real]).mean() + log_expit(-logits[~real]).mean()
    return float(value) + math.log(4)


def _centres() -> NDArray[np.float64]:
    angle = 2 * np.pi * np.arange(LUMPS) / LUMPS
    return RADIUS * np.stack([np.cos(angle), np.sin(angle)], -1)


def _draw(rng: np.random.Generator) -> list[Call]:
    """Draw three forgers who show some lumps too often, and others hardly ever."""
    calls = []
    for _ in range(3):
        data, forged = np.full(LUMPS, 1 / LUMPS), np.full(LUMPS, 0.05 / LUMPS)
        forged[rng.permutation(LUMPS)[:5]] += 0.95 * rng.dirichlet(np.full(5, 2.0))

        def sample(count: int, weights: NDArray[np.float64]) -> NDArray[np.float32]:
            lump = rng.choice(LUMPS, count, p=weights)
            points = _centres()[lump] + SPREAD * rng.normal(size=(count, 2))
            return points.astype(np.float32)

        heaps = {"real": sample(SEEN, data), "fake": sample(SEEN, forged)}
        x = np.concatenate([sample(ASKED // 2, data), sample(ASKED // 2, forged)])
        order = rng.permutation(ASKED)
        logit = lumps_log_density(x, data) - lumps_log_density(x, forged)
        hidden = {"real": (np.arange(ASKED) < ASKED // 2)[order], "logit": logit[order]}
        words = f"{SEEN} real and {SEEN} forged samples, and {ASKED} new places"
        calls.append(Call(heaps | {"x": x[order]}, words, hidden))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    real, exact = call.hidden["real"], call.hidden["logit"]
    logits = numbers(answer, exact.shape)
    expected = (
        f"{len(exact)} logits that gain at least {BAR:.0%} of what a perfect critic gains; "
        f"nothing is earned at {FLOOR:.0%}"
    )
    if (largest := np.abs(logits).max()) > LARGEST:
        hint = "No critic is that sure. Has the training diverged? Try a smaller step."
        got = f"a logit of the size {largest:.0e}"
        return Verdict(0.0, expected=expected, got=got, hint=hint)
    most = gain_over_half(exact, real)
    gained = gain_over_half(logits, real) / most
    share = share_between(gained, FLOOR, BAR)
    got = f"{len(exact)} logits that gain {gained:.0%} of it"
    hint = ""
    if share < 1:
        hint = (
            "On places that she has not seen she could do better. Is she large enough to bend "
            "around each lump, and has she been trained until her loss no longer falls?"
        )
        if np.ptp(logits) < 1e-3:
            hint = "She says the same everywhere: has she been trained, and asked about x?"
        elif gain_over_half(-logits, real) > max(0.0, gained * most):
            hint = "With the other sign she would gain: a high logit means real."
        elif logits.min() >= 0 and logits.max() <= 1:
            hint = "These look like D, from 0 to 1. Asked for is the logit, before the σ."
        elif gained < 0:
            hint = (
                "To say one half everywhere would be better. Has she learnt her samples by heart, "
                "so that she is too sure elsewhere?"
            )
    return Verdict(share, expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="ideal-game/ratio-critic",
    title="A critic who reads the ratio",
    points=4,
    entry="critic_logits",
    kind="function",
    draw=_draw,
    judge=_judge,
    seconds=30.0,
    tensors=True,
)
