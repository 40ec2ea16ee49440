"""The two-point world, each fact against an answer that gantext did not compute."""

from __future__ import annotations

import math

import numpy as np
import pytest
import sympy as sp
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp
from scipy.optimize import brentq, fsolve, minimize_scalar
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy
from torch.nn.functional import logsigmoid

import gantext as gt

law = settings(derandomize=True, deadline=None, database=None, max_examples=60)
every_complexity = pytest.mark.parametrize("complexity", [gt.quadratic, gt.quartic])
masses = st.floats(1e-6, 1 - 1e-6)
weights = st.floats(0.0, 6.0)
LOSS = {complexity: gt.TwoPointLoss(complexity) for complexity in (gt.quadratic, gt.quartic)}

q, kappa, lam = sp.symbols("q kappa lambda", positive=True)
COST = {gt.quadratic: q - q**2, gt.quartic: 1 - (1 - 2 * q) ** 4}
HALF = sp.Rational(1, 2)


def symbolic(complexity) -> sp.Expr:
    """Write L out by the definitions of JS and H, term by term."""
    p, u = (q, 1 - q), (HALF, HALF)
    middle = [(a + b) / 2 for a, b in zip(p, u, strict=True)]
    js = sum(
        a * sp.log(a / m) / 2 + b * sp.log(b / m) / 2 for a, b, m in zip(p, u, middle, strict=True)
    )
    return 2 * js + kappa * COST[complexity] + lam * sum(a * sp.log(a) for a in p)


def ours(complexity) -> sp.Expr:
    """Return the library's expression in this file's symbols."""
    by_name = {"q": q, "kappa": kappa, "lambda": lam}
    expression = LOSS[complexity].expression
    return expression.subs({s: by_name[s.name] for s in expression.free_symbols})


def numbers(x: float, k: float, weight: float, complexity) -> float:
    """Evaluate L by scipy."""
    p = [x, 1 - x]
    cost = {gt.quadratic: x * (1 - x), gt.quartic: 1 - (2 * x - 1) ** 4}[complexity]
    return 2 * jensenshannon(p, [0.5, 0.5]) ** 2 + k * cost - weight * entropy(p)


def slope(x, k, weight, complexity):
    """Write L' out with artanh, in x = 1 - 2q."""
    x = 1 - 2 * x
    cost = {gt.quadratic: x, gt.quartic: 8 * x**3}[complexity]
    return -2 * (1 + weight) * np.arctanh(x) + 2 * np.arctanh(x / 2) + k * cost


# ---- the loss -----------------------------------------------------------------------------------


@every_complexity
def test_expression_is_the_definition(complexity) -> None:
    difference = symbolic(complexity) - ours(complexity)
    assert sp.simplify(sp.diff(difference, q, 2)) == 0  # no logarithm is left in it
    for order in (0, 1):
        assert sp.simplify(sp.diff(difference, q, order).subs(q, HALF)) == 0


@every_complexity
@law
@given(x=st.floats(0.0, 1.0), k=weights, weight=weights)
def test_value(complexity, x: float, k: float, weight: float) -> None:
    expected = numbers(x, k, weight, complexity)
    assert float(LOSS[complexity].value(x, k, weight)) == pytest.approx(expected, abs=1e-13)


