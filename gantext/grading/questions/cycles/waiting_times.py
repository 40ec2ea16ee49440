"""The question "A turning network, brought to rest"."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.sampling import drawn_samples, sample_calls, share_between

COUNT = 4000
# Wasserstein distances that earn everything and nothing. The training in the exercise's solution
# ended at 0.031 to 0.122, median 0.064, over 14 seeds (0 to 5 and 1000 to 1007); with steps that do
# not shrink, at 0.046 to 0.370 over the seeds 0 to 5. A bell curve with the data's mean and
# variance has 0.30.
BAR, FLOOR = 0.17, 0.30


def waiting_quantiles(count: int) -> NDArray[np.float64]:
    r"""Return evenly spaced quantiles of the waiting times, exponential with the mean 1.

    Parameters
    ----------
    count : int
        How many.

    Returns
    -------
    numpy.ndarray, shape (count,)
        The quantiles at :math:`(k + \tfrac12) / \text{count}`.
    """
    return -np.log1p(-(np.arange(count) + 0.5) / count)


def _judge(call: Call, answer: Plain) -> Verdict:
    count = call.arguments["n"]
    array, verdict = drawn_samples(answer, (count,))
    if verdict is not None:
        return verdict
    distance = float(np.abs(np.sort(array) - waiting_quantiles(count)).mean())
    share = share_between(distance, FLOOR, BAR)
    expected = (
        f"{count} numbers with a Wasserstein distance below {BAR} to the waiting times; "
        f"nothing is earned at {FLOOR}"
    )
    mean, deviation = float(array.mean()), float(array.std())
    got = f"W₁ = {distance:.3f}; mean {mean:.2f}, standard deviation {deviation:.2f}"
    hint = ""
    if share < 1:
        hint = "Compare histograms: the data have a sharp edge at 0, and a long tail."
        if deviation < 0.7:
            hint = "The spread is too small: is the training too brief, or a penalty too strong?"
        elif abs(mean - 1) > 0.25:
            hint = "Not even the mean has arrived: still turning? A cycle shrinks with the step."
    return Verdict(share, expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="cycles/waiting-times",
    title="A turning network, brought to rest",
    points=4,
    entry="sample",
    kind="function",
    draw=sample_calls(COUNT),
    judge=_judge,
    seconds=20.0,
)
