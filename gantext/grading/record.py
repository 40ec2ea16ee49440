"""The record of a class that is graded, ``grading.json``: its seed, and all that gave the marks.

A record is written once and never overwritten; what is graded later is added to it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from gantext.grading.notebooks import UnreadableError, digest
from gantext.grading.results import Result, from_dict
from gantext.grading.submissions import UsageError, contents

RECORD = "grading.json"


def read_record(out: Path) -> dict[str, Any]:
    """Return the record of a class that is graded.

    Parameters
    ----------
    out : Path
        The folder of its reports.

    Returns
    -------
    dict
        The record.

    Raises
    ------
    UsageError
        If there is none, or it is not what the program wrote.
    """
    path = out / RECORD
    try:
        found = json.loads(path.read_text("utf-8"))
        known = isinstance(found, dict) and isinstance(found["seed"], int)
        if known and isinstance(found["questions"], list) and isinstance(found["files"], dict):
            return found
    except FileNotFoundError:
        raise UsageError(f"expected the marks of a class in {out}, got no {RECORD}") from None
    except (OSError, ValueError, KeyError) as error:
        raise UsageError(f"{path}: {error}") from None
    raise UsageError(f"{path}: expected the record of a grading, got something else")


def write_record(out: Path, record: Mapping[str, Any], *, new: bool) -> None:
    """Write the record of a class; one that is there is replaced only by what holds it.

    Parameters
    ----------
    out : Path
        The folder of the reports; made if it is not there.
    record : dict
        Plain JSON.
    new : bool
        Whether the class is graded for the first time.

    Raises
    ------
    UsageError
        If there is a record where a new one is to be.
    """
    out.mkdir(parents=True, exist_ok=True)
    text = json.dumps(record, indent=2) + "\n"
    if new:
        try:
            with (out / RECORD).open("x", encoding="utf-8") as file:
                file.write(text)
        except FileExistsError:
            words = f"{out} holds the marks of a class; --add grades more with the same seed"
            raise UsageError(f"{words}, and another --out grades anew") from None
        return
    draft = out / f"{RECORD}.new"
    draft.write_text(text, "utf-8")
    os.replace(draft, out / RECORD)  # noqa: PTH105, whole or not at all


def reports(out: Path) -> Iterator[Result]:
    """Yield the results that were written for a class, by name.

    Parameters
    ----------
    out : Path
        The folder of its reports.

    Yields
    ------
    Result
        As it was graded.

    Raises
    ------
    UsageError
        If a report is not what the program wrote.
    """
    for path in sorted((out / "students").glob("*/report.json")):
        try:
            yield from_dict(json.loads(path.read_text("utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            words = f"{path}: expected a report of this program, got another file"
            raise UsageError(f"{words} ({type(error).__name__})") from None


def not_graded(files: Mapping[str, Path], out: Path) -> dict[str, Path]:
    """Return what is to be graded yet; what was handed in again gets a name of its own.

    Parameters
    ----------
    files : dict of Path
        Submissions by name.
    out : Path
        The folder of the reports.

    Returns
    -------
    dict of Path
        Those of which there is no report, by name.
    """
    graded = {result.name: result.digest for result in reports(out)}
    found: dict[str, Path] = {}
    for name, path in files.items():
        try:
            own = digest(contents(path))
        except (UnreadableError, OSError):
            own = digest(b"")
        unique, number = name, 2
        while graded.get(unique, own) != own or unique in found:
            unique, number = f"{name} ({number})", number + 1
        if unique not in graded:
            found[unique] = path
    return found
