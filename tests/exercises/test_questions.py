"""The questions: right answers earn everything, wrong ones less, and hostile ones nothing."""

from __future__ import annotations

import math
from importlib import import_module
from itertools import product

import mpmath
import numpy as np
import pytest
import torch
from scipy.optimize import brentq
from scipy.stats import binom, norm

import gantext as gt
from gantext.grading.calling import as_tensors
from gantext.grading.catalogue import chapters, find, questions
from gantext.grading.feedback import feedback
from gantext.grading.plain_data import plain
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.questions.cycles.best_momentum import momentum_radius
from gantext.grading.questions.cycles.waiting_times import waiting_quantiles
from gantext.grading.questions.ideal_game.ratio_critic import gain_over_half, lumps_log_density
from gantext.grading.questions.wasserstein.certified_critic import certified
from gantext.objectives.transport import c_transform, transport
from tests.exercises.conftest import CHAPTERS

EVERY = [question for chapter in chapters() for question in questions(chapter)]
IDS = [question.id for question in EVERY]
SEEDS = (0, 1, 2, 12345)


def verdicts(question: Question, answer: object, seed: int) -> list[Verdict]:
    """Judge an answer on fresh inputs, through plain data, as the grader does."""
    found = []
    for call in question.calls(seed):
        given = dict(call.arguments)
        if question.kind == "function":
            result = answer(**as_tensors(given) if question.tensors else given)
        else:
            result = answer
        found.append(question.judged(call, plain(result)))
    return found


def share(question: Question, answer: object, seed: int = 0) -> float:
    return question.share(verdicts(question, answer, seed))


def test_every_chapter_has_its_questions():
    assert chapters() == sorted(CHAPTERS)
    for chapter in chapters():
        assert 4 <= len(questions(chapter)) <= 6
        assert len({question.title for question in questions(chapter)}) == len(questions(chapter))
    assert len(set(IDS)) == len(IDS)


@pytest.mark.parametrize("question", EVERY, ids=IDS)
@pytest.mark.parametrize("seed", SEEDS)
def test_reference_solution_earns_everything(solved, question, seed):
    answer = solved[question.chapter][question.entry]
    for verdict in verdicts(question, answer, seed):
        assert verdict.share == 1, verdict


def in_float32(value):
    if isinstance(value, np.ndarray):
        return value.astype(np.float32) if value.dtype.kind == "f" else value
    if isinstance(value, torch.Tensor):
        return value.float() if value.is_floating_point() else value
    return np.float32(value) if isinstance(value, float) else value


TRAINED = ("ideal-game/ratio-critic", "mode-collapse-in-networks/whole-ring")


@pytest.mark.parametrize("question", EVERY, ids=IDS)
def test_float32_has_digits_enough(solved, question):
    """Whether the answer alone is in float32, or all that it is computed from."""
    answer = solved[question.chapter][question.entry]
    if question.kind == "value":
        assert share(question, in_float32(answer)) == 1
    elif question.id not in TRAINED:
        for seed in SEEDS:
            assert share(question, lambda **given: in_float32(answer(**given)), seed) == 1

            def throughout(**given):
                return answer(**{name: in_float32(value) for name, value in given.items()})

            assert share(question, throughout, seed) == 1


@pytest.mark.parametrize("question", EVERY, ids=IDS)
def test_the_check_of_a_reference_solution_shows_full_marks(solved, question):
    found = feedback(question, solved[question.chapter][question.entry])
    assert found.answered
    assert found.share == 1, found


@pytest.mark.parametrize("question", EVERY, ids=IDS)
def test_draws_are_fresh_and_repeatable(question):
    same, again, other = question.calls(7), question.calls(7), question.calls(8)
    assert len(same) == len(again)
    for one, two in zip(same, again, strict=True):
        assert one.tried == two.tried != ""
        assert one.arguments.keys() == two.arguments.keys()
        for name, value in one.arguments.items():
            np.testing.assert_array_equal(value, two.arguments[name])
    if question.kind == "function":
        alike = all(
            np.array_equal(np.asarray(a.arguments[k]), np.asarray(b.arguments[k]))
            for a, b in zip(same, other, strict=False)
            for k in a.arguments
        )
        assert not alike


# --- wrong answers -------------------------------------------------------------------------------

LOG4 = math.log(4)


def d_of(log_data, log_fake):
    p, q = log_data.exp(), log_fake.exp()
    return torch.where(p + q > 0, p / (p + q), 0.5)


def delta(share):
    return LOG4 + share * math.log(share) - (1 + share) * math.log1p(share)


def true_log_critic(log_data, log_fake):
    total = torch.logaddexp(log_data, log_fake)
    both = torch.stack([log_data, log_fake]) - total
    return torch.where(total == -math.inf, -math.log(2), both)


def true_path(A, P, Q, x, y, eta, steps, step=None):
    J = torch.cat([torch.cat([-P, -A], 1), torch.cat([A.mT, -Q], 1)])
    one = torch.eye(len(J), dtype=J.dtype)
    matrix = torch.linalg.inv(one - eta * J) if step is None else step(one, eta * J)
    path = [torch.cat([x, y])]
    for _ in range(steps):
        path.append(matrix @ path[-1])
    return torch.stack(path)


def path_with(step):
    return lambda **given: true_path(**given, step=step)


def other_signs(A, **rest):
    return true_path(A=-A, **rest)


