"""The questions of the book's exercises, by chapter and by id."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import sys
from pathlib import Path

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


def load(path: Path) -> list[Question]:
    """Return the questions of an instructor's own file.

    Parameters
    ----------
    path : Path
        A module, or a package's folder, with a list ``QUESTIONS``. It is run, and trusted.

    Returns
    -------
    list of Question
        Its questions.

    Raises
    ------
    ValueError
        If it does not hold questions of one chapter, each with an id of its own.
    """
    file = path / "__init__.py" if path.is_dir() else path
    if not file.is_file():
        raise ValueError(f"expected a file with questions, got {path}, which does not exist")
    inside = [str(path)] if path.is_dir() else None
    name = f"gantext_own_questions_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, file, submodule_search_locations=inside)
    if spec is None or spec.loader is None:
        raise ValueError(f"expected a file of Python (.py), got {path}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise ValueError(f"{path} stopped with {type(error).__name__}: {error}") from error
    found = getattr(module, "QUESTIONS", None)
    if not isinstance(found, (list, tuple)) or not found:
        raise ValueError(f"{path}: expected a list QUESTIONS, got {type(found).__name__}")
    if strangers := [item for item in found if not isinstance(item, Question)]:
        raise ValueError(f"{path}: expected questions, got {type(strangers[0]).__name__}")
    ids = [question.id for question in found]
    if len(set(ids)) < len(ids) or len({question.chapter for question in found}) > 1:
        raise ValueError(f"{path}: expected ids of one chapter, each once, got {', '.join(ids)}")
    return list(found)
