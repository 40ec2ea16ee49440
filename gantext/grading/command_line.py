"""What may be typed behind `gantext`."""

from __future__ import annotations

import argparse
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gantext.grading.cluster import cores
from gantext.grading.sandboxes.container import IMAGE
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.submissions import UsageError


def parser() -> argparse.ArgumentParser:
    """Return what reads the command line.

    Returns
    -------
    argparse.ArgumentParser
        With the commands ``exercises``, ``grade`` and ``marks``.
    """
    found = argparse.ArgumentParser(
        prog="gantext", description="The textbook's programs.", allow_abbrev=False
    )
    commands = found.add_subparsers(dest="command", required=True)
    exercises = commands.add_parser(
        "exercises", help="write the students' notebooks", allow_abbrev=False
    )
    exercises.add_argument("--out", required=True, type=Path, metavar="DIR", help="where to")
    marks = commands.add_parser(
        "marks", help="enter what was decided into the marks", allow_abbrev=False
    )
    marks.add_argument("out", type=Path, metavar="DIR", help="the folder of the reports")
    for command in (marks, _grade_parser(commands)):
        command.add_argument("--roster", type=Path, metavar="CSV",
            help="the students, as your platform exports them")  # fmt: skip
        command.add_argument("--title", help="what your platform calls the assignment")
    return found


def _grade_parser(commands: Any) -> argparse.ArgumentParser:
    grade = commands.add_parser(
        "grade",
        help="grade a class",
        description="Grade notebooks, each in a sandbox. See the book's page for instructors.",
        allow_abbrev=False,
    )
    add = grade.add_argument
    add("submissions", nargs="+", help="notebooks, and folders of them")
    add("--out", required=True, type=Path, metavar="DIR", help="where the reports go")
    add("--chapter", help="whose questions to ask; by default the one that the submissions name")
    add("--template", type=Path, metavar="NOTEBOOK", help="what the students were given")
    add("--questions", type=Path, metavar="FILE", help="your own questions; see the book's page")
    add("--by-hand", action="append", default=[], metavar="NAME=POINTS",
        help="a question that you mark yourself; may be given several times")  # fmt: skip
    add("--add", action="store_true",
        help="grade more of a class whose marks are in DIR, with the same seed")  # fmt: skip
    add("--seed", type=int, help="for the same inputs as before; by default a new secret one")
    add("--jobs", type=int, default=cores(), help="submissions at a time; by default %(default)s")
    add("--cluster", nargs="?", const="", metavar="ADDRESS",
        help="grade on Dask: on processes of this computer, or those of a scheduler")  # fmt: skip
    add("--sandbox", choices=["bubblewrap", "docker", "podman"])
    add("--cold", action="store_true", help="import everything anew for each submission")
    add("--image", default=IMAGE, help="for docker and podman; by default %(default)s")
    add("--unsafe-no-sandbox", action="store_true",
        help="let submissions do whatever you can do on this computer")  # fmt: skip
    limits = Limits()
    add("--cell-seconds", type=float, default=limits.cell_seconds, help="by default %(default)s")
    add("--total-seconds", type=float, default=limits.total_seconds, help="by default %(default)s")
    add("--memory", type=float, default=limits.memory / 2**30, metavar="GIB",
        help="by default %(default)s")  # fmt: skip
    return grade


def refuse_names(words: Sequence[str]) -> None:
    """Refuse an option that is also a file here: `gantext grade *` would take the name for it.

    Parameters
    ----------
    words : sequence of str
        The command line.

    Raises
    ------
    UsageError
        If there is such a file.
    """
    for word in words:
        if word.startswith("-") and os.path.lexists(word):
            raise UsageError(f"expected an option, got {word}, a file here; write ./{word}")
