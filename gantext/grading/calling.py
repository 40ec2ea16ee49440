"""What the reader's check and the grader's worker share when they call an answer."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping
from typing import Any

import numpy as np

from gantext.grading.places import PACKAGE
from gantext.grading.plain_data import Plain

NO_RETURN = "None; does the function end with `return`?"
"""What is said of a function that returned nothing."""


def as_tensors(arguments: Mapping[str, Plain]) -> dict[str, Any]:
    """Return arguments with a torch tensor in place of each array.

    Parameters
    ----------
    arguments : dict
        The arguments of a call.

    Returns
    -------
    dict
        The same, with tensors.
    """
    import torch

    return {
        name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }


def where(error: BaseException) -> str:
    """Say what was raised, and in which line of the answer.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    str
        Such as ``"ZeroDivisionError: division by zero (in line 2 of f)"``.
    """
    try:
        words = f"{type(error).__name__}: {error}"[:300]
    except Exception:  # an exception may be written so that it cannot be printed
        words = type(error).__name__
    if isinstance(error, SyntaxError):
        return words
    installed = (sys.prefix, sys.base_prefix, "<frozen", str(PACKAGE) + os.sep)
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)[1:]  # the first is the caller's
        if not frame.filename.startswith(installed)
    ]
    if not own:
        return words
    last = own[-1]
    cell = last.filename.strip("<>") if last.filename.startswith("<cell") else "the cell"
    place = cell if last.name == "<module>" else last.name
    return f"{words} (in line {last.lineno} of {place})"
