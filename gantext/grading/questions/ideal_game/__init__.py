"""The questions on chapter 1, the ideal game: one module each."""

from gantext.grading.questions.ideal_game import (
    blind_spot,
    js_noise,
    log_critic,
    one_neuron,
    order_gap,
    ratio_critic,
)

QUESTIONS = [
    log_critic.QUESTION,
    js_noise.QUESTION,
    order_gap.QUESTION,
    one_neuron.QUESTION,
    blind_spot.QUESTION,
    ratio_critic.QUESTION,
]
