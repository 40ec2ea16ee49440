"""The question "What n samples can show"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for count, evenness in ((8, 1.0), (40, 0.3), (1000, 5.0)):
        shares = rng.dirichlet(np.full(count, evenness))
        n = int(rng.integers(count // 2, 3 * count))
        calls.append(Call({"shares": shares, "n": n}, f"{count} kinds, {n} samples"))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    shares, n = call.arguments["shares"], call.arguments["n"]
    count = len(shares)
    # By logarithms: a kind is missed with the probability exp(n log(1 - p)).
    missed = np.exp(n * np.log1p(-shares))
    right = float((1 - missed).sum())
    mistakes = [
        (float(missed.sum()), "That is how many kinds are *missed*."),
        (count * (1 - (1 - 1 / count) ** n), "The kinds are not equally frequent."),
        (float((1 - np.exp(-n * shares)).sum()), "Nearly: exp(−np) is only near to (1 − p)ⁿ."),
        (min(n, count), "So many if no kind came twice. Samples repeat one another."),
        (right / count, "That is a share; the number of kinds is asked for."),
        (float((n * shares).sum()), "Those are all samples. A kind counts once."),
        (float(np.minimum(n * shares, 1).sum()), "A kind expected once may still be missed."),
    ]
    return compared(answer, right, mistakes, what="a number of kinds")


QUESTION = Question(
    id="mode-collapse-in-networks/expected-kinds",
    title="What n samples can show",
    points=2,
    entry="expected_kinds",
    kind="function",
    draw=_draw,
    judge=_judge,
    tensors=True,
)
