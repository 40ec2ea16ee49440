"""What every sandbox is, and what every worker gets: its command line and its environment.

A worker gets its requests through a pipe and has one folder in memory to write to. It has no
network, no other process in sight, no way to write elsewhere, no rights, and little memory, time
and disk. When grading ends, all that it started is dead.
"""

from __future__ import annotations

import sys
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from gantext.grading.places import PACKAGE
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import Worker

# -P: a file in the folder of the class, such as random.py, is not what a module imports.
RUN_MODULE = [sys.executable, "-B", "-P", "-s", "-m"]

COMMAND = [*RUN_MODULE, "gantext.grading.worker"]
"""The program that runs in a sandbox."""

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


class SandboxError(RuntimeError):
    """No sandbox can be had, or one could not be started."""


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
    weaker: tuple[str, ...] = ()

    @abstractmethod
    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker.

        Parameters
        ----------
        limits : Limits
            What it may use.
        hide : sequence of Path
            Folders that it must not see, beside the questions.

        Returns
        -------
        Worker
            The worker.

        Raises
        ------
        SandboxError
            If it cannot be started.
        """
