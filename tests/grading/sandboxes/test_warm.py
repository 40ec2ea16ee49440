"""Workers that are copied are like those that start anew."""

import ast
import io
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gantext.grading.grade import grade
from gantext.grading.notebooks import read
from gantext.grading.sandboxes import bubblewrap, choose
from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from gantext.grading.sandboxes.none import NoSandbox
from gantext.grading.sandboxes.warm import Warm
from gantext.grading.source import parsed
from tests.grading.sandboxes.started import start, value_of
from tests.grading.small import LIMITS, QUESTIONS, SQUARE, notebook
from tools.book import copy_of, exercises

SEES_PATH = "import sys\nfound = [*sys.path]"


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
        "import os\nfrom gantext.grading.sandboxes.choose import choose\n"
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


def test_a_module_in_the_folder_of_the_class_is_not_imported(tmp_path, monkeypatch):
    """It would run as the grader, outside of any sandbox."""
    for name in ("random", "gantext", "numpy", "sitecustomize", "usercustomize"):
        (tmp_path / f"{name}.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    monkeypatch.chdir(tmp_path)
    for box in (Bubblewrap, Warm, NoSandbox):
        sandbox = box()
        worker = start(sandbox)
        worker.ask({"do": "cell", "number": 1, "seconds": 5, "source": SEES_PATH}, 5)
        assert str(tmp_path) not in value_of(worker, "found")
        worker.close()
        if box is Warm:
            sandbox.close()
    assert not (tmp_path / "ran").exists()


def test_threads_that_start_together_share_the_process_that_is_copied(monkeypatch):
    made = []

    def slow():
        time.sleep(0.1)
        made.append(1)
        return io.StringIO()  # has `close`, as all that is asked of it

    monkeypatch.setattr(choose, "Warm", slow)
    choose._started.cache_clear()
    try:
        with ThreadPoolExecutor(8) as pool:
            boxes = list(pool.map(lambda _: choose._warm(), range(8)))
    finally:
        choose._started.cache_clear()
    assert len(made) == 1
    assert len(set(map(id, boxes))) == 1


def test_the_system_is_read_only_around_an_unprivileged_copy(monkeypatch):
    """Or `/proc/self/exe` would lead to the very file of the interpreter."""
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    bubblewrap._way.cache_clear()
    source = (
        "import os\nprogram = os.open('/proc/self/exe', os.O_RDONLY)\n"
        "found = bool(os.fstatvfs(program).f_flag & os.ST_RDONLY)\n"
        "rights = [line for line in open('/proc/self/status') if line.startswith('CapEff')]"
    )
    try:
        with Warm() as box:
            assert not box.way.as_root
            worker = start(box)
            worker.ask({"do": "cell", "number": 1, "seconds": 5, "source": source}, 5)
            assert value_of(worker, "found") is True
            assert value_of(worker, "rights") == ["CapEff:\t0000000000000000\n"]
            worker.close()
    finally:
        bubblewrap._way.cache_clear()


def test_all_that_exercises_import_is_there_before_the_copy():
    """A name that no longer leads anywhere would only be slow, and nobody would see it."""
    notebooks = [read(copy_of(source).read_bytes()) for source in exercises()]
    statements = {
        ast.unparse(node)
        for notebook in notebooks
        for cell in notebook.cells
        for node in ast.walk(parsed(cell.source))
        if isinstance(node, ast.Import | ast.ImportFrom)
    }
    assert "import torch" in statements
    source = "\n".join(
        [
            "import sys\nbefore = set(sys.modules)",
            *sorted(statements),
            "import gantext\nfor name in dir(gantext): getattr(gantext, name)",
            "known = before | set(sys.stdlib_module_names)",
            "found = sorted(name for name in set(sys.modules) - before",
            "    if name.startswith('gantext') or name.partition('.')[0] not in known)",
        ]
    )
    with Warm() as box:
        worker = start(box)
        ran = worker.ask({"do": "cell", "number": 1, "seconds": 60, "source": source}, 60)
        assert ran["ok"], ran
        found = value_of(worker, "found")
        worker.close()
    assert found == []
