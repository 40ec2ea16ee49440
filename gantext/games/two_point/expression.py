"""The loss of the two-point world in symbols, and functions of numbers made of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy
import torch
from torch import Tensor

Q = sympy.Symbol("q", positive=True)
KAPPA, LAMBDA = sympy.symbols("kappa lambda", nonnegative=True)


def loss_of(cost: sympy.Expr) -> sympy.Expr:
    """Return L = 2 JS(q) + kappa c(q) - lambda H(q) for c(q) = cost, with entropies in nats."""
    half = sympy.Rational(1, 2)
    entropy = -sum(p * sympy.log(p) for p in (Q, 1 - Q))
    # 2 JS = rest - H holds an entropy itself: the bonus only raises its weight, 1, by lambda.
    rest = sympy.log(2) - sum((p + half) * sympy.log(p + half) for p in (Q, 1 - Q))
    return rest + KAPPA * cost - (1 + LAMBDA) * entropy


def solve_for_lambda(expression: sympy.Expr) -> sympy.Expr:
    """Solve expression = 0, which is linear in lambda, whatever sign the solution has."""
    return -expression.subs(LAMBDA, 0) / sympy.diff(expression, LAMBDA)


def log(x: Tensor | float) -> Tensor:
    """Return the logarithm of a tensor, or of a constant of the expression."""
    return torch.as_tensor(x, dtype=torch.float64).log()


def finite_log(x: Tensor | float) -> Tensor:
    """Return a logarithm that is finite at 0, so that 0 log 0 = 0."""
    return log(torch.as_tensor(x, dtype=torch.float64).clamp_min(torch.finfo(torch.float64).tiny))


def to_torch(
    expression: sympy.Expr, log: Callable[[Tensor | float], Tensor] = log
) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Make of an expression a function of q, kappa and lambda, all of them tensors."""
    function = sympy.lambdify((Q, KAPPA, LAMBDA), expression, modules=[{"log": log}])
    return lambda *numbers: torch.as_tensor(function(*numbers), dtype=torch.float64)


def to_numpy(expression: sympy.Expr) -> Callable[[Any, float], Any]:
    """Make of an expression a function of q and kappa: a search asks often for one number."""
    function: Callable[[Any, float], Any] = sympy.lambdify((Q, KAPPA), expression, modules="numpy")
    return function
