"""What processes use, read from ``/proc``."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterable, Sequence
from pathlib import Path


def descendants(roots: Sequence[int]) -> list[int]:
    """Return processes and all that descend from them.

    Parameters
    ----------
    roots : sequence of int
        The processes to start from.

    Returns
    -------
    list of int
        Their process ids, and those of their descendants.
    """
    found, queue = [], list(roots)
    while queue:
        pid = queue.pop()
        found.append(pid)
        for task in _entries(Path(f"/proc/{pid}/task")):
            with contextlib.suppress(OSError, ValueError):
                queue += map(int, (task / "children").read_text().split())
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def resident_bytes(pids: Iterable[int]) -> int:
    """Return the memory of some processes, what they share counted for each; quick to find.

    Parameters
    ----------
    pids : iterable of int
        The processes; one that has ended counts nothing.

    Returns
    -------
    int
        Bytes.
    """
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def own_bytes(pids: Iterable[int]) -> int:
    """Return the memory of some processes, what they share divided among them; slow to find.

    Parameters
    ----------
    pids : iterable of int
        The processes; one that has ended counts nothing.

    Returns
    -------
    int
        Bytes.
    """
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += 1024 * int(text.partition("Pss:")[2].split()[0])
    return total
