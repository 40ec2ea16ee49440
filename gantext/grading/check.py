"""The reader's side: feedback on an answer at once, in a notebook or a terminal.

Nothing is isolated here: it is the reader's own computer, and the mark is between the reader and
the book. The marks of a class are computed by `gantext.grading.grade`.
"""

from __future__ import annotations

import copy
import html
import os
import sys
import time
import traceback
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from gantext.grading.protocol import NotPlainError, plain
from gantext.grading.question import Feedback, Question, Verdict, find, kind, questions

_UNSET: Any = object()
_shown: dict[str, float] = {}  # the share of each question answered so far, by its id


def check(question: str | Question, answer: Any = _UNSET) -> None:
    """Show what an answer is worth, and what to look at next; never the answer itself.

    The inputs are the same each time, so that you can see whether a change helped. Where an
    instructor grades, they are others.

    Parameters
    ----------
    question : str or Question
        The question, or its id: ``"ideal-game/optimal-critic"``.
    answer : object, optional
        The function or value to check. By default it is what the caller has under the name
        that the question asks for.

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> from gantext.grading import Call, Question, check, near
    >>> question = Question(
    ...     id="example/square",
    ...     title="A square",
    ...     points=1,
    ...     entry="square",
    ...     kind="function",
    ...     draw=lambda rng: [Call({"x": 3.0}, "a positive number")],
    ...     judge=lambda call, answer: near(answer, call.arguments["x"] ** 2),
    ... )
    >>> def square(x):
    ...     return x**2
    >>> check(question)
    A square: 1 of 1 point
      right · a positive number
    """
    if _in_grader():
        return
    asked = find(question) if isinstance(question, str) else question
    if answer is _UNSET:
        caller = sys._getframe(1)
        names = {**caller.f_globals, **caller.f_locals}
        answer = names.get(asked.entry, _UNSET)
    found = feedback(asked, answer)
    _shown[asked.id] = found.share if found.answered else -1.0
    try:
        chapter = questions(asked.chapter)
    except ValueError:  # a question that belongs to no chapter
        chapter = []
    _show(feedback_text(found, chapter), feedback_html(found, chapter))


def progress(chapter: str) -> None:
    """Show how far you are with the exercises of a chapter, since the kernel was started.

    Parameters
    ----------
    chapter : str
        The chapter: ``"ideal-game"``.

    Raises
    ------
    ValueError
        If it has no exercises.

    Examples
    --------
    >>> from gantext.grading import chapters, progress
    >>> for chapter in chapters():
    ...     progress(chapter)  # doctest: +SKIP
    """
    if _in_grader():
        return
    asked = questions(chapter)
    rows = [(question, _shown.get(question.id, -1.0)) for question in asked]
    lines = [_progress_line(asked)]
    items = []
    for question, share in rows:
        state = "not answered yet" if share < 0 else f"{_points(question, share)}"
        lines.append(f"  {question.title}: {state}")
        items.append(f"<li>{html.escape(question.title)}: {html.escape(state)}</li>")
    page = f"<p><strong>{html.escape(lines[0])}</strong></p><ul>{''.join(items)}</ul>"
    _show("\n".join(lines), page)


def feedback(question: Question, answer: Any) -> Feedback:
    """Judge an answer in this process, on inputs that are the same each time.

    Parameters
    ----------
    question : Question
        The question.
    answer : object
        The function or the value.

    Returns
    -------
    Feedback
        One verdict for each call. An exception that the answer raises is told in the verdict.

    Examples
    --------
    >>> from gantext.grading import Call, Question, feedback, near
    >>> question = Question(
    ...     "example/two", "Two", 1, "two", "value", lambda rng: [Call()], lambda c, a: near(a, 2)
    ... )
    >>> feedback(question, 2.0).share, feedback(question, None).answered
    (1.0, False)
    """
    if answer is _UNSET:
        note = f"`{question.entry}` is not defined: run the cell with your answer first."
        return Feedback(question, False, note=note)
    if question.kind == "value":
        return _value_feedback(question, answer)
    if not callable(answer):
        if answer is None or answer is Ellipsis:
            return Feedback(question, False)
        words = f"expected a function named `{question.entry}`, got {_kind(answer)}"
        return Feedback(question, True, (Verdict(0.0, "the answer itself", got=words),))
    verdicts: list[Verdict] = []
    for call in question.calls(public_seed(question)):
        start = time.perf_counter()
        try:
            given = copy.deepcopy(dict(call.arguments))  # an answer may change them at will
            raw = answer(**as_tensors(given) if question.tensors else given)
        except NotImplementedError as error:
            if not verdicts:
                return Feedback(question, False, note=str(error))
            verdicts.append(Verdict(0.0, call.tried, "a result", "NotImplementedError"))
            continue
        except Exception as error:
            verdicts.append(Verdict(0.0, call.tried, "a result", where(error)))
            continue
        seconds = time.perf_counter() - start
        if raw is None and not verdicts:
            words = "None: does your function end with `return`?"
            verdicts.append(Verdict(0.0, call.tried, "a result", words))
            continue
        verdicts.append(_judge(question, call, raw, seconds))
    return Feedback(question, True, tuple(verdicts))