@every_complexity
@law
@given(x=st.floats(0.01, 0.99), k=weights, weight=weights)
def test_slope_and_curvature(complexity, x: float, k: float, weight: float) -> None:
    loss, h = LOSS[complexity], 1e-3 * x * (1 - x)
    value = [numbers(x + j * h, k, weight, complexity) for j in (-2, -1, 0, 1, 2)]
    first = np.dot([1, -8, 0, 8, -1], value) / (12 * h)
    second = np.dot([-1, 16, -30, 16, -1], value) / (12 * h**2)
    assert float(loss.slope(x, k, weight)) == pytest.approx(first, rel=1e-6, abs=1e-6)
    assert float(loss.curvature(x, k, weight)) == pytest.approx(second, rel=1e-4, abs=1e-3)
    expected = slope(x, k, weight, complexity)
    assert float(loss.slope(x, k, weight)) == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_derivatives_at_balance() -> None:
    """L''(1/2) = 2 + 4 lambda - 2 kappa or 2 + 4 lambda; L''''(1/2) = 28 + 32 lambda (- 384 kappa).

    By Taylor's theorem for the library's expression; odd derivatives vanish.
    """
    expected = {
        gt.quadratic: [0, 2 + 4 * lam - 2 * kappa, 0, 28 + 32 * lam],
        gt.quartic: [0, 2 + 4 * lam, 0, 28 + 32 * lam - 384 * kappa],
    }
    for complexity, derivatives in expected.items():
        for order, derivative in enumerate(derivatives, start=1):
            found = sp.diff(ours(complexity), q, order).subs(q, HALF)
            assert sp.expand(found - derivative) == 0


@every_complexity
def test_edges_are_never_minima(complexity) -> None:
    """L'(q) - (1 + lambda) log q tends to log 3 + kappa c'(0): the slope is minus infinity."""
    loss = LOSS[complexity]
    limit = sp.limit((sp.diff(ours(complexity), q) - (1 + lam) * sp.log(q)), q, 0)
    edge = {gt.quadratic: 1, gt.quartic: 8}[complexity]
    assert sp.expand(limit - sp.log(3) - edge * kappa) == 0
    assert loss.slope([0.0, 1.0], 3.0, 0.0).tolist() == [-math.inf, math.inf]
    assert loss.curvature([0.0, 1.0], 3.0, 0.0).tolist() == [math.inf, math.inf]
    # Deep in collapse the minimum is where those leading terms cancel.
    for k, weight in [(4.0, 0.0), (8.0, 0.5)]:
        points = loss.stationary_points(k, weight)
        expected = -(edge * k + math.log(3)) / (1 + weight)
        assert bool(points.minimum[0])
        assert float(points.q[0].log()) == pytest.approx(expected, rel=0.05)
        x = float(points.q[0])
        cost = {gt.quadratic: 1 - 2 * x, gt.quartic: 8 * (1 - 2 * x) ** 3}[complexity]
        entropies = (1 + weight) * math.log(x / (1 - x)) - math.log((x + 0.5) / (1.5 - x))
        assert entropies + k * cost == pytest.approx(0, abs=1e-9)


# ---- stationary points --------------------------------------------------------------------------


@every_complexity
@law
@given(k=weights, weight=weights)
def test_stationary_points_are_those_of_a_fine_grid(complexity, k: float, weight: float) -> None:
    """Count sign changes of the slope on a fine grid of logits, in the left half."""
    loss = LOSS[complexity]
    points = loss.stationary_points(k, weight)
    logits = np.linspace(-8 * k - 3, -1e-3, 200_001)
    x = 1 / (1 + np.exp(-logits))
    values = -(1 + weight) * -logits + 2 * np.arctanh((1 - 2 * x) / 2)
    values += k * {gt.quadratic: 1 - 2 * x, gt.quartic: 8 * (1 - 2 * x) ** 3}[complexity]
    changes = np.flatnonzero(np.diff(np.sign(values)))
    assert len(points.q) == 2 * len(changes) + 1
    np.testing.assert_allclose(torch.logit(points.q[: len(changes)]), logits[changes], atol=1e-3)
    # A minimum is lower than both neighbours, a maximum higher.
    torch.testing.assert_close(points.q + points.q.flip(0), torch.ones_like(points.q))
    assert bool((points.minimum == (points.curvature > 0)).all())
    rises = points.loss.diff() > 0
    assert bool((rises == points.minimum[:-1]).all())


