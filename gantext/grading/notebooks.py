"""Reading submissions: whatever a student hands in, as cells of code and what is known of them.

Nothing is run here. A submission is bytes; what comes of them is a `Notebook`, or one sentence on
why there is none.
"""

from __future__ import annotations

import ast
import hashlib
import json
import re
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from gantext.grading.question import Question

MAX_BYTES = 64 * 2**20
"""What a submission may hold, in bytes, its outputs included."""
MAX_CELLS = 2_000
MAX_SOURCE = 2**20


class UnreadableError(ValueError):
    """A submission is not a notebook; the message says what it is, to the student.

    Examples
    --------
    >>> from gantext.grading.notebooks import UnreadableError, read
    >>> try:
    ...     read(b"%PDF-1.7")
    ... except UnreadableError as error:
    ...     print(error)
    expected a Jupyter notebook (.ipynb), got a PDF file; hand in the notebook itself
    """


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

    Examples
    --------
    >>> from gantext.grading.notebooks import Cell
    >>> Cell(1, "x = 1", binds=("x",)).binds
    ('x',)
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
    """What a submission holds.

    Attributes
    ----------
    cells : tuple of Cell
        Its code, in the order of the notebook.
    flags : tuple of str
        What an instructor should know of it.
    digest : str
        The SHA-256 of the file.

    Examples
    --------
    >>> from gantext.grading.notebooks import read
    >>> read(b'{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": []}').cells
    ()
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

    Examples
    --------
    >>> from gantext.grading.notebooks import digest
    >>> digest(b"")[:8]
    'e3b0c442'
    """
    return hashlib.sha256(data).hexdigest()


