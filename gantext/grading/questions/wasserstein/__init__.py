"""The questions on the Wasserstein distance: one module each."""

from gantext.grading.questions.wasserstein import (
    best_coin,
    certified_critic,
    least_batch,
    lowest_cones,
    two_histograms,
)

QUESTIONS = [
    two_histograms.QUESTION,
    lowest_cones.QUESTION,
    best_coin.QUESTION,
    least_batch.QUESTION,
    certified_critic.QUESTION,
]
