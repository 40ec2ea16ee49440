"""Sandboxes: where a submission runs, with nothing in reach that is worth having.

A worker gets its requests through a pipe and has one folder in memory to write to. It has no
network, no other process in sight, no way to write elsewhere, no rights, and little memory, time
and disk. When grading ends, all that it started is dead.
"""

from __future__ import annotations

import atexit
import contextlib
import functools
import itertools
import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from gantext.grading.protocol import ProtocolError, encode, receive

PACKAGE = Path(__file__).resolve().parent.parent
HIDDEN = PACKAGE / "grading" / "questions"
"""The hidden checks, which no sandbox shows."""

INSTALL = (
    "No sandbox works here. Install bubblewrap (Debian, Ubuntu: sudo apt-get install bubblewrap; "
    "Fedora: sudo dnf install bubblewrap) or start Docker or Podman."
)

_first_uid = 61_000  # no account of a usual system
_uids = itertools.count()


class SandboxError(RuntimeError):
    """No sandbox can be had, or one could not be started.

    Examples
    --------
    >>> from gantext.grading.sandbox import SandboxError
    >>> issubclass(SandboxError, RuntimeError)
    True
    """


class WorkerDied(RuntimeError):  # noqa: N818, it is an event rather than an error of the grader
    """A worker ended, or was ended, before it answered.

    Parameters
    ----------
    reason : str
        ``"time"``, ``"output"``, ``"memory"``, ``"processes"``, ``"message"`` or ``"end"``.

    Examples
    --------
    >>> from gantext.grading.sandbox import WorkerDied
    >>> WorkerDied("time").reason
    'time'
    """

    def __init__(self, reason: str) -> None:
        super().__init__(f"the worker is gone: {reason}")
        self.reason = reason


@dataclass(frozen=True)
class Limits:
    """What a submission may use.

    Attributes
    ----------
    cell_seconds : float
        For one cell.
    total_seconds : float
        For everything, restarts included.
    memory : int
        Bytes, of all its processes together.
    processes : int
        Processes and threads.
    disk : int
        Bytes in the folder that it may write to, and again in shared memory.
    open_files : int
        For each process.
    output : int
        Bytes that it may print.

    Examples
    --------
    >>> from gantext.grading.sandbox import Limits
    >>> Limits(cell_seconds=10).total_seconds
    600.0
    """

    cell_seconds: float = 60.0
    total_seconds: float = 600.0
    memory: int = 3 * 2**30
    processes: int = 64
    disk: int = 64 * 2**20
    open_files: int = 256
    output: int = 32 * 2**20

    def of_process(self) -> dict[str, int]:
        """Return the limits that the kernel holds for each process."""
        return {
            "memory": self.memory,
            "processes": self.processes,
            "file_bytes": self.disk,
            "open_files": self.open_files,
            "cpu_seconds": int(self.total_seconds) + 5,
        }


