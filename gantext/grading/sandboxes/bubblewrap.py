"""Bubblewrap as a sandbox: Linux namespaces, with no daemon, no image and, mostly, no rights."""

from __future__ import annotations

import functools
import itertools
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from gantext.grading.places import HIDDEN, PACKAGE
from gantext.grading.sandboxes.base import COMMAND, ENVIRONMENT, Sandbox, SandboxError
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import Worker, piped

_FIRST_UID = 61_000  # no account of a usual system
_uids = itertools.count()


class Way(NamedTuple):
    """A way in which bubblewrap works on this system.

    Attributes
    ----------
    program : str
        Its path.
    as_root : bool
        Whether it starts as root, so that the worker can become a real other user.
    own_proc : bool
        Whether a sandbox can have a ``/proc`` of its own.
    """

    program: str
    as_root: bool
    own_proc: bool


class Bubblewrap(Sandbox):
    """Linux namespaces, by bubblewrap.

    Raises
    ------
    SandboxError
        If it is missing, or this system does not let it work.
    """

    name = "bubblewrap"

    def __init__(self) -> None:
        self.way = _way()
        if not self.way.own_proc:
            self.weaker += ("no /proc: what looks at its own process there fails",)
        if os.geteuid() == 0 and not self.way.as_root:
            self.weaker += ("the kernel does not count root's processes; the grader does",)

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker in namespaces of its own."""
        process, told = launched([*arguments(self.way, limits, hide), "--", *COMMAND])
        try:
            return Worker(process, limits, first_process(told), uid=self.next_uid())
        except (ValueError, KeyError, OSError):
            process.kill()
            _, words = process.communicate()
            raise SandboxError(
                f"bubblewrap did not start: {words.decode(errors='replace')[:300]}"
            ) from None

    def next_uid(self) -> int | None:
        """Return the user that the next worker becomes; None where it cannot become another.

        Returns
        -------
        int or None
            Another one than those of workers that run beside it.
        """
        if not self.way.as_root:
            return None
        return _FIRST_UID + (os.getpid() + 97 * next(_uids)) % 4_000


@functools.cache
def _way() -> Way:
    """Find the strictest way in which bubblewrap works here."""
    program = shutil.which("bwrap")
    if program is None:
        raise SandboxError("bubblewrap is not installed")
    words = ""
    for as_root in [True, False] if os.geteuid() == 0 else [False]:
        for own_proc in (True, False):
            way = Way(program, as_root, own_proc)
            command = [*arguments(way, Limits()), "--", "/usr/bin/env", "true"]
            result = subprocess.run(command, capture_output=True, env={})
            if result.returncode == 0:
                return way
            words = words or result.stderr.decode(errors="replace").strip()[:200]
    raise SandboxError(f"bubblewrap does not work here ({words})")


def launched(command: Sequence[str]) -> tuple[subprocess.Popen[bytes], bytes]:
    """Start bubblewrap, and wait until it has made the sandbox's first process.

    Parameters
    ----------
    command : sequence of str
        Bubblewrap's command line.

    Returns
    -------
    tuple of subprocess.Popen and bytes
        The process, and what it tells of the sandbox: nothing, where it failed.
    """
    reader, writer = os.pipe()
    with os.fdopen(reader, "rb") as info:
        try:
            told = ["--info-fd", str(writer)]
            process = piped([command[0], *told, *command[1:]], env={}, pass_fds=[writer])
        finally:
            os.close(writer)
        return process, info.read(2**12)


def first_process(told: bytes) -> int:
    """Return the first process in a sandbox, by the number that it has outside.

    Parameters
    ----------
    told : bytes
        What bubblewrap tells of the sandbox.

    Returns
    -------
    int
        Its end ends all others in the sandbox.

    Raises
    ------
    ValueError
        If bubblewrap told nothing.
    """
    return int(json.loads(told)["child-pid"])


def arguments(way: Way, limits: Limits, hide: Sequence[Path] = ()) -> list[str]:
    """Return bubblewrap's command line, up to the program that is to run in the sandbox.

    Parameters
    ----------
    way : Way
        How bubblewrap works here.
    limits : Limits
        What the sandbox may use.
    hide : sequence of Path
        Folders that are not to be seen in it, beside the questions.

    Returns
    -------
    list of str
        The command line.
    """
    size = ["--size", str(limits.disk)]
    return [
        way.program,
        *_namespaces(way),
        *["--perms", "1777", *size, "--tmpfs", "/tmp"],
        *_system(hide),
        *["--dev", "/dev", "--perms", "1777", *size, "--tmpfs", "/dev/shm"],
        *["--remount-ro", "/dev"],
        *_proc(way),
        *["--remount-ro", "/", "--chdir", "/tmp", "--clearenv"],
        *(word for name, value in ENVIRONMENT.items() for word in ("--setenv", name, value)),
    ]


def _namespaces(way: Way) -> list[str]:
    """Return the options that part a sandbox from the system, and take its rights."""
    options = ["--die-with-parent", "--new-session", "--unshare-ipc", "--unshare-pid"]
    options += ["--unshare-net", "--unshare-uts", "--unshare-cgroup-try", "--hostname", "sandbox"]
    if way.as_root:  # a real other user, which the worker becomes before it reads a submission
        options += ["--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"]
    else:
        options += ["--unshare-user", "--uid", "65534", "--gid", "65534"]
    return options


def _system(hide: Sequence[Path]) -> list[str]:
    """Return the options that show what a worker may see of the system, read-only."""
    options: list[str] = []
    visible = _visible()
    above = {parent for path in visible for parent in path.parents}
    for path in sorted(above - {Path("/"), Path("/tmp")}):  # bubblewrap would close them to others
        options += ["--perms", "0755", "--dir", str(path)]
    for path in visible:
        options += ["--ro-bind", str(path), str(path)]
    for name in ("bin", "sbin", "lib", "lib32", "lib64"):
        path = Path("/", name)
        if path.is_symlink():
            options += ["--symlink", str(path.readlink()), str(path)]
        elif path.is_dir():
            options += ["--ro-bind", str(path), str(path)]
    for path in (HIDDEN, *(path.resolve() for path in hide)):
        if any(path.is_relative_to(p) or path.is_relative_to(p.resolve()) for p in visible):
            options += ["--perms", "0555", "--size", "4096", "--tmpfs", str(path)]
            options += ["--remount-ro", str(path)]
    return options


def _proc(way: Way) -> list[str]:
    if way.own_proc:
        return ["--proc", "/proc"]
    files = ("/proc/cpuinfo", "/proc/meminfo")
    return [word for file in files for word in ("--ro-bind", file, file)]


def _visible() -> list[Path]:
    """Return what of this system a worker sees: programs, Python, the library, fonts."""
    system = ("/usr", "/etc/ld.so.cache", "/etc/alternatives", "/etc/fonts", "/etc/localtime")
    wanted = {
        *map(Path, system),
        Path(sys.prefix),
        Path(sys.base_prefix),
        Path(sys.executable).parent.parent,
        *(Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))),
        PACKAGE,
    }
    found: list[Path] = []
    for path in sorted(filter(Path.exists, wanted), key=lambda path: path.parts):
        if not any(path.is_relative_to(other) for other in found):
            found.append(path)
    return found
