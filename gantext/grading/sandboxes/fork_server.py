"""The program that `Warm` copies workers from: ``python -m gantext.grading.sandboxes.fork_server``.

It imports PyTorch and the library once, and forks for each submission. Nothing of a submission is
ever in the process that is copied, and no secret: it gets descriptors and the command of an empty
sandbox, no more. For each submission it lets bubblewrap make a sandbox of its own, forks, and lets
the copy enter that sandbox's namespaces, as ``nsenter`` does. The copy then gives up all rights and
becomes a worker. With the sandbox's first process every other process in it dies, the copy too.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import json
import os
import signal
import socket
import sys
from typing import Any, NoReturn

import gantext
from gantext.grading import worker
from gantext.grading.sandboxes.bubblewrap import first_process, launched

_NAMESPACES = ("cgroup", "ipc", "uts", "net", "pid", "mnt", "user")  # rights end with the last
_PR_SET_CHILD_SUBREAPER = 36
_PR_CAPBSET_DROP = 24


def main() -> None:
    """Import, say so, and fork a worker for each request on the standard input, a Unix socket."""
    requests = socket.socket(fileno=os.dup(0))
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    _import_all()
    for name in ("MPLCONFIGDIR", "PWD"):
        os.environ.pop(name, None)
    threads = len(os.listdir("/proc/self/task"))  # noqa: PTH208
    gc.collect()
    gc.freeze()  # so that a copy's collector does not touch, and thereby copy, every page
    requests.send(json.dumps({"threads": threads}).encode())
    requests.settimeout(0.5)
    while True:
        try:
            message, descriptors, _, _ = socket.recv_fds(requests, 2**16, 3)
        except TimeoutError:
            _bury()
            continue
        if not message:
            return
        try:
            answer = _start(json.loads(message), descriptors)
        except OSError as error:
            answer = {"error": str(error)[:300]}
        for descriptor in descriptors:
            os.close(descriptor)
        requests.send(json.dumps(answer).encode())
        _bury()


def _import_all() -> None:
    """Import the library's public face, and with it PyTorch, Matplotlib and all that it needs."""
    for name in dir(gantext):
        with contextlib.suppress(ImportError):
            getattr(gantext, name)


def _bury() -> None:
    """Let the system forget children that have ended."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass


def _start(command: list[str], descriptors: list[int]) -> dict[str, Any]:
    """Make an empty sandbox and put a copy of this process into it."""
    holder, told = launched([*command, "--", "/usr/bin/cat"])
    assert holder.stdin is not None
    assert holder.stdout is not None
    assert holder.stderr is not None
    try:
        with contextlib.suppress(OSError):
            os.write(holder.stdin.fileno(), b"x")
        if os.read(holder.stdout.fileno(), 1) != b"x":  # it answers once the sandbox is complete
            words = holder.stderr.read(300).decode(errors="replace")
            return {"error": f"bubblewrap did not start: {words}"}
        init = first_process(told)
        copy = _copied_into(init, descriptors)
        if copy is None:
            os.kill(init, signal.SIGKILL)
            return {"error": "the copy did not enter its sandbox"}
        _hold(init, holder.stdin.fileno())
        return {"init": init, "worker": copy}
    finally:
        for stream in (holder.stdin, holder.stdout, holder.stderr):
            stream.close()
        holder.returncode = 0  # `_bury` waits for it


def _copied_into(init: int, descriptors: list[int]) -> int | None:
    """Fork a worker into the sandbox of a process; return its number, or None if it failed."""
    spaces = [os.open(f"/proc/{init}/ns/{name}", os.O_RDONLY) for name in _different(init)]
    heard, tell = os.pipe()
    if os.fork() == 0:
        _enter(spaces, descriptors, tell)
    for descriptor in (*spaces, tell):
        os.close(descriptor)
    with os.fdopen(heard, "rb") as file:
        number = file.read(32)
    return int(number) if number else None


_held: dict[int, int] = {}  # for each sandbox's first process, the input that keeps it alive


def _hold(init: int, stdin: int) -> None:
    """Keep a sandbox's input open as long as this process lives: with it the sandbox ends."""
    _held[init] = os.dup(stdin)
    for known in [pid for pid in _held if pid != init and not _exists(pid)]:
        os.close(_held.pop(known))


def _exists(pid: int) -> bool:
    return os.path.exists(f"/proc/{pid}")  # noqa: PTH110


def _different(init: int) -> list[str]:
    """Return the kinds of namespace that a process does not share with this one."""
    return [
        name
        for name in _NAMESPACES
        if os.readlink(f"/proc/{init}/ns/{name}") != os.readlink(f"/proc/self/ns/{name}")  # noqa: PTH115
    ]


def _enter(spaces: list[int], descriptors: list[int], tell: int) -> NoReturn:
    """Enter a sandbox and become its worker; or end."""
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        for space in spaces:
            if libc.setns(space, 0):
                raise OSError(ctypes.get_errno(), "setns")
        born = os.fork()  # a process enters a PID namespace only by being born there
        if born:
            os.write(tell, str(born).encode())
            os.closerange(0, tell + 1)
            os.waitpid(born, 0)
            os._exit(0)
        os.setsid()
        for place, descriptor in enumerate(descriptors):
            os.dup2(descriptor, place)
        os.closerange(3, os.sysconf("SC_OPEN_MAX"))
        os.chdir("/tmp")
        _drop_capabilities(libc)
        worker.main()
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(2, str(error).encode())
    finally:
        os._exit(1)


def _drop_capabilities(libc: Any) -> None:
    """Give up the rights that joining a namespace gave, but root's right to become another user."""
    for number in range(64):
        libc.prctl(_PR_CAPBSET_DROP, number, 0, 0, 0)
    keep = (1 << 6 | 1 << 7) if os.getuid() == 0 else 0  # CAP_SETGID and CAP_SETUID
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    data = (ctypes.c_uint32 * 6)(keep, keep, 0, 0, 0, 0)
    if libc.capset(header, data):
        raise OSError(ctypes.get_errno(), "capset")


if __name__ == "__main__":
    # Not as "__main__", whose place the submission's module takes.
    from gantext.grading.sandboxes import fork_server

    fork_server.main()
    sys.exit()
