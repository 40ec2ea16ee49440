"""What all tests share; it stands here, above `book` too, so that the chapters' tests load it."""

import os
from collections.abc import Iterator

import matplotlib as mpl
import pytest

from tools.book import KERNEL_ENVIRONMENT

# Before anything imports torch: the kernels that nbval starts inherit the very environment in which
# `make execute` ran the notebooks, and test processes on few cores keep out of each other's way.
os.environ.update(KERNEL_ENVIRONMENT)

# The tests draw in memory, and the kernels that they start, into the notebook.
os.environ.pop("MPLBACKEND", None)
mpl.use("agg")
STYLE = {name: value for name, value in mpl.rcParams.items() if name != "backend"}

# Minutes each, the longest first: so no processor waits for the last of them.
LONGEST = (
    "test_colab.py",
    "04-mode-collapse-in-networks.ipynb",
    "test_figures.py",
    "test_site.py",
    "test_gan_training.py",
    "02-cycles-and-spirals.ipynb",
    "test_formulas.py",
    "test_hostile.py",
    "test_loop.py",
    "test_jupyter.py",
    "test_copies.py",
    "test_questions.py",
)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first and leave the others in their order."""
    order = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: order.get(item.path.name, len(LONGEST)))


@pytest.fixture(autouse=True)
def _style_of_its_own() -> Iterator[None]:
    """Let no test, example or fixture leave its style of drawing to the next test."""
    with mpl.rc_context(STYLE):
        yield
