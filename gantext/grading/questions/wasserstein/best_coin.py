"""The question "A coin for small batches"."""

from __future__ import annotations

import numpy as np
from scipy.stats import binom

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for throws, low, high in ((1, 0.52, 0.95), (3, 0.1, 0.3), (7, 0.3, 0.7), (25, 0.05, 0.95)):
        p = float(rng.uniform(low, high))
        # Away from where two places are equally good.
        while np.abs(binom.cdf(np.arange(throws + 1), throws, p) - 0.5).min() < 0.01:
            p = float(rng.uniform(low, high))
        calls.append(Call({"p": p, "m": throws}, f"batches of {throws} throws"))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    p, m = call.arguments["p"], call.arguments["m"]
    shares = np.arange(m + 1) / m
    # The loss is piecewise linear with kinks at these shares: the lowest is one of them.
    loss = np.abs(shares - shares[:, None]) @ binom.pmf(np.arange(m + 1), m, p)
    right = shares[loss.argmin()]
    mistakes = [
        (p, "That is the mean of the batch's share. What minimises the mean of distances?"),
        (right * m, "As a share, not as a number of heads."),
        (1 - right, "That is the share of tails."),
        (shares[binom.pmf(np.arange(m + 1), m, p).argmax()], "That is the likeliest share."),
        (loss.min(), "That is the loss at its lowest. Where is it lowest?"),
    ]
    return compared(answer, right, mistakes, rtol=0, atol=1e-4, what="a probability θ")


QUESTION = Question(
    id="wasserstein/best-coin",
    title="A coin for small batches",
    points=2,
    entry="best_coin",
    kind="function",
    draw=_draw,
    judge=_judge,
)