def _value_feedback(question: Question, answer: Any) -> Feedback:
    if answer is None or answer is Ellipsis:
        return Feedback(question, False)
    calls = question.calls(public_seed(question))
    return Feedback(question, True, tuple(_judge(question, call, answer, 0.0) for call in calls))


def _judge(question: Question, call: Any, raw: Any, seconds: float) -> Verdict:
    try:
        verdict = question.judged(call, plain(raw))
    except NotPlainError as error:
        return Verdict(0.0, call.tried, "numbers, strings, lists or arrays", str(error))
    if seconds > question.seconds:
        words = f"It took {seconds:.0f} s; a grader stops it after {question.seconds:.0f} s."
        hint = f"{verdict.hint} {words}".strip()
        return Verdict(
            verdict.share, verdict.tried, verdict.expected, verdict.got, hint, verdict.fault
        )
    return verdict


def as_tensors(arguments: dict[str, Any]) -> dict[str, Any]:
    """Return arguments with a torch tensor in place of each array.

    Parameters
    ----------
    arguments : dict
        The arguments of a call.

    Returns
    -------
    dict
        The same, with tensors.

    Examples
    --------
    >>> import numpy as np
    >>> from gantext.grading.check import as_tensors
    >>> as_tensors({"p": np.zeros(2), "n": 3})
    {'p': tensor([0., 0.], dtype=torch.float64), 'n': 3}
    """
    import torch

    return {
        name: torch.from_numpy(value) if isinstance(value, np.ndarray) else value
        for name, value in arguments.items()
    }


def public_seed(question: Question) -> int:
    """Return the seed of the inputs that `check` uses.

    Parameters
    ----------
    question : Question
        The question.

    Returns
    -------
    int
        The same on every computer.

    Examples
    --------
    >>> from gantext.grading import Call, Question, Verdict
    >>> from gantext.grading.check import public_seed
    >>> def question(id):
    ...     return Question(id, "f", 1, "f", "value", lambda rng: [Call()], lambda c, a: Verdict(0))
    >>> public_seed(question("a/b")) == public_seed(question("a/b")) != public_seed(question("a/c"))
    True
    """
    return zlib.crc32(question.id.encode())


def where(error: BaseException) -> str:
    """Say what was raised, and in which line of the answer.

    Parameters
    ----------
    error : BaseException
        What was raised.

    Returns
    -------
    str
        Such as ``"ZeroDivisionError: division by zero (in line 2 of f)"``.

    Examples
    --------
    >>> from gantext.grading.check import where
    >>> where(ValueError("no"))
    'ValueError: no'
    """
    try:
        words = f"{type(error).__name__}: {error}"[:300]
    except Exception:
        words = type(error).__name__
    if isinstance(error, SyntaxError):
        return words
    library = str(Path(__file__).resolve().parent.parent) + os.sep
    installed = (sys.prefix, sys.base_prefix, "<frozen", library)
    own = [
        frame
        for frame in traceback.extract_tb(error.__traceback__)[1:]  # the first is the checker's
        if not frame.filename.startswith(installed)
    ]
    if not own:
        return words
    last = own[-1]
    cell = last.filename.strip("<>") if last.filename.startswith("<cell") else "the cell"
    place = cell if last.name == "<module>" else last.name
    return f"{words} (in line {last.lineno} of {place})"


def _in_grader() -> bool:
    """Tell whether a grader runs the notebook; it has the questions, and the notebook has not."""
    if not os.environ.get("GANTEXT_GRADER"):
        return False
    print("Not checked here: the grader does that with inputs of its own.")
    return True


def _kind(answer: Any) -> str:
    try:
        return kind(plain(answer))
    except NotPlainError:
        return f"an object of type {type(answer).__name__}"


def _points(question: Question, share: float) -> str:
    earned = f"{share * question.points:.3g}"
    return f"{earned} of {question.points} point{'s' if question.points != 1 else ''}"


