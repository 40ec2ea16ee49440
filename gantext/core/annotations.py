"""What an annotation expects of an argument: a rule, with the words for its message.

Beside a type, ``Annotated[type, ...]`` may say more: a string, which words the message; a `Where`,
which limits the values; a function ``(name, value) -> value``, which checks or converts them; or a
whole `Rule`. NumPy's numbers count as Python's, and become theirs. PyTorch is not imported: what
draws or grades does without it.
"""

from __future__ import annotations

import operator
import reprlib
from collections.abc import Callable, Mapping, Sequence, Set
from functools import lru_cache
from inspect import Parameter, Signature, isroutine, signature
from numbers import Integral, Real
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin


class Rule(NamedTuple):
    """What is expected, in words; whether a value is of that kind; what is made of one that is."""

    words: str
    takes: Callable[[Any], bool] = lambda _: True
    made: Callable[[str, Any], Any] = lambda _, value: value

    def __call__(self, name: str, value: Any) -> Any:
        """Return what a function receives for a value; TypeError if it is of another kind."""
        if self.takes(value):
            return self.made(name, value)
        raise TypeError(f"{name}: expected {self.words}, got {shown(value)}{_advice(value)}")

    def then(self, check: Callable[[str, Any], Any]) -> Rule:
        """Return the rule with one more check, or conversion."""
        return self._replace(made=lambda name, value: check(name, self.made(name, value)))


class Where(NamedTuple):
    """Which values of a type are meant: in words that follow the type's, and a test."""

    words: str
    test: Callable[[Any], bool]

    def limits(self, rule: Rule) -> Rule:
        """Return a rule for these values only."""
        words = f"{rule.words} {self.words}"

        def limited(name: str, value: Any) -> Any:
            if not self.test(value):
                raise ValueError(f"{name}: expected {words}, got {shown(value)}")
            return value

        return rule.then(limited)._replace(words=words)


#: The function itself checks it, where anybody need.
ANYTHING = Rule("anything")


def rule_of(hint: Any) -> Rule:
    """Return the rule that an annotation stands for."""
    if hint in _PLAIN:
        return _PLAIN[hint]
    kind, inside = get_origin(hint) or hint, get_args(hint)
    if kind is Annotated:
        return _annotated(*inside)
    if kind in (Union, UnionType):
        return _one_of([rule_of(one) for one in inside])
    if kind is Literal:
        return _choice(inside)
    if kind is Callable:
        return _function(*(inside or (..., Any)))
    if getattr(kind, "_is_protocol", False) and "__call__" in vars(kind):
        return _called_like(kind.__call__)
    if kind is tuple and inside[-1] is not ...:
        return _row([rule_of(one) for one in inside])
    if kind in (Sequence, tuple, list):
        return _sequence(rule_of(inside[0]), tuple if kind is tuple else list)
    if kind in (Mapping, dict):
        return _mapping(rule_of(inside[1]))
    if isinstance(kind, type):
        return Rule(_a(kind.__name__), lambda value: isinstance(value, kind))
    raise NotImplementedError(f"{hint!r}: no rule for this annotation")


def _annotated(base: Any, *said: Any) -> Rule:
    whole = [one for one in said if isinstance(one, Rule)]
    rule = whole[0] if whole else rule_of(base)
    for one in said:
        if isinstance(one, str):
            rule = rule._replace(words=one)
        elif isinstance(one, Where):
            rule = one.limits(rule)
        elif not isinstance(one, Rule):
            rule = rule.then(one)
    return rule


def _one_of(rules: list[Rule]) -> Rule:
    def made(name: str, value: Any) -> Any:
        return next(rule for rule in rules if rule.takes(value)).made(name, value)

    words = " or ".join(rule.words for rule in rules)
    return Rule(words, lambda value: any(rule.takes(value) for rule in rules), made)


def _choice(options: tuple[Any, ...]) -> Rule:
    kinds = tuple({type(option) for option in options})
    chosen = Where(f"from {', '.join(map(repr, options))}", lambda value: value in options)
    return chosen.limits(Rule("one", lambda value: isinstance(value, kinds)))


def _sequence(item: Rule, kind: type) -> Rule:
    def made(name: str, value: Any) -> Any:
        if item is ANYTHING and kind is list:
            return value
        return kind(item(f"{name}[{k}]", one) for k, one in enumerate(value))

    each = "" if item is ANYTHING else f" (each {item.words})"
    return Rule(f"a sequence{each}", _is_sequence, made)


def _row(items: list[Rule]) -> Rule:
    def made(name: str, value: Any) -> Any:
        pairs = enumerate(zip(items, value, strict=True))
        return tuple(item(f"{name}[{k}]", one) for k, (item, one) in pairs)

    words = f"a sequence of {len(items)} ({', '.join(item.words for item in items)})"
    return Rule(words, lambda value: _is_sequence(value) and len(value) == len(items), made)


def _mapping(item: Rule) -> Rule:
    def takes(value: Any) -> bool:
        return isinstance(value, Mapping) and all(isinstance(key, str) for key in value)

    def made(name: str, value: Any) -> Any:
        if item is ANYTHING:
            return value
        return {key: item(f"{name}[{key!r}]", one) for key, one in value.items()}

    each = "" if item is ANYTHING else f" (each {item.words})"
    return Rule(f"a mapping of names{each}", takes, made)


