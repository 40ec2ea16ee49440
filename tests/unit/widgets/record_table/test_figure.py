"""A record as a table: state, numbers, words, picture."""

import json

import pytest
import torch
from matplotlib.figure import Figure

import gantext as gt
from gantext.widgets.live import FIGURE_MIME
from tests.recordings import recorded

WORLD = gt.ring(std=0.05)


def known():
    """Return a record whose numbers are known, all different."""
    record = recorded(seeds=4)
    captured = torch.tensor([[8, 8, 7, 8], [1, 2, 3, 4], [5, 6, 7, 8], [0, 0, 0, 0]])
    quality = torch.tensor([[0.9, 0.8, 0.7, 0.8], [0.1] * 4, [0.2] * 4, [0.3] * 4])
    w1 = torch.tensor([[0.1, 0.2, 0.3, 0.2], [1.0, 2, 3, 4], [10.0, 20, 30, 40], [500.0] * 4])
    for name, last in (("captured", captured), ("quality", quality), ("w1", w1)):
        record.measures[name][..., -1] = last.double()
    return record


def test_numbers_and_sentence_are_those_of_the_cell():
    figure = gt.RecordTable(known(), WORLD, "a", "b", seed=1)
    assert figure.numbers() == pytest.approx(
        {
            "captured": 7.75,
            "quality": 0.8,
            "w1": 0.2,
            "complete": 3,
            "seed_captured": 8,
            "seed_quality": 0.8,
            "seed_w1": 0.2,
        }
    )
    _, low, high = gt.mean_interval([0.9, 0.8, 0.7, 0.8], bounds=(0, 1))
    assert figure.sentence() == (
        "a, b, c: after 20 steps 3 of 4 seeds have all 8 modes, and quality is 0.800 in the mean, "
        f"with a 95% interval from {low:.3f} to {high:.3f}."
    )
    other = gt.RecordTable(known(), WORLD, rule="f, g", measure="w1")
    assert (other.loss, other.constraint) == ("a", "d")
    assert other.sentence() == (
        "a, d, f, g: after 20 steps 0 of 4 seeds have all 8 modes, and W₁ is 500.000 in the mean."
    )


def test_each_cell_has_the_mean_of_its_own_row():
    figure = gt.RecordTable(known(), WORLD)
    assert figure.cells() == {("a", "b"): "0.80", ("a", "d"): "0.10", ("e", "d"): "0.20"}
    figure.measure = "captured"
    assert figure.cells() == {("a", "b"): "7.8", ("a", "d"): "2.5", ("e", "d"): "6.5"}
    figure.measure = "w1"
    assert figure.cells() == {("a", "b"): "0.20", ("a", "d"): "2.50", ("e", "d"): "25.0"}
    figure.rule = "f, g"
    assert figure.cells() == {("a", "d"): "500"}


def test_the_state_makes_the_figure_again():
    figure = gt.RecordTable(known(), WORLD, "e", measure="w1", seed=1, references={"w1": 0.1})
    stored = figure.stored()
    assert stored["module"] == "record_table"
    again = gt.RecordTable(**json.loads(json.dumps(stored))["state"])
    assert again.stored() == stored
    assert repr(again) == repr(figure) == f"RecordTable: {figure.sentence()}"
    assert stored["state"]["references"] == {"quality": None, "captured": None, "w1": 0.1}
    assert stored["state"]["constraint"] == "d"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"loss": "z"}, "loss: expected one of 'a', 'e', got 'z'"),
        ({"constraint": "z"}, "constraint: expected one of 'b', 'd', got 'z'"),
        ({"rule": "f"}, "rule: expected one of 'c', 'f, g', got 'f'"),
        ({"loss": "e", "constraint": "b"}, "a row of loss 'e', constraint 'b', got none among 4"),
        ({"measure": "kl"}, "measure: expected one of 'quality', 'captured', 'w1', got 'kl'"),
        ({"seed": 2}, "seed: expected a whole number from 0 to 1, got 2"),
        ({"seed": -1}, "seed: expected a whole number from 0 to 1, got -1"),
        ({"references": {"kl": 1.0}}, "references: expected one of .*, got 'kl'"),
        ({"references": {"w1": float("inf")}}, "'w1'.*: expected a finite number, got inf"),
        ({"world": {"means": [[0, 0]]}}, "world: expected means and std, got no std"),
        ({"record": {}}, "record: expected loss, .*, got no loss"),
    ],
)
def test_a_state_that_does_not_fit_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        gt.RecordTable(**({"record": recorded(), "world": WORLD} | arguments))


def test_the_picture_shows_the_table_the_lines_and_the_samples():
    record, figure = known(), Figure()
    table = gt.RecordTable(record, WORLD, "e", "d", seed=1, references={"quality": 0.989})
    table.draw(figure)
    cells, chart, plane = figure.axes
    placed = {tuple(map(int, text.get_position())): text.get_text() for text in cells.texts}
    assert placed == {(0, 0): "0.80", (1, 0): "0.10", (0, 1): "–", (1, 1): "0.20"}
    assert [label.get_text() for label in cells.get_xticklabels()] == ["b", "d"]
    assert [label.get_text() for label in cells.get_yticklabels()] == ["a", "e"]
    (image,) = cells.images
    shades = image.get_array()
    assert shades[0].tolist() == pytest.approx([0.8, 0.1])
    assert shades.mask[1].tolist() == [True, False]
    (frame,) = cells.patches
    assert frame.get_xy() == (0.5, 0.5)
    lines = {line.get_label(): line.get_ydata() for line in chart.lines}
    values = record.at("e, d, c", "quality")
    assert lines["mean"].tolist() == pytest.approx(values.mean(0).tolist())
    assert list(lines["real samples"]) == [0.989, 0.989]
    assert len(chart.lines) == 4 + 3
    (samples,) = plane.lines
    drawn = torch.tensor(samples.get_xydata())
    near = (record.samples[record.rows.index("e, d, c"), 1] - drawn).abs()
    assert near[drawn.isfinite()].max() <= 3 / 254 + 1e-6
    assert [circle.radius for circle in plane.patches] == pytest.approx([0.15] * 8)


def test_w1_is_the_darker_the_smaller():
    figure = Figure()
    gt.RecordTable(known(), WORLD, measure="w1").draw(figure)
    shades = figure.axes[0].images[0].get_array()
    assert shades[0].tolist() == pytest.approx([0.6, 0.0])  # of a quarter of the ring's radius


def test_what_a_notebook_stores_is_text_picture_and_state():
    figure = gt.RecordTable(recorded(), WORLD)
    data, _ = figure._repr_mimebundle_()
    assert data["text/plain"] == repr(figure)
    assert data[FIGURE_MIME] == figure.stored()
    figure.seed = 1
    assert figure._repr_mimebundle_()[0]["image/png"] != data["image/png"]
