"""No sandbox at all, for an instructor's own notebooks."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gantext.grading.sandboxes.base import COMMAND, ENVIRONMENT, Sandbox
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import Worker, piped


class NoSandbox(Sandbox):
    """No sandbox at all: a submission can read, write and send whatever the grader can."""

    name = "none"
    weaker = ("everything: submissions ran with the grader's own rights",)

    def start(self, limits: Limits, hide: Sequence[Path] = ()) -> Worker:
        """Start a worker; nothing is hidden from it, and its processes are not counted."""
        return Worker(piped(COMMAND, env=ENVIRONMENT, cwd="/tmp"), limits)
