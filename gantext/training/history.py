"""What is recorded while training goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor


class History(NamedTuple):
    """What was recorded, every so many steps.

    Attributes
    ----------
    step : Tensor, shape (T,), int64
        Steps taken at each record.
    generator_loss, discriminator_loss, speed : Tensor, shape (T, *members), float64
        Means over the steps since the record before.
    observed : dict of Tensor, each of shape (T, *members, own)
        What the callbacks returned, with dimensions of its own.
    """

    step: Tensor
    generator_loss: Tensor
    discriminator_loss: Tensor
    speed: Tensor
    observed: dict[str, Tensor]


class Log(NamedTuple):
    """The history as it grows; with many members they are the first dimension of its tensors.

    Attributes
    ----------
    step : list of int
        Steps taken at each record.
    means : list of Tensor, shape (3,) or (members, 3)
        Generator loss, discriminator loss and speed.
    observed : dict of list of Tensor
        What the callbacks returned.
    """

    step: list[int]
    means: list[Tensor]
    observed: dict[str, list[Tensor]]

    @property
    def last(self) -> int:
        """Steps taken at the last record."""
        return self.step[-1] if self.step else 0

    def and_now(
        self, step: int, sums: Tensor, answers: Sequence[Mapping[str, Tensor] | None]
    ) -> Log:
        """Return the log with one more record: sums since the last one, and callbacks' answers."""
        seen: dict[str, Tensor] = {}
        for answer in answers:
            for name, value in (answer or {}).items():
                if name in seen:
                    raise ValueError(f"{name!r}: expected from one callback, got from two")
                seen[name] = torch.as_tensor(value).detach().cpu()
        if self.step and seen.keys() != self.observed.keys():
            raise ValueError(
                f"callbacks: expected the same names at every record, {sorted(self.observed)}, "
                f"got {sorted(seen)} at step {step}"
            )
        return Log(
            [*self.step, step],
            [*self.means, (sums / (step - self.last)).cpu()],
            {name: [*self.observed.get(name, []), value] for name, value in seen.items()},
        )

    def stacked(self, like: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
        """Return means and observations with time as a last dimension, which may be empty."""
        means = torch.stack(self.means, -1) if self.means else like.new_empty(*like.shape, 0).cpu()
        return means, {name: torch.stack(values, -1) for name, values in self.observed.items()}
