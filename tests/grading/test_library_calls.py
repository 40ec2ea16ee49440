"""An answer that leans on the library is found, and one of one's own is not."""

from dataclasses import replace

import pytest

from gantext.grading.library_calls import leans_on_library
from gantext.grading.notebooks import read
from tests.grading.small import QUESTIONS, SHARES, SQUARE, notebook

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


def test_calls_that_are_nested_a_thousand_deep_are_read():
    deep = f"def square(x):\n    return js{'()' * 1200}"
    cells = ["from gantext.objectives.divergences import js", deep]
    assert leans_on_library(read(notebook(*cells)), LIBRARY)
    deep = f"def square(x):\n    return f{'().g' * 1200}"
    assert not leans_on_library(read(notebook(deep)), LIBRARY)
