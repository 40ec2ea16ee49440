"""A judge's verdict stands whatever the answer is."""

import math

import pytest
from hypothesis import given

from gantext.grading.judging import near
from gantext.grading.plain_data import kind
from gantext.grading.question import Call, Question, Verdict
from tests.grading.small import QUESTIONS
from tests.grading.trees import TREES

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
