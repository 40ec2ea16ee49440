"""Honest students lose nothing by what their own computer has, prints or draws."""

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy

from gantext.grading.execution import Execution
from gantext.grading.grade import grade
from gantext.grading.plain_data import NotPlainError, plain
from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.source import bindings
from tests.grading.small import ANSWER, LIMITS, QUESTIONS, SQUARE, notebook


def graded(*cells, limits=LIMITS):
    return grade(notebook(*cells), QUESTIONS, seed=3, sandbox=Bubblewrap(), limits=limits)


def earned(result):
    return [row.earned for row in result.questions]


def test_a_package_that_colab_has_and_the_grader_lacks_is_named_and_costs_nothing():
    imports = "import polars.io as pl\nfrom no_such_plots import figure\nimport math\n"
    found = graded(imports + SQUARE, ANSWER)
    assert earned(found) == [3, 2, 0]
    assert found.cells == ()
    for package in ("polars", "no_such_plots"):
        assert any(f"Cell 1 imports {package}, which" in flag for flag in found.flags)


@pytest.mark.parametrize(
    "body",
    ["    return polars.Series([x]) ** 2", "    import polars\n    return x * x"],
    ids=["used", "imported inside"],
)
def test_an_answer_that_needs_such_a_package_is_flagged(body):
    found = graded(f"import polars\ndef square(x):\n{body}\n")
    assert any("polars, which the grader does not have" in flag for flag in found.flags)


def test_who_asks_whether_a_package_is_there_is_told_no():
    asks = "try:\n    import google.colab\n    answer = 1\nexcept ImportError:\n    answer = 42\n"
    found = graded(asks, "import polars", asks)
    assert earned(found) == [0, 2, 0]
    assert not any("google" in flag for flag in found.flags)


def test_much_that_is_printed_drops_no_answer():
    loud = "line = 'x' * 10**6\nfor _ in range(50):\n    print(line)\n"
    found = graded(loud + SQUARE, ANSWER, limits=Limits(total_seconds=60.0, memory=2**30))
    assert earned(found) == [3, 2, 0]
    assert found.flags == ()


@pytest.mark.parametrize("magic", ["%%bash", "%%html", "%%javascript", "\n%%writefile x.txt"])
def test_cells_in_other_languages_are_passed_over(magic):
    found = graded(f"{magic}\nanswer = 3\n", ANSWER, "%%time\n" + SQUARE, f"{magic}\n<b>x</b>\n")
    assert earned(found) == [3, 2, 0]
    assert found.cells == ()
    assert found.flags == ()
    assert bindings(f"{magic}\nanswer = 3") == ((), ())


def test_a_stop_drops_only_the_input_that_it_came_for():
    ends = "def shares(p):\n    if len(p) == 2:\n        os._exit(1)\n    return p / p.sum()\n"
    found = graded("import os\n" + ends, SQUARE)
    assert earned(found) == [3, 0, 2.5]
    assert [verdict.share for verdict in found.questions[2].verdicts] == [0, 1]


@pytest.mark.parametrize(
    ("answer", "number"),
    [
        (sympy.Rational(1, 3), 1 / 3),
        (Fraction(1, 3), 1 / 3),
        (Decimal("0.25"), 0.25),
        (sympy.sqrt(2), 2**0.5),
        (sympy.log(2) / 3, np.log(2) / 3),
    ],
)
def test_numbers_of_other_kinds_are_numbers(answer, number):
    found = plain(answer)
    assert type(found) is float
    assert found == pytest.approx(number, rel=1e-15)


@pytest.mark.parametrize("answer", [sympy.Symbol("x"), sympy.I, sympy.sqrt(-2)])
def test_what_is_symbolic_and_no_real_number_is_none(answer):
    with pytest.raises(NotPlainError):
        plain(answer)


def test_what_a_submission_says_of_packages_is_bounded():
    execution = Execution([], 1, Bubblewrap(), LIMITS)
    many = [f"p{i}" for i in range(1000)]
    assert len(execution.lacking({"lacks": many})) == 16
    assert execution.lacking({"lacks": [3, "x" * 65, "a b", "new"]}) == []
    assert execution.lacking({"lacks": np.zeros(3)}) == []
