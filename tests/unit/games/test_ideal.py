"""Shapes, batches, transforms, edge cases and errors of the ideal game; theory has its laws."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import gantext as gt

INF = float("inf")
P_DATA = [0.2, 0.3, 0.5]


@pytest.fixture
def game() -> gt.IdealGame:
    return gt.IdealGame(P_DATA)


def distributions(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).dirichlet(np.ones(shape[-1]), shape[:-1]))


def discriminators(*shape: int, seed: int = 1) -> torch.Tensor:
    return torch.from_numpy(np.random.default_rng(seed).uniform(size=shape))


def test_it_is_a_game_that_shows_its_data(game):
    assert isinstance(game, gt.Game)
    assert not game.affine
    assert game.p_data.tolist() == P_DATA
    assert repr(game) == "IdealGame(p_data=[0.2, 0.3, 0.5])"


def test_the_callers_array_stays_the_callers():
    p_data = np.array(P_DATA)
    game = gt.IdealGame(p_data)
    p_data[:] = 1.0
    assert game.p_data.tolist() == P_DATA


def test_data_may_be_float32_and_keep_their_gradient():
    assert gt.IdealGame(torch.ones(3) / 3).p_data.tolist() == pytest.approx([1 / 3] * 3, abs=1e-15)
    logits = torch.zeros(3, requires_grad=True)
    game = gt.IdealGame(torch.softmax(logits, -1))
    game.value(P_DATA, [0.5, 0.25, 0.25]).backward()
    assert logits.grad.tolist() == pytest.approx((np.log(2) / 9 * np.array([2, -1, -1])).tolist())


@pytest.mark.parametrize(
    ("p_shape", "d_shape", "shape"),
    [
        ((3,), (3,), ()),
        ((4, 3), (3,), (4,)),
        ((3,), (2, 4, 3), (2, 4)),
        ((5, 1, 3), (4, 3), (5, 4)),
    ],
)
def test_values_broadcast_over_leading_dimensions(game, p_shape, d_shape, shape):
    p_g, d = distributions(*p_shape), discriminators(*d_shape)
    for result in (game.value(p_g, d), game.duality_gap(p_g, d)):
        assert result.shape == shape
        assert result.dtype == torch.float64
    assert game.optimal_discriminator(p_g).shape == p_shape
    assert game.value_at_optimal_discriminator(p_g).shape == p_shape[:-1]
    assert game.best_response_value(d).shape == d_shape[:-1]


@pytest.mark.parametrize("method", ["value", "duality_gap"])
def test_a_batch_of_pairs_is_its_members_alone(game, method):
    function = getattr(game, method)
    p_g, d = distributions(6, 3), discriminators(6, 3)
    alone = torch.stack([function(a, b) for a, b in zip(p_g, d, strict=True)])
    torch.testing.assert_close(function(p_g, d), alone, rtol=1e-15, atol=0)
    torch.testing.assert_close(torch.func.vmap(function)(p_g, d), alone, rtol=1e-15, atol=0)


@pytest.mark.parametrize(
    "method", ["optimal_discriminator", "value_at_optimal_discriminator", "best_response_value"]
)
def test_a_batch_is_its_members_alone(game, method):
    function = getattr(game, method)
    p_g = distributions(6, 3)
    alone = torch.stack([function(a) for a in p_g])
    torch.testing.assert_close(function(p_g), alone, rtol=1e-15, atol=0)
    torch.testing.assert_close(torch.func.vmap(function)(p_g), alone, rtol=1e-15, atol=0)


def test_games_themselves_batch_under_vmap():
    p_data, p_g, d = distributions(4, 3), distributions(4, 3, seed=5), discriminators(4, 3)
    swept = torch.func.vmap(lambda p, q, x: gt.IdealGame(p).value(q, x))(p_data, p_g, d)
    alone = [gt.IdealGame(p).value(q, x) for p, q, x in zip(p_data, p_g, d, strict=True)]
    torch.testing.assert_close(swept, torch.stack(alone), rtol=1e-15, atol=0)


def test_zeros_and_ones_in_the_value():
    game = gt.IdealGame([0.0, 1.0])
    assert game.value([1.0, 0.0], [0.0, 1.0]) == 0  # the perfect discriminator on disjoint supports
    assert game.value([1.0, 0.0], [1.0, 1.0]) == -INF  # sure that a fake is real
    assert game.value([0.0, 1.0], [0.5, 0.0]) == -INF  # sure that data are fake
    # A letter that nobody shows does not count, whatever the discriminator says of it.
    for answer in (0.0, 0.3, 1.0):
        value = gt.IdealGame([0.0, 0.5, 0.5]).value([0.0, 0.5, 0.5], [answer, 0.5, 0.5])
        assert value.item() == pytest.approx(-np.log(4), rel=1e-15)


def test_gradients_of_the_value_at_zeros():
    p_g = torch.tensor([0.0, 0.0, 0.5, 0.5], dtype=torch.float64, requires_grad=True)
    d = torch.tensor([1.0, 0.25, 0.25, 0.0], dtype=torch.float64, requires_grad=True)
    value = gt.IdealGame([0.5, 0.0, 0.5, 0.0]).value(p_g, d)
    by_p, by_d = torch.autograd.grad(value, (p_g, d))
    # V is linear in p_g, with slope log(1-D), also where p_g = 0; unbounded at D = 1, so 0 there.
    expected = torch.log1p(-torch.tensor([0.0, 0.25, 0.25, 0.0], dtype=torch.float64))
    torch.testing.assert_close(by_p, expected, rtol=1e-15, atol=0)
    # p_data/D - p_g/(1-D)
    assert by_d.tolist() == pytest.approx([0.5, 0.0, 2.0 - 0.5 / 0.75, -0.5], rel=1e-14)


def test_optimal_discriminator_where_someone_is_absent():
    d = gt.IdealGame([0.5, 0.5, 0.0, 0.0]).optimal_discriminator([0.0, 0.25, 0.75, 0.0])
    assert d.tolist() == [1.0, 2 / 3, 0.0, 0.5]


def test_gradients_are_finite_where_someone_is_absent():
    game = gt.IdealGame([0.5, 0.5, 0.0, 0.0])
    p_g = torch.tensor([0.0, 0.25, 0.75, 0.0], dtype=torch.float64, requires_grad=True)
    d = torch.tensor([0.5, 0.5, 0.0, 0.0], dtype=torch.float64, requires_grad=True)
    results = (
        game.optimal_discriminator(p_g).sum(),
        game.value_at_optimal_discriminator(p_g),
        game.duality_gap(p_g, d),
        game.best_response_value(d),
    )
    for result in results:
        for gradient in torch.autograd.grad(result, (p_g, d), allow_unused=True):
            assert gradient is None or torch.isfinite(gradient).all()


def test_gradient_survives_a_softmax_that_underflowed():
    game = gt.IdealGame([0.5, 0.25, 0.25])
    logits = torch.tensor([0.0, 0.0, -2000.0], dtype=torch.float64, requires_grad=True)
    for function in (
        game.value_at_optimal_discriminator,
        lambda p_g: game.duality_gap(p_g, [0.5, 0.4, 0.3]),
    ):
        (gradient,) = torch.autograd.grad(function(torch.softmax(logits, -1)), logits)
        assert torch.isfinite(gradient).all()
        assert gradient[2] == 0


@pytest.mark.parametrize("tiny", [5e-324, 1e-310, 1e-200, 1e-30])
def test_the_smallest_numbers_do_no_harm(tiny):
    game = gt.IdealGame([1.0, tiny, 0.0, tiny])
    p_g = torch.tensor([1.0, tiny, tiny, 0.5 * tiny], dtype=torch.float64, requires_grad=True)
    at_best = game.value_at_optimal_discriminator(p_g)
    assert at_best.item() == pytest.approx(-np.log(4), rel=1e-15)
    gap = game.duality_gap(p_g, [0.5, 0.5, 0.5, 0.5])
    assert gap.item() == pytest.approx(0, abs=2 * tiny)
    assert gap >= 0
    for result in (at_best, gap):
        assert torch.isfinite(torch.autograd.grad(result, p_g)[0]).all()
    # D* is 1 to the last digit on the letter that the generator nearly never shows: no -inf.
    disjoint = gt.IdealGame([0.5, 0.5]).value_at_optimal_discriminator([tiny, 1.0])
    expected = 0.5 * np.log(0.5 / 1.5) + np.log(1 / 1.5)
    assert disjoint.item() == pytest.approx(expected, abs=1e-28, rel=1e-15)


@pytest.mark.parametrize("tiny", [1e-101, 1e-200, 1e-310, 7e-320])
def test_gap_is_not_negative_by_rounding(tiny):
    letters = tiny * torch.arange(1, 40, dtype=torch.float64) / 7
    p_data = torch.cat([torch.ones(1, dtype=torch.float64), letters])
    for letter in letters:
        pair = torch.stack([1 - letter, letter])
        assert gt.IdealGame(pair).duality_gap(pair, [0.5, 0.5]) >= 0
    assert gt.IdealGame(p_data).duality_gap(p_data, torch.full((40,), 0.5)) >= 0


def test_gap_is_infinite_where_the_discriminator_is_certain():
    game = gt.IdealGame([0.5, 0.5, 0.0])
    p_g = [0.5, 0.5, 0.0]
    assert game.duality_gap(p_g, [0.5, 0.0, 0.5]) == INF  # data called fake
    assert game.duality_gap(p_g, [0.5, 0.5, 1.0]) == INF  # a letter the generator could show
    assert game.duality_gap(p_g, [0.0, 0.0, 0.0]) == INF
    assert game.duality_gap(p_g, [1.0, 1.0, 1.0]) == INF
    assert game.duality_gap(p_g, [0.5, 0.5, 0.0]) == 0  # no data there to be wrong about


def test_losses_are_the_value_and_its_negative(game):
    theta, psi = torch.randn(2, 3, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    losses = game.losses(theta, psi)
    expected = game.value(torch.softmax(theta, -1), torch.sigmoid(psi))
    torch.testing.assert_close(losses.generator, expected, rtol=1e-14, atol=0)
    assert torch.equal(losses.discriminator, -losses.generator)
    assert losses.generator.shape == ()
    assert torch.equal(game.losses(theta, psi, batch="ignored").generator, losses.generator)


def test_losses_stay_finite_at_extreme_logits(game):
    far = torch.tensor([800.0, -800.0, 0.0], dtype=torch.float64)
    losses = game.losses(far, far)
    # p_g is all on the first letter, where log(1-D) = -800; log D = -800 on the second.
    assert losses.generator.item() == pytest.approx(-800 - 0.3 * 800 - 0.5 * np.log(2))
    gradients = torch.func.grad(lambda t, p: game.losses(t, p).generator, argnums=(0, 1))(far, far)
    assert all(torch.isfinite(g).all() for g in gradients)


def test_losses_take_float32_logits_and_compute_in_float64(game):
    assert game.losses(torch.zeros(3), torch.zeros(3)).generator.dtype == torch.float64


def test_losses_under_torch_func(game):
    generator = torch.Generator().manual_seed(0)
    theta, psi = torch.randn(2, 5, 3, generator=generator, dtype=torch.float64)

    def value(t, p):
        return game.losses(t, p).generator

    by_theta, by_psi = torch.func.vmap(torch.func.grad(value, argnums=(0, 1)))(theta, psi)
    p_g, d = torch.softmax(theta, -1), torch.sigmoid(psi)
    log_fake = torch.log1p(-d)
    slope = p_g * (log_fake - (p_g * log_fake).sum(-1, keepdim=True))
    torch.testing.assert_close(by_theta, slope, rtol=1e-12, atol=1e-15)
    torch.testing.assert_close(by_psi, game.p_data * (1 - d) - p_g * d, rtol=1e-12, atol=1e-15)

    hessian = torch.func.jacrev(torch.func.grad(value, argnums=1), argnums=1)(theta[0], psi[0])
    curvature = torch.diag(-(game.p_data + p_g[0]) * d[0] * (1 - d[0]))
    torch.testing.assert_close(hessian, curvature, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize(
    ("p_data", "message"),
    [
        (1.0, r"p_data: expected probabilities of shape \(\.\.\., K\), got shape \(\)"),
        ([], r"p_data: expected probabilities of shape \(\.\.\., K\), got shape \(0,\)"),
        ([0.5, 0.6], "p_data: expected probabilities that sum to 1, got a sum of 1.1"),
        ([1.5, -0.5], "p_data: expected probabilities >= 0, got -0.5"),
        ([float("nan"), 1.0], "p_data: expected numbers, got NaN"),
        ([[0.5, 0.5]], r"p_data: expected one distribution, shape \(K,\), got shape \(1, 2\)"),
    ],
)
def test_bad_data_is_refused(p_data, message):
    with pytest.raises(ValueError, match=message):
        gt.IdealGame(p_data)


GOOD_D = [0.5, 0.5, 0.5]


@pytest.mark.parametrize("method", ["value", "duality_gap"])
@pytest.mark.parametrize(
    ("p_g", "d", "message"),
    [
        (1.0, GOOD_D, r"p_g: expected probabilities of shape \(\.\.\., K\), got shape \(\)"),
        ([0.5, 0.5], GOOD_D, r"p_g: expected shape \(\.\.\., 3\), got \(2,\)"),
        ([0.5, 0.5, 0.5], GOOD_D, "p_g: expected probabilities that sum to 1, got a sum of 1.5"),
        ([1.5, -0.5, 0.0], GOOD_D, "p_g: expected probabilities >= 0, got -0.5"),
        ([float("nan"), 0.5, 0.5], GOOD_D, "p_g: expected numbers, got NaN"),
        (P_DATA, 0.5, r"d: expected shape \(\.\.\., 3\), got \(\)"),
        (P_DATA, [0.5, 0.5], r"d: expected shape \(\.\.\., 3\), got \(2,\)"),
        (P_DATA, [0.5, -0.1, 0.5], r"d: expected probabilities in \[0, 1\], got values from -0.1"),
        (P_DATA, [0.5, 0.5, 1.5], r"d: expected probabilities in \[0, 1\], .* to 1.5"),
        (P_DATA, [0.5, float("nan"), 0.5], "d: expected numbers, got NaN"),
        ([P_DATA] * 2, [GOOD_D] * 3, r"that broadcast, got p_g \(2, 3\), d \(3, 3\)"),
    ],
)
def test_bad_input_is_named(game, method, p_g, d, message):
    with pytest.raises(ValueError, match=message):
        getattr(game, method)(p_g, d)


@pytest.mark.parametrize("method", ["optimal_discriminator", "value_at_optimal_discriminator"])
def test_bad_generators_are_refused(game, method):
    with pytest.raises(ValueError, match=r"p_g: expected shape \(\.\.\., 3\), got \(2,\)"):
        getattr(game, method)([0.5, 0.5])


def test_bad_discriminators_are_refused(game):
    with pytest.raises(ValueError, match=r"d: expected probabilities in \[0, 1\]"):
        game.best_response_value([0.5, 0.5, 2.0])


@pytest.mark.parametrize(
    ("theta", "psi", "message"),
    [
        (torch.zeros(2), torch.zeros(3), r"theta: expected logits of shape \(3,\).*got \(2,\)"),
        (torch.zeros(3), torch.zeros(()), r"psi: expected logits of shape \(3,\).*got \(\)"),
        (torch.zeros(4, 3), torch.zeros(3), r"theta: .*torch.func.vmap.*got \(4, 3\)"),
    ],
)
def test_losses_are_for_one_member(game, theta, psi, message):
    with pytest.raises(ValueError, match=message):
        game.losses(theta, psi)


def test_pure_strategy_values_are_named_scalars(game):
    values = game.pure_strategy_values(torch.eye(3))
    assert isinstance(values, gt.PureStrategyValues)
    assert values.min_max.shape == values.max_min.shape == ()
    assert values == (values.min_max, values.max_min)


@pytest.mark.parametrize(
    ("generators", "message"),
    [
        ([1.0, 0.0, 0.0], r"generators: expected a list of .* \(M, K\), got shape \(3,\)"),
        (torch.full((2, 2, 3), 1 / 3, dtype=torch.float64), r"\(M, K\), got shape \(2, 2, 3\)"),
        (torch.zeros(0, 3), r"\(M, K\), got shape \(0, 3\)"),
        ([[0.5, 0.5]], r"generators: expected shape \(\.\.\., 3\), got \(1, 2\)"),
        ([[0.5, 0.5, 0.5]], "generators: expected probabilities that sum to 1"),
    ],
)
def test_bad_lists_of_generators_are_refused(game, generators, message):
    with pytest.raises(ValueError, match=message):
        game.pure_strategy_values(generators)
