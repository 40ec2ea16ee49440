"""What a submission writes is text in every report, and no markup and no formula."""

import json

import pytest

from gantext.grading.decisions import safe_cell
from gantext.grading.grade import grade
from gantext.grading.reports import as_gradescope, as_html, as_json
from gantext.grading.results import Result, nothing
from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from tests.grading.small import LIMITS, QUESTIONS, SQUARE, notebook

HOSTILE = "<script>alert(1)</script>\u202e\x1b]0;x\x07=1+1"


@pytest.fixture(scope="module")
def hostile_result() -> Result:
    """Return the result of a submission that writes markup wherever it can."""
    cells = [f"print({HOSTILE!r})", f"raise ValueError({HOSTILE!r})", SQUARE]
    cells.append(f"def shares(p):\n    raise ValueError({HOSTILE!r})")
    data = notebook(*cells)
    return grade(data, QUESTIONS, seed=1, sandbox=Bubblewrap(), name=HOSTILE, limits=LIMITS)


def test_html_holds_no_markup_of_the_submission_and_forbids_scripts(hostile_result):
    page = as_html(hostile_result)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 4
    assert "default-src 'none'" in page
    assert "\x1b" not in page
    assert "\u202e" not in page.partition("<body>")[2].partition("</h1>")[2]


def test_json_holds_what_the_page_shows(hostile_result):
    tree = json.loads(as_json(hostile_result))
    assert tree["earned"] == 3
    assert tree["questions"][2]["state"] == "answered"
    assert [cell["number"] for cell in tree["cells"]] == [2]


def test_gradescope_gets_scores_that_sum(hostile_result):
    tree = as_gradescope(hostile_result)
    json.dumps(tree)
    assert tree["score"] == sum(test["score"] for test in tree["tests"]) == 3
    assert [test["max_score"] for test in tree["tests"]] == [3, 2, 5]
    assert [test["status"] for test in tree["tests"]] == ["passed", "failed", "failed"]
    assert tree["tests"][0]["output"].startswith("right · a positive number")
    assert "Not found" in tree["tests"][1]["output"]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", " =", "|"])
def test_no_cell_is_a_formula(start):
    assert safe_cell(f"{start}1")[0] == "'"
    assert safe_cell("a=1") == "a=1"


def test_no_result_is_zero_and_a_flag():
    found = nothing("Ada", b"x", QUESTIONS, "why")
    assert found.earned == 0
    assert found.points == 10
    assert found.flags
    assert {row.state for row in found.questions} == {"no result"}
