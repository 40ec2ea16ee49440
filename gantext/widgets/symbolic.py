r"""From the library's PyTorch code to formulas, and from formulas to JavaScript.

A figure on the website has no Python behind it. So that no formula is typed twice, the functions of
this library are traced: PyTorch records which operations they perform, derivatives included, and
the record is replayed with symbols in place of numbers. What comes out is sympy, and is printed as
JavaScript.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

import numpy as np
import sympy
import torch
from numpy.typing import NDArray
from sympy.printing.jscode import JavascriptCodePrinter
from torch import Tensor, fx
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils import _pytree as pytree


class Computed(NamedTuple):
    """A PyTorch function that a figure's script needs as JavaScript, and where it needs it.

    Attributes
    ----------
    function : callable
        Takes float64 vectors and returns a tensor or a pytree of tensors: see `trace`.
    arguments : tuple of dict
        For each vector, the names of its entries, each with the range that the figure uses: a pair
        (low, high). Tests compare both languages on points drawn from there.

    Examples
    --------
    >>> from gantext.widgets.symbolic import Computed
    >>> Computed(lambda v: v.sum(), ({"x": (0.0, 1.0), "y": (0.0, 2.0)},)).formula().results
    (x + y,)
    """

    function: Callable[..., Any]
    arguments: tuple[dict[str, tuple[float, float]], ...]

    def formula(self) -> Formula:
        """Trace the function.

        Returns
        -------
        Formula
            What it computes.
        """
        return trace(self.function, *self.arguments)


class Formula(NamedTuple):
    """Expressions in named arguments.

    Attributes
    ----------
    arguments : tuple of tuple of sympy.Symbol
        One tuple for each argument of the traced function, one symbol for each of its entries.
    results : tuple of sympy.Expr
        All entries that the function returns, in order.
    """

    arguments: tuple[tuple[sympy.Symbol, ...], ...]
    results: tuple[sympy.Expr, ...]


# Functions that would lose digits, or overflow, if they were written out. sympy knows their
# derivatives; JavaScript gets them from `prelude`. Lower case, as sympy's own are.
class sigmoid(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The logistic function :math:`1 / (1 + e^{-x})`.

    Examples
    --------
    >>> import sympy
    >>> from gantext.widgets.symbolic import sigmoid
    >>> x = sympy.Symbol("x")
    >>> sigmoid(x).diff(x)
    (1 - sigmoid(x))*sigmoid(x)
    """

    def fdiff(self, argindex: int = 1) -> sympy.Expr:  # numpydoc ignore=PR01
        """Differentiate."""
        return self * (1 - self)


