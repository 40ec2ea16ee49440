"""Grading one submission: its bytes, the questions and a seed give its marks.

The submission runs in a sandbox. What it says there is data to be judged here, on inputs that it
could not know. No exit code, no printed text and nothing that it says about itself enters a mark.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from gantext.grading.notebooks import (
    Cell,
    Notebook,
    UnreadableError,
    answer_cells,
    digest,
    leans_on_library,
    read,
    to_run,
)
from gantext.grading.question import Call, Question, Verdict, kind
from gantext.grading.sandbox import Limits, Sandbox, SandboxError, Worker, WorkerDied

MAX_RESTARTS = 12
_GRACE = 2.0  # seconds between a worker's own alarm and the end that the grader makes
_STARTING = 60.0

_WORDS = {
    "time": "it took longer than allowed and was stopped; does every loop end?",
    "output": "it printed far too much and was stopped",
    "memory": "it used more memory than allowed and was stopped",
    "processes": "it started too many processes and was stopped",
    "message": "it wrote to the grader's own channel and was stopped",
    "end": "Python ended in the middle of it: by os._exit, by a crash, or for want of memory",
}


@dataclass(frozen=True)
class CellResult:
    """What became of a cell.

    Attributes
    ----------
    number : int
        Its place in the notebook, from 1; 0 for a cell of the book that was put back.
    error : str
        What was raised, or nothing.

    Examples
    --------
    >>> from gantext.grading.grade import CellResult
    >>> CellResult(3).error
    ''
    """

    number: int
    error: str = ""


@dataclass(frozen=True)
class QuestionResult:
    """What an answer earned, and why.

    Attributes
    ----------
    id, title : str
        The question.
    points : int
        What it is worth.
    earned : float
        What the answer got.
    state : {"answered", "blank", "missing", "no result"}
        Whether there is an answer, and whether it could be judged.
    words : str
        What concerns the answer as a whole, to the student.
    verdicts : tuple of Verdict
        One for each thing tried.

    Examples
    --------
    >>> from gantext.grading.grade import QuestionResult
    >>> QuestionResult("a/b", "B", 2, 0.0, "blank").earned
    0.0
    """

    id: str
    title: str
    points: int
    earned: float
    state: str
    words: str = ""
    verdicts: tuple[Verdict, ...] = ()


@dataclass(frozen=True)
class Result:
    """What a submission earned, and why.

    Attributes
    ----------
    name : str
        Whose it is.
    digest : str
        The SHA-256 of the file.
    earned : float
        The sum over the questions.
    points : int
        The most that can be had.
    questions : tuple of QuestionResult
        One for each question.
    cells : tuple of CellResult
        Those that did not run to their end.
    flags : tuple of str
        What an instructor should look at.
    words : str
        What concerns the submission as a whole, to the student.
    output : str
        The beginning of what it printed.
    seconds : float
        How long grading took.

    Examples
    --------
    >>> from gantext.grading.grade import nothing
    >>> nothing("Ada", b"", [], "an empty file").earned
    0.0
    """

    name: str
    digest: str
    earned: float
    points: int
    questions: tuple[QuestionResult, ...]
    cells: tuple[CellResult, ...] = ()
    flags: tuple[str, ...] = ()
    words: str = ""
    output: str = ""
    seconds: float = field(default=0.0, compare=False)

    def as_dict(self) -> dict[str, Any]:
        """Return everything as plain JSON."""
        return asdict(self)


def derive(seed: int, *labels: str) -> int:
    """Return a seed that follows from another one, and tells nothing about it.

    Parameters
    ----------
    seed : int
        The secret seed.
    *labels : str
        What it is for.

    Returns
    -------
    int
        128 bits.

    Examples
    --------
    >>> from gantext.grading.grade import derive
    >>> derive(1, "a") == derive(1, "a"), derive(1, "a") == derive(1, "b")
    (True, False)
    """
    text = "\x00".join([str(seed), *labels])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


def nothing(name: str, data: bytes, questions: Sequence[Question], words: str) -> Result:
    """Return the result of a submission that could not be graded: 0, and a flag.

    Parameters
    ----------
    name : str
        Whose it is.
    data : bytes
        The file.
    questions : sequence of Question
        What was asked.
    words : str
        Why, to the student.

    Returns
    -------
    Result
        Without a single point.

    Examples
    --------
    >>> from gantext.grading.grade import nothing
    >>> nothing("Ada", b"", [], "an empty file").flags
    ('Not graded: an empty file',)
    """
    rows = tuple(QuestionResult(q.id, q.title, q.points, 0.0, "no result") for q in questions)
    points = sum(question.points for question in questions)
    return Result(
        name, digest(data), 0.0, points, rows, flags=(f"Not graded: {words}",), words=words
    )


def grade(
    data: bytes,
    questions: Sequence[Question],
    *,
    seed: int,
    sandbox: Sandbox,
    name: str = "",
    limits: Limits | None = None,
    template: Notebook | None = None,
    hide: Sequence[Path] = (),
) -> Result:
    """Grade a submission.

    Parameters
    ----------
    data : bytes
        The file that was handed in, whatever it is.
    questions : sequence of Question
        What is asked.
    seed : int
        The secret seed. The same one gives the same inputs and the same marks.
    sandbox : Sandbox
        Where to run it: see `gantext.grading.sandbox.choose`.
    name : str
        Whose it is, for the reports.
    limits : Limits, optional
        What it may use.
    template : Notebook, optional
        The notebook that the students were given.
    hide : sequence of Path
        Folders that it must not see.

    Returns
    -------
    Result
        Its marks, and what is to be said of them.

    Examples
    --------
    >>> from gantext.grading.grade import grade
    >>> from gantext.grading.sandbox import NoSandbox
    >>> grade(b"no notebook", [], seed=1, sandbox=NoSandbox()).words[:37]
    'expected a Jupyter notebook (.ipynb),'
    """
    start = time.monotonic()
    try:
        notebook = read(data, template)
    except UnreadableError as error:
        return nothing(name, data, questions, str(error))
    run = _Run(notebook, questions, seed, sandbox, limits or Limits(), hide)
    try:
        rows = run.grade()
    finally:
        run.close()
    cells = [CellResult(run.cells[i].number, words) for i, words in sorted(run.errors.items())]
    return Result(
        name=name,
        digest=notebook.digest,
        earned=round(sum(row.earned for row in rows), 6),
        points=sum(question.points for question in questions),
        questions=tuple(rows),
        cells=tuple(cells),
        flags=tuple(dict.fromkeys([*notebook.flags, *run.flags])),
        output=run.output.decode("utf-8", "replace"),
        seconds=round(time.monotonic() - start, 3),
    )


class _Run:
    """One submission's turn: its worker, and what has been seen so far."""

    def __init__(
        self,
        notebook: Notebook,
        questions: Sequence[Question],
        seed: int,
        sandbox: Sandbox,
        limits: Limits,
        hide: Sequence[Path],
    ) -> None:
        self.notebook = notebook
        self.questions = questions
        self.seed = seed
        self.sandbox = sandbox
        self.limits = limits
        self.hide = hide
        self.cells = to_run(notebook, questions)
        self.errors: dict[int, str] = {}  # by the cell's index in self.cells
        self.skip: set[int] = set()  # cells that ended a worker, or took too long
        self.flags: list[str] = []
        self.output = b""
        self.worker: Worker | None = None
        self.restarts = 0
        self.deadline = time.monotonic() + limits.total_seconds

    def close(self) -> None:
        if self.worker is not None:
            self.worker.close()
            self.output = self.output or self.worker.output
            if self.worker.strays:
                self.flags.append("The submission sent messages of its own to the grader.")
            self.worker = None

    def alive(self) -> bool:
        return self.worker is not None

    def left(self) -> float:
        return self.deadline - time.monotonic()

    def ask(self, request: dict[str, Any], seconds: float) -> dict[str, Any]:
        """Ask the worker; where it has ended, forget it."""
        assert self.worker is not None
        seconds = min(seconds, self.left())
        if seconds <= 0:
            self.close()
            raise WorkerDied("time")
        try:
            return self.worker.ask({**request, "seconds": seconds}, seconds + _GRACE)
        except WorkerDied:
            self.close()
            raise

    def grade(self) -> list[QuestionResult]:
        rows = []
        self.prepare()
        for question in self.questions:
            if not self.alive():
                self.prepare()
            rows.append(self.result(question))
        return rows

    # --- the cells ---------------------------------------------------------------------------

    def prepare(self) -> None:
        """Start a worker and run the cells, again and again without the one that ended it."""
        while not self.alive() and self.restarts <= MAX_RESTARTS and self.left() > 0:
            self.restarts += 1
            self.worker = self.sandbox.start(self.limits, self.hide)
            confined: dict[str, int] = self.limits.of_process()
            if self.worker.uid is not None:
                confined["uid"] = self.worker.uid
            seed = derive(self.seed, "submission") % 2**63
            try:
                self.ask({"do": "start", "limits": confined, "seed": seed}, _STARTING)
            except WorkerDied:
                raise SandboxError(
                    "The worker does not start in the sandbox. It said: "
                    + self.output.decode("utf-8", "replace").strip()[-300:]
                ) from None
            self.run_cells()

    def run_cells(self) -> None:
        again = []
        for index in range(len(self.cells)):
            if index in self.skip:
                continue
            missing = self.run_cell(index)
            if not self.alive():
                return
            if missing:
                again.append(index)
        for index in again:  # perhaps what was missing came later
            later = {name for cell in self.cells[index + 1 :] for name in cell.binds}
            if later & set(self.cells[index].binds):
                continue
            self.run_cell(index)
            if not self.alive():
                return
            if index not in self.errors:
                number = self.cells[index].number
                self.flags.append(
                    f"Cell {number} needed what a later cell defines; it was run again."
                )

    def run_cell(self, index: int) -> bool:
        """Run a cell; return whether a name was missing."""
        cell = self.cells[index]
        request = {"do": "cell", "source": cell.source, "number": cell.number}
        try:
            answer = self.ask(request, self.limits.cell_seconds)
        except WorkerDied as died:
            self.skip.add(index)
            self.errors[index] = _WORDS[died.reason]
            self.flags.append(f"Cell {cell.number} was stopped: {_WORDS[died.reason]}.")
            return False
        self.errors.pop(index, None)
        if answer.get("ok") is not True:
            self.errors[index] = _text(answer.get("error"))
            if answer.get("timeout") is True:
                self.skip.add(index)
                self.errors[index] = _WORDS["time"]
                self.flags.append(f"Cell {cell.number} was stopped: {_WORDS['time']}.")
        return answer.get("missing") is True

    # --- the questions -----------------------------------------------------------------------

    def result(self, question: Question) -> QuestionResult:
        own = answer_cells(self.notebook, question)
        if len(own) > 1:
            numbers = ", ".join(str(cell.number) for cell in own)
            self.flags.append(f"{question.id}: answered in cells {numbers}; the last one counts.")
        state, words, verdicts = self.verdicts(question, own)
        used = leans_on_library(self.notebook, question)
        if used and verdicts:
            self.flags.append(
                f"{question.id}: the answer leans on the library's {', '.join(used)}."
            )
        for verdict in verdicts:
            if verdict.fault:
                self.flags.append(f"{question.id}: {verdict.fault}.")
        if state == "no result":
            self.flags.append(f"{question.id}: no result; {words}")
        earned = round(question.points * question.share(verdicts), 6)
        return QuestionResult(
            question.id, question.title, question.points, earned, state, words, tuple(verdicts)
        )

    def verdicts(self, question: Question, own: Sequence[Cell]) -> tuple[str, str, list[Verdict]]:
        if not self.alive():
            return "no result", "the submission used up its time or its restarts before this", []
        calls = question.calls(derive(self.seed, question.id))
        found: list[Verdict] = []
        value: Any = None
        for number, call in enumerate(calls):
            if not self.alive():
                got = "nothing: the call before ended Python, so this one was not made"
                found.append(Verdict(0.0, call.tried, "a result", got))
                continue
            if question.kind == "value" and number:
                found.append(question.judged(call, value))
                continue
            try:
                answer = self.ask_answer(question, call, number)
            except WorkerDied as died:
                found.append(Verdict(0.0, call.tried, "a result", _WORDS[died.reason]))
                self.flags.append(f"{question.id}: the answer was stopped: {_WORDS[died.reason]}.")
                continue
            state = answer.get("state")
            if state == "missing":
                return "missing", self.why_missing(question, own), []
            if state == "blank" and not found:
                return "blank", "not answered", []
            value = answer.get("value")
            found.append(self.verdict(question, call, answer))
            if question.kind == "value" and state != "answered":
                break
            origin = answer.get("origin")
            if isinstance(origin, str) and origin in question.library:
                self.flags.append(f"{question.id}: the answer is the library's {origin}.")
        return "answered", "", found

    def ask_answer(self, question: Question, call: Call, number: int) -> dict[str, Any]:
        request = {
            "do": "call",
            "entry": question.entry,
            "arguments": None if question.kind == "value" else dict(call.arguments),
            "tensors": question.tensors,
            "seed": derive(self.seed, question.id, str(number), "global") % 2**63,
        }
        return self.ask(request, question.seconds)

    def verdict(self, question: Question, call: Call, answer: dict[str, Any]) -> Verdict:
        """Judge what came back of a call, whatever it is."""
        state = answer.get("state")
        if state == "answered":
            value = answer.get("value")
            if value is None:
                words = "None; does the function end with `return`?"
                return Verdict(0.0, call.tried, "a result", words)
            return question.judged(call, value)
        if state == "time":
            return Verdict(
                0.0, call.tried, f"a result within {question.seconds:g} s", _WORDS["time"]
            )
        if state == "uncallable":
            words = f"`{question.entry}` is something else"
            return Verdict(0.0, call.tried, "a function", words)
        if state == "unfit":
            expected = "numbers, strings, lists or arrays"
            return Verdict(0.0, call.tried, expected, _text(answer.get("error")))
        if state in ("raised", "blank"):
            return Verdict(0.0, call.tried, "a result", _text(answer.get("error")))
        return Verdict(0.0, call.tried, "a result", f"{kind(state)} in place of an answer")

    def why_missing(self, question: Question, own: Sequence[Cell]) -> str:
        words = f"`{question.entry}` is not defined in the notebook"
        by_number = {self.cells[index].number: error for index, error in self.errors.items()}
        for cell in own:
            if cell.number in by_number:
                return f"{words}: cell {cell.number} stopped before, with {by_number[cell.number]}"
        return words


def _text(words: object) -> str:
    """Return what a worker says of an error, as a line of bounded length."""
    if not isinstance(words, str) or not words:
        return "an error"
    line = " ".join(words.split())
    return "".join(c for c in line if c.isprintable())[:300]
