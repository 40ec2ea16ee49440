"""The house stays readable: a module is short, and the core says no more than it does."""

from pathlib import Path

import pytest

from tools.tree import by_folder, count, library

LINES, CODE = 400, 250
CORE = ["core", "objectives", "games", "dynamics", "data", "gan", "training", "evaluation"]

SMALL = '''"""A module.

Two lines more.
"""
# a remark

import os  # counts


class Thing:
    """One line."""

    text = """three
    lines of
    code"""

    def name(self) -> str:
        """One line."""
        # a remark
        return os.sep.join(
            "ab"
        )
'''

MODULES = library()


def test_the_lines_of_a_module_are_counted():
    module = count(SMALL, Path("small.py"))
    assert module.lines == 22
    assert module.code == 1 + 1 + 3 + 1 + 3
    assert module.docstring == 4 + 1 + 1
    assert module.longest == (4, "name")


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_module_is_short(module):
    assert module.lines <= LINES
    assert module.code <= CODE


def test_docstrings_of_the_core_are_no_longer_than_its_code():
    inside = [module for folder in CORE for module in by_folder(MODULES)[folder]]
    surplus = {str(m): m.docstring - m.code for m in inside if m.docstring > m.code}
    docstring, code = sum(m.docstring for m in inside), sum(m.code for m in inside)
    assert docstring <= code, f"{docstring} to {code}; most of it in {surplus}"