def true_report(samples, means, std, side, reach=None, keep_nan=True):
    distance = torch.linalg.vector_norm(samples[:, None] - means, dim=-1).nan_to_num(math.inf)
    low, mode = distance.min(-1)
    good = low <= (3 * std if reach is None else reach(std))
    count = len(samples) if keep_nan else int(samples.isfinite().all(-1).sum())
    quality = float(good.sum()) / count
    smear = len(means) * math.pi * 9 * std**2 / side**2
    return [mode[good].unique().numel(), quality, quality / smear]


def beyond(p_data, x):
    """Go on from the two ends' mixture through the data: the sum and the mean stay right."""
    ends = torch.zeros_like(p_data)
    ends[-1] = (p_data @ x - x[0]) / (x[-1] - x[0])
    ends[0] = 1 - ends[-1]
    return p_data + 3 * (p_data - ends)


def clopper_pearson(k, n, tail):
    """Return the p at which k or more of n have the probability `tail`."""
    if k == 0:
        return 0.0
    return brentq(lambda p: binom.sf(k - 1, n, p) - tail, 0, 1, xtol=1e-14)


def rng_of(seed):
    return np.random.default_rng(seed)


def threshold(kappa):
    from gantext.games.two_point.complexity import quartic
    from gantext.games.two_point.loss import TwoPointLoss

    return float(TwoPointLoss(quartic).collapse_threshold(kappa))


def ball_of(d):
    """The volume of the ball of radius 1."""
    return math.pi ** (d / 2) / math.gamma(d / 2 + 1)


def by_prices(real, fake, x):
    """The critic who knows the linear program's prices."""
    return c_transform(x, fake, transport(real, fake).potentials[1])


def schedule_of(shape):
    def schedule(kappa, steps):
        return shape(threshold(kappa), steps)

    return schedule


def ring_points(n, seed, held=6, spread=0.1):
    rng = rng_of(seed)
    angle = 2 * np.pi * rng.integers(0, held, n) / 6
    return 2 * np.stack([np.cos(angle), np.sin(angle)], -1) + spread * rng.normal(size=(n, 2))


def power_estimate(W, u, rounds):
    for _ in range(rounds):
        v = W.T @ u / (W.T @ u).norm()
        u = W @ v / (W @ v).norm()
    return u @ W @ v


def per_sample_lengths(gradients):
    return gradients.flatten(1).norm(dim=1)


def peak_of(alpha, left, right, norm):
    return norm**2 * (1 - alpha) * left * right / (left + right)


def says_half(x, **_):
    return torch.zeros(len(x))


def by_lumps(real, fake, x):
    """The ratio of counts in the nearest of the eight lumps: no training, and nearly right."""
    angle = 2 * math.pi * torch.arange(8) / 8
    centres = 2 * torch.stack([angle.cos(), angle.sin()], -1)
    lump = [torch.cdist(points, centres).argmin(-1) for points in (real, fake, x)]
    counts = [torch.bincount(found, minlength=8) + 1.0 for found in lump[:2]]
    return (counts[0] / counts[1]).log()[lump[2]]


def nearest_is_real(real, fake, x):
    near = [torch.cdist(x, points).min(-1).values for points in (real, fake)]
    return torch.where(near[0] < near[1], 1.0, -1.0)


def one_neuron(real, fake, x):
    weights = torch.zeros(3, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=100)

    def logits(points):
        return points @ weights[:2] + weights[2]

    def loss():
        optimiser.zero_grad()
        value = torch.nn.functional.softplus(-logits(real)).mean()
        value = value + torch.nn.functional.softplus(logits(fake)).mean()
        value.backward()
        return value

    optimiser.step(loss)
    return logits(x).detach()


def promised(scores: torch.Tensor, half: int | None) -> list[float]:
    """Choose and praise a method by the same seeds."""
    used = scores if half is None else scores.chunk(2, dim=1)[half]
    best = int(used.mean(1).argmax())
    return [best, float(used.mean(1)[best]), 0.0]


def best_of(k: int) -> float:
    """Return the expected largest of k normal numbers, from a table of its density."""
    x = np.linspace(-9, 9, 20_001)
    return float(np.trapezoid(x * k * norm.pdf(x) * norm.cdf(x) ** (k - 1), x))


def needed(gap: float, sd: float, factor: float, found: float = 1.281552) -> int:
    return math.ceil((factor * (1.959964 + found) * sd / gap) ** 2)


HOP = 2 * math.pi / math.sqrt(0.0375 * 0.0875)
TURN = math.degrees(math.atan2(0.8, 0.36))