class Sandbox(ABC):
    """A way to start a worker that can do no harm.

    Attributes
    ----------
    name : str
        What reports call it.
    weaker : tuple of str
        What it does not do that a sandbox should.
    """

    name: str
    weaker: tuple[str, ...]

    @abstractmethod
    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker.

        Parameters
        ----------
        limits : Limits
            What it may use.
        hide : sequence of Path
            Folders that it must not see.

        Returns
        -------
        Worker
            The worker.
        """


class Worker:
    """A running worker, seen from the trusted side.

    Parameters
    ----------
    process : subprocess.Popen or alike
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

    Examples
    --------
    >>> from gantext.grading.sandbox import Limits, choose
    >>> worker = choose().start(Limits())  # doctest: +SKIP
    >>> worker.ask({"do": "start", "limits": {}, "seed": 0}, 10.0)  # doctest: +SKIP
    {'ok': True}
    """

    def __init__(
        self,
        process: subprocess.Popen[bytes] | _Copied,
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
                if isinstance(answer, dict) and answer.get("id") == self._number:
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
        """Take what is printed, keep its beginning, and end a worker that prints too much."""
        while part := os.read(stream.fileno(), 2**16):
            self.printed += len(part)
            if len(self.output) < 2**14:
                self.output += part[: 2**14 - len(self.output)]
            if self.printed > self.limits.output:
                self._end("output")
                return

    def _watch_use(self) -> None:
        """End a worker whose processes together use too much."""
        while self._init is not None and not self._closing.wait(0.1):
            pids = _tree(self._roots)
            if len(pids) > 4 * self.limits.processes:
                self._end("processes")
            elif _resident(pids) > self.limits.memory and _own(pids) > self.limits.memory:
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


def _tree(roots: Sequence[int]) -> list[int]:
    """Return processes and their descendants."""
    found, queue = [], list(roots)
    while queue:
        pid = queue.pop()
        found.append(pid)
        for task in _entries(Path(f"/proc/{pid}/task")):
            with contextlib.suppress(OSError, ValueError):
                queue += map(int, (task / "children").read_text().split())
    return found


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _resident(pids: Iterable[int]) -> int:
    """Return the bytes in memory of some processes, what they share counted for each."""
    pages = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            pages += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE")


def _own(pids: Iterable[int]) -> int:
    """Return the bytes in memory of some processes, what they share divided among them."""
    total = 0
    for pid in pids:
        with contextlib.suppress(OSError, ValueError, IndexError):
            text = Path(f"/proc/{pid}/smaps_rollup").read_text()
            total += 1024 * int(text.partition("Pss:")[2].split()[0])
    return total


ENVIRONMENT = {
    "GANTEXT_GRADER": "1",
    "HOME": "/tmp",
    "LANG": "C.UTF-8",
    "MKL_NUM_THREADS": "1",
    "MPLBACKEND": "agg",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONHASHSEED": "0",
    "PYTHONPATH": str(PACKAGE.parent),
    "USER": "student",
}
"""The whole environment of a worker; with one thread each, sums come out the same every time."""

_COMMAND = [sys.executable, "-B", "-s", "-m", "gantext.grading.worker"]


def _visible() -> list[Path]:
    """Return what of this system a worker sees: programs, Python, the library, fonts."""
    wanted = [
        *map(
            Path, ("/usr", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
        ),
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(sys.executable).parent.parent,
        *(Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))),
        PACKAGE,
    ]
    found: list[Path] = []
    for path in sorted({path for path in wanted if path.exists()}, key=lambda path: path.parts):
        if not any(path.is_relative_to(other) for other in found):
            found.append(path)
    return found


class Bubblewrap(Sandbox):
    """Linux namespaces, by bubblewrap: no daemon, no image, and no rights needed on most systems.

    Attributes
    ----------
    name : str
        ``"bubblewrap"``.
    weaker : tuple of str
        What this system does not let it do.

    Raises
    ------
    SandboxError
        If it is missing, or this system does not let it work.

    Examples
    --------
    >>> from gantext.grading.sandbox import Bubblewrap, SandboxError
    >>> try:
    ...     name = Bubblewrap().name
    ... except SandboxError:  # it is not installed
    ...     name = "bubblewrap"
    >>> name
    'bubblewrap'
    """

    name = "bubblewrap"

    def __init__(self) -> None:
        self.program, self.as_root, self.own_proc = _bubblewrap()
        self.weaker: tuple[str, ...] = ()
        if not self.own_proc:
            self.weaker = ("no /proc: what looks at its own process there fails",)
        if os.geteuid() == 0 and not self.as_root:
            self.weaker += ("the kernel does not count root's processes; the grader does",)

    def arguments(self, limits: Limits, hide: Sequence[Path] = ()) -> list[str]:
        """Return the command line that starts a worker.

        Parameters
        ----------
        limits : Limits
            What it may use.
        hide : sequence of Path
            Folders that it must not see.

        Returns
        -------
        list of str
            Without the descriptor that reports the process.
        """
        return [
            *_bubblewrap_arguments(self.program, self.as_root, self.own_proc, limits, hide),
            "--",
            *_COMMAND,
        ]

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker.

        Parameters
        ----------
        limits : Limits
            What it may use.
        hide : sequence of Path
            Folders that it must not see.

        Returns
        -------
        Worker
            The worker.

        Raises
        ------
        SandboxError
            If it cannot be started.
        """
        command = self.arguments(limits, hide)
        reader, writer = os.pipe()
        try:
            process = subprocess.Popen(
                [command[0], "--info-fd", str(writer), *command[1:]],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                pass_fds=[writer],
                start_new_session=True,
                env={},
            )
            os.close(writer)
            writer = -1
            with os.fdopen(reader, "rb") as info:
                reader = -1
                told = info.read(2**12)
        finally:
            for descriptor in (reader, writer):
                if descriptor >= 0:
                    os.close(descriptor)
        try:
            init = int(json.loads(told)["child-pid"])
            uid = _first_uid + (os.getpid() + 97 * next(_uids)) % 4_000 if self.as_root else None
            return Worker(process, limits, init, uid=uid)
        except (ValueError, KeyError, OSError):
            process.kill()
            _, words = process.communicate()
            raise SandboxError(
                f"bubblewrap did not start: {words.decode(errors='replace')[:300]}"
            ) from None


