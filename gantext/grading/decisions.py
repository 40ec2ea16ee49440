"""What an instructor decides: on flags, and on questions that are marked by hand.

The decisions are a table, ``decisions.csv``, that an instructor fills in with any spreadsheet. The
program adds lines to it and never takes one away.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from gantext.grading.results import Result
from gantext.grading.submissions import UsageError

TITLES = ("name", "question", "decision", "note", "what to decide")


@dataclass(frozen=True)
class Decision:
    """A line of the table.

    Attributes
    ----------
    name : str
        The submission, as the table of the class writes it.
    question : str
        The question's id, or nothing where the whole submission is meant.
    decision : str
        Nothing while it is open; ``keep``, ``drop``, or a number of points.
    note : str
        Why, for the student.
    what : str
        The flag, or what is marked by hand.
    """

    name: str
    question: str
    decision: str
    note: str
    what: str


@dataclass(frozen=True)
class Outcome:
    """A submission's marks, decisions included.

    Attributes
    ----------
    earned : float
        The sum.
    most : float
        The most that can be had.
    marks : dict
        The points of each question; None where it is to be marked by hand yet.
    open : int
        How many decisions are still to be made.
    words : tuple of str
        What was decided, to the student.
    dropped : bool
        Whether the submission is not to count.
    """

    earned: float
    most: float
    marks: Mapping[str, float | None]
    open: int
    words: tuple[str, ...]
    dropped: bool = False


def read_table(path: Path) -> list[dict[str, str]]:
    """Read a table as spreadsheets write it: with commas, semicolons or tabs.

    Parameters
    ----------
    path : Path
        A CSV file in UTF-8.

    Returns
    -------
    list of dict
        Its lines by the titles of the columns.

    Raises
    ------
    UsageError
        If it cannot be read.
    """
    try:
        text = path.read_text("utf-8-sig")
        first = text.partition("\n")[0]
        mark = max(",;\t", key=first.count)
        lines = list(csv.DictReader(StringIO(text, newline=""), delimiter=mark, restval=""))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise UsageError(f"{path}: expected a table (CSV in UTF-8), got: {error}") from None
    return [{str(key): value for key, value in line.items() if key} for line in lines]


def read_decisions(path: Path) -> list[Decision]:
    """Read the decisions.

    Parameters
    ----------
    path : Path
        The table; none are made where it is not there.

    Returns
    -------
    list of Decision
        Its lines.

    Raises
    ------
    UsageError
        If it is not such a table.
    """
    if not path.exists():
        return []
    lines = read_table(path)
    if lines and not set(TITLES) <= lines[0].keys():
        raise UsageError(f"{path}: expected the columns {', '.join(TITLES)}")
    return [Decision(*(line[title].strip() for title in TITLES)) for line in lines]


def write_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Write the decisions.

    Parameters
    ----------
    path : Path
        The table.
    decisions : iterable of Decision
        Its lines.
    """
    stream = StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(TITLES)
    writer.writerows([d.name, d.question, d.decision, d.note, d.what] for d in decisions)
    draft = path.with_name(f"{path.name}.new")
    draft.write_bytes(stream.getvalue().encode("utf-8-sig", "replace"))
    os.replace(draft, path)  # noqa: PTH105, whole or not at all


def to_decide(result: Result, by_hand: Mapping[str, float]) -> list[Decision]:
    """Return the open decisions on a submission.

    Parameters
    ----------
    result : Result
        The submission.
    by_hand : dict
        The most points of each question that is marked by hand.

    Returns
    -------
    list of Decision
        One for each flag, and one for each such question.
    """
    ids = {row.id for row in result.questions}
    name = safe_cell(result.name)
    found = []
    for flag in result.flags:
        first = flag.partition(": ")[0]
        question = first if first in ids else ""
        found.append(Decision(name, safe_cell(question), "", "", safe_cell(flag).strip()))
    for question, most in by_hand.items():
        found.append(Decision(name, question, "", "", f"marked by hand, from 0 to {most:g}"))
    return found


def merged(known: Sequence[Decision], more: Iterable[Decision]) -> list[Decision]:
    """Add decisions to those that are known, each once.

    Parameters
    ----------
    known : sequence of Decision
        What the instructor's table holds; all of it stays.
    more : iterable of Decision
        What else is to be decided.

    Returns
    -------
    list of Decision
        Both.
    """
    found = {(d.name, d.question, d.what): d for d in more}
    new = found.keys() - {(d.name, d.question, d.what) for d in known}
    return [*known, *(decision for key, decision in found.items() if key in new)]


def outcome(result: Result, decisions: Iterable[Decision], by_hand: Mapping[str, float]) -> Outcome:
    """Return a submission's marks with what was decided on it.

    Parameters
    ----------
    result : Result
        As it was graded.
    decisions : iterable of Decision
        Those on the whole class, or on this submission.
    by_hand : dict
        The most points of each question that is marked by hand.

    Returns
    -------
    Outcome
        Its marks.

    Raises
    ------
    UsageError
        If a decision is none that can be made.
    """
    marks: dict[str, float | None] = {row.id: row.earned for row in result.questions}
    marks |= dict.fromkeys(by_hand)
    most = {row.id: float(row.points) for row in result.questions} | dict(by_hand)
    most[""] = sum(most.values())
    name = safe_cell(result.name)
    own = merged([d for d in decisions if d.name == name], to_decide(result, by_hand))
    whole: float | None = None
    words: list[str] = []
    dropped = False
    for made in own:
        choice = made.decision.casefold()
        dropped |= choice == "drop"
        if choice in ("", "drop") or (choice == "keep" and made.question not in by_hand):
            words += [made.note] if choice and made.note else []
            continue
        points = _points(made, most)
        if made.question:
            marks[made.question] = points
        else:
            whole = points
        line = f"{made.question or 'the whole'}: {points:g} of {most[made.question]:g} points"
        words.append(f"{line}. {made.note}".strip())
    earned = whole if whole is not None else sum(mark or 0.0 for mark in marks.values())
    still = sum(not made.decision for made in own)
    told = tuple(dict.fromkeys(words))
    return Outcome(round(earned, 6), most[""], marks, still, told, dropped)


def _points(made: Decision, most: Mapping[str, float]) -> float:
    where = f"decisions.csv, {made.name}"
    if made.question not in most:
        raise UsageError(f"{where}: expected one of its questions, got {made.question!r}")
    try:
        points = float(made.decision.replace(",", "."))
    except ValueError:
        points = -1.0
    if not 0 <= points <= most[made.question]:
        wanted = f"keep, drop, or points from 0 to {most[made.question]:g}"
        raise UsageError(f"{where}, {made.question}: expected {wanted}, got {made.decision!r}")
    return points


def safe_cell(text: str) -> str:
    """Return text that a spreadsheet shows as it stands.

    Parameters
    ----------
    text : str
        From anywhere.

    Returns
    -------
    str
        On one line; with an apostrophe before what would be a formula.
    """
    line = "".join(c if c.isprintable() else " " for c in text)
    return f"'{line}" if line.lstrip()[:1] in ("=", "+", "-", "@", "|", "%") else line
