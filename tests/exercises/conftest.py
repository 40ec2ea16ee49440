"""The reference solutions, run once: the answers' cells of the sources, without a kernel."""

from pathlib import Path

import matplotlib.pyplot as plt
import nbformat
import pytest

from tools.book import exercises

CHAPTERS = {
    "ideal-game": "01-ideal-game",
    "cycles": "02-cycles-and-spirals",
    "mode-collapse": "03-mode-collapse",
    "mode-collapse-in-networks": "04-mode-collapse-in-networks",
    "wasserstein": "06-wasserstein",
    "what-helps": "08-what-helps",
    "lipschitz": "07-lipschitz",
}


def sources() -> dict[str, Path]:
    """Return the source notebook of each chapter's exercises."""
    by_stem = {path.stem: path for path in exercises()}
    return {chapter: by_stem[stem] for chapter, stem in CHAPTERS.items()}


def run(path: Path) -> dict:
    """Run a notebook's cells here, but those that install, and return what they define."""
    names: dict = {}
    for cell in nbformat.read(path, as_version=4).cells:
        own = cell.metadata.get("gantext", {})
        if cell.cell_type == "code" and "setup" not in cell.metadata.get("tags", []):
            if own.get("solution"):
                continue
            exec(compile(cell.source, f"{path.stem}: {cell.id}", "exec"), names)  # noqa: S102
    plt.close("all")
    return names


@pytest.fixture(scope="session")
def solved() -> dict[str, dict]:
    """Return what each chapter's solutions define."""
    return {chapter: run(path) for chapter, path in sources().items()}