@every_complexity
def test_minima_are_found_by_a_search_that_knows_no_slope(complexity) -> None:
    for k, weight in [(2.0, 0.3), (1.5, 0.0), (1.0, 1.0)]:
        points = LOSS[complexity].stationary_points(k, weight)
        for minimum in points.q[points.minimum].tolist():
            room = min(minimum, 1 - minimum) / 2
            found = minimize_scalar(
                numbers,
                bounds=(minimum - room, minimum + room),
                args=(k, weight, complexity),
                method="bounded",
                options={"xatol": 1e-12},
            )
            assert found.x == pytest.approx(minimum, abs=1e-6)


@law
@given(x=st.floats(1e-4, 0.499), k=weights)
def test_lam_at_puts_a_point_at_rest(x: float, k: float) -> None:
    """By artanh, in x = 1 - 2q: (artanh(x/2) + kappa c'/2) / artanh(x) - 1."""
    away = 1 - 2 * x
    for complexity, cost in ((gt.quadratic, k * away / 2), (gt.quartic, 4 * k * away**3)):
        expected = (np.arctanh(away / 2) + cost) / np.arctanh(away) - 1
        found = LOSS[complexity].lam_at([x, 1 - x], k)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)


# ---- thresholds ---------------------------------------------------------------------------------


@law
@given(k=weights)
def test_pitchfork_is_supercritical(k: float) -> None:
    """Both thresholds of the quadratic are (kappa - 1) / 2; the branches open like a square root.

    From L'' y + L'''' y^3 / 6 = 0 with y = q - 1/2, y^2 = 24 (lambda_c - lambda) / (12 + 16 kappa).
    """
    loss = LOSS[gt.quadratic]
    critical = (k - 1) / 2
    assert float(loss.balance_threshold(k)) == pytest.approx(critical, abs=1e-14)
    assert float(loss.collapse_threshold(k)) == pytest.approx(critical, abs=1e-14)
    if k > 1.01:
        gap = 1e-5
        left, middle, _ = loss.stationary_points(k, critical - gap).q.tolist()
        assert (middle - left) ** 2 == pytest.approx(24 * gap / (12 + 16 * k), rel=1e-3)
        assert loss.stationary_points(k, critical + gap).q.tolist() == [0.5]


@pytest.mark.parametrize("k", [0.4, 1.0, 2.0, 5.0])
def test_saddle_node_of_the_quartic(k: float) -> None:
    """Solve L' = L'' = 0 for q and lambda by scipy, in x = 1 - 2q."""

    def equations(unknown):
        x, weight = unknown
        first = -(1 + weight) * np.arctanh(x) + np.arctanh(x / 2) + 4 * k * x**3
        second = -(1 + weight) / (1 - x**2) + 0.5 / (1 - x**2 / 4) + 12 * k * x**2
        return first, second

    (x, weight), _, solved, _ = fsolve(equations, (0.87, 2 * k), xtol=1e-13, full_output=True)
    assert solved == 1
    loss = LOSS[gt.quartic]
    found = float(loss.collapse_threshold(k))
    assert found == pytest.approx(weight, abs=1e-10)
    assert 0 < x < 1
    below, above = (loss.stationary_points(k, found + d).q for d in (-1e-9, 1e-9))
    assert len(below) == 5
    assert len(above) == 1
    # The pair, a square root of the gap apart, closes on the fold.
    assert below[:2].mean().item() == pytest.approx((1 - x) / 2, abs=1e-6)
    assert float(below[1] - below[0]) < 1e-3


def test_balance_of_the_quartic_is_always_a_minimum() -> None:
    """L''(1/2) = 2 + 4 lambda > 0, whatever kappa is."""
    k = torch.linspace(0, 50, 11, dtype=torch.float64)
    loss = LOSS[gt.quartic]
    assert bool((loss.balance_threshold(k) == -0.5).all())
    assert bool((loss.curvature(0.5, k, 0.0) == 2).all())
    # The branch at balance turns back, so that there is hysteresis, only beyond kappa = 1/32:
    # lambda + 1/2 = (4 kappa - 1/8) x^2 + ...
    assert float(loss.collapse_threshold(0.99 / 32)) == -0.5
    assert float(loss.collapse_threshold(1.1 / 32)) > -0.5


