"""What every data set promises."""

from __future__ import annotations

from abc import ABC, abstractmethod

import torch
from torch import Tensor

from gantext.core.checks import FloatingType, Generator, Size


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
        count: Size,
        *,
        generator: Generator,
        dtype: FloatingType = torch.float32,
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


def as_shape(count: Size) -> tuple[int, ...]:
    """Return how many samples are asked for as a shape."""
    return count if isinstance(count, tuple) else (count,)
