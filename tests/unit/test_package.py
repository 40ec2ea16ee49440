"""What an installed gantext carries beside its modules."""

from importlib.resources import files

import pytest


@pytest.mark.parametrize("name", ["py.typed", "plotting/book.mplstyle", "__init__.pyi"])
def test_the_package_holds(name):
    assert files("gantext").joinpath(name).is_file()
