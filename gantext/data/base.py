r"""What the forger must imitate: worlds of known density, and small images.

Every draw takes its randomness from a `torch.Generator` that you pass, and lands on that
generator's device. Draw *outside* `torch.func.vmap`, which does not know of generators: one call
with ``count=(members, batch)`` gives each member its own samples.
"""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor


class Dataset(ABC):
    """A distribution to draw from.

    A subclass says what one draw looks like, and draws.

    Attributes
    ----------
    event_shape : tuple of int
        The shape of one draw.
    """

    event_shape: tuple[int, ...]

    @abstractmethod
    def sample(
        self,
        count: int | tuple[int, ...],
        *,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Draw independently.

        Parameters
        ----------
        count : int or tuple of int
            How many, or in which shape.
        generator : torch.Generator
            Where the randomness comes from; the draws land on its device.
        dtype : torch.dtype, optional
            A floating-point type.

        Returns
        -------
        Tensor, shape (count..., event_shape...)
            The draws.

        Raises
        ------
        ValueError
            If `count` is negative.
        TypeError
            If `count` is no integer nor tuple of them, `generator` no `torch.Generator`, or `dtype`
            no floating-point type.
        """


_STEPS = 2**30  # fits the random integers of every device, MPS included


_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


class _Copies:
    """A tensor, copied to each device and type once, not at every draw."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor
        self._made: dict[tuple[torch.device, torch.dtype], Tensor] = {}

    def on(self, device: torch.device, dtype: torch.dtype | None = None) -> Tensor:
        key = (device, self._tensor.dtype if dtype is None else dtype)
        if key not in self._made:
            self._made[key] = self._tensor.to(key[1]).to(device)  # MPS has no float64: type first
        return self._made[key]


def _take(rows: Tensor, index: Tensor) -> Tensor:
    """Return ``rows[index]``, which for rows of many numbers is three times faster so."""
    return rows.index_select(0, index.flatten()).reshape(index.shape + rows.shape[1:])


def _checked(
    count: int | tuple[int, ...], generator: torch.Generator, dtype: torch.dtype
) -> tuple[tuple[int, ...], torch.device]:
    """Return the shape and device of a draw, or say what is wrong with its arguments."""
    if not isinstance(generator, torch.Generator):
        raise TypeError(
            "generator: expected a torch.Generator such as torch.Generator().manual_seed(0), "
            f"got {_kind(generator)}"
        )
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"dtype: expected a floating-point type such as torch.float32, got {dtype}")
    return _shape(count), generator.device


def _shape(count: int | tuple[int, ...]) -> tuple[int, ...]:
    sizes = tuple(count) if isinstance(count, (tuple, list)) else (count,)
    if not all(isinstance(size, int) and not isinstance(size, bool) for size in sizes):
        raise TypeError(f"count: expected an integer or a tuple of integers, got {count!r}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"count: expected at least 0, got {count!r}")
    return sizes


def _count(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name}: expected at least 1, got {value}")
    return value


def _kind(value: object) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else type(value).__name__
