"""What passes between the grader and a worker: framed messages of plain data.

On the wire a message is JSON, followed by one ``.npy`` block for each array. Neither can carry
code: arrays of objects are refused, and every size is compared with a cap before memory is
allocated. See `gantext.grading.plain_data` for what a message may consist of.

A frame::

    magic     4 bytes   b"gtx1"
    length    4 bytes   of the JSON, big-endian
    blocks    4 bytes   how many arrays follow
    lengths   4 bytes   for each array
    JSON, then the arrays
"""

from __future__ import annotations

import io
import json
import math
import struct
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gantext.grading.plain_data import MAX_BYTES, MAX_DEPTH, MAX_ITEMS, Plain

MAGIC = b"gtx1"
MAX_BLOCKS = 256
MAX_DIMENSIONS = 8

_HEADER = struct.Struct(">4sII")
_HEADER_LIMIT = 10_000  # of a .npy header, in characters


class ProtocolError(ValueError):
    """Bytes are not a message, or a message is larger than it may be."""


def encode(message: Plain) -> bytes:
    """Write a message as bytes.

    Parameters
    ----------
    message : plain data
        The message.

    Returns
    -------
    bytes
        A frame, as the module describes it.

    Raises
    ------
    ProtocolError
        If it is larger than a message may be.
    """
    blocks: list[bytes] = []
    try:
        text = json.dumps(_pack(message, blocks), separators=(",", ":")).encode("ascii")
    except (TypeError, ValueError, RecursionError) as error:
        raise ProtocolError(f"expected plain data, got something else: {error}") from None
    if len(blocks) > MAX_BLOCKS:
        raise ProtocolError(f"expected at most {MAX_BLOCKS} arrays, got {len(blocks)}")
    lengths = struct.pack(f">{len(blocks)}I", *map(len, blocks))
    frame = b"".join([_HEADER.pack(MAGIC, len(text), len(blocks)), lengths, text, *blocks])
    if len(frame) > MAX_BYTES:
        raise ProtocolError(f"expected at most {MAX_BYTES} bytes, got {len(frame)}")
    return frame


def _pack(value: Any, blocks: list[bytes]) -> Any:
    if isinstance(value, np.ndarray):
        if value.dtype.kind not in "biuf":
            raise TypeError(f"an array of type {value.dtype}")
        buffer = io.BytesIO()
        np.lib.format.write_array(buffer, np.ascontiguousarray(value).reshape(value.shape))
        blocks.append(buffer.getvalue())
        return ["a", len(blocks) - 1]
    if isinstance(value, Mapping):
        return ["d", {key: _pack(item, blocks) for key, item in value.items()}]
    if isinstance(value, (list, tuple)):
        return ["l", [_pack(item, blocks) for item in value]]
    return value


def decode(frame: bytes) -> Plain:
    """Read a message that is all there.

    Parameters
    ----------
    frame : bytes
        The bytes, whoever sent them.

    Returns
    -------
    plain data
        The message.

    Raises
    ------
    ProtocolError
        If it is not a message.
    """
    stream = io.BytesIO(frame)
    message = receive(stream.read)
    if stream.read(1):
        raise ProtocolError("expected the end of the message, got more bytes")
    return message


