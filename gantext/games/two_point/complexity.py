"""What it costs a simple generator to cover both points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import sympy
import torch
from torch import Tensor

from gantext.core.annotations import Rule, is_number
from gantext.core.arguments import checked_arguments


def _is_mass(value: Any) -> bool:
    if isinstance(value, Tensor):
        return value.dtype != torch.bool
    return isinstance(value, sympy.Expr) or is_number(value)


Mass = Annotated[Any, Rule("a number, a tensor or a symbol", _is_mass)]
#: A symmetric function of the mass on one of the points, of numbers, tensors and symbols alike.
Complexity = Callable[[Any], Any]


@checked_arguments
def quadratic(q: Mass) -> Any:
    """Return the complexity :math:`c(q) = q(1 - q)`, which rises evenly towards balance.

    Parameters
    ----------
    q : Tensor, number or sympy.Expr
        Mass on one of the two points.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.quadratic(0.5)
    0.25
    """
    return q * (1 - q)


@checked_arguments
def quartic(q: Mass) -> Any:
    """Return the complexity :math:`c(q) = 1 - (2q - 1)^4`, which is flat around balance.

    Parameters
    ----------
    q : Tensor, number or sympy.Expr
        Mass on one of the two points.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.quartic(0.5)
    1.0
    """
    return 1 - (2 * q - 1) ** 4


def complexity_name(complexity: Complexity) -> str:
    """Return what a reader calls a complexity."""
    return getattr(complexity, "__name__", repr(complexity))
