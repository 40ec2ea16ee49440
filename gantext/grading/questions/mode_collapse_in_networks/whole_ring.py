"""The question "A ring, whole"."""

from __future__ import annotations

import torch

from gantext.data.mixtures import ring
from gantext.evaluation.modes import modes
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.sampling import drawn_samples, sample_calls, share_between

MODES, STD, COUNT = 6, 0.1, 2500
# The quality that earns everything, and that of points anywhere in the square of side 4, which
# earns nothing. The training in the exercise's solution captured all modes with a quality of 0.918
# to 0.960 for each of 36 seeds (12 from each of 0, 1000 and 2000).
BAR, SMEAR = 0.60, 0.11


def _judge(call: Call, answer: Plain) -> Verdict:
    count = call.arguments["n"]
    array, verdict = drawn_samples(answer, (count, 2))
    if verdict is not None:
        return verdict
    world = ring(MODES, radius=2.0, std=STD)
    # One sample in a hundred captures a mode; of the smear, each mode gets two in a hundred.
    found = modes(torch.from_numpy(array), world, minimum=count // 100)
    captured, quality = int(found.captured), float(found.quality)
    good = share_between(quality, SMEAR, BAR)
    share = good * captured / MODES
    expected = (
        f"{count} points of the plane: all {MODES} modes with 1 % of the samples each, and a "
        f"quality of at least {BAR}; nothing is earned at {SMEAR}, the smear's"
    )
    got = f"{captured} of {MODES} modes, quality {quality:.2f}"
    hint = ""
    if quality <= 1.5 * SMEAR:
        hint = "Hardly better than points thrown anywhere: has it been trained for long enough?"
    elif captured < MODES:
        hint = "It has collapsed, in part at least. Which cures has the chapter?"
    elif good < 1:
        hint = (
            "All modes, but many samples lie between them: train longer, or with a quicker critic."
        )
    return Verdict(share, expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="mode-collapse-in-networks/whole-ring",
    title="A ring, whole",
    points=4,
    entry="sample",
    kind="function",
    draw=sample_calls(COUNT),
    judge=_judge,
    seconds=20.0,
)
