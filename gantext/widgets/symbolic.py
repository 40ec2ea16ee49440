r"""From the library's PyTorch code to formulas.

A figure on the website has no Python behind it. So that no formula is typed twice, the functions of
this library are traced: PyTorch records which operations they perform, derivatives included, and
the record is replayed with symbols in place of numbers. What comes out is sympy; ``javascript``
prints it for the figures' scripts.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import numpy as np
import sympy
import torch
from torch.fx.experimental.proxy_tensor import make_fx
from torch.utils import _pytree as pytree

from gantext.widgets.operations import Replay


class Computed(NamedTuple):
    """A PyTorch function that a figure's script needs as JavaScript, and where it needs it.

    Attributes
    ----------
    function : callable
        Takes float64 vectors and returns a tensor or a pytree of tensors: see ``trace``.
    arguments : tuple of dict
        For each vector, the names of its entries, each with the range that the figure uses: a pair
        (low, high). Tests compare both languages on points drawn from there.
    """

    function: Callable[..., Any]
    arguments: tuple[dict[str, tuple[float, float]], ...]

    def formula(self) -> Formula:
        """Trace the function."""
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


def trace(function: Callable[..., Any], *names: Iterable[str]) -> Formula:
    """Find the formulas that a PyTorch function computes.

    Parameters
    ----------
    function : callable
        Takes one vector for each of `names`, float64, and returns a tensor or a pytree of tensors.
        It must not branch on their values; ``torch.func.vmap`` says so if it does.
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
    """
    groups = [list(group) for group in names]
    symbols = tuple(tuple(sympy.Symbol(n, real=True) for n in group) for group in groups)
    # Any values will do. Two members keep each operation apart from the ones on the batch.
    draw = torch.Generator().manual_seed(0)
    values = [0.25 + torch.rand(1, len(g), dtype=torch.float64, generator=draw) / 2 for g in groups]
    graph = make_fx(torch.func.vmap(function))(*values)
    graph.graph.eliminate_dead_code()
    inputs = [np.array([group], dtype=object).reshape(1, len(group)) for group in symbols]
    returned = pytree.tree_leaves(Replay(graph).run(*inputs))
    results = [sympy.sympify(entry) for array in returned for entry in array.flatten()]
    return Formula(symbols, tuple(results))
