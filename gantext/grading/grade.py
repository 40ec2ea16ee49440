"""Grading one submission: its bytes, the questions and a seed give its marks.

The submission runs in a sandbox. What it says there is data to be judged here, on inputs that it
could not know. No exit code, no printed text and nothing that it says about itself enters a mark.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from gantext.grading.answers import answer_cells, to_run
from gantext.grading.calling import NO_RETURN
from gantext.grading.execution import REASONS, Execution, bounded
from gantext.grading.library_calls import leans_on_library
from gantext.grading.notebooks import Cell, Notebook, UnreadableError, read
from gantext.grading.plain_data import WANTED, kind
from gantext.grading.question import Call, Question, Verdict
from gantext.grading.results import QuestionResult, Result, nothing
from gantext.grading.sandboxes.base import Sandbox
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.sandboxes.worker_process import WorkerDied


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
        Where to run it: see `gantext.grading.sandboxes.choose`.
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

    Raises
    ------
    SandboxError
        If the sandbox does not start.

    Examples
    --------
    >>> from gantext.grading.grade import grade
    >>> from gantext.grading.sandboxes.none import NoSandbox
    >>> grade(b"no notebook", [], seed=1, sandbox=NoSandbox()).words[:37]
    'expected a Jupyter notebook (.ipynb),'
    """
    start = time.monotonic()
    try:
        notebook = read(data, template)
    except UnreadableError as error:
        return nothing(name, data, questions, str(error))
    cells = to_run(notebook, questions)
    ran = Execution(cells, derive(seed, "submission") % 2**63, sandbox, limits or Limits(), hide)
    marking = _Marking(notebook, seed, ran)
    try:
        rows = marking.results(questions)
    finally:
        ran.close()
    return Result(
        name=name,
        digest=notebook.digest,
        earned=round(sum(row.earned for row in rows), 6),
        points=sum(question.points for question in questions),
        questions=tuple(rows),
        cells=tuple(ran.errors),
        flags=tuple(dict.fromkeys([*notebook.flags, *ran.flags])),
        output=ran.output.decode("utf-8", "replace"),
        seconds=round(time.monotonic() - start, 3),
    )


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
    """
    text = "\x00".join([str(seed), *labels])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:16], "big")


_ENDS = 3  # workers that one question's inputs may end before the rest is not tried


class _Marking:
    """Judges the answers of one submission, whose cells have run in an `Execution`."""

    def __init__(self, notebook: Notebook, seed: int, ran: Execution) -> None:
        self.notebook = notebook
        self.seed = seed
        self.ran = ran
        self.flags = ran.flags

    def results(self, questions: Sequence[Question]) -> list[QuestionResult]:
        rows = []
        for question in questions:
            self.ran.prepare()  # the cells run here first, and anew if an answer ended the worker
            rows.append(self.result(question))
        return rows

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
        self.flags += [f"{question.id}: {v.fault}." for v in verdicts if v.fault]
        if state == "no result":
            self.flags.append(f"{question.id}: no result; {words}")
        earned = round(question.points * question.share(verdicts), 6)
        return QuestionResult(
            question.id, question.title, question.points, earned, state, words, tuple(verdicts)
        )

    def verdicts(self, question: Question, own: Sequence[Cell]) -> tuple[str, str, list[Verdict]]:
        """Return whether there is an answer, what is said of it as a whole, and its verdicts."""
        if not self.ran.alive():
            return "no result", "the submission used up its time or its restarts before this", []
        found: list[Verdict] = []
        blank = ended = 0
        answer: dict[str, Any] = {}
        for number, call in enumerate(question.calls(derive(self.seed, question.id))):
            if question.kind == "value" and number:  # it was asked for once
                found.append(_verdict(question, call, answer))
                blank += _state(answer) == "blank"
                continue
            if not self.ran.alive() and ended < _ENDS:  # it costs this input, not the others
                ended += 1
                self.ran.prepare()
            if not self.ran.alive():
                got = "nothing: the call before ended Python, so this one was not made"
                found.append(call.failed(got))
                continue
            answer = self.answer(question, call, number)
            state = _state(answer)
            if state == "missing":
                return "missing", self.why_missing(question, own), []
            blank += state == "blank"
            self.flags += [
                f"{question.id}: the answer needs {package}, which the grader does not have."
                for package in self.ran.lacking(answer)
            ]
            found.append(_verdict(question, call, answer))
            origin = answer.get("origin")
            if isinstance(origin, str) and origin in question.library:
                self.flags.append(f"{question.id}: the answer is the library's {origin}.")
        if blank and blank == len(found):  # who raises for one input may answer others
            return "blank", "not answered", []
        return "answered", "", found

    def answer(self, question: Question, call: Call, number: int) -> dict[str, Any]:
        """Call an answer, or read its value; one that ends the worker counts as raising."""
        request = {
            "do": "call",
            "entry": question.entry,
            "arguments": None if question.kind == "value" else dict(call.arguments),
            "tensors": question.tensors,
            "seed": derive(self.seed, question.id, str(number), "global") % 2**63,
        }
        try:
            return self.ran.ask(request, question.seconds)
        except WorkerDied as died:
            why = REASONS[died.reason]
            self.flags.append(f"{question.id}: the answer was stopped: {why}.")
            return {"state": "raised", "error": why}

    def why_missing(self, question: Question, own: Sequence[Cell]) -> str:
        words = f"`{question.entry}` is not defined in the notebook"
        errors = {cell.number: cell.error for cell in self.ran.errors}
        for cell in own:
            if cell.number in errors:
                return f"{words}: cell {cell.number} stopped before, with {errors[cell.number]}"
        return words


def _verdict(question: Question, call: Call, answer: dict[str, Any]) -> Verdict:
    """Judge what came back of a call, whatever it is."""
    state = _state(answer)
    if state == "answered":
        value = answer.get("value")
        return call.failed(NO_RETURN) if value is None else question.judged(call, value)
    if state == "time":
        return call.failed(REASONS["time"], expected=f"a result within {question.seconds:g} s")
    if state == "uncallable":
        return call.failed(f"`{question.entry}` is something else", expected="a function")
    if state == "unfit":
        return call.failed(bounded(answer.get("error")), expected=WANTED)
    if state in ("raised", "blank"):
        return call.failed(bounded(answer.get("error")))
    return call.failed(f"{kind(answer.get('state'))} in place of an answer")


def _state(answer: dict[str, Any]) -> str:
    """Return what a worker says became of a call; nothing where that is no text."""
    state = answer.get("state")
    return state if isinstance(state, str) else ""
