"""Formulas out of code: they compute what the code computes."""

import math

import pytest
import sympy
import torch
from torch.nn import functional

import gantext as gt
from gantext.widgets.operations import sigmoid, softplus
from gantext.widgets.symbolic import trace

NUMERIC = {
    "sigmoid": lambda x: 1 / (1 + math.exp(-x)),
    "softplus": lambda x: math.log1p(math.exp(x)),
    "xlogy": lambda x, y: 0.0 if x == 0 else x * math.log(y),
    "xlog1py": lambda x, y: 0.0 if x == 0 else x * math.log1p(y),
    "log1p": math.log1p,
}


def evaluate(formula, *groups):
    """Compute a formula in plain floats."""
    flat = [symbol for group in formula.arguments for symbol in group]
    function = sympy.lambdify(flat, formula.results, modules=[NUMERIC, "math"])
    return [float(value) for value in function(*(value for group in groups for value in group))]


def agree(function, names, points):
    """Trace, and compare with PyTorch at points."""
    formula = trace(function, names)
    for point in points:
        expected = function(torch.tensor(point, dtype=torch.float64))
        flat = torch.cat([t.flatten() for t in torch.utils._pytree.tree_leaves(expected)])
        assert evaluate(formula, point) == pytest.approx(flat.tolist(), rel=1e-13, abs=1e-14)


PLANE = [(0.3, -0.7), (-1.2, 0.4), (2.0, 3.0)]


@pytest.mark.parametrize(
    "function",
    [
        lambda v: v[0] * v[1] + v[0] / (1 + v[1] ** 2) - 3,
        lambda v: (v.exp(), v.abs().sqrt(), (1 + v.square()).log(), v.sigmoid(), -v),
        lambda v: (torch.nn.functional.softplus(v), torch.relu(v), v.sign(), v.clamp(-0.5, 0.5)),
        lambda v: torch.where(v > 0, v, 2 * v).sum(),
        lambda v: torch.where((v[0] > 0) & (v[1] <= 0.4), 1 - v, v.reciprocal()),
        lambda v: torch.special.xlogy(v.abs(), v.abs()) + torch.special.xlog1py(v**2, v**2),
        lambda v: torch.outer(v, v) @ torch.stack([v, 2 * v]).mT @ v,
        lambda v: torch.cat([v[1:], v[:1]]).unsqueeze(0).expand(2, 2).sum(0, keepdim=True),
        torch.func.grad(lambda v: (functional.softplus(-v[0] * v[1]) + v.relu().sum()) ** 2),
        torch.func.jacrev(lambda v: torch.stack([v[0] ** 3 * v[1], v.sum() ** 2 + v[0]])),
        lambda v: torch.linalg.solve(torch.eye(2).double() + torch.outer(v, v), v),
    ],
    ids=[
        "arithmetic", "functions", "pieces", "where", "conditions", "xlogy", "matrices", "shapes",
        "gradient", "jacobian", "solve",
    ],
)  # fmt: skip
def test_a_trace_computes_what_the_code_computes(function):
    agree(function, ["x", "y"], PLANE)


def test_another_type_is_the_same_number_and_a_condition_is_zero_or_one():
    """Though a symbol of sympy counts as a condition, too."""
    agree(lambda v: v.float().double() + (v > 0).double(), ["x", "y"], [(0.5, -2.0), (3.0, 0.0)])


def test_products_over_more_than_one_entry_of_a_batch_keep_their_places():
    agree(lambda v: v.reshape(2, 2) @ v.reshape(2, 2).mT, "abcd", [(1.0, 2.0, -3.0, 4.0)])


def test_the_velocity_of_a_game_with_its_hyper_parameter():
    def function(v):
        return torch.cat(gt.velocity(gt.DiracGAN(penalties=[gt.R1(v[2])]), v[:1], v[1:2]))

    formula = trace(function, ["x", "y", "gamma"])
    x, y, gamma = formula.arguments[0]
    sigma = sigmoid(-x * y)
    assert [sympy.simplify(r) for r in formula.results] == [-y * sigma, x * sigma - gamma * y]


def test_extragradient_on_xy_is_its_textbook_formula():
    def step(w, eta):
        rule = gt.Extragradient()
        state = rule.init(w[:1], w[1:])
        new, _ = rule.step(gt.Bilinear.xy(), state, None, {"eta": eta[0], "eta_psi": eta[0]})
        return new.theta, new.psi

    formula = trace(step, ["x", "y"], ["eta"])
    (x, y), (eta,) = formula.arguments
    assert [sympy.expand(r) for r in formula.results] == [
        sympy.expand(x - eta * (y + eta * x)),
        sympy.expand(y + eta * (x - eta * y)),
    ]


def test_a_proximal_step_is_the_solution_of_its_equation():
    def step(w, h):
        game = gt.Bilinear([[1.0]], P=h[1].reshape(1, 1), Q=h[1].reshape(1, 1))
        state = gt.State(w[:1], w[1:], (), torch.zeros(()))
        new, _ = gt.ProximalPoint().step(game, state, None, {"eta": h[0], "eta_psi": h[0]})
        return new.theta, new.psi

    formula = trace(step, ["x", "y"], ["eta", "d"])
    (x, y), (eta, d) = formula.arguments
    new_x, new_y = formula.results
    assert sympy.simplify(new_x - (x - eta * (new_y + d * new_x))) == 0
    assert sympy.simplify(new_y - (y + eta * (new_x - d * new_y))) == 0


def test_derivatives_of_the_functions_that_are_kept_whole():
    x = sympy.Symbol("x", real=True)
    assert sympy.diff(softplus(x), x) == sigmoid(x)
    slope = sympy.diff(sigmoid(x), x)
    assert slope == sigmoid(x) * (1 - sigmoid(x))


def test_whole_numbers_are_whole_and_others_keep_all_digits():
    (result,) = trace(lambda v: 1.0 * v.sum() + 0.1, ["x"]).results
    x = sympy.Symbol("x", real=True)
    assert result == x + sympy.Float(0.1, 17)


def test_an_operation_without_meaning_is_named():
    with pytest.raises(NotImplementedError, match=r"symbolic meaning, got .*erf"):
        trace(torch.erf, ["x"])


def test_a_branch_on_values_is_refused():
    with pytest.raises(RuntimeError, match=r"data-dependent|vmap"):
        trace(lambda v: v if v.sum() > 0 else -v, ["x"])
