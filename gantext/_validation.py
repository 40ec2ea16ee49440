"""Checks of what comes in. Each error says what was expected, what came, and in which argument."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


def as_float64(name: str, value: Any) -> Tensor:
    """Turn a number, sequence, array or tensor into a float64 tensor without NaN.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : number, array-like or Tensor
        What the caller passed.

    Returns
    -------
    Tensor
        The same values in float64; the tensor itself when it is one already.

    Raises
    ------
    ValueError
        If a value is NaN or does not form an array.
    TypeError
        If it is not numeric.
    """
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
    """Read a condition, or answer False where it cannot be read.

    Inside a `torch.func` transform a tensor may stand for many values at once, on which Python
    cannot branch. Such values were checked, where they could be, before they were batched.

    Parameters
    ----------
    condition : Tensor
        A scalar boolean.

    Returns
    -------
    bool
        The condition, or False inside a `torch.func` transform.
    """
    if torch._C._functorch.is_functorch_wrapped_tensor(condition):
        return False
    return bool(condition)


def positive(name: str, value: Any) -> Tensor:
    """Like `as_float64`, and every value must be finite and above zero.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : number, array-like or Tensor
        What the caller passed.

    Returns
    -------
    Tensor
        float64.

    Raises
    ------
    ValueError
        If a value is NaN, infinite, zero or negative.
    """
    tensor = as_float64(name, value)
    if holds((~torch.isfinite(tensor) | (tensor <= 0)).any()):
        raise ValueError(f"{name}: expected finite values > 0, got {_show(tensor)}")
    return tensor


def non_negative(name: str, value: Any) -> Tensor:
    """Like `as_float64`, and every value must be finite and at least zero.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : number, array-like or Tensor
        What the caller passed.

    Returns
    -------
    Tensor
        float64.

    Raises
    ------
    ValueError
        If a value is NaN, infinite or negative.
    """
    tensor = as_float64(name, value)
    if holds((~torch.isfinite(tensor) | (tensor < 0)).any()):
        raise ValueError(f"{name}: expected finite values >= 0, got {_show(tensor)}")
    return tensor


def finite(name: str, value: Any) -> Tensor:
    """Like `as_float64`, and every value must be finite.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : number, array-like or Tensor
        What the caller passed.

    Returns
    -------
    Tensor
        float64.

    Raises
    ------
    ValueError
        If a value is NaN or infinite.
    """
    tensor = as_float64(name, value)
    if holds((~torch.isfinite(tensor)).any()):
        raise ValueError(f"{name}: expected finite values, got {_show(tensor)}")
    return tensor


def last_dim(name: str, tensor: Tensor, size: int) -> Tensor:
    """Require that a tensor's last dimension has a given size.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    tensor : Tensor, shape (..., size)
        What to check.
    size : int
        The expected size.

    Returns
    -------
    Tensor
        The tensor, unchanged.

    Raises
    ------
    ValueError
        If the tensor is a scalar or its last dimension has another size.
    """
    if tensor.ndim == 0 or tensor.shape[-1] != size:
        raise ValueError(f"{name}: expected shape (..., {size}), got {tuple(tensor.shape)}")
    return tensor


def probabilities(name: str, value: Any, *, atol: float = 1e-9) -> Tensor:
    """Require probability vectors along the last dimension.

    Parameters
    ----------
    name : str
        The argument's name, for the message.
    value : array-like or Tensor, shape (..., K)
        What the caller passed.
    atol : float, optional
        By how much a sum may differ from 1.

    Returns
    -------
    Tensor
        float64, shape (..., K).

    Raises
    ------
    ValueError
        If it is a scalar, an entry is NaN or negative, or a sum is not 1.
    """
    tensor = as_float64(name, value)
    if tensor.ndim == 0 or tensor.shape[-1] == 0:
        raise ValueError(
            f"{name}: expected probabilities of shape (..., K), got shape {tuple(tensor.shape)}"
        )
    if holds((tensor < 0).any()):
        raise ValueError(f"{name}: expected probabilities >= 0, got {float(tensor.min()):.6g}")
    total = tensor.sum(-1)
    if holds(((total - 1).abs() > atol).any()):
        worst = total.flatten()[(total - 1).abs().argmax()]
        raise ValueError(
            f"{name}: expected probabilities that sum to 1, got a sum of {float(worst):.12g}"
        )
    return tensor


def same_last_dim(names: Sequence[str], tensors: Sequence[Tensor]) -> None:
    """Require that several tensors agree in the size of their last dimension.

    Parameters
    ----------
    names : sequence of str
        The arguments' names, for the message.
    tensors : sequence of Tensor
        What to compare.

    Raises
    ------
    ValueError
        If they differ.
    """
    sizes = {tensor.shape[-1] for tensor in tensors}
    if len(sizes) > 1:
        shapes = ", ".join(f"{n} {tuple(t.shape)}" for n, t in zip(names, tensors, strict=True))
        raise ValueError(f"expected the same last dimension, got {shapes}")


def broadcastable(names: Sequence[str], tensors: Sequence[Tensor]) -> None:
    """Require the same last dimension and leading dimensions that broadcast.

    Parameters
    ----------
    names : sequence of str
        The arguments' names, for the message.
    tensors : sequence of Tensor
        What to compare; none of them a scalar.

    Raises
    ------
    ValueError
        If the last dimensions differ or the leading ones do not broadcast.
    """
    same_last_dim(names, tensors)
    try:
        torch.broadcast_shapes(*(tensor.shape for tensor in tensors))
    except RuntimeError as error:
        shapes = ", ".join(f"{n} {tuple(t.shape)}" for n, t in zip(names, tensors, strict=True))
        raise ValueError(f"expected leading dimensions that broadcast, got {shapes}") from error


def _show(tensor: Tensor) -> str:
    """Show a number as itself and an array by its range, so that messages stay short."""
    if torch._C._functorch.is_functorch_wrapped_tensor(tensor):
        return "a batched tensor"
    if tensor.numel() == 1:
        return f"{float(tensor):.6g}"
    low, high = float(tensor.min()), float(tensor.max())
    return f"values from {low:.6g} to {high:.6g} in shape {tuple(tensor.shape)}"
