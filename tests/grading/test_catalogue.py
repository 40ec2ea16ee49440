"""Questions are found by chapter and by id."""

import pytest

import gantext as gt
from gantext.grading.catalogue import find, questions
from tests.grading.small import QUESTIONS

SQUARE, ANSWER, SHARES = QUESTIONS


def test_an_unknown_question_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="expected a question's id"):
        find("neuron")
    with pytest.raises(ValueError, match="chapter: expected one of"):
        questions("no-chapter")
    with pytest.raises(ValueError, match="chapter: expected one of"):
        gt.progress("no-chapter")
