"""A chapter has the shape that a reader can follow: its length, its cells, its first figure."""

from __future__ import annotations

import re

import nbformat
import pytest

from gantext.widgets.live import FIGURE_MIME
from tools import front_page
from tools.book import ROOT, appendices, chapters, exercises, solution_code

WORDS = 3500  # before the summary, without what is folded; a formula is one
CODE_CELLS = 35  # before the summary
LINES = 25  # in a cell
COLUMNS = 76  # a longer line scrolls sideways at 1280 pixels
FIRST_CODE = 6  # the reader moves something after so many cells of code at most
FORMULA = re.compile(r"```\{math\}.*?```|\$\$.*?\$\$|\$[^$]*\$", re.DOTALL)
FOLDED = re.compile(
    r"^(:{3,}|`{3,})\{[^}]+\}[^\n]*\n:class: dropdown\n.*?^\1\s*$", re.MULTILINE | re.DOTALL
)


def read(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def words(text: str) -> list[str]:
    """Return what a reader reads word by word: marks alone are none, and a formula is one."""
    return [word for word in FORMULA.sub("formula", text).split() if re.search(r"\w", word)]


def is_code(cell) -> bool:
    return cell.cell_type == "code"


def before_the_summary(notebook) -> list:
    """Return the cells that lead to the summary, and the words before it in its own."""
    found = []
    for cell in notebook.cells:
        text, summary, _ = cell.source.partition("## Summary")
        found.append(nbformat.from_dict({**cell, "source": text}))
        if summary and not is_code(cell):
            return found
    raise AssertionError("a chapter has a section that is called Summary")


def moves(cell) -> bool:
    return any(FIGURE_MIME in output.get("data", {}) for output in cell.get("outputs", []))


@pytest.fixture(scope="module", params=chapters(), ids=lambda path: path.stem)
def chapter(request):
    return read(request.param)


def test_a_chapter_is_read_in_one_sitting(chapter):
    prose = [cell.source for cell in before_the_summary(chapter) if not is_code(cell)]
    assert len(words(FOLDED.sub("", "\n\n".join(prose)))) <= WORDS
    assert sum(map(is_code, before_the_summary(chapter))) <= CODE_CELLS


def test_a_figure_that_moves_stands_near_the_top(chapter):
    code = [cell for cell in chapter.cells if is_code(cell)]
    assert any(map(moves, code[: 2 + FIRST_CODE]))  # after the set-up and the imports


@pytest.mark.parametrize(
    "path",
    [*chapters(), *appendices(), *exercises()],
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def test_code_fits_the_page(path):
    notebook = read(path)
    code = [cell.source for cell in notebook.cells if is_code(cell)]
    for text in code if path not in exercises() else []:
        assert text.count("\n") < LINES, text
    for text in [*code, *solution_code(notebook)]:
        assert max(map(len, text.split("\n"))) <= COLUMNS, text


def test_what_is_folded_is_told_from_what_is_not():
    prose = "a b\n:::{admonition} c\n:class: dropdown\nd e\n:::\nf\n::::{note}\ng\n::::\n"
    assert words(FOLDED.sub("", prose)) == ["a", "b", "f", "::::{note}", "g"]
    assert words("let $x + y = 1$ be\n$$\na\n$$\n- so") == ["let", "formula", "be", "formula", "so"]


def test_the_front_page_shows_the_run_with_which_chapter_1_opens():
    """If not: `python -m tools.front_page`, or `make execute`."""
    assert front_page.FILE.read_bytes() == front_page.picture()
    assert f"_static/{front_page.FILE.name}" in (ROOT / "book" / "index.md").read_text("utf-8")
