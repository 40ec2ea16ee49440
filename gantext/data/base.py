"""What every data set promises, and the check of what is asked of it."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from gantext.core.checks import kind


class Dataset(ABC):
    """A distribution to draw samples from.

    A subclass sets `event_shape` and writes `sample`. Draw *outside* `torch.func.vmap`, which does
    not know of generators: ``count=(members, batch)`` gives each member its own samples.

    Attributes
    ----------
    event_shape : tuple of int
        The shape of one sample.
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
        """Draw independent samples.

        Parameters
        ----------
        count : int or tuple of int
            How many, at least 0, or in which shape.
        generator : torch.Generator
            The only source of randomness; the samples are made on its device.
        dtype : torch.dtype, optional
            A floating-point type.

        Returns
        -------
        Tensor, shape (count..., event_shape...)
            The samples.
        """


def check_request(
    count: int | tuple[int, ...], generator: torch.Generator, dtype: torch.dtype
) -> tuple[int, ...]:
    """Check the arguments of `Dataset.sample`, and return `count` as a shape."""
    if not isinstance(generator, torch.Generator):
        raise TypeError(
            "generator: expected a torch.Generator such as torch.Generator().manual_seed(0), "
            f"got {kind(generator)}"
        )
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"dtype: expected a floating-point type such as torch.float32, got {dtype}")
    sizes = tuple(count) if isinstance(count, (tuple, list)) else (count,)
    if not all(isinstance(size, int) and not isinstance(size, bool) for size in sizes):
        raise TypeError(f"count: expected an integer or a tuple of integers, got {count!r}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"count: expected at least 0, got {count!r}")
    return sizes
