"""How long the library is: `python -m tools.tree` prints lines of code and of docstrings.

A line of code is one that holds Python: neither blank, nor a comment, nor part of a docstring.
"""

from __future__ import annotations

import ast
import io
import sys
import tokenize
from dataclasses import dataclass
from pathlib import Path

from tools.book import ROOT

LIBRARY = ROOT / "gantext"
NO_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENDMARKER,
}
DOCUMENTED = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    """What one file holds: `longest` is the lines of code and the name of its longest function."""

    path: Path
    lines: int
    code: int
    docstring: int
    longest: tuple[int, str]

    @property
    def folder(self) -> str:
        """Return the folder, from the library's root; `.` for the root itself."""
        return self.path.parent.relative_to(LIBRARY).as_posix()

    def __str__(self) -> str:
        """Return the path from the root of the repository."""
        return self.path.relative_to(LIBRARY.parent).as_posix()


def count(source: str, path: Path) -> Module:
    """Count the lines of a module."""
    tree = ast.parse(source)
    described = set[int]()
    for node in ast.walk(tree):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            described |= _lines(node.body[0])
    written = set[int]()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in NO_CODE:
            written |= set(range(token.start[0], token.end[0] + 1))
    code = written - described
    functions = [
        (len(_lines(node) & code), node.name)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    longest = max(functions, default=(0, ""))
    return Module(path, len(source.splitlines()), len(code), len(described), longest)


def _lines(node: ast.stmt) -> set[int]:
    assert node.end_lineno is not None
    return set(range(node.lineno, node.end_lineno + 1))


def library() -> list[Module]:
    """Return every module of the library, in order."""
    return [count(path.read_text("utf-8"), path) for path in sorted(LIBRARY.rglob("*.py"))]


def by_folder(modules: list[Module]) -> dict[str, list[Module]]:
    """Return the modules of each folder right below the library; `.` for those in none."""
    folders: dict[str, list[Module]] = {}
    for module in modules:
        folders.setdefault(module.folder.split("/")[0], []).append(module)
    return folders


def table(modules: list[Module]) -> str:
    """Return a table in Markdown, one row a folder."""
    rows = [
        "| Folder | Modules | Code | Docstrings | Largest module | Longest function |",
        "|---|---:|---:|---:|---|---|",
    ]
    for name, inside in (*by_folder(modules).items(), ("all", modules)):
        code, docstring = sum(m.code for m in inside), sum(m.docstring for m in inside)
        large = max(inside, key=lambda m: m.lines)
        length, function = max(m.longest for m in inside)
        rows.append(
            f"| {name} | {len(inside)} | {code} | {docstring} "
            f"| {large.path.name}, {large.lines} | {function}, {length} |"
        )
    return "\n".join(rows)


if __name__ == "__main__":
    sys.stdout.write(table(library()) + "\n")
