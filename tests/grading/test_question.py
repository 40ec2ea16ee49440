"""A judge's verdict stands whatever the answer is; the reader is told what helps."""

import math

import numpy as np
import pytest
from hypothesis import given

from gantext.grading import (
    Call,
    Question,
    UnfitError,
    Verdict,
    check,
    feedback,
    find,
    kind,
    near,
    numbers,
    progress,
)
from gantext.grading.check import feedback_html, feedback_text
from gantext.grading.question import questions
from tests.grading.small import QUESTIONS
from tests.grading.test_protocol import TREES

SQUARE, ANSWER, SHARES = QUESTIONS


def question(**changes):
    fields = {
        "id": "a/b",
        "title": "B",
        "points": 4,
        "entry": "b",
        "kind": "function",
        "draw": lambda rng: [Call({"x": float(rng.normal())}, "one") for _ in range(2)],
        "judge": lambda call, answer: near(answer, call.arguments["x"]),
    }
    return Question(**(fields | changes))


@given(TREES)
def test_every_answer_gets_a_verdict_without_a_fault(answer):
    for asked in QUESTIONS:
        verdict = asked.judged(asked.calls(0)[0], answer)
        assert verdict.fault == ""
        assert verdict.share in (0, 1)
        assert verdict.tried
        assert kind(answer)


def test_an_exception_in_the_judge_is_told_and_earns_nothing():
    def judge(*_):
        raise RuntimeError("of the judge")

    verdict = question(judge=judge).judged(Call(), 1.0)
    assert verdict.share == 0
    assert verdict.fault == "the judge raised RuntimeError: of the judge"


def test_the_same_seed_draws_the_same_calls():
    first, second, other = (SQUARE.calls(seed) for seed in (1, 1, 2))
    assert [c.arguments for c in first] == [c.arguments for c in second]
    assert [c.arguments for c in first] != [c.arguments for c in other]


@pytest.mark.parametrize("combine", ["mean", "minimum"])
def test_shares_are_combined(combine):
    verdicts = [Verdict(1.0), Verdict(0.5)]
    assert question(combine=combine).share(verdicts) == {"mean": 0.75, "minimum": 0.5}[combine]
    assert question(combine=combine).share([]) == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"id": "b"},
        {"entry": "two words"},
        {"kind": "class"},
        {"points": 0},
        {"seconds": 0},
        {"combine": "median"},
    ],
)
def test_a_question_that_cannot_be_asked_is_refused(changes):
    with pytest.raises(ValueError, match="expected"):
        question(**changes)


def test_a_question_without_calls_is_refused():
    with pytest.raises(ValueError, match="at least one call"):
        question(draw=lambda _: []).calls(0)
    with pytest.raises(ValueError, match="takes no arguments"):
        question(kind="value").calls(0)


@pytest.mark.parametrize("share", [-0.1, 1.1, math.nan, "1"])
def test_a_verdict_is_a_share(share):
    with pytest.raises(ValueError, match="from 0 to 1"):
        Verdict(share)


@pytest.mark.parametrize(
    ("answer", "shape", "got"),
    [
        (None, (), "None"),
        ("1", (), "a string"),
        (True, (), "the truth value True"),
        ({"x": 1}, (), "a dict of 1 entries"),
        (math.nan, (), "NaN"),
        (-math.inf, (), "an infinite number"),
        ([1, 2], (), r"numbers in the shape \(2,\)"),
        (1, (2,), "one number"),
        ([1, 2, 3], (2,), r"numbers in the shape \(3,\)"),
        ([[1], [2, 3]], (None, None), "does not form an array"),
        ([1, math.nan], (2,), "an array of shape .* with NaN in it"),
        (np.array([True]), (1,), "truth values"),
        ([10**400], (1,), "type object"),
    ],
)
def test_numbers_that_are_none(answer, shape, got):
    with pytest.raises(UnfitError, match=got):
        numbers(answer, shape)


def test_numbers_that_are():
    assert numbers([[1, 2]], (None, 2)).tolist() == [[1, 2]]
    assert np.isnan(numbers(math.nan, finite=False))


