"""What judges call: reading an answer as numbers, and comparing it with the right ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gantext.grading.plain_data import Plain, kind
from gantext.grading.question import UnfitError, Verdict

Mistake = tuple[Any, str]
"""What a usual mistake would answer, and what to say to someone who answers that."""


def numbers(
    answer: Plain, shape: Sequence[int | None] = (), *, finite: bool = True
) -> NDArray[np.float64]:
    """Read an answer as numbers of a given shape, or say why it is none.

    Parameters
    ----------
    answer : plain data
        The answer: a number, a list of them, or an array.
    shape : sequence of int or None
        The shape asked for; None stands for any length.
    finite : bool
        Whether NaN and infinity are refused.

    Returns
    -------
    numpy.ndarray
        In float64.

    Raises
    ------
    UnfitError
        If the answer does not consist of such numbers.

    Examples
    --------
    >>> from gantext.grading.judging import numbers
    >>> numbers([1, 2], (None,))
    array([1., 2.])
    """
    expected = _expected(shape)
    if stranger := _no_number(answer):
        raise UnfitError(expected, stranger)
    try:
        array = np.asarray(answer)
    except Exception:  # ragged lists, and whatever else NumPy makes of a hostile one
        raise UnfitError(expected, f"{kind(answer)} that does not form an array") from None
    if array.dtype.kind not in "iuf":
        raise UnfitError(expected, kind(array if isinstance(answer, (list, tuple)) else answer))
    if not _fits(array.shape, shape):
        raise UnfitError(
            expected, f"numbers in the shape {array.shape}" if array.ndim else "one number"
        )
    array = array.astype(np.float64)
    if finite and not np.isfinite(array).all():
        raise UnfitError(f"{expected}, all of them finite", kind(array if shape else float(array)))
    return array


def _no_number(answer: Plain) -> str:
    """Say of which kind the first thing is that is no number; nothing where all are.

    NumPy looks at types last: to an array of strings it gives each the room of the longest.
    """
    waiting = [answer]
    while waiting:
        item = waiting.pop()
        if isinstance(item, (list, tuple)):
            waiting += item[::-1]
        elif item is None or isinstance(item, (str, Mapping)):
            return kind(item) if item is answer else f"{kind(answer)} with {kind(item)} in it"
    return ""


def _expected(shape: Sequence[int | None]) -> str:
    sizes = ["any" if size is None else str(size) for size in shape]
    comma = "," if len(sizes) == 1 else ""
    return f"numbers in the shape ({', '.join(sizes)}{comma})" if sizes else "one number"


def _fits(shape: Sequence[int], wanted: Sequence[int | None]) -> bool:
    return len(shape) == len(wanted) and all(
        size is None or size == length for size, length in zip(wanted, shape, strict=True)
    )


def near(
    answer: Plain,
    expected: ArrayLike,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    what: str = "",
    hint: str = "",
) -> Verdict:
    """Judge numbers by how near they come to the expected ones.

    Parameters
    ----------
    answer : plain data
        The answer.
    expected : array-like
        The right numbers; they fix the shape.
    rtol, atol : float
        The tolerance: ``atol + rtol * abs(expected)``, elementwise.
    what : str
        The numbers in a few words, for the reader: ``"probabilities"``.
    hint : str
        What to say where the numbers are wrong.

    Returns
    -------
    Verdict
        Share 1 where all are near, else 0.

    Raises
    ------
    UnfitError
        If the answer does not consist of finite numbers in that shape.

    Examples
    --------
    >>> from gantext.grading.judging import near
    >>> near(0.5, 0.5000001).share, near(0.5, 0.6, hint="Halve it again.").hint
    (1.0, 'Halve it again.')
    """
    right = np.asarray(expected, dtype=np.float64)
    array = numbers(answer, right.shape)
    off = np.abs(array - right) > atol + rtol * np.abs(right)
    many = f"{right.size} numbers" if right.ndim else "a number"
    tolerance = f"to a relative {rtol:g}" if rtol else f"to {atol:g}"
    words = f"{what or many} right {tolerance}"
    if not off.any():
        return Verdict(1.0, expected=words, got="as expected")
    got = f"{int(off.sum())} of {right.size} are off" if right.ndim else "a number too far off"
    return Verdict(0.0, expected=words, got=got, hint=hint)


def compared(
    answer: Plain,
    right: ArrayLike,
    mistakes: Sequence[Mistake] = (),
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    what: str = "",
) -> Verdict:
    """Judge numbers as `near` does; where they are those of a usual mistake, hint at it.

    So it does where all of them have the other sign.

    Parameters
    ----------
    answer : plain data
        The answer.
    right : array-like
        The right numbers.
    mistakes : sequence of pairs
        What each usual mistake would answer, and the hint to whoever makes it.
    rtol, atol : float
        The tolerance, of mistakes as well.
    what : str
        The numbers in a few words.

    Returns
    -------
    Verdict
        Share 1 where all are near, else 0.

    Examples
    --------
    >>> from gantext.grading.judging import compared
    >>> compared(-2.0, 2.0, [(1.0, "Half of it."), (-2.0, "The sign.")]).hint
    'The sign.'
    >>> compared(-1.0, 2.0, [(1.0, "Half of it.")]).hint
    'Look at the sign first. Half of it.'
    """
    verdict = near(answer, right, rtol=rtol, atol=atol, what=what)
    if verdict.share:
        return verdict
    found, expected = np.asarray(answer, dtype=np.float64), np.asarray(right, dtype=np.float64)
    hint = usual(found, mistakes, rtol, atol)
    if not hint and (found * expected < 0).all():
        more = usual(-found, [(expected, "All else is right."), *mistakes], rtol, atol)
        hint = f"Look at the sign first. {more}".strip()
    return replace(verdict, hint=hint)


def usual(
    answer: NDArray[np.float64],
    mistakes: Sequence[Mistake],
    rtol: float = 1e-6,
    atol: float = 1e-9,
) -> str:
    """Return the hint of the first usual mistake that gives this answer, or nothing.

    Parameters
    ----------
    answer : numpy.ndarray
        The answer's numbers.
    mistakes : sequence of pairs
        What each usual mistake would answer, and the hint to whoever makes it.
    rtol, atol : float
        The tolerance.

    Returns
    -------
    str
        The hint.
    """
    for wrong, hint in mistakes:
        wrong = np.asarray(wrong, dtype=np.float64)
        if wrong.shape == answer.shape and np.allclose(answer, wrong, rtol, atol, equal_nan=True):
            return hint
    return ""
