"""Feedback and progress as text and as HTML: what `check` and `progress` show."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gantext.grading.feedback import Feedback
from gantext.grading.question import Question, Verdict


@dataclass(frozen=True)
class Progress:
    """How far a reader is with some questions.

    Attributes
    ----------
    questions : sequence of Question
        The questions.
    shares : dict
        The share of each question answered so far, by its id.
    """

    questions: Sequence[Question]
    shares: Mapping[str, float]

    @property
    def points(self) -> int:
        """The most that can be earned."""
        return sum(question.points for question in self.questions)

    @property
    def earned(self) -> float:
        """The points earned so far."""
        return sum(self.shares.get(q.id, 0.0) * q.points for q in self.questions)

    def __str__(self) -> str:
        done = sum(self.shares.get(question.id) == 1 for question in self.questions)
        return f"{mark(self.earned, self.points)}; {done} of {len(self.questions)} questions done"

    def states(self) -> list[str]:
        """Return a line for each question: its title, and what is earned of its points."""
        return [
            f"{q.title}: {mark(self.shares[q.id] * q.points, q.points)}"
            if q.id in self.shares
            else f"{q.title}: not answered yet"
            for q in self.questions
        ]


def mark(earned: float, points: float) -> str:
    """Say how many points of how many were earned.

    Parameters
    ----------
    earned, points : float
        The points.

    Returns
    -------
    str
        Such as ``"1.5 of 2 points"``.
    """
    return f"{earned:.4g} of {points:g} point{'s' if points != 1 else ''}"


def state(verdict: Verdict) -> str:
    """Say in a word or two whether an answer was right on one call.

    Parameters
    ----------
    verdict : Verdict
        The verdict.

    Returns
    -------
    str
        Such as ``"50 % right"``.
    """
    if verdict.share == 1:
        return "right"
    return "not yet" if verdict.share == 0 else f"{100 * verdict.share:.0f} % right"


def progress_text(progress: Progress) -> str:
    """Write progress as plain text.

    Parameters
    ----------
    progress : Progress
        The progress.

    Returns
    -------
    str
        A line, and one more for each question.
    """
    return "\n".join([str(progress), *(f"  {line}" for line in progress.states())])


def progress_html(progress: Progress) -> str:
    """Write progress as HTML that needs no script, style sheet or network.

    Parameters
    ----------
    progress : Progress
        The progress.

    Returns
    -------
    str
        A paragraph and a list.
    """
    items = "".join(f"<li>{html.escape(line)}</li>" for line in progress.states())
    return f"<p><strong>{html.escape(str(progress))}</strong></p><ul>{items}</ul>"


def feedback_text(found: Feedback, progress: Progress | None = None) -> str:
    """Write feedback as plain text.

    Parameters
    ----------
    found : Feedback
        The feedback.
    progress : Progress, optional
        What is told below it.

    Returns
    -------
    str
        A few lines.
    """
    lines = [_heading(found)]
    if found.note:
        lines.append(f"  {found.note}")
    for verdict in told_once(found.verdicts):
        lines.append(f"  {_line(verdict)}")
        lines += [f"      {label}: {words}" for label, words in _details(verdict)]
    if progress is not None:
        lines.append(str(progress))
    return "\n".join(lines)


def feedback_html(found: Feedback, progress: Progress | None = None) -> str:
    """Write feedback as HTML that needs no script, style sheet or network.

    Parameters
    ----------
    found : Feedback
        The feedback.
    progress : Progress, optional
        What is told below it.

    Returns
    -------
    str
        A ``div``.
    """
    parts = [f"<p><strong>{html.escape(_heading(found))}</strong></p>"]
    if found.note:
        parts.append(f"<p>{html.escape(found.note)}</p>")
    if found.verdicts:
        items = "".join(map(_item, told_once(found.verdicts)))
        parts.append(f'<ul style="list-style: none; padding-left: 1em">{items}</ul>')
    if progress is not None:
        line = html.escape(str(progress))
        numbers = f'value="{progress.earned:.3f}" max="{progress.points}"'
        parts.append(f'<p><progress {numbers} aria-label="{line}"></progress> {line}</p>')
    return f'<div class="gantext-check">{"".join(parts)}</div>'


def told_once(verdicts: Sequence[Verdict]) -> list[Verdict]:
    """Put those together that fail for the same reason: one line names all that was tried.

    Parameters
    ----------
    verdicts : sequence of Verdict
        One for each call.

    Returns
    -------
    list of Verdict
        In the order of the first of each.
    """
    same: dict[tuple[object, ...], list[Verdict]] = {}
    for number, verdict in enumerate(verdicts):
        told = (verdict.expected, verdict.got, verdict.hint, verdict.fault)
        same.setdefault(told if verdict.share == 0 and verdict.got else (number,), []).append(
            verdict
        )
    return [
        replace(first, tried="; ".join(verdict.tried for verdict in (first, *more)))
        for first, *more in same.values()
    ]


def _heading(found: Feedback) -> str:
    question = found.question
    if not found.answered:
        return f"{question.title}: not answered yet"
    return f"{question.title}: {mark(found.share * question.points, question.points)}"


def _line(verdict: Verdict) -> str:
    return f"{state(verdict)} · {verdict.tried or 'the value'}"


def _item(verdict: Verdict) -> str:
    sign = "✓" if verdict.share == 1 else "✗" if verdict.share == 0 else "◐"
    item = f'<span aria-hidden="true">{sign}</span> {html.escape(_line(verdict))}'
    if details := _details(verdict):
        lines = (f"<li>{label}: {html.escape(words)}</li>" for label, words in details)
        item += f"<ul>{''.join(lines)}</ul>"
    return f"<li>{item}</li>"


def _details(verdict: Verdict) -> list[tuple[str, str]]:
    labels: list[tuple[str, str]] = []
    if verdict.share < 1:
        labels = [("expected", verdict.expected), ("got", verdict.got)]
    labels += [("hint", verdict.hint), ("a fault of the check itself", verdict.fault)]
    return [(label, words) for label, words in labels if words]
