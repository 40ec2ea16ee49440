"""Which questions a submission is about, which of its cells answer them, and which are run."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gantext.grading.notebooks import Cell, Notebook
from gantext.grading.question import Question


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
