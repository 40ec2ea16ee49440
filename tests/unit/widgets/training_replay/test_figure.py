"""Recorded trainings: state, numbers, words, picture."""

import json
import math

import pytest
import torch
from matplotlib.figure import Figure

import gantext as gt
from gantext.widgets.live import FIGURE_MIME
from tests.recordings import made


def test_numbers_and_sentence_are_those_of_the_frame():
    one = made(name="one", favourite=(0, 1, 0), share=(0.5, 0.125, 0.994), captured=(0, 1, 2))
    two = made(name="two")
    figure = gt.TrainingReplay([one, two], left="two", right="one", frame=1)
    assert figure.numbers() == {
        "step": 20,
        "left_favourite": 1,
        "left_share": 0.125,
        "left_captured": 2,
        "left_quality": 0.25,
        "left_generator_loss": 0.7 + 0.1,
        "left_discriminator_loss": 1.4 - 0.1,
        "right_favourite": 1,
        "right_share": 0.125,
        "right_captured": 1,
        "right_quality": 0.25,
        "right_generator_loss": 0.7 + 0.1,
        "right_discriminator_loss": 1.4 - 0.1,
    }
    half = "13% of the samples are nearest to mode 1"
    assert figure.sentence() == (
        f"two, step 20: {half}; 2 of 2 modes captured. one, step 20: {half}; 1 of 2 modes captured."
    )
    alone = gt.TrainingReplay([one, two], frame=2)
    assert alone.left == "one"
    assert alone.right == ""
    assert {name.split("_")[0] for name in alone.numbers()} == {"step", "left"}
    assert alone.sentence() == (
        "one, step 30: 99% of the samples are nearest to mode 0; 2 of 2 modes captured."
    )


def test_the_state_makes_the_figure_again():
    runs = [made(name="one", generator_loss=(1.0, math.nan, math.inf)), made(name="two")]
    figure = gt.TrainingReplay(runs, left="two", right="one", frame=2)
    stored = figure.stored()
    assert stored["module"] == "training_replay"
    assert set(stored["state"]) == {"recordings", "left", "right", "frame"}
    again = gt.TrainingReplay(**json.loads(json.dumps(stored))["state"])
    assert again.stored() == stored
    assert repr(again) == repr(figure) == f"TrainingReplay: {figure.sentence()}"
    alone = gt.TrainingReplay(runs)
    assert gt.TrainingReplay(**alone.stored()["state"]).stored() == alone.stored()


@pytest.mark.parametrize(
    ("runs", "arguments", "message"),
    [
        ([], {}, r"recordings: expected some, with different names, got \[\]"),
        (["one", "one"], {}, "recordings: expected some, with different names"),
        (["one"], {"left": "two"}, "left: expected one of 'one', got 'two'"),
        (["one"], {"left": ""}, "left: expected one of"),
        (["one"], {"right": "two"}, "right: expected one of '', 'one', got 'two'"),
        (["one"], {"frame": 3}, "frame: expected a whole number from 0 to 2, got 3"),
        (["one"], {"frame": -1}, "frame: expected a whole number from 0 to 2, got -1"),
        (["one"], {"frame": 1.0}, r"frame: expected an integer, got 1\.0"),
    ],
)
def test_a_state_that_does_not_fit_is_refused(runs, arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gt.TrainingReplay([made(name=name) for name in runs], **arguments)


def test_runs_with_other_steps_are_refused():
    runs = [made(name="one"), made(name="two", steps=(10, 20, 31))]
    with pytest.raises(ValueError, match=r"steps \[10, 20\] ... 30 \(3\) in all, got .*31"):
        gt.TrainingReplay(runs)


def test_the_picture_shows_samples_modes_surface_and_losses():
    runs = [made(name="one"), made(name="two")]
    for right, count in (("two", 2), (None, 1)):
        figure = Figure()
        gt.TrainingReplay(runs, right=right, frame=1).draw(figure)
        assert len(figure.axes) == 2 * count
        plane, chart = figure.axes[0], figure.axes[count]
        assert plane.get_title() == "one\nstep 20"
        samples, modes = plane.lines
        stored = gt.Recording.decode(runs[0].encode())
        assert torch.equal(torch.tensor(samples.get_xydata()), stored.samples[1])
        assert torch.equal(torch.tensor(modes.get_xydata()), runs[0].modes.double())
        (image,) = plane.images
        assert torch.equal(torch.tensor(image.get_array()), stored.surface[1])
        # The middle of the first pixel is the square's corner.
        left, right_edge, low, _ = image.get_extent()
        assert (left + right_edge) / 2 == 1.0
        assert left + (right_edge - left) / 4 / 2 == pytest.approx(-1.0)
        assert low == left
        assert plane.get_xlim() == plane.get_ylim() == (-1.0, 3.0)
        lines = {line.get_label(): line.get_ydata() for line in chart.lines}
        assert tuple(lines["generator"]) == runs[0].generator_loss
        assert tuple(lines["discriminator"]) == runs[0].discriminator_loss


def test_what_a_notebook_stores_is_text_picture_and_state():
    figure = gt.TrainingReplay([made()])
    data, _ = figure._repr_mimebundle_()
    assert data["text/plain"] == repr(figure)
    assert data[FIGURE_MIME] == figure.stored()
    figure.frame = 2
    assert figure._repr_mimebundle_()[0]["image/png"] != data["image/png"]
