"""The losses against PyTorch's cross-entropy, their symmetries, and scores beyond all bounds."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits

import gantext as gt
from tests.games import random_tensor

LOSSES = [
    gt.Minimax(),
    gt.NonSaturating(),
    gt.Wasserstein(),
    gt.LeastSquares(),
    gt.Hinge(),
    gt.Relativistic(),
    gt.ZeroSum(gt.LeastSquares()),
]


def named(losses: list[gt.Loss]) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("loss", losses, ids=lambda loss: type(loss).__name__)


every_loss = named(LOSSES)
law = settings(derandomize=True, deadline=None, database=None, max_examples=30)


def scores(count: int = 7, seed: int = 0) -> torch.Tensor:
    return 3 * random_tensor(count, 1, seed=seed)


def zeta(s: float) -> float:
    return math.log1p(math.exp(-abs(s))) + max(s, 0)


# What one real score r and one fake score f cost, written out: both players.
WRITTEN_OUT = [
    (gt.Minimax(), lambda r, f: zeta(-r) + zeta(f), lambda f: -zeta(f)),
    (gt.NonSaturating(), lambda r, f: zeta(-r) + zeta(f), lambda f: zeta(-f)),
    (gt.Wasserstein(), lambda r, f: f - r, lambda f: -f),
    (gt.LeastSquares(), lambda r, f: (r - 1) ** 2 + (f + 1) ** 2, lambda f: (f - 1) ** 2),
    (gt.LeastSquares(0, 2, 0.5), lambda r, f: (r - 2) ** 2 + f**2, lambda f: (f - 0.5) ** 2),
    (gt.Hinge(), lambda r, f: max(0, 1 - r) + max(0, 1 + f), lambda f: -f),
]


@pytest.mark.parametrize(("loss", "of_discriminator", "of_generator"), WRITTEN_OUT)
def test_each_loss_is_the_mean_of_what_the_table_says(loss, of_discriminator, of_generator) -> None:
    real, fake = scores(6), scores(3, seed=1)
    pairs = [(r, f) for r in real.flatten().tolist() for f in fake.flatten().tolist()]
    expected = sum(of_discriminator(r, f) for r, f in pairs) / len(pairs)
    assert float(loss.discriminator(real=real, fake=fake)) == pytest.approx(expected, rel=1e-14)
    expected = sum(of_generator(f) for f in fake.flatten().tolist()) / len(fake)
    assert not loss.generator_sees_real
    assert float(loss.generator(real=None, fake=fake)) == pytest.approx(expected, rel=1e-14)


@pytest.mark.parametrize("all_pairs", [False, True])
def test_a_relativistic_loss_compares_the_scores_of_pairs(all_pairs) -> None:
    loss = gt.Relativistic(all_pairs)
    real, fake = scores(5), scores(5, seed=1)
    r, f = real.flatten().tolist(), fake.flatten().tolist()
    places = [(i, j) for i in range(5) for j in range(5) if all_pairs or i == j]
    above = sum(zeta(f[j] - r[i]) for i, j in places) / len(places)
    below = sum(zeta(r[i] - f[j]) for i, j in places) / len(places)
    assert float(loss.discriminator(real=real, fake=fake)) == pytest.approx(above, rel=1e-14)
    assert float(loss.generator(real=real, fake=fake)) == pytest.approx(below, rel=1e-14)
    with pytest.raises(ValueError, match=r"real: expected scores of data .* got None"):
        loss.generator(real=None, fake=fake)


@every_loss
def test_the_generator_of_a_zero_sum_game_minimises_minus_the_discriminators_loss(loss) -> None:
    real, fake = scores(), scores(seed=1)
    zero_sum = gt.ZeroSum(loss)
    assert zero_sum.generator_sees_real
    cost = loss.discriminator(real=real, fake=fake)
    assert torch.equal(zero_sum.discriminator(real=real, fake=fake), cost)
    assert torch.equal(zero_sum.generator(real=real, fake=fake), -cost)
    with pytest.raises(ValueError, match=r"real: expected scores of data .* got None"):
        zero_sum.generator(real=None, fake=fake)


def test_the_logarithm_is_cut_off_where_no_digit_is_lost() -> None:
    """PyTorch's softplus drops 1e-9 of these."""
    fake = torch.linspace(15, 60, 91, dtype=torch.float64)
    expected = sum(zeta(f) - f for f in fake.tolist()) / len(fake)
    found = gt.Minimax().discriminator(real=torch.zeros(1).double(), fake=fake) - fake.mean()
    assert float(found) - math.log(2) == pytest.approx(expected, abs=1e-14)