# question, what is wrong with the answer, the answer, the most that it may earn, a part of the hint
WRONG = [
    (
        "ideal-game/log-critic",
        "rows exchanged",
        lambda **g: true_log_critic(**g).flip(0),
        0,
        "order",
    ),
    (
        "ideal-game/log-critic",
        "base 2",
        lambda **g: true_log_critic(**g) / math.log(2),
        0,
        "base 2",
    ),
    (
        "ideal-game/log-critic",
        "through D",
        lambda log_data, log_fake: torch.stack(
            [d_of(log_data, log_fake).log(), (1 - d_of(log_data, log_fake)).log()]
        ),
        1 / 3,
        "1 − D",
    ),
    (
        "ideal-game/log-critic",
        "NaN where neither shows",
        lambda log_data, log_fake: (
            torch.stack([log_data, log_fake]) - torch.logaddexp(log_data, log_fake)
        ),
        2 / 3,
        "−inf",
    ),
    (
        "ideal-game/log-critic",
        "0/0 after exp",
        lambda log_data, log_fake: torch.stack(
            [log_data.exp() / (log_data.exp() + log_fake.exp())] * 2
        ).log(),
        0,
        "though somebody shows",
    ),
    ("ideal-game/log-critic", "no logarithm", lambda **g: true_log_critic(**g).exp(), 0, "D and 1"),
    ("ideal-game/js-noise", "forgot a half", 0.01, 0, "Twice"),
    ("ideal-game/js-noise", "one player's noise", 0.0025, 0, "Half"),
    ("ideal-game/js-noise", "bits", 0.005 / math.log(2), 0, "bits"),
    ("ideal-game/js-noise", "K for K - 1", 0.0055, 0, "add up"),
    ("ideal-game/js-noise", "minus", -0.005, 0, "sign first. All else is right"),
    ("ideal-game/js-noise", "minus and a half", -0.01, 0, "sign first. Twice"),
    ("ideal-game/js-noise", "minus something", -1.0, 0, "sign first"),
    ("cycles/largest-step", "minus", -3.0, 0, "sign first"),
    ("ideal-game/js-noise", "nothing", 0.0, 0, "ever equal"),
    (
        "ideal-game/order-gap",
        "max min taken for -log 4",
        lambda p_data, allowed: delta(float(p_data[allowed].max())),
        1 / 4,
        "knows which",
    ),
    (
        "ideal-game/order-gap",
        "the rarest picture",
        lambda p_data, allowed: (
            delta(float(p_data[allowed].min())) - delta(min(1.0, float(p_data[allowed].sum())))
        ),
        1 / 4,
        "Which of his",
    ),
    (
        "ideal-game/order-gap",
        "bits",
        lambda p_data, allowed: (
            (delta(float(p_data[allowed].max())) - delta(float(p_data[allowed].sum())))
            / math.log(2)
        ),
        1 / 4,
        "bits",
    ),
    (
        "ideal-game/order-gap",
        "the other way round",
        lambda p_data, allowed: (
            delta(float(p_data[allowed].sum())) - delta(float(p_data[allowed].max()))
        ),
        1 / 4,
        "sign",
    ),
    ("ideal-game/one-neuron", "V itself", -1.3147, 0, "her value V"),
    ("ideal-game/one-neuron", "no constant", 0.06214, 0, "constant"),
    ("ideal-game/one-neuron", "percent", 23.67, 0, "percent"),
    ("ideal-game/one-neuron", "what she misses", 1 - 0.23669, 0, "misses"),
    ("ideal-game/blind-spot", "the data", lambda p_data, x: p_data, 0.01, "too near"),
    (
        "ideal-game/blind-spot",
        "uniform",
        lambda p_data, x: torch.full_like(p_data, 1 / len(p_data)),
        0,
        "slope 0",
    ),
    ("ideal-game/blind-spot", "mirrored", lambda p_data, x: p_data.flip(0), 0, "slope 0"),
    (
        "ideal-game/blind-spot",
        "negative probabilities",
        lambda p_data, x: beyond(p_data, x),
        0,
        "before a probability is 0",
    ),
    ("ideal-game/blind-spot", "no distribution", lambda p_data, x: 2 * p_data, 0, "sum"),
    ("ideal-game/ratio-critic", "one half everywhere", says_half, 0, "says the same"),
    ("ideal-game/ratio-critic", "the other sign", lambda **g: -by_lumps(**g), 0, "other sign"),
    ("ideal-game/ratio-critic", "D", lambda **g: by_lumps(**g).sigmoid(), 0, "before the σ"),
    ("ideal-game/ratio-critic", "diverged", lambda **g: 1e4 * by_lumps(**g), 0, "diverged"),
    (
        "ideal-game/ratio-critic",
        "learnt by heart",
        lambda real, fake, x: 20 * nearest_is_real(real, fake, x),
        0,
        "by heart",
    ),
    ("ideal-game/ratio-critic", "one neuron", one_neuron, 0, "bend"),
    ("cycles/degrees-per-step", "radians", math.radians(TURN), 0, "radians"),
    ("cycles/degrees-per-step", "a plain step", math.degrees(math.atan(0.8)), 0, "plain"),
    ("cycles/degrees-per-step", "the flow", math.degrees(0.8), 0, "flow"),
    ("cycles/degrees-per-step", "the other way", -TURN, 0, "direction"),
    ("cycles/proximal-path", "plain steps", path_with(lambda one, J: one + J), 0, "plain"),
    (
        "cycles/proximal-path",
        "extragradient",
        path_with(lambda one, J: one + J @ (one + J)),
        0,
        "extragradient",
    ),
    (
        "cycles/proximal-path",
        "the sign of J",
        path_with(lambda one, J: torch.linalg.inv(one + J)),
        0,
        "backwards",
    ),
    ("cycles/proximal-path", "both players' signs", other_signs, 0, "signs"),
    (
        "cycles/proximal-path",
        "without the start",
        lambda **given: true_path(**given)[1:],
        0,
        None,
    ),
    (
        "cycles/proximal-path",
        "rounded",
        lambda **given: true_path(**given) * 1.0005,
        0,
        "rounded",
    ),
    ("cycles/largest-step", "the bilinear limit", 1 / math.sqrt(3), 0, "f = xy"),
    ("cycles/largest-step", "extragradient's", 0.62286, 0, "extragradient"),
    ("cycles/largest-step", "simultaneous", 0.17073, 0, "simultaneous"),
    ("cycles/best-penalty", "no noise", lambda slope, **_: 2 * abs(slope), 2 / 5, "Noise"),
    (
        "cycles/best-penalty",
        "noise counted once",
        lambda slope, curvature, sigma: max(0.0, 2 * abs(slope) + curvature * sigma**2),
        2 / 5,
        "both terms",
    ),
    (
        "cycles/best-penalty",
        "the sign of the curvature",
        lambda slope, curvature, sigma: 2 * abs(slope) - 2 * curvature * sigma**2,
        2 / 5,
        "sign of f″",
    ),
    (
        "cycles/best-penalty",
        "no modulus",
        lambda slope, curvature, sigma: 2 * slope + 2 * curvature * sigma**2,
        3 / 5,
        "no sign",
    ),
    (
        "cycles/best-penalty",
        "a negative weight",
        lambda slope, curvature, sigma: 2 * abs(slope) + 2 * curvature * sigma**2,
        4 / 5,
        "negative",
    ),
    ("cycles/best-momentum", "positive", lambda eta: 0.5, 0, "outwards"),
    ("cycles/best-momentum", "none", lambda eta: 0.0, 0, "outwards"),
    ("cycles/best-momentum", "always -0.5", lambda eta: -0.5, 0.75, "theorem"),
    ("cycles/best-momentum", "in the middle", lambda eta: (eta / 2 - 1) / 2, 0.75, "faster"),
    (
        "cycles/waiting-times",
        "a bell curve",
        lambda n, seed: 1 + rng_of(seed).normal(size=n),
        0.1,
        "edge",
    ),
    (
        "cycles/waiting-times",
        "too narrow",
        lambda n, seed: 1 + 0.2 * rng_of(seed).normal(size=n),
        0,
        "spread",
    ),
    (
        "wasserstein/two-histograms",
        "steps without length",
        lambda places, p, q: (p - q)[places.argsort()].cumsum(0).abs().sum(),
        0,
        "How long",
    ),
    (
        "wasserstein/two-histograms",
        "not sorted",
        lambda places, p, q: ((p - q).cumsum(0)[:-1].abs() * places.diff().abs()).sum(),
        0.25,
        "any order",
    ),
    (
        "wasserstein/two-histograms",
        "total variation",
        lambda places, p, q: (p - q).abs().sum() / 2,
        0,
        "How far",
    ),
    (
        "wasserstein/two-histograms",
        "the means",
        lambda places, p, q: ((p - q) * places).sum().abs(),
        0.25,
        "cancel",
    ),
    ("wasserstein/two-histograms", "nothing moves", lambda **given: 0.0, 0, None),
    (
        "wasserstein/lowest-cones",
        "hanging cones",
        lambda x, y, g: (g - torch.cdist(x, y)).amax(1),
        0,
        "hang down",
    ),
    (
        "wasserstein/lowest-cones",
        "squared",
        lambda x, y, g: (g + torch.cdist(x, y) ** 2).amin(1),
        0,
        "square",
    ),
    (
        "wasserstein/lowest-cones",
        "the nearest",
        lambda x, y, g: g[torch.cdist(x, y).argmin(1)] + torch.cdist(x, y).amin(1),
        0,
        "nearest",
    ),
    ("wasserstein/best-coin", "the mean", lambda p, m: p, 0, "mean of the batch"),
    ("wasserstein/best-coin", "heads", lambda p, m: binom.median(m, p), 0.5, "number of heads"),
    ("wasserstein/best-coin", "tails", lambda p, m: 1 - binom.median(m, p) / m, 0, "tails"),
    ("wasserstein/best-coin", "always heads", lambda p, m: 1.0, 0.25, None),
    ("wasserstein/best-coin", "never heads", lambda p, m: 0.0, 0.25, None),
    (
        "wasserstein/least-batch",
        "without d/(d + 1)",
        lambda d, distance: 1 / (ball_of(d) * distance**d),
        0,
        "without the factor",
    ),
    (
        "wasserstein/least-batch",
        "without the ball",
        lambda d, distance: (d / ((d + 1) * distance)) ** d,
        0,
        "volume",
    ),
    ("wasserstein/least-batch", "the law alone", lambda d, distance: distance**-d, 0, "law"),
    (
        "wasserstein/least-batch",
        "the inverse",
        lambda d, distance: distance ** (-1 / d),
        0,
        "round",
    ),
    ("wasserstein/least-batch", "a constant", lambda **given: 1e6, 0, None),
    (
        "wasserstein/certified-critic",
        "a straight one",
        lambda real, fake, x: x @ (real.mean(0) - fake.mean(0)),
        0,
        "straight",
    ),
    (
        "wasserstein/certified-critic",
        "the other sign",
        lambda real, fake, x: -(x - fake.mean(0)).norm(dim=1),
        0,
        "other sign",
    ),
    ("wasserstein/certified-critic", "a constant", lambda x, **_: 0 * x[:, 0] + 3, 0, "the same"),
    (
        "wasserstein/certified-critic",
        "a steep place",
        lambda x, **given: by_prices(x=x, **given) + 2 * (torch.arange(len(x)) == 7),
        0.7,
        "steep",
    ),
    (
        "wasserstein/certified-critic",
        "squared",
        lambda real, fake, x: (x - fake.mean(0)).square().sum(1),
        0.2,
        None,
    ),
    (
        "wasserstein/certified-critic",
        "by the labels of the nearest",
        lambda real, fake, x: (
            torch.cdist(x, real).amin(1) < torch.cdist(x, fake).amin(1)
        ).double(),
        0.2,
        None,
    ),
    (
        "lipschitz/power-iteration",
        "the exact norm",
        lambda W, **_: torch.linalg.matrix_norm(W, 2),
        0,
        "exact",
    ),
    (
        "lipschitz/power-iteration",
        "one round more",
        lambda W, u, rounds: power_estimate(W, u, rounds + 1),
        0,
        "one round more",
    ),
    (
        "lipschitz/power-iteration",
        "the square",
        lambda **given: power_estimate(**given) ** 2,
        0,
        "square",
    ),
    ("lipschitz/power-iteration", "a constant", lambda **_: 1.0, 0, None),
    (
        "lipschitz/gradient-penalty",
        "per pixel",
        lambda gradients: (gradients.norm(dim=1) - 1).square().mean(),
        0,
        "each pixel",
    ),
    (
        "lipschitz/gradient-penalty",
        "the whole batch",
        lambda gradients: (gradients.norm() - 1).square(),
        0,
        "whole batch",
    ),
    (
        "lipschitz/gradient-penalty",
        "the mean first",
        lambda gradients: (per_sample_lengths(gradients).mean() - 1).square(),
        0,
        "comes last",
    ),
    (
        "lipschitz/gradient-penalty",
        "target 0",
        lambda gradients: per_sample_lengths(gradients).square().mean(),
        0,
        "not of 0",
    ),
    ("lipschitz/overshoot", "the distance", lambda distance, lam: distance, 0, "no finite price"),
    (
        "lipschitz/overshoot",
        "the penalised value",
        lambda distance, lam: distance + distance**2 / (4 * lam),
        0,
        "taken off",
    ),
    (
        "lipschitz/overshoot",
        "the slope",
        lambda distance, lam: 1 + distance / (2 * lam),
        0,
        "whole distance",
    ),
    (
        "lipschitz/overshoot",
        "half of λ",
        lambda distance, lam: distance + distance**2 / lam,
        0,
        "half of λ",
    ),
    (
        "lipschitz/best-peak",
        "no leak",
        lambda alpha, **rest: peak_of(alpha=0.0, **rest),
        0,
        "leak take away",
    ),
    (
        "lipschitz/best-peak",
        "one layer",
        lambda norm, **rest: norm * peak_of(norm=1.0, **rest),
        0,
        "two layers",
    ),
    ("lipschitz/best-peak", "twice", lambda **given: 2 * peak_of(**given), 0, "half"),
    (
        "lipschitz/best-peak",
        "half for each fake",
        lambda alpha, left, right, norm: norm**2 * (1 - alpha) * (left + right) / 4,
        0,
        "weigh the same",
    ),
    (
        "lipschitz/convolution-norm",
        "the reshaped kernel",
        lambda kernel, size: torch.linalg.matrix_norm(kernel.flatten(1), 2),
        0,
        "as a matrix",
    ),
    (
        "lipschitz/convolution-norm",
        "a torus",
        lambda kernel, size: gt.circular_norm(kernel, size),
        0,
        "torus",
    ),
    (
        "lipschitz/convolution-norm",
        "the square",
        lambda kernel, size: gt.spectral_norm(kernel, size, padding=1, rounds=999) ** 2,
        0,
        "square",
    ),
    ("mode-collapse/hop-period", "the frequency", 2 * math.pi / HOP, 0, "frequency"),
    ("mode-collapse/hop-period", "1/ω", HOP / (2 * math.pi), 0, "1/ω"),
    ("mode-collapse/hop-period", "λ once", 2 * math.pi / math.sqrt(0.05625 * 0.06875), 0, "λ"),
    ("mode-collapse/hop-period", "no λ", 2 * math.pi / math.sqrt(0.075 * 0.05), 0, "bonus"),
    ("mode-collapse/hop-period", "half a turn", HOP / 2, 0, "half"),
    (
        "mode-collapse-in-networks/mode-report",
        "NaN dropped",
        lambda **given: true_report(**given, keep_nan=False),
        0,
        "NaN",
    ),
    (
        "mode-collapse-in-networks/mode-report",
        "one standard deviation",
        lambda **given: true_report(**given, reach=lambda std: std),
        0,
        "three standard",
    ),
    (
        "mode-collapse-in-networks/mode-report",
        "a distance of three",
        lambda **given: true_report(**given, reach=lambda std: 3.0),
        0,
        "distance of three",
    ),
    ("mode-collapse/trap-opens", "the second world", 0.32624, 0, "second world"),
    ("mode-collapse/trap-opens", "twice", 0.55212, 0, "derivative"),
    ("mode-collapse/trap-opens", "where it lies", 0.039463, 0, "lies"),
    ("mode-collapse/critical-ratio", "simultaneous", 0.42105, 0, "simultaneous"),
    ("mode-collapse/critical-ratio", "the flow", 0.4, 0, "flow"),
    ("mode-collapse/critical-ratio", "the step size", 2 / 3, 0, "step size"),
    ("mode-collapse/who-leaves", "the landscape's", 1.32557, 0, "built in"),
    ("mode-collapse/who-leaves", "one picture only", 1 / math.log(2), 0, "every share"),
    ("mode-collapse/who-leaves", "bits", 1.4518 * math.log(2), 0, "bits"),
    ("mode-collapse/who-leaves", "falls nowhere", 1.98315, 0, "nowhere lower"),
    ("mode-collapse/who-leaves", "near balance only", 0.0, 0, "may move far"),
    (
        "mode-collapse/schedule",
        "a line from the threshold",
        schedule_of(lambda top, steps: np.linspace(0.999 * top, 0, steps)),
        0.5,
        "never rises",
    ),
    (
        "mode-collapse/schedule",
        "no bonus",
        schedule_of(lambda top, steps: np.zeros(steps)),
        0,
        "never rises",
    ),
    (
        "mode-collapse/schedule",
        "too dear",
        schedule_of(lambda top, steps: np.linspace(2 * top, 0, steps)),
        0,
        "dear",
    ),
    (
        "mode-collapse/schedule",
        "never off",
        schedule_of(lambda top, steps: np.full(steps, top / 2)),
        0,
        "without the bonus",
    ),
    (
        "mode-collapse/schedule",
        "too short",
        schedule_of(lambda top, steps: np.where(np.arange(steps) < 3, 1.2 * top, 0.0)),
        0.5,
        "longer",
    ),
    ("mode-collapse-in-networks/at-least", "the share", lambda k, n: k / n, 1 / 6, "was seen"),
    (
        "mode-collapse-in-networks/at-least",
        "the normal curve",
        lambda k, n: k / n - 1.959964 * math.sqrt(k * (n - k) / n**3),
        1 / 6,
        "normal",
    ),
    (
        "mode-collapse-in-networks/at-least",
        "one side",
        lambda k, n: clopper_pearson(k, n, 0.05),
        1 / 6,
        "one side",
    ),
    (
        "mode-collapse-in-networks/at-least",
        "more than k",
        lambda k, n: clopper_pearson(min(k + 1, n), n, 0.025),
        1 / 3,
        "belongs",
    ),
    (
        "mode-collapse-in-networks/at-least",
        "as if all had succeeded",
        lambda k, n: 0.025 ** (1 / n) if k else 0.0,
        1 / 2,
        "every seed",
    ),
    (
        "mode-collapse-in-networks/expected-kinds",
        "missed",
        lambda shares, n: ((1 - shares) ** n).sum(),
        0,
        "missed",
    ),
    (
        "mode-collapse-in-networks/expected-kinds",
        "equally frequent",
        lambda shares, n: len(shares) * (1 - (1 - 1 / len(shares)) ** n),
        0,
        "equally",
    ),
    (
        "mode-collapse-in-networks/expected-kinds",
        "Poisson",
        lambda shares, n: (1 - (-n * shares).exp()).sum(),
        0,
        "only near",
    ),
    (
        "mode-collapse-in-networks/expected-kinds",
        "no kind twice",
        lambda shares, n: min(n, len(shares)),
        0,
        "repeat",
    ),
    (
        "mode-collapse-in-networks/whole-ring",
        "half of the ring",
        lambda n, seed: ring_points(n, seed, held=3),
        0.5,
        "collapsed",
    ),
    (
        "mode-collapse-in-networks/whole-ring",
        "one mode",
        lambda n, seed: ring_points(n, seed, held=1),
        1 / 6,
        "collapsed",
    ),
    (
        "mode-collapse-in-networks/whole-ring",
        "a smear",
        lambda n, seed: rng_of(seed).uniform(-2, 2, (n, 2)),
        0.05,
        "anywhere",
    ),
    (
        "mode-collapse-in-networks/whole-ring",
        "too wide",
        lambda n, seed: ring_points(n, seed, spread=0.35),
        0.8,
        "between",
    ),
    (
        "what-helps/what-is-left",
        "twice the mean",
        lambda table: table - table.mean(1, keepdim=True) - table.mean(0),
        0,
        "twice",
    ),
    ("what-helps/what-is-left", "the losses stay", lambda table: table - table.mean(0), 0, "Only"),
    (
        "what-helps/what-is-left",
        "from the mean of all",
        lambda table: table - table.mean(),
        0,
        "mean of all",
    ),
    ("what-helps/honest-best", "same seeds", lambda scores: promised(scores, 0), 0, "also praise"),
    ("what-helps/honest-best", "all seeds", lambda scores: promised(scores, None), 0, "praise"),
    ("what-helps/luck", "seeds, not means", lambda k, n, sd: sd * best_of(k), 0, "single"),
    (
        "what-helps/luck",
        "very many",
        lambda k, n, sd: sd * math.sqrt(2 * math.log(k) / n),
        0,
        "limit",
    ),
    ("what-helps/luck", "one mean", lambda k, n, sd: sd / math.sqrt(n), 0, "best of k"),
    ("what-helps/seeds-needed", "one varies", lambda gap, sd: needed(gap, sd, 1), 0, "their sum"),
    ("what-helps/seeds-needed", "deviations add", lambda gap, sd: needed(gap, sd, 2), 0, "add"),
    (
        "what-helps/seeds-needed",
        "a coin",
        lambda gap, sd: needed(gap, sd, 2**0.5, found=0),
        0,
        "every other",
    ),
]


