"""Bubblewrap is at hand, and as strict as it says."""

import os
import subprocess

import pytest

from gantext.grading.grade import grade
from gantext.grading.places import HIDDEN
from gantext.grading.sandboxes import bubblewrap
from gantext.grading.sandboxes.base import SandboxError
from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from gantext.grading.sandboxes.choose import choose
from tests.grading.sandboxes.started import start, value_of
from tests.grading.small import ANSWER, LIMITS, QUESTIONS, SHARES, SQUARE, notebook


def test_bubblewrap_works_here():
    """Not skipped where it is missing: every claim of the grader rests on it."""
    found = choose()
    assert found.name == "bubblewrap"
    assert found.weaker == ()


def test_the_hidden_checks_are_where_the_sandbox_covers_them():
    assert HIDDEN.is_dir()
    assert list(HIDDEN.glob("*.py"))


def test_a_hidden_folder_inside_a_visible_one_is_empty(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / "secret").write_text("secret")
    real = bubblewrap._visible
    monkeypatch.setattr(bubblewrap, "_visible", lambda: [*real(), tmp_path])
    source = f"import os\nfound = os.listdir({str(tmp_path / 'seen')!r})"
    seen = {}
    for hide in ([], [tmp_path / "seen"]):
        worker = start(hide=hide)
        try:
            worker.ask({"do": "cell", "number": 1, "seconds": 5, "source": source}, 5)
            seen[bool(hide)] = value_of(worker, "found")
        finally:
            worker.close()
    assert seen == {False: ["secret"], True: []}


@pytest.mark.skipif(os.geteuid() != 0, reason="is what every other test here does")
def test_it_works_for_an_unprivileged_user_too(tmp_path, monkeypatch):
    """Root can try what users do: a user namespace, and no other user to become."""
    real = subprocess.run
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    bubblewrap._way.cache_clear()
    try:
        box = Bubblewrap()
        assert not box.way.as_root
        worker = start(box)
        worker.ask(
            {"do": "cell", "number": 1, "seconds": 5, "source": "import os; found = os.getuid()"}, 5
        )
        assert value_of(worker, "found") == 65534
        worker.close()
        result = grade(
            notebook(SQUARE, ANSWER, SHARES), QUESTIONS, seed=1, sandbox=box, limits=LIMITS
        )
    finally:
        bubblewrap._way.cache_clear()
    assert result.earned == 10
    assert subprocess.run is real
    assert tmp_path.exists()


def test_where_proc_cannot_be_mounted_it_does_without_and_says_so(monkeypatch):
    way = bubblewrap._way()._replace(own_proc=False)
    monkeypatch.setattr(bubblewrap, "_way", lambda: way)
    box = Bubblewrap()
    assert "--proc" not in bubblewrap.arguments(way, LIMITS)
    assert any("/proc" in words for words in box.weaker)
    result = grade(notebook(SQUARE, ANSWER, SHARES), QUESTIONS, seed=1, sandbox=box, limits=LIMITS)
    assert result.earned == 10


def test_a_worker_that_does_not_start_is_no_mark_of_zero(monkeypatch):
    """It is the grader's fault, not the student's."""
    monkeypatch.setattr(bubblewrap, "COMMAND", ["/usr/bin/false"])
    with pytest.raises(SandboxError, match="does not start"):
        grade(notebook(SQUARE), QUESTIONS, seed=1, sandbox=Bubblewrap(), limits=LIMITS)
