"""Points in space, and the distances between them."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from gantext.evaluation.memory import rows_at_once


def as_points(name: str, value: Tensor) -> Tensor:
    """Require points of shape (..., n, d), and return them without gradient, at least float32."""
    if value.ndim < 2 or 0 in value.shape[-2:]:
        raise ValueError(f"{name}: expected shape (..., n, d), got {tuple(value.shape)}")
    return value.detach().to(torch.promote_types(value.dtype, torch.float32))


def distances(x: Tensor, y: Tensor) -> Tensor:
    """Return all distances, of shape (..., n, m)."""
    # Computed from differences: by a matrix product, near points would lose their digits.
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def distances_in_blocks(x: Tensor, y: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Yield where a block of the points of x starts, and their distances from all of y."""
    members = torch.broadcast_shapes(x.shape[:-2], y.shape[:-2]).numel()
    rows = rows_at_once(members * y.shape[-2])
    for start in range(0, x.shape[-2], rows):
        yield start, distances(x[..., start : start + rows, :], y)
