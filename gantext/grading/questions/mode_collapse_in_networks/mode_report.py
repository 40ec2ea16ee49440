"""The question "A count beside its baseline"."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from gantext.data.mixtures import GaussianMixture
from gantext.evaluation.modes import modes
from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for kind in ("at all of {} modes", "at two of {} modes", "anywhere, with {} modes"):
        count, std = int(rng.integers(5, 10)), float(rng.uniform(0.05, 0.12))
        angle = 2 * np.pi * (np.arange(count) + rng.uniform()) / count
        means = rng.uniform(1.5, 2.5) * np.stack([np.cos(angle), np.sin(angle)], -1)
        side = float(2 * (np.abs(means).max() + 3 * std) * rng.uniform(1.0, 1.3))
        n = 1200
        which = rng.integers(0, 2 if "two" in kind else count, n)
        samples = means[which] + std * rng.uniform(0.8, 1.8) * rng.normal(size=(n, 2))
        if "anywhere" in kind:
            samples = rng.uniform(-side / 2, side / 2, (n, 2))
        lost = int(rng.integers(50, 200))
        samples[rng.permutation(n)[:lost]] = np.nan
        arguments = {"samples": samples, "means": means, "std": std, "side": side}
        calls.append(Call(arguments, f"{n} samples {kind.format(count)}; some are NaN"))
    return calls


def _report(samples: Any, means: Any, std: float, side: float, reach: float = 3.0) -> Any:
    """Return captured, quality and lift, as the library counts them."""
    found = modes(torch.from_numpy(samples), GaussianMixture(means, std), radius=reach)
    smear = len(means) * math.pi * (3 * std) ** 2 / side**2
    quality = float(found.quality)
    return np.array([float(found.captured), quality, quality / smear])


def _judge(call: Call, answer: Plain) -> Verdict:
    a = call.arguments
    samples, means, std, side = a["samples"], a["means"], a["std"], a["side"]
    right = _report(samples, means, std, side)
    whole = samples[np.isfinite(samples).all(-1)]
    far = np.linalg.norm(whole[:, None] - means, axis=-1).min(-1)
    smear = right[1] / right[2]
    within_three = float((far <= 3).sum()) / len(samples)
    dropped = _report(whole, means, std, side)
    one = _report(samples, means, std, side, 1.0)
    ball = "A sample is good within three standard deviations of a centre, not within "
    mistakes = [
        (dropped, "A sample that is NaN is no good sample, but it is a sample: it counts below."),
        (one, ball + "one."),
        (
            [len(means), within_three, within_three / smear],
            ball + "a distance of three.",
        ),
        ([right[0], right[1], smear], "The third number is the quality *divided* by the smear's."),
        ([right[0], right[1], right[1] - smear], "The third number is a quotient."),
        ([right[0], right[1], 9 * right[2]], "The radius of a ball is 3σ, in the smear, too."),
        (
            [right[0], right[1], len(means) * right[2]],
            "The smear hits all the balls, not just one.",
        ),
        ([right[0], 100 * right[1], right[2]], "The quality is a share, not in percent."),
    ]
    return compared(answer, right, mistakes, rtol=1e-6, atol=1e-9, what="captured, quality, lift:")


QUESTION = Question(
    id="mode-collapse-in-networks/mode-report",
    title="A count beside its baseline",
    points=2,
    entry="mode_report",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=("gantext.evaluation.modes.modes",),
    tensors=True,
)
