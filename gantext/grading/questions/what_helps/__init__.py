"""The questions on the chapter "What helps?": one module each."""

from gantext.grading.questions.what_helps import honest_best, luck, seeds_needed, what_is_left

QUESTIONS = [
    what_is_left.QUESTION,
    honest_best.QUESTION,
    luck.QUESTION,
    seeds_needed.QUESTION,
]
