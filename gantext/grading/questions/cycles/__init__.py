"""The questions on chapter 2, cycles and spirals: one module each."""

from gantext.grading.questions.cycles import (
    best_momentum,
    best_penalty,
    degrees_per_step,
    largest_step,
    proximal_path,
    waiting_times,
)

QUESTIONS = [
    degrees_per_step.QUESTION,
    proximal_path.QUESTION,
    largest_step.QUESTION,
    best_penalty.QUESTION,
    best_momentum.QUESTION,
    waiting_times.QUESTION,
]
