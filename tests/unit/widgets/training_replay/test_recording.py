"""A recording: how it is stored, what it refuses."""

import base64
import json
import math

import pytest
import torch

import gantext as gt
from tests.recordings import made


def test_digits_are_those_of_base64():
    """By RFC 4648: bits in a row, the most significant first, six to a digit."""
    points = [(0, 4094), (1, 64), (2047, 4000), (63, 3)]
    samples = torch.tensor([points], dtype=torch.float64) / 4094 * 4 - 1
    found = made(1, samples=samples).encode()
    bits = b"".join((x << 12 | y).to_bytes(3, "big") for x, y in points)
    assert found["samples"] == base64.b64encode(bits).decode()
    entries = [0, 1, 25, 26, 51, 52, 61, 62, 31]
    surface = torch.tensor(entries, dtype=torch.float64).reshape(1, 3, 3) / 62
    assert made(1, surface=surface).encode()["surface"] == "ABZaz09+f"


def test_what_is_outside_or_no_number_has_a_digit_of_its_own():
    nan = math.nan
    samples = torch.tensor([[[3.0, -1.0], [3.001, 0.0], [0.0, -1.001], [nan, 0.0], [math.inf, 0]]])
    surface = torch.tensor([[[0.0, nan], [1.0, 0.5]]])
    found = made(1, samples=samples, surface=surface).encode()
    assert found["samples"] == "/+AA" + 4 * "////"
    assert found["surface"] == "A/+f"
    back = gt.Recording.decode(found)
    assert back.samples[0, 0].tolist() == [3.0, -1.0]
    assert back.samples[0, 1:].isnan().all()
    assert back.surface[0, 0, 1].isnan()


@pytest.mark.parametrize("extent", [(-1.0, 3.0), (-3.6, 3.6), (0.1, 0.7), (-1e-3, 1e5)])
def test_decoding_and_encoding_again_changes_nothing(extent):
    low, high = extent
    samples = low + (high - low) * torch.rand(2, 500, 2, dtype=torch.float64)
    samples[0, 0] = torch.tensor(extent)
    one = made(2, samples=samples, extent=extent, generator_loss=(0.1 + 0.2, math.nan))
    stored = one.encode()
    back = gt.Recording.decode(json.loads(json.dumps(stored)))
    assert back.encode() == stored
    assert (back.samples - samples).abs().max() <= (high - low) / 4094 / 2 * (1 + 1e-9)
    assert (back.surface - one.surface).abs().max() <= 1 / 124 + 1e-9
    assert stored["generator_loss"] == [0.1 + 0.2, None]
    assert math.isnan(back.generator_loss[1])
    assert back.steps == one.steps
    assert back.favourite == one.favourite
    assert torch.equal(back.modes, one.modes.double())


def test_a_recording_of_full_size_is_small():
    text = json.dumps(made(45, 400, 41).encode())
    assert len(text) < 160_000
    smaller = json.dumps(made(45, 300, 33).encode())
    assert len(smaller) < 120_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": "AAAA"}, "samples: expected 60 digits, got 4"),
        ({"surface": "A" * 47 + "!"}, "surface: expected digits of base64, got '!'"),
        ({"surface": "A" * 47 + "é"}, "surface: expected digits of base64, got 'é'"),
        ({"surface": None}, "surface: expected 48 digits, got NoneType"),
        ({"share": [0.5]}, "share: expected one number a frame, 3, got 1"),
        ({"favourite": [0, 2, 0]}, "favourite: expected modes from 0 to 1"),
        ({"extent": [1, 2, 3]}, r"extent: expected a sequence of 2 .*, got \[1, 2, 3\]"),
        ({"name": ""}, "name: expected a string that is not empty, got"),
        ({"modes": [[0.0]]}, r"modes: expected shape \(M, 2\) .*, got \(1, 1\)"),
    ],
)
def test_a_damaged_recording_is_refused(change, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gt.Recording.decode(made().encode() | change)


def test_a_recording_with_something_missing_is_refused():
    for name in made().encode():
        data = made().encode()
        del data[name]
        with pytest.raises(ValueError, match=f"expected .*, got no {name}"):
            gt.TrainingReplay([data])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": (10, 10, 20)}, "steps: expected one or more, increasing"),
        ({"steps": ()}, "steps: expected one or more"),
        (
            {"samples": torch.zeros(2, 5, 2)},
            r"samples: expected shape \(3, N, 2\) for 3 steps, got \(2, 5, 2\)",
        ),
        (
            {"surface": torch.zeros(3, 5, 4)},
            r"surface: expected shape \(3, S, S\) for 3 steps, got \(3, 5, 4\)",
        ),
        ({"surface": torch.full((3, 2, 2), 1.1)}, "surface: expected values from 0 to 1"),
        ({"surface": torch.full((3, 2, 2), -0.1)}, "surface: expected values from 0 to 1"),
    ],
)
def test_fields_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        made(**change)
