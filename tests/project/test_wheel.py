"""What `pip install` gets: every file of the library, and a library that works from there alone."""

import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from tools.book import ROOT, project

LIBRARY = "gantext/"
COPIES = sorted((ROOT / "notebooks/exercises").glob("*.ipynb"))
VERSION = project()["project"]["version"]


def run(*command, **options) -> str:
    found = subprocess.run(
        [sys.executable, *map(str, command)], capture_output=True, text=True, **options
    )
    assert found.returncode == 0, found.stdout + found.stderr
    return found.stdout


@pytest.fixture(scope="module")
def built(tmp_path_factory) -> Path:
    """Return the folder that holds the source archive and the wheel."""
    folder = tmp_path_factory.mktemp("dist")
    run("-m", "hatchling", "build", "--directory", folder, cwd=ROOT)
    return folder


@pytest.fixture(scope="module")
def wheel(built) -> Path:
    (found,) = built.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def tracked() -> set[str]:
    """Return the files of the library that git tracks, or would."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", LIBRARY]
    listing = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return {name for name in listing.stdout.split("\n") if name and (ROOT / name).is_file()}


def test_the_wheel_holds_the_library_and_nothing_else(wheel, tracked):
    names = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}
    assert names == tracked | {f"gantext/exercises/{path.name}" for path in COPIES}
    kinds = {Path(name).suffix for name in names} | {Path(name).name for name in names}
    assert kinds >= {".js", ".css", ".mplstyle", ".pyi", "py.typed"}


def test_the_archive_holds_what_the_wheel_is_built_from(built, tracked):
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        names = {name.partition("/")[2] for name in opened.getnames()}
    assert names >= {*tracked, "pyproject.toml", "LICENSE", "README.md"}


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory) -> Path:
    """Return an empty folder into which the wheel was installed, and nothing else."""
    folder = tmp_path_factory.mktemp("installed")
    run("-m", "pip", "install", "--quiet", "--no-index", "--no-deps", "--target", folder, wheel)
    return folder


def there(installed: Path, *command) -> str:
    """Run Python in the folder, so that it finds the library there before any other."""
    return run(*command, cwd=installed, env=os.environ | {"PYTHONPATH": str(installed)})


def test_every_public_name_loads_from_there(installed):
    said = there(installed, ROOT / "tools/smoke.py", VERSION)
    assert said.startswith(f"gantext {VERSION} in {installed / 'gantext'}:")


def test_the_command_line_works_from_there(installed):
    assert "usage: gantext" in there(installed, installed / "bin/gantext", "--help")


def test_the_students_notebooks_come_from_there(installed, tmp_path):
    there(installed, installed / "bin/gantext", "exercises", "--out", tmp_path)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == {
        path.name: path.read_bytes() for path in COPIES
    }
    assert len(COPIES) >= 4


def test_a_wheel_that_is_made_of_the_archive_is_the_same(built, wheel, tmp_path):
    """As pip makes one where there is no wheel to fetch."""
    (archive,) = built.glob("*.tar.gz")
    with tarfile.open(archive) as opened:
        opened.extractall(tmp_path, filter="data")
    (source,) = tmp_path.iterdir()
    run("-m", "hatchling", "build", "-t", "wheel", "--directory", tmp_path / "again", cwd=source)
    (again,) = (tmp_path / "again").glob("*.whl")
    assert zipfile.ZipFile(again).namelist() == zipfile.ZipFile(wheel).namelist()


def test_a_tag_that_is_not_the_version_is_refused(installed):
    with pytest.raises(AssertionError, match=r"expected version 9\.9, got"):
        there(installed, ROOT / "tools/smoke.py", "9.9")
