"""Checks of what comes in. Each error says what was expected, what came, and in which argument.

`name` is the argument's name, for the message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

ArrayLike = npt.ArrayLike | Tensor

_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def as_float64(name: str, value: ArrayLike) -> Tensor:
    """Turn a number, sequence, array or tensor into a float64 tensor without NaN.

    ValueError for NaN or a ragged array, TypeError for what is complex or no number.
    """
    if _is_complex(value):
        raise TypeError(f"{name}: expected real numbers, got complex")
    try:
        tensor = torch.as_tensor(value, dtype=torch.float64)
    except TypeError as error:
        raise TypeError(f"{name}: expected numbers, got {type(value).__name__}") from error
    except (ValueError, RuntimeError) as error:
        raise ValueError(
            f"{name}: expected a rectangular array of numbers, got {value!r}"
        ) from error
    if holds(torch.isnan(tensor).any()):
        raise ValueError(
            f"{name}: expected numbers, got NaN in a value of shape {tuple(tensor.shape)}"
        )
    return tensor


def holds(condition: Tensor) -> bool:
    """Read a condition, a scalar boolean, or answer False where it cannot be read.

    Inside a `torch.func` transform, or while operations are recorded, a tensor stands for many
    values, on which Python cannot branch. They were checked, where they could be, before that.
    """
    recording = torch._C._get_dispatch_mode(torch._C._TorchDispatchModeKey.PROXY) is not None
    if recording or torch._C._functorch.is_functorch_wrapped_tensor(condition):
        return False
    return bool(condition)


def positive(name: str, value: ArrayLike) -> Tensor:
    """Like `as_float64`, and every value must be finite and above zero."""
    return require(name, value, "finite values > 0", lambda t: torch.isfinite(t) & (t > 0))


def non_negative(name: str, value: ArrayLike) -> Tensor:
    """Like `as_float64`, and every value must be finite and at least zero."""
    return require(name, value, "finite values >= 0", lambda t: torch.isfinite(t) & (t >= 0))


def fraction(name: str, value: ArrayLike) -> Tensor:
    """Like `as_float64`, and every value must be at least 0 and below 1."""
    return require(name, value, "values in [0, 1)", lambda t: (t >= 0) & (t < 1))


def finite(name: str, value: ArrayLike) -> Tensor:
    """Like `as_float64`, and every value must be finite."""
    return require(name, value, "finite values", torch.isfinite)


def require(
    name: str, value: ArrayLike, wanted: str, holds_for: Callable[[Tensor], Tensor]
) -> Tensor:
    """Like `as_float64`, and every value must pass a test: `wanted` says in words which."""
    tensor = as_float64(name, value)
    if holds((~holds_for(tensor)).any()):
        raise ValueError(f"{name}: expected {wanted}, got {_show(tensor)}")
    return tensor


def floating(name: str, value: object) -> Tensor:
    """Require a floating-point tensor."""
    if not isinstance(value, Tensor) or not value.is_floating_point():
        raise TypeError(f"{name}: expected a floating-point tensor, got {kind(value)}")
    return value


def integers(name: str, value: object) -> Tensor:
    """Require a tensor of integers; booleans are none."""
    if not isinstance(value, Tensor) or value.dtype not in _INTEGERS:
        raise TypeError(f"{name}: expected a tensor of integers, got {kind(value)}")
    return value


def at_least_one(name: str, value: int) -> int:
    """Require a Python integer of at least 1."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name}: expected at least 1, got {value}")
    return value


def kind(value: object) -> str:
    """Say for a message what came: a tensor of which dtype, or an object of which class."""
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else type(value).__name__


def last_dim(name: str, tensor: Tensor, size: int) -> Tensor:
    """Return a tensor as it is; ValueError unless its last dimension has the given size."""
    if tensor.ndim == 0 or tensor.shape[-1] != size:
        raise ValueError(f"{name}: expected shape (..., {size}), got {tuple(tensor.shape)}")
    return tensor


