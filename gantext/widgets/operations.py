"""What PyTorch's operations mean on arrays of expressions."""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import sympy
import torch
from numpy.typing import NDArray
from torch import Tensor, fx

Array = NDArray[np.object_]


# Functions that would lose digits, or overflow, if they were written out. sympy knows their
# derivatives; JavaScript gets them from `javascript.prelude`. Lower case, as sympy's own are.
class sigmoid(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The logistic function :math:`1 / (1 + e^{-x})`."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Differentiate."""
        return self * (1 - self)


class softplus(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`\log(1 + e^x)`."""

    def fdiff(self, argindex: int = 1) -> sympy.Expr:
        """Differentiate."""
        return sigmoid(self.args[0])


class xlogy(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`x \log y`, which is 0 where :math:`x = 0`."""


class xlog1py(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`x \log(1 + y)`, which is 0 where :math:`x = 0`."""


class log1p(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`\log(1 + x)`."""


class Replay(fx.Interpreter):
    """Replays a record of PyTorch operations on arrays of expressions."""

    def get_attr(self, target: Any, args: Any, kwargs: Any) -> Array:
        """Return a constant of the record."""
        return _exact(super().get_attr(target, args, kwargs))

    def call_function(self, target: Any, args: Any, kwargs: Any) -> Any:
        """Do one operation."""
        if target is operator.getitem:
            return args[0][args[1]]
        name = target.overloadpacket.__name__
        if name in _ENTRYWISE:
            return _entrywise(_ENTRYWISE[name], args, kwargs)
        if name in _OPERATIONS:
            return _OPERATIONS[name](*args)
        raise NotImplementedError(f"expected an operation with a symbolic meaning, got {name}")


def _exact(tensor: Tensor) -> Array:
    """Turn numbers into symbols: whole ones into integers, so that 1·x is x."""
    entries = [_symbol(entry) for entry in tensor.flatten().tolist()]
    return np.array(entries, dtype=object).reshape(tuple(tensor.shape))


def _symbol(value: Any) -> Any:
    """Turn a plain number into sympy's, without loss; leave anything else as it is."""
    if isinstance(value, bool):
        return sympy.true if value else sympy.false
    if not isinstance(value, int | float):
        return value
    # Every float is a fraction with a power of two below; short ones read better so.
    exact = sympy.Rational(value)
    return exact if exact.q <= 64 else sympy.Float(value, 17)


def _entrywise(function: Callable[..., Any], args: Sequence[Any], kwargs: dict[str, Any]) -> Array:
    """Apply a function of expressions to all entries of arrays that broadcast."""
    arrays = np.broadcast_arrays(*(np.asarray(_symbol(a), dtype=object) for a in args))
    out = np.empty(arrays[0].shape, dtype=object)
    for place in np.ndindex(out.shape):
        out[place] = function(*(array[place] for array in arrays), **kwargs)
    return out


def _plus(a: Any, b: Any, alpha: float = 1) -> Any:
    return a + _symbol(alpha) * b


def _softplus(x: Any, beta: Any = 1, _threshold: Any = 20) -> Any:
    """Return softplus; PyTorch's is linear beyond a threshold, almost the same there."""
    return softplus(beta * x) / beta


def _either(condition: Any, yes: Any, no: Any) -> Any:
    return sympy.Piecewise((yes, condition), (no, True))


def _as_number(entry: Any, **_settings: Any) -> Any:
    # A symbol is a Boolean for sympy; here it is a real number.
    is_condition = isinstance(entry, sympy.logic.boolalg.Boolean) and not entry.is_Symbol
    return _either(entry, 1, 0) if is_condition else entry


_ENTRYWISE: dict[str, Callable[..., Any]] = {
    "_to_copy": _as_number,
    "abs": sympy.Abs,
    "add": _plus,
    "bitwise_and": sympy.And,
    "bitwise_not": sympy.Not,
    "clamp_min": lambda x, low: sympy.Max(x, low),
    "clamp": lambda x, low, high: sympy.Min(sympy.Max(x, low), high),
    "div": lambda a, b: a / b,
    "eq": sympy.Eq,
    "exp": sympy.exp,
    "ge": sympy.Ge,
    "gt": sympy.Gt,
    "le": sympy.Le,
    "log": sympy.log,
    "log1p": log1p,
    "log_sigmoid_backward": lambda grad, x, _buffer: grad * sigmoid(-x),
    "logit": lambda x: sympy.log(x / (1 - x)),
    "lt": sympy.Lt,
    "mul": lambda a, b: a * b,
    "neg": operator.neg,
    "pow": lambda a, b: a**b,
    "reciprocal": lambda a: 1 / a,
    "remainder": sympy.Mod,
    "rsub": lambda a, b, alpha=1: _plus(b, a, -alpha),
    "relu": lambda x: sympy.Max(x, 0),
    "sgn": sympy.sign,
    "sigmoid": sigmoid,
    "sigmoid_backward": lambda grad, s: grad * s * (1 - s),
    "sign": sympy.sign,
    "softplus": _softplus,
    "softplus_backward": lambda grad, x, beta, _threshold: grad * sigmoid(beta * x),
    "special_xlog1py": xlog1py,
    "sqrt": sympy.sqrt,
    "sub": lambda a, b, alpha=1: _plus(a, b, -alpha),
    "threshold_backward": lambda grad, x, threshold: _either(x > threshold, grad, 0),
    "where": _either,
    "xlogy": xlogy,
}


def _same(array: Array, *_settings: Any) -> Array:
    return array


def _overwrite(target: Array, source: Array) -> Array:
    target[...] = _symbol(source)
    return target


def _diagonal(array: Array, offset: int, one: int, other: int) -> Array:
    view = array.diagonal(offset, one, other)
    view.flags.writeable = True  # eye() is made by filling it
    return view


def _filled(value: int, shape: Sequence[int]) -> Array:
    return np.full(shape, sympy.Integer(value), dtype=object)


def _expand(array: Array, shape: Sequence[int]) -> Array:
    have = (1,) * (len(shape) - array.ndim) + array.shape
    return np.broadcast_to(
        array, [h if want < 0 else want for h, want in zip(have, shape, strict=True)]
    )


def _sum(array: Array, axes: Sequence[int] | None = None, keepdim: bool = False) -> Array:
    axis = tuple(axes) if axes else None
    return np.asarray(array.sum(axis=axis, keepdims=keepdim), dtype=object)


def _mean(array: Array, axes: Sequence[int] | None = None, keepdim: bool = False) -> Array:
    total = _sum(array, axes, keepdim)
    return total / sympy.Integer(array.size // total.size)


def _select_backward(gradient: Array, shape: Sequence[int], dim: int, index: int) -> Array:
    out = _filled(0, shape)
    np.moveaxis(out, dim, 0)[index] = gradient
    return out


def _solve(matrices: Array, right: Array) -> tuple[Any, ...]:
    """Solve small linear systems, one for each leading index."""
    columns = right[..., None] if right.ndim < matrices.ndim else right
    out = np.empty(columns.shape, dtype=object)
    for lead in np.ndindex(matrices.shape[:-2]):
        found = sympy.Matrix(matrices[lead]).LUsolve(sympy.Matrix(columns[lead]))
        out[lead] = np.array(found.applyfunc(sympy.cancel).tolist(), dtype=object)
    return out.reshape(right.shape), None, None, None  # no factors, no pivots, no error code


def _squeeze(array: Array, axes: int | Sequence[int]) -> Array:
    return np.squeeze(array, axes if isinstance(axes, int) else tuple(axes))


def _softmax(array: Array, axis: int, _half: bool) -> Array:
    powers = _entrywise(sympy.exp, [array], {})
    return powers / powers.sum(axis, keepdims=True)


def _softmax_backward(gradient: Array, shares: Array, axis: int, _kind: Any) -> Array:
    pulled = gradient * shares
    return pulled - shares * pulled.sum(axis, keepdims=True)


_OPERATIONS: dict[str, Callable[..., Any]] = {
    "_new_zeros_with_same_feature_meta": lambda _tangent, like: _filled(0, like.shape),
    "_unsafe_view": np.reshape,
    "alias": _same,
    "arange": lambda *limits: _exact(torch.arange(*limits)),
    "bmm": operator.matmul,
    "cat": lambda arrays, dim=0: np.concatenate(arrays, axis=dim),
    "clone": _same,
    "copy_": _overwrite,
    "detach": _same,
    "diagonal": lambda array, offset=0, one=0, other=1: _diagonal(array, offset, one, other),
    "expand": _expand,
    "eye": lambda *shape: _exact(torch.eye(*shape)),
    "fill_": _overwrite,
    "log_sigmoid_forward": lambda x: (_entrywise(lambda s: -softplus(-s), [x], {}), None),
    "_softmax": _softmax,
    "_softmax_backward_data": _softmax_backward,
    "lift_fresh_copy": _same,
    "_linalg_check_errors": lambda *_report: None,
    "_linalg_solve_ex": lambda a, b, *_settings: _solve(a, b),
    "mean": _mean,
    "mm": operator.matmul,
    "new_zeros": lambda _like, shape: _filled(0, shape),
    "ones": lambda shape: _filled(1, shape),
    "ones_like": lambda array: _filled(1, array.shape),
    "permute": lambda array, axes: array.transpose(axes),
    "scalar_tensor": lambda value: np.array(_symbol(value), dtype=object),
    "select": lambda array, dim, index: np.asarray(np.take(array, index, axis=dim), dtype=object),
    "select_backward": _select_backward,
    "slice": lambda array, dim=0, start=None, end=None, step=1: array[
        (slice(None),) * (dim % array.ndim) + (slice(start, end, step),)
    ],
    "split": lambda array, size, dim=0: np.split(
        array, range(size, array.shape[dim], size), axis=dim
    ),
    "split_with_sizes": lambda array, sizes, dim=0: np.split(
        array, np.cumsum(sizes)[:-1], axis=dim
    ),
    "squeeze": _squeeze,
    "squeeze_": _squeeze,
    "stack": lambda arrays, dim=0: np.stack(arrays, axis=dim),
    "sum": _sum,
    "t": np.transpose,
    "transpose": lambda array, one, other: np.swapaxes(array, one, other),
    "unbind": lambda array, dim=0: [
        np.asarray(part, dtype=object) for part in np.moveaxis(array, dim, 0)
    ],
    "unsqueeze": np.expand_dims,
    "view": np.reshape,
    "zeros": lambda shape: _filled(0, shape),
    "zeros_like": lambda array: _filled(0, array.shape),
}