@every_complexity
def test_barriers(complexity) -> None:
    """By scipy's values on a fine grid between the edge and balance."""
    cases = [(2.0, 0.3), (1.0, 0.9), (3.0, 0.0)]
    found = LOSS[complexity].barrier(*torch.tensor(cases, dtype=torch.float64).T)
    x = np.concatenate([np.geomspace(1e-12, 1e-3, 300), np.linspace(1e-3, 0.5, 1000)[1:]])
    for (k, weight), top, out, back in zip(cases, *(t.tolist() for t in found), strict=True):
        values = np.array([numbers(point, k, weight, complexity) for point in x])
        low = np.argmax(np.diff(values) > 0)  # the first rise, 0 where there is none
        high = low + values[low:].argmax()
        if low == 0:
            assert complexity is gt.quadratic
            assert all(math.isnan(number) for number in (top, out, back))
            continue
        assert top == pytest.approx(x[high], abs=1e-3)
        assert out == pytest.approx(values[high] - values[low], abs=1e-5)
        if complexity is gt.quadratic:
            assert top == 0.5
            assert math.isnan(back)
        else:
            assert back == pytest.approx(values[high] - values[-1], abs=1e-5)


# ---- descent ------------------------------------------------------------------------------------


@every_complexity
def test_descent_follows_the_flow(complexity) -> None:
    """Small steps are the flow d theta / dt = -L'(q), integrated by scipy in q itself."""
    start, k, weight, eta = 0.2, 1.3, 0.25, 1e-3
    steps = 2000
    path = LOSS[complexity].descend(start, k, torch.full((steps,), weight), eta=eta)
    exact = solve_ivp(
        lambda _, x: -x * (1 - x) * slope(x, k, weight, complexity),
        (0, steps * eta),
        [start],
        rtol=1e-10,
        atol=1e-12,
    )
    assert float(path[-1]) == pytest.approx(exact.y[0, -1], abs=1e-3)


def test_descent_makes_the_steps_of_a_plain_optimizer() -> None:
    """By autograd in the logit, divided by the Fisher information, and torch's SGD."""
    starts = torch.linspace(0.02, 0.98, 25, dtype=torch.float64)
    theta = torch.nn.Parameter(torch.logit(starts))
    optimizer = torch.optim.SGD([theta], lr=0.1)
    path = [starts]
    for _ in range(100):
        optimizer.zero_grad()
        x = torch.sigmoid(theta)
        p, m = torch.stack([x, 1 - x]), torch.stack([x + 0.5, 1.5 - x]) / 2
        loss = (p * (p / m).log() + 0.5 * (0.5 / m).log()).sum(0) + 0.7 * x * (1 - x)
        loss.sum().backward()
        theta.grad /= (x * (1 - x)).detach()
        optimizer.step()
        path.append(torch.sigmoid(theta.detach()))
    ours = LOSS[gt.quadratic].descend(starts, 0.7, torch.zeros(100))
    torch.testing.assert_close(ours, torch.stack(path), rtol=0, atol=1e-12)


@every_complexity
def test_descent_ends_in_the_basin_it_starts_in(complexity) -> None:
    starts = torch.linspace(0.02, 0.98, 33, dtype=torch.float64)
    for k, weight in [(0.5, 0.0), (2.0, 0.2), (1.0, 1.0)]:
        points = LOSS[complexity].stationary_points(k, weight)
        ends = LOSS[complexity].descend(starts, k, torch.full((4000,), weight))[-1]
        maxima = points.q[~points.minimum]
        clear = (starts[:, None] - maxima).abs().amin(-1) > 1e-6 if len(maxima) else starts > 0
        basin = torch.searchsorted(maxima, starts)
        expected = points.q[points.minimum][basin]
        torch.testing.assert_close(ends[clear], expected[clear], atol=1e-6, rtol=0)


