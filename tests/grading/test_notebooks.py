"""Honest accidents: whatever was handed in, the student's code is found."""

import json

import pytest

from gantext.grading.answers import chapters_in, to_run
from gantext.grading.notebooks import MAX_BYTES, MAX_SOURCE, UnreadableError, read
from tests.grading.small import ANSWER, QUESTIONS, SQUARE, code, notebook

BLANK = 'def square(x):\n    """Square."""\n    raise NotImplementedError("Your turn.")\n'

TEMPLATE = read(
    notebook(
        code("import math", book=True, identity="imports"),
        code(BLANK, question="small/square", identity="square"),
        code("answer = None  # your number", question="small/answer", identity="answer"),
        code('check("small/answer")', book=True, identity="check"),
    )
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "gb18030"]
)
def test_other_encodings(encoding):
    text = notebook("x = '李雷 café'").decode()
    (cell,) = read(text.encode(encoding)).cells
    assert cell.source == "x = '李雷 café'"


def test_an_encoding_that_is_guessed_is_flagged():
    found = read(notebook("x = 'café'").decode().encode("latin-1"))
    assert "not UTF-8" in found.flags[0]
    assert found.cells[0].source.startswith("x = 'caf")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "an empty file"),
        (b"\x00" * 9, "an empty file"),
        (b"%PDF-1.7 ...", "a PDF file"),
        (b"PK\x03\x04...", "a ZIP archive"),
        (b"<!doctype html>", "a web page"),
        (b"import math\n", "not JSON"),
        (b"[1, 2]", "JSON without cells"),
        (b'{"cells": 3}', "a list of cells"),
        (b"[" * 10**6, "not JSON"),
        (notebook(SQUARE)[:-20], "not JSON"),
        (b" " * (MAX_BYTES + 1), "clear the outputs"),
    ],
)
def test_what_is_no_notebook_is_named(data, words):
    with pytest.raises(UnreadableError, match=words):
        read(data)


@pytest.mark.parametrize(
    "cell",
    [
        {},
        {"cell_type": "code"},
        {"cell_type": "code", "source": None},
        {"cell_type": "code", "source": [1, "x = 1", None], "metadata": []},
        {"cell_type": "code", "source": "x", "metadata": {"gantext": "book"}, "id": 3},
        {"cell_type": "code", "source": "x", "metadata": {"gantext": {"question": 1}}},
        {"cell_type": "code", "source": "\ud800"},
        {"cell_type": ["code"]},
        None,
        "x = 1",
    ],
)
def test_cells_of_any_shape_are_read(cell):
    tree = {"nbformat": 4, "cells": [cell, code("answer = 42")]}
    found = read(json.dumps(tree).encode(), TEMPLATE)
    assert found.cells[-1].source == "answer = 42"


def test_a_notebook_of_version_3_is_read():
    cells = [{"cell_type": "code", "input": ["x = 1\n", "y = 2"]}, {"cell_type": "heading"}]
    tree = {"nbformat": 3, "worksheets": [{"cells": cells}, {"cells": "none"}, 3]}
    (cell,) = read(json.dumps(tree).encode()).cells
    assert cell.source == "x = 1\ny = 2"


def test_huge_outputs_are_no_part_of_the_code():
    cell = code(SQUARE) | {"outputs": [{"text": "x" * 10**7}]}
    assert read(notebook(cell)).cells[0].source == SQUARE


def test_the_books_cells_are_known_by_metadata():
    found = read(notebook(code("import math", book=True), code(SQUARE, question="small/square")))
    assert [cell.book for cell in found.cells] == [True, False]
    assert found.cells[1].question == "small/square"


def test_without_metadata_by_id_and_by_source():
    bare = notebook(
        code("import math  "),
        code(SQUARE, identity="square"),
        code(ANSWER),
        code('check("small/answer")', identity="else"),
    )
    found = read(bare, TEMPLATE)
    assert [cell.book for cell in found.cells] == [True, False, False, True]
    assert [cell.question for cell in found.cells] == [
        "small/square" if i == 1 else "" for i in range(4)
    ]
    assert any("recognised" in flag for flag in found.flags)


def test_a_cell_of_the_book_that_was_changed_is_the_students_and_stays():
    changed = code("import math\nspeed = 3", book=True, identity="imports")
    found = read(notebook(changed), TEMPLATE)
    assert not found.cells[0].book
    assert to_run(found, QUESTIONS)[0].source == "import math\nspeed = 3"


def test_a_deleted_cell_of_the_book_is_put_back_first():
    found = read(notebook(SQUARE), TEMPLATE)
    assert [cell.source for cell in to_run(found, QUESTIONS)] == ["import math", SQUARE]
    assert found.flags == ("1 of the book's cells were deleted; they were run first.",)


@pytest.mark.parametrize("line", ["", "   ", "%", "!", "?x", "f(", "check("])
def test_a_megabyte_of_one_line_is_read(line):
    """In time that grows with its length: what grows with the square of it would take hours."""
    source = f"{line}\n" * (MAX_SOURCE // (len(line) + 1))
    (cell,) = read(notebook(source)).cells
    assert cell.binds == ()
    assert chapters_in(read(notebook(source, 'check("small/square")'))) == ["small"]
