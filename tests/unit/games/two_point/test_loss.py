"""Shapes, batches, edge cases and refusals of the two-point loss; theory has its laws."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

import gantext as gt
from tests.chance import seeded

LOSS = {complexity: gt.TwoPointLoss(complexity) for complexity in (gt.quadratic, gt.quartic)}
every_complexity = pytest.mark.parametrize("complexity", [gt.quadratic, gt.quartic])


@every_complexity
def test_values_at_edges_and_balance(complexity) -> None:
    """At the edges 2 JS is 3/2 log 4/3; at balance it is 0 and H is log 2."""
    loss = LOSS[complexity]
    edge = 1.5 * math.log(4 / 3)
    found = loss.value([0.0, 0.5, 1.0], 2.0, 0.5).tolist()
    balance = {gt.quadratic: 0.5, gt.quartic: 2.0}[complexity] - 0.5 * math.log(2)
    assert found == pytest.approx([edge, balance, edge], abs=1e-14)


@every_complexity
def test_evaluations_broadcast_and_mirror(complexity) -> None:
    loss = LOSS[complexity]
    q = torch.linspace(0.1, 0.9, 5, dtype=torch.float64)[:, None, None]
    kappa = torch.tensor([[0.5], [1.5]])
    lam = np.array([0.0, 0.2, 0.7])
    for function, sign in ((loss.value, 1), (loss.slope, -1), (loss.curvature, 1)):
        found = function(q, kappa, lam)
        assert found.shape == (5, 2, 3)
        assert found.dtype == torch.float64
        torch.testing.assert_close(found, sign * found.flip(0), rtol=1e-12, atol=1e-13)
        one = function(0.1, 1.5, 0.7)
        torch.testing.assert_close(found[0, 1, 2], one, rtol=1e-7, atol=1e-7)
    assert loss.lam_at(q.squeeze(), kappa).shape == (2, 5)
    for threshold in (loss.balance_threshold, loss.collapse_threshold):
        assert threshold(kappa).shape == (2, 1)
        assert threshold(1.0).shape == ()
    hill = loss.barrier(kappa, lam)
    assert all(part.shape == (2, 3) for part in hill)
    torch.testing.assert_close(hill.top[1, 1], loss.barrier(1.5, 0.2).top, equal_nan=True)


def test_derivatives_by_autograd() -> None:
    for loss in LOSS.values():
        q = torch.tensor([0.05, 0.3, 0.5, 0.8], dtype=torch.float64, requires_grad=True)
        (slope,) = torch.autograd.grad(loss.value(q, 1.2, 0.3).sum(), q, create_graph=True)
        torch.testing.assert_close(slope, loss.slope(q, 1.2, 0.3), rtol=0, atol=1e-13)
        (curvature,) = torch.autograd.grad(slope.sum(), q)
        torch.testing.assert_close(curvature, loss.curvature(q.detach(), 1.2, 0.3))


def test_lam_at_balance_is_the_limit_and_edges_are_refused() -> None:
    assert float(LOSS[gt.quadratic].lam_at(0.5, 3.0)) == 1.0
    assert float(LOSS[gt.quartic].lam_at(0.5, 3.0)) == -0.5
    near = LOSS[gt.quadratic].lam_at([0.5 - 1e-5, 0.5 + 1e-5], 3.0)
    torch.testing.assert_close(near, torch.ones(2, dtype=torch.float64), rtol=0, atol=1e-9)


def test_your_own_complexity() -> None:
    sextic = gt.TwoPointLoss(lambda q: 1 - (2 * q - 1) ** 6)
    assert float(sextic.balance_threshold(4.0)) == -0.5
    assert len(sextic.stationary_points(1.0, 0.5).q) == 5
    free = gt.TwoPointLoss(lambda _: 0)
    assert free.stationary_points(7.0, 0.0).q.tolist() == [0.5]
    assert float(free.balance_threshold(7.0)) == -0.5


def test_thresholds_separate_one_point_from_more() -> None:
    for loss in LOSS.values():
        for kappa in (0.5, 1.2, 3.0):
            threshold = float(loss.collapse_threshold(kappa))
            for lam in (threshold - 1e-6, threshold + 1e-6):
                if lam >= 0:
                    points = loss.stationary_points(kappa, lam)
                    assert (len(points.q) > 1) == (lam < threshold)


def test_exactly_at_a_threshold_balance_is_alone() -> None:
    loss = LOSS[gt.quartic]
    threshold = loss.collapse_threshold(1.0)
    points = loss.stationary_points(1.0, threshold)
    assert points.q.tolist() == [0.5]
    assert points.minimum.tolist() == [True]
    assert all(bool(part.isnan()) for part in loss.barrier(1.0, threshold))


def test_deep_collapse_keeps_its_digits() -> None:
    """At kappa = 12 of the quartic the minimum is near exp(-97), and its twin rounds to 1."""
    points = LOSS[gt.quartic].stationary_points(12.0, 0.0)
    assert 0 < float(points.q[0]) < 1e-40
    assert float(points.q[-1]) == 1.0
    assert bool(points.curvature.isfinite().all())
    torch.testing.assert_close(points.curvature, points.curvature.flip(0), rtol=0, atol=0)
    ends = LOSS[gt.quartic].descend([0.1, 0.9], 12.0, torch.zeros(3000))[-1]
    assert float(ends[0].log()) == pytest.approx(float(points.q[0].log()), rel=1e-6)
    assert float(ends[1]) == 1.0


def test_descent_keeps_every_step_and_broadcasts() -> None:
    loss = LOSS[gt.quadratic]
    starts = torch.tensor([0.2, 0.5, 0.8], dtype=torch.float64)
    kappas = torch.tensor([[0.5], [2.0]])
    etas = torch.tensor([0.05, 0.1, 0.1])
    path = loss.descend(starts, kappas, torch.zeros(7), eta=etas)
    assert path.shape == (8, 2, 3)
    assert path.dtype == torch.float64
    torch.testing.assert_close(path[0], starts.expand(2, 3), rtol=1e-15, atol=0)
    assert bool((path[:, :, 1] == 0.5).all())  # unstable or not, balance is at rest
    alone = loss.descend(0.2, 2.0, [0.0] * 7, eta=0.05)
    torch.testing.assert_close(path[:, 1, 0], alone, rtol=1e-7, atol=0)
    # One step by hand: theta - eta L'(q).
    by_hand = torch.sigmoid(torch.logit(starts) - 0.1 * loss.slope(starts, 2.0, 0.0))
    torch.testing.assert_close(loss.descend(starts, 2.0, [0.0])[1], by_hand)


def test_schedules_may_differ_by_member() -> None:
    lams = torch.stack([torch.zeros(300), torch.ones(300)], dim=-1)
    ends = LOSS[gt.quartic].descend(0.05, 1.0, lams)[-1]
    for end, lam in zip(ends, (0.0, 1.0), strict=True):
        expected = LOSS[gt.quartic].stationary_points(1.0, lam).q[0]
        torch.testing.assert_close(end, expected, rtol=1e-4, atol=0)


def test_noise_comes_from_the_generator_alone() -> None:
    loss, lams = LOSS[gt.quadratic], torch.zeros(20)
    torch.manual_seed(0)
    first = loss.descend([0.5, 0.5], 2.0, lams, noise=0.1, generator=seeded())
    torch.manual_seed(1)
    again = loss.descend([0.5, 0.5], 2.0, lams, noise=0.1, generator=seeded())
    assert torch.equal(first, again)
    assert not torch.equal(first[:, 0], first[:, 1])
    step = torch.logit(
        loss.descend(torch.full((4000,), 0.5), 0.0, [0.0], noise=0.2, generator=seeded())[1]
    )
    assert float(step.std()) == pytest.approx(0.2, rel=0.05)
    quiet = torch.tensor([0.0, 0.1])
    path = loss.descend(0.5, 2.0, lams, noise=quiet, generator=seeded())
    assert bool((path[:, 0] == 0.5).all())


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: gt.TwoPointLoss(lambda q: q),
            r"complexity: expected c\(q\) = c\(1 - q\), got .* q$",
        ),
        (lambda: gt.TwoPointLoss().value(1.1, 1, 0), r"q: expected masses in \[0, 1\], got 1.1$"),
        (lambda: gt.TwoPointLoss().slope([-0.1, 0.5], 1, 0), r"q: expected masses in \[0, 1\]"),
        (lambda: gt.TwoPointLoss().curvature(math.nan, 1, 0), "q: expected numbers, got NaN"),
        (lambda: gt.TwoPointLoss().value(0.5, -1, 0), "kappa: expected finite values >= 0, got -1"),
        (lambda: gt.TwoPointLoss().value(0.5, 1, -2), "lam: expected finite values >= 0, got -2"),
        (lambda: gt.TwoPointLoss().lam_at(0.0, 1), r"q: expected masses in \(0, 1\)"),
        (lambda: gt.TwoPointLoss().collapse_threshold(-1), "kappa: expected finite values >= 0"),
        (lambda: gt.TwoPointLoss().stationary_points([1.0], 0), "kappa: expected one number"),
        (lambda: gt.TwoPointLoss().stationary_points(1, [0.0]), "lam: expected one number"),
        (lambda: gt.TwoPointLoss().descend(1.0, 1, [0.0]), r"start: expected masses in \(0, 1\)"),
        (lambda: gt.TwoPointLoss().descend(0.5, 1, 0.0), r"lams: expected a schedule of shape \(T"),
        (lambda: gt.TwoPointLoss().descend(0.5, 1, [-1.0]), "lams: expected finite values >= 0"),
        (
            lambda: gt.TwoPointLoss().descend(0.5, 1, [0.0], eta=0),
            "eta: expected finite values > 0",
        ),
        (
            lambda: gt.TwoPointLoss().descend(0.5, 1, [0.0], noise=1),
            "generator: expected a torch.Gen",
        ),
    ],
)
def test_bad_values_are_refused(make, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make()
