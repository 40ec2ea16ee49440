"""The notebooks of exercises that students get, as the package carries them."""

from __future__ import annotations

from pathlib import Path

from gantext.grading.places import PACKAGE
from gantext.grading.submissions import UsageError


def copies() -> list[Path]:
    """Return the notebooks, without solutions.

    Returns
    -------
    list of Path
        In the chapters' order: those of the package or, where the library is used from its folder,
        those of the repository.
    """
    for folder in (PACKAGE / "exercises", PACKAGE.parent / "notebooks" / "exercises"):
        if found := sorted(folder.glob("*.ipynb")):
            return found
    raise UsageError("expected the notebooks in the package, got none; install it anew")


def write_copies(out: Path) -> list[Path]:
    """Write the notebooks into a folder.

    Parameters
    ----------
    out : Path
        The folder; made if it is not there.

    Returns
    -------
    list of Path
        What was written.

    Raises
    ------
    UsageError
        If one of them is there and differs, since it may hold somebody's answers.
    """
    wanted = {out / path.name: path.read_bytes() for path in copies()}
    for path, data in wanted.items():
        if path.exists() and path.read_bytes() != data:
            raise UsageError(f"expected a folder without {path.name}, got one with answers in it")
    out.mkdir(parents=True, exist_ok=True)
    for path, data in wanted.items():
        path.write_bytes(data)
    return list(wanted)
