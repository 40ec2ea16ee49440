"""Messages carry plain data there and back, and nothing else gets through."""

import contextlib
import io
import json
import struct

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gantext.grading import protocol
from gantext.grading.plain_data import NotPlainError, plain
from gantext.grading.protocol import ProtocolError, decode, encode
from tests.grading.trees import TREES


def same(a, b):
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, list):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    return type(a) is type(b) and (a == b or a != a)


@given(TREES)
def test_there_and_back(tree):
    assert same(decode(encode(tree)), tree)
    assert same(plain(tree), tree)


@given(st.binary(max_size=200))
def test_any_bytes_are_a_message_or_an_error(data):
    for frame in (data, protocol.MAGIC + data):
        with pytest.raises((ProtocolError, EOFError)):
            decode(frame)


@given(st.data())
def test_a_damaged_message_is_a_message_or_an_error(data):
    frame = bytearray(encode({"x": np.arange(5.0), "y": [1, "two"]}))
    for _ in range(data.draw(st.integers(1, 4))):
        frame[data.draw(st.integers(0, len(frame) - 1))] = data.draw(st.integers(0, 255))
    with contextlib.suppress(ProtocolError, EOFError):
        decode(bytes(frame))


def frame_of(tree, *blocks):
    text = tree if isinstance(tree, bytes) else json.dumps(tree).encode()
    head = struct.pack(">4sII", protocol.MAGIC, len(text), len(blocks))
    return head + struct.pack(f">{len(blocks)}I", *map(len, blocks)) + text + b"".join(blocks)


def npy(header, data=b""):
    text = header.encode().ljust(117) + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + data


def about(descr="'<f8'", shape="(1,)"):
    return f"{{'descr': {descr}, 'fortran_order': False, 'shape': {shape}}}"


def test_the_forger_of_these_tests_can_write_a_good_array():
    assert decode(frame_of(["a", 0], npy(about(), bytes(8)))).tolist() == [0.0]


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"no numpy",
        npy("__import__('os').system('true')"),
        npy("(" * 90),
        npy(about(shape="(10**12,)")),
        npy(about(shape="(1000000000000,)")),
        npy(about(shape="(-1,)"), bytes(8)),
        npy(about(shape="(1.0,)"), bytes(8)),
        npy(about(shape="(True,)"), bytes(8)),
        npy(about(shape="(0, 1000000000000)")),
        npy(about(shape="(" + "1," * 40 + ")"), bytes(8)),
        npy(about(shape="(2,)"), bytes(8)),
        npy(about("'|O'"), b"cos\nsystem\n(S'true'\ntR."),
        npy(about("'<c16'"), bytes(16)),
        npy(about("'<f16'"), bytes(16)),
        npy(about("[('a', '<f8')]"), bytes(8)),
        npy(about("'<M8[s]'"), bytes(8)),
        npy(about("'<U2'"), bytes(8)),
        b"\x93NUMPY\x02\x00" + npy(about(), bytes(8))[8:],
    ],
)
def test_a_bad_array_is_refused_before_memory_is_taken(block):
    with pytest.raises(ProtocolError):
        decode(frame_of(["a", 0], block))


@pytest.mark.parametrize(
    "tree",
    [
        b"[" * 10**5,
        b"9" * 10**4,
        b"{",
        b"\xff",
        {"x": 1},
        [1, 2, 3],
        ["a", 0],
        ["a", -1],
        ["a", True],
        ["x", []],
        ["l", {}],
        ["d", []],
        [["l"], []],
        ["l", [["l"]]],
    ],
)
def test_json_that_is_no_message_is_refused(tree):
    with pytest.raises(ProtocolError):
        decode(frame_of(tree))


def test_a_message_too_large_is_refused_before_it_is_read():
    asked = []

    def read(size):
        asked.append(size)
        return struct.pack(">4sII", protocol.MAGIC, 2**32 - 1, 0)[:size]

    with pytest.raises(ProtocolError, match=f"at most {protocol.MAX_BYTES} bytes"):
        protocol.receive(read)
    assert sum(asked) < 100
    with pytest.raises(ProtocolError, match="arrays"):
        decode(struct.pack(">4sII", protocol.MAGIC, 2, 2**31))
    with pytest.raises(ProtocolError, match="at most"):
        encode("x" * protocol.MAX_BYTES)


def test_too_many_items_and_levels_are_refused_on_both_sides():
    many, deep = [0] * (2 * protocol.MAX_ITEMS + 1), 0
    for _ in range(protocol.MAX_DEPTH + 8):
        deep = [deep]
    for tree in (many, deep):
        with pytest.raises(NotPlainError):
            plain(tree)
        with pytest.raises(ProtocolError):
            decode(encode(tree))


def test_truth_values_that_are_neither_become_true():
    (value,) = decode(frame_of(["a", 0], npy(about("'|b1'"), b"\x07"))).tolist()
    assert value is True
    assert decode(frame_of(["a", 0], npy(about("'|b1'"), b"\x07"))).sum() == 1


def test_the_end_is_told_from_a_broken_message():
    with pytest.raises(EOFError):
        protocol.receive(io.BytesIO(b"").read)
    with pytest.raises(ProtocolError, match="and then the end"):
        protocol.receive(io.BytesIO(encode("x")[:-1]).read)
    with pytest.raises(ProtocolError, match="end of the message"):
        decode(encode("x") + b"x")


def test_an_array_counts_each_time_that_it_is_referred_to():
    """Or a small message would be a large answer."""
    block = npy(about(shape="(1000000,)"), bytes(8_000_000))
    assert len(decode(frame_of(["l", [["a", 0]] * 4], block))) == 4
    with pytest.raises(ProtocolError, match="arrays of at most"):
        decode(frame_of(["l", [["a", 0]] * 5], block))
