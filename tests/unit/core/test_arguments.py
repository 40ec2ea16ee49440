"""Arguments are checked by their annotations, and nothing else changes."""

from __future__ import annotations

import copy
import inspect
import pickle
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Annotated, Any, Literal, Protocol

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch.fx.experimental.proxy_tensor import make_fx

from gantext.core.annotations import ANYTHING, Count, NumberOrNaN, Positive, Share, Where, rule_of
from gantext.core.arguments import checked_arguments, is_checked
from gantext.core.checks import Floating, FloatingType, Weight

NAN, INF = float("nan"), float("inf")

KINDS_OF_INTEGER = (int, np.int64, np.array, torch.tensor)
KINDS_OF_NUMBER = (float, np.float64, np.array, lambda x: torch.tensor(x, dtype=torch.float64))


class Base:
    """What an instance is of."""


class Derived(Base):
    """An instance of this is one of the base."""


class Penalty(Protocol):
    """Called with one place and one name."""

    def __call__(self, score: int, *, real: int) -> int:
        """Return a number."""


@checked_arguments
def function(first: Count, /, second: float = 2.0, *more: int, third: bool = True, **others: str):
    """Return what it was given."""
    return first, second, more, third, others


@checked_arguments
@dataclass(frozen=True)
class Record:
    """A dataclass."""

    gamma: Weight
    count: Count = 1


class Plain:
    """A class whose constructor and methods are checked."""

    @checked_arguments
    def __init__(self, count: Count) -> None:
        self.count = count

    @classmethod
    @checked_arguments
    def made(cls, count: Count) -> Plain:
        """Return one."""
        return cls(count)


@given(st.integers(-(2**63), 2**63 - 1), st.sampled_from(KINDS_OF_INTEGER))
def test_an_integer_of_every_kind_becomes_pythons(number, kind):
    got = rule_of(int)("n", kind(number))
    assert type(got) is int
    assert got == number


@given(st.floats(allow_nan=False), st.sampled_from(KINDS_OF_NUMBER))
def test_a_number_of_every_kind_becomes_pythons(number, kind):
    got = rule_of(float)("x", kind(number))
    assert type(got) is float
    assert got == number


@pytest.mark.parametrize("value", [3, np.uint8(3), Fraction(3), torch.tensor(3), np.float32(3)])
def test_what_counts_as_a_number_counts_as_a_float(value):
    assert rule_of(float)("x", value) == 3.0


