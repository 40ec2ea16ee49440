"""How much is computed at once, so that memory stays flat however many samples there are."""

from __future__ import annotations

# Distances that are held at once: 64 or 128 MiB.
BLOCK = 2**24


def rows_at_once(numbers_per_row: int) -> int:
    """Return how many rows of so many numbers make a block, at least one."""
    return max(1, BLOCK // max(1, numbers_per_row))