def _function(takes: Any, gives: Any) -> Rule:
    kind = NoneType if gives is None else get_origin(gives) or gives
    of = "" if takes is ... else f" of {len(takes)} argument{'s'[: len(takes) != 1]}"

    def fits(value: Any) -> bool:
        # A class is a function that makes instances: R1 is none that returns a Tensor.
        if isinstance(value, type) and isinstance(kind, type) and not issubclass(value, kind):
            return False
        return callable(value) and (takes is ... or accepts(value, *takes))

    return Rule(f"a function{of}", fits)


def _called_like(call: Callable[..., Any]) -> Rule:
    parameters = [*signature(call).parameters.values()][1:]
    keywords = {p.name: None for p in parameters if p.kind is Parameter.KEYWORD_ONLY}
    places = [p.name for p in parameters if p.name not in keywords]
    told = ", ".join([*places, *(f"{name}=..." for name in keywords)])

    def takes(value: Any) -> bool:
        is_class = isinstance(value, type)
        return callable(value) and not is_class and accepts(value, *places, **keywords)

    return Rule(f"a function of ({told})", takes)


def accepts(function: Callable[..., Any], *args: Any, **kwargs: Any) -> bool:
    """Tell whether a function can be called so; True for one that does not say how."""
    if not isroutine(function) and not isinstance(function, type):
        function, args = type(function).__call__, (None, *args)
    try:
        _signature(function).bind(*args, **kwargs)
    except TypeError:
        return False
    except ValueError:
        return True
    return True


# To read a signature takes longer than everything else here, and some games are made at each step.
_signature: Callable[[Any], Signature] = lru_cache(maxsize=256)(signature)


def plain(value: Any) -> Any:
    """Return the number in a NumPy scalar, or in an array or tensor without a dimension."""
    if type(value) in (int, float) or getattr(value, "ndim", None) != 0:
        return value
    try:
        return value.item()
    except RuntimeError:  # a tensor that stands for many
        return value


def is_number(value: Any, kind: type = Real) -> bool:
    """Tell a number, of Python, NumPy or PyTorch; True and False are none."""
    # Mostly it is; to ask whether a class counts as a number takes longer.
    if type(value) is int or (type(value) is float and kind is Real):
        return True
    value = plain(value)
    return isinstance(value, kind) and not isinstance(value, bool)


def _integer(name: str, value: Any) -> int:
    number = operator.index(plain(value))
    if not -(2**63) <= number < 2**63:
        raise ValueError(f"{name}: expected an integer of 64 bits, got {shown(number)}")
    return number


def _real(name: str, value: Any) -> float:
    try:
        number = float(plain(value))
    except OverflowError:
        number = float("nan")
    if number != number:
        raise ValueError(f"{name}: expected a number, got {shown(value)}")
    return number


def _is_sequence(value: Any) -> bool:
    if isinstance(value, str | bytes | bytearray | Mapping | Set | type):
        return False
    has = hasattr(value, "__len__") and hasattr(value, "__getitem__")
    return has and getattr(value, "ndim", None) != 0


def shown(value: Any) -> str:
    """Say in a few words what came."""
    if isinstance(value, type):
        return f"the class {value.__name__}"
    if hasattr(value, "dtype") and getattr(value, "ndim", None):
        kind = "tensor" if hasattr(value, "detach") else "array"
        return f"a {kind} of {value.dtype} of shape {tuple(value.shape)}"
    text = _REPR.repr(plain(value))
    if " at 0x" not in text:
        return text
    try:
        return f"the function {value.__name__}{signature(value)}"
    except (AttributeError, TypeError, ValueError):
        return _a(type(value).__name__)


def _advice(value: Any) -> str:
    """Say what to do with a class that stands where an instance should."""
    if not isinstance(value, type) or value.__module__ == "builtins":
        return ""
    return f"; call it: {value.__name__}({'' if accepts(value) else '...'})"


def _a(name: str) -> str:
    return f"an {name}" if name[0] in "aeiouAEIOU" else f"a {name}"


_REPR = reprlib.Repr()
_REPR.maxother = _REPR.maxstring = 60

_PLAIN: dict[Any, Rule] = {
    Any: ANYTHING,
    object: ANYTHING,
    None: Rule("None", lambda value: value is None),
    NoneType: Rule("None", lambda value: value is None),
    str: Rule("a string", lambda value: isinstance(value, str)),
    bool: Rule(
        "True or False",
        lambda value: isinstance(plain(value), bool),
        lambda _, value: bool(plain(value)),
    ),
    int: Rule("an integer", lambda value: is_number(value, Integral), _integer),
    float: Rule("a number", is_number, _real),
}

Count = Annotated[int, Where(">= 1", lambda value: value >= 1)]
Whole = Annotated[int, Where(">= 0", lambda value: value >= 0)]
#: A network's seed is twice that of its member, or one more.
Seed = Annotated[int, Where("from 0 to 2**62 - 1", lambda value: 0 <= value < 2**62)]
NumberOrNaN = Annotated[
    float,
    Rule("a number", is_number, lambda _, value: float(plain(value))),
]
Finite = Annotated[float, Where("that is finite", lambda value: abs(value) < float("inf"))]
Positive = Annotated[float, Where("> 0 and finite", lambda value: 0 < value < float("inf"))]
NonNegative = Annotated[float, Where(">= 0 and finite", lambda value: 0 <= value < float("inf"))]
#: A share that leaves something on both sides.
Share = Annotated[float, Where("between 0 and 1", lambda value: 0 < value < 1)]
