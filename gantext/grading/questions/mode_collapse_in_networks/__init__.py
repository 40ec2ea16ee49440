"""The questions on chapter 4, mode collapse in networks: one module each."""

from gantext.grading.questions.mode_collapse_in_networks import (
    at_least,
    expected_kinds,
    mode_report,
    whole_ring,
)

QUESTIONS = [
    mode_report.QUESTION,
    at_least.QUESTION,
    expected_kinds.QUESTION,
    whole_ring.QUESTION,
]
