"""Every submission is found, under a name of its own."""

from pathlib import Path

import pytest

from gantext.grading.submissions import _name, submissions


def test_names_are_made_different(tmp_path):
    for folder in ("ada", "bob"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "homework.ipynb").touch()
        (tmp_path / folder / "data.csv").touch()
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "class.csv").touch()
    found = submissions([tmp_path, tmp_path / "ada" / "homework.ipynb"], tmp_path / "out")
    assert set(found) == {"ada - homework", "bob - homework"}


@pytest.mark.parametrize("name", ["...", " ", "a/../b", "con: <x>", "x" * 300, "\x1b[31m"])
def test_a_name_is_a_folder_of_its_own(name, tmp_path):
    made = _name(Path("/s") / f"{name}.ipynb", 1)
    folder = tmp_path / made
    folder.mkdir()
    assert folder.resolve().parent == tmp_path.resolve()
