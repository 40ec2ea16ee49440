"""Write what the figures' scripts take from Python.

``python -m tools.formulas`` writes into each figure's folder ``constants.js``, every name in
capitals of its ``constants.py``, and ``formulas.js``, the functions that its ``formulas.py`` lists,
traced from the library. A small figure of ``ideas`` says both in its one module, and gets both in
``NAME.made.js``. A test compares the files with what this would write, so that a changed formula,
menu or word in Python is a changed one in JavaScript. ``python -m tools.formulas ideas`` writes the
small figures' files alone, which takes seconds.
"""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any
from unittest.mock import patch

from gantext.widgets import live
from gantext.widgets.bundle import ideas
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


def both(module: ModuleType) -> str:
    """Return the constants and the formulas of a small figure as JavaScript."""
    return f"{constants(module)}{formulas(module)}"


WRITERS: dict[str, Callable[[ModuleType], str]] = {"constants": constants, "formulas": formulas}
MADE = ".made.js"  # the end of the name of a small figure's file


def files() -> list[Path]:
    """Return the files that are written: one beside each Python module that says what is in it."""
    found = [f.with_suffix(".js") for name in WRITERS for f in FOLDER.glob(f"*/{name}.py")]
    return sorted(found + [FOLDER / "ideas" / f"{idea}{MADE}" for idea in ideas()])


def source(file: Path) -> str:
    """Return the name of the Python module from which a file is made."""
    return f"gantext.widgets.{file.parent.name}.{file.name.split('.')[0]}"


def text(file: Path) -> str:
    """Return what belongs into one of the files."""
    name = source(file)
    head = f"// Made by `python -m tools.formulas` from {name}.\n"
    write = both if file.name.endswith(MADE) else WRITERS[file.stem]
    return head + write(importlib.import_module(name))


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
    """Write all files, or those of the folders that are named."""
    for target in files():
        if sys.argv[1:] and target.parent.name not in sys.argv[1:]:
            continue
        # A figure's class joins its script, which need not fit the file before it is written.
        with patch.object(live, "module", lambda _: ""):
            new = text(target)
        changed = not target.is_file() or target.read_text("utf-8") != new
        if changed:
            target.write_text(new, "utf-8")
        print(f"{target.relative_to(ROOT)}: {'written' if changed else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
