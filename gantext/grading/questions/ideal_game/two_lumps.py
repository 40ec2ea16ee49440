"""The question "Two lumps from one network"."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.sampling import drawn_samples, sample_calls, share_between
from gantext.objectives.divergences import js

LUMPS = ((-1.0, 0.35), (1.0, 0.65))  # where, and how much of the data
WIDTH = 0.3
# JS that earns everything, and JS that earns nothing. The training in the exercise's solution ended
# at 0.013 to 0.100, median 0.036, over 36 seeds (12 from each of 0, 1000 and 2000). Only the larger
# lump has 0.14, a bell curve with the data's mean and variance 0.15.
BAR, FLOOR = 0.11, 0.135
COUNT = 4000


def lump_probabilities(edges: ArrayLike) -> NDArray[np.float64]:
    """Return the data's probability of each bin between the edges, and beyond them.

    Parameters
    ----------
    edges : array-like, shape (b,)
        The bins' edges, ascending.

    Returns
    -------
    numpy.ndarray, shape (b + 1,)
        The probabilities, those below the first and above the last edge included.
    """
    edges = np.asarray(edges, dtype=np.float64)
    below = sum(weight * ndtr((edges - place) / WIDTH) for place, weight in LUMPS)
    return np.diff(np.concatenate([[0.0], below, [1.0]]))


def _judge(call: Call, answer: Plain) -> Verdict:
    count = call.arguments["n"]
    array, verdict = drawn_samples(answer, (count,))
    expected = (
        f"{count} numbers with JS below {BAR} nats to the data, in bins of width 0.2; "
        f"nothing is earned at {FLOOR}"
    )
    if verdict is not None:
        return verdict
    edges = np.linspace(-2, 2, 21)
    counts = np.bincount(np.searchsorted(edges, array), minlength=len(edges) + 1)
    distance = float(js(lump_probabilities(edges), counts / count))
    share = share_between(distance, FLOOR, BAR)
    left, between = float((array < 0).mean()), float((abs(array) < 0.4).mean())
    got = f"JS = {distance:.3f}: {left:.0%} below 0, {between:.0%} between −0.4 and 0.4"
    hint = ""
    if share < 1:
        hint = "Look at a histogram: are both lumps there, with the right weights and widths?"
        if left < 0.05 or left > 0.95:
            hint = "One lump is missing: has the generator collapsed, or been trained too briefly?"
        elif between > 0.2:
            hint = "Many samples lie between the lumps, where the data have almost none."
    return Verdict(share, expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="ideal-game/two-lumps",
    title="Two lumps from one network",
    points=4,
    entry="sample",
    kind="function",
    draw=sample_calls(COUNT),
    judge=_judge,
    seconds=20.0,
)
