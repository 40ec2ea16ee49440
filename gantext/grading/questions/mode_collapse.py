"""The questions on chapter 3, mode collapse."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np
import torch
from scipy.optimize import brentq

from gantext.data.mixtures import GaussianMixture, ring
from gantext.dynamics.linearise import spectral_radius
from gantext.dynamics.rules import Alternating
from gantext.evaluation.modes import modes
from gantext.games.two_point.complexity import quadratic, quartic
from gantext.games.two_point.game import TwoPointGame
from gantext.games.two_point.loss import TwoPointLoss
from gantext.grading.question import Call, Plain, Question, Verdict, numbers
from gantext.grading.questions._judging import compared, drawn_samples

# --- the period of a hop -------------------------------------------------------------------------

HOP_KAPPA, HOP_LAM = 0.6, 0.15


def _judge_period(_: Call, answer: Plain) -> Verdict:
    # By the library's eigenvalues at the threshold, not by the theorem's formula.
    game = TwoPointGame(quadratic, kappa=HOP_KAPPA, lam=HOP_LAM)
    omega = float(game.balance_eigenvalues(game.critical_ratio())[2].imag)
    right = 2 * math.pi / omega
    a_without, a_once = HOP_KAPPA / 8, (HOP_KAPPA - HOP_LAM) / 8
    mistakes = [
        (omega, "That is the angular frequency ω."),
        (1 / omega, "That is 1/ω; a full turn is 2π."),
        (omega / (2 * math.pi), "That is turns per unit of time; the period is its inverse."),
        (right / 2, "That is half a period: a passage upwards *and* one downwards."),
        (2 * math.pi / math.sqrt(a_without * (1 / 8 - a_without)), "The bonus changes a, too."),
        (2 * math.pi / math.sqrt(a_once * (1 / 8 - a_once)), "How does λ enter a? Look again."),
    ]
    return compared(answer, right, mistakes, rtol=0.01, atol=0, what="a time")


# --- where a third world begins to trap ----------------------------------------------------------


@cache
def _trap_opens(power: int) -> float:
    """Return the price at which 1 − (2q − 1)^power first makes collapsed minima, without bonus."""
    x = np.linspace(1e-3, 1 - 1e-9, 200_001)
    # L' = −2 artanh x + 2 artanh(x/2) + 2 κ power x^(power − 1) is 0 at κ(x); the least is asked.
    kappa = (np.arctanh(x) - np.arctanh(x / 2)) / (power * x ** (power - 1))
    return float(kappa.min())


def _judge_trap(_: Call, answer: Plain) -> Verdict:
    right = _trap_opens(6)
    away = "That is where the collapsed minimum *lies*, or its loss: the price κ is asked for."
    mistakes = [
        (_trap_opens(4), "That is the second world's. This world has another complexity."),
        (2 * right, "Twice too much: check the derivative of c, and of its argument 2q − 1."),
        (right / 2, "Half of it: check the derivative of c, and of its argument 2q − 1."),
        (1.0, "There balance would turn over in the *first* world."),
        (0.0, "A small price makes no minimum at all: look at the figure."),
        (_trap_share(), away),
    ]
    return compared(answer, right, mistakes, rtol=0.005, atol=0, what="a positive number")


def _trap_share() -> float:
    x = np.linspace(1e-3, 1 - 1e-9, 200_001)
    kappa = (np.arctanh(x) - np.arctanh(x / 2)) / (6 * x**5)
    return float((1 - x[kappa.argmin()]) / 2)


# --- a schedule that ends in balance -------------------------------------------------------------

SCHEDULE_STEPS, SCHEDULE_BUDGET = 600, 0.5  # the budget: the mean weight, in λ*


def _draw_schedule(rng: np.random.Generator) -> list[Call]:
    kappas = [rng.uniform(low, low + 0.4) for low in (0.4, 0.9, 1.4, 1.9)]
    words = "the second world with κ = {:.2f}, " + f"{SCHEDULE_STEPS} steps"
    return [Call({"kappa": float(k), "steps": SCHEDULE_STEPS}, words.format(k)) for k in kappas]


def _judge_schedule(call: Call, answer: Plain) -> Verdict:
    kappa, steps = call.arguments["kappa"], call.arguments["steps"]
    lams = numbers(answer, (steps,))
    world = TwoPointLoss(quartic)
    threshold = float(world.collapse_threshold(kappa))
    budget = SCHEDULE_BUDGET * threshold
    expected = (
        f"{steps} weights of at least 0, the last one 0, with a mean of at most {SCHEDULE_BUDGET} "
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


# --- a count beside its baseline -----------------------------------------------------------------


def _draw_report(rng: np.random.Generator) -> list[Call]:
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


def _judge_report(call: Call, answer: Plain) -> Verdict:
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


# --- who moves first -----------------------------------------------------------------------------

LAG_KAPPA, LAG_ETA = 0.8, 2.0


@cache
def _alternating_ratio() -> float:
    """Return the ratio at which alternating steps, critic first, lose balance."""
    game = TwoPointGame(quadratic, kappa=LAG_KAPPA)

    def outside(ratio: float) -> float:
        rule, zero = Alternating(), [0.0]
        hparams = {"eta": LAG_ETA, "eta_psi": ratio * LAG_ETA}
        return float(spectral_radius(game, rule, zero, [0.0, 0.0], **hparams)) - 1

    return float(brentq(outside, 0.2, 0.6, xtol=1e-8))


def _judge_ratio(_: Call, answer: Plain) -> Verdict:
    right = _alternating_ratio()
    game = TwoPointGame(quadratic, kappa=LAG_KAPPA)
    mistakes = [
        (float(game.critical_ratio(LAG_ETA)), "That is for simultaneous steps."),
        (float(game.critical_ratio()), "That is for the flow, whose steps are infinitely small."),
        (
            right * LAG_ETA,
            "That is the critic's step size; the ratio r divides it by the forger's.",
        ),
        (1 / right, "The other way round: r is the critic's rate divided by the forger's."),
    ]
    return compared(answer, right, mistakes, rtol=0.005, atol=0, what="a positive number")


# --- a ring, whole -------------------------------------------------------------------------------

RING_MODES, RING_STD, RING_COUNT = 6, 0.1, 2500
# The quality that earns everything, and that of points anywhere in the square of side 4, which
# earns nothing. The training in the exercise's solution captured all modes with a quality of 0.918
# to 0.960 for each of 36 seeds (12 from each of 0, 1000 and 2000).
RING_BAR, RING_SMEAR = 0.60, 0.11


def _draw_ring(rng: np.random.Generator) -> list[Call]:
    words = f"{RING_COUNT} samples with a seed of our own"
    seeds = rng.integers(0, 2**31, 3)
    return [Call({"n": RING_COUNT, "seed": int(seed)}, words) for seed in seeds]


def _judge_ring(call: Call, answer: Plain) -> Verdict:
    count = call.arguments["n"]
    array, verdict = drawn_samples(answer, (count, 2))
    if verdict is not None:
        return verdict
    world = ring(RING_MODES, radius=2.0, std=RING_STD)
    # One sample in a hundred captures a mode; of the smear, each mode gets two in a hundred.
    found = modes(torch.from_numpy(array), world, minimum=count // 100)
    captured, quality = int(found.captured), float(found.quality)
    good = min(1.0, max(0.0, (quality - RING_SMEAR) / (RING_BAR - RING_SMEAR)))
    share = good * captured / RING_MODES
    expected = (
        f"{count} points of the plane: all {RING_MODES} modes with 1 % of the samples each, and a "
        f"quality of at least {RING_BAR}; nothing is earned at {RING_SMEAR}, the smear's"
    )
    got = f"{captured} of {RING_MODES} modes, quality {quality:.2f}"
    hint = ""
    if quality <= 1.5 * RING_SMEAR:
        hint = "Hardly better than points thrown anywhere: has it been trained for long enough?"
    elif captured < RING_MODES:
        hint = "It has collapsed, in part at least. The chapter has four cures."
    elif good < 1:
        hint = (
            "All modes, but many samples lie between them: train longer, or with a quicker critic."
        )
    return Verdict(share, expected=expected, got=got, hint=hint)


def _one_call(words: str) -> Any:
    """Return a draw for a value, which takes no arguments."""
    return lambda _: [Call({}, words)]


QUESTIONS = [
    Question(
        id="mode-collapse/hop-period",
        title="How long a hop takes",
        points=2,
        entry="hop_period",
        kind="value",
        draw=_one_call("your prediction, to 1 %"),
        judge=_judge_period,
    ),
    Question(
        id="mode-collapse/mode-report",
        title="A count beside its baseline",
        points=2,
        entry="mode_report",
        kind="function",
        draw=_draw_report,
        judge=_judge_report,
        library=("gantext.evaluation.modes.modes",),
        tensors=True,
    ),
    Question(
        id="mode-collapse/trap-opens",
        title="A third world",
        points=2,
        entry="trap_opens",
        kind="value",
        draw=_one_call("your number, to 0.5 %"),
        judge=_judge_trap,
    ),
    Question(
        id="mode-collapse/critical-ratio",
        title="Who moves first",
        points=2,
        entry="alternating_ratio",
        kind="value",
        draw=_one_call("your number, to 0.5 %"),
        judge=_judge_ratio,
    ),
    Question(
        id="mode-collapse/schedule",
        title="A schedule that ends in balance",
        points=3,
        entry="schedule",
        kind="function",
        draw=_draw_schedule,
        judge=_judge_schedule,
    ),
    Question(
        id="mode-collapse/whole-ring",
        title="A ring, whole",
        points=4,
        entry="sample",
        kind="function",
        draw=_draw_ring,
        judge=_judge_ring,
        seconds=20.0,
    ),
]
