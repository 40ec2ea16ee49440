"""The question "The best, told honestly"."""

from __future__ import annotations

import numpy as np

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for methods, seeds in ((6, 8), (20, 16), (70, 12)):
        scores = rng.uniform(0.3, 0.9) + 0.1 * rng.standard_normal((methods, seeds))
        # Another method is best in each half, and in all.
        first, second = rng.choice(methods, 2, replace=False)
        half = seeds // 2
        scores[first, :half] += 0.5
        scores[second, half:] += 0.7
        calls.append(Call({"scores": scores}, f"{methods} methods, {seeds} seeds"))
    return calls


def _told(chosen: np.ndarray, told: np.ndarray) -> list[float]:
    best = int(np.argmax(chosen.mean(1)))
    return [best, float(told[best].mean()), float(chosen[best].mean() - told[best].mean())]


def _judge(call: Call, answer: Plain) -> Verdict:
    scores = call.arguments["scores"]
    half = scores.shape[1] // 2
    first, second = np.split(scores, [half], axis=1)
    right = _told(first, second)
    best = right[0]
    single = int(np.argmax(first.max(1)))
    single_told = [single, float(second[single].mean())]
    mistakes = [
        (_told(scores, scores), "The seeds that chose the method also praise it."),
        (_told(first, first), "The seeds that chose the method also praise it."),
        (_told(second, first), "The halves are swapped: choose by the first seeds."),
        (_told(first, scores), "The first seeds are in your mean again."),
        ([best, right[1], -right[2]], "The promise less what was kept, not the other way round."),
        (
            [*single_told, float(first[single].mean()) - single_told[1]],
            "That is the method with the best single seed. Choose by the mean.",
        ),
    ]
    return compared(answer, right, mistakes, what="index, score and promise")


QUESTION = Question(
    id="what-helps/honest-best",
    title="The best, told honestly",
    points=2,
    entry="honest_best",
    kind="function",
    draw=_draw,
    judge=_judge,
    tensors=True,
)
