"""A running worker, as the grader sees it: requests go in, answers come out, use is watched.

The program that it runs is `gantext.grading.worker`.
"""

from __future__ import annotations

import contextlib
import functools
import os
import select
import signal
import subprocess
import threading
import time
from collections.abc import Mapping, Sequence
from typing import IO, Any

from gantext.grading.protocol import ProtocolError, encode, receive
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.processes import descendants, own_bytes, resident_bytes

_KEPT_OUTPUT = 2**14  # bytes of what a submission prints, for the reports


class WorkerDied(RuntimeError):  # noqa: N818, it is an event rather than an error of the grader
    """A worker ended, or was ended, before it answered.

    Parameters
    ----------
    reason : str
        ``"time"``, ``"output"``, ``"memory"``, ``"processes"``, ``"message"`` or ``"end"``.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the worker is gone: {reason}")
        self.reason = reason


def piped(
    command: Sequence[str],
    *,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in a session of its own, with a pipe for each of its three streams.

    Parameters
    ----------
    command : sequence of str
        The command line.
    env : dict, optional
        Its whole environment; by default the grader's.
    cwd : str, optional
        The folder in which it starts.
    pass_fds : sequence of int
        Descriptors that stay open in it.

    Returns
    -------
    subprocess.Popen
        The process.
    """
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=env,
        cwd=cwd,
        pass_fds=pass_fds,
    )


def _is(found: object, number: int) -> bool:
    """Tell whether what came is this number; an array would compare itself item by item."""
    return type(found) is int and found == number


class CopiedProcess:
    """What a `Worker` needs of `subprocess.Popen`, for a process that another one has started.

    Parameters
    ----------
    descriptors : sequence of int
        Of its standard input, output and error, as seen from here.
    pid : int
        The first process of its sandbox.
    """

    def __init__(self, descriptors: Sequence[int], pid: int) -> None:
        stdin, stdout, stderr = descriptors
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb", buffering=0)
        self.stderr: IO[bytes] = os.fdopen(stderr, "rb", buffering=0)
        self.pid = pid

    def wait(self, timeout: float | None = None) -> int:
        """Return at once: a `Worker` waits for the sandbox's first process, and so for all."""
        return 0

    def kill(self) -> None:
        """End the sandbox's first process, and with it all in the sandbox."""
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)


class Worker:
    """A running worker, seen from the trusted side.

    Parameters
    ----------
    process : subprocess.Popen or CopiedProcess
        The process, with pipes for all three streams.
    limits : Limits
        What it may use.
    init : int or None
        The process, as seen from here, whose end ends all others in the sandbox.
    on_close : sequence of str
        A command that ends it too.
    uid : int or None
        The user that it becomes.
    also : sequence of int
        Processes in the sandbox that the first one has not started.
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes] | CopiedProcess,
        limits: Limits,
        init: int | None = None,
        on_close: Sequence[str] = (),
        uid: int | None = None,
        also: Sequence[int] = (),
    ) -> None:
        self.process = process
        self.limits = limits
        self.uid = uid
        self.output = b""
        self.printed = 0
        self.strays = 0  # messages that nobody asked for
        self._on_close = on_close
        self._number = 0
        self._verdict = ""  # why the watch ended it
        self._init = init
        self._roots = [*([] if init is None else [init]), *also]
        self._pidfd = os.pidfd_open(init) if init is not None else -1
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        self._stdin, self._stdout = process.stdin.fileno(), process.stdout.fileno()
        os.set_blocking(self._stdin, False)
        self._closing = threading.Event()
        self._drain = threading.Thread(target=self._read_output, args=(process.stderr,))
        self._watch = threading.Thread(target=self._watch_use)
        for thread in (self._drain, self._watch):
            thread.daemon = True
            thread.start()

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Send a request and wait for its answer.

        Parameters
        ----------
        request : dict
            Plain data.
        seconds : float
            How long to wait.

        Returns
        -------
        dict
            What came back; nothing in it is to be believed.

        Raises
        ------
        WorkerDied
            If there is no answer in time, or what comes is none. The worker is closed then.
        """
        self._number += 1
        deadline = time.monotonic() + seconds
        try:
            self._write(encode({**request, "id": self._number}), deadline)
            for _ in range(100):  # what a submission wrote by itself is passed over
                answer = receive(functools.partial(self._read, deadline=deadline))
                if isinstance(answer, dict) and _is(answer.get("id"), self._number):
                    return answer
                self.strays += 1
            raise ProtocolError("expected an answer, got a hundred other messages")
        except (TimeoutError, EOFError, OSError, ProtocolError) as error:
            by_kind = {TimeoutError: "time", ProtocolError: "message"}
            reason = self._verdict or by_kind.get(type(error), "end")
            self.close()
            raise WorkerDied(self._verdict or reason) from None

    def _write(self, frame: bytes, deadline: float) -> None:
        rest = memoryview(frame)
        while rest:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([], [self._stdin], [], left)[1]:
                raise TimeoutError
            with contextlib.suppress(BlockingIOError):
                rest = rest[os.write(self._stdin, rest) :]

    def _read(self, size: int, deadline: float) -> bytes:
        parts: list[bytes] = []
        while size:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([self._stdout], [], [], left)[0]:
                raise TimeoutError
            part = os.read(self._stdout, min(size, 2**20))
            if not part:
                break
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def _read_output(self, stream: IO[bytes]) -> None:
        """Read what is printed, keep its beginning, and end a worker that prints too much."""
        while part := os.read(stream.fileno(), 2**16):
            self.printed += len(part)
            if len(self.output) < _KEPT_OUTPUT:
                self.output += part[: _KEPT_OUTPUT - len(self.output)]
            if self.printed > self.limits.output:
                self._end("output")
                return

    def _watch_use(self) -> None:
        """End a worker whose processes together use too much."""
        most = self.limits.memory
        while self._init is not None and not self._closing.wait(0.1):
            pids = descendants(self._roots)
            if len(pids) > 4 * self.limits.processes:
                self._end("processes")
            elif resident_bytes(pids) > most and own_bytes(pids) > most:
                self._end("memory")

    def _end(self, verdict: str) -> None:
        self._verdict = verdict
        self._kill()

    def _kill(self) -> None:
        if self._pidfd >= 0:
            with contextlib.suppress(OSError):
                signal.pidfd_send_signal(self._pidfd, signal.SIGKILL)
        else:
            with contextlib.suppress(OSError):
                os.killpg(self.process.pid, signal.SIGKILL)
        if self._on_close:
            subprocess.run(self._on_close, capture_output=True, timeout=60)

    def close(self) -> None:
        """End the worker and all that it started; on return they are gone."""
        if self._closing.is_set():
            return
        self._closing.set()
        self._kill()
        if self._pidfd >= 0:
            # The first process of a PID namespace is gone only when all others in it are.
            select.select([self._pidfd], [], [], 10)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:  # pragma: no cover
            self.process.kill()
            self.process.wait()
        self._watch.join(5)
        self._drain.join(5)
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            assert stream is not None
            with contextlib.suppress(OSError):
                stream.close()
        if self._pidfd >= 0:
            os.close(self._pidfd)
            self._pidfd = -1
