"""Grading many submissions: in threads of this process, or on a Dask cluster.

A job is everything that one submission's marks depend on, so that it can be done anywhere. Jobs are
handed out only as they can be started: what waits takes no memory.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gantext.grading.execution import bounded
from gantext.grading.grade import grade
from gantext.grading.notebooks import Notebook
from gantext.grading.question import Question
from gantext.grading.results import Result, nothing
from gantext.grading.sandboxes.base import SandboxError
from gantext.grading.sandboxes.choose import choose
from gantext.grading.sandboxes.container import IMAGE
from gantext.grading.sandboxes.limits import Limits


@dataclass(frozen=True)
class Job:
    """A submission, and everything that its marks depend on.

    Attributes
    ----------
    name : str
        Whose it is.
    data : bytes
        The file.
    questions : tuple of Question
        What is asked.
    seed : int
        The secret seed.
    limits : Limits or None
        What the submission may use.
    template : Notebook or None
        The notebook that the students were given.
    sandbox : str or None
        The sandbox wanted.
    image : str
        For Docker and Podman.
    unsafe : bool
        Whether to go without one.
    hide : tuple of Path
        Folders that the submission must not see.
    warm : bool
        Whether workers are copied from one that has imported torch already.
    """

    name: str
    data: bytes
    questions: tuple[Question, ...]
    seed: int
    limits: Limits | None = None
    template: Notebook | None = None
    sandbox: str | None = None
    image: str = IMAGE
    unsafe: bool = False
    hide: tuple[Path, ...] = ()
    warm: bool = False


def work(job: Job) -> Result:
    """Grade the submission of a job.

    Parameters
    ----------
    job : Job
        The submission.

    Returns
    -------
    Result
        The marks; 0 and a flag where the sandbox does not start, or the grader itself fails.
    """
    try:
        return grade(
            job.data,
            job.questions,
            seed=job.seed,
            sandbox=choose(job.sandbox, image=job.image, unsafe=job.unsafe, warm=job.warm),
            name=job.name,
            limits=job.limits,
            template=job.template,
            hide=job.hide,
        )
    except SandboxError as error:
        return nothing(job.name, job.data, job.questions, f"the sandbox failed: {error}")
    except Exception as error:  # whatever a submission makes the grader raise is its own row's
        words = f"the grader failed, {type(error).__name__}: {bounded(str(error))}"
        return nothing(job.name, job.data, job.questions, words)


def in_threads(jobs: Iterable[Job], count: int) -> Iterator[Result]:
    """Grade submissions on this computer; each has a sandbox, and threads only wait for them.

    Parameters
    ----------
    jobs : iterable of Job
        Read one by one, as there is room.
    count : int
        How many at a time.

    Yields
    ------
    Result
        In the order in which they are ready.
    """
    with ThreadPoolExecutor(count, thread_name_prefix="grade") as pool:
        yield from _as_ready(jobs, count, pool.submit, _first_of_threads)


def on_dask(jobs: Iterable[Job], address: str | None = None, count: int = 2) -> Iterator[Result]:
    """Grade submissions on a Dask cluster; one whose grader dies gets a second try, then a flag.

    Parameters
    ----------
    jobs : iterable of Job
        Read one by one, as there is room.
    address : str, optional
        The scheduler's, ``"tcp://host:8786"``; by default processes of this computer.
    count : int
        How many of those.

    Yields
    ------
    Result
        In the order in which they are ready.

    Raises
    ------
    ModuleNotFoundError
        If Dask is not installed; the extra ``gantext[grading]`` has it.
    SandboxError
        If there is no ``openssl`` to part a cluster of this computer from its other users.
    """
    import dask
    from distributed import Client
    from distributed.scheduler import KilledWorker

    # A job that lost its worker comes back at once, and no worker holds one that waits: so a worker
    # that dies takes a single job with it.
    settings = {
        "distributed.scheduler.allowed-failures": 0,
        "distributed.scheduler.worker-saturation": 1.0,
        "distributed.scheduler.work-stealing": False,
        "distributed.admin.tick.limit": "1h",  # a grader may be busy, which is no news
    }
    with contextlib.ExitStack() as stack:
        stack.enter_context(dask.config.set(settings))
        if address is None:
            cluster = stack.enter_context(_local(count))
            client = stack.enter_context(Client(cluster))
        else:
            client = stack.enter_context(Client(address))
        room = max(1, sum(client.nthreads().values()))
        tries: dict[int, int] = {}

        def submit(_: Callable[[Job], Result], job: Job) -> Any:
            return client.submit(work, job, pure=False)

        def first(futures: Sequence[Any]) -> list[Any]:
            from distributed import wait as wait_for

            return list(wait_for(list(futures), return_when="FIRST_COMPLETED").done)

        def again(job: Job, error: BaseException) -> Result | None:
            if not isinstance(error, KilledWorker):
                raise error
            tries[id(job)] = tries.get(id(job), 0) + 1
            if tries[id(job)] == 1:
                return None
            words = "the computer that graded it stopped twice; grade it again by itself"
            return nothing(job.name, job.data, job.questions, words)

        yield from _as_ready(jobs, room, submit, first, again)


def _local(count: int) -> Any:
    """Start a cluster of this computer's processes, closed to all who lack its certificate.

    Whoever reaches a scheduler runs code as the grader, and any account reaches a local port.
    """
    from distributed import LocalCluster, Security

    certificate, key = _certificate()
    parts = ("scheduler", "worker", "client")
    security = Security(
        require_encryption=True,
        tls_ca_file=certificate,
        **{f"tls_{part}_cert": certificate for part in parts},
        **{f"tls_{part}_key": key for part in parts},
    )
    return LocalCluster(
        n_workers=count,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        host="127.0.0.1",
        protocol="tls://",
        security=security,
    )


def _certificate() -> tuple[str, str]:
    """Return a certificate that vouches for itself, and its key, both of them new."""
    program = shutil.which("openssl")
    if program is None:
        raise SandboxError("a Dask cluster of this computer needs openssl; grade without Dask")
    with tempfile.TemporaryDirectory() as folder:  # readable by this user alone
        paths = [Path(folder, name) for name in ("certificate.pem", "key.pem")]
        command = [program, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
        command += ["-subj", "/CN=gantext", "-out", str(paths[0]), "-keyout", str(paths[1])]
        done = subprocess.run(command, capture_output=True, stdin=subprocess.DEVNULL)
        if done.returncode:
            words = done.stderr.decode(errors="replace").strip()[-200:]
            raise SandboxError(f"openssl made no certificate for the Dask cluster: {words}")
        return paths[0].read_text(), paths[1].read_text()


def _raise(_: Job, error: BaseException) -> Result | None:
    raise error


def _first_of_threads(futures: Sequence[Future[Result]]) -> list[Future[Result]]:
    return list(wait(futures, return_when=FIRST_COMPLETED).done)


def _as_ready(
    jobs: Iterable[Job],
    room: int,
    submit: Callable[[Callable[[Job], Result], Job], Any],
    first: Callable[[Sequence[Any]], list[Any]],
    failed: Callable[[Job, BaseException], Result | None] = _raise,
) -> Iterator[Result]:
    """Keep `room` jobs going; what `failed` has no result for is started once more."""
    waiting = iter(jobs)
    going: dict[Any, Job] = {}
    while True:
        while len(going) < room:
            job = next(waiting, None)
            if job is None:
                break
            going[submit(work, job)] = job
        if not going:
            return
        for future in first(list(going)):
            job = going.pop(future)
            error = future.exception()
            result = future.result() if error is None else failed(job, error)
            if result is None:
                going[submit(work, job)] = job
            else:
                yield result


def cores() -> int:
    """Return how many submissions to grade at a time: one for each core that may be used.

    Returns
    -------
    int
        At least 1.
    """
    with contextlib.suppress(AttributeError):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
