"""One script out of several: what a figure's JavaScript modules become for their hosts.

A figure is written as an ES module that imports others beside it. Jupyter and Colab take one module
as text; the website loads one classic script for each kind of figure, because browsers refuse
modules on pages that are opened from a disk.
"""

from __future__ import annotations

import re
from importlib.resources import files

__all__ = ["host", "module", "script", "stylesheet"]

_SOURCES = files("gantext.widgets") / "js"
_IMPORT = re.compile(r'^import \{[^}]*\} from "\./([\w/]+)\.js";\n', re.MULTILINE)
_ANY_IMPORT = re.compile(r"^import .*?;$", re.MULTILINE | re.DOTALL)
_EXPORT = re.compile(r"^export (?=const |function |class )", re.MULTILINE)
_EXPORT_LIST = re.compile(r"^export \{.*\};\n", re.MULTILINE)


def module(name: str) -> str:
    """Return a figure as one ES module whose default export is the figure.

    Parameters
    ----------
    name : str
        The figure's file under ``gantext/widgets/js``, without its ending.

    Returns
    -------
    str
        JavaScript, as anywidget wants it.

    Examples
    --------
    >>> from gantext.widgets.bundle import module
    >>> module("optimal_critic").rstrip().splitlines()[-1]
    'export default entry;'
    """
    return f"{_joined(name)}export default entry;\n"


def script(name: str) -> str:
    """Return a figure as a classic script that puts it into ``gantextFigures``.

    Parameters
    ----------
    name : str
        The figure's file under ``gantext/widgets/js``, without its ending.

    Returns
    -------
    str
        JavaScript for the website's host.

    Examples
    --------
    >>> from gantext.widgets.bundle import script
    >>> script("optimal_critic").startswith("(() => {")
    True
    """
    put = f'(globalThis.gantextFigures ??= {{}})["{name}"] = entry;\n'
    return f'(() => {{\n"use strict";\n{_joined(name)}{put}}})();\n'


def stylesheet() -> str:
    """Return the style of all figures.

    Returns
    -------
    str
        CSS, whose every rule is about what is inside a figure.

    Examples
    --------
    >>> from gantext.widgets.bundle import stylesheet
    >>> ".gantext-figure" in stylesheet()
    True
    """
    return (_SOURCES / "figure.css").read_text("utf-8")


def host() -> str:
    """Return the website's host, which mounts the figures that a page has stored.

    Returns
    -------
    str
        JavaScript, a classic script to be run after those of `script`.

    Examples
    --------
    >>> from gantext.widgets.bundle import host
    >>> "gantext-stored-figure" in host()
    True
    """
    return _read("host")


def _joined(name: str) -> str:
    """Return a module after all that it imports, each once, with neither imports nor exports."""
    order: list[str] = []

    def visit(name: str) -> None:
        if any(" as " in statement for statement in _ANY_IMPORT.findall(_read(name))):
            raise ValueError(f"{name}.js: expected imports without `as`: one script has one name")
        for imported in _IMPORT.findall(_read(name)):
            visit(imported)
        if name not in order:
            order.append(name)

    visit(name)
    return "".join(_bare(_read(part)) for part in order)


def _bare(source: str) -> str:
    for statement in (_IMPORT, _EXPORT, _EXPORT_LIST):
        source = statement.sub("", source)
    return source.replace("export default ", "const entry = ", 1)


def _read(name: str) -> str:
    return (_SOURCES / f"{name}.js").read_text("utf-8")