@pytest.mark.parametrize(
    ("hint", "value", "message"),
    [
        (int, 1.7, "x: expected an integer, got 1.7"),
        (int, True, "x: expected an integer, got True"),
        (int, "12", "x: expected an integer, got '12'"),
        (int, torch.tensor(True), "x: expected an integer, got True"),
        (int, torch.ones(1), r"x: expected .*, got a tensor of torch.float32 of shape \(1,\)"),
        (int, 2**63, "x: expected an integer of 64 bits, got 9223372036854775808"),
        (float, NAN, "x: expected a number, got nan"),
        (float, 10**400, "x: expected a number, got 1000"),
        (float, np.True_, "x: expected a number, got True"),
        (float, "1.5", "x: expected a number, got '1.5'"),
        (float, 1j, "x: expected a number, got 1j"),
        (bool, 1, "x: expected True or False, got 1"),
        (str, b"a", "x: expected a string, got b'a'"),
        (Count, 0, "x: expected an integer >= 1, got 0"),
        (Count, 1.0, "x: expected an integer >= 1, got 1.0"),
        (Positive, INF, "x: expected a number > 0 and finite, got inf"),
        (Share, 1, "x: expected a number between 0 and 1, got 1.0"),
        (NumberOrNaN, "nan", "x: expected a number, got 'nan'"),
        (Literal["a", "b"], "c", "x: expected one from 'a', 'b', got 'c'"),
        (Literal["a", "b"], 1, "x: expected one from 'a', 'b', got 1"),
        (int | None, "a", "x: expected an integer or None, got 'a'"),
        (int | Sequence[int], "12", r"x: .* or a sequence \(each an integer\), got '12'"),
        (int | Sequence[int], [1.7, 2], r"x\[0\]: expected an integer, got 1.7"),
        (Sequence[int], {1, 2}, r"x: expected a sequence \(each an integer\), got {1, 2}"),
        (Sequence[int], np.array(1), "x: expected a sequence .*, got 1"),
        (tuple[Count, ...], [2, 0], r"x\[1\]: expected an integer >= 1, got 0"),
        (tuple[float, float], [1.0], r"x: .* of 2 \(a number, a number\), got \[1.0\]"),
        (tuple[float, float], ["a", 1], r"x\[0\]: expected a number, got 'a'"),
        (Mapping[str, int], [1], r"x: expected a mapping of names .*, got \[1\]"),
        (Mapping[str, int], {1: 1}, r"x: expected a mapping of names .*, got {1: 1}"),
        (Mapping[str, int], {"a": 1.5}, r"x\['a'\]: expected an integer, got 1.5"),
        (Base, Derived, r"x: expected a Base, got the class Derived; call it: Derived\(\)"),
        (Base | None, Record, r"got the class Record; call it: Record\(\.\.\.\)"),
        (Base, int, "x: expected a Base, got the class int$"),
        (Base, object(), "x: expected a Base, got an? object$"),
        (Callable[[int], int], 3, "x: expected a function of 1 argument, got 3"),
        (Callable[[int, int], int], abs, "x: expected a function of 2 arguments, got"),
        (Callable[[], int], lambda a: a, r"of 0 arguments, got the function <lambda>\(a\)"),
        (Callable[..., int], Base, "x: expected a function, got the class Base"),
        (Penalty, lambda score, fake: 0, r"x: expected a function of \(score, real=...\), got"),
        (Penalty, Derived, r"x: expected a function of \(score, real=...\), got the class"),
        (FloatingType, "float32", "x: expected a floating-point type such as torch.float32, got"),
        (FloatingType, torch.int64, "x: expected a floating-point type .*, got torch.int64"),
        (Floating, torch.ones(1).long(), "x: expected a floating-point tensor, got .*int64"),
        (Weight, INF, "x: expected finite values >= 0, got inf"),
        (Weight, torch.ones(2), r"x: expected one number; .*got shape \(2,\)"),
    ],
)
def test_what_is_wrong_is_named(hint, value, message):
    with pytest.raises((TypeError, ValueError), match=message):
        rule_of(hint)("x", value)


@pytest.mark.parametrize(
    ("hint", "value", "received"),
    [
        (Any, "anything", "anything"),
        (int | None, None, None),
        (bool, np.True_, True),
        (Sequence[int], range(2), [0, 1]),
        (Sequence[int], torch.arange(2), [0, 1]),
        (tuple[int, ...], [np.int8(1)], (1,)),
        (tuple[float, float], np.array([1.0, 2.0]), (1.0, 2.0)),
        (Mapping[str, int], {"a": np.int64(1)}, {"a": 1}),
        (Literal["a", "b"], "b", "b"),
        (NumberOrNaN, np.float32(2), 2.0),
        (Annotated[int, "a whole one"], 3, 3),
        (Annotated[str, ANYTHING], 3, 3),
        (Annotated[int, lambda name, value: name * value], 2, "xx"),
    ],
)
def test_what_is_right_is_received(hint, value, received):
    got = rule_of(hint)("x", value)
    assert got == received
    assert type(got) is type(received)


@pytest.mark.parametrize(
    ("hint", "value"),
    [
        (Base, Derived()),
        (Callable[[], torch.nn.Module], torch.nn.ReLU),
        (Callable[[int, int], torch.nn.Module], torch.nn.Linear),
        (Callable[[int], int], abs),
        (Callable[[int], int], lambda *numbers: 0),
        (Callable[..., int], max),
        (Penalty, lambda score, **samples: 0),
        (Sequence[object], ["a", 1]),
        (Weight, torch.tensor(0.5, requires_grad=True)),
    ],
)
def test_what_need_not_be_converted_is_left_as_it_is(hint, value):
    assert rule_of(hint)("x", value) is value


