"""The questions on chapter 1, the ideal game."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from scipy.optimize import minimize
from scipy.special import expit, log_expit, ndtr

from gantext.games.ideal import IdealGame
from gantext.grading.question import Call, Plain, Question, Verdict, numbers
from gantext.grading.questions._judging import compared, drawn_samples, usual
from gantext.objectives.divergences import js, total_variation

LOG4 = math.log(4)

# --- a critic that survives zero -----------------------------------------------------------------


def _draw_logs(rng: np.random.Generator) -> list[Call]:
    """Draw an ordinary pair, one with zeros, and one far below what float64 can hold."""
    count = int(rng.integers(4, 8))
    ordinary = np.log(rng.dirichlet(np.ones(count), 2))
    zeros = np.log(rng.dirichlet(np.full(6, 3.0), 2))
    zeros[1, 0] = zeros[0, 1] = -np.inf
    zeros[:, 2] = -np.inf
    zeros[1, 3] = math.log(1e-300)
    deep = np.log(rng.dirichlet(np.full(5, 3.0), 2))
    deep[0, 0] = -rng.uniform(1500, 2000)
    deep[1, 0] = deep[0, 0] + rng.uniform(-5, 5)
    deep[1, 1] = -rng.uniform(800, 1200)
    tried = (
        f"{count} letters that both players show",
        "6 letters with zeros: real only, forged only, neither; one with p_g = 1e-300",
        "5 letters, some with probabilities too small for float64",
    )
    pairs = zip((ordinary, zeros, deep), tried, strict=True)
    return [Call({"log_data": p[0], "log_fake": p[1]}, words) for p, words in pairs]


def _log_critic(log_data: Any, log_fake: Any) -> Any:
    """Return log D* and log(1 - D*), without leaving the logarithms."""
    total = np.logaddexp(log_data, log_fake)
    shown = np.isfinite(total)
    safe = np.where(shown, total, 0.0)
    both = np.stack([log_data - safe, log_fake - safe])
    return np.where(shown, both, -math.log(2))


def _judge_log_critic(call: Call, answer: Plain) -> Verdict:
    log_data, log_fake = call.arguments["log_data"], call.arguments["log_fake"]
    right = _log_critic(log_data, log_fake)
    expected = (
        f"numbers in the shape {right.shape}, at most 0: log D*, then log(1 − D*); right to 1e-9, "
        "−inf where the probability is 0"
    )
    array = numbers(answer, right.shape, finite=False)
    if np.isnan(array).any():
        hint = (
            "NaN comes from −inf − (−inf): a letter that neither shows needs an answer of its own."
        )
        return Verdict(0.0, expected=expected, got="NaN among the numbers", hint=hint)
    off = ~np.isclose(array, right, rtol=1e-9, atol=1e-9)
    if not off.any():
        return Verdict(1.0, expected=expected, got="as expected")
    p, q = np.exp(log_data), np.exp(log_fake)
    shown = p + q > 0
    d = np.where(shown, p / np.where(shown, p + q, 1.0), 0.5)
    rounded = np.stack([np.log(d), np.log(1 - d)])
    exponentiated = np.stack([np.log(d), np.where(shown, np.log(q / (p + q)), -math.log(2))])
    too_small = (
        "What was exponentiated has lost its small values: 1 − D is 0 where D is nearly 1, and "
        "exp(−800) is 0. Stay with logarithms from the first line to the last."
    )
    mistakes = [
        (right[::-1], "The two rows are in the other order: first D, then 1 − D."),
        (right / math.log(2), "Those are logarithms to the base 2; the book's are natural."),
        (rounded, too_small),
        (exponentiated, too_small),
        (np.stack([right[0], np.log1p(-np.exp(right[0]))]), too_small),
        (np.exp(right), "Those are D and 1 − D themselves; their logarithms are asked for."),
    ]
    hint = usual(array, mistakes, rtol=1e-7, atol=1e-7)
    return Verdict(0.0, expected=expected, got=f"{int(off.sum())} of {off.size} are off", hint=hint)


# --- the order of play with some pictures out of reach -------------------------------------------


def _draw_order(rng: np.random.Generator) -> list[Call]:
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


def _judge_order(call: Call, answer: Plain) -> Verdict:
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
    return compared(answer, right, mistakes, rtol=1e-7, atol=1e-8, what=what)


# --- the divergence that chance alone makes ------------------------------------------------------

NOISE_LETTERS, NOISE_SAMPLES = 11, 500


def _judge_js_noise(_: Call, answer: Plain) -> Verdict:
    # To first order. Over 100,000 pairs of samples the mean was 0.00503.
    right = (NOISE_LETTERS - 1) / (4 * NOISE_SAMPLES)
    mistakes = [
        (2 * right, "Twice too much: JS has a factor ½ before each of its two divergences."),
        (right / 2, "Half of it: both players' samples are noisy, not only one player's."),
        (4 * right, "Expand each KL around the midpoint: its first term is a half of χ²."),
        (right / math.log(2), "That is in bits; the book's logarithm is the natural one."),
        (
            right * NOISE_LETTERS / (NOISE_LETTERS - 1),
            "The 11 shares are not free: they add up to 1.",
        ),
        (
            0.0,
            "JS is never negative and is 0 only if the two are equal. Are two samples ever equal?",
        ),
    ]
    return compared(answer, right, mistakes, rtol=0.03, atol=0, what="a positive number")


# --- what one neuron sees ------------------------------------------------------------------------

POSITIONS = np.arange(6.0)
PAINTER = np.array([0.30, 0.15, 0.05, 0.05, 0.15, 0.30])
SHY = np.array([0.02, 0.05, 0.15, 0.25, 0.30, 0.23])


def _neuron(p: Any, q: Any, x: Any, *, shift: bool = True) -> float:
    """Return the most that V can be for a critic D(x) = σ(wx + c)."""
    x = (x - x.mean()) / max(float(np.ptp(x)), 1e-300) if shift else x

    def loss(u: Any) -> tuple[float, Any]:
        logit = u[0] * x + (u[1] if shift else 0.0)
        slope = p * expit(-logit) - q * expit(logit)
        gradient = np.array([(slope * x).sum(), slope.sum() if shift else 0.0])
        return float(-(p @ log_expit(logit) + q @ log_expit(-logit))), -gradient

    found = minimize(loss, np.zeros(2), jac=True, method="BFGS", options={"gtol": 1e-12})
    return -float(min(found.fun, LOG4))


def _judge_neuron(_: Call, answer: Plain) -> Verdict:
    best = float(IdealGame(PAINTER).value_at_optimal_discriminator(SHY)) + LOG4
    value = _neuron(PAINTER, SHY, POSITIONS)
    right = (value + LOG4) / best
    no_shift = (_neuron(PAINTER, SHY, POSITIONS, shift=False) + LOG4) / best
    mistakes = [
        (value, "That is her value V. What is asked is her share of what a perfect critic gains."),
        (value / (best - LOG4), "Measure both gains from −log 4, what she has by saying one half."),
        ((best - LOG4) / value, "Measure both gains from −log 4, what she has by saying one half."),
        (no_shift, "A neuron has a weight and a constant, w x + c. Was the constant left at 0?"),
        (value + LOG4, "That is her gain in nats; divide by the perfect critic's."),
        (100 * right, "As a share, not in percent."),
        (1 - right, "That is the share that she misses."),
    ]
    return compared(answer, right, mistakes, rtol=0.02, atol=0, what="a number from 0 to 1")


# --- a forgery that she cannot see ---------------------------------------------------------------

BLIND_GAIN, BLIND_DISTANCE = 1e-9, 0.3


def _draw_blind(rng: np.random.Generator) -> list[Call]:
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


def _judge_blind(call: Call, answer: Plain) -> Verdict:
    p, x = call.arguments["p_data"], call.arguments["x"]
    expected = (
        f"{len(p)} probabilities, at a total variation of at least {BLIND_DISTANCE} from the data, "
        "from which the best neuron gains at most 1e-9 nats"
    )
    q = numbers(answer, p.shape)
    if q.min() < -1e-12 or abs(q.sum() - 1) > 1e-9:
        wrong = "a negative one" if q.min() < -1e-12 else f"the sum {q.sum():.6g}"
        hint = (
            "A step away from the data must keep the sum at 1, and end before a probability is 0."
        )
        return Verdict(0.0, expected=expected, got=f"numbers with {wrong}", hint=hint)
    q = np.clip(q, 0, None) / np.clip(q, 0, None).sum()
    gain = _neuron(p, q, x) + LOG4
    far = float(total_variation(p, q))
    got = f"a distribution at the distance {far:.3f}, from which she gains {max(gain, 0):.1e}"
    if gain > BLIND_GAIN:
        hint = (
            "She sees something. At w = c = 0 her value must have slope 0 in both w and c: which "
            "two numbers of p_g does that fix?"
        )
        if abs(x @ (p - q)) <= 1e-6 * float(np.ptp(x)):
            hint = "Almost: float32, or a rounded solution? The condition must hold to nine digits."
        return Verdict(0.0, expected=expected, got=got, hint=hint)
    hint = ""
    if far < BLIND_DISTANCE:
        hint = "She sees nothing, but it is too near to the data: go farther in the same direction."
    return Verdict(min(1.0, far / BLIND_DISTANCE), expected=expected, got=got, hint=hint)


# --- two lumps -----------------------------------------------------------------------------------

LUMPS = ((-1.0, 0.35), (1.0, 0.65))  # where, and how much of the data
LUMP_WIDTH = 0.3
# JS that earns everything, and JS that earns nothing. The training in the exercise's solution ended
# at 0.013 to 0.100, median 0.036, over 36 seeds (12 from each of 0, 1000 and 2000). Only the larger
# lump has 0.14, a bell curve with the data's mean and variance 0.15.
LUMP_BAR, LUMP_FLOOR = 0.11, 0.135
LUMP_COUNT = 4000


def lump_probabilities(edges: Any) -> Any:
    """Return the data's probability of each bin between the edges, and beyond them.

    Parameters
    ----------
    edges : array-like, shape (b,)
        The bins' edges, ascending.

    Returns
    -------
    numpy.ndarray, shape (b + 1,)
        The probabilities, those below the first and above the last edge included.

    Examples
    --------
    >>> from gantext.grading.questions.ideal_game import lump_probabilities
    >>> lump_probabilities([0.0]).round(6)
    array([0.350129, 0.649871])
    """
    edges = np.asarray(edges, dtype=np.float64)
    below = sum(weight * ndtr((edges - place) / LUMP_WIDTH) for place, weight in LUMPS)
    return np.diff(np.concatenate([[0.0], below, [1.0]]))


def _draw_lumps(rng: np.random.Generator) -> list[Call]:
    seeds = rng.integers(0, 2**31, 3)
    words = f"{LUMP_COUNT} samples with a seed of our own"
    return [Call({"n": LUMP_COUNT, "seed": int(seed)}, words) for seed in seeds]


def _judge_lumps(call: Call, answer: Plain) -> Verdict:
    count = call.arguments["n"]
    array, verdict = drawn_samples(answer, (count,))
    expected = (
        f"{count} numbers with JS below {LUMP_BAR} nats to the data, in bins of width 0.2; "
        f"nothing is earned at {LUMP_FLOOR}"
    )
    if verdict is not None:
        return verdict
    edges = np.linspace(-2, 2, 21)
    counts = np.bincount(np.searchsorted(edges, array), minlength=len(edges) + 1)
    distance = float(js(lump_probabilities(edges), counts / count))
    share = min(1.0, max(0.0, (LUMP_FLOOR - distance) / (LUMP_FLOOR - LUMP_BAR)))
    left, between = float((array < 0).mean()), float((abs(array) < 0.4).mean())
    got = f"JS = {distance:.3f}: {left:.0%} below 0, {between:.0%} between −0.4 and 0.4"
    hint = ""
    if share < 1:
        hint = "Look at a histogram: are both lumps there, with the right weights and widths?"
        if left < 0.05 or left > 0.95:
            hint = "One lump is missing: has the generator collapsed, or been trained too briefly?"
        elif between > 0.2:
            hint = "Many samples lie between the lumps, where the data have almost none."
    return Verdict(share, expected=expected, got=got, hint=hint)


def _one_call(words: str) -> Any:
    """Return a draw for a value, which takes no arguments."""
    return lambda _: [Call({}, words)]


QUESTIONS = [
    Question(
        id="ideal-game/log-critic",
        title="A critic that survives zero",
        points=2,
        entry="log_critic",
        kind="function",
        draw=_draw_logs,
        judge=_judge_log_critic,
        tensors=True,
    ),
    Question(
        id="ideal-game/js-noise",
        title="The divergence that chance makes",
        points=2,
        entry="predicted_js",
        kind="value",
        draw=_one_call("your prediction, to 3 %"),
        judge=_judge_js_noise,
    ),
    Question(
        id="ideal-game/order-gap",
        title="Pictures out of reach",
        points=3,
        entry="order_gap",
        kind="function",
        draw=_draw_order,
        judge=_judge_order,
        library=("gantext.games.ideal.IdealGame.pure_strategy_values",),
        tensors=True,
    ),
    Question(
        id="ideal-game/one-neuron",
        title="What one neuron sees",
        points=2,
        entry="neuron_share",
        kind="value",
        draw=_one_call("your number, to 2 %"),
        judge=_judge_neuron,
    ),
    Question(
        id="ideal-game/blind-spot",
        title="A forgery that she cannot see",
        points=3,
        entry="blind_spot",
        kind="function",
        draw=_draw_blind,
        judge=_judge_blind,
        tensors=True,
    ),
    Question(
        id="ideal-game/two-lumps",
        title="Two lumps from one network",
        points=4,
        entry="sample",
        kind="function",
        draw=_draw_lumps,
        judge=_judge_lumps,
        seconds=20.0,
    ),
]
