"""The critic who answers at once: state, numbers, words, picture."""

import json
import math

import pytest
import torch
from matplotlib.figure import Figure

import gantext as gt
from gantext.widgets.live import FIGURE_MIME


def test_numbers_are_those_of_chapter_1():
    found = gt.OptimalCritic([0.5, 0.5], [1.0, 0.0], letter=1).numbers()
    # The generator shows one letter of two: V = -log(8 / (3 sqrt 3)) - ... by hand:
    value = 0.5 * math.log(1 / 3) + math.log(2 / 3) + 0.5 * math.log(1.0)
    assert found["V"] == pytest.approx(value, abs=1e-12)
    assert found["JS"] == pytest.approx((value + math.log(4)) / 2, abs=1e-12)
    assert (found["a"], found["b"]) == (0.5, 1.0)
    assert found["critic"] == pytest.approx(1 / 3, abs=1e-12)
    assert found["height"] == pytest.approx(0.5 * math.log(1 / 3) + math.log(2 / 3), abs=1e-12)


def test_the_heights_of_all_letters_sum_to_the_value():
    p_data, p_g = [0.1, 0.4, 0.4, 0.1, 0.0], [0.0, 0.2, 0.3, 0.1, 0.4]
    heights = [gt.OptimalCritic(p_data, p_g, letter=k).numbers()["height"] for k in range(1, 6)]
    value = gt.IdealGame(p_data).value_at_optimal_discriminator(p_g)
    assert sum(heights) == pytest.approx(float(value), abs=1e-12)


def test_the_generator_begins_uniform():
    assert gt.OptimalCritic([0.2, 0.3, 0.5]).p_g == [1 / 3] * 3


def test_tensors_and_tuples_become_plain_lists():
    figure = gt.OptimalCritic(torch.tensor([0.25, 0.75]).double(), (0.5, 0.5), letter=2)
    stored = figure.stored()
    assert stored == {
        "module": "optimal_critic",
        "state": {"p_data": [0.25, 0.75], "p_g": [0.5, 0.5], "letter": 2},
    }
    assert json.loads(json.dumps(stored)) == stored
    again = gt.OptimalCritic(**stored["state"])
    assert again.stored() == stored
    assert repr(again) == repr(figure)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"p_data": [0.5, 0.6]}, "p_data: expected probabilities that sum to 1"),
        ({"p_data": [0.5, 0.5], "p_g": [1.5, -0.5]}, "p_g: expected"),
        ({"p_data": [0.5, 0.5], "p_g": [1.0]}, "p_g: expected 2 probabilities, got 1"),
        ({"p_data": [0.5, 0.5], "letter": 3}, "letter: expected one from 1 to 2, got 3"),
        ({"p_data": [0.5, 0.5], "letter": 1.5}, r"letter: expected an integer, got 1\.5"),
    ],
)
def test_what_is_no_distribution_is_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gt.OptimalCritic(**arguments)


def test_a_letter_that_nobody_shows_has_no_best_answer():
    figure = gt.OptimalCritic([1.0, 0.0, 0.0], [0.0, 1.0, 0.0], letter=3)
    assert figure.sentence().endswith("b = 0.000 and nobody shows it: D* is free.")
    assert set(figure.numbers()) == {"V", "JS", "a", "b"}
    figure.draw(Figure())
    assert "−" not in gt.OptimalCritic([1.0, 0.0], [0.0, 1.0]).sentence()  # V is 0, not -0


def test_the_sentence_has_the_numbers():
    figure = gt.OptimalCritic([0.5, 0.5], [1.0, 0.0], letter=1)
    assert figure.sentence() == (
        "V = −0.955, JS = 0.216 of at most 0.693. On letter 1, a = 0.500, b = 1.000 and D* = 0.333."
    )
    assert repr(figure) == f"OptimalCritic: {figure.sentence()}"


def test_what_a_notebook_stores_is_text_picture_and_state():
    figure = gt.OptimalCritic()
    data, metadata = figure._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", FIGURE_MIME}  # no kernel, so no widget
    assert data[FIGURE_MIME] == figure.stored()
    assert metadata == {}
    figure.p_g = [0.0] * 7 + [1.0]
    assert figure._repr_mimebundle_()[0]["image/png"] != data["image/png"]
