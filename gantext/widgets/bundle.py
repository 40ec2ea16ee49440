"""One script out of several: what a figure's JavaScript modules become for their hosts.

A figure is written as an ES module, ``figure.js`` in the figure's folder, that imports others.
Jupyter and Colab take one module as text; the website loads one classic script for each kind of
figure, because browsers refuse modules on pages that are opened from a disk. So each module becomes
a function with a scope of its own, which is called once and returns what the module exports. Lines
of comment stay behind.
"""

from __future__ import annotations

import posixpath
import re
from importlib.resources import files
from typing import NamedTuple

_SOURCES = files("gantext.widgets")
_IMPORT = re.compile(r'^import (\{[^}]*\}|\* as \w+) from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|class) (\w+))", re.MULTILINE)
_EXPORT_LIST = re.compile(r"^export \{((?:\s*\w+,)*\s*\w+,?\s*)\};\n", re.MULTILINE)
_EXPORT_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//(?!!).*\n|^\n", re.MULTILINE)  # a licence begins with //!
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*", re.MULTILINE)


def figures() -> list[str]:
    """Return the names of all figures, which are those of their folders."""
    return sorted(folder.name for folder in _SOURCES.iterdir() if (folder / "figure.js").is_file())


def module(figure: str) -> str:
    """Return a figure as one ES module whose default export is the figure.

    Parameters
    ----------
    figure : str
        The figure's folder in ``gantext/widgets``.

    Returns
    -------
    str
        JavaScript, as anywidget wants it.

    Raises
    ------
    ValueError
        If a module imports what another does not export, or in a form that is not understood here.
    """
    return f"{_joined(figure)}export default {_FIGURE.format(figure)};\n"


def script(figure: str) -> str:
    """Return a figure as a classic script that puts it into ``gantextFigures``.

    Parameters
    ----------
    figure : str
        The figure's folder in ``gantext/widgets``.

    Returns
    -------
    str
        JavaScript for the website's host.

    Raises
    ------
    ValueError
        See ``module``.
    """
    put = f'(globalThis.gantextFigures ??= {{}})["{figure}"] = {_FIGURE.format(figure)};\n'
    return f'(() => {{\n"use strict";\n{_joined(figure)}{put}}})();\n'


def stylesheet() -> str:
    """Return the style of all figures, CSS whose every rule is about what is inside a figure."""
    return _read("figure.css")


def host() -> str:
    """Return the website's host, a classic script that mounts the figures of a page.

    It runs after those of ``script``.
    """
    return _read("host.js")


_FIGURE = '$modules["{}/figure.js"].default'


class _Module(NamedTuple):
    """A module as the body of a function, what it imports of which path, and what it exports."""

    body: str
    imports: list[tuple[str, list[str]]]
    exports: list[str]


def _joined(figure: str) -> str:
    """Return all modules of a figure as functions, each after those that it imports, and once."""
    done: dict[str, _Module] = {}

    def visit(path: str, *importers: str) -> None:
        if path in importers:
            raise ValueError(f"{path}: expected no imports in a circle, got {importers}")
        found = _parsed(path)
        for other, names in found.imports:
            if other not in done:
                visit(other, path, *importers)
            if missing := set(names) - set(done[other].exports):
                raise ValueError(f"{path}: expected exports of {other}, got {sorted(missing)}")
        done[path] = found

    visit(f"{figure}/figure.js")
    parts = [f'$modules["{path}"] = (() => {{\n{m.body}}})();\n' for path, m in done.items()]
    return "".join(["const $modules = {};\n", *parts])


def _parsed(path: str) -> _Module:
    source = _COMMENT.sub("", _read(path))
    exports = _EXPORT.findall(source) + re.findall(r"\w+", " ".join(_EXPORT_LIST.findall(source)))
    returned = [*exports]
    if _EXPORT_DEFAULT.search(source):
        exports.append("default")
        returned.append("default: $default")
    imports = []

    def destructured(statement: re.Match[str]) -> str:
        wanted, other = statement[1], posixpath.join(posixpath.dirname(path), statement[2])
        other = posixpath.normpath(other)
        names = [] if wanted.startswith("*") else re.findall(r"(\w+)(?: as \w+)?", wanted)
        imports.append((other, names))
        into = wanted.removeprefix("* as ").replace(" as ", ": ")
        return f'const {into} = $modules["{other}"];'

    body = _IMPORT.sub(destructured, source)
    body = _EXPORT_LIST.sub("", _EXPORT.sub("", body))
    body = _EXPORT_DEFAULT.sub("const $default = ", body)
    if (other := _LEFT_OVER.search(body)) is not None:
        raise ValueError(f"{path}: expected another form of import or export, got {other[0]!r}")
    return _Module(f"{body}return {{ {', '.join(returned)} }};\n", imports, exports)


def _read(path: str) -> str:
    return (_SOURCES / path).read_text("utf-8")
