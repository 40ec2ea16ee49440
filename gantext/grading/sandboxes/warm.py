"""Bubblewrap with warm starts: workers are copies of one process that has imported torch.

This is the grader's side. The process that is copied runs the program `fork_server`.
"""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Self

from gantext.grading.sandboxes.base import ENVIRONMENT, RUN_MODULE, SandboxError
from gantext.grading.sandboxes.bubblewrap import Bubblewrap, arguments
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import CopiedProcess, Worker


class Warm(Bubblewrap):
    """Bubblewrap, with workers copied from a process that has imported torch and the rest.

    Each submission still has a sandbox of its own, and what is copied has seen none: see
    `gantext.grading.sandboxes.fork_server`. It saves seconds for each submission and each restart.
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._own, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._own.settimeout(120)
        with tempfile.TemporaryDirectory(prefix="gantext-") as folder:
            with theirs:
                self._process = self._fork_server(theirs, folder)
            self._usable = True
            try:
                ready = self._own.recv(2**12)
                if json.loads(ready or b"{}").get("threads") != 1:  # a copy would miss the others
                    raise SandboxError(f"the process is not ready to be copied: {ready!r}")
                self._copy(Limits(), ()).close()
            except (OSError, ValueError, SandboxError) as error:
                self.close()
                raise SandboxError(f"warm starts do not work here ({error})") from None

    def _fork_server(self, requests: socket.socket, folder: str) -> subprocess.Popen[bytes]:
        """Start the process that is copied; it gets a folder for what imports write."""
        around = [] if self.way.as_root else self._read_only(folder)
        return subprocess.Popen(
            [*around, *RUN_MODULE, "gantext.grading.sandboxes.fork_server"],
            stdin=requests.fileno(),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            cwd="/",
            env=ENVIRONMENT | {"MPLCONFIGDIR": folder},
        )

    def _read_only(self, folder: str) -> list[str]:
        """Return what makes the system read-only for the process that is copied.

        A copy's program is then open through a read-only mount; otherwise a submission could reach
        out through ``/proc/self/exe`` to the very file, which belongs to the grader's user.
        """
        binds = {"/": "--ro-bind", "/dev": "--dev-bind", "/proc": "--bind", folder: "--bind"}
        return [
            self.way.program,
            *["--die-with-parent", "--unshare-user", "--cap-add", "ALL"],
            *(word for path, bind in binds.items() for word in (bind, path, path)),
            "--",
        ]

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker; a cold one, should the process that is copied be gone."""
        if self._usable:
            try:
                return self._copy(limits, hide)
            except SandboxError:
                self._usable = False
        return super().start(limits, hide)

    def _copy(self, limits: Limits, hide: Sequence[Path]) -> Worker:
        command = arguments(self.way, limits, hide)
        pipes = [os.pipe() for _ in range(3)]
        inside = [pipes[0][0], pipes[1][1], pipes[2][1]]
        outside = [pipes[0][1], pipes[1][0], pipes[2][0]]
        told: dict[str, Any] = {}
        try:
            with self._lock:
                socket.send_fds(self._own, [json.dumps(command).encode()], inside)
                told = json.loads(self._own.recv(2**12) or b"{}")
            process = CopiedProcess(outside, int(told["init"]))
            also = [int(told["worker"])]
            return Worker(process, limits, process.pid, uid=self.next_uid(), also=also)
        except (OSError, ValueError, KeyError) as error:
            for descriptor in outside:
                with contextlib.suppress(OSError):
                    os.close(descriptor)
            raise SandboxError(f"a warm start failed: {told.get('error', error)}") from None
        finally:
            for descriptor in inside:
                os.close(descriptor)

    def close(self) -> None:
        """End the process that is copied."""
        self._usable = False
        self._own.close()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
