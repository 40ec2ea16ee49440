"""The reader's side: feedback on an answer at once, in a notebook or a terminal.

Nothing is isolated here: it is the reader's own computer, and the mark is between the reader and
the book. The marks of a class are computed by `gantext.grading.grade`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import Any

from gantext.core.arguments import checked_arguments
from gantext.grading.catalogue import find, questions
from gantext.grading.feedback import UNDEFINED, feedback
from gantext.grading.question import Question
from gantext.grading.rendering import (
    Progress,
    feedback_html,
    feedback_text,
    progress_html,
    progress_text,
)

_shares: dict[str, float] = {}  # of each question answered since the kernel was started, by its id


@checked_arguments
def check(question: str | Question, answer: Any = UNDEFINED) -> None:
    """Show what an answer is worth, and what to look at next; never the answer itself.

    The inputs are the same each time, so that you can see whether a change helped. Where an
    instructor grades, they are others.

    Parameters
    ----------
    question : str or Question
        The question, or its id: ``"ideal-game/log-critic"``.
    answer : object, optional
        The function or value to check. By default it is what the caller has under the name
        that the question asks for.

    Raises
    ------
    ValueError
        If there is no such question.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.check("cycles/largest-step", 1.0)
    The largest step, by experiment: 0 of 2 points
      not yet · your number, to 1 %
          expected: a positive number right to a relative 0.01
          got: a number too far off
    0 of 16 points; 0 of 6 questions done
    """
    if _in_grader():
        return
    asked = find(question) if isinstance(question, str) else question
    if answer is UNDEFINED:
        caller = sys._getframe(2)  # beyond the check of the arguments
        names = {**caller.f_globals, **caller.f_locals}
        answer = names.get(asked.entry, UNDEFINED)
    found = feedback(asked, answer)
    if found.answered:
        _shares[asked.id] = found.share
    else:
        _shares.pop(asked.id, None)
    try:
        so_far = Progress(questions(asked.chapter), _shares)
    except ValueError:  # a question that belongs to no chapter
        so_far = None
    _show(feedback_text(found, so_far), feedback_html(found, so_far))


@checked_arguments
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
    >>> import gantext as gt
    >>> gt.progress("ideal-game")
    0 of 16 points; 0 of 6 questions done
      A critic that survives zero: not answered yet
      The divergence that chance makes: not answered yet
      Pictures out of reach: not answered yet
      What one neuron sees: not answered yet
      A forgery that she cannot see: not answered yet
      A critic who reads the ratio: not answered yet
    """
    if _in_grader():
        return
    found = Progress(questions(chapter), _shares)
    _show(progress_text(found), progress_html(found))


def _in_grader() -> bool:
    """Tell whether a grader runs the notebook; it has the questions, and the notebook has not."""
    if not os.environ.get("GANTEXT_GRADER"):
        return False
    print("Not checked here: the grader does that with inputs of its own.")
    return True


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