def _bubblewrap_arguments(
    program: str, as_root: bool, own_proc: bool, limits: Limits, hide: Sequence[Path]
) -> list[str]:
    arguments = [program, "--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid"]
    arguments += ["--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
    if as_root:  # a real other user, which the worker becomes before it reads a submission
        arguments += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        arguments += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    size = str(limits.disk)
    arguments += ["--perms", "1777", "--size", size, "--tmpfs", "/tmp"]
    visible = _visible()
    above = {parent for path in visible for parent in path.parents}
    for path in sorted(above - {Path("/"), Path("/tmp")}):  # bubblewrap would close them to others
        arguments += ["--perms", "0755", "--dir", str(path)]
    for path in visible:
        arguments += ["--ro-bind", str(path), str(path)]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            arguments += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            arguments += ["--ro-bind", str(path), str(path)]
    hidden = [HIDDEN, *(path.resolve() for path in hide)]
    for path in hidden:
        if any(
            path.is_relative_to(other) or path.is_relative_to(other.resolve()) for other in visible
        ):
            arguments += ["--perms", "0555", "--size", "4096", "--tmpfs", str(path)]
            arguments += ["--remount-ro", str(path)]
    arguments += ["--dev", "/dev", "--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"]
    arguments += ["--remount-ro", "/dev"]
    if own_proc:
        arguments += ["--proc", "/proc"]
    else:
        for name in ("cpuinfo", "meminfo"):
            arguments += ["--ro-bind", f"/proc/{name}", f"/proc/{name}"]
    arguments += ["--remount-ro", "/", "--chdir", "/tmp", "--clearenv"]
    for name, value in ENVIRONMENT.items():
        arguments += ["--setenv", name, value]
    return arguments


@functools.cache
def _bubblewrap() -> tuple[str, bool, bool]:
    """Find the strictest way in which bubblewrap works here: program, as root, with own /proc."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError("bubblewrap is not installed")
    words = ""
    for as_root in [True, False] if os.geteuid() == 0 else [False]:
        for own_proc in (True, False):
            command = _bubblewrap_arguments(program, as_root, own_proc, Limits(), ())
            result = subprocess.run(
                [*command, "--", "/usr/bin/env", "true"], capture_output=True, env={}
            )
            if result.returncode == 0:
                return program, as_root, own_proc
            words = words or result.stderr.decode(errors="replace").strip()[:200]
    raise SandboxError(f"bubblewrap does not work here ({words})")


class Warm(Bubblewrap):
    """Bubblewrap, with workers copied from a process that has imported torch and the rest.

    Each submission still has a sandbox of its own, and what is copied has seen none: see
    `gantext.grading.warm`. It saves seconds for each submission and each restart.

    Examples
    --------
    >>> from gantext.grading.sandbox import Warm
    >>> with Warm() as box:  # doctest: +SKIP
    ...     worker = box.start(Limits())
    """

    def __init__(self) -> None:
        super().__init__()
        self._lock = threading.Lock()
        self._own, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._folder = tempfile.TemporaryDirectory(prefix="gantext-")
        environment = ENVIRONMENT | {"MPLCONFIGDIR": self._folder.name}
        around = [] if self.as_root else self._around()
        with theirs:
            self._process = subprocess.Popen(
                [*around, sys.executable, "-B", "-s", "-m", "gantext.grading.warm"],
                stdin=theirs.fileno(),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=environment,
            )
        self._own.settimeout(120)
        self._usable = True
        try:
            ready = self._own.recv(2**12)
            self._folder.cleanup()  # it was for what imports write
            if json.loads(ready or b"{}").get("threads") != 1:  # others would be missing in a copy
                raise SandboxError(f"the warm process is not ready to be copied: {ready!r}")
            self._copy(Limits(), ()).close()
        except (OSError, ValueError, SandboxError) as error:
            self.close()
            raise SandboxError(f"warm starts do not work here ({error})") from None

    def _around(self) -> list[str]:
        """Return what makes the system read-only for the process that is copied.

        A copy's program is then open through a read-only mount; otherwise a submission could reach
        out through ``/proc/self/exe`` to the very file, which belongs to the grader's user.
        """
        folder = self._folder.name
        arguments = [self.program, "--die-with-parent", "--unshare-user", "--cap-add", "ALL"]
        arguments += [
            "--ro-bind",
            "/",
            "/",
            "--dev-bind",
            "/dev",
            "/dev",
            "--bind",
            "/proc",
            "/proc",
        ]
        return [*arguments, "--bind", folder, folder, "--"]

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker.

        Parameters
        ----------
        limits : Limits
            What it may use.
        hide : sequence of Path
            Folders that it must not see.

        Returns
        -------
        Worker
            The worker; a cold one, should the process that is copied be gone.

        Raises
        ------
        SandboxError
            If it cannot be started.
        """
        if self._usable:
            try:
                return self._copy(limits, hide)
            except SandboxError:
                self._usable = False
        return super().start(limits, hide)

    def _copy(self, limits: Limits, hide: Sequence[Path]) -> Worker:
        command = _bubblewrap_arguments(self.program, self.as_root, self.own_proc, limits, hide)
        pipes = [os.pipe() for _ in range(3)]
        inside = [pipes[0][0], pipes[1][1], pipes[2][1]]
        outside = [pipes[0][1], pipes[1][0], pipes[2][0]]
        told: dict[str, Any] = {}
        try:
            with self._lock:
                socket.send_fds(self._own, [json.dumps(command).encode()], inside)
                told = json.loads(self._own.recv(2**12) or b"{}")
            process = _Copied(outside, int(told["init"]))
            uid = _first_uid + (os.getpid() + 97 * next(_uids)) % 4_000 if self.as_root else None
            return Worker(process, limits, process.pid, uid=uid, also=[int(told["worker"])])
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

    def __enter__(self) -> Warm:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Copied:
    """What of `subprocess.Popen` a `Worker` needs, for a process that another one has started."""

    def __init__(self, descriptors: Sequence[int], pid: int) -> None:
        stdin, stdout, stderr = descriptors
        self.stdin: IO[bytes] = os.fdopen(stdin, "wb", buffering=0)
        self.stdout: IO[bytes] = os.fdopen(stdout, "rb", buffering=0)
        self.stderr: IO[bytes] = os.fdopen(stderr, "rb", buffering=0)
        self.pid = pid

    def wait(self, timeout: float | None = None) -> int:
        return 0  # the worker waits for the sandbox's first process, and with it for all

    def kill(self) -> None:
        with contextlib.suppress(OSError):
            os.kill(self.pid, signal.SIGKILL)


class Container(Sandbox):
    """Docker or Podman, with the same limits. The image must have Python and the library.

    Parameters
    ----------
    engine : {"docker", "podman"}
        The program.
    image : str
        An image in which ``python -m gantext.grading.worker`` runs.

    Attributes
    ----------
    name : str
        The engine.
    weaker : tuple of str
        Nothing.

    Examples
    --------
    >>> from gantext.grading.sandbox import Container, Limits
    >>> command = Container("podman", "gantext").arguments(Limits(), name="one")
    >>> command[:3], "--network=none" in command
    (['podman', 'run', '--rm'], True)
    """

    def __init__(self, engine: str, image: str) -> None:
        self.name = engine
        self.image = image
        self.weaker: tuple[str, ...] = ()

    def check(self) -> None:
        """Find out whether the engine runs and has the image.

        Raises
        ------
        SandboxError
            If it does not.
        """
        if shutil.which(self.name) is None:
            raise SandboxError(f"{self.name} is not installed")
        asked = [self.name, "image", "inspect", self.image]
        result = subprocess.run(asked, capture_output=True, timeout=60)
        if result.returncode:
            words = result.stderr.decode(errors="replace").strip()[:200]
            raise SandboxError(f"{self.name} has no image {self.image}, or does not run ({words})")

    def arguments(self, limits: Limits, *, name: str) -> list[str]:
        """Return the command line that starts a worker.

        Parameters
        ----------
        limits : Limits
            What it may use.
        name : str
            The container's name, by which it is ended.

        Returns
        -------
        list of str
            The command line.
        """
        options = [
            "--rm",
            "--interactive",
            f"--name={name}",
            "--network=none",
            "--read-only",
            "--user=65534:65534",
            "--cap-drop=ALL",
            "--security-opt=no-new-privileges",
            "--ipc=private",
            f"--memory={limits.memory}",
            f"--memory-swap={limits.memory}",
            f"--pids-limit={limits.processes}",
            f"--shm-size={limits.disk}",
            f"--tmpfs=/tmp:rw,nosuid,nodev,size={limits.disk},mode=1777",
            f"--ulimit=nofile={limits.open_files}",
            f"--ulimit=fsize={limits.disk}",
            "--workdir=/tmp",
            "--entrypoint=",
            "--pull=never",
        ]
        inside = {k: v for k, v in ENVIRONMENT.items() if k not in ("PATH", "PYTHONPATH")}
        # This very library, not the image's; the hidden checks are covered by an empty folder.
        settings = [f"--env={key}={value}" for key, value in inside.items()]
        return [
            self.name,
            "run",
            *options,
            *settings,
            f"--volume={PACKAGE}:/gantext/gantext:ro",
            "--tmpfs=/gantext/gantext/grading/questions:ro,size=4096,mode=0555",
            "--env=PYTHONPATH=/gantext",
            self.image,
            "python",
            "-B",
            "-s",
            "-m",
            "gantext.grading.worker",
        ]

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker.

        Parameters
        ----------
        limits : Limits
            What it may use.
        hide : sequence of Path
            Nothing of this system is seen, whatever it is.

        Returns
        -------
        Worker
            The worker.
        """
        name = f"gantext-{os.getpid()}-{next(_uids)}-{time.monotonic_ns()}"
        process = subprocess.Popen(
            self.arguments(limits, name=name),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        return Worker(process, limits, on_close=[self.name, "rm", "--force", name])


class NoSandbox(Sandbox):
    """None at all: a submission can read, write and send whatever the grader can.

    Attributes
    ----------
    name : str
        ``"none"``.
    weaker : tuple of str
        All of it.

    Examples
    --------
    >>> from gantext.grading.sandbox import NoSandbox
    >>> NoSandbox().name
    'none'
    """

    name = "none"

    def __init__(self) -> None:
        self.weaker = ("everything: submissions ran with the grader's own rights",)

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker, in a session of its own.

        Parameters
        ----------
        limits : Limits
            What it may use; processes are not counted.
        hide : sequence of Path
            Nothing is hidden.

        Returns
        -------
        Worker
            The worker.
        """
        process = subprocess.Popen(
            _COMMAND,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env=ENVIRONMENT,
            cwd="/tmp",
        )
        return Worker(process, limits, init=None)


@functools.cache
def _warm() -> Warm:
    """Return the one of this process; it ends with it."""
    box = Warm()
    atexit.register(box.close)
    return box


def choose(
    name: str | None = None, *, image: str = "gantext", unsafe: bool = False, warm: bool = False
) -> Sandbox:
    """Choose a sandbox.

    Parameters
    ----------
    name : {"bubblewrap", "docker", "podman"}, optional
        The one wanted; by default the first of these that works.
    image : str
        For Docker and Podman.
    unsafe : bool
        Whether to go without one.
    warm : bool
        Whether bubblewrap's workers are to be copied from a process that has imported torch, where
        that works.

    Returns
    -------
    Sandbox
        One that works.

    Raises
    ------
    SandboxError
        If none works; the message is one line that says what to install.

    Examples
    --------
    >>> from gantext.grading.sandbox import choose
    >>> choose(unsafe=True).name
    'none'
    """
    if unsafe:
        return NoSandbox()
    reasons = []
    for wanted in [name] if name else ["bubblewrap", "podman", "docker"]:
        try:
            if wanted == "bubblewrap":
                cold = Bubblewrap()
                with contextlib.suppress(SandboxError):
                    return _warm() if warm else cold
                return cold
            container = Container(wanted, image)
            container.check()
            return container
        except (SandboxError, subprocess.TimeoutExpired) as error:
            reasons.append(str(error))
    raise SandboxError(f"{INSTALL} ({'; '.join(reasons)})".replace("\n", " "))
