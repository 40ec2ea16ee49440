"""The question "Pictures out of reach"."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from gantext.games.ideal import IdealGame
from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict

LOG4 = math.log(4)


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for allowed, others in ((3, 0), (2, 2), (int(rng.integers(2, 5)), 1), (1, 2)):
        count = allowed + others
        while True:
            p = rng.dirichlet(np.full(count, 4.0))
            if np.diff(np.sort(p)).min() > 0.02:  # so that the wrong picture is told from the right
                break
        order = rng.permutation(count)[:allowed]
        words = f"{count} pictures, of which the forger can paint {allowed}"
        calls.append(Call({"p_data": p, "allowed": sorted(int(i) for i in order)}, words))
    return calls


def _cost(share: Any) -> Any:
    """Return the chapter's Δ(r): what it costs to cover the share r as well as one can."""
    return LOG4 + share * np.log(share) - (1 + share) * np.log1p(share)


def _judge(call: Call, answer: Plain) -> Verdict:
    p, allowed = call.arguments["p_data"], call.arguments["allowed"]
    # Not by the formula: the library's Newton method knows nothing of it.
    first, second = IdealGame(p).pure_strategy_values(np.eye(len(p))[allowed])
    right = float(first - second)
    own, reach = p[allowed], p[allowed].sum()
    anywhere = "The critic is not told to say one half: she knows which pictures he cannot paint."
    mistakes = [
        (_cost(own.max()), anywhere),
        (_cost(own.max()) / math.log(2), anywhere + " And take natural logarithms."),
        (
            _cost(own.min()) - _cost(reach),
            "Which of his pictures should he choose if he goes first?",
        ),
        (right / math.log(2), "That is in bits; the book's logarithm is the natural one."),
        (-right, "The sign: min max is never below max min."),
        (right / 2, "Half of it: the value holds 2 JS, not JS."),
        (_cost(p.max()) - _cost(reach), "He goes first with a picture that he cannot paint."),
        (float(first), "That is min max alone; what is asked is how far max min lies below it."),
    ]
    what = "a number, at least 0, in nats,"
    return compared(answer, right, mistakes, rtol=1e-5, atol=1e-6, what=what)


QUESTION = Question(
    id="ideal-game/order-gap",
    title="Pictures out of reach",
    points=3,
    entry="order_gap",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=("gantext.games.ideal.IdealGame.pure_strategy_values",),
    tensors=True,
)
