"""The losses against PyTorch's cross-entropy, their symmetries, and scores beyond all bounds."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn.functional import binary_cross_entropy_with_logits

from gantext.objectives.losses import Loss, Minimax, NonSaturating
from tests.games import random_tensor

LOSSES = [Minimax(), NonSaturating()]
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)
law = settings(derandomize=True, deadline=None, database=None, max_examples=30)


def scores(count: int = 7, seed: int = 0) -> torch.Tensor:
    return 3 * random_tensor(count, 1, seed=seed)


@every_loss
def test_the_discriminator_minimises_a_cross_entropy(loss: Loss) -> None:
    """Data is labelled 1 and fakes 0; each set counts as one, whatever its size."""
    real, fake = scores(7), scores(4, seed=1)
    expected = binary_cross_entropy_with_logits(real, torch.ones_like(real))
    expected = expected + binary_cross_entropy_with_logits(fake, torch.zeros_like(fake))
    torch.testing.assert_close(loss.discriminator(real=real, fake=fake), expected)


def test_what_the_generator_minimises() -> None:
    fake = scores()
    opinion = fake.sigmoid()
    torch.testing.assert_close(Minimax().generator(fake=fake), torch.log(1 - opinion).mean())
    torch.testing.assert_close(NonSaturating().generator(fake=fake), -torch.log(opinion).mean())


def test_minimax_is_zero_sum_in_what_the_generator_can_change() -> None:
    real, fake = scores(), scores(seed=1)

    def total(fake: torch.Tensor) -> torch.Tensor:
        return Minimax().generator(fake=fake) + Minimax().discriminator(real=real, fake=fake)

    torch.testing.assert_close(total(fake), total(fake + 2))
    assert not torch.func.grad(total)(fake).abs().gt(1e-15).any()


def test_non_saturating_labels_fakes_as_data() -> None:
    """The generator's loss is that of a discriminator which was told that fakes are data."""
    fake = scores()
    told = binary_cross_entropy_with_logits(fake, torch.ones_like(fake))
    torch.testing.assert_close(NonSaturating().generator(fake=fake), told)


@every_loss
@law
@given(st.lists(st.floats(-50, 50), min_size=1, max_size=5))
def test_exchanging_data_and_fakes_changes_the_signs_of_scores(loss: Loss, values: list) -> None:
    real = torch.tensor(values, dtype=torch.float64)
    fake = scores(3)
    swapped = loss.discriminator(real=-fake, fake=-real)
    torch.testing.assert_close(loss.discriminator(real=real, fake=fake), swapped)


@every_loss
def test_each_players_slope_has_the_sign_of_its_aim(loss: Loss) -> None:
    real, fake = scores(), scores(seed=1)
    up = torch.func.grad(lambda s: loss.discriminator(real=s, fake=fake))(real)
    down = torch.func.grad(lambda s: loss.discriminator(real=real, fake=s))(fake)
    fool = torch.func.grad(lambda s: loss.generator(fake=s))(fake)
    assert (up < 0).all()
    assert (down > 0).all()
    assert (fool < 0).all()


def test_slopes_in_closed_form() -> None:
    """Where fakes are found out (D near 0) one loss has no slope left, the other all of it."""
    fake = scores()
    opinion = fake.sigmoid() / len(fake)
    slope = torch.func.grad(lambda s: Minimax().generator(fake=s))(fake)
    torch.testing.assert_close(slope, -opinion)
    slope = torch.func.grad(lambda s: NonSaturating().generator(fake=s))(fake)
    torch.testing.assert_close(slope, opinion - 1 / len(fake))


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1e2, 1e4, 1e30])
def test_extreme_scores_stay_finite(loss: Loss, dtype: torch.dtype, size: float) -> None:
    for sign in (-1, 1):
        s = torch.full((3,), sign * size, dtype=dtype)
        for function in (
            lambda s: loss.generator(fake=s),
            lambda s: loss.discriminator(real=s, fake=-s),
        ):
            slope, value = torch.func.grad_and_value(function)(s)
            assert torch.isfinite(value)
            assert torch.isfinite(slope).all()
            assert value.dtype == slope.dtype == dtype


@every_loss
def test_a_loss_is_a_value(loss: Loss) -> None:
    assert loss == type(loss)()
    assert hash(loss) == hash(type(loss)())
    assert LOSSES[0] != LOSSES[1]


@every_loss
def test_arguments_go_by_name(loss: Loss) -> None:
    with pytest.raises(TypeError):
        loss.discriminator(scores(), scores())
    with pytest.raises(TypeError):
        loss.generator(scores())
