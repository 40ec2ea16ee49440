"""The rows of a tensor, at hand on every device and in every dtype."""

from __future__ import annotations

import torch
from torch import Tensor


class Rows:
    """A tensor that is copied to each device and dtype once, not at every draw."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor
        self._made: dict[tuple[torch.device, torch.dtype], Tensor] = {}

    def __reduce__(self) -> tuple[type[Rows], tuple[Tensor]]:
        """Copy and pickle the tensor alone."""
        return Rows, (self._tensor,)

    def on(self, device: torch.device, dtype: torch.dtype | None = None) -> Tensor:
        """Return the tensor on a device, in its own dtype or another."""
        key = (device, self._tensor.dtype if dtype is None else dtype)
        if key not in self._made:
            self._made[key] = self._tensor.to(key[1]).to(device)  # MPS has no float64: dtype first
        return self._made[key]

    def pick(self, index: Tensor, dtype: torch.dtype) -> Tensor:
        """Return ``tensor[index]`` on the index's device."""
        rows = self.on(index.device, dtype)
        # For rows of many numbers index_select is three times faster than indexing.
        return rows.index_select(0, index.flatten()).reshape(index.shape + rows.shape[1:])
