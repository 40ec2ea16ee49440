"""Whatever an answer returns becomes plain data of its own, or is named."""

from fractions import Fraction

import numpy as np
import pytest
import sympy
import torch

from gantext.grading.plain_data import NotPlainError, plain


def test_tensors_become_arrays_of_their_own():
    leaf = torch.ones(2, requires_grad=True)
    found = plain({"t": leaf * 2, "b": torch.ones(1, dtype=torch.bfloat16), "n": np.float32(0.5)})
    assert found["t"].tolist() == [2, 2]
    assert found["b"].dtype == np.float32
    assert found["n"] == 0.5
    assert type(found["n"]) is float
    shared = np.zeros(2)
    plain(shared)[0] = 1
    assert shared.tolist() == [0, 0]


@pytest.mark.parametrize("quarter", [Fraction(1, 4), sympy.Rational(1, 4), sympy.Float(0.25)])
def test_exact_numbers_are_numbers(quarter):
    assert plain([quarter]) == [0.25]
    assert type(plain(quarter)) is float


@pytest.mark.parametrize(
    "value",
    [
        object(),
        print,
        {1, 2},
        {1: 2},
        1j,
        b"bytes",
        np.array([None]),
        np.array(["a"]),
        np.array(1j),
        torch.ones(1) * 1j,
        np.broadcast_to(0.0, (2**15, 2**15)),
    ],
)
def test_what_is_not_plain_is_named(value):
    with pytest.raises(NotPlainError, match=r"expected .*, got "):
        plain(value)
