"""Reading a cell's code without running it: what it defines, and what of that is left blank."""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator

# Blanks of one line only: `\s` would look through all lines that follow an empty one, from each.
_MAGIC = re.compile(r"^([^\S\n]*)[%!?].*$", re.MULTILINE)


_CELL_MAGIC = re.compile(r"\s*%%(\w+)")
PYTHON_MAGICS = ("time", "timeit", "capture", "prun")
"""Cell magics whose cell is Python, and runs as if they were not there."""


def is_foreign(source: str) -> bool:
    """Tell whether a cell is not Python, by its magic: ``%%bash``, ``%%html`` and the like.

    Parameters
    ----------
    source : str
        The cell's code.

    Returns
    -------
    bool
        Whether the grader passes the cell over.
    """
    found = _CELL_MAGIC.match(source)
    return found is not None and found[1] not in PYTHON_MAGICS


def parsed(source: str) -> ast.Module | None:
    """Parse a cell, without its magics and shell lines.

    Parameters
    ----------
    source : str
        The cell's code.

    Returns
    -------
    ast.Module or None
        None where it is not Python.
    """
    if is_foreign(source):
        return ast.Module([], [])
    for text in (source, _MAGIC.sub(r"\1pass", source)):
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
    """Return the names that a cell's top level defines, and those of them that are left blank.

    Parameters
    ----------
    source : str
        The cell's code.

    Returns
    -------
    tuple of tuple of str
        All names, then the blank ones: a function that only raises NotImplementedError, or a name
        that is None or an ellipsis.
    """
    tree = parsed(source)
    blank: dict[str, bool] = {}
    for node in tree.body if tree is not None else []:
        for name in bound_names(node):
            blank[name] = _is_blank(node)  # the last one counts
    return tuple(blank), tuple(name for name, is_blank in blank.items() if is_blank)


def bound_names(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement of a cell's top level defines.

    Parameters
    ----------
    node : ast.stmt
        The statement.

    Yields
    ------
    str
        A name, perhaps more than once.
    """
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
