"""Honest accidents: whatever was handed in, the student's code is found."""

import json
from dataclasses import replace

import pytest

from gantext.grading.notebooks import (
    MAX_BYTES,
    UnreadableError,
    answer_cells,
    chapters_in,
    leans_on_library,
    read,
    to_run,
)
from tests.grading.small import ANSWER, QUESTIONS, SHARES, SQUARE, code, notebook

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


LIBRARY = replace(
    QUESTIONS[0],
    library=("gantext.objectives.divergences.js", "gantext.games.ideal.IdealGame.value"),
)


@pytest.mark.parametrize(
    "cells",
    [
        ["from gantext.objectives.divergences import js\nsquare = js"],
        ["from gantext.objectives.divergences import js as square"],
        [
            "from gantext.objectives.divergences import js as j",
            "def square(x):\n    return float(j(x, x))",
        ],
        ["import gantext.objectives\nsquare = lambda x: gantext.objectives.divergences.js(x, x)"],
        ["import gantext as gt\nsquare = lambda x: gt.js(x, x)"],
        ["from gantext import js\nsquare = js"],
        [
            "import gantext.objectives.divergences as d",
            "helper = d.js",
            "def square(x): return helper(x, x)",
        ],
        ["from gantext import divergences\ndef square(x): return divergences.js(x, x)"],
        ["from gantext.objectives.divergences import *\ndef square(x): return js(x, x)"],
        [
            "from functools import partial\nfrom gantext.objectives.divergences import js",
            "square = partial(js)",
        ],
        ["def square(x):\n    from gantext.objectives.divergences import js\n    return js(x, x)"],
        ["from gantext.games.ideal import IdealGame\ndef square(x): return IdealGame(x).value(x)"],
        [
            "from gantext.games.ideal import IdealGame\ngame = IdealGame([1])",
            "def square(x): return game.value(x)",
        ],
    ],
)
def test_an_answer_that_leans_on_the_library_is_found(cells):
    assert leans_on_library(read(notebook(*cells)), LIBRARY)


@pytest.mark.parametrize(
    "cells",
    [
        [SQUARE],
        ["from gantext.objectives.divergences import js", SQUARE, "assert js(1, 1) == 0"],
        ["from gantext.objectives.divergences import kl\nsquare = kl"],
        ["def js(p, q): return 0", "def square(x): return js(x, x)"],
        ["import json as js\ndef square(x): return js.dumps(x)"],
        [SHARES],
    ],
)
def test_an_answer_of_ones_own_is_not_flagged(cells):
    assert leans_on_library(read(notebook(*cells)), LIBRARY) == []