@named(LOSSES[:2])
def test_the_discriminator_minimises_a_cross_entropy(loss: gt.Loss) -> None:
    """Data is labelled 1 and fakes 0; each set counts as one, whatever its size."""
    real, fake = scores(7), scores(4, seed=1)
    expected = binary_cross_entropy_with_logits(real, torch.ones_like(real))
    expected = expected + binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    torch.testing.assert_close(loss.discriminator(real=real, fake=fake), expected)


def test_what_the_generator_minimises() -> None:
    fake = scores()
    opinion = fake.sigmoid()
    torch.testing.assert_close(
        gt.Minimax().generator(real=None, fake=fake), torch.log(1 - opinion).mean()
    )
    torch.testing.assert_close(
        gt.NonSaturating().generator(real=None, fake=fake), -torch.log(opinion).mean()
    )


def test_minimax_is_zero_sum_in_what_the_generator_can_change() -> None:
    real, fake = scores(), scores(seed=1)

    def total(fake: torch.Tensor) -> torch.Tensor:
        return gt.Minimax().generator(real=None, fake=fake) + gt.Minimax().discriminator(
            real=real, fake=fake
        )

    torch.testing.assert_close(total(fake), total(fake + 2))
    assert not torch.func.grad(total)(fake).abs().gt(1e-15).any()


def test_non_saturating_labels_fakes_as_data() -> None:
    """The generator's loss is that of a discriminator which was told that fakes are data."""
    fake = scores()
    told = binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
    torch.testing.assert_close(gt.NonSaturating().generator(real=None, fake=fake), told)


@every_loss
@law
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=5))
def test_exchanging_data_and_fakes_changes_the_signs_of_scores(loss: gt.Loss, values: list) -> None:
    real = torch.tensor(values, dtype=torch.float64)
    fake = scores(3)
    swapped = loss.discriminator(real=-fake, fake=-real)
    torch.testing.assert_close(loss.discriminator(real=real, fake=fake), swapped)


@every_loss
def test_each_players_slope_has_the_sign_of_its_aim(loss: gt.Loss) -> None:
    """For scores between -1 and 1: beyond, least squares pull back and the hinge is flat."""
    real, fake = scores().tanh(), scores(seed=1).tanh()
    up = torch.func.grad(lambda s: loss.discriminator(real=s, fake=fake))(real)
    down = torch.func.grad(lambda s: loss.discriminator(real=real, fake=s))(fake)
    fool = torch.func.grad(lambda s: loss.generator(real=real, fake=s))(fake)
    assert (up < 0).all()
    assert (down > 0).all()
    assert (fool < 0).all()


def test_slopes_in_closed_form() -> None:
    """Where fakes are found out (D near 0) one loss has no slope left, the other all of it."""
    fake = scores()
    opinion = fake.sigmoid() / len(fake)
    slope = torch.func.grad(lambda s: gt.Minimax().generator(real=None, fake=s))(fake)
    torch.testing.assert_close(slope, -opinion)
    slope = torch.func.grad(lambda s: gt.NonSaturating().generator(real=None, fake=s))(fake)
    torch.testing.assert_close(slope, opinion - 1 / len(fake))


@named([loss for loss in LOSSES if "Squares" not in repr(loss)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_extreme_scores_stay_finite(loss: gt.Loss, dtype: torch.dtype, size: float) -> None:
    for sign in (-1, 1):
        s = torch.full((3,), sign * size, dtype=dtype)
        for function in (
            lambda s: loss.generator(real=-s if loss.generator_sees_real else None, fake=s),
            lambda s: loss.discriminator(real=s, fake=-s),
        ):
            slope, value = torch.func.grad_and_value(function)(s)
            assert torch.isfinite(value)
            assert torch.isfinite(slope).all()
            assert value.dtype == slope.dtype == dtype


@every_loss
def test_a_loss_is_a_value(loss: gt.Loss) -> None:
    again = copy.deepcopy(loss)
    assert loss == again
    assert hash(loss) == hash(again)
    assert [other for other in LOSSES if other == loss] == [loss]


@every_loss
def test_arguments_go_by_name(loss: gt.Loss) -> None:
    with pytest.raises(TypeError):
        loss.discriminator(scores(), scores())
    with pytest.raises(TypeError):
        loss.generator(scores(), scores())