@pytest.mark.parametrize("offset", [0, 1000, 2000])
def test_annealing_works_in_the_second_world_only(offset: int) -> None:
    """From above both thresholds, 0.5 and 3.3; nor does it work in the second from below."""
    lams = torch.cat([torch.linspace(4.0, 0.0, 3000), torch.zeros(500)]).double()
    starts = torch.linspace(0.01, 0.99, 64, dtype=torch.float64)
    ends = {}
    for complexity in (gt.quadratic, gt.quartic):
        generator = torch.Generator().manual_seed(offset)
        path = LOSS[complexity].descend(starts, 2.0, lams, noise=1e-3, generator=generator)
        ends[complexity] = path[-1]
    assert bool(((ends[gt.quartic] - 0.5).abs() < 0.01).all())
    collapsed = LOSS[gt.quadratic].stationary_points(2.0, 0.0).q[0]
    nearest = torch.minimum(ends[gt.quadratic], 1 - ends[gt.quadratic])
    assert bool(((nearest - collapsed).abs() < 0.01).all())
    late = LOSS[gt.quartic].descend(0.01, 2.0, lams[lams < 3.0])
    assert float(late[-1]) < 0.01
    # The fall goes to either side.
    assert 0.1 < float((ends[gt.quadratic] < 0.5).double().mean()) < 0.9


def test_hysteresis() -> None:
    """Up from collapse it jumps at the saddle-node; down again balance holds to the end."""
    k = 1.0
    threshold = float(LOSS[gt.quartic].collapse_threshold(k))
    up = torch.linspace(0.0, 2.0, 8001, dtype=torch.float64)
    path = LOSS[gt.quartic].descend(1e-3, k, torch.cat([up, up.flip(0)]))
    rising, falling = path[1:8002], path[8002:]
    jumps_at = up[(rising > 0.3).nonzero()[0]]
    assert threshold < float(jumps_at) < threshold + 0.05
    assert bool(((falling - 0.5).abs() < 1e-3).all())
    early = int((up - 0.5).abs().argmin())
    expected = LOSS[gt.quartic].stationary_points(k, 0.5).q[0]
    assert float(rising[early]) == pytest.approx(float(expected), rel=0.02)


# ---- the game -----------------------------------------------------------------------------------

CENTRE = torch.zeros(1, dtype=torch.float64), torch.zeros(2, dtype=torch.float64)


@every_complexity
@law
@given(theta=st.floats(-6, 6), k=weights, weight=weights)
def test_best_answer_gives_the_ideal_loss(complexity, theta, k, weight) -> None:
    game = gt.TwoPointGame(complexity, k, weight)
    x = 1 / (1 + math.exp(-theta))
    d = torch.tensor([0.5 / (0.5 + x), 0.5 / (1.5 - x)], dtype=torch.float64)
    point = torch.tensor([theta], dtype=torch.float64), torch.logit(d)
    expected = numbers(x, k, weight, complexity) - math.log(4)
    assert float(game.losses(*point).generator) == pytest.approx(expected, abs=1e-12)
    # That answer is at rest, and the forger then feels the slope of the ideal loss (envelope).
    v_theta, v_psi = gt.velocity(game, *point)
    torch.testing.assert_close(v_psi, torch.zeros(2, dtype=torch.float64), rtol=0, atol=1e-14)
    push = -x * (1 - x) * slope(x, k, weight, complexity)
    assert float(v_theta) == pytest.approx(push, abs=1e-11)


def paper_jacobian(complexity, k: float, weight: float, r: float) -> np.ndarray:
    """Derive the Jacobian with sympy from V as the source writes it; the critic's rows times r."""
    t, s1, s2 = sp.symbols("t s1 s2", real=True)
    x, d1, d2 = (1 / (1 + sp.exp(-u)) for u in (t, s1, s2))
    value = (sp.log(d1) + sp.log(d2)) / 2 + x * sp.log(1 - d1) + (1 - x) * sp.log(1 - d2)
    entropy_ = -x * sp.log(x) - (1 - x) * sp.log(1 - x)
    own = k * COST[complexity].subs(q, x) - weight * entropy_
    field = sp.Matrix([-sp.diff(value + own, t), r * sp.diff(value, s1), r * sp.diff(value, s2)])
    at_rest = {t: 0, s1: 0, s2: 0}
    assert np.allclose(np.array(field.subs(at_rest), dtype=float), 0, atol=1e-15)
    return np.array(field.jacobian([t, s1, s2]).subs(at_rest), dtype=float)


