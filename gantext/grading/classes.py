"""A class that is graded: its table, its students' reports and the decisions, written together."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gantext.grading.decisions import merged, read_decisions, safe_cell, to_decide, write_decisions
from gantext.grading.record import reports
from gantext.grading.reports import ClassTable, write
from gantext.grading.roster import Roster, id_in
from gantext.grading.submissions import UsageError

TABLE, DECISIONS, ROSTER, IMPORT = "class.csv", "decisions.csv", "roster.csv", "import.csv"


def by_hand(given: Sequence[str]) -> dict[str, float]:
    """Read what questions are marked by hand.

    Parameters
    ----------
    given : sequence of str
        Such as ``"essay=5"``.

    Returns
    -------
    dict
        The most points of each.

    Raises
    ------
    UsageError
        If one is not written so.
    """
    found: dict[str, float] = {}
    for item in given:
        name, _, points = (part.strip() for part in item.rpartition("="))
        try:
            found[name] = float(points)
        except ValueError:
            name = ""
        if not name or safe_cell(name) != name or not 0 < found[name] < 1e6:
            raise UsageError(f"--by-hand: expected a name and points, as in essay=5, got {item}")
    return found


def keep_roster(given: Path | None, out: Path) -> None:
    """Keep the roster beside the marks, for the next time.

    Parameters
    ----------
    given : Path or None
        The platform's table.
    out : Path
        The folder of the reports.

    Raises
    ------
    UsageError
        If it is no roster.
    """
    if given is not None:
        Roster(given)
        data = given.read_bytes()
        out.mkdir(parents=True, exist_ok=True)
        (out / ROSTER).write_bytes(data)


class Students:
    """Whose the files of a class are.

    Parameters
    ----------
    out : Path
        The folder of the reports; its roster, if it has one, is asked.
    """

    def __init__(self, out: Path) -> None:
        self.roster = Roster(out / ROSTER) if (out / ROSTER).exists() else None

    def id_of(self, file: str) -> str:
        """Return a student's id.

        Parameters
        ----------
        file : str
            The submission's file.

        Returns
        -------
        str
            The id in the roster or, without one, the platform's number in the file's name.
        """
        if self.roster is None:
            return id_in(file)
        index = self.roster.student(file)
        return "" if index is None else self.roster.id_of(index)


def table_so_far(out: Path, record: Mapping[str, Any]) -> ClassTable:
    """Return the table of what is graded yet.

    Parameters
    ----------
    out : Path
        The folder of the reports.
    record : dict
        What ``grading.json`` holds.

    Returns
    -------
    ClassTable
        With the decisions that were made.
    """
    hand = record.get("by_hand", {})
    found = list(reports(out))
    known = read_decisions(out / DECISIONS)
    known = merged(known, [more for result in found for more in to_decide(result, hand)])
    table = ClassTable(record["questions"], hand, known)
    students = Students(out)
    for result in found:
        file = str(record["files"].get(result.name, ""))
        table.add(result, file, students.id_of(file))
    return table


def finish(out: Path, record: Mapping[str, Any]) -> tuple[ClassTable, list[str]]:
    """Write the table, the decisions to make, the students' pages, and the platform's table.

    Parameters
    ----------
    out : Path
        The folder of the reports.
    record : dict
        What ``grading.json`` holds; its title is what the platform calls the assignment.

    Returns
    -------
    tuple of ClassTable and list of str
        The table; a line for each mark that is not in the platform's.

    Raises
    ------
    UsageError
        If a decision cannot be made; then nothing is written.
    """
    table = table_so_far(out, record)
    told: list[str] = []
    roster = Students(out).roster
    if roster is not None:
        files = {name: str(file) for name, file in record["files"].items()}
        most = max((found.most for found in table.outcomes.values()), default=0.0)
        text, told = roster.filled(table.outcomes, files, str(record["title"]), most)
        (out / IMPORT).write_bytes(text.encode("utf-8", "replace"))
    for result in reports(out):
        write(result, out / "students" / result.name, table.outcomes[result.name])
    table.write(out / TABLE)
    write_decisions(out / DECISIONS, table.decisions)
    return table, told
