"""The questions of the book's exercises, by chapter and by id."""

from __future__ import annotations

import importlib
import pkgutil

from gantext.grading.question import Question

_QUESTIONS = "gantext.grading.questions"


def chapters() -> list[str]:
    """Return the chapters that have questions, in the order of their names.

    Returns
    -------
    list of str
        Such as ``"ideal-game"``.
    """
    package = importlib.import_module(_QUESTIONS)
    found = pkgutil.iter_modules(package.__path__)
    return sorted(module.name.replace("_", "-") for module in found)


def questions(chapter: str) -> list[Question]:
    """Return the questions of a chapter, in its order.

    Parameters
    ----------
    chapter : str
        The chapter: ``"ideal-game"``.

    Returns
    -------
    list of Question
        Its questions.

    Raises
    ------
    ValueError
        If there is no such chapter.
    """
    known = chapters()
    if chapter not in known:
        raise ValueError(f"chapter: expected one of {', '.join(known) or 'none'}, got {chapter!r}")
    module = importlib.import_module(f"{_QUESTIONS}.{chapter.replace('-', '_')}")
    return list(module.QUESTIONS)


def find(name: str) -> Question:
    """Return the question with an id.

    Parameters
    ----------
    name : str
        The id: ``"ideal-game/log-critic"``.

    Returns
    -------
    Question
        The question.

    Raises
    ------
    ValueError
        If there is none.
    """
    if not isinstance(name, str) or "/" not in name:
        raise ValueError(f"expected a question's id, such as 'chapter/question', got {name!r}")
    asked = questions(name.partition("/")[0])
    for question in asked:
        if question.id == name:
            return question
    ids = ", ".join(question.id for question in asked)
    raise ValueError(f"expected one of {ids}, got {name!r}")
