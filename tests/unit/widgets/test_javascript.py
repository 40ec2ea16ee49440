"""Formulas print as JavaScript."""

import torch
from torch.nn.functional import softplus

from gantext.widgets.javascript import javascript, prelude
from gantext.widgets.symbolic import Computed, Formula, trace


def test_common_parts_are_computed_once():
    text = javascript("f", trace(lambda v: (v.exp().sum(), v.exp().sum() ** 2), ["x", "y"]))
    assert text.count("Math.exp(x)") == 1


def test_conditions_become_expressions():
    text = javascript("f", trace(lambda v: torch.where(v == 0, 1 - v, v.sign()), ["x"]))
    assert text.splitlines()[-2:] == [
        "  return [(x === 0 ? 1 - x : Math.sign(x))];",
        "};",
    ]


def test_names_of_common_parts_avoid_those_of_arguments():
    text = javascript("f", trace(lambda v: (v.exp(), v.exp() ** 2), ["t0", "t1"]))
    assert "const t0" not in text
    assert "const t1" not in text


def test_the_same_code_gives_the_same_text():
    computed = Computed(
        torch.func.grad(lambda v: softplus(v[0] * v[1])), ({"x": (0, 1), "y": (0, 1)},)
    )
    assert isinstance(computed.formula(), Formula)
    assert javascript("f", computed.formula()) == javascript("f", computed.formula())


def test_numbers_are_printed_with_as_few_digits_as_give_them_back():
    text = javascript("f", trace(lambda v: v.sum() + 0.1 + 1e-100, ["x"]))
    assert "x + 0.1" in text
    assert "1/3" not in javascript("f", trace(lambda v: v.sum() * (1 / 3), ["x"]))
    assert "0.3333333333333333*x" in javascript("f", trace(lambda v: v.sum() * (1 / 3), ["x"]))


def test_the_prelude_has_what_is_called_and_no_more():
    text = javascript("f", trace(lambda v: torch.special.xlogy(v, v).sum(), ["x"]))
    assert prelude(text).splitlines() == [
        "const xlogy = (x, y) => (x === 0 ? 0 : x * Math.log(y));"
    ]
    assert prelude(javascript("f", trace(torch.log1p, ["x"]))) == ""
