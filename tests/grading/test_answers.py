"""The cells that answer a question are found, and run."""

import pytest

from gantext.grading.answers import answer_cells, chapters_in, to_run
from gantext.grading.notebooks import read
from tests.grading.small import QUESTIONS, SQUARE, code, notebook

BLANK = 'def square(x):\n    """Square."""\n    raise NotImplementedError("Your turn.")\n'


def test_the_last_answer_counts():
    found = read(notebook(SQUARE, "x = 1", "square = abs"))
    assert [cell.number for cell in answer_cells(found, QUESTIONS[0])] == [1, 3]


def test_a_blank_below_an_answer_does_not_undo_it():
    found = read(notebook(SQUARE, BLANK, "answer = 42", "answer = None"))
    assert [cell.number for cell in to_run(found, QUESTIONS)] == [1, 3]
    assert [cell.number for cell in answer_cells(found, QUESTIONS[0])] == [1]


def test_a_blank_alone_is_run():
    found = read(notebook(BLANK))
    assert [cell.number for cell in to_run(found, QUESTIONS)] == [1]


@pytest.mark.parametrize(
    "source",
    [
        "square = 1",
        "square: int = 1",
        "def square(x): pass",
        "async def square(x): pass",
        "class square: pass",
        "import math as square",
        "from math import sqrt as square",
        "for square in []: pass",
        "if True:\n    def square(x): return x",
        "with open('f') as square: pass",
        "(square, y) = 1, 2",
        "%matplotlib inline\nsquare = 1",
        "!ls\nsquare = 1",
    ],
)
def test_a_name_is_found_however_it_is_bound(source):
    assert answer_cells(read(notebook(source)), QUESTIONS[0])


@pytest.mark.parametrize(
    "source", ["square(1)", "def f():\n    square = 1", "x.square = 1", "sq ="]
)
def test_a_name_that_is_not_bound(source):
    assert not answer_cells(read(notebook(source)), QUESTIONS[0])


def test_the_chapter_is_found_by_metadata_and_by_checks():
    found = read(notebook(code("", question="one/a"), "check('two/b')", 'progress("three")'))
    assert chapters_in(found) == ["one", "two", "three"]
