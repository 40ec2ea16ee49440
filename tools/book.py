"""The facts about the book that the tools and the tests share: where it is, and what is in it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import yaml
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent

# A kernel started with these gives the same floating-point sums in every run on one machine.
KERNEL_ENVIRONMENT = {
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}


def project() -> dict:
    """Return the parsed pyproject.toml."""
    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))


def repository() -> str:
    """Return the repository's public address, from the one place that holds it."""
    return project()["project"]["urls"]["Repository"]


def site() -> str:
    """Return the website's public address, where GitHub shows the repository's pages."""
    owner, name = repository().removeprefix("https://github.com/").split("/")
    return f"https://{owner}.github.io/{name}/"


def configuration() -> dict:
    """Return the parsed _config.yml."""
    return yaml.safe_load((ROOT / "_config.yml").read_text("utf-8"))


def setup_cell() -> str:
    """Return the source of the cell that every notebook starts with."""
    return "\n".join(
        [
            "import sys",
            "",
            'if "google.colab" in sys.modules:',
            f"    %pip install --quiet git+{repository()}",
        ]
    )


def pages() -> list[Path]:
    """Return every page of the table of contents, in order, with its file suffix."""

    def entries(node: object) -> list[str]:
        if isinstance(node, list):
            return [name for child in node for name in entries(child)]
        if not isinstance(node, dict):
            return []
        own = [node[key] for key in ("root", "file") if key in node]
        return own + [name for value in node.values() for name in entries(value)]

    toc = yaml.safe_load((ROOT / "_toc.yml").read_text("utf-8"))
    return [_with_suffix(ROOT / name) for name in entries(toc)]


def chapters() -> list[Path]:
    """Return the chapters' notebooks in order."""
    return _notebooks_in("book")


def appendices() -> list[Path]:
    """Return the notebooks of what a chapter leaves out, in order; they have no numbers."""
    return _notebooks_in("book/appendix")


def exercises() -> list[Path]:
    """Return the notebooks of exercises, with their solutions, in order."""
    return _notebooks_in("exercises")


def notebooks() -> list[Path]:
    """Return every notebook of the table of contents that has a copy for readers."""
    return [*chapters(), *appendices(), *exercises()]


def _notebooks_in(folder: str) -> list[Path]:
    return [page for page in pages() if page.suffix == ".ipynb" and page.parent == ROOT / folder]


def copy_of(source: Path) -> Path:
    """Return where a notebook's copy is that readers open: book/ is left out of its path."""
    path = source.relative_to(ROOT)
    return ROOT / "notebooks" / (path.relative_to("book") if path.parts[0] == "book" else path)


def solution_code(notebook: NotebookNode) -> list[str]:
    """Return the Python blocks inside the solutions of a chapter's exercises, in order."""
    prose = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")
    solutions = re.findall(
        r"^(:{3,}|`{3,})\{solution\}(.*?)^\1\s*$", prose, re.DOTALL | re.MULTILINE
    )
    return [
        block
        for _, text in solutions
        for block in re.findall(r"^```python\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    ]


def _with_suffix(entry: Path) -> Path:
    for suffix in (".ipynb", ".md"):
        page = entry if entry.suffix == suffix else entry.with_name(entry.name + suffix)
        if page.is_file():
            return page
    raise FileNotFoundError(f"_toc.yml names {entry.relative_to(ROOT)}, but there is no such page")
