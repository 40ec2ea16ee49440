"""A worker has its limits, and leaves nothing behind."""

from pathlib import Path

import pytest

from gantext.grading.grade import grade
from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import WorkerDied
from tests.grading.sandboxes.started import start, value_of
from tests.grading.small import LIMITS, QUESTIONS, SQUARE, notebook


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


def test_limits_are_those_of_the_guide():
    limits = Limits()
    assert (limits.cell_seconds, limits.total_seconds) == (60, 600)
    assert limits.memory == 3 * 2**30
    assert limits.processes == 64
