"""Checks of what comes in. Each error says what was expected, what came, and in which argument.

`name` is the argument's name, for the message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from torch.utils._pytree import tree_leaves

from gantext.core.annotations import ANYTHING, Whole, shown

#: Checked by the function that takes it, as its shape must be.
ArrayLike = Annotated[npt.ArrayLike | Tensor, ANYTHING]

_NO_NUMBERS = {"c": "complex", "b": "bool", "S": "str", "U": "str"}
_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


def as_float64(name: str, value: ArrayLike) -> Tensor:
    """Turn a number, sequence, array or tensor into a float64 tensor without NaN.

    ValueError for NaN or a ragged array, TypeError for what is complex or no number.
    """
    if (other := _is_no_number(value)) is not None:
        raise TypeError(f"{name}: expected real numbers, got {other}")
    try:
        tensor = torch.as_tensor(value, dtype=torch.float64)
    except TypeError as error:
        raise TypeError(f"{name}: expected numbers, got {type(value).__name__}") from error
    except (ValueError, RuntimeError, OverflowError) as error:
        raise ValueError(
            f"{name}: expected a rectangular array of numbers, got {shown(value)}"
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


def is_boolean(value: ArrayLike) -> bool:
    """Tell booleans, which count as numbers only where a function says so."""
    return _is_no_number(value) == "bool"


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


def broadcastable(names: Sequence[str], tensors: Sequence[Tensor], inner: int = 1) -> torch.Size:
    """Require leading dimensions that broadcast, and return what they become.

    All but the last `inner` are leading; of these the last must be the same.
    """
    if inner:
        same_last_dim(names, tensors)
    try:
        return torch.broadcast_shapes(*(t.shape[: t.ndim - inner] for t in tensors))
    except RuntimeError as error:
        shapes = ", ".join(f"{n} {tuple(t.shape)}" for n, t in zip(names, tensors, strict=True))
        raise ValueError(f"expected leading dimensions that broadcast, got {shapes}") from error


def _is_no_number(value: Any) -> str | None:
    """Name what a conversion to float64 would quietly take: complex, True and False, letters."""
    if isinstance(value, Tensor):
        return "complex" if value.is_complex() else "bool" if value.dtype == torch.bool else None
    try:
        found = _NO_NUMBERS.get(np.asarray(value).dtype.kind)
    except (TypeError, ValueError, RuntimeError):  # no array at all: the conversion will say so
        return None
    return type(value).__name__ if found == "str" else found


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


def _one(
    check: Callable[[str, ArrayLike], Tensor],
) -> Callable[[str, float | Tensor], float | Tensor]:
    """Return a check of one number that leaves it as it is."""

    def checked(name: str, value: float | Tensor) -> float | Tensor:
        one_number(name, check(name, value))
        return value

    return checked


def _floating_type(name: str, value: torch.dtype) -> torch.dtype:
    if not value.is_floating_point:
        raise TypeError(f"{name}: expected {_FLOATING_TYPE}, got {value}")
    return value


def _device(name: str, value: torch.device | str) -> torch.device:
    """Require a device that can hold a tensor."""
    try:
        return torch.empty(0, device=value).device
    except (RuntimeError, AssertionError, NotImplementedError) as error:
        reason = str(error).partition("\n")[0]
        raise ValueError(
            f"{name}: expected a device that is here, such as 'cpu', got {value!r} ({reason})"
        ) from error


def _square(name: str, value: Tensor) -> Tensor:
    if value.ndim < 2 or value.shape[-1] != value.shape[-2]:
        raise ValueError(f"{name}: expected shape (..., k, k), got {tuple(value.shape)}")
    return value


def _player(name: str, value: Any) -> Any:
    """Require a player's parameters: finite, where they can be read."""
    leaves = tree_leaves(value)
    for leaf in leaves:
        floating(name, leaf)
        if holds(~torch.isfinite(leaf).all()):
            raise ValueError(f"{name}: expected finite values, got {_show(leaf)}")
    if not leaves:
        raise ValueError(f"{name}: expected at least one tensor, got {shown(value)}")
    return value


_FLOATING_TYPE = "a floating-point type such as torch.float32"

#: A floating-point tensor.
Floating = Annotated[Tensor, "a floating-point tensor", floating]
Integers = Annotated[Tensor, "a tensor of integers", integers]
Square = Annotated[Floating, _square]
#: One number, which is a tensor where each member of a population has its own.
Number = Annotated[float | Tensor, ANYTHING, _one(finite)]
Weight = Annotated[float | Tensor, ANYTHING, _one(non_negative)]
Bound = Annotated[float | Tensor, ANYTHING, _one(positive)]
Player = Annotated[Any, _player]
FloatingType = Annotated[torch.dtype, _FLOATING_TYPE, _floating_type]
Device = Annotated[torch.device | str, _device]
Generator = Annotated[torch.Generator, "a torch.Generator such as torch.Generator().manual_seed(0)"]
#: How many, or in which shape.
Size = Whole | tuple[Whole, ...]
