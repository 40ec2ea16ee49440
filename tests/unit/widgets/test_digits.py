"""Digits that a page stores: by RFC 4648, and back."""

import base64

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from gantext.widgets.digits import from_digits, highest, to_digits


@pytest.mark.parametrize("count", range(1, 7))
def test_bytes_are_those_of_base64(count):
    whole = [7, 254, 0, 99, 128, 31][:count]
    text = to_digits(torch.tensor(whole).double(), 8)
    assert text == base64.b64encode(bytes(whole)).decode().rstrip("=")


@settings(derandomize=True, deadline=None)
@given(st.data(), st.integers(2, 16))
def test_what_is_written_is_read(data, bits):
    whole = st.one_of(st.integers(0, highest(bits)).map(float), st.just(float("nan")))
    numbers = torch.tensor(data.draw(st.lists(whole, min_size=1, max_size=20))).double()
    text = to_digits(numbers, bits)
    assert len(text) == -(-len(numbers) * bits // 6)
    back = from_digits("numbers", text, (len(numbers),), bits)
    torch.testing.assert_close(back, numbers, rtol=0, atol=0, equal_nan=True)


def test_the_last_index_runs_first():
    numbers = torch.arange(12.0).double().reshape(2, 3, 2)
    text = to_digits(numbers, 6)
    assert text == "ABCDEFGHIJKL"
    assert torch.equal(from_digits("numbers", text, (2, 3, 2), 6), numbers)