@every_complexity
@pytest.mark.parametrize(("k", "weight", "r"), [(0.8, 0.0, 0.1), (0.3, 0.7, 1.0), (2.5, 0.1, 3.0)])
def test_eigenvalues_at_balance(complexity, k, weight, r, assert_same_spectrum) -> None:
    """Against sympy's Jacobian, and the library's own by automatic differentiation."""
    game = gt.TwoPointGame(complexity, k, weight)
    expected = paper_jacobian(complexity, k, weight, r)
    ours_ = gt.jacobian(game, *CENTRE).numpy() * np.array([[1], [r], [r]])
    np.testing.assert_allclose(ours_, expected, atol=1e-14)
    assert_same_spectrum(game.balance_eigenvalues(r), np.linalg.eigvals(expected), atol=1e-7)
    assert_same_spectrum(game.balance_eigenvalues(), gt.spectrum(game, *CENTRE), atol=1e-7)


@every_complexity
@law
@given(
    k=st.just(0.0) | st.floats(0.01, 1.5),
    weight=st.just(0.0) | st.floats(0.01, 1.0),
    eta=st.floats(0.01, 12.0),
)
def test_critical_ratio_is_where_the_step_loses_stability(complexity, k, weight, eta) -> None:
    """Look at the spectral radius of the step itself, which knows nothing of traces."""
    game = gt.TwoPointGame(complexity, k, weight)
    field = gt.jacobian(game, *CENTRE).numpy()
    assume(field[0, 0] == 0 or abs(field[0, 0]) > 1e-3)

    def radius(r: float) -> float:
        step = np.eye(3) + np.diag([eta, r * eta, r * eta]) @ field
        return np.abs(np.linalg.eigvals(step)).max()

    critical = float(game.critical_ratio(eta))
    if critical == math.inf:
        assert all(radius(r) > 1 - 1e-12 for r in np.geomspace(1e-4, 1e2, 60))
    elif critical == 0:
        assert abs(1 + eta * field[0, 0]) > 1 or radius(1e-6) < 1 + 1e-9
    else:
        assert radius(critical * 0.99) > 1
        faster = critical * 1.01 + 1e-9
        assert radius(faster) < 1 or faster * eta > 4  # so large a step is its own trouble


def test_library_agrees_that_the_step_is_critical() -> None:
    """By `update_jacobian`: at the ratio the pair is on the unit circle."""
    eta = 2.0
    game = gt.TwoPointGame(kappa=0.8)
    ratio = float(game.critical_ratio(eta))
    rule = gt.Simultaneous()
    radius = gt.spectral_radius(game, rule, *CENTRE, eta=eta, eta_psi=ratio * eta)
    assert float(radius) == pytest.approx(1, abs=1e-12)
    step = gt.update_jacobian(game, rule, *CENTRE, eta=eta, eta_psi=ratio * eta)
    expected = torch.eye(3) + eta * torch.tensor(paper_jacobian(gt.quadratic, 0.8, 0.0, ratio))
    torch.testing.assert_close(step, expected, rtol=0, atol=1e-12)
    assert float(game.critical_ratio()) == 0.4  # the flow: kappa / 2


def test_small_swings_have_the_predicted_growth_and_frequency() -> None:
    """Fit theta_{n+2} = T theta_{n+1} - D theta_n to a path: T and D measure the pair."""
    game, eta = gt.TwoPointGame(kappa=0.8), 4.0
    for ratio in (0.1, 0.35, 0.6):
        path = gt.simulate(
            game, gt.Simultaneous(), [1e-8], [0.0, 0.0], 30, eta=eta, eta_psi=ratio * eta
        )
        theta = path.theta[:, 0].numpy()
        before = np.stack([theta[1:-1], -theta[:-2]], axis=-1)
        (trace, determinant), *_ = np.linalg.lstsq(before, theta[2:])
        pair = 1 + eta * game.balance_eigenvalues(ratio)[1:].numpy()
        assert trace == pytest.approx(pair.sum().real, rel=1e-6)
        assert determinant == pytest.approx(pair.prod().real, rel=1e-6)