def test_nan_where_it_may_be():
    assert np.isnan(rule_of(NumberOrNaN)("x", NAN))


def test_limits_and_words_of_ones_own():
    even = Annotated[int, Where("that is even", lambda n: n % 2 == 0)]
    with pytest.raises(ValueError, match="n: expected an integer that is even, got 3"):
        rule_of(even)("n", 3)
    with pytest.raises(TypeError, match="n: expected the age in years, got 'a'"):
        rule_of(Annotated[int, "the age in years"])("n", "a")


def test_an_annotation_without_a_rule_is_no_silent_pass():
    with pytest.raises(NotImplementedError, match="no rule"):
        rule_of("a word")


def test_a_function_receives_what_was_converted():
    received = function(np.int64(2), torch.tensor(3), np.int8(4), third=np.False_, name="a")
    assert received == (2, 3.0, (4,), False, {"name": "a"})
    assert [type(one) for one in received[:2]] == [int, float]
    assert function(1) == (1, 2.0, (), True, {})


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((0,), {}, "first: expected an integer >= 1, got 0"),
        ((1, "2"), {}, "second: expected a number, got '2'"),
        ((1, 2, 3, 4.5), {}, "argument 4: expected an integer, got 4.5"),
        ((1,), {"third": 1}, "third: expected True or False, got 1"),
        ((1,), {"other": 1}, "other: expected a string, got 1"),
        ((), {}, "missing 1 required positional argument: 'first'"),
    ],
)
def test_every_way_to_pass_an_argument_is_checked(args, kwargs, message):
    with pytest.raises((TypeError, ValueError), match=message):
        function(*args, **kwargs)


def test_too_many_arguments_are_pythons_to_refuse():
    with pytest.raises(TypeError, match="takes 2 positional arguments but 3 were given"):
        Plain(1, 2)


def test_dataclasses_constructors_and_classmethods():
    assert Record(0.5, np.int64(2)) == Record(0.5, 2)
    with pytest.raises(ValueError, match="gamma: expected finite values >= 0, got -1"):
        replace(Record(0.5), gamma=-1)
    with pytest.raises(ValueError, match="count: expected an integer >= 1, got 0"):
        Plain.made(0)
    assert Plain.made(np.int64(3)).count == 3


def test_signature_name_and_docstring_stay():
    assert str(inspect.signature(function)).startswith("(first: 'Count', /, second: 'float' = 2.0")
    assert [*inspect.signature(Record).parameters] == ["gamma", "count"]
    assert function.__doc__ == "Return what it was given."
    assert is_checked(function)
    assert is_checked(Record.__init__)
    assert is_checked(Plain.made)
    assert not is_checked(Base.__init__)


def test_pickles_and_copies():
    assert pickle.loads(pickle.dumps(function)) is function
    assert pickle.loads(pickle.dumps(Record(0.5, 3))) == Record(0.5, 3)
    assert copy.deepcopy(Record(0.5, 3)) == Record(0.5, 3)


def weighted(gamma: torch.Tensor) -> torch.Tensor:
    return Record(gamma).gamma * 2


def test_a_transform_may_pass_what_stands_for_many():
    gammas = torch.tensor([0.5, 1.5])
    assert torch.func.vmap(weighted)(gammas).tolist() == [1.0, 3.0]
    assert torch.func.grad(weighted)(torch.tensor(1.0)) == 2
    assert make_fx(weighted)(torch.tensor(1.0))(torch.tensor(3.0)) == 6
    batched = torch.func.vmap(lambda n: torch.tensor(function(n)[0]))
    with pytest.raises(TypeError, match="first: expected an integer >= 1, got"):
        batched(torch.arange(1, 3))


def test_compiled_code_is_left_as_it_is():
    """One graph, without a break: the compiler does not see the checks."""
    compiled = torch.compile(weighted, backend="eager", fullgraph=True)
    assert compiled(torch.tensor(3.0)) == 6
