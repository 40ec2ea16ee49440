"""Graded exercises: a reader's own check, and a grader that trusts no submission."""

from gantext.grading.check import check, feedback, progress
from gantext.grading.question import (
    Call,
    Feedback,
    Plain,
    Question,
    UnfitError,
    Verdict,
    chapters,
    find,
    kind,
    near,
    numbers,
)

__all__ = [
    "Call",
    "Feedback",
    "Plain",
    "Question",
    "UnfitError",
    "Verdict",
    "chapters",
    "check",
    "feedback",
    "find",
    "kind",
    "near",
    "numbers",
    "progress",
]
