"""Reading a submission: whatever a student hands in, as cells of code.

Nothing is run here. A submission is bytes; what comes of them is a `Notebook`, or one sentence on
why there is none.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gantext.grading.source import bindings

MAX_BYTES = 64 * 2**20
"""What a submission may hold, in bytes, its outputs included."""
MAX_CELLS = 2_000
MAX_SOURCE = 2**20


class UnreadableError(ValueError):
    """A submission is not a notebook; the message says what it is, to the student."""


@dataclass(frozen=True)
class Cell:
    """A cell of code.

    Attributes
    ----------
    number : int
        Its place among all cells of the notebook, from 1.
    source : str
        The code.
    id : str
        The cell's id, or nothing.
    question : str
        The question that its metadata name, or nothing.
    book : bool
        Whether the book wrote it, and the student left it as it was.
    binds : tuple of str
        The names that its top level defines.
    blank : tuple of str
        Those of them that only hold a place for an answer.
    """

    number: int
    source: str
    id: str = ""
    question: str = ""
    book: bool = False
    binds: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()


@dataclass(frozen=True)
class Notebook:
    """The code of a submission.

    Attributes
    ----------
    cells : tuple of Cell
        Its code, in the order of the notebook.
    flags : tuple of str
        What an instructor should know of it.
    digest : str
        The SHA-256 of the file.
    """

    cells: tuple[Cell, ...]
    flags: tuple[str, ...]
    digest: str


def digest(data: bytes) -> str:
    """Return the SHA-256 of a submission.

    Parameters
    ----------
    data : bytes
        The file.

    Returns
    -------
    str
        In hexadecimal.
    """
    return hashlib.sha256(data).hexdigest()


def read(data: bytes, template: Notebook | None = None) -> Notebook:
    """Read a submission without running it.

    Parameters
    ----------
    data : bytes
        The file, in UTF-8 or another encoding.
    template : Notebook, optional
        The notebook that students were given. It tells the book's cells from the student's where
        their metadata are gone, and stands in for cells of the book that were deleted.

    Returns
    -------
    Notebook
        Its code. Whatever is not the book's own is the student's, and stays.

    Raises
    ------
    UnreadableError
        If it is not a notebook.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableError(
            f"expected at most {MAX_BYTES // 2**20} MB, got {len(data) / 2**20:.0f} MB; clear the "
            "outputs of the notebook and hand it in again"
        )
    flags: list[str] = []
    raw = _raw_cells(_parse(data, flags))
    if len(raw) > MAX_CELLS:
        raise UnreadableError(f"expected at most {MAX_CELLS} cells, got {len(raw)}")
    cells = [_cell(number, item) for number, item in enumerate(raw, 1) if _is_code(item)]
    if template is not None:
        cells = _matched(cells, template, flags)
    return Notebook(tuple(cells), tuple(flags), digest(data))


def _parse(data: bytes, flags: list[str]) -> Any:
    if not data.strip(b"\x00 \t\r\n"):
        raise UnreadableError("expected a Jupyter notebook (.ipynb), got an empty file")
    starts = {b"%PDF": "a PDF file", b"PK\x03\x04": "a ZIP archive", b"<": "a web page"}
    for start, words in starts.items():
        if data.lstrip().startswith(start):
            raise UnreadableError(
                f"expected a Jupyter notebook (.ipynb), got {words}; hand in the notebook itself"
            )
    text = _decode(data, flags)
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableError(
            "expected a Jupyter notebook (.ipynb), got a file that is not JSON "
            f"({str(error)[:100]}); open it in Jupyter, save it and hand it in again"
        ) from None


def _decode(data: bytes, flags: list[str]) -> str:
    guess: str = json.detect_encoding(data)
    for encoding in (guess, "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else guess):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding not in ("utf-8", "utf-8-sig"):
            flags.append(f"The file is in {encoding}, not UTF-8; it was read all the same.")
        return text.removeprefix("\ufeff")
    for encoding in ("gb18030", "cp1252", "latin-1"):
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        flags.append(
            f"The file is not UTF-8 and was read as {encoding}; "
            "characters beyond ASCII may be wrong."
        )
        return text
    raise UnreadableError("expected text in UTF-8, got bytes in no encoding")  # pragma: no cover


def _raw_cells(tree: Any) -> list[Any]:
    """Return the cells of a notebook of any version as they stand in the file."""
    if not isinstance(tree, dict) or not ("cells" in tree or "worksheets" in tree):
        raise UnreadableError(
            "expected a Jupyter notebook (.ipynb), got JSON without cells; "
            "hand in the notebook itself"
        )
    if "cells" in tree:
        cells = tree["cells"]
    else:  # before version 4 there were sheets
        sheets = tree["worksheets"] if isinstance(tree["worksheets"], list) else []
        lists = [sheet.get("cells") for sheet in sheets if isinstance(sheet, dict)]
        cells = [cell for item in lists if isinstance(item, list) for cell in item]
    if not isinstance(cells, list):
        raise UnreadableError("expected a list of cells, got something else in their place")
    return [cell for cell in cells if isinstance(cell, dict)]


def _is_code(raw: Mapping[str, Any]) -> bool:
    return raw.get("cell_type") == "code"


def _cell(number: int, raw: Mapping[str, Any]) -> Cell:
    source = raw.get("source", raw.get("input", ""))  # "input" before version 4
    if isinstance(source, list):
        source = "".join(line for line in source if isinstance(line, str))
    if not isinstance(source, str):
        source = ""
    source = source.replace("\r\n", "\n").replace("\r", "\n")
    source = source.encode("utf-8", "replace").decode("utf-8")  # half of a surrogate pair
    if len(source) > MAX_SOURCE:
        raise UnreadableError(
            f"expected at most {MAX_SOURCE} characters in a cell, "
            f"got {len(source)} in cell {number}"
        )
    metadata = raw.get("metadata")
    own = metadata.get("gantext") if isinstance(metadata, dict) else None
    own = own if isinstance(own, dict) else {}
    question = own.get("question")
    identity = raw.get("id")
    binds, blank = bindings(source)
    return Cell(
        number,
        source,
        identity if isinstance(identity, str) else "",
        question if isinstance(question, str) else "",
        own.get("book") is True and not isinstance(question, str),
        binds,
        blank,
    )


def _matched(cells: Sequence[Cell], template: Notebook, flags: list[str]) -> list[Cell]:
    """Mark the book's cells and the answers' cells by the notebook that the students were given."""
    by_id = {cell.id: cell for cell in template.cells if cell.id}
    by_source = {_stripped(cell.source): cell for cell in template.cells}
    found: list[Cell] = []
    met: set[int] = set()
    restored = 0
    for cell in cells:
        same = by_source.get(_stripped(cell.source))
        origin = same or by_id.get(cell.id)
        if origin is not None:
            met.add(origin.number)
        question = cell.question or (origin.question if origin is not None else "")
        book = same is not None and same.book  # a cell of the book that was edited is the student's
        restored += bool(question and not cell.question) + bool(book and not cell.book)
        found.append(replace(cell, question=question, book=book))
    if restored:
        flags.append("Cells without the book's metadata were recognised by their id or source.")
    missing = [c for c in template.cells if c.book and c.number not in met and c.binds]
    if missing:
        flags.append(f"{len(missing)} of the book's cells were deleted; they were run first.")
        found = [replace(c, number=0, question="") for c in missing] + found
    return found


def _stripped(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())
