"""Whole numbers of a few bits each, as the digits of base64 that a page stores and a script reads.

The bits stand in a row, the most significant first, six to a digit, by the alphabet of base64 [1]_
and without its padding. Of the numbers of so many bits the largest stands for NaN. ``digits.js``
reads the same.

.. [1] Josefsson, S. (2006). The Base16, Base32, and Base64 Data Encodings. RFC 4648.
"""

from __future__ import annotations

import base64
import re
from math import prod

import numpy as np
import torch
from torch import Tensor


def to_digits(numbers: Tensor, bits: int) -> str:
    """Write whole numbers from 0 to ``highest(bits)``, or NaN, the last index first."""
    whole = torch.where(numbers.isnan(), 2**bits - 1, numbers.round()).long().flatten().numpy()
    row = (whole[:, None] >> np.arange(bits)[::-1]) & 1
    coded = base64.b64encode(np.packbits(row.astype(np.uint8).ravel()).tobytes())
    return coded[: _length(len(whole), bits)].decode()


def from_digits(name: str, text: str, shape: tuple[int, ...], bits: int) -> Tensor:
    """Read what ``to_digits`` wrote, in float64; ValueError if it has another length or sign."""
    count = prod(shape)
    wanted = _length(count, bits)
    if not isinstance(text, str) or len(text) != wanted:
        got = len(text) if isinstance(text, str) else type(text).__name__
        raise ValueError(f"{name}: expected {wanted} digits, got {got}")
    if wrong := re.search(r"[^A-Za-z0-9+/]", text):
        raise ValueError(f"{name}: expected digits of base64, got {wrong[0]!r}")
    data = np.frombuffer(base64.b64decode(text + "A" * (-wanted % 4)), dtype=np.uint8)
    row = np.unpackbits(data)[: count * bits].reshape(*shape, bits)
    whole = torch.as_tensor(row.astype(np.int64) @ 2 ** np.arange(bits)[::-1])
    return torch.where(whole == 2**bits - 1, torch.nan, whole.double())


def highest(bits: int) -> int:
    """Return the highest number of so many bits that is not the one for NaN."""
    return 2**bits - 2


def _length(count: int, bits: int) -> int:
    """Return how many digits hold so many numbers."""
    return -(-count * bits // 6)
