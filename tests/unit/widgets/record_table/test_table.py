"""A record, compact enough for a page: what is kept, what is refused."""

import json

import pytest
import torch

import gantext as gt
from gantext.records import what_helps
from gantext.widgets.record_table.table import decode, encode
from tests.recordings import recorded

WORLD = gt.ring(std=0.05)


def kept(record, world=WORLD):
    return decode(json.loads(json.dumps(encode(record, world))))


def test_each_row_keeps_its_own_numbers():
    record = recorded()
    table = kept(record)
    assert table.factors == {"loss": ["a", "e"], "constraint": ["b", "d"], "rule": ["c", "f, g"]}
    assert sorted(", ".join(cell) for cell in table.rows) == sorted(record.rows)
    for cell, k in table.rows.items():
        row = record.rows.index(", ".join(cell))
        for name, exact in (("captured", 0.0), ("quality", 1e-12), ("w1", 0.0005 + 1e-12)):
            error = (table.values[name][k] - record.measures[name][row]).abs().max()
            assert error <= exact, name
        shown = table.samples[k]
        inside = (record.samples[row].abs() <= 3).all(-1)
        assert torch.equal(shown.isfinite().all(-1), inside)
        error = (shown - record.samples[row])[inside].abs().max()
        assert error <= 6 / 254 / 2 + 1e-6
    assert table.extent == (-3.0, 3.0)
    assert table.steps == (10, 20)


def test_a_row_that_diverged_leaves_the_others_exact():
    record = recorded()
    record.measures["w1"][1] *= 1e5
    table = kept(record)
    for cell, k in table.rows.items():
        row = record.measures["w1"][record.rows.index(", ".join(cell))]
        assert (table.values["w1"][k] - row).abs().max() <= float(row.max()) / 4000


def test_intervals_are_those_of_the_library():
    record = recorded(seeds=5)
    table = kept(record)
    for cell, k in table.rows.items():
        row = ", ".join(cell)
        for name, bounds in (("captured", (0, 8)), ("quality", (0, 1)), ("w1", None)):
            _, low, high = gt.mean_interval(record.at(row, name, 20), bounds)
            low = low.clamp(min=0)
            assert table.intervals[name][k].tolist() == pytest.approx(
                [float(low), float(high)], abs=2e-3
            ), name


def test_one_seed_or_seeds_that_agree_tell_no_interval():
    assert all(ends.isnan().all() for ends in kept(recorded(seeds=1)).intervals.values())
    record = recorded()
    record.measures["w1"][:] = 0.25
    assert kept(record).intervals["w1"].isnan().all()


def test_a_row_of_the_whole_record_is_small():
    rows, (seeds, steps) = tuple(what_helps.trials()), (what_helps.SEEDS, what_helps.STEPS)
    shape = (len(rows), seeds, len(steps))
    draw = torch.Generator().manual_seed(0)
    quality = torch.randint(2501, shape, generator=draw).double() / 2500
    measures = {"captured": (8 * quality).round(), "quality": quality, "w1": 3 * quality.square()}
    samples = torch.randn(len(rows), 4, 100, 2, generator=draw)
    record = gt.Record("what_helps", rows, seeds, steps, measures, samples=samples)
    figure = gt.RecordTable(record, WORLD)
    assert len(json.dumps(figure.stored())) < 1_640 * len(rows)  # 80 make 131 kB
    assert set(figure.record["rule"]) == {row.split(", ", 2)[2] for row in rows}


def changed(**measures):
    record = recorded()
    return record._replace(measures={**record.measures, **measures})


@pytest.mark.parametrize(
    ("record", "message"),
    [
        (recorded(["a, b"]), "record: expected rows named 'loss, constraint, rule', got 'a, b'"),
        (recorded(samples=None), r"samples of shape \(rows, seeds, samples, 2\), got None"),
        (recorded(samples=torch.zeros(4, 2, 5)), r"samples of shape .*, got \(4, 2, 5\)"),
        (recorded(measures={"quality": torch.zeros(4, 3, 2)}), "measures quality, captured, w1"),
        (changed(w1=torch.zeros(4, 3, 1)), r"w1 of shape \(rows, seeds, steps\), got \(4, 3, 1\)"),
        (changed(w1=torch.full((4, 3, 2), torch.inf)), "finite values >= 0 of w1"),
        (changed(quality=-torch.ones(4, 3, 2)), "finite values >= 0 of quality"),
        (changed(w1=torch.full((4, 3, 2), 1e20)), r"w1 below .*, got 1e\+20"),
    ],
)
def test_another_record_is_refused(record, message):
    with pytest.raises(ValueError, match=message):
        encode(record, WORLD)


def test_a_world_that_is_no_plane_is_refused():
    with pytest.raises(ValueError, match="world: expected a mixture in the plane"):
        encode(recorded(), gt.two_points(0.1))


def test_plain_data_with_something_missing_or_damaged_are_refused():
    data = encode(recorded(), WORLD)
    for key in data:
        with pytest.raises(ValueError, match=f"expected .*, got no {key}"):
            decode({name: value for name, value in data.items() if name != key})
    with pytest.raises(ValueError, match=r"samples: expected .* digits, got 4"):
        decode(data | {"samples": "AAAA"})
    with pytest.raises(ValueError, match="rows: expected digits of base64, got '!'"):
        decode(data | {"rows": "!" * len(data["rows"])})
    damaged = data["values"] | {"w1": data["values"]["w1"] | {"units": "////"}}
    with pytest.raises(ValueError, match="w1: expected a unit for each row"):
        decode(data | {"values": damaged})