class softplus(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`\log(1 + e^x)`.

    Examples
    --------
    >>> import sympy
    >>> from gantext.widgets.symbolic import softplus
    >>> x = sympy.Symbol("x")
    >>> softplus(x).diff(x)
    sigmoid(x)
    """

    def fdiff(self, argindex: int = 1) -> sympy.Expr:  # numpydoc ignore=PR01
        """Differentiate."""
        return sigmoid(self.args[0])


class xlogy(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`x \log y`, which is 0 where :math:`x = 0`.

    Examples
    --------
    >>> import sympy
    >>> from gantext.widgets.symbolic import xlogy
    >>> xlogy(*sympy.symbols("x y"))
    xlogy(x, y)
    """


class xlog1py(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`x \log(1 + y)`, which is 0 where :math:`x = 0`.

    Examples
    --------
    >>> import sympy
    >>> from gantext.widgets.symbolic import xlog1py
    >>> xlog1py(*sympy.symbols("x y"))
    xlog1py(x, y)
    """


class log1p(sympy.Function):  # type: ignore[misc]  # noqa: N801
    r"""The function :math:`\log(1 + x)`.

    Examples
    --------
    >>> import sympy
    >>> from gantext.widgets.symbolic import log1p
    >>> log1p(sympy.Symbol("x"))
    log1p(x)
    """


_OWN = {f.__name__: f.__name__ for f in (sigmoid, softplus, xlogy, xlog1py)} | {
    "log1p": "Math.log1p"
}

_PRELUDE = {
    "sigmoid": "(x) => (x < 0 ? Math.exp(x) / (1 + Math.exp(x)) : 1 / (1 + Math.exp(-x)))",
    "softplus": "(x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)))",
    "xlogy": "(x, y) => (x === 0 ? 0 : x * Math.log(y))",
    "xlog1py": "(x, y) => (x === 0 ? 0 : x * Math.log1p(y))",
}


def prelude(code: str) -> str:
    """Return those functions, as JavaScript, that code of `javascript` calls."""
    called = [name for name in _PRELUDE if re.search(rf"\b{name}\(", code)]
    return "".join(f"const {name} = {_PRELUDE[name]};\n" for name in called)


def trace(function: Callable[..., Any], *names: Iterable[str]) -> Formula:
    """Find the formulas that a PyTorch function computes.

    Parameters
    ----------
    function : callable
        Takes one vector for each of `names`, float64, and returns a tensor or a pytree of tensors.
        It must not branch on their values; `torch.func.vmap` says so if it does.
    *names : iterable of str
        What the entries of each vector are called.

    Returns
    -------
    Formula
        Real symbols with these names, and what the function returns in terms of them.

    Raises
    ------
    NotImplementedError
        If the function uses an operation that has no symbolic meaning here.

    Examples
    --------
    >>> import torch
    >>> from gantext.widgets.symbolic import trace
    >>> square_and_slope = torch.func.grad_and_value(lambda x: (x**2).sum())
    >>> trace(square_and_slope, ["x"]).results
    (2*x, x**2)
    """
    groups = [list(group) for group in names]
    symbols = tuple(tuple(sympy.Symbol(n, real=True) for n in group) for group in groups)
    # Any values will do. Two members keep each operation apart from the ones on the batch.
    draw = torch.Generator().manual_seed(0)
    values = [0.25 + torch.rand(1, len(g), dtype=torch.float64, generator=draw) / 2 for g in groups]
    graph = make_fx(torch.func.vmap(function))(*values)
    graph.graph.eliminate_dead_code()
    inputs = [np.array([group], dtype=object).reshape(1, len(group)) for group in symbols]
    returned = pytree.tree_leaves(_Symbolic(graph).run(*inputs))
    results = [sympy.sympify(entry) for array in returned for entry in array.flatten()]
    return Formula(symbols, tuple(results))


def javascript(name: str, formula: Formula) -> str:
    """Print a formula as a JavaScript function.

    Parameters
    ----------
    name : str
        What the function is called.
    formula : Formula
        What it computes.

    Returns
    -------
    str
        ``const NAME = ([...], ...) => {...};``, a function of arrays that returns an array. It may
        use what `prelude` defines.

    Examples
    --------
    >>> import torch
    >>> from gantext.widgets.symbolic import javascript, trace
    >>> print(javascript("hypot2", trace(lambda v: (v**2).sum(), ["x", "y"])))
    const hypot2 = ([x, y]) => {
      return [Math.pow(x, 2) + Math.pow(y, 2)];
    };
    """
    taken = {symbol for group in formula.arguments for symbol in group}
    fresh = (s for s in sympy.numbered_symbols("t") if s not in taken)
    steps, results = sympy.cse(formula.results, symbols=fresh, order="canonical")
    show = _Printer().doprint
    inputs = ", ".join(f"[{', '.join(map(str, group))}]" for group in formula.arguments)
    lines = [f"const {name} = ({inputs}) => {{"]
    lines += [f"  const {symbol} = {show(value)};" for symbol, value in steps]
    lines += [f"  return [{', '.join(map(show, results))}];", "};"]
    return "\n".join(lines)


class _Printer(JavascriptCodePrinter):  # type: ignore[misc]
    """sympy's printer, with all conditions as expressions."""

    def __init__(self) -> None:
        super().__init__({"user_functions": _OWN})

    def _print_Piecewise(self, expr: sympy.Expr) -> str:
        *cases, (otherwise, _) = expr.args
        shown = self._print(otherwise)
        for value, condition in reversed(cases):
            shown = f"({self._print(condition)} ? {self._print(value)} : {shown})"
        return shown

    def _print_Relational(self, expr: sympy.Expr) -> str:
        return str(super()._print_Relational(expr)).replace("==", "===")

    def _print_Float(self, expr: sympy.Expr) -> str:
        return repr(float(expr))  # the shortest digits that give this number back

    def _print_sign(self, expr: sympy.Expr) -> str:
        return f"Math.sign({self._print(expr.args[0])})"


Array = NDArray[np.object_]


class _Symbolic(fx.Interpreter):
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
    return _either(entry, 1, 0) if isinstance(entry, sympy.logic.boolalg.Boolean) else entry


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
    "lift_fresh_copy": _same,
    "_linalg_check_errors": lambda *_report: None,
    "_linalg_solve_ex": lambda a, b, *_settings: _solve(a, b),
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
    "squeeze": lambda array, dim: np.squeeze(array, dim if isinstance(dim, int) else tuple(dim)),
    "stack": lambda arrays, dim=0: np.stack(arrays, axis=dim),
    "sum": _sum,
    "transpose": lambda array, one, other: np.swapaxes(array, one, other),
    "unbind": lambda array, dim=0: [
        np.asarray(part, dtype=object) for part in np.moveaxis(array, dim, 0)
    ],
    "unsqueeze": np.expand_dims,
    "view": np.reshape,
    "zeros": lambda shape: _filled(0, shape),
    "zeros_like": lambda array: _filled(0, array.shape),
}
