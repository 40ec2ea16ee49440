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


def submissions(
    given: Sequence[str | Path], out: Path | None = None, passed: list[Path] | None = None
) -> dict[str, Path]:
    """Find the submissions among files and folders, and give each a name.

    In a folder, every file is one; in the folders inside it, the notebooks are, or every file where
    there is no notebook; a folder in which nothing is found stands for itself. A hidden notebook is
    one like any other; other hidden files, and reports of this program, are passed over. Links are
    listed but never followed.

    Parameters
    ----------
    given : sequence of path
        Files and folders.
    out : Path, optional
        The folder of the reports, which holds no submissions.
    passed : list of Path, optional
        Gets the folders that hold the reports of other classes, and were passed over.

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
        if out is not None and _same(item, out):
            raise UsageError(f"expected --out to be a folder of its own, got {out}")
        files += _inside(item, out, passed) if item.is_dir() else [item]
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


def _inside(folder: Path, out: Path | None, passed: list[Path] | None) -> list[Path]:
    found: list[Path] = []
    tops: list[str] = []
    for here, folders, names in os.walk(folder):  # does not follow links
        place = Path(here)
        if passed is not None:
            made = [place / name for name in folders if is_reports(place / name)]
            passed += [path for path in made if out is None or not _same(path, out)]
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith("__MACOSX")
            and name not in _NOT_HANDED_IN
            and not (out is not None and _same(place / name, out))
            and not is_reports(place / name)
        )
        links = [name for name in folders if (place / name).is_symlink()]
        own = sorted(name for name in [*names, *links] if _is_handed_in(name, names))
        notebooks = [name for name in own if name.casefold().endswith(".ipynb")]
        wanted = own if place == folder or not notebooks else notebooks
        if hidden := place.relative_to(folder).parts:
            wanted = notebooks if any(part.startswith(".") for part in hidden) else wanted
        found += [place / name for name in wanted]
        if place == folder:
            tops = [name for name in folders if name not in links and name[0] != "."]
    full = {path.relative_to(folder).parts[0] for path in found}
    return found + [folder / name for name in tops if name not in full]


_NOT_HANDED_IN = (".git", ".venv", ".ipynb_checkpoints")


def _is_handed_in(name: str, beside: Sequence[str]) -> bool:
    """Tell what a student may have meant from what a computer leaves behind."""
    if not name.startswith("."):
        return True
    copied = name.startswith("._") and name[2:] in beside  # what macOS keeps beside a file
    return name.casefold().endswith(".ipynb") and not copied


def _same(one: Path, other: Path) -> bool:
    return one.resolve() == other.resolve()


def is_reports(folder: Path) -> bool:
    """Tell whether a folder is what this program made of an earlier class.

    Parameters
    ----------
    folder : Path
        The folder.

    Returns
    -------
    bool
        Whether it holds the record of a grading, its table and the reports.
    """
    files = all((folder / name).is_file() for name in ("grading.json", "class.csv"))
    return files and (folder / "students").is_dir() and not folder.is_symlink()


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
    if stat.S_ISDIR(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise UnreadableError("expected a notebook, got a folder in which there is none")
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableError("expected a file, got something else under its name")
        return file.read(MAX_BYTES + 1)
