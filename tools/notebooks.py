"""Make the notebooks that readers open, in plain Markdown, from the book's sources.

`python -m tools.notebooks` writes notebooks/NAME.ipynb for each book/NAME.ipynb, chapter or
appendix, and notebooks/exercises/NAME.ipynb, without the solutions, for each exercises/NAME.ipynb.

The sources are written in MyST, which the website understands, and nothing else. A copy has the
same code cells, and the text as `tools.plain_markdown` makes it plain. Outputs are left out: the
reader makes them.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import nbformat
from nbformat import NotebookNode, v4

from tools.book import ROOT, chapters, copy_of, exercises, notebooks
from tools.citations import Bibliography, bibliography
from tools.exercises import student_copy
from tools.labels import Label
from tools.plain_markdown import Page

FOLDER = ROOT / "notebooks"
FOLDED = {"hide-input", "hide-cell"}  # tags of code that the website folds


@cache
def _works() -> Bibliography:
    return bibliography()


def page_of(source: Path, labels: Mapping[str, Label] | None) -> Page:
    """Return the page that a source is on the website, before its first cell."""
    chapter = chapters().index(source) + 1 if source in chapters() else None
    return Page(source.relative_to(ROOT).with_suffix("").as_posix(), chapter, _works(), labels)


def bare(source: Path) -> NotebookNode:
    """Return a source without solutions, outputs, and metadata that only the website reads."""
    notebook = nbformat.read(source, as_version=4)
    if source in exercises():
        return student_copy(notebook)
    for cell in notebook.cells:
        cell.metadata = _metadata(cell)
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    return notebook


def _metadata(cell: NotebookNode) -> NotebookNode:
    """Keep the mark of the set-up and what a figure shows, and fold as JupyterLab folds."""
    tags = cell.metadata.get("tags", [])
    kept = NotebookNode()
    if "setup" in tags:
        kept.tags = ["setup"]
    if FOLDED & set(tags):
        kept.jupyter = NotebookNode(source_hidden=True)
    if alt := cell.metadata.get("mystnb", {}).get("image", {}).get("alt"):
        kept.mystnb = NotebookNode(image=NotebookNode(alt=alt))
    return kept


def collect() -> dict[str, Label]:
    """Return what every label in the notebooks stands for."""
    labels: dict[str, Label] = {}
    for source in notebooks():
        page = page_of(source, None)
        _convert(bare(source), page)
        if twice := labels.keys() & page.labels.keys():
            raise ValueError(f"{page.name}: {min(twice)} is a label elsewhere, too")
        labels |= page.labels
    return labels


def make(source: Path, labels: Mapping[str, Label]) -> NotebookNode:
    """Return the copy of a source."""
    notebook, page = bare(source), page_of(source, labels)
    _convert(notebook, page)
    if source not in exercises():
        _say_where_it_comes_from(notebook, page)
        text = f"## References\n\n{page.references()}"
        notebook.cells.append(v4.new_markdown_cell(text, id="references"))
    nbformat.validate(notebook)
    return notebook


def _convert(notebook: NotebookNode, page: Page) -> None:
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = page.cell(cell.source, cell.id)


def _say_where_it_comes_from(notebook: NotebookNode, page: Page) -> None:
    first = notebook.cells[0]
    title, _, rest = first.source.partition("\n")
    origin = f"*This notebook is made from `{page.name}.ipynb`."
    site = f"The website has [the same page with all its results]({page.address}).*"
    first.source = f"{title}\n\n{origin} {site}\n{rest}"


def text(source: Path, labels: Mapping[str, Label]) -> str:
    """Return the text of the file that a source's copy is."""
    return nbformat.writes(make(source, labels)) + "\n"


def main() -> int:
    """Write every copy; say which changed."""
    labels = collect()
    wanted = {copy_of(source): text(source, labels) for source in notebooks()}
    for path in set(FOLDER.rglob("*.ipynb")) - wanted.keys():
        path.unlink()
        print(f"{path.relative_to(FOLDER)}: removed, it has no source")
    for path, content in wanted.items():
        changed = not path.is_file() or path.read_text("utf-8") != content
        if changed:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content, "utf-8")
        print(f"{path.relative_to(FOLDER)}: {'changed' if changed else 'unchanged'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
