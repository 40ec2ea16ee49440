"""What is asked in an exercise and how an answer to it is judged.

A `Question` draws fresh inputs and judges what comes back. It runs on the side that is trusted: in
the reader's own notebook, or outside the sandbox when an instructor grades. The answers it gets
are *plain data*: numbers, booleans, strings, None, lists, dicts with string keys, and NumPy arrays
of numbers or booleans. Nothing else is known of them. A judge therefore takes every shape, NaN and
infinity, and every wrong type for what it is: an answer that earns nothing.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Plain: TypeAlias = Any
"""Numbers, booleans, strings, None, lists, dicts with string keys, arrays of numbers."""


@dataclass(frozen=True)
class Call:
    """One thing asked of an answer.

    Attributes
    ----------
    arguments : dict
        Plain data by the parameter's name; empty where the answer is a value.
    tried : str
        What this call tries, in words: ``"5 letters, two of them never drawn"``.

    Examples
    --------
    >>> from gantext.grading import Call
    >>> Call({"x": 2.0}, "a positive number").arguments["x"]
    2.0
    """

    arguments: Mapping[str, Plain] = field(default_factory=dict)
    tried: str = ""


@dataclass(frozen=True)
class Verdict:
    """What became of one call.

    Attributes
    ----------
    share : float
        The part of the question's points that this call earns, from 0 to 1.
    tried : str
        What was tried; empty means what the call says of itself.
    expected : str
        What was expected, in kind only (shape, sign, tolerance), never the answer.
    got : str
        What came, in kind.
    hint : str
        On the usual mistake that looks like this one, or nothing.
    fault : str
        What went wrong in the judge itself; an instructor should look.

    Examples
    --------
    >>> from gantext.grading import Verdict
    >>> Verdict(1.0, expected="a positive number", got="a positive number").share
    1.0
    """

    share: float
    tried: str = ""
    expected: str = ""
    got: str = ""
    hint: str = ""
    fault: str = ""

    def __post_init__(self) -> None:
        if not (isinstance(self.share, (int, float)) and 0 <= self.share <= 1):
            raise ValueError(f"share: expected a number from 0 to 1, got {self.share!r}")


class UnfitError(ValueError):
    """An answer is not of the kind asked for; `Question.judged` makes a verdict of it.

    Parameters
    ----------
    expected : str
        What was expected, in kind.
    got : str
        What came, in kind.

    Examples
    --------
    >>> from gantext.grading import UnfitError
    >>> raise UnfitError("one number", "a string")
    Traceback (most recent call last):
    ...
    gantext.grading.question.UnfitError: expected one number, got a string
    """

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


@dataclass(frozen=True)
class Question:
    """A question: what it asks, how its inputs are drawn, and how an answer is judged.

    Attributes
    ----------
    id : str
        The chapter and the question: ``"ideal-game/optimal-critic"``.
    title : str
        What reports call it.
    points : int
        What a full answer is worth.
    entry : str
        The name that the answer's cell defines.
    kind : {"function", "value"}
        Whether that name is a function, or a value.
    draw : callable
        Takes a `numpy.random.Generator` and returns the calls, at least one. Every random number in
        them comes from that generator.
    judge : callable
        Takes a `Call` and the answer to it, as plain data, and returns a `Verdict`.
    seconds : float
        The time that one call may take.
    library : tuple of str
        Functions of the library that do the whole work, ``"gantext.objectives.divergences.js"``. An
        answer that leans on one of them is flagged.
    tensors : bool
        Whether the arrays among the arguments reach the answer as torch tensors.
    combine : {"mean", "minimum"}
        How the shares of several calls make one.

    Examples
    --------
    >>> from gantext.grading import Call, Question, near
    >>> question = Question(
    ...     id="example/double",
    ...     title="Twice as much",
    ...     points=2,
    ...     entry="double",
    ...     kind="function",
    ...     draw=lambda rng: [Call({"x": rng.normal()}, "a number") for _ in range(3)],
    ...     judge=lambda call, answer: near(answer, 2 * call.arguments["x"]),
    ... )
    >>> (call, *_) = question.calls(0)
    >>> question.judged(call, 2 * call.arguments["x"]).share
    1.0
    >>> question.judged(call, "two").got
    'a string'
    """

    id: str
    title: str
    points: int
    entry: str
    kind: Literal["function", "value"]
    draw: Callable[[np.random.Generator], Sequence[Call]]
    judge: Callable[[Call, Plain], Verdict]
    seconds: float = 10.0
    library: tuple[str, ...] = ()
    tensors: bool = False
    combine: Literal["mean", "minimum"] = "mean"

    def __post_init__(self) -> None:
        if self.id.count("/") != 1 or not all(self.id.split("/")):
            raise ValueError(f"id: expected 'chapter/question', got {self.id!r}")
        if not self.entry.isidentifier():
            raise ValueError(f"entry: expected a Python name, got {self.entry!r}")
        if self.kind not in ("function", "value"):
            raise ValueError(f"kind: expected 'function' or 'value', got {self.kind!r}")
        if self.combine not in ("mean", "minimum"):
            raise ValueError(f"combine: expected 'mean' or 'minimum', got {self.combine!r}")
        if self.points < 1 or not self.seconds > 0:
            got = f"{self.points} and {self.seconds}"
            raise ValueError(f"points, seconds: expected at least 1 and more than 0, got {got}")

    @property
    def chapter(self) -> str:
        """The part of the id before the slash."""
        return self.id.partition("/")[0]

    def calls(self, seed: int | np.random.SeedSequence) -> list[Call]:
        """Draw the calls that a seed gives, the same ones each time.

        Parameters
        ----------
        seed : int or numpy.random.SeedSequence
            The seed.

        Returns
        -------
        list of Call
            At least one.

        Raises
        ------
        ValueError
            If the question draws none.
        """
        calls = list(self.draw(np.random.default_rng(seed)))
        if not calls:
            raise ValueError(f"{self.id}: expected draw to return at least one call, got none")
        if self.kind == "value" and any(call.arguments for call in calls):
            raise ValueError(f"{self.id}: a value takes no arguments; let its calls have none")
        return calls

    def judged(self, call: Call, answer: Plain) -> Verdict:
        """Judge an answer, whatever it is.

        Parameters
        ----------
        call : Call
            What was asked.
        answer : plain data
            What came back.

        Returns
        -------
        Verdict
            Share 0 where the answer does not fit. An exception in the judge also gives share 0, and
            is named in `fault`.
        """
        try:
            with np.errstate(all="ignore"):
                verdict = self.judge(call, answer)
        except UnfitError as unfit:
            verdict = Verdict(0.0, expected=unfit.expected, got=unfit.got)
        except Exception as error:
            words = f"{type(error).__name__}: {error}"[:300]
            verdict = Verdict(0.0, got=kind(answer), fault=f"the judge raised {words}")
        return verdict if verdict.tried else replace(verdict, tried=call.tried)

    def share(self, verdicts: Sequence[Verdict]) -> float:
        """Combine the shares of several calls.

        Parameters
        ----------
        verdicts : sequence of Verdict
            One for each call; none earn nothing.

        Returns
        -------
        float
            From 0 to 1.
        """
        shares = [float(verdict.share) for verdict in verdicts] or [0.0]
        return min(shares) if self.combine == "minimum" else math.fsum(shares) / len(shares)


@dataclass(frozen=True)
class Feedback:
    """What is said of one answer.

    Attributes
    ----------
    question : Question
        The question.
    answered : bool
        False while the answer is blank.
    verdicts : tuple of Verdict
        One for each call; empty while the answer is blank.
    note : str
        What concerns the answer as a whole.

    Examples
    --------
    >>> from gantext.grading import Call, Feedback, Question, Verdict, near
    >>> question = Question(
    ...     "example/two", "Two", 1, "two", "value", lambda rng: [Call()], lambda c, a: near(a, 2)
    ... )
    >>> Feedback(question, True, (Verdict(1.0),)).share
    1.0
    """

    question: Question
    answered: bool
    verdicts: tuple[Verdict, ...] = ()
    note: str = ""

    @property
    def share(self) -> float:
        """The part of the question's points that the answer earns."""
        return self.question.share(self.verdicts)


