"""The questions on chapter 3, the model of mode collapse: one module each."""

from gantext.grading.questions.mode_collapse import (
    critical_ratio,
    hop_period,
    schedule,
    trap_opens,
    who_leaves,
)

QUESTIONS = [
    hop_period.QUESTION,
    trap_opens.QUESTION,
    critical_ratio.QUESTION,
    who_leaves.QUESTION,
    schedule.QUESTION,
]
