"""Finding submissions among files and folders, and reading them without following a link."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from gantext.grading.notebooks import MAX_BYTES, UnreadableError


class UsageError(ValueError):
    """The program cannot do what it is asked to; the message is one line."""


def submissions(given: Sequence[str | Path], out: Path | None = None) -> dict[str, Path]:
    """Find the submissions among files and folders, and give each a name.

    In a folder, every file is one; in the folders inside it, the notebooks are, or every file where
    there is no notebook. Links are listed but never followed.

    Parameters
    ----------
    given : sequence of path
        Files and folders.
    out : Path, optional
        The folder of the reports, which holds no submissions.

    Returns
    -------
    dict of Path
        The files by name: that of the file, with the folders above where it is not the only one.

    Raises
    ------
    UsageError
        If something is not there.
    """
    files: list[Path] = []
    for item in map(Path, given):
        if not os.path.lexists(item):
            raise UsageError(f"expected submissions, got {item}, which does not exist")
        files += _inside(item, out) if item.is_dir() else [item]
    files = list(dict.fromkeys(files))
    names: dict[str, Path] = {}
    depth = dict.fromkeys(files, 1)
    while True:  # take in one more folder wherever two names are the same
        called = {path: _name(path, depth[path]) for path in files}
        often = Counter(name.casefold() for name in called.values())
        same = [p for p, name in called.items() if often[name.casefold()] > 1]
        longer = [path for path in same if depth[path] < len(path.absolute().parts)]
        if not longer:
            break
        for path in longer:
            depth[path] += 1
    for path, name in called.items():
        unique, number = name, 2
        while unique in names:
            unique, number = f"{name} {number}", number + 1
        names[unique] = path
    return names


def _inside(folder: Path, out: Path | None) -> list[Path]:
    found: list[Path] = []
    for here, folders, names in os.walk(folder):  # does not follow links
        place = Path(here)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith((".", "__MACOSX")) and place / name != out
        )
        links = [name for name in folders if (place / name).is_symlink()]
        own = sorted(name for name in [*names, *links] if not name.startswith("."))
        notebooks = [name for name in own if name.casefold().endswith(".ipynb")]
        wanted = own if place == folder or not notebooks else notebooks
        found += [place / name for name in wanted]
    return found


def _name(path: Path, depth: int) -> str:
    parts = [*path.absolute().parts[-depth:-1], path.stem]
    name = " - ".join(part for part in parts if part != os.sep)
    name = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    name = name.strip(". ") or "unnamed"
    return name.encode()[:150].decode(errors="ignore")


def contents(path: Path) -> bytes:
    """Read a submission's file, unless it is a link, a device or far too large.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bytes
        What it holds.

    Raises
    ------
    UnreadableError
        If it is no file of reasonable size.
    """
    if path.is_symlink():
        raise UnreadableError("expected a file, got a link to another one; hand in the file itself")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UnreadableError(f"expected a file that can be read, got: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableError("expected a file, got something else under its name")
        return file.read(MAX_BYTES + 1)
