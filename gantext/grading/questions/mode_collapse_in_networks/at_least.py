"""The question "What 32 of 32 says"."""

from __future__ import annotations

import math

import numpy as np
from scipy.stats import beta

from gantext.grading.judging import Mistake, compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict

TAIL = 0.025


def _draw(rng: np.random.Generator) -> list[Call]:
    n = [int(rng.integers(low, 3 * low)) for low in (4, 20, 50, 300)]
    middle = [int(rng.integers(1, seeds)) for seeds in n[1:]]
    pairs = [(n[0], n[0]), (32, 32), *zip(middle, n[1:], strict=True), (0, n[1])]
    return [Call({"k": k, "n": m}, f"{k} of {m} seeds") for k, m in pairs]


def _judge(call: Call, answer: Plain) -> Verdict:
    k, n = call.arguments["k"], call.arguments["n"]
    # The quantile of a beta distribution (Clopper and Pearson): no sum over binomials.
    right = float(beta.ppf(TAIL, k, n - k + 1)) if k else 0.0
    share = k / n
    half = 1.959964 * math.sqrt(share * (1 - share) / n)
    upper = float(beta.ppf(1 - TAIL, k + 1, n - k)) if k < n else 1.0
    mistakes: list[Mistake] = [
        (share, "That is the share that was seen. Which smaller probability could have given it?"),
        (share - half, "The normal curve's interval: near 0 and 1, and for few seeds, not exact."),
        (upper, "That is the upper end."),
    ]
    if k:
        once = float(beta.ppf(2 * TAIL, k, n - k + 1))
        mistakes.append((once, "5 % on one side: a 95 % interval has 2.5 % on each."))
        mistakes.append((TAIL ** (1 / n), "That is right only where every seed succeeds."))
    if 0 < k < n:
        more = float(beta.ppf(TAIL, k + 1, n - k))
        mistakes.append((more, "k or *more* successes: k itself belongs to them."))
    mistakes.append((1 - right, "That is the largest share of failures, not the least of success."))
    return compared(answer, right, mistakes, rtol=1e-5, atol=1e-9, what="a probability")


QUESTION = Question(
    id="mode-collapse-in-networks/at-least",
    title="What 32 of 32 says",
    points=3,
    entry="at_least",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=("gantext.evaluation.intervals.mean_interval",),
)
