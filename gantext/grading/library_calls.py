"""Whether an answer leans on the library's own function for the very thing that is asked.

This reads the code only: whoever hides such a call is not found. It makes a flag, never a mark.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping

from gantext.grading.notebooks import Notebook
from gantext.grading.question import Question
from gantext.grading.source import bound_names, parsed


def leans_on_library(notebook: Notebook, question: Question) -> list[str]:
    """Return the functions of the library that an answer only hands on or calls.

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
        Their full names.
    """
    if not question.library:
        return []
    imported, stars = _imported(notebook)
    defined = _defined(notebook)
    own = imported.get(question.entry, "")
    found = {full for full in question.library if _is_name_of(own, full, ())}
    seen: set[str] = set()
    queue = [question.entry]
    while queue:
        name = queue.pop()
        if name in seen or name not in defined:
            continue
        seen.add(name)
        for node in ast.walk(defined[name]):
            dotted = _dotted(node, imported)
            if dotted is None:
                continue
            found |= {full for full in question.library if _is_name_of(dotted, full, stars)}
            queue.append(dotted.partition(".")[0])
    return sorted(found)


def _imported(notebook: Notebook) -> tuple[dict[str, str], set[str]]:
    """Return what each imported name stands for, and the modules of which all is imported."""
    names: dict[str, str] = {}
    stars: set[str] = set()
    for statement in _statements(notebook, book=True):
        for node in ast.walk(statement):
            names |= _imports(node)
            stars |= _star(node)
    return names, stars


def _defined(notebook: Notebook) -> dict[str, ast.stmt]:
    """Return the statement of the student's that defines each name; the last one counts."""
    return {
        name: statement
        for statement in _statements(notebook, book=False)
        if not isinstance(statement, (ast.Import, ast.ImportFrom))
        for name in bound_names(statement)
    }


def _statements(notebook: Notebook, *, book: bool) -> Iterator[ast.stmt]:
    """Yield the statements of the student's cells and, where asked for, of the book's."""
    for cell in notebook.cells:
        tree = parsed(cell.source) if book or not cell.book else None
        yield from tree.body if tree is not None else []


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
    while isinstance(node, (ast.Attribute, ast.Call)):
        if isinstance(node, ast.Attribute):
            parts.append(node.attr)
            node = node.value
        else:  # IdealGame(p).value: the method of a class
            node = node.func
    if isinstance(node, ast.Name):
        return ".".join([imported.get(node.id, node.id), *reversed(parts)])
    return ".".join(["?", *reversed(parts)]) if parts else None


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
