"""The loss in symbols, and its functions of numbers."""

from __future__ import annotations

import math

import pytest
import sympy
import torch

from gantext.games.two_point.expression import (
    KAPPA,
    LAMBDA,
    Q,
    finite_log,
    loss_of,
    solve_for_lambda,
    to_numpy,
    to_torch,
)


def test_an_expression_becomes_a_function_of_tensors() -> None:
    function = to_torch(sympy.log(Q) + KAPPA * LAMBDA)
    q, kappa = torch.tensor([0.5, 1.0], dtype=torch.float64), torch.tensor([[2.0], [3.0]])
    found = function(q, kappa, torch.tensor(4.0))
    expected = [[math.log(0.5) + 8, 8.0], [math.log(0.5) + 12, 12.0]]
    torch.testing.assert_close(found, torch.tensor(expected, dtype=torch.float64))


def test_a_constant_becomes_float64_too() -> None:
    assert to_torch(sympy.log(2))(*torch.zeros(3)).dtype == torch.float64


def test_an_expression_becomes_a_function_of_floats() -> None:
    assert to_numpy(Q**2 + KAPPA)(3.0, 0.5) == 9.5


def test_only_the_finite_logarithm_makes_0_log_0_vanish() -> None:
    entropy, zero = -Q * sympy.log(Q), torch.zeros(1)
    assert to_torch(entropy, log=finite_log)(zero, zero, zero).tolist() == [0.0]
    assert to_torch(entropy)(zero, zero, zero).isnan().all()


def test_lambda_is_solved_for_with_either_sign() -> None:
    expression = (1 + LAMBDA) * Q - KAPPA
    assert sympy.simplify(solve_for_lambda(expression) - (KAPPA / Q - 1)) == 0


def test_the_loss_at_balance_is_what_covering_costs_less_the_bonus() -> None:
    at_balance = loss_of(Q * (1 - Q)).subs(Q, sympy.Rational(1, 2))
    expected = KAPPA / 4 - LAMBDA * math.log(2)
    assert float(at_balance.subs({KAPPA: 3, LAMBDA: 2})) == pytest.approx(
        float(expected.subs({KAPPA: 3, LAMBDA: 2})), abs=1e-15
    )
