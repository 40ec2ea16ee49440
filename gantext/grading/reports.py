"""What comes out of grading: JSON and HTML for each student, Gradescope's format, a class CSV.

Everything in a result may have been written by a submission: names, errors, printed text. HTML is
escaped and forbids scripts; a cell of the CSV that a spreadsheet would take for a formula is made
text.
"""

from __future__ import annotations

import csv
import html
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

from gantext.grading.decisions import Decision, Outcome, outcome, safe_cell
from gantext.grading.question import Question, Verdict
from gantext.grading.rendering import mark, state, told_once
from gantext.grading.results import QuestionResult, Result

_STATES = {
    "blank": "Not answered.",
    "missing": "Not found.",
    "no result": "No result; an instructor will look at it.",
}
_STYLE = (
    ":root { color-scheme: light dark } body { font: 1rem/1.5 sans-serif; max-width: 48rem;"
    " margin: 2rem auto; padding: 0 1rem } pre { overflow-x: auto; border: 1px solid;"
    " padding: 0.5rem }"
    " h2 { margin-top: 2rem } li { overflow-wrap: anywhere }"
)


def as_json(result: Result) -> str:
    """Write a result as JSON.

    Parameters
    ----------
    result : Result
        The result.

    Returns
    -------
    str
        ASCII, the same for the same marks.
    """
    tree = result.as_dict()
    del tree["seconds"]
    return json.dumps(tree, indent=2) + "\n"


def as_html(result: Result, found: Outcome | None = None) -> str:
    """Write a result as a page for the student.

    Parameters
    ----------
    result : Result
        The result.
    found : Outcome, optional
        What the instructor has decided on it; by default nothing is.

    Returns
    -------
    str
        A whole page, without scripts, that loads nothing.
    """
    found = found or outcome(result, (), {})
    title = html.escape(_printable(f"{result.name}: {mark(found.earned, found.most)}"))
    parts = [f"<h1>{title}</h1>"]
    if words := _still_open(found):
        parts.append(f"<p><strong>{html.escape(words)}</strong></p>")
    if found.words:
        parts += ["<h2>Decided by an instructor</h2>", _list(found.words)]
    if result.words:
        parts.append(f"<p>{html.escape(result.words)}</p>")
    for row in result.questions:
        parts += _section(row)
    if result.cells:
        items = [f"Cell {cell.number or 'of the book'}: {cell.error}" for cell in result.cells]
        parts += ["<h2>Cells that did not run to their end</h2>", _list(items)]
    if result.flags:
        parts += ["<h2>For an instructor to look at</h2>", _list(result.flags)]
    if result.output:
        parts.append("<h2>What the notebook printed, from its beginning</h2>")
        parts.append(f"<pre>{html.escape(_printable(result.output[:4000]))}</pre>")
    parts.append(f"<p>The file that was graded has the SHA-256 <code>{result.digest}</code>.</p>")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">\n'
        '<meta http-equiv="Content-Security-Policy" content="default-src \'none\'; '
        "style-src 'unsafe-inline'\">\n"
        '<meta name="viewport" content="width=device-width">\n'
        f"<title>{title}</title><style>{_STYLE}</style></head>\n"
        f"<body><main>\n{chr(10).join(parts)}\n</main></body></html>\n"
    )


def _still_open(found: Outcome) -> str:
    """Say that a mark is not final."""
    if not found.open:
        return ""
    things = "one thing" if found.open == 1 else f"{found.open} things"
    return f"An instructor is still to look at {things} here; the mark may change."


def _section(row: QuestionResult) -> list[str]:
    heading = f"{row.title}: {mark(row.earned, row.points)}"
    parts = [f"<h2>{html.escape(heading)}</h2>"]
    words = " ".join(filter(None, [_STATES.get(row.state, ""), _sentence(row.words)]))
    if words:
        parts.append(f"<p>{html.escape(words)}</p>")
    if row.verdicts:
        parts.append(_list(_line(verdict) for verdict in told_once(row.verdicts)))
    return parts


def _line(verdict: Verdict) -> str:
    """Say in a line what became of one call."""
    line = f"{state(verdict)} · {verdict.tried or 'the value'}"
    if verdict.share < 1:
        told = [("expected", verdict.expected), ("got", verdict.got)]
        line += "".join(f"; {label} {words}" for label, words in told if words)
    return f"{line}. {verdict.hint}" if verdict.hint else line


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:].rstrip('.')}." if words else ""


def _list(items: Iterable[str]) -> str:
    return "<ul>" + "".join(f"<li>{html.escape(_printable(item))}</li>" for item in items) + "</ul>"


def _printable(text: str) -> str:
    return "".join(c if c.isprintable() or c == "\n" else "\ufffd" for c in text)


