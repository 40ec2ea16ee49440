"""Whose a submission is: by the names of its file and folders, and a roster.

A roster is what a learning platform exports of a course: Canvas's gradebook, Moodle's grading
worksheet or grades, Gradescope's roster, or any table with a column of names. The marks go back
into the same table, which is what Canvas and Moodle import.
"""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from collections.abc import Mapping
from io import StringIO
from pathlib import Path

from gantext.grading.decisions import Outcome, read_table
from gantext.grading.submissions import UsageError

# lovelaceada_LATE_101_2002_hw.ipynb; Ada Lovelace_101_assignsubmission_file_/hw.ipynb
_CANVAS = re.compile(r"[^_]+_(?:late_)?(\d+)_\d+_", re.IGNORECASE)
_MOODLE = re.compile(r".+_(\d+)_assignsubmission_", re.IGNORECASE)
_IDS = (
    *("identifier", "id", "sid", "student id", "sis user id", "sis login id"),
    *("id number", "username", "email", "email address"),
)
_NAMES = ("student", "name", "full name")
_SHORT = 4  # characters; a shorter id may stand in a file's name for other reasons


def id_in(path: str) -> str:
    """Return the number by which a platform names a student in what it exports.

    Parameters
    ----------
    path : str
        A submission's file.

    Returns
    -------
    str
        Canvas's or Moodle's number, or nothing.

    Examples
    --------
    >>> from gantext.grading.roster import id_in
    >>> id_in("submissions/lovelaceada_LATE_101_2002_hw.ipynb")
    '101'
    >>> id_in("submissions/Ada Lovelace_7_assignsubmission_file_/hw.ipynb")
    '7'
    """
    for part in reversed(Path(path).parts[-3:]):
        found = _MOODLE.match(part) or _CANVAS.match(part)
        if found:
            return found[1]
    return ""


