r"""How well samples match their world: modes, precision and recall, and intervals over seeds.

Samples may carry leading dimensions, one per member of a population; every member is judged by
itself, all at once. A member that has diverged is judged too: a sample that is NaN or infinite is
near nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


_BLOCK = 2**24  # distances, or resampled numbers, that are held at once: 64 or 128 MiB


def _distances(x: Tensor, y: Tensor) -> Tensor:
    """Return all distances, computed from differences: near points keep their digits."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def _blocks(x: Tensor, y: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Yield the distances of some of x's rows from all of y's, and where those rows start."""
    members = torch.broadcast_shapes(x.shape[:-2], y.shape[:-2]).numel()
    rows = max(1, _BLOCK // max(1, members * y.shape[-2]))
    for start in range(0, x.shape[-2], rows):
        yield start, _distances(x[..., start : start + rows, :], y)


def _points(name: str, value: Tensor) -> Tensor:
    """Require points of shape (..., n, d), and give them at least float32 to be measured in."""
    _floating(name, value)
    if value.ndim < 2 or 0 in value.shape[-2:]:
        raise ValueError(f"{name}: expected shape (..., n, d), got {tuple(value.shape)}")
    return value.detach().to(torch.promote_types(value.dtype, torch.float32))


def _floating(name: str, value: Tensor) -> None:
    if not isinstance(value, Tensor) or not value.is_floating_point():
        raise TypeError(f"{name}: expected a floating-point tensor, got {_kind(value)}")


def _at_least_one(name: str, value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name}: expected at least 1, got {value}")


def _kind(value: object) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else type(value).__name__
