"""What an exercise asks, and how an answer to it is judged.

A `Question` draws fresh inputs and judges what comes back. It runs on the side that is trusted: in
the reader's own notebook, or outside the sandbox when an instructor grades. The answers it gets
are plain data (see `gantext.grading.plain_data`), and nothing else is known of them. A judge
therefore takes every shape, NaN and infinity, and every wrong type for what it is: an answer that
earns nothing.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np

from gantext.grading.plain_data import Plain, kind


@dataclass(frozen=True)
class Call:
    """One input that an answer is tried on.

    Attributes
    ----------
    arguments : dict
        Plain data by the parameter's name; empty where the answer is a value.
    tried : str
        What this call tries, in words: ``"5 letters, two of them never drawn"``.
    hidden : dict
        What the judge alone knows of it, such as the truth behind samples. No answer gets this.
    """

    arguments: Mapping[str, Plain] = field(default_factory=dict)
    tried: str = ""
    hidden: Mapping[str, Any] = field(default_factory=dict)

    def failed(self, got: str, *, expected: str = "a result") -> Verdict:
        """Return the verdict on a call that brought nothing to judge.

        Parameters
        ----------
        got : str
            What came instead, in words.
        expected : str
            What was expected, in words.

        Returns
        -------
        Verdict
            Share 0.
        """
        return Verdict(0.0, self.tried, expected, got)


@dataclass(frozen=True)
class Verdict:
    """What one call earned, and why.

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
    """

    def __init__(self, expected: str, got: str) -> None:
        super().__init__(f"expected {expected}, got {got}")
        self.expected = expected
        self.got = got


@dataclass(frozen=True)
class Question:
    """A question of an exercise: how its inputs are drawn, and how an answer is judged.

    Attributes
    ----------
    id : str
        The chapter and the question: ``"ideal-game/log-critic"``.
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
        Functions of the library that do the whole work, by the module that defines them. An answer
        that leans on one of them is flagged.
    tensors : bool
        Whether the arrays among the arguments reach the answer as torch tensors.
    combine : {"mean", "minimum"}
        How the shares of several calls make one.

    Examples
    --------
    >>> from gantext.grading.judging import near
    >>> from gantext.grading.question import Call, Question
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


def one_call(tried: str) -> Callable[[np.random.Generator], list[Call]]:
    """Return the `draw` of a question that asks for a value: one call, without arguments.

    Parameters
    ----------
    tried : str
        What is tried, in words: ``"your prediction, to 3 %"``.

    Returns
    -------
    callable
        Takes a generator and returns the call.

    Examples
    --------
    >>> from gantext.grading.question import one_call
    >>> one_call("your number")(None)
    [Call(arguments={}, tried='your number', hidden={})]
    """
    return lambda _: [Call({}, tried)]