class Roster:
    """The students of a course.

    Parameters
    ----------
    path : Path
        The table that the platform exported.

    Raises
    ------
    UsageError
        If it is none, or names no students.
    """

    def __init__(self, path: Path) -> None:
        lines = read_table(path)
        self.titles = list(lines[0]) if lines else []
        by_title = {title.casefold().strip(): title for title in self.titles}
        self.ids = [by_title[name] for name in _IDS if name in by_title]
        self.names = [by_title[name] for name in _NAMES if name in by_title]
        first = by_title.get("first name")
        last = by_title.get("last name") or by_title.get("surname")
        self.split = (first, last) if first and last else None
        if not (self.names or self.split) or not self.ids:
            raise UsageError(
                f"{path}: expected columns with the students' names and with their ids or "
                f"addresses, got {', '.join(self.titles) or 'an empty table'}"
            )
        self.is_canvas = {"student", "id", "section"} <= by_title.keys()
        self.is_worksheet = {"identifier", "grade", "maximum grade"} <= by_title.keys()
        self.lines = [line for line in lines if any(self._ids_of(line)) or not self.is_canvas]
        self._known = [(self._ids_of(line), self._names_of(line)) for line in self.lines]
        self._by_title = by_title
        if self.is_worksheet:
            for line in self.lines:
                self._most(line, 1.0)  # says at once what it cannot read

    def _ids_of(self, line: Mapping[str, str]) -> list[str]:
        return [self._number(line[title]) for title in self.ids if line[title].strip()]

    def _number(self, text: str) -> str:
        """Return an id; Moodle's worksheet calls student 7 ``Participant 7``."""
        return text.strip().removeprefix("Participant ").casefold()

    def _most(self, line: Mapping[str, str], points: float) -> float:
        """Return the most that Moodle's worksheet lets a student have."""
        text = line[self._by_title["maximum grade"]].strip()
        try:
            return float(text.replace(",", ".")) if text else points
        except ValueError:
            raise UsageError(f"Maximum grade: expected a number, got {text!r}") from None

    def _names_of(self, line: Mapping[str, str]) -> list[str]:
        names = [line[title] for title in self.names]
        if self.split:
            first, last = (line[title] for title in self.split)
            names += [f"{first} {last}", f"{last} {first}"]
        turned = [" ".join(reversed(name.split(",", 1))) for name in names if "," in name]
        return [bare for name in [*names, *turned] if (bare := _bare(name))]

    def student(self, path: str) -> int | None:
        """Return whose a submission is.

        Parameters
        ----------
        path : str
            The submission's file.

        Returns
        -------
        int or None
            The student's line; None where no one is named, or more than one.
        """
        given = id_in(path)
        parts = [part.casefold() for part in Path(path).parts[-3:]]
        stems = [Path(part).stem for part in parts]
        by_number, by_id, by_name = set(), set(), set()
        starts = {_bare(part.split("_")[0]) for part in stems}
        for index, (ids, names) in enumerate(self._known):
            if given and given in ids:
                by_number.add(index)
            if any(_holds(part, one) for one in ids for part in (*parts, *stems)):
                by_id.add(index)
            if any(name in starts for name in names):
                by_name.add(index)
        for found in (by_number, by_id, by_name):
            if len(found) == 1:
                return found.pop()
        return None

    def id_of(self, index: int) -> str:
        """Return a student's id: the first that the table has.

        Parameters
        ----------
        index : int
            The student's line.

        Returns
        -------
        str
            The id.
        """
        return next(iter(self._ids_of(self.lines[index])), "")

    def filled(
        self, outcomes: Mapping[str, Outcome], files: Mapping[str, str], title: str, points: float
    ) -> tuple[str, list[str]]:
        """Return the table with the marks in it, and what could not be entered.

        Parameters
        ----------
        outcomes : dict of Outcome
            The marks of each submission.
        files : dict of str
            The file of each submission.
        title : str
            What the platform calls the assignment.
        points : float
            The most that can be had.

        Returns
        -------
        tuple of str and list of str
            The table, as the platform imports it; a line for each mark that is not in it.
        """
        own: dict[int, list[str]] = defaultdict(list)
        told = []
        for name, found in outcomes.items():
            index = self.student(files.get(name, ""))
            if found.dropped:
                continue
            if index is None:
                told.append(f"{name}: no student of the roster, or more than one")
            else:
                own[index].append(name)
        marks: dict[int, float] = {}
        for index, names in own.items():
            if len(names) == 1:
                marks[index] = outcomes[names[0]].earned
            else:
                told.append(f"{' and '.join(names)}: one student; drop all but one")
        return self._written(marks, title, points), told

    def _written(self, marks: Mapping[int, float], title: str, points: float) -> str:
        stream = StringIO(newline="")
        writer = csv.writer(stream)
        if self.is_worksheet:  # as it came, and the grade out of Moodle's maximum
            grade = self._by_title["grade"]
            writer.writerow(self.titles)
            for index, line in enumerate(self.lines):
                entered = dict(line)
                if index in marks:
                    entered[grade] = f"{marks[index] * self._most(line, points) / points:.6g}"
                writer.writerow([entered.get(name, "") for name in self.titles])
            return stream.getvalue()
        kept = self.titles
        if self.is_canvas:
            wanted = ("student", "id", "sis user id", "sis login id", "section")
            kept = [self._by_title[name] for name in wanted if name in self._by_title]
            named = [t for t in self.titles if re.fullmatch(rf"{re.escape(title)} \(\d+\)", t)]
            title = named[0] if named else title  # Canvas knows the assignment by this number
        kept = [name for name in kept if name != title]
        writer.writerow([*kept, title])
        if self.is_canvas:
            writer.writerow(["    Points Possible", *[""] * (len(kept) - 1), f"{points:g}"])
        for index, line in enumerate(self.lines):
            mark = f"{marks[index]:.6g}" if index in marks else ""
            writer.writerow([*(line.get(name, "") for name in kept), mark])
        return stream.getvalue()


def _bare(text: str) -> str:
    return "".join(c for c in text.casefold() if c.isalnum())


def _holds(part: str, one: str) -> bool:
    """Tell whether a file's name holds an id as a word of its own."""
    if part == one:
        return True
    start = part.find(one) if len(one) >= _SHORT else -1
    while start >= 0:
        around = part[max(start - 1, 0) : start] + part[start + len(one) : start + len(one) + 1]
        if not any(c.isalnum() for c in around):
            return True
        start = part.find(one, start + 1)
    return False