def test_every_question_has_wrong_answers_to_try():
    tried = [row[0] for row in WRONG if row[3] < 1]
    assert all(tried.count(name) >= 2 for name in IDS)
    assert set(tried) <= set(IDS)


@pytest.mark.parametrize("row", WRONG, ids=lambda row: f"{row[0]}: {row[1]}")
def test_wrong_answers_earn_less_and_are_recognised(row):
    name, _, answer, most, hint = row
    for seed in SEEDS[:2]:
        found = verdicts(find(name), answer, seed)
        assert find(name).share(found) <= most + 1e-9, found
        assert not any(verdict.fault for verdict in found)
        if hint is not None:
            assert any(hint in verdict.hint for verdict in found), found


# --- what the judges take for the truth, by a third way ------------------------------------------


def test_the_log_critic_agrees_with_sixty_digits():
    mpmath.mp.dps = 60
    for call in find("ideal-game/log-critic").calls(5):
        p, q = ([mpmath.exp(mpmath.mpf(v)) for v in call.arguments[n]] for n in call.arguments)
        rows = [[], []]
        for a, b in zip(p, q, strict=True):
            for row, part in zip(rows, (a, b), strict=True):
                share_of = part / (a + b) if a + b else mpmath.mpf(1) / 2
                row.append(float(mpmath.log(share_of)) if share_of else -math.inf)
        assert find("ideal-game/log-critic").judged(call, rows).share == 1