def kind(answer: Plain) -> str:
    """Say what sort of thing an answer is, without repeating it.

    Parameters
    ----------
    answer : plain data
        The answer.

    Returns
    -------
    str
        A few words.

    Examples
    --------
    >>> import numpy as np
    >>> from gantext.grading import kind
    >>> kind(np.array([0.5, np.nan]))
    'an array of shape (2,) with NaN in it'
    >>> kind(-3.0)
    'a negative number'
    """
    if answer is None:
        return "None"
    if isinstance(answer, (bool, np.bool_)):
        return f"the truth value {bool(answer)}"
    if isinstance(answer, (int, float)):
        return _kind_of_number(answer)
    if isinstance(answer, str):
        return "a string"
    if isinstance(answer, np.ndarray):
        return _kind_of_array(answer)
    if isinstance(answer, Mapping):
        return f"a dict of {len(answer)} entries"
    if isinstance(answer, Sequence):
        return f"a list of {len(answer)}"
    return f"an object of type {type(answer).__name__}"


def _kind_of_number(number: float) -> str:
    if isinstance(number, int):
        return f"{'zero' if number == 0 else 'a negative' if number < 0 else 'a positive'}" + (
            " integer" if number else ""
        )
    if math.isnan(number):
        return "NaN"
    if math.isinf(number):
        return "an infinite number"
    return "zero" if number == 0 else f"a {'negative' if number < 0 else 'positive'} number"


