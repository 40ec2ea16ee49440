"""The question "A forgery that she cannot see"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import numbers
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.questions.ideal_game.one_neuron import neuron_gain
from gantext.objectives.divergences import total_variation

GAIN, DISTANCE = 1e-9, 0.3  # the most that she may gain, and how far away it must be


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for _ in range(4):
        count = int(rng.integers(6, 10))
        p = np.ones(count)
        while p.max() > 0.3:  # then two letters hold at most 0.6, and 0.3 can be reached
            p = rng.dirichlet(np.full(count, 5.0))
        places = np.cumsum(rng.uniform(0.3, 1.5, count)) - rng.uniform(0, 3)
        words = f"{count} letters at uneven places from {places[0]:.1f} to {places[-1]:.1f}"
        calls.append(Call({"p_data": p, "x": places}, words))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    p, x = call.arguments["p_data"], call.arguments["x"]
    expected = (
        f"{len(p)} probabilities, at a total variation of at least {DISTANCE} from the data, "
        "from which the best neuron gains at most 1e-9 nats"
    )
    q = numbers(answer, p.shape)
    if q.min() < -1e-6 or abs(q.sum() - 1) > 1e-5:  # float32 has no more digits
        wrong = "a negative one" if q.min() < -1e-6 else f"the sum {q.sum():.6g}"
        hint = (
            "A step away from the data must keep the sum at 1, and end before a probability is 0."
        )
        return Verdict(0.0, expected=expected, got=f"numbers with {wrong}", hint=hint)
    q = np.clip(q, 0, None) / np.clip(q, 0, None).sum()
    gain = neuron_gain(p, q, x)
    far = float(total_variation(p, q))
    got = f"a distribution at the distance {far:.3f}, from which she gains {max(gain, 0):.1e}"
    if gain > GAIN:
        hint = (
            "She sees something. At w = c = 0 her value must have slope 0 in both w and c: which "
            "two numbers of p_g does that fix?"
        )
        if abs(x @ (p - q)) <= 1e-6 * float(np.ptp(x)):
            hint = "Almost: a rounded solution? The condition must hold to seven digits."
        return Verdict(0.0, expected=expected, got=got, hint=hint)
    hint = ""
    if far < DISTANCE:
        hint = "She sees nothing, but it is too near to the data: go farther in the same direction."
    return Verdict(min(1.0, far / DISTANCE), expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="ideal-game/blind-spot",
    title="A forgery that she cannot see",
    points=3,
    entry="blind_spot",
    kind="function",
    draw=_draw,
    judge=_judge,
    tensors=True,
)