def receive(read: Callable[[int], bytes]) -> Plain:
    """Read the next message of a stream.

    Parameters
    ----------
    read : callable
        Takes a number of bytes and returns as many, or fewer at the end.

    Returns
    -------
    plain data
        The message.

    Raises
    ------
    EOFError
        If nothing more comes.
    ProtocolError
        If what comes is not a message, or larger than it may be.
    """
    start = read(_HEADER.size)
    if not start:
        raise EOFError("expected a message, got the end")
    if start[:4] != MAGIC:
        raise ProtocolError(f"expected a message that starts with {MAGIC!r}, got {start[:4]!r}")
    _, size, count = _HEADER.unpack(_whole(start, _HEADER.size))
    if count > MAX_BLOCKS:
        raise ProtocolError(f"expected at most {MAX_BLOCKS} arrays, got {count}")
    lengths = struct.unpack(f">{count}I", _whole(read(4 * count), 4 * count))
    total = _HEADER.size + 4 * count + size + sum(lengths)
    if total > MAX_BYTES:
        raise ProtocolError(f"expected at most {MAX_BYTES} bytes, got {total}")
    text = _whole(read(size), size)
    blocks = [_read_array(_whole(read(length), length)) for length in lengths]
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ProtocolError(f"expected JSON, got something else: {error}"[:300]) from None
    return _Unpack(blocks).convert(tree, 0)


def _whole(data: bytes, size: int) -> bytes:
    if len(data) != size:
        raise ProtocolError(f"expected {size} bytes, got {len(data)} and then the end")
    return data


class _Unpack:
    """One reading of a JSON tree."""

    def __init__(self, blocks: Sequence[NDArray[Any]]) -> None:
        self.blocks = blocks
        self.items = 0
        self.bytes = 0  # of arrays, as often as they are referred to

    def convert(self, tree: Any, depth: int) -> Plain:
        self.items += 1
        if self.items > 2 * MAX_ITEMS or depth > MAX_DEPTH + 4:
            raise ProtocolError("expected a smaller message: it has too many items or levels")
        if tree is None or isinstance(tree, (bool, int, float, str)):
            return tree
        if isinstance(tree, list) and len(tree) == 2:
            tag, body = tree
            if tag == "a" and type(body) is int and 0 <= body < len(self.blocks):
                self.bytes += self.blocks[body].nbytes
                if self.bytes > MAX_BYTES:
                    raise ProtocolError(f"expected arrays of at most {MAX_BYTES} bytes, got more")
                return self.blocks[body]
            if tag == "l" and isinstance(body, list):
                return [self.convert(item, depth + 1) for item in body]
            if tag == "d" and isinstance(body, dict):
                return {key: self.convert(item, depth + 1) for key, item in body.items()}
        raise ProtocolError("expected plain data, got JSON that is not a message's")


def _read_array(block: bytes) -> NDArray[Any]:
    """Read a ``.npy`` block; its header is compared with its length before memory is allocated."""
    stream = io.BytesIO(block)
    try:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ProtocolError(f"expected .npy version (1, 0), got {version}")
        header = np.lib.format.read_array_header_1_0(stream, max_header_size=_HEADER_LIMIT)
    except ProtocolError:
        raise
    except Exception as error:  # a header is parsed as a Python literal, which fails in many ways
        raise ProtocolError(f"expected a .npy header, got something else: {error}"[:300]) from None
    shape, fortran, dtype = header
    if dtype.kind not in "biuf" or dtype.itemsize > 8:
        raise ProtocolError(f"expected an array of numbers or truth values, got type {dtype}")
    sizes = all(type(size) is int and 0 <= size < 2**31 for size in shape)
    if not sizes or len(shape) > MAX_DIMENSIONS:
        raise ProtocolError(
            f"expected at most {MAX_DIMENSIONS} lengths, each from 0 to 2**31, got another shape"
        )
    data = block[stream.tell() :]
    needed = math.prod(shape) * dtype.itemsize
    if needed != len(data):
        raise ProtocolError(
            f"expected {needed} bytes for an array of shape {shape}, got {len(data)}"
        )
    array = np.frombuffer(data, dtype=dtype)
    try:
        array = array.reshape(shape, order="F" if fortran else "C")
    except ValueError as error:
        raise ProtocolError(f"expected a shape that fits in memory: {error}") from None
    native = array.astype(dtype.newbyteorder("="))
    if dtype.kind == "b":  # a byte other than 0 and 1 is no truth value, and NumPy would keep it
        native = np.asarray(array.view(np.uint8) != 0)
    return native
