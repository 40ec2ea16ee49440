"""The sandbox is the first one that works; containers have its limits; none only when told."""

import sys

import pytest

from gantext.grading.grade import grade
from gantext.grading.places import PACKAGE
from gantext.grading.sandboxes import bubblewrap
from gantext.grading.sandboxes.base import SandboxError
from gantext.grading.sandboxes.choose import choose
from gantext.grading.sandboxes.container import Container
from gantext.grading.sandboxes.none import NoSandbox
from tests.grading.small import ANSWER, LIMITS, QUESTIONS, SHARES, SQUARE, notebook


def test_containers_get_the_same_limits():
    """No engine runs in the tests: what is tested is the command."""
    command = Container("docker", "gantext:1").arguments(LIMITS, name="one")
    assert command[:2] == ["docker", "run"]
    for option in (
        "--rm",
        "--interactive",
        "--network=none",
        "--read-only",
        "--user=65534:65534",
        "--cap-drop=ALL",
        "--security-opt=no-new-privileges",
        f"--memory={2**30}",
        f"--memory-swap={2**30}",
        "--pids-limit=64",
        f"--ulimit=fsize={2**20}",
        "--ulimit=nofile=256",
        "--pull=never",
    ):
        assert option in command
    assert any(o.startswith("--tmpfs=/tmp:") and f"size={2**20}" in o for o in command)
    assert any(o.startswith("--tmpfs=/gantext/gantext/grading/questions:") for o in command)
    assert not any(o.startswith("--volume") and not o.endswith(":ro") for o in command)
    image = command.index("gantext:1")
    assert command[image + 1 :] == ["python", "-B", "-P", "-s", "-m", "gantext.grading.worker"]


@pytest.fixture
def engine(tmp_path, monkeypatch):
    """Put an engine on the path that runs the worker without a container."""

    def make(name, script):
        program = tmp_path / name
        program.write_text(f"#!/bin/bash\necho $* >> {tmp_path}/log\n{script}\n")
        program.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return tmp_path / "log"

    return make


def test_a_container_is_used_where_bubblewrap_is_not(engine, monkeypatch):
    def missing():
        raise SandboxError("bubblewrap is not installed")

    monkeypatch.setattr(bubblewrap, "_way", missing)
    run = f"[ $1 = run ] && PYTHONPATH={PACKAGE.parent} exec {sys.executable} -m "
    log = engine("podman", f"{run} gantext.grading.worker\nexit 0")
    box = choose()
    assert box.name == "podman"
    result = grade(notebook(SQUARE, ANSWER, SHARES), QUESTIONS, seed=1, sandbox=box, limits=LIMITS)
    assert result.earned == 10
    lines = log.read_text().splitlines()
    assert lines[0] == "image inspect gantext"
    assert lines[1].startswith("run --rm")
    assert lines[-1].startswith("rm --force gantext-")


def test_an_engine_without_the_image_is_none(engine, monkeypatch):
    def missing():
        raise SandboxError("bubblewrap is not installed")

    monkeypatch.setattr(bubblewrap, "_way", missing)
    engine("podman", "echo no such image >&2; exit 1")
    engine("docker", "echo cannot connect >&2; exit 1")
    with pytest.raises(SandboxError) as caught:
        choose()
    words = str(caught.value)
    assert "\n" not in words
    assert words.startswith("No sandbox works here. Install bubblewrap")
    assert "no such image" in words
    assert "cannot connect" in words


def test_no_sandbox_only_when_told():
    assert isinstance(choose(unsafe=True), NoSandbox)
    assert not isinstance(choose(), NoSandbox)
    assert NoSandbox().weaker
