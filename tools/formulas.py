"""Write what the figures' scripts take from Python.

``python -m tools.formulas`` writes into each figure's folder ``constants.js``, every name in
capitals of its ``constants.py``, and ``formulas.js``, the functions that its ``formulas.py`` lists,
traced from the library. A test compares the files with what this would write, so that a changed
formula, menu or word in Python is a changed one in JavaScript.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from gantext.widgets.javascript import javascript, prelude
from tools.book import ROOT

FOLDER = ROOT / "gantext" / "widgets"
WIDTH = 100  # of a line; what is longer is broken


def constants(module: ModuleType) -> str:
    """Return the constants of a figure as JavaScript."""
    found = {name: value for name, value in vars(module).items() if name.isupper()}
    return "".join(f"export const {name} = {_printed(v)};\n" for name, v in found.items())


def formulas(module: ModuleType) -> str:
    """Return the formulas of a figure as JavaScript."""
    computed = {name: c.formula() for name, c in module.formulas().items()}
    functions = [f"export {javascript(name, formula)}\n" for name, formula in computed.items()]
    return "\n".join([prelude("".join(functions)), *functions])


WRITERS: dict[str, Callable[[ModuleType], str]] = {"constants": constants, "formulas": formulas}


def files() -> list[Path]:
    """Return the files that are written: one beside each Python module that says what is in it."""
    return sorted(f.with_suffix(".js") for name in WRITERS for f in FOLDER.glob(f"*/{name}.py"))


def text(file: Path) -> str:
    """Return what belongs into one of the files."""
    name = f"gantext.widgets.{file.parent.name}.{file.stem}"
    head = f"// Made by `python -m tools.formulas` from {name}.\n"
    return head + WRITERS[file.stem](importlib.import_module(name))


def _printed(value: Any, indent: str = "") -> str:
    """Return plain data as JavaScript, a large table with a line for each entry."""
    line = json.dumps(value, ensure_ascii=False, allow_nan=False)
    if not isinstance(value, dict) or len(indent + line) <= WIDTH:
        return line
    inner = f"{indent}  "
    entries = [
        f"{inner}{json.dumps(k, ensure_ascii=False)}: {_printed(v, inner)}"
        for k, v in value.items()
    ]
    return "{\n" + ",\n".join(entries) + f"\n{indent}}}"


def main() -> int:
    """Write all files."""
    for target in files():
        new = text(target)
        changed = not target.is_file() or target.read_text("utf-8") != new
        if changed:
            target.write_text(new, "utf-8")
        print(f"{target.relative_to(ROOT)}: {'written' if changed else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