def test_near_has_a_tolerance_on_either_side():
    assert near(1 + 9e-7, 1.0).share == near(1 - 9e-7, 1.0).share == 1
    assert near(1 + 1.1e-6, 1.0).share == near(1 - 1.1e-6, 1.0).share == 0
    assert near([1.0, 2.0], [1.0, 3.0]).got == "1 of 2 are off"


# --- the reader's side ---------------------------------------------------------------------------


def test_feedback_says_what_was_tried_expected_and_got_and_hints():
    found = feedback(SQUARE, lambda x: 2 * x)
    text = feedback_text(found, QUESTIONS)
    assert found.share == 0
    assert "not yet · a positive number" in text
    assert "expected: a number right to a relative 1e-06" in text
    assert "got: a number too far off" in text
    assert "hint: Multiply." in text
    assert "0 of 10 points" in text


def test_feedback_never_shows_the_answer():
    rows = feedback_text(feedback(ANSWER, 41)) + feedback_html(feedback(ANSWER, 41))
    assert "42" not in rows


@pytest.mark.parametrize("blank", [None, ...])
def test_a_blank_value_is_not_answered_yet(blank):
    assert not feedback(ANSWER, blank).answered


def test_a_blank_function_is_not_answered_yet():
    def square(x):
        raise NotImplementedError("Your turn.")

    found = feedback(SQUARE, square)
    assert not found.answered
    assert feedback_text(found) == "A square: not answered yet\n  Your turn."


def test_an_error_is_told_with_its_line_and_no_traceback():
    def square(x):
        return x / 0

    got = feedback(SQUARE, square).verdicts[0].got
    line = square.__code__.co_firstlineno + 1
    assert got == f"ZeroDivisionError: float division by zero (in line {line} of square)"


def test_none_and_no_function_are_told():
    assert "`return`" in feedback(SQUARE, lambda **_: None).verdicts[0].got
    assert "expected a function" in feedback(SQUARE, 3).verdicts[0].got
    assert "an object of type object" in feedback(SQUARE, object()).verdicts[0].got


def test_an_answer_may_change_its_arguments():
    def shares(p):
        p /= p.sum()
        return p

    assert feedback(SHARES, shares).share == 1


def test_a_slow_answer_is_warned():
    import time

    slow = question(seconds=1e-3, draw=lambda _: [Call({"x": 1.0})])
    found = feedback(slow, lambda x: time.sleep(0.01) or x)
    assert found.share == 1
    assert "a grader stops it after" in found.verdicts[0].hint


def test_html_is_escaped():
    def square(**_):
        raise ValueError("<script>alert(1)</script>")

    page = feedback_html(feedback(SQUARE, square))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page


def test_check_finds_the_name_where_it_is_called(capsys):
    square = lambda x: x * x  # noqa: E731
    check(SQUARE)
    assert capsys.readouterr().out.startswith("A square: 3 of 3 points")
    check(ANSWER)
    assert "`answer` is not defined: run the cell" in capsys.readouterr().out
    check(ANSWER, 42)
    assert "2 of 2 points" in capsys.readouterr().out
    assert square(2) == 4


def test_check_is_silent_in_the_grader(capsys, monkeypatch):
    monkeypatch.setenv("GANTEXT_GRADER", "1")
    check("no/question")
    progress("no-chapter")
    assert capsys.readouterr().out.count("the grader does that") == 2


def test_an_unknown_question_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="expected a question's id"):
        find("neuron")
    with pytest.raises(ValueError, match="chapter: expected one of"):
        questions("no-chapter")
    with pytest.raises(ValueError, match="chapter: expected one of"):
        progress("no-chapter")


def test_check_shows_html_in_a_notebook_and_text_in_a_terminal():
    from IPython.core.interactiveshell import InteractiveShell

    from gantext.grading.check import _in_notebook

    assert not _in_notebook()
    shell = InteractiveShell.instance()
    try:
        assert not _in_notebook()  # a terminal
        shell.kernel = object()
        assert _in_notebook()
    finally:
        InteractiveShell.clear_instance()
