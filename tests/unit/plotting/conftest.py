"""What the tests of pictures share."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from gantext import plotting


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context():
        plotting.use_style()
        yield
        plt.close("all")


@pytest.fixture
def ax():
    return plt.figure().subplots()


@pytest.fixture
def grid():
    x, y = np.linspace(-2, 2, 13), np.linspace(-1, 1, 9)
    return x, y, *np.meshgrid(x, y)


@pytest.fixture
def cycle() -> list[str]:
    """Return the colours that matplotlib takes in turn."""
    return plt.rcParams["axes.prop_cycle"].by_key()["color"]