def vectors(theta: ArrayLike, psi: ArrayLike) -> tuple[Tensor, Tensor]:
    """Return two players' parameters in float64: finite, of shapes (..., m) and (..., n)."""
    players = finite("theta", theta), finite("psi", psi)
    for name, tensor in zip(("theta", "psi"), players, strict=True):
        if tensor.ndim == 0:
            raise ValueError(f"{name}: expected shape (..., size), got a scalar; wrap it: [value]")
    return players


def one_number(name: str, tensor: Tensor) -> Tensor:
    """Return a tensor as it is; ValueError if it has a dimension.

    A game is one member, and a sweep is many games: inside `torch.func.vmap` a swept value is one
    number.
    """
    if tensor.ndim:
        raise ValueError(
            f"{name}: expected one number; simulate and train sweep it over many members; "
            f"got shape {tuple(tensor.shape)}"
        )
    return tensor


def probabilities(name: str, value: ArrayLike) -> Tensor:
    """Require probability vectors along the last dimension; return them in float64.

    Sums of float64 numbers may differ from 1 by 1e-9. A float32 softmax does not come that near:
    arrays and tensors below float64 may differ by 1e-5, and are divided by their sum.
    """
    tensor = as_float64(name, value)
    if tensor.ndim == 0 or tensor.shape[-1] == 0:
        raise ValueError(
            f"{name}: expected probabilities of shape (..., K), got shape {tuple(tensor.shape)}"
        )
    if holds((tensor < 0).any()):
        raise ValueError(f"{name}: expected probabilities >= 0, got {float(tensor.min()):.6g}")
    total = tensor.sum(-1)
    rounded = _is_rounded(value)
    if holds(((total - 1).abs() > (1e-5 if rounded else 1e-9)).any()):
        worst = total.flatten()[(total - 1).abs().argmax()]
        raise ValueError(
            f"{name}: expected probabilities that sum to 1, got a sum of {float(worst):.12g}"
        )
    return tensor / total.unsqueeze(-1) if rounded else tensor


def shares(name: str, value: ArrayLike | None, size: int) -> Tensor:
    """Like `probabilities`, one for each of `size` classes; equal ones where None is given."""
    if value is None:
        return torch.full((size,), 1 / size, dtype=torch.float64)
    tensor = probabilities(name, value)
    if tensor.shape != (size,):
        raise ValueError(f"{name}: expected shape ({size},), got {tuple(tensor.shape)}")
    return tensor


def same_last_dim(names: Sequence[str], tensors: Sequence[Tensor]) -> None:
    """Require that several tensors agree in the size of their last dimension."""
    sizes = {tensor.shape[-1] for tensor in tensors}
    if len(sizes) > 1:
        shapes = ", ".join(f"{n} {tuple(t.shape)}" for n, t in zip(names, tensors, strict=True))
        raise ValueError(f"expected the same last dimension, got {shapes}")


def broadcastable(names: Sequence[str], tensors: Sequence[Tensor], inner: int = 1) -> None:
    """Require the same last dimension and, but for `inner` dimensions, shapes that broadcast."""
    same_last_dim(names, tensors)
    try:
        torch.broadcast_shapes(*(tensor.shape[:-inner] for tensor in tensors))
    except RuntimeError as error:
        shapes = ", ".join(f"{n} {tuple(t.shape)}" for n, t in zip(names, tensors, strict=True))
        raise ValueError(f"expected leading dimensions that broadcast, got {shapes}") from error


def _is_complex(value: Any) -> bool:
    """Tell complex input, which a conversion to float64 would quietly cut in half."""
    if isinstance(value, Tensor):
        return value.is_complex()
    try:
        return np.iscomplexobj(value)
    except (TypeError, ValueError, RuntimeError):  # no array at all: the conversion will say so
        return False


def _is_rounded(value: Any) -> bool:
    """Tell an array or tensor of fewer bits than float64, before its conversion hides that."""
    dtype = getattr(value, "dtype", None)
    return dtype is not None and dtype.itemsize < 8


def _show(tensor: Tensor) -> str:
    """Show a number as itself and an array by its range, so that messages stay short."""
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return "a batched tensor"
    if tensor.numel() == 1:
        return f"{float(tensor):.6g}"
    low, high = float(tensor.min()), float(tensor.max())
    return f"values from {low:.6g} to {high:.6g} in shape {tuple(tensor.shape)}"
