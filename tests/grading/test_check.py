"""The reader is told what helps, and never the answer."""

from dataclasses import replace

import numpy as np
import pytest

import gantext as gt
from gantext.grading.check import _in_notebook
from gantext.grading.feedback import feedback
from gantext.grading.judging import numbers
from gantext.grading.question import Call
from gantext.grading.rendering import Progress, feedback_html, feedback_text, told_once
from tests.grading.small import QUESTIONS

SQUARE, ANSWER, SHARES = QUESTIONS


def test_feedback_says_what_was_tried_expected_and_got_and_hints():
    found = feedback(SQUARE, lambda x: 2 * x)
    text = feedback_text(found, Progress(QUESTIONS, {}))
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


def test_who_answers_for_some_inputs_only_has_answered():
    def shares(p):
        if len(p) == 2:
            raise NotImplementedError("Two are too few.")
        return p / p.sum()

    found = feedback(QUESTIONS[2], shares)
    assert found.answered
    assert found.share == 0.5


def test_an_error_is_told_with_its_line_and_no_traceback():
    def square(x):
        return x / 0

    got = feedback(SQUARE, square).verdicts[0].got
    line = square.__code__.co_firstlineno + 1
    assert got == f"ZeroDivisionError: float division by zero (in line {line} of square)"


def test_what_fails_for_one_reason_is_told_once():
    def square(x):
        return undefined * x  # noqa: F821

    found = feedback(SQUARE, square)
    assert len(found.verdicts) > 1
    text = feedback_text(found)
    assert text.count("NameError") == feedback_html(found).count("NameError") == 1
    assert all(verdict.tried in text for verdict in found.verdicts)
    assert [found.verdicts[1]] == told_once(found.verdicts[1:2]), "one alone is as it was"
    right = feedback(SQUARE, lambda x: x * x)
    assert feedback_text(right).count("right ·") == len(right.verdicts), "what is right stays apart"


def test_an_error_inside_a_library_is_told_with_the_answers_own_line():
    def square(**_):
        np.linalg.inv(np.zeros((1, 1)))

    def shares(**_):
        numbers("one")

    for asked, answer in ((SQUARE, square), (SHARES, shares)):
        got = feedback(asked, answer).verdicts[0].got
        line = answer.__code__.co_firstlineno + 1
        assert got.endswith(f"(in line {line} of {answer.__name__})")


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

    slow = replace(SQUARE, seconds=1e-3, draw=lambda _: [Call({"x": 1.0})])
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
    gt.check(SQUARE)
    assert capsys.readouterr().out.startswith("A square: 3 of 3 points")
    gt.check(ANSWER)
    assert "`answer` is not defined: run the cell" in capsys.readouterr().out
    gt.check(ANSWER, 42)
    assert "2 of 2 points" in capsys.readouterr().out
    assert square(2) == 4


def test_check_is_silent_in_the_grader(capsys, monkeypatch):
    monkeypatch.setenv("GANTEXT_GRADER", "1")
    gt.check("no/question")
    gt.progress("no-chapter")
    assert capsys.readouterr().out.count("the grader does that") == 2


def test_check_shows_html_in_a_notebook_and_text_in_a_terminal():
    from IPython.core.interactiveshell import InteractiveShell

    assert not _in_notebook()
    shell = InteractiveShell.instance()
    try:
        assert not _in_notebook()  # a terminal
        shell.kernel = object()
        assert _in_notebook()
    finally:
        InteractiveShell.clear_instance()
