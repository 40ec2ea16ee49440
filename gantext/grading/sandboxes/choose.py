"""Choosing a sandbox: the first one that works here."""

from __future__ import annotations

import atexit
import contextlib
import functools
import subprocess
import threading

from gantext.grading.sandboxes.base import Sandbox, SandboxError
from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from gantext.grading.sandboxes.container import IMAGE, Container
from gantext.grading.sandboxes.none import NoSandbox
from gantext.grading.sandboxes.warm import Warm

_starting = threading.Lock()

INSTALL = (
    "No sandbox works here. Install bubblewrap (Debian, Ubuntu: sudo apt-get install bubblewrap; "
    "Fedora: sudo dnf install bubblewrap) or start Docker or Podman."
)


def choose(
    name: str | None = None, *, image: str = IMAGE, unsafe: bool = False, warm: bool = False
) -> Sandbox:
    """Return a sandbox that works on this computer.

    Parameters
    ----------
    name : {"bubblewrap", "docker", "podman"}, optional
        The one wanted; by default the first of bubblewrap, Podman and Docker that works.
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
        The sandbox.

    Raises
    ------
    SandboxError
        If none works; the message is one line that says what to install.
    """
    if unsafe:
        return NoSandbox()
    reasons = []
    for wanted in [name] if name else ["bubblewrap", "podman", "docker"]:
        try:
            return _bubblewrap(warm) if wanted == "bubblewrap" else _container(wanted, image)
        except (SandboxError, subprocess.TimeoutExpired) as error:
            reasons.append(str(error))
    raise SandboxError(f"{INSTALL} ({'; '.join(reasons)})".replace("\n", " "))


def _bubblewrap(warm: bool) -> Sandbox:
    cold = Bubblewrap()
    if warm:
        with contextlib.suppress(SandboxError):
            return _warm()
    return cold


@functools.cache
def _started() -> Warm:
    box = Warm()
    atexit.register(box.close)
    return box


def _warm() -> Warm:
    """Return the one of this process, which ends with it, however many threads ask at once."""
    with _starting:
        return _started()


def _container(engine: str, image: str) -> Sandbox:
    container = Container(engine, image)
    container.check()
    return container
