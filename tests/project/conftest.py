"""What the checks of the project itself share."""

import subprocess

import pytest

from tools.book import ROOT, project


@pytest.fixture(scope="session")
def pyproject() -> dict:
    """Return the parsed pyproject.toml."""
    return project()


@pytest.fixture(scope="session")
def text_files() -> dict:
    """Return the text of every file that git tracks, or would, by path from the root."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    texts = {}
    for name in filter(None, listing.stdout.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text("utf-8")
        except (UnicodeDecodeError, FileNotFoundError):
            continue  # a picture or a font; or a file deleted and not yet committed
    return texts
