"""The sandbox is at hand, as strict as it says, and chosen by what works."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from gantext.grading import sandbox
from gantext.grading.grade import grade
from gantext.grading.sandbox import (
    HIDDEN,
    Bubblewrap,
    Container,
    Limits,
    NoSandbox,
    SandboxError,
    Warm,
    WorkerDied,
    choose,
)
from tests.grading.small import ANSWER, LIMITS, QUESTIONS, SHARES, SQUARE, notebook


def test_bubblewrap_works_here():
    """Not skipped where it is missing: every claim of the grader rests on it."""
    found = choose()
    assert found.name == "bubblewrap"
    assert found.weaker == ()


def test_the_hidden_checks_are_where_the_sandbox_covers_them():
    assert HIDDEN.is_dir()
    assert list(HIDDEN.glob("*.py"))


def test_the_worker_has_the_limits_of_the_kernel():
    worker = start()
    source = (
        "import resource as r\nfound = [r.getrlimit(k)[1] for k in (r.RLIMIT_DATA, r.RLIMIT_NPROC,"
        " r.RLIMIT_FSIZE, r.RLIMIT_NOFILE, r.RLIMIT_CPU, r.RLIMIT_CORE)]"
    )
    try:
        worker.ask({"do": "cell", "number": 1, "seconds": 5, "source": source}, 5)
        found = value_of(worker, "found")
    finally:
        worker.close()
    assert found == [2**30, 64, 2**20, 256, 45, 0]


def start(box=None, limits=LIMITS, **more):
    worker = (box or Bubblewrap()).start(limits, **more)
    confined = limits.of_process() | ({"uid": worker.uid} if worker.uid is not None else {})
    assert worker.ask({"do": "start", "limits": confined, "seed": 0}, 30)["ok"] is True
    return worker


def value_of(worker, name):
    request = {"do": "call", "entry": name, "arguments": None, "tensors": False}
    return worker.ask({**request, "seconds": 5, "seed": 0}, 5)["value"]


def test_a_hidden_folder_inside_a_visible_one_is_empty(tmp_path, monkeypatch):
    tmp_path.chmod(0o755)
    (tmp_path / "seen").mkdir()
    (tmp_path / "seen" / "secret").write_text("secret")
    monkeypatch.setattr(sandbox, "_visible", lambda real=sandbox._visible: [*real(), tmp_path])
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
    sandbox._bubblewrap.cache_clear()
    try:
        box = Bubblewrap()
        assert not box.as_root
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
        sandbox._bubblewrap.cache_clear()
    assert result.earned == 10
    assert subprocess.run is real
    assert tmp_path.exists()


def test_where_proc_cannot_be_mounted_it_does_without_and_says_so(monkeypatch):
    program, as_root, _ = sandbox._bubblewrap()
    monkeypatch.setattr(sandbox, "_bubblewrap", lambda: (program, as_root, False))
    box = Bubblewrap()
    assert "--proc" not in box.arguments(LIMITS)
    assert any("/proc" in words for words in box.weaker)
    result = grade(notebook(SQUARE, ANSWER, SHARES), QUESTIONS, seed=1, sandbox=box, limits=LIMITS)
    assert result.earned == 10


def test_a_worker_that_does_not_start_is_no_mark_of_zero(monkeypatch):
    """It is the grader's fault, not the student's."""
    monkeypatch.setattr(sandbox, "_COMMAND", ["/usr/bin/false"])
    with pytest.raises(SandboxError, match="does not start"):
        grade(notebook(SQUARE), QUESTIONS, seed=1, sandbox=Bubblewrap(), limits=LIMITS)


def test_a_closed_worker_is_gone_and_can_be_closed_again():
    worker = start()
    init = worker._init
    worker.close()
    worker.close()
    stat = Path(f"/proc/{init}/stat")
    assert not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] in "ZX"
    with pytest.raises((WorkerDied, OSError)):
        worker.ask({"do": "cell", "number": 1, "seconds": 1, "source": ""}, 1)


def test_the_graders_descriptors_and_threads_do_not_grow():
    import threading

    def count():
        return len(list(Path("/proc/self/fd").iterdir())), threading.active_count()

    grade(notebook(SQUARE), QUESTIONS, seed=1, sandbox=Bubblewrap(), limits=LIMITS)
    before = count()
    for _ in range(3):
        grade(notebook("import os; os._exit(1)"), QUESTIONS, seed=1, sandbox=Bubblewrap(),
              limits=LIMITS)  # fmt: skip
    assert count() == before


def test_warm_workers_give_the_marks_of_cold_ones():
    """Random numbers that a submission does not seed included."""
    chance = (
        "import random\nimport numpy as np\nimport torch\n"
        "drawn = [random.random(), float(np.random.rand()), float(torch.rand(1))]\n"
        "def square(x):\n"
        "    return [random.random(), float(np.random.rand()), float(torch.rand(1))]"
    )
    seen = []
    with Warm() as warm:
        for box in (Bubblewrap(), warm, warm):
            worker = start(box)
            try:
                worker.ask({"do": "cell", "number": 1, "seconds": 60, "source": chance}, 60)
                call = {"do": "call", "entry": "square", "arguments": {"x": 1.0}, "tensors": False}
                called = worker.ask({**call, "seconds": 5, "seed": 3}, 5)["value"]
                seen.append((value_of(worker, "drawn"), called))
            finally:
                worker.close()
    assert seen[0] == seen[1] == seen[2]


def test_a_copy_sees_nothing_of_the_submission_before_it():
    with Warm() as box:
        before = "import torch, math, os\nmath.secret = torch.secret = 1\nopen('/tmp/secret', 'w')"
        after = (
            "import torch, math, os\nfound = [hasattr(math, 'secret'), hasattr(torch, 'secret'),"
            " os.path.exists('/tmp/secret'), 'MPLCONFIGDIR' in os.environ]"
        )
        for source in (before, after):
            worker = start(box)
            worker.ask({"do": "cell", "number": 1, "seconds": 5, "source": source}, 5)
            found = value_of(worker, "found") if source == after else None
            worker.close()
    assert found == [False] * 4


def test_without_the_process_that_is_copied_workers_start_cold():
    with Warm() as box:
        box._process.kill()
        box._process.wait()
        result = grade(notebook(SQUARE), QUESTIONS, seed=1, sandbox=box, limits=LIMITS)
        assert not box._usable
    assert result.earned == 3


def test_the_process_that_is_copied_ends_with_the_grader():
    code = (
        "import os\nfrom gantext.grading.sandbox import choose\n"
        "print(choose(warm=True)._process.pid, flush=True)\n{}"
    )
    for end in ("", "os._exit(0)"):
        command = [sys.executable, "-c", code.format(end)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        pid = int(done.stdout)
        deadline = time.monotonic() + 10
        while Path(f"/proc/{pid}/cmdline").exists() and time.monotonic() < deadline:
            if not Path(f"/proc/{pid}/cmdline").read_bytes():  # dead, and not yet buried
                break
            time.sleep(0.05)
        else:
            assert not Path(f"/proc/{pid}").exists()


def test_the_system_is_read_only_around_an_unprivileged_copy(monkeypatch):
    """Or `/proc/self/exe` would lead to the very file of the interpreter."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    sandbox._bubblewrap.cache_clear()
    source = (
        "import os\nprogram = os.open('/proc/self/exe', os.O_RDONLY)\n"
        "found = bool(os.fstatvfs(program).f_flag & os.ST_RDONLY)\n"
        "rights = [line for line in open('/proc/self/status') if line.startswith('CapEff')]"
    )
    try:
        with Warm() as box:
            assert not box.as_root
            worker = start(box)
            worker.ask({"do": "cell", "number": 1, "seconds": 5, "source": source}, 5)
            assert value_of(worker, "found") is True
            assert value_of(worker, "rights") == ["CapEff:\t0000000000000000\n"]
            worker.close()
    finally:
        sandbox._bubblewrap.cache_clear()


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
    assert command[image + 1 :] == ["python", "-B", "-s", "-m", "gantext.grading.worker"]


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

    monkeypatch.setattr(sandbox, "_bubblewrap", missing)
    run = f"[ $1 = run ] && PYTHONPATH={sandbox.PACKAGE.parent} exec {sys.executable} -m "
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

    monkeypatch.setattr(sandbox, "_bubblewrap", missing)
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


def test_limits_are_those_of_the_guide():
    limits = Limits()
    assert (limits.cell_seconds, limits.total_seconds) == (60, 600)
    assert limits.memory == 3 * 2**30
    assert limits.processes == 64
