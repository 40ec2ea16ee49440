"""What grading finds out: the marks of a submission, and why."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from gantext.grading.notebooks import digest
from gantext.grading.question import Question, Verdict


@dataclass(frozen=True)
class CellResult:
    """What became of a cell.

    Attributes
    ----------
    number : int
        Its place in the notebook, from 1; 0 for a cell of the book that was put back.
    error : str
        What was raised, or nothing.
    """

    number: int
    error: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """What an answer earned, and why.

    Attributes
    ----------
    id, title : str
        The question.
    points : int
        What it is worth.
    earned : float
        What the answer got.
    state : {"answered", "blank", "missing", "no result"}
        Whether there is an answer, and whether it could be judged.
    words : str
        What concerns the answer as a whole, to the student.
    verdicts : tuple of Verdict
        One for each thing tried.
    """

    id: str
    title: str
    points: int
    earned: float
    state: str
    words: str = ""
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a submission earned, and why.

    Attributes
    ----------
    name : str
        Whose it is.
    digest : str
        The SHA-256 of the file.
    earned : float
        The sum over the questions.
    points : int
        The most that can be had.
    questions : tuple of QuestionResult
        One for each question.
    cells : tuple of CellResult
        Those that did not run to their end.
    flags : tuple of str
        What an instructor should look at.
    words : str
        What concerns the submission as a whole, to the student.
    output : str
        The beginning of what it printed.
    seconds : float
        How long grading took.
    """

    name: str
    digest: str
    earned: float
    points: int
    questions: tuple[QuestionResult, ...]
    cells: tuple[CellResult, ...] = ()
    flags: tuple[str, ...] = ()
    words: str = ""
    output: str = ""
    seconds: float = field(default=0.0, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON."""
        return asdict(self)


def nothing(name: str, data: bytes, questions: Sequence[Question], words: str) -> Result:
    """Return the result of a submission that could not be graded: 0, and a flag.

    Parameters
    ----------
    name : str
        Whose it is.
    data : bytes
        The file.
    questions : sequence of Question
        What was asked.
    words : str
        Why, to the student.

    Returns
    -------
    Result
        Without a single point.
    """
    rows = tuple(QuestionResult(q.id, q.title, q.points, 0.0, "no result") for q in questions)
    points = sum(question.points for question in questions)
    return Result(
        name, digest(data), 0.0, points, rows, flags=(f"Not graded: {words}",), words=words
    )


def from_dict(tree: Mapping[str, Any]) -> Result:
    """Read a result that was written as JSON.

    Parameters
    ----------
    tree : dict
        What `Result.as_dict` returned, with or without the time.

    Returns
    -------
    Result
        The same result.

    Raises
    ------
    KeyError, TypeError
        If it is not the JSON of a result.
    """
    rows = [
        QuestionResult(**{**row, "verdicts": tuple(Verdict(**v) for v in row["verdicts"])})
        for row in tree["questions"]
    ]
    cells = tuple(CellResult(**cell) for cell in tree["cells"])
    own = {"questions": tuple(rows), "cells": cells, "flags": tuple(tree["flags"])}
    return Result(**{**tree, **own})
