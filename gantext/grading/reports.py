"""What comes out of grading: JSON and HTML for each student, Gradescope's format, a class CSV.

Everything in a result may have been written by a submission: names, errors, printed text. HTML is
escaped and forbids scripts; a cell of the CSV that a spreadsheet would take for a formula is made
text.
"""

from __future__ import annotations

import csv
import html
import json
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path
from typing import Any

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


def as_html(result: Result) -> str:
    """Write a result as a page for the student.

    Parameters
    ----------
    result : Result
        The result.

    Returns
    -------
    str
        A whole page, without scripts, that loads nothing.
    """
    title = html.escape(_printable(f"{result.name}: {mark(result.earned, result.points)}"))
    parts = [f"<h1>{title}</h1>"]
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


def as_gradescope(result: Result) -> dict[str, Any]:
    """Return a result in the format of Gradescope's ``results.json``.

    Parameters
    ----------
    result : Result
        The result.

    Returns
    -------
    dict
        Plain JSON.
    """
    tests = []
    for row in result.questions:
        told = [
            _STATES.get(row.state, ""),
            _sentence(row.words),
            *map(_line, told_once(row.verdicts)),
        ]
        tests.append(
            {
                "name": row.title,
                "number": row.id,
                "score": row.earned,
                "max_score": row.points,
                "status": "passed" if row.earned == row.points else "failed",
                "output": _printable("\n".join(filter(None, told))),
                "output_format": "text",
                "visibility": "visible",
            }
        )
    return {
        "score": result.earned,
        "output": _printable("\n".join(filter(None, [result.words, *result.flags]))),
        "output_format": "text",
        "visibility": "visible",
        "stdout_visibility": "hidden",
        "tests": tests,
    }


def write(result: Result, folder: Path) -> None:
    """Write a student's reports: ``report.json``, ``report.html`` and ``results.json``.

    Parameters
    ----------
    result : Result
        The result.
    folder : Path
        Where to; made if it is not there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    texts = {
        "report.json": as_json(result),
        "report.html": as_html(result),
        "results.json": json.dumps(as_gradescope(result), indent=2) + "\n",
    }
    for name, text in texts.items():
        (folder / name).write_bytes(text.encode("utf-8", "replace"))


class ClassTable:
    """The table of a class: a line for each submission, whether it could be graded or not.

    Parameters
    ----------
    questions : sequence of Question
        One column each.
    """

    def __init__(self, questions: Sequence[Question]) -> None:
        self.ids = [question.id for question in questions]
        self.rows: list[list[Any]] = []
        self.marks: list[float] = []
        self.to_review = 0

    def add(self, result: Result, file: str) -> None:
        """Add a line.

        Parameters
        ----------
        result : Result
            The result.
        file : str
            Which file it is of.
        """
        earned = {row.id: row.earned for row in result.questions}
        marks = [f"{earned.get(name, 0.0):.6g}" for name in self.ids]
        texts = [safe_cell(" | ".join(result.flags)), safe_cell(file), result.digest]
        line = [safe_cell(result.name), f"{result.earned:.6g}", result.points, *marks]
        self.rows.append([*line, len(result.flags), *texts])
        self.marks.append(result.earned)
        self.to_review += bool(result.flags)

    def text(self) -> str:
        """Return the table as CSV, sorted by name."""
        stream = StringIO(newline="")
        writer = csv.writer(stream)
        titles = ["name", "earned", "points", *map(safe_cell, self.ids)]
        writer.writerow([*titles, "to review", "flags", "file", "sha256"])
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
