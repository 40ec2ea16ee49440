"""Many submissions, in threads or on Dask: the same marks, and no turn lost to another's."""

import os
import socket
import ssl
from dataclasses import replace

import pytest

from gantext.grading.cluster import Job, _certificate, _local, in_threads, on_dask, work
from tests.grading.small import ANSWER, LIMITS, QUESTIONS, SHARES, SQUARE, notebook


def jobs_of(count):
    """Return jobs of which the n-th earns 10, 5 or 3."""
    cells = [[SQUARE, ANSWER, SHARES], [SQUARE, ANSWER], [SQUARE]]
    return [
        Job(str(n), notebook(*cells[n % 3]), tuple(QUESTIONS), seed=3, limits=LIMITS)
        for n in range(count)
    ]


def marks(results):
    return {result.name: result.earned for result in results}


EXPECTED = {"0": 10, "1": 5, "2": 3, "3": 10, "4": 5}


def test_threads_do_all():
    assert marks(in_threads(jobs_of(5), 2)) == EXPECTED


def test_what_waits_is_not_read():
    taken = []

    def jobs():
        for job in jobs_of(5):
            taken.append(job.name)
            yield job

    results = in_threads(jobs(), 2)
    next(results)
    assert len(taken) <= 4
    assert len(list(results)) == 4


def test_a_sandbox_that_fails_is_flagged_and_earns_nothing(monkeypatch):
    from gantext.grading import cluster
    from gantext.grading.sandboxes.base import SandboxError

    def fail(*_, **__):
        raise SandboxError("no room")

    monkeypatch.setattr(cluster, "choose", fail)
    result = work(jobs_of(1)[0])
    assert result.earned == 0
    assert result.flags == ("Not graded: the sandbox failed: no room",)


def test_what_the_grader_itself_raises_is_that_submissions_row():
    def fail(_):
        raise RecursionError("too deep")

    jobs = jobs_of(3)
    jobs[1] = replace(jobs[1], questions=(replace(QUESTIONS[0], draw=fail), *QUESTIONS[1:]))
    results = {result.name: result for result in in_threads(jobs, 2)}
    assert [results[name].earned for name in "012"] == [10, 0, 3]
    assert results["1"].flags == ("Not graded: the grader failed, RecursionError: too deep",)


def _draw_and_die(folder, times):
    """Return a way to draw inputs that kills the grader's process the first times."""

    def draw(rng):
        mark = os.path.join(folder, "deaths")  # noqa: PTH118, in another process
        with open(mark, "a+") as file:  # noqa: PTH123
            file.seek(0)
            died = len(file.read())
            if died < times:
                file.write("x")
                file.flush()
                os._exit(1)
        return QUESTIONS[0].draw(rng)

    return draw


@pytest.mark.filterwarnings("default")  # Dask tells of the workers that it loses
def test_dask_does_all_and_a_worker_that_dies_loses_its_own_turn_only(tmp_path):
    (tmp_path / "twice").mkdir()
    jobs = jobs_of(5)
    once = replace(QUESTIONS[0], draw=_draw_and_die(str(tmp_path), 1))
    jobs.append(replace(jobs[2], name="once", questions=(once,)))
    always = replace(QUESTIONS[0], draw=_draw_and_die(str(tmp_path / "twice"), 99))
    jobs.append(replace(jobs[2], name="always", questions=(always,)))
    results = {result.name: result for result in on_dask(jobs, count=2)}
    assert marks(results.values()) == {**EXPECTED, "once": 3, "always": 0}
    assert "stopped twice" in results["always"].words
    assert not results["once"].flags
    assert (tmp_path / "twice" / "deaths").read_text() == "xx"


@pytest.mark.filterwarnings("default")
def test_a_scheduler_is_used_by_its_address():
    from distributed import LocalCluster

    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, dashboard_address=None
    ) as cluster:
        assert marks(on_dask(jobs_of(2), cluster.scheduler_address)) == {"0": 10, "1": 5}


def test_a_local_cluster_is_closed_to_others(tmp_path):
    """Also to one who has a certificate that looks the same, and asks the scheduler for none."""
    from distributed import Client

    own = tmp_path / "own.pem"
    own.write_text("".join(_certificate()))
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.load_cert_chain(own)
    with _local(1) as cluster:
        with Client(cluster) as client:
            assert client.submit(abs, -1).result() == 1
        host, _, port = cluster.scheduler_address.removeprefix("tls://").rpartition(":")
        plain = socket.create_connection((host, int(port)), timeout=10)
        with context.wrap_socket(plain) as ours, pytest.raises(ssl.SSLError, match="unknown ca"):
            ours.recv(1)
        with pytest.raises(OSError, match=r"Timed out|closed|reset"):
            Client(f"tcp://{host}:{port}", timeout=2)
