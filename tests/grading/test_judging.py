"""An answer is read as numbers, or told why it is none."""

import math

import numpy as np
import pytest

from gantext.grading.judging import near, numbers
from gantext.grading.question import UnfitError
from tests.grading.small import QUESTIONS

SQUARE, ANSWER, SHARES = QUESTIONS


@pytest.mark.parametrize(
    ("answer", "shape", "got"),
    [
        (None, (), "None"),
        ("1", (), "a string"),
        (True, (), "the truth value True"),
        ({"x": 1}, (), "a dict of 1 entries"),
        (math.nan, (), "NaN"),
        (-math.inf, (), "an infinite number"),
        ([1, 2], (), r"numbers in the shape \(2,\)"),
        (1, (2,), "one number"),
        ([1, 2, 3], (2,), r"numbers in the shape \(3,\)"),
        ([[1], [2, 3]], (None, None), "does not form an array"),
        ([1, math.nan], (2,), "an array of shape .* with NaN in it"),
        (np.array([True]), (1,), "truth values"),
        ([10**400], (1,), "type object"),
    ],
)
def test_numbers_that_are_none(answer, shape, got):
    with pytest.raises(UnfitError, match=got):
        numbers(answer, shape)


def test_numbers_that_are():
    assert numbers([[1, 2]], (None, 2)).tolist() == [[1, 2]]
    assert np.isnan(numbers(math.nan, finite=False))


def test_near_has_a_tolerance_on_either_side():
    assert near(1 + 9e-7, 1.0).share == near(1 - 9e-7, 1.0).share == 1
    assert near(1 + 1.1e-6, 1.0).share == near(1 - 1.1e-6, 1.0).share == 0
    assert near([1.0, 2.0], [1.0, 3.0]).got == "1 of 2 are off"
