"""What the tests of closed forms share."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import ArrayLike
from scipy.optimize import linear_sum_assignment


@pytest.fixture(scope="session")
def assert_same_spectrum() -> Callable[..., None]:
    """Compare two multisets of complex numbers, whatever their order."""

    def check(found: ArrayLike, expected: ArrayLike, atol: float = 1e-12) -> None:
        found = np.asarray(found, dtype=complex).ravel()
        expected = np.asarray(expected, dtype=complex).ravel()
        assert found.shape == expected.shape
        distance = np.abs(found[:, None] - expected[None, :])
        rows, columns = linear_sum_assignment(distance)
        np.testing.assert_allclose(found[rows], expected[columns], rtol=0, atol=atol)

    return check
