"""Graded exercises: a reader's own check, and a grader that trusts no submission."""

from gantext.grading.check import check, progress

__all__ = ["check", "progress"]
