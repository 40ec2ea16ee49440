"""What was recorded is what its script gives: each record's beginning, run again."""

import json
from importlib import import_module
from importlib.resources import files
from pathlib import Path

import pytest
import torch

import gantext as gt
from gantext.records.__main__ import NAMES, main
from gantext.records.base import read, write

#: A few rows of each, the quickest that differ most, of two seeds.
SHORT = {
    "ring_cures": ["r = 1", "packing", "bonus, annealed"],
    "ring_hops": ["r = 0.3, λ = 0.01", "r = 1, widths 8 and 32"],
    "ring_whole": ["with R1"],
    "what_helps": [
        "least squares, SN-MaxMin, optimistic",
        "relativistic, R1 + R2, alternating",
    ],
    "what_helps_constant": ["Wasserstein, clip, alternating"],
    "what_helps_longer": ["hinge, GP to 1, alternating"],
    "published_table": [f"{w}, {n}" for w in ("ring", "grid") for n in ("GAN", "packing")],
}
#: What one sample of 2,500 or 500 more or less may change.
CLOSE = {"captured": 1, "quality": 0.01, "favourite": 0.02, "mode": 7, "w1": 0.02}
#: Batch normalisation and simultaneous steps magnify rounding; other seeds differ by 0.06 and more.
ROUGH = CLOSE | {"quality": 0.05}


def test_every_record_has_a_script_and_every_script_a_record():
    folder = Path(str(files("gantext.records")))
    assert {path.stem for path in folder.glob("*.json")} == set(NAMES) == set(SHORT)
    for name in NAMES:
        assert getattr(gt, name) is getattr(import_module(f"gantext.records.{name}"), name)


@pytest.mark.parametrize("name", NAMES)
def test_a_record_says_how_it_was_made(name):
    record, script = gt.load_record(name), import_module(f"gantext.records.{name}")
    assert record.command == f"python -m gantext.records {name}"
    assert record.versions.keys() == {"python", "gantext", "torch"}
    assert record.rows == tuple(script.trials())
    assert record.seeds == script.SEEDS
    assert record.steps == script.STEPS
    for values in record.measures.values():
        assert values.shape == (len(record.rows), record.seeds, len(record.steps))
        assert values.isfinite().all()


@pytest.mark.parametrize("name", NAMES)
def test_its_beginning_run_again_agrees(name):
    record = gt.load_record(name)
    short = getattr(gt, name)(SHORT[name], seeds=2, steps=60)
    differences = record.difference(short)
    assert differences
    close = ROUGH if name == "published_table" else CLOSE
    assert all(differences[m] <= close[m] for m in differences), differences


def test_a_row_that_is_not_the_recorded_one_is_noticed():
    record = gt.load_record("ring_cures")
    short = gt.ring_cures(["packing"], seeds=2, steps=60)
    wrong = type(short)(short.name, ("r = 0.3",), short.seeds, short.steps, short.measures)
    assert record.difference(wrong)["favourite"] > CLOSE["favourite"]


def test_what_is_written_is_read():
    record = gt.load_record("ring_cures")
    again = read(write(record))
    assert (again.rows, again.steps, again.versions) == (
        record.rows,
        record.steps,
        record.versions,
    )
    assert all(torch.equal(again.measures[m], record.measures[m]) for m in record.measures)
    assert json.loads(write(record))["name"] == "ring_cures"


def test_samples_are_kept_to_a_hundredth():
    row = "hinge, clip, alternating"
    record = gt.what_helps([row], seeds=2, steps=3)
    assert record.samples.shape == (1, 2, 100, 2)
    again = read(write(record))
    assert again.samples.shape == record.samples.shape
    assert 0 < (again.samples - record.samples).abs().max() <= 0.005 + 1e-6
    trial = import_module("gantext.records.what_helps").trials()[row]
    run = gt.train(trial.experiment, 3, seeds=2, device="cpu", progress=False, **trial.hparams)
    torch.testing.assert_close(record.samples[0], run.sample(100), rtol=1e-4, atol=1e-4)
    stored = gt.load_record("what_helps")
    assert stored.samples.shape == (len(stored.rows), 4, 100, 2)
    # They are samples of the seeds that were judged: of what captures all modes, most are near.
    good = stored.samples[stored.rows.index("relativistic, R1, alternating")]
    assert (gt.modes(good, gt.ring(std=0.05)).quality > 0.7).all()
    assert gt.load_record("ring_cures").samples is None


def test_what_is_not_there_is_named():
    record = gt.load_record("ring_cures")
    with pytest.raises(ValueError, match="ring_cures"):
        gt.load_record("nothing")
    with pytest.raises(ValueError, match="packing"):
        record.at("nothing", "quality")
    with pytest.raises(ValueError, match="4800"):
        record.at("packing", "quality", 61)
    with pytest.raises(ValueError, match="packing"):
        gt.ring_cures(["nothing"], seeds=2, steps=1)
    with pytest.raises(ValueError, match="ring_cures"):
        record.difference(gt.load_record("ring_hops"))
    with pytest.raises(SystemExit):
        main(["nothing"])