def _kind_of_array(array: NDArray[Any]) -> str:
    words = f"an array of shape {array.shape}"
    if array.dtype.kind == "b":
        return f"{words} of truth values"
    if array.dtype.kind not in "iuf":
        return f"{words} and type {array.dtype}"
    if array.size and np.isnan(array).any():
        return f"{words} with NaN in it"
    if array.size and np.isinf(array).any():
        return f"{words} with infinite numbers in it"
    return words


def numbers(answer: Plain, shape: Sequence[int | None] = (), *, finite: bool = True) -> Any:
    """Read an answer as numbers of a given shape, or say why it is none.

    Parameters
    ----------
    answer : plain data
        The answer: a number, a list of them, or an array.
    shape : sequence of int or None
        The shape asked for; None stands for any length.
    finite : bool
        Whether NaN and infinity are refused.

    Returns
    -------
    numpy.ndarray
        In float64.

    Raises
    ------
    UnfitError
        If the answer does not consist of such numbers; `Question.judged` makes a verdict of it.

    Examples
    --------
    >>> from gantext.grading import numbers
    >>> numbers([1, 2], (None,))
    array([1., 2.])
    >>> numbers("12", ())
    Traceback (most recent call last):
    ...
    gantext.grading.question.UnfitError: expected one number, got a string
    """
    wanted = tuple(shape)
    sizes = ", ".join("any" if size is None else str(size) for size in wanted)
    sizes += "," if len(wanted) == 1 else ""
    expected = f"numbers in the shape ({sizes})" if wanted else "one number"
    if answer is None or isinstance(answer, (str, Mapping)):
        raise UnfitError(expected, kind(answer))
    try:
        array = np.asarray(answer)
    except Exception:  # ragged lists, and whatever else NumPy makes of a hostile one
        raise UnfitError(expected, f"{kind(answer)} that does not form an array") from None
    if array.dtype.kind not in "iuf":
        raise UnfitError(expected, kind(array if isinstance(answer, (list, tuple)) else answer))
    if array.ndim != len(wanted) or any(
        size is not None and size != length
        for size, length in zip(wanted, array.shape, strict=True)
    ):
        one = array.ndim == 0
        raise UnfitError(expected, "one number" if one else f"numbers in the shape {array.shape}")
    array = array.astype(np.float64)
    if finite and not np.isfinite(array).all():
        raise UnfitError(f"{expected}, all of them finite", kind(array if wanted else float(array)))
    return array