def test_the_order_gap_of_the_chapter():
    """Two pictures, one half each, and both in reach: log(8 / (3 √3))."""
    call = Call({"p_data": np.array([0.5, 0.5]), "allowed": [0, 1]}, "two pictures")
    assert find("ideal-game/order-gap").judged(call, math.log(8 / 27**0.5)).share == 1


def test_values_agree_with_formulas():
    exact = {
        "ideal-game/js-noise": 10 / 2000,
        "mode-collapse/critical-ratio": 4 * 0.1 / (1 + 2 * 0.1),
        "mode-collapse/hop-period": HOP,
        "cycles/degrees-per-step": TURN,
    }
    for name, value in exact.items():
        question = find(name)
        assert share(question, value) == 1
        assert share(question, 1.05 * value) == share(question, 0.95 * value) == 0


def test_the_bonus_that_makes_him_stay_beats_every_share():
    """On a grid of shares: at the answer nobody gains by leaving balance, and below it somebody."""
    q = np.linspace(1e-6, 0.4999, 300_001)
    entropy = -q * np.log(q) - (1 - q) * np.log1p(-q)
    for lam, gains in ((1.4520, False), (1.4515, True)):
        gain = (1 - lam * math.log(2)) - (1 - (2 * q - 1) ** 4 - lam * entropy)
        assert (gain.max() > 0) == gains
    question = find("mode-collapse/who-leaves")
    assert share(question, 1.4518) == 1
    assert share(question, 1.4427) == share(question, 1.46) == 0


