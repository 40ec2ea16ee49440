"""What a figure accepts from Python; ``core.js`` checks the same of its state."""

from __future__ import annotations

from collections.abc import Iterable, Sequence


def one_of(name: str, value: str, names: Iterable[str]) -> str:
    """Require one of some names; ``ValueError`` if it is another."""
    known = [*names]
    if value not in known:
        raise ValueError(f"{name}: expected one of {', '.join(map(repr, known))}, got {value!r}")
    return value


def number(name: str, value: float, limits: Sequence[float]) -> float:
    """Require a number from the first of ``limits`` to the second; ``ValueError`` if it is not."""
    low, high = limits[:2]
    if not low <= value <= high:
        raise ValueError(f"{name}: expected a number from {low:g} to {high:g}, got {value!r}")
    return value


def whole(name: str, value: int, limits: Sequence[float]) -> int:
    """Require a whole number from the first of ``limits`` to the second; ``ValueError`` if not."""
    low, high = limits[:2]
    if not low <= value <= high:
        raise ValueError(f"{name}: expected a whole number from {low:g} to {high:g}, got {value!r}")
    return value
