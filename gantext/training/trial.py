"""One look at the networks before they are trained: shapes fit, and nothing is left to chance."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from gantext.core.randomness import NothingRandom
from gantext.gan.game import GAN, GANBatch
from gantext.training.members import Members, is_about_memory
from gantext.training.recorded_step import same_numbers


def require_playable(members: Members) -> None:
    """Evaluate the first member's losses once, on its first batch, and refuse what cannot train.

    ValueError, with the name of what is wrong, where shapes do not fit, where a network or a loss
    draws random numbers, as dropout does, or where a network changes its own buffers, as batch
    normalisation does.
    """
    try:
        with torch.no_grad():
            _try(members)
    except (RuntimeError, MemoryError) as error:
        if not is_about_memory(error):
            raise  # otherwise training itself says what to do


def _try(members: Members) -> None:
    experiment, seed, settings = members.experiment, members.seeds[0], members.one(0)
    game, batch = experiment.make(settings), members.first_batch()
    theta, psi = experiment.init(seed, settings, device=members.device).players[:2]
    _require_same_weights(game, seed, experiment.dtype)
    before = tree_map(torch.clone, (theta, psi))
    _require_shapes(game, theta, psi, batch)
    for name, found, was in zip(("generator", "discriminator"), (theta, psi), before, strict=True):
        changed = [key for key in found if not same_numbers(found[key], was[key])]
        if changed:
            raise ValueError(
                f"{name}: expected a network that leaves its parameters and buffers as they are, "
                f"got new values of {changed}; batch normalisation, for example, needs "
                "track_running_stats=False"
            )


def _require_shapes(game: GAN, theta: Any, psi: Any, batch: GANBatch) -> None:
    """Require networks that take what they get, give what is asked for, and draw nothing."""
    real, noise = batch
    fake = _asked("generator", partial(game.generate, theta, noise), noise)
    if fake.shape != real.shape:
        raise ValueError(
            f"generator: expected samples of the data's shape (B, {_inner(real)}), "
            f"got {tuple(fake.shape)} from noise {tuple(noise.shape)}"
        )
    for x in (real, fake):
        logits = _asked("discriminator", partial(game.score, psi, x), x)
        packs = logits.shape[0] if logits.ndim else 0
        if logits.ndim != 2 or logits.shape[1] != 1 or packs == 0 or len(x) % packs:
            raise ValueError(
                "discriminator: expected logits of shape (B, 1), or one for each pack, "
                f"got {tuple(logits.shape)} for samples {tuple(x.shape)}"
            )
    losses = _asked("losses", partial(game.losses, theta, psi, batch), real)
    for name, loss in zip(losses._fields, losses, strict=True):
        if not isinstance(loss, Tensor) or loss.shape != ():
            got = tuple(loss.shape) if isinstance(loss, Tensor) else type(loss).__name__
            raise ValueError(f"loss: expected a scalar for the {name}, got {got}")


def _asked(name: str, question: Callable[[], Any], given: Tensor) -> Any:
    """Return an answer; whatever goes wrong is told in the name of who was asked."""
    try:
        with torch.enable_grad(), NothingRandom():
            return question()
    except (RuntimeError, ValueError, TypeError, IndexError) as error:
        if is_about_memory(error):
            raise
        raise ValueError(
            f"{name}: expected to work on a batch of shape {tuple(given.shape)} and "
            f"{given.dtype}, got {type(error).__name__}: {error}"
        ) from error


def _require_same_weights(game: GAN, seed: int, dtype: torch.dtype) -> None:
    """Require the same initial weights from the same seed."""
    one, again = (game.init(seed, dtype=dtype) for _ in range(2))
    for name, first, second in zip(("generator", "discriminator"), one, again, strict=True):
        changed = [key for key in first if not same_numbers(first[key], second[key])]
        if changed:
            raise ValueError(
                f"{name}: expected the same weights from the same seed, got two values of "
                f"{changed}; reset_parameters() must draw with PyTorch alone"
            )


def _inner(x: Tensor) -> str:
    return ", ".join(map(str, x.shape[1:]))
