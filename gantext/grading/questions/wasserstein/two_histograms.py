"""The question "Earth on a road"."""

from __future__ import annotations

import numpy as np
from scipy.stats import wasserstein_distance

from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for towns in (2, 4, 7, 12):
        telling = False
        while not telling:  # until order and both directions matter, which two places cannot show
            places = rng.permutation(np.cumsum(rng.uniform(0.2, 5.0, towns)) - 10)
            p, q = rng.dirichlet(np.ones(towns), 2)
            passes = np.cumsum((p - q)[np.argsort(places)])[:-1]
            both, unsorted = np.ptp(np.sign(passes)) > 0, (np.diff(places) < 0).any()
            telling = towns == 2 or bool(both and unsorted)
        words = f"{towns} places on the road, in any order"
        calls.append(Call({"places": places, "p": p, "q": q}, words))
    return calls


def _judge(call: Call, answer: Plain) -> Verdict:
    places, p, q = (call.arguments[name] for name in ("places", "p", "q"))
    right = wasserstein_distance(places, places, p, q)
    order = np.argsort(places)
    unsorted = np.abs(np.cumsum(p - q))[:-1] @ np.abs(np.diff(places))
    counted = np.abs(np.cumsum((p - q)[order])).sum()
    mistakes = [
        (unsorted, "The places come in any order: sort them, and the masses with them."),
        (counted, "That counts steps from place to place. How long is each step?"),
        (np.abs(np.cumsum(p - q)).sum(), "How long is each step, and in which order do they lie?"),
        (np.abs(p - q).sum() / 2, "That is the mass that moves. How far does it move?"),
        (np.abs(p @ places - q @ places), "Masses that move to opposite sides do not cancel."),
        (2 * right, "Twice too much: what leaves one place arrives at another."),
    ]
    return compared(answer, right, mistakes, rtol=1e-5, atol=1e-5, what="a cost, at least 0,")


QUESTION = Question(
    id="wasserstein/two-histograms",
    title="Earth on a road",
    points=2,
    entry="road_cost",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=(
        "gantext.objectives.transport.wasserstein_1d",
        "gantext.objectives.transport.transport",
    ),
    tensors=True,
)
