"""Complexities are formulas of numbers, tensors and symbols alike."""

from __future__ import annotations

import sympy
import torch

import gantext as gt
from gantext.games.two_point.complexity import complexity_name


def test_complexities_take_numbers_tensors_and_symbols() -> None:
    q = sympy.Symbol("q")
    assert gt.quadratic(q) == q * (1 - q)
    assert gt.quartic(q) == 1 - (2 * q - 1) ** 4
    points = torch.tensor([0.0, 0.25, 0.5, 1.0], dtype=torch.float64)
    assert gt.quadratic(points).tolist() == [0.0, 0.1875, 0.25, 0.0]
    assert gt.quartic(points).tolist() == [0.0, 0.9375, 1.0, 0.0]


def test_a_complexity_is_called_what_its_reader_calls_it() -> None:
    assert complexity_name(gt.quartic) == "quartic"
    assert complexity_name(sympy.Lambda(sympy.Symbol("q"), 0)) == "Lambda(q, 0)"
