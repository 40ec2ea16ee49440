"""What it costs a simple generator to cover both points."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy

Complexity = Callable[[Any], Any]


_Q = sympy.Symbol("q", positive=True)


def quadratic(q: Any) -> Any:
    r"""Return the complexity :math:`c(q) = q(1 - q)`, which rises evenly towards balance.

    Parameters
    ----------
    q : Tensor, number or sympy.Expr
        Mass on one of the two points.

    Returns
    -------
    Tensor, number or sympy.Expr
        The complexity, of the same kind.

    Examples
    --------
    >>> from gantext.games.two_point.complexity import quadratic
    >>> quadratic(0.5)
    0.25
    """
    return q * (1 - q)


def quartic(q: Any) -> Any:
    r"""Return the complexity :math:`c(q) = 1 - (2q - 1)^4`, which is flat around balance.

    Parameters
    ----------
    q : Tensor, number or sympy.Expr
        Mass on one of the two points.

    Returns
    -------
    Tensor, number or sympy.Expr
        The complexity, of the same kind.

    Examples
    --------
    >>> from gantext.games.two_point.complexity import quartic
    >>> quartic(0.5), quartic(1.0)
    (1.0, 0.0)
    """
    return 1 - (2 * q - 1) ** 4