def test_a_lagging_critic_makes_the_forger_hop() -> None:
    """Balance is the only minimum, and yet the forger goes from mode to mode."""
    k, eta = 0.8, 4.0
    assert LOSS[gt.quadratic].stationary_points(k, 0.0).q.tolist() == [0.5]
    game = gt.TwoPointGame(kappa=k)
    ratios = float(game.critical_ratio(eta)) * torch.tensor([1.3, 0.25], dtype=torch.float64)
    starts = torch.tensor([[[0.1]], [[2.0]]], dtype=torch.float64)
    path = gt.simulate(
        game, gt.Simultaneous(), starts, [0.0, 0.0], 1000, eta=eta, eta_psi=ratios * eta
    )
    late = torch.sigmoid(path.theta[600:, ..., 0])
    assert bool(((late[..., 0] - 0.5).abs() < 1e-3).all())
    assert bool((late[..., 1].amin(0) < 0.1).all())
    assert bool((late[..., 1].amax(0) > 0.9).all())


def test_the_game_makes_the_steps_of_two_plain_optimizers() -> None:
    """One optimizer a player, autograd on the losses as the source writes them."""
    eta, ratio = 2.0, 0.1
    theta = torch.nn.Parameter(torch.tensor([0.2], dtype=torch.float64))
    psi = torch.nn.Parameter(torch.zeros(2, dtype=torch.float64))
    forger = torch.optim.SGD([theta], lr=eta)
    critic = torch.optim.SGD([psi], lr=ratio * eta)
    path = [theta.item()]
    for _ in range(200):
        x = torch.sigmoid(theta)
        p = torch.cat([x, 1 - x])
        value = logsigmoid(psi).mean() + p @ logsigmoid(-psi)
        loss = value + 0.8 * (x * (1 - x)).sum()
        (theta.grad,) = torch.autograd.grad(loss, theta, retain_graph=True)
        (psi.grad,) = torch.autograd.grad(-value, psi)
        forger.step()
        critic.step()
        path.append(theta.item())
    game = gt.TwoPointGame(kappa=0.8)
    ours = gt.simulate(
        game, gt.Simultaneous(), [0.2], [0.0, 0.0], 200, eta=eta, eta_psi=ratio * eta
    )
    np.testing.assert_allclose(ours.theta[:, 0], path, rtol=0, atol=1e-10)


def height_change(game: gt.TwoPointGame) -> torch.Tensor:
    """Return how fast cosh(theta) - 1 + |psi|^2 / 2r changes along the flow, on a grid."""
    grid = torch.cartesian_prod(*[torch.linspace(-6, 6, 25, dtype=torch.float64)] * 3)
    v_theta, v_psi = gt.velocity(game, grid[:, :1], grid[:, 1:])
    return grid[:, 0].sinh() * v_theta[:, 0] + (grid[:, 1:] * v_psi).sum(-1)


@pytest.mark.parametrize(
    ("complexity", "k", "weight", "falls"),
    [
        (gt.quadratic, 0.0, 0.0, True),
        (gt.quadratic, 0.8, 0.4, True),
        (gt.quadratic, 0.8, 0.3, False),
        (gt.quartic, 0.3, 0.0, False),
        (gt.quartic, 0.3, 0.6, True),  # 4 x^3 <= 1.9832 artanh x
    ],
)
def test_lag_alone_never_makes_a_forger_hop(complexity, k, weight, falls) -> None:
    """A height falls everywhere exactly where the forger's own part falls nowhere outwards."""
    x = np.linspace(1e-4, 1 - 1e-9, 100_001)
    outwards = k * {gt.quadratic: x / 2, gt.quartic: 4 * x**3}[complexity] - weight * np.arctanh(x)
    assert (outwards.max() <= 0) == falls
    change = height_change(gt.TwoPointGame(complexity, k, weight))
    assert bool((change <= 1e-9).all()) == falls


