"""The questions on chapter 3, mode collapse: one module each."""

from gantext.grading.questions.mode_collapse import (
    critical_ratio,
    hop_period,
    mode_report,
    schedule,
    trap_opens,
    whole_ring,
)

QUESTIONS = [
    hop_period.QUESTION,
    mode_report.QUESTION,
    trap_opens.QUESTION,
    critical_ratio.QUESTION,
    schedule.QUESTION,
    whole_ring.QUESTION,
]