def read(data: bytes, template: Notebook | None = None) -> Notebook:
    """Read a submission.

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

    Examples
    --------
    >>> from gantext.grading.notebooks import read
    >>> source = '{"cell_type": "code", "source": ["x = 1"], "metadata": {}}'
    >>> data = '{"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [' + source + "]}"
    >>> read(data.encode()).cells[0].source
    'x = 1'
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
        found.append(
            Cell(cell.number, cell.source, cell.id, question, book, cell.binds, cell.blank)
        )
    if restored:
        flags.append("Cells without the book's metadata were recognised by their id or source.")
    missing = [c for c in template.cells if c.book and c.number not in met and c.binds]
    if missing:
        flags.append(f"{len(missing)} of the book's cells were deleted; they were run first.")
        found = [Cell(0, c.source, c.id, "", True, c.binds, c.blank) for c in missing] + found
    return found


def _stripped(source: str) -> str:
    return "\n".join(line.rstrip() for line in source.strip().splitlines())


def parsed(source: str) -> ast.Module | None:
    r"""Parse a cell, without its magics and shell lines.

    Parameters
    ----------
    source : str
        The cell's code.

    Returns
    -------
    ast.Module or None
        None where it is not Python.

    Examples
    --------
    >>> from gantext.grading.notebooks import parsed
    >>> len(parsed("%matplotlib inline\nx = 1").body), parsed("x = = 1")
    (1, None)
    """
    for text in (source, re.sub(r"(?m)^(\s*)[%!?].*$", r"\1pass", source)):
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("ignore")  # such as an invalid escape in a student's string
                tree = ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        tree.body = [node for node in tree.body if not isinstance(node, ast.Pass)]
        return tree
    return None


def bindings(source: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    r"""Return the names that a cell's top level defines, and those of them that are left blank.

    Parameters
    ----------
    source : str
        The cell's code.

    Returns
    -------
    tuple of tuple of str
        All names, then the blank ones: a function that only raises NotImplementedError, or a name
        that is None or an ellipsis.

    Examples
    --------
    >>> from gantext.grading.notebooks import bindings
    >>> bindings("x = None\nz = 2\ndef f():\n    raise NotImplementedError")
    (('x', 'z', 'f'), ('x', 'f'))
    """
    tree = parsed(source)
    blank: dict[str, bool] = {}
    for node in tree.body if tree is not None else []:
        for name in _names(node):
            blank[name] = _is_blank(node)  # the last one counts
    return tuple(blank), tuple(name for name, is_blank in blank.items() if is_blank)


def _names(node: ast.stmt) -> Iterable[str]:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
        return
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        for alias in node.names:
            yield alias.asname or alias.name.partition(".")[0]
        return
    for child in ast.walk(node):
        if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store):
            yield child.id
        elif isinstance(child, (ast.FunctionDef, ast.ClassDef)):  # inside an `if`
            yield child.name


def _is_blank(node: ast.stmt) -> bool:
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        body = [n for n in node.body if not _is_docstring(n)]
        return len(body) == 1 and (_raises_blank(body[0]) or isinstance(body[0], ast.Pass))
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        value = node.value
        return isinstance(value, ast.Constant) and value.value in (None, Ellipsis)
    return False


def _is_docstring(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _raises_blank(node: ast.stmt) -> bool:
    if not isinstance(node, ast.Raise) or node.exc is None:
        return False
    raised = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
    return isinstance(raised, ast.Name) and raised.id == "NotImplementedError"


def chapters_in(notebook: Notebook) -> list[str]:
    """Return the chapters whose questions a notebook names, by metadata or by calls of `check`.

    Parameters
    ----------
    notebook : Notebook
        The notebook.

    Returns
    -------
    list of str
        Without repetition, in the notebook's order.

    Examples
    --------
    >>> from gantext.grading.notebooks import Cell, Notebook, chapters_in
    >>> chapters_in(Notebook((Cell(1, 'check("ideal-game/neuron")'),), (), ""))
    ['ideal-game']
    """
    found: dict[str, None] = {}
    for cell in notebook.cells:
        named = [cell.question] if cell.question else []
        named += re.findall(
            r"""\b(?:check|progress)\(\s*["']([\w-]+(?:/[\w-]+)?)["']""", cell.source
        )
        for name in named:
            found[name.partition("/")[0]] = None
    return list(found)


def answer_cells(notebook: Notebook, question: Question) -> list[Cell]:
    """Return the cells that answer a question, in the notebook's order.

    Parameters
    ----------
    notebook : Notebook
        The submission.
    question : Question
        The question.

    Returns
    -------
    list of Cell
        Those that define the name that the question asks for; blank ones only if there is no other.

    Examples
    --------
    >>> from gantext.grading import Call, Question, Verdict
    >>> from gantext.grading.notebooks import Cell, Notebook, answer_cells
    >>> question = Question(
    ...     "a/b", "B", 1, "x", "value", lambda rng: [Call()], lambda c, a: Verdict(0)
    ... )
    >>> cells = (Cell(1, "x = 1", binds=("x",)), Cell(2, "x = None", binds=("x",), blank=("x",)))
    >>> [cell.number for cell in answer_cells(Notebook(cells, (), ""), question)]
    [1]
    """
    own = [cell for cell in notebook.cells if question.entry in cell.binds and not cell.book]
    filled = [cell for cell in own if question.entry not in cell.blank]
    return filled or own


def to_run(notebook: Notebook, questions: Sequence[Question]) -> list[Cell]:
    """Return the cells to run: all but the blanks that would undo an answer given elsewhere.

    Parameters
    ----------
    notebook : Notebook
        The submission.
    questions : sequence of Question
        What is asked.

    Returns
    -------
    list of Cell
        In the notebook's order.

    Examples
    --------
    >>> from gantext.grading.notebooks import Cell, Notebook, to_run
    >>> [cell.number for cell in to_run(Notebook((Cell(1, "x = 1"), Cell(2, "  ")), (), ""), [])]
    [1]
    """
    entries = {question.entry for question in questions}
    filled = {
        name for cell in notebook.cells for name in cell.binds if name not in cell.blank
    } & entries
    return [
        cell
        for cell in notebook.cells
        if cell.source.strip()
        and not (cell.blank and set(cell.blank) == set(cell.binds) and set(cell.blank) <= filled)
    ]


def leans_on_library(notebook: Notebook, question: Question) -> list[str]:
    r"""Return the functions of the library that an answer only hands on or calls.

    What the answer's name leads to is followed through the names that the student's cells define.

    Parameters
    ----------
    notebook : Notebook
        The submission.
    question : Question
        The question; its `library` lists the functions looked for.

    Returns
    -------
    list of str
        Their full names. This reads the code only, so a student who hides such a call is not found.

    Examples
    --------
    >>> from gantext.grading import Call, Question, Verdict
    >>> from gantext.grading.notebooks import Cell, Notebook, leans_on_library
    >>> question = Question(
    ...     "a/b",
    ...     "B",
    ...     1,
    ...     "mine",
    ...     "function",
    ...     lambda rng: [Call()],
    ...     lambda c, a: Verdict(0),
    ...     library=("gantext.objectives.divergences.js",),
    ... )
    >>> cell = Cell(1, "import gantext as gt\nmine = lambda p, q: gt.js(p, q)")
    >>> leans_on_library(Notebook((cell,), (), ""), question)
    ['gantext.objectives.divergences.js']
    """
    imported: dict[str, str] = {}
    stars: set[str] = set()
    defined: dict[str, ast.stmt] = {}
    for cell in notebook.cells:
        tree = parsed(cell.source)
        for node in tree.body if tree is not None else []:
            for inner in ast.walk(node):
                imported |= _imports(inner)
                stars |= _star(inner)
            if not isinstance(node, (ast.Import, ast.ImportFrom)) and not cell.book:
                defined |= dict.fromkeys(_names(node), node)
    own = imported.get(question.entry, "")
    found = {full for full in question.library if _is_name_of(own, full, ())}
    seen: set[str] = set()
    queue = [question.entry]
    while queue:
        name = queue.pop()
        if name in seen or name not in defined:
            continue
        seen.add(name)
        for inner in ast.walk(defined[name]):
            dotted = _dotted(inner, imported)
            if dotted is None:
                continue
            found |= {full for full in question.library if _is_name_of(dotted, full, stars)}
            queue.append(dotted.partition(".")[0])
    return sorted(found)


def _imports(node: ast.AST) -> dict[str, str]:
    if isinstance(node, ast.Import):
        firsts = [alias.name.partition(".")[0] for alias in node.names]
        pairs = zip(node.names, firsts, strict=True)
        return {a.asname or first: a.name if a.asname else first for a, first in pairs}
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return {a.asname or a.name: f"{node.module}.{a.name}" for a in node.names}
    return {}


def _dotted(node: ast.AST, imported: Mapping[str, str]) -> str | None:
    """Return the full dotted name that an expression spells, its first part as it was imported."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Call):  # IdealGame(p).value: the method of a class
        inner = _dotted(node.func, imported)
        return f"{inner}.{'.'.join(reversed(parts))}" if inner and parts else inner
    if not isinstance(node, ast.Name):
        return f"?.{'.'.join(reversed(parts))}" if parts else None
    return ".".join([imported.get(node.id, node.id), *reversed(parts)])


def _star(node: ast.AST) -> set[str]:
    """Return the module from which everything is imported, if the node does so."""
    if isinstance(node, ast.ImportFrom) and node.names[0].name == "*" and node.module:
        return {node.module}
    return set()


def _is_name_of(dotted: str, full: str, stars: Iterable[str]) -> bool:
    """Tell whether a dotted name means a function of the library.

    A package may re-export it, and a method may be called on an object that was made elsewhere.
    """
    owner, _, name = full.rpartition(".")
    if dotted.rpartition(".")[2] != name:
        return False
    if dotted == name:
        return any(star.partition(".")[0] == "gantext" for star in stars)
    is_method = owner.rpartition(".")[2][:1].isupper()
    return is_method or dotted.partition(".")[0] == "gantext"