def test_32_of_32_allows_nine_percent_of_failures():
    question = find("mode-collapse-in-networks/at-least")
    call = Call({"k": 32, "n": 32}, "32 of 32")
    assert question.judged(call, 0.025 ** (1 / 32)).share == 1
    assert math.isclose(0.025 ** (1 / 32), 0.891, abs_tol=5e-4)
    for k, n in ((17, 40), (1, 9), (299, 300)):
        given = Call({"k": k, "n": n}, "some")
        assert question.judged(given, clopper_pearson(k, n, 0.025)).share == 1


def test_expected_kinds_by_counting():
    """All 3^4 samples of four from three kinds."""
    p = [0.5, 0.3, 0.2]
    counted = sum(
        math.prod(p[k] for k in drawn) * len(set(drawn)) for drawn in product(range(3), repeat=4)
    )
    call = Call({"shares": np.array(p), "n": 4}, "four of three")
    assert find("mode-collapse-in-networks/expected-kinds").judged(call, counted).share == 1


def test_samples_are_measured_against_the_right_data():
    assert waiting_quantiles(1) == pytest.approx(math.log(2))
    even, places = np.full(8, 1 / 8), np.array([[2.0, 0.0], [0.0, 0.0]])
    alone = np.eye(8)[0]
    assert lumps_log_density(places, even) == pytest.approx([-2.0777, -12.5], abs=1e-3)
    assert lumps_log_density(places, alone) == pytest.approx([0.0, -12.5])
    real = np.array([True, False])
    assert gain_over_half(np.array([0.0, 0.0]), real) == pytest.approx(0)
    assert gain_over_half(np.array([900.0, -900.0]), real) == pytest.approx(LOG4)
    assert momentum_radius(-0.5, 0.4) == pytest.approx(0.976, abs=1e-3)


