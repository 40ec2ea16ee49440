"""Take the solutions out of a notebook of exercises, for the copy that students get.

`python -m tools.notebooks` writes the copies.

A source is an executed notebook. In its metadata, under `gantext`, a cell says what it is:

- `{"question": "<id>"}`: the cell for an answer. What stands between the lines `# begin solution`
  and `# end solution` is taken out: a value becomes `name = None  # your answer`, the body of a
  function raises `NotImplementedError`, and other code leaves a remark.
- `{"solution": true}`: a cell for the website alone, which explains or shows a solution.

All other cells are the book's, and the copy says so: `{"book": true}`. What only the website and
the tests need, outputs included, is left out.
"""

from __future__ import annotations

import copy
import re

import nbformat
from nbformat import NotebookNode

from gantext.grading.catalogue import find

BEGIN, END = "# begin solution", "# end solution"
BLOCK = re.compile(
    rf"^(?P<indent>[ ]*){BEGIN}\n(?P<code>.*?)^(?P=indent){END}$", re.DOTALL | re.MULTILINE
)


def blank(source: str, entry: str, kind: str) -> str:
    """Take the solution out of a cell, and leave a clear place for an answer."""

    def place(match: re.Match[str]) -> str:
        indent = match["indent"]
        if indent:
            return f'{indent}raise NotImplementedError("your answer: {entry}")'
        return f"{entry} = None  # your answer" if kind == "value" else "# your code"

    emptied, count = BLOCK.subn(place, source)
    if not count or BEGIN in emptied or END in emptied:
        raise ValueError(
            f"expected the solution between the lines {BEGIN!r} and {END!r}, equally indented, "
            f"got\n{source}"
        )
    return emptied


def student_copy(source: NotebookNode) -> NotebookNode:
    """Return the notebook that a student gets."""
    made = copy.deepcopy(source)
    made.cells = []
    for cell in copy.deepcopy(source.cells):
        own = cell.metadata.get("gantext", {})
        if own.get("solution"):
            continue
        metadata = NotebookNode(gantext=NotebookNode(book=True))
        if name := own.get("question"):
            question = find(name)
            cell.source = blank(cell.source, question.entry, question.kind)
            metadata.gantext = NotebookNode(question=name)
        if tags := [tag for tag in cell.metadata.get("tags", []) if tag == "setup"]:
            metadata.tags = tags
        cell.metadata = metadata
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        made.cells.append(cell)
    nbformat.validate(made)
    return made
