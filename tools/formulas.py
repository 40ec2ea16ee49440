"""Write the formulas that the figures' scripts use, traced from the library.

`python -m tools.formulas` writes ``gantext/widgets/js/formulas/*.js``. A test compares the files
with what this would write, so that a changed formula in Python is a changed one on the website.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

from gantext.widgets.symbolic import PRELUDE, javascript
from tools.book import ROOT

FOLDER = ROOT / "gantext" / "widgets" / "js" / "formulas"
FIGURES = ("optimal_critic", "phase_plane", "two_point_landscape")


def text(figure: str) -> str:
    """Return the JavaScript module of a figure's formulas."""
    computed = importlib.import_module(f"gantext.widgets.{figure}").formulas()
    head = f"// Made by `python -m tools.formulas` from gantext.widgets.{figure}.formulas.\n"
    functions = [f"export {javascript(name, c.formula())}\n" for name, c in computed.items()]
    return "\n".join([head + PRELUDE, *functions])


def main() -> int:
    """Write all files."""
    for figure in FIGURES:
        target = Path(FOLDER, f"{figure}.js")
        new = text(figure)
        changed = not target.is_file() or target.read_text("utf-8") != new
        if changed:
            target.write_text(new, "utf-8")
        print(f"{target.relative_to(ROOT)}: {'written' if changed else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