def test_without_a_price_no_critic_is_too_late() -> None:
    """From starts over the whole cube, kappa = 0 goes to balance."""
    starts = torch.cartesian_prod(*[torch.linspace(-4, 4, 4, dtype=torch.float64)] * 3)
    ratios = torch.tensor([0.3, 0.1], dtype=torch.float64)[:, None]
    path = gt.simulate(
        gt.TwoPointGame(),
        gt.Simultaneous(),
        starts[:, :1],
        starts[:, 1:],
        700,
        eta=2.0,
        eta_psi=2.0 * ratios,
    )
    assert bool((torch.sigmoid(path.theta[-1]) - 0.5).abs().max() < 0.01)


def test_in_the_second_world_a_far_start_hops() -> None:
    """Balance is the landscape's only stationary point and calm for every r, and that is local."""
    k, eta = 0.3, 2.0
    assert LOSS[gt.quartic].stationary_points(k, 0.0).q.tolist() == [0.5]
    game = gt.TwoPointGame(gt.quartic, k)
    assert float(game.critical_ratio(eta)) == 0
    path = gt.simulate(
        game, gt.Simultaneous(), [[0.3], [3.0]], [0.0, 0.0], 1200, eta=eta, eta_psi=0.1 * eta
    )
    late = torch.sigmoid(path.theta[600:, :, 0])
    assert bool((late[:, 0] - 0.5).abs().max() < 0.01)
    assert float(late[:, 1].min()) < 0.05
    assert float(late[:, 1].max()) > 0.95


@law
@given(k=weights, weight=weights)
def test_balance_is_an_equilibrium_exactly_where_lag_does_no_harm(k: float, weight: float) -> None:
    """First world: against D = 1/2 the forger has nothing better iff kappa <= 2 lambda."""
    assume(abs(k - 2 * weight) > 1e-3)
    x = np.linspace(1e-6, 0.5, 20_001)
    own = k * x * (1 - x) - weight * (-x * np.log(x) - (1 - x) * np.log1p(-x))
    assert (own.min() >= own[-1] - 1e-12) == (k < 2 * weight)
    if k - 1 < 2 * weight:
        critical = float(gt.TwoPointGame(gt.quadratic, k, weight).critical_ratio())
        assert (critical == 0) == (k < 2 * weight)


def test_equally_deep_at_0_841() -> None:
    """In the second world with kappa = 1 collapse and balance are equally deep there."""

    def difference(weight: float) -> float:
        x = LOSS[gt.quartic].stationary_points(1.0, weight).q[0].item()
        return numbers(x, 1.0, weight, gt.quartic) - numbers(0.5, 1.0, weight, gt.quartic)

    assert brentq(difference, 0.5, 1.3) == pytest.approx(0.84135, abs=2e-5)


def test_the_entropy_bonus_cures_the_hopping() -> None:
    """With lambda >= kappa / 2 balance is stable however slow the critic."""
    game = gt.TwoPointGame(kappa=0.8, lam=0.45)
    assert float(game.critical_ratio()) == 0
    for ratio in (0.01, 0.1):
        assert float(game.balance_eigenvalues(ratio).real.max()) < 0
    path = gt.flow(_Lagging(game, 0.1), [1.5], [0.0, 0.0], [0.0, 400.0])
    assert float(path.theta[-1].abs()) < 1e-2


class _Lagging(gt.TwoPointGame):
    """Slow the critic in the flow: its loss times the ratio."""

    def __init__(self, game: gt.TwoPointGame, ratio: float) -> None:
        self.game, self.ratio = game, ratio

    def losses(self, theta, psi, batch=None):
        found = self.game.losses(theta, psi, batch)
        return found._replace(discriminator=self.ratio * found.discriminator)
