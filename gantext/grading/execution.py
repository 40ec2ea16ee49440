"""Running a submission's cells in a sandbox, and again without one that ended Python there."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gantext.grading.notebooks import Cell
from gantext.grading.results import CellResult
from gantext.grading.sandboxes.base import Sandbox, SandboxError
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import Worker, WorkerDied

MAX_RESTARTS = 12
_MAX_LACKING = 16  # packages that are named for one submission
_GRACE = 2.0  # seconds between a worker's own alarm and the end that the grader makes
_STARTING = 60.0

REASONS = {
    "time": "it took longer than allowed and was stopped; does every loop end?",
    "output": "it printed far too much and was stopped",
    "memory": "it used more memory than allowed and was stopped",
    "processes": "it started too many processes and was stopped",
    "message": "it wrote to the grader's own channel and was stopped",
    "end": "Python ended in the middle of it: by os._exit, by a crash, or for want of memory",
}
"""What is said of a cell or an answer that ended its worker, by the reason of `WorkerDied`."""


class Execution:
    """One submission in its sandbox: its worker, and what became of its cells.

    Parameters
    ----------
    cells : sequence of Cell
        The cells to run.
    seed : int
        What the submission draws at random follows from it.
    sandbox : Sandbox
        Where to run them.
    limits : Limits
        What they may use.
    hide : sequence of Path
        Folders that they must not see.

    Attributes
    ----------
    flags : list of str
        What an instructor should look at.
    output : bytes
        The beginning of what was printed.
    """

    def __init__(
        self,
        cells: Sequence[Cell],
        seed: int,
        sandbox: Sandbox,
        limits: Limits,
        hide: Sequence[Path] = (),
    ) -> None:
        self.cells = cells
        self.flags: list[str] = []
        self.output = b""
        self._seed = seed
        self._sandbox = sandbox
        self._limits = limits
        self._hide = hide
        self._errors: dict[int, str] = {}  # by the cell's index in self.cells
        self._skip: set[int] = set()  # cells that ended a worker, or took too long
        self._worker: Worker | None = None
        self._lacking: set[str] = set()
        self._starts = 0
        self._deadline = time.monotonic() + limits.total_seconds

    def close(self) -> None:
        """End the worker, if there is one, and keep what it printed."""
        if self._worker is not None:
            self._worker.close()
            self.output = self.output or self._worker.output
            if self._worker.strays:
                self.flags.append("The submission sent messages of its own to the grader.")
            self._worker = None

    def alive(self) -> bool:
        """Tell whether there is a worker in which the cells have run.

        Returns
        -------
        bool
            False once a cell or an answer has ended it.
        """
        return self._worker is not None

    @property
    def errors(self) -> list[CellResult]:
        """The cells that did not run to their end, in the notebook's order."""
        return [CellResult(self.cells[i].number, self._errors[i]) for i in sorted(self._errors)]

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Ask the worker; where it has ended, forget it.

        Parameters
        ----------
        request : dict
            Plain data.
        seconds : float
            How long the worker may take, if so much is left of the submission's time.

        Returns
        -------
        dict
            What came back; nothing in it is to be believed.

        Raises
        ------
        WorkerDied
            If there is no answer.
        """
        assert self._worker is not None
        seconds = min(seconds, self._left())
        if seconds <= 0:
            self.close()
            raise WorkerDied("time")
        try:
            return self._worker.ask({**request, "seconds": seconds}, seconds + _GRACE)
        except WorkerDied:
            self.close()
            raise

    def lacking(self, answer: dict[str, Any]) -> list[str]:
        """Return the packages that the worker says are not installed.

        Parameters
        ----------
        answer : dict
            What came back.

        Returns
        -------
        list of str
            Names that could be those of packages; a few for the whole submission.
        """
        found = answer.get("lacks")
        names = found[:_MAX_LACKING] if isinstance(found, list) else []
        firsts = [name.partition(".")[0] for name in names if isinstance(name, str)]
        for name in firsts:
            if len(name) <= 64 and name.isidentifier() and len(self._lacking) < _MAX_LACKING:
                self._lacking.add(name)
        return [name for name in firsts if name in self._lacking]

    def prepare(self) -> None:
        """Start a worker and run the cells, again and again without the one that ended it.

        Raises
        ------
        SandboxError
            If the worker does not start, which is no fault of the submission.
        """
        while not self.alive() and self._starts <= MAX_RESTARTS and self._left() > 0:
            self._starts += 1
            self._start()
            self._run_cells()

    def _left(self) -> float:
        return self._deadline - time.monotonic()

    def _start(self) -> None:
        self._worker = self._sandbox.start(self._limits, self._hide)
        confined = self._limits.of_process()
        if self._worker.uid is not None:
            confined["uid"] = self._worker.uid
        try:
            self.ask({"do": "start", "limits": confined, "seed": self._seed}, _STARTING)
        except WorkerDied:
            raise SandboxError(
                "The worker does not start in the sandbox. It said: "
                + self.output.decode("utf-8", "replace").strip()[-300:]
            ) from None

    def _run_cells(self) -> None:
        again = []
        for index in range(len(self.cells)):
            if index in self._skip:
                continue
            missing = self._run_cell(index)
            if not self.alive():
                return
            if missing:
                again.append(index)
        for index in again:  # perhaps what was missing came later
            if self._defined_again(index):
                continue
            self._run_cell(index)
            if not self.alive():
                return
            if index not in self._errors:
                number = self.cells[index].number
                self.flags.append(
                    f"Cell {number} needed what a later cell defines; it was run again."
                )

    def _defined_again(self, index: int) -> bool:
        """Tell whether a later cell defines a name of this one, which a second run would undo."""
        later = {name for cell in self.cells[index + 1 :] for name in cell.binds}
        return not later.isdisjoint(self.cells[index].binds)

    def _run_cell(self, index: int) -> bool:
        """Run a cell; return whether a name was missing."""
        cell = self.cells[index]
        request = {"do": "cell", "source": cell.source, "number": cell.number}
        try:
            answer = self.ask(request, self._limits.cell_seconds)
        except WorkerDied as died:
            self._stopped(index, died.reason)
            return False
        self._errors.pop(index, None)
        for package in self.lacking(answer):
            self.flags.append(
                f"Cell {cell.number} imports {package}, which the grader does not have; "
                "what uses it earns nothing here."
            )
        if answer.get("ok") is not True:
            if answer.get("timeout") is True:
                self._stopped(index, "time")
            else:
                self._errors[index] = bounded(answer.get("error"))
        return answer.get("missing") is True

    def _stopped(self, index: int, reason: str) -> None:
        """Leave a cell out from now on."""
        self._skip.add(index)
        self._errors[index] = REASONS[reason]
        self.flags.append(f"Cell {self.cells[index].number} was stopped: {REASONS[reason]}.")


def bounded(words: object) -> str:
    """Return what a worker says of an error, as a line of bounded length.

    Parameters
    ----------
    words : object
        What came, which may be anything.

    Returns
    -------
    str
        At most 300 characters that can be printed.
    """
    if not isinstance(words, str) or not words:
        return "an error"
    line = " ".join(words.split())
    return "".join(c for c in line if c.isprintable())[:300]
