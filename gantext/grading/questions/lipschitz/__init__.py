"""The questions on the Lipschitz constraint: one module each."""

from gantext.grading.questions.lipschitz import (
    best_peak,
    convolution_norm,
    gradient_penalty,
    overshoot,
    power_iteration,
)

QUESTIONS = [
    power_iteration.QUESTION,
    gradient_penalty.QUESTION,
    overshoot.QUESTION,
    best_peak.QUESTION,
    convolution_norm.QUESTION,
]
