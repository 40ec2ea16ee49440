"""Docker and Podman as sandboxes."""

from __future__ import annotations

import itertools
import os
import shutil
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

from gantext.grading.places import HIDDEN, PACKAGE
from gantext.grading.sandboxes.base import COMMAND, ENVIRONMENT, Sandbox, SandboxError
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import Worker, piped

IMAGE = "gantext"
"""The image that is used unless another one is asked for."""

_INSIDE = Path("/gantext")  # where a container has the library
_numbers = itertools.count()


class Container(Sandbox):
    """Docker or Podman, with the limits of the other sandboxes.

    Parameters
    ----------
    engine : {"docker", "podman"}
        The program.
    image : str
        An image in which ``python -m gantext.grading.worker`` runs.
    """

    def __init__(self, engine: str, image: str = IMAGE) -> None:
        self.name = engine
        self.image = image

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
        settings = [f"--env={key}={value}" for key, value in inside.items()]
        # This very library, not the image's; the hidden checks are covered by an empty folder.
        hidden = _INSIDE / HIDDEN.relative_to(PACKAGE.parent)
        return [
            self.name,
            "run",
            *options,
            *settings,
            f"--volume={PACKAGE}:{_INSIDE / PACKAGE.name}:ro",
            f"--tmpfs={hidden}:ro,size=4096,mode=0555",
            f"--env=PYTHONPATH={_INSIDE}",
            self.image,
            "python",
            *COMMAND[1:],
        ]

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker, which sees no folder of this system but the library's."""
        name = f"gantext-{os.getpid()}-{next(_numbers)}-{time.monotonic_ns()}"
        process = piped(self.arguments(limits, name=name))
        return Worker(process, limits, on_close=[self.name, "rm", "--force", name])