def _progress_line(asked: Sequence[Question]) -> str:
    total = sum(question.points for question in asked)
    earned = sum(max(0.0, _shown.get(question.id, 0.0)) * question.points for question in asked)
    done = sum(_shown.get(question.id, -1.0) == 1 for question in asked)
    return f"{earned:.3g} of {total} points; {done} of {len(asked)} questions done"


def feedback_text(found: Feedback, chapter: Sequence[Question] = ()) -> str:
    """Write feedback as plain text.

    Parameters
    ----------
    found : Feedback
        The feedback.
    chapter : sequence of Question
        The questions over which progress is told; none for no progress.

    Returns
    -------
    str
        A few lines.

    Examples
    --------
    >>> from gantext.grading import Call, Question, feedback, near
    >>> from gantext.grading.check import feedback_text
    >>> question = Question(
    ...     "example/two", "Two", 1, "two", "value", lambda rng: [Call()], lambda c, a: near(a, 2)
    ... )
    >>> print(feedback_text(feedback(question, None)))
    Two: not answered yet
    """
    lines = [_heading(found)]
    if found.note:
        lines.append(f"  {found.note}")
    for verdict in found.verdicts:
        lines.append(f"  {_state(verdict)} · {verdict.tried or 'the value'}")
        lines += [f"      {label}: {words}" for label, words in _details(verdict)]
    if chapter:
        lines.append(_progress_line(chapter))
    return "\n".join(lines)


def feedback_html(found: Feedback, chapter: Sequence[Question] = ()) -> str:
    """Write feedback as HTML that needs no script, style sheet or network.

    Parameters
    ----------
    found : Feedback
        The feedback.
    chapter : sequence of Question
        The questions over which progress is told; none for no progress.

    Returns
    -------
    str
        A ``div``.

    Examples
    --------
    >>> from gantext.grading import Call, Question, feedback, near
    >>> from gantext.grading.check import feedback_html
    >>> question = Question(
    ...     "example/two", "<Two>", 1, "two", "value", lambda rng: [Call()], lambda c, a: near(a, 2)
    ... )
    >>> "&lt;Two&gt;: 1 of 1 point" in feedback_html(feedback(question, 2))
    True
    """
    escape = html.escape
    parts = [f"<p><strong>{escape(_heading(found))}</strong></p>"]
    if found.note:
        parts.append(f"<p>{escape(found.note)}</p>")
    items = []
    for verdict in found.verdicts:
        mark = "✓" if verdict.share == 1 else "✗" if verdict.share == 0 else "◐"
        item = f'<span aria-hidden="true">{mark}</span> {escape(_state(verdict))} · '
        item += escape(verdict.tried or "the value")
        details = "".join(
            f"<li>{label}: {escape(words)}</li>" for label, words in _details(verdict)
        )
        items.append(f"<li>{item}{f'<ul>{details}</ul>' if details else ''}</li>")
    if items:
        parts.append(f'<ul style="list-style: none; padding-left: 1em">{"".join(items)}</ul>')
    if chapter:
        total = sum(question.points for question in chapter)
        earned = sum(max(0.0, _shown.get(q.id, 0.0)) * q.points for q in chapter)
        line = escape(_progress_line(chapter))
        bar = f'<progress value="{earned:.3f}" max="{total}" aria-label="{line}"></progress>'
        parts.append(f"<p>{bar} {line}</p>")
    return f'<div class="gantext-check">{"".join(parts)}</div>'


def _heading(found: Feedback) -> str:
    if not found.answered:
        return f"{found.question.title}: not answered yet"
    return f"{found.question.title}: {_points(found.question, found.share)}"


def _state(verdict: Verdict) -> str:
    if verdict.share == 1:
        return "right"
    return "not yet" if verdict.share == 0 else f"{100 * verdict.share:.0f} % right"


def _details(verdict: Verdict) -> list[tuple[str, str]]:
    labels: list[tuple[str, str]] = []
    if verdict.share < 1:
        labels = [("expected", verdict.expected), ("got", verdict.got)]
    labels += [("hint", verdict.hint), ("a fault of the check itself", verdict.fault)]
    return [(label, words) for label, words in labels if words]


def _show(text: str, page: str) -> None:
    """Display in a notebook; print elsewhere."""
    if _in_notebook():
        from IPython.display import display

        show: Callable[..., Any] = display
        show({"text/plain": text, "text/html": page}, raw=True)
    else:
        print(text)


def _in_notebook() -> bool:
    """Tell a kernel, which can show HTML, from a terminal."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    return shell is not None and hasattr(shell, "kernel")
