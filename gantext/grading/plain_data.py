"""Plain data: all that an answer may consist of, and how it is described without repeating it.

Plain data are numbers, booleans, strings, None, lists, dicts with string keys, and NumPy arrays of
numbers or booleans. Nothing of this kind can carry code.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Mapping, Sequence
from decimal import Decimal
from numbers import Real
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Plain: TypeAlias = Any
"""Numbers, booleans, strings, None, lists, dicts with string keys, arrays of numbers."""

MAX_BYTES = 32 * 2**20
"""What one message may hold, in bytes; one array may hold half of it."""
MAX_DEPTH = 16
MAX_ITEMS = 100_000

WANTED = "numbers, strings, lists or arrays"
"""What is said to be expected where an answer is not plain data."""


class NotPlainError(TypeError):
    """A value is not plain data; the message says what is."""


def plain(value: Any) -> Plain:
    """Turn a value into plain data: tensors into arrays, tuples into lists.

    Parameters
    ----------
    value : object
        What an answer returned.

    Returns
    -------
    plain data
        A copy; nothing in it belongs to the answer's objects.

    Raises
    ------
    NotPlainError
        If something in it is not plain, or there is too much of it.
    """
    return _Conversion().convert(value, 0)


class _Conversion:
    """One conversion; it counts the items."""

    def __init__(self) -> None:
        self.items = 0

    def convert(self, value: Any, depth: int) -> Plain:
        self.items += 1
        if self.items > MAX_ITEMS or depth > MAX_DEPTH:
            raise NotPlainError(
                f"expected at most {MAX_ITEMS} items, nested at most {MAX_DEPTH} deep, got more; "
                "return an array instead"
            )
        if value is None or type(value) in (bool, int, float, str):
            return value
        if isinstance(value, (np.ndarray, np.generic)):
            return self.from_numpy(np.asarray(value), scalar=isinstance(value, np.generic))
        torch = sys.modules.get("torch")  # nobody has a tensor without having imported torch
        if torch is not None and isinstance(value, torch.Tensor):
            return self.from_tensor(value)
        if isinstance(value, (bool, int, float, str)):  # subclasses, such as an enumeration
            return next(base(value) for base in (bool, int, float, str) if isinstance(value, base))
        if isinstance(value, (Real, Decimal)) or _is_symbolic(value):  # a Fraction, log(2) in sympy
            return float(value)
        if isinstance(value, Mapping):
            return self.from_mapping(value, depth)
        if isinstance(value, (list, tuple)):
            return [self.convert(item, depth + 1) for item in value]
        sort = "a function" if callable(value) else "an object"
        raise NotPlainError(f"expected {WANTED}, got {sort} ({type(value).__name__})")

    def from_mapping(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        found = {}
        for key, item in value.items():
            if type(key) is not str:
                raise NotPlainError(f"expected keys that are strings, got {type(key).__name__}")
            found[key] = self.convert(item, depth + 1)
        return found

    def from_tensor(self, value: Any) -> Plain:
        tensor = value.detach().cpu().resolve_conj().resolve_neg()
        if tensor.is_complex():
            raise NotPlainError("expected real numbers, got complex ones")
        if str(tensor.dtype) == "torch.bfloat16":
            tensor = tensor.float()
        return self.from_numpy(tensor.to_dense().numpy(), scalar=False)

    def from_numpy(self, array: NDArray[Any], *, scalar: bool) -> Plain:
        if array.dtype.kind not in "biuf":
            raise NotPlainError(
                f"expected an array of numbers or truth values, got type {array.dtype}"
            )
        if array.nbytes > MAX_BYTES // 2:
            raise NotPlainError(
                f"expected at most {MAX_BYTES // 2} bytes in an array, got {array.nbytes}"
            )
        if array.dtype.itemsize > 8:
            array = array.astype(np.float64)
        native = array.dtype.newbyteorder("=")
        return array.item() if scalar else np.array(array, dtype=native, order="C", subok=False)


def _is_symbolic(value: Any) -> bool:
    """Tell whether a value is a number of sympy's, such as ``sqrt(2)``."""
    sympy = sys.modules.get("sympy")
    symbolic = sympy is not None and isinstance(value, sympy.Expr)
    return symbolic and value.is_number and value.is_real is True


def kind(answer: Plain) -> str:
    """Say what sort of thing an answer is, without repeating it.

    Parameters
    ----------
    answer : plain data
        The answer.

    Returns
    -------
    str
        A few words.
    """
    if answer is None:
        return "None"
    if isinstance(answer, (bool, np.bool_)):
        return f"the truth value {bool(answer)}"
    if isinstance(answer, (int, float)):
        return _kind_of_number(answer)
    if isinstance(answer, str):
        return "a string"
    if isinstance(answer, np.ndarray):
        return _kind_of_array(answer)
    if isinstance(answer, Mapping):
        return f"a dict of {len(answer)} entries"
    if isinstance(answer, Sequence):
        return f"a list of {len(answer)}"
    return f"an object of type {type(answer).__name__}"


def _kind_of_number(number: float) -> str:
    if number == 0:
        return "zero"
    if isinstance(number, int):
        return f"a {'negative' if number < 0 else 'positive'} integer"
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "an infinite number"
    return f"a {'negative' if number < 0 else 'positive'} number"


def _kind_of_array(array: NDArray[Any]) -> str:
    words = f"an array of shape {array.shape}"
    if array.dtype.kind == "b":
        return f"{words} of truth values"
    if array.dtype.kind not in "iuf":
        return f"{words} and type {array.dtype}"
    if array.size and np.isnan(array).any():
        return f"{words} with NaN in it"
    if array.size and np.isinf(array).any():
        return f"{words} with infinite numbers in it"
    return words