def near(
    answer: Plain,
    expected: Any,
    *,
    rtol: float = 1e-6,
    atol: float = 1e-9,
    what: str = "",
    hint: str = "",
) -> Verdict:
    """Judge numbers by how near they come to the expected ones.

    Parameters
    ----------
    answer : plain data
        The answer.
    expected : array-like
        The right numbers; they fix the shape.
    rtol, atol : float
        The tolerance: ``atol + rtol * abs(expected)``, elementwise.
    what : str
        The numbers in a few words, for the reader: ``"probabilities"``.
    hint : str
        What to say where the numbers are wrong.

    Returns
    -------
    Verdict
        Share 1 where all are near, else 0.

    Raises
    ------
    UnfitError
        If the answer does not consist of finite numbers in that shape.

    Examples
    --------
    >>> from gantext.grading import near
    >>> near(0.5, 0.5000001).share, near(0.5, 0.6, hint="Halve it again.").hint
    (1.0, 'Halve it again.')
    """
    right = np.asarray(expected, dtype=np.float64)
    array = numbers(answer, right.shape)
    off = np.abs(array - right) > atol + rtol * np.abs(right)
    many = f"{right.size} numbers" if right.ndim else "a number"
    tolerance = f"to a relative {rtol:g}" if rtol else f"to {atol:g}"
    words = f"{what or many} right {tolerance}"
    if not off.any():
        return Verdict(1.0, expected=words, got="as expected")
    got = f"{int(off.sum())} of {right.size} are off" if right.ndim else "a number too far off"
    return Verdict(0.0, expected=words, got=got, hint=hint)


def chapters() -> list[str]:
    """Return the chapters that have questions, in the order of their names.

    Returns
    -------
    list of str
        Such as ``"ideal-game"``.

    Examples
    --------
    >>> from gantext.grading import chapters
    >>> isinstance(chapters(), list)
    True
    """
    package = importlib.import_module("gantext.grading.questions")
    found = (module.name for module in pkgutil.iter_modules(package.__path__))
    return sorted(name.replace("_", "-") for name in found if not name.startswith("_"))


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

    Examples
    --------
    >>> from gantext.grading.question import chapters, questions
    >>> all(question.chapter == name for name in chapters() for question in questions(name))
    True
    """
    known = chapters()
    if chapter not in known:
        raise ValueError(f"chapter: expected one of {', '.join(known) or 'none'}, got {chapter!r}")
    module = importlib.import_module(f"gantext.grading.questions.{chapter.replace('-', '_')}")
    found: list[Question] = list(module.QUESTIONS)
    return found


def find(name: str) -> Question:
    """Return the question with an id.

    Parameters
    ----------
    name : str
        The id: ``"ideal-game/optimal-critic"``.

    Returns
    -------
    Question
        The question.

    Raises
    ------
    ValueError
        If there is none.

    Examples
    --------
    >>> from gantext.grading.question import chapters, find, questions
    >>> all(find(q.id) is q for name in chapters() for q in questions(name))
    True
    """
    if not isinstance(name, str) or "/" not in name:
        raise ValueError(f"expected a question's id, such as 'chapter/question', got {name!r}")
    asked = questions(name.partition("/")[0])
    for question in asked:
        if question.id == name:
            return question
    ids = ", ".join(question.id for question in asked)
    raise ValueError(f"expected one of {ids}, got {name!r}")
