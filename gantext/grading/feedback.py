"""Judging an answer in the reader's own process, on inputs that are the same each time."""

from __future__ import annotations

import copy
import time
import zlib
from dataclasses import dataclass, replace
from typing import Any

from gantext.grading.calling import NO_RETURN, as_tensors, where
from gantext.grading.plain_data import WANTED, NotPlainError, kind, plain
from gantext.grading.question import Call, Question, Verdict

UNDEFINED: Any = object()
"""Stands for an answer whose name is not defined."""


@dataclass(frozen=True)
class Feedback:
    """What is said of one answer.

    Attributes
    ----------
    question : Question
        The question.
    answered : bool
        False while the answer is blank.
    verdicts : tuple of Verdict
        One for each call; empty while the answer is blank.
    note : str
        What concerns the answer as a whole.
    """

    question: Question
    answered: bool
    verdicts: tuple[Verdict, ...] = ()
    note: str = ""

    @property
    def share(self) -> float:
        """The part of the question's points that the answer earns."""
        return self.question.share(self.verdicts)


def feedback(question: Question, answer: Any) -> Feedback:
    """Judge an answer in this process.

    Parameters
    ----------
    question : Question
        The question.
    answer : object
        The function or the value.

    Returns
    -------
    Feedback
        One verdict for each call. An exception that the answer raises is told in the verdict.

    Examples
    --------
    >>> from gantext.grading.feedback import feedback
    >>> from gantext.grading.judging import near
    >>> from gantext.grading.question import Question, one_call
    >>> question = Question(
    ...     id="example/two",
    ...     title="Two",
    ...     points=1,
    ...     entry="two",
    ...     kind="value",
    ...     draw=one_call("your number"),
    ...     judge=lambda call, answer: near(answer, 2),
    ... )
    >>> feedback(question, 2.0).share, feedback(question, None).answered
    (1.0, False)
    """
    if answer is UNDEFINED:
        note = f"`{question.entry}` is not defined: run the cell with your answer first."
        return Feedback(question, False, note=note)
    if answer is None or answer is Ellipsis:
        return Feedback(question, False)
    calls = question.calls(public_seed(question))
    if question.kind == "value":
        return Feedback(question, True, tuple(_judged(question, call, answer) for call in calls))
    if not callable(answer):
        words = f"expected a function named `{question.entry}`, got {_kind(answer)}"
        return Feedback(question, True, (Verdict(0.0, "the answer itself", got=words),))
    verdicts: list[Verdict] = []
    blank: list[str] = []
    for call in calls:
        try:
            verdicts.append(_called(question, call, answer))
        except NotImplementedError as error:
            verdicts.append(call.failed("NotImplementedError"))
            blank.append(str(error))
    if len(blank) == len(calls):  # who raises for one input may answer others
        return Feedback(question, False, note=blank[0])
    return Feedback(question, True, tuple(verdicts))


def public_seed(question: Question) -> int:
    """Return the seed of a question's inputs in a reader's notebook, the same on every computer.

    Parameters
    ----------
    question : Question
        The question.

    Returns
    -------
    int
        The seed.
    """
    return zlib.crc32(question.id.encode())


def _called(question: Question, call: Call, answer: Any) -> Verdict:
    """Call an answer and judge what it returns; `NotImplementedError` is for the caller."""
    start = time.perf_counter()
    try:
        given = copy.deepcopy(dict(call.arguments))  # an answer may change them at will
        raw = answer(**as_tensors(given) if question.tensors else given)
    except NotImplementedError:
        raise
    except Exception as error:
        return call.failed(where(error))
    seconds = time.perf_counter() - start
    if raw is None:
        return call.failed(NO_RETURN)
    verdict = _judged(question, call, raw)
    if seconds <= question.seconds:
        return verdict
    words = f"It took {seconds:.0f} s; a grader stops it after {question.seconds:.0f} s."
    return replace(verdict, hint=f"{verdict.hint} {words}".strip())


def _judged(question: Question, call: Call, raw: Any) -> Verdict:
    try:
        return question.judged(call, plain(raw))
    except NotPlainError as error:
        return call.failed(str(error), expected=WANTED)


def _kind(answer: Any) -> str:
    try:
        return kind(plain(answer))
    except NotPlainError:
        return f"an object of type {type(answer).__name__}"