def as_gradescope(result: Result, found: Outcome | None = None) -> dict[str, Any]:
    """Return a result in the format of Gradescope's ``results.json``.

    Parameters
    ----------
    result : Result
        The result.
    found : Outcome, optional
        What the instructor has decided on it; by default nothing is.

    Returns
    -------
    dict
        Plain JSON.
    """
    found = found or outcome(result, (), {})
    tests = []
    for row in result.questions:
        earned = found.marks[row.id] or 0.0
        told = [
            _STATES.get(row.state, ""),
            _sentence(row.words),
            *map(_line, told_once(row.verdicts)),
        ]
        tests.append(
            {
                "name": row.title,
                "number": row.id,
                "score": earned,
                "max_score": row.points,
                "status": "passed" if earned == row.points else "failed",
                "output": _printable("\n".join(filter(None, told))),
                "output_format": "text",
                "visibility": "visible",
            }
        )
    review = [f"For an instructor to look at: {flag}" for flag in result.flags]
    decided = [f"Decided by an instructor: {words}" for words in found.words]
    lines = filter(None, [_still_open(found), result.words, *decided, *review])
    return {
        "score": found.earned,
        "output": _printable("\n".join(lines)),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def write(result: Result, folder: Path, found: Outcome | None = None) -> None:
    """Write a student's reports: ``report.json``, ``report.html`` and ``results.json``.

    Parameters
    ----------
    result : Result
        The result.
    folder : Path
        Where to; made if it is not there.
    found : Outcome, optional
        What the instructor has decided on it; ``report.json`` holds what was graded.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "report.json": as_json(result),
        "report.html": as_html(result, found),
        "results.json": json.dumps(as_gradescope(result, found), indent=2) + "\n",
    }
    for name, text in reversed(texts.items()):  # what is graded counts as such when all is there
        draft = folder / f".{name}"
        draft.write_bytes(text.encode("utf-8", "replace"))
        os.replace(draft, folder / name)  # noqa: PTH105, whole or not at all


class ClassTable:
    """The table of a class: a line for each submission, whether it could be graded or not.

    Parameters
    ----------
    questions : sequence of Question or of str
        One column each; ids are enough.
    by_hand : dict, optional
        The most points of each question that is marked by hand, a column each.
    decisions : sequence of Decision
        What the instructor has decided.
    """

    def __init__(
        self,
        questions: Sequence[Question | str],
        by_hand: Mapping[str, float] | None = None,
        decisions: Sequence[Decision] = (),
    ) -> None:
        self.by_hand = dict(by_hand or {})
        ids = [item if isinstance(item, str) else item.id for item in questions]
        self.ids = [*ids, *self.by_hand]
        self.decisions = decisions
        self.rows: list[list[Any]] = []
        self.outcomes: dict[str, Outcome] = {}
        self.to_review = 0

    @property
    def marks(self) -> list[float]:
        """The marks, of all that count."""
        return [found.earned for found in self.outcomes.values() if not found.dropped]

    def add(self, result: Result, file: str, student: str = "") -> Outcome:
        """Add a line.

        Parameters
        ----------
        result : Result
            The result.
        file : str
            Which file it is of.
        student : str
            The student's id, where it is known.

        Returns
        -------
        Outcome
            The marks, with what was decided.
        """
        found = outcome(result, self.decisions, self.by_hand)
        marks = [_number(found.marks.get(name, 0.0)) for name in self.ids]
        decided = safe_cell(" | ".join([*(["dropped"] if found.dropped else []), *found.words]))
        texts = [safe_cell(" | ".join(result.flags)), decided, safe_cell(file), result.digest]
        line = [safe_cell(result.name), safe_cell(student), _number(found.earned)]
        self.rows.append([*line, f"{found.most:.6g}", *marks, found.open, *texts])
        self.outcomes[result.name] = found
        self.to_review += bool(found.open)
        return found

    def text(self) -> str:
        """Return the table as CSV, sorted by name."""
        stream = StringIO(newline="")
        writer = csv.writer(stream)
        titles = ["name", "id", "earned", "points", *map(safe_cell, self.ids)]
        writer.writerow([*titles, "to review", "flags", "decided", "file", "sha256"])
        rows: list[list[Any]] = sorted(self.rows, key=lambda row: (row[0], row[-2]))
        writer.writerows(rows)
        return stream.getvalue()

    def write(self, path: Path) -> None:
        """Write the table.

        Parameters
        ----------
        path : Path
            Where to; with a mark at its beginning by which spreadsheets see that it is UTF-8.
        """
        path.write_bytes(self.text().encode("utf-8-sig", "replace"))


def _number(mark: float | None) -> str:
    return "" if mark is None else f"{mark:.6g}"