def test_a_certificate_is_never_more_than_w1():
    question = find("wasserstein/certified-critic")
    for call in question.calls(11):
        x, real = call.arguments["x"], call.hidden["real"]
        most = float(transport(x[real], x[~real]).cost)
        scores = by_prices(**as_tensors(dict(call.arguments))).numpy()
        for steepness in (1.0, 7.0):
            gap, slope = certified(steepness * scores, x, real)
            assert 0.9 * most < gap / slope <= most * (1 + 1e-9)
            assert slope == pytest.approx(steepness, rel=1e-2)


def test_the_floor_of_the_chapter():
    question = find("wasserstein/least-batch")
    call = Call({"d": 3, "distance": 0.02}, "three")
    n = (3 / 4 / 0.02) ** 3 / (4 / 3 * math.pi)
    assert question.judged(call, n).share == question.judged(call, math.ceil(n)).share == 1
    assert question.judged(call, n + 2).share == question.judged(call, n - 2).share == 0


@pytest.mark.parametrize("question", EVERY, ids=IDS)
def test_the_librarys_functions_are_named_as_they_name_themselves(question):
    """Or an answer that is one of them would not be flagged."""
    for name in question.library:
        thing = import_module(".".join(name.split(".")[:3]))
        for part in name.split(".")[3:]:
            thing = getattr(thing, part)
        assert f"{thing.__module__}.{thing.__qualname__}" == name


