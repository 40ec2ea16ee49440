"""One script out of several: what a figure's JavaScript modules become for their hosts.

A figure is written as an ES module, ``figure.js`` in the figure's folder or ``ideas/NAME.js``, that
imports others. Jupyter and Colab take one module as text; the website loads classic scripts, one
with what figures share and one for each kind of figure, because browsers refuse modules on pages
that are opened from a disk. So each module becomes a function with a scope of its own, which is
called once and returns what the module exports. Lines of comment stay behind.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable
from importlib.resources import files
from typing import NamedTuple

_SOURCES = files("gantext.widgets")
_IMPORT = re.compile(r'^import (\{[^}]*\}|\* as \w+) from "(\.[^"]+)";$', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:const|function|class) (\w+))", re.MULTILINE)
_EXPORT_LIST = re.compile(r"^export \{((?:\s*\w+,)*\s*\w+,?\s*)\};\n", re.MULTILINE)
_EXPORT_DEFAULT = re.compile(r"^export default ", re.MULTILINE)
_COMMENT = re.compile(r"^\s*//(?!!).*\n|^\n", re.MULTILINE)  # a licence begins with //!
_LEFT_OVER = re.compile(r"^\s*(?:import|export)\b.*", re.MULTILINE)


_IDEAS = "ideas"  # the folder of small figures, and the name of what they share


def figures() -> list[str]:
    """Return the names of all figures: those of their folders, and the ideas' own."""
    folders = [folder.name for folder in _SOURCES.iterdir() if (folder / "figure.js").is_file()]
    return sorted(folders) + ideas()


def ideas() -> list[str]:
    """Return the names of the small figures, each of which is a script in one folder."""
    scripts = [file.name for file in (_SOURCES / _IDEAS).iterdir() if file.name.endswith(".js")]
    names = {name.split(".")[0] for name in scripts}
    return sorted(names - {"idea"})


def module(figure: str) -> str:
    """Return a figure as one ES module whose default export is the figure.

    Parameters
    ----------
    figure : str
        Its name: one of ``figures``.

    Returns
    -------
    str
        JavaScript, as anywidget wants it.

    Raises
    ------
    ValueError
        If a module imports what another does not export, or in a form that is not understood here.
    """
    return f"const $modules = {{}};\n{_joined(figure)}export default {_default(figure)};\n"


def script(figure: str) -> str:
    """Return a figure as a classic script that puts it into ``gantextFigures``.

    Parameters
    ----------
    figure : str
        Its name: one of ``figures``.

    Returns
    -------
    str
        JavaScript for the website's host. It runs after ``shared``.

    Raises
    ------
    ValueError
        See ``module``.
    """
    own = _joined(figure, lambda path: not _is_shared(path))
    put = f'(globalThis.gantextFigures ??= {{}})["{figure}"] = {_default(figure)};\n'
    return _classic(f"const $modules = globalThis.gantextModules;\n{own}{put}")


def shared() -> str:
    """Return the modules that several figures use, as a classic script which a page loads once."""
    everything: dict[str, _Module] = {}
    for figure in figures():
        everything |= _modules(figure)
    text = "".join(_function(path, m) for path, m in everything.items() if _is_shared(path))
    return _classic(f"const $modules = (globalThis.gantextModules = {{}});\n{text}")


def stylesheet() -> str:
    """Return the style of all figures, CSS whose every rule is about what is inside a figure."""
    return _read("figure.css") + _read(f"{_IDEAS}/idea.css")


def host() -> str:
    """Return the website's host, a classic script that mounts the figures of a page.

    It runs after those of ``script``.
    """
    return _read("host.js")


def _entry(figure: str) -> str:
    """Return the path of a figure's own script."""
    small = f"{_IDEAS}/{figure}.js"
    return small if (_SOURCES / small).is_file() else f"{figure}/figure.js"


def _default(figure: str) -> str:
    return f'$modules["{_entry(figure)}"].default'


def _is_shared(path: str) -> bool:
    return "/" not in path or path == f"{_IDEAS}/idea.js"


def _classic(body: str) -> str:
    return f'(() => {{\n"use strict";\n{body}}})();\n'


class _Module(NamedTuple):
    """A module as the body of a function, what it imports of which path, and what it exports."""

    body: str
    imports: list[tuple[str, list[str]]]
    exports: list[str]


def _joined(figure: str, wanted: Callable[[str], bool] = lambda _: True) -> str:
    """Return a figure's modules as functions, each after those that it imports."""
    return "".join(_function(path, m) for path, m in _modules(figure).items() if wanted(path))


def _function(path: str, module: _Module) -> str:
    return f'$modules["{path}"] = (() => {{\n{module.body}}})();\n'


def _modules(figure: str) -> dict[str, _Module]:
    """Return all modules of a figure by path, each after those that it imports, and once."""
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

    visit(_entry(figure))
    return done


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
