"""The question "A schedule that ends in balance"."""

from __future__ import annotations

import numpy as np
import torch

from gantext.games.two_point.complexity import quartic
from gantext.games.two_point.loss import TwoPointLoss
from gantext.grading.judging import numbers
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict

STEPS, BUDGET = 600, 0.5  # the budget: the mean weight, in λ*


def _draw(rng: np.random.Generator) -> list[Call]:
    kappas = [rng.uniform(low, low + 0.4) for low in (0.4, 0.9, 1.4, 1.9)]
    words = "the second world with κ = {:.2f}, " + f"{STEPS} steps"
    return [Call({"kappa": float(k), "steps": STEPS}, words.format(k)) for k in kappas]


def _judge(call: Call, answer: Plain) -> Verdict:
    kappa, steps = call.arguments["kappa"], call.arguments["steps"]
    lams = numbers(answer, (steps,))
    world = TwoPointLoss(quartic)
    threshold = float(world.collapse_threshold(kappa))
    budget = BUDGET * threshold
    expected = (
        f"{steps} weights of at least 0, the last one 0, with a mean of at most {BUDGET} "
        "λ*, after which all forgers are, and stay, in balance"
    )
    if lams.min() < 0:
        return Verdict(0.0, expected=expected, got="weights, some of them negative")
    if lams[-1] != 0:
        hint = "Annealing ends without the bonus: what stays in balance only because of it, falls."
        return Verdict(0.0, expected=expected, got="weights that do not end at 0", hint=hint)
    mean = float(lams.mean())
    if mean > budget * (1 + 1e-9):
        hint = "Too dear: how far above λ* must it be, and for how long?"
        got = f"weights with the mean {mean / threshold:.2f} λ*"
        return Verdict(0.0, expected=expected, got=got, hint=hint)
    starts = torch.linspace(0.01, 0.99, 32, dtype=torch.float64)
    after = np.zeros((steps + 300, 2))
    after[:steps, 0] = lams  # and beside it, what comes without any bonus
    rng = torch.Generator().manual_seed(0)
    path = world.descend(
        starts[:, None], kappa, torch.from_numpy(after)[:, None], noise=1e-3, generator=rng
    )
    balanced, plain = ((path[-1] - 0.5).abs() < 0.05).double().mean(0).tolist()
    got = f"{balanced:.0%} of the forgers end in balance"
    hint = ""
    if balanced < 1:
        hint = "It lowers λ before all have come out of the ghost of the saddle-node: stay longer."
        if lams.max() <= threshold:
            hint = "It never rises above λ*, so the collapsed minima never vanish."
        elif lams.max() > 19:
            hint = "With so large a weight a step of η = 0.1 jumps over balance, to and fro."
    share = 1.0 if balanced == 1 else max(0.0, (balanced - plain) / (1 - plain)) / 2
    return Verdict(share, expected=expected, got=got, hint=hint)


QUESTION = Question(
    id="mode-collapse/schedule",
    title="A schedule that ends in balance",
    points=3,
    entry="schedule",
    kind="function",
    draw=_draw,
    judge=_judge,
)