def test_a_penalty_beside_the_best_damps_less():
    from gantext.dynamics.field import spectrum
    from gantext.games.dirac import DiracGAN
    from gantext.objectives.penalties import R1

    zero = torch.zeros(1, dtype=torch.float64)
    for sigma in (0.0, 0.7, 1.2):
        best = max(0.0, 1 - 0.5 * sigma**2)  # the logistic f: f'(0) = 1/2, f''(0) = -1/4
        call = Call({"slope": 0.5, "curvature": -0.25, "sigma": sigma}, "logistic")
        assert find("cycles/best-penalty").judged(call, best).share == 1

        def slowest(gamma, sigma=sigma):
            return float(
                spectrum(
                    DiracGAN(penalties=[R1(gamma)], instance_noise=sigma), zero, zero
                ).real.max()
            )

        assert slowest(best) < slowest(best + 0.05)
        assert best == 0 or slowest(best) < slowest(best - 0.05)


# --- hostile answers -----------------------------------------------------------------------------


def deep(levels: int) -> list:
    nest: list = []
    for _ in range(levels):
        nest = [nest]
    return nest


HOSTILE = {
    "None": None,
    "a string": "0.5",
    "a truth value": True,
    "NaN": math.nan,
    "infinity": math.inf,
    "a huge number": 1e308,
    "a huge integer": 10**400,
    "nothing": [],
    "a dict": {"share": 1.0, "answer": [1, 2]},
    "strings": ["a", "b"],
    "a ragged list": [[1.0], [2.0, 3.0]],
    "a deep list": deep(900),
    "a long list": [0.0] * 200_000,
    "an empty array": np.zeros((0, 3)),
    "an array of eight dimensions": np.zeros((1,) * 8),
    "a large array of NaN": np.full((2500, 2), np.nan),
    "an array of infinities": np.full(4000, np.inf),
    "truth values": np.ones((2500, 2), dtype=bool),
    "a list of None": [None, None],
    "largest numbers": np.full((2500, 2), np.finfo(float).max),
    "largest numbers in a row": np.full(4000, -np.finfo(float).max),
    "integers": np.iinfo(np.int64).max * np.ones((600,), dtype=np.int64),
}


@pytest.mark.parametrize("question", EVERY, ids=IDS)
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_answers_earn_nothing_and_raise_nothing(question, name):
    for call in question.calls(3):
        verdict = question.judged(call, HOSTILE[name])
        assert verdict.share == 0
        assert not verdict.fault, verdict
        assert verdict.expected
        assert verdict.got


SPOILED = [np.nan, np.inf, -np.inf, 1e308, -1e308]


@pytest.mark.parametrize("question", EVERY, ids=IDS)
@pytest.mark.parametrize("spoiled", SPOILED)
def test_one_bad_number_in_a_right_answer_spoils_it(solved, question, spoiled):
    if question.kind == "value":
        answers = [(call, spoiled) for call in question.calls(3)]
    else:
        answer = solved[question.chapter][question.entry]
        answers = []
        for call in question.calls(3):
            given = dict(call.arguments)
            result = plain(answer(**as_tensors(given) if question.tensors else given))
            result = np.array(result, dtype=np.float64)
            result.flat[0] = spoiled
            answers.append((call, result))
    for call, wrong in answers:
        verdict = question.judged(call, wrong)
        assert not verdict.fault, verdict
        sampled = question.entry == "sample" and np.isfinite(spoiled)
        assert verdict.share == 0 or sampled, verdict


@pytest.mark.parametrize("question", EVERY, ids=IDS)
def test_verdicts_say_no_answer(question):
    """What is expected, and the hints, hold the right numbers of no value question."""
    rights = {
        "ideal-game/js-noise": ["0.005"],
        "ideal-game/one-neuron": ["0.236", "0.237", "23.6", "23.7"],
        "cycles/degrees-per-step": ["65.7", "65.8"],
        "cycles/largest-step": ["0.303", "0.304"],
        "mode-collapse/hop-period": ["109.", "110"],
        "mode-collapse/trap-opens": ["0.276"],
        "mode-collapse/critical-ratio": ["0.333", "1/3", "⅓"],
        "mode-collapse/who-leaves": ["1.45"],
    }
    values = [row for row in WRONG if row[0] == question.id]
    for _, _, answer, most, _ in values:
        if most == 1:
            continue
        for verdict in verdicts(question, answer, 0):
            words = " ".join((verdict.tried, verdict.expected, verdict.got, verdict.hint))
            assert not any(right in words for right in rights.get(question.id, []))
    if question.kind == "value":
        assert question.id in rights
        assert question.calls(0)[0] == Call({}, question.calls(0)[0].tried)


def test_luck_is_what_many_draws_give():
    rng = np.random.default_rng(0)
    for k, n, sd in ((2, 4, 0.1), (15, 9, 0.2)):
        means = rng.normal(0, sd, (200_000, k, n)[:2]) / math.sqrt(n)
        call = Call({"k": k, "n": n, "sd": sd}, "some methods")
        drawn = means.max(1).mean()
        assert find("what-helps/luck").judged(call, sd / math.sqrt(n) * best_of(k)).share == 1
        assert math.isclose(drawn, sd / math.sqrt(n) * best_of(k), rel_tol=0.01)


def test_so_many_seeds_find_a_gap_nine_times_of_ten():
    rng = np.random.default_rng(0)
    call = Call({"gap": 0.04, "sd": 0.1}, "some gap")
    n = needed(0.04, 0.1, 2**0.5)
    assert find("what-helps/seeds-needed").judged(call, n).share == 1
    gaps = rng.normal(0.04, 0.1 * math.sqrt(2 / n), 100_000)
    assert math.isclose((gaps > 1.96 * 0.1 * math.sqrt(2 / n)).mean(), 0.9, abs_tol=0.01)
