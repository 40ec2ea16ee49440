"""Arguments are checked by their annotations: one mechanism for all that a reader calls."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import cache, wraps
from inspect import Parameter, signature
from typing import Any, TypeVar, get_type_hints

from gantext.core.annotations import ANYTHING, Rule, rule_of

T = TypeVar("T", bound=Callable[..., Any])


def checked_arguments(target: T) -> T:
    """Check, and convert, the arguments of a function or a dataclass as its annotations say.

    Compiled code is left as it is: what it is called with has been checked before.
    """
    if isinstance(target, type):
        # Fields may be inherited from other modules, where their annotations have their meaning.
        made: Any = target
        made.__init__ = _checked(made.__init__, target)
        return target
    return _checked(target, target)


def is_checked(function: Any) -> bool:
    """Tell whether a function's arguments are checked by its annotations."""
    return getattr(function, "_is_checked", False)


def _checked(function: Any, annotated: Any) -> Any:
    # What may be compiled has imported PyTorch before. A compiler must see in this function nothing
    # that it does not know; so rules are kept elsewhere, and its own question is looked up here.
    torch = sys.modules.get("torch")
    is_compiling = torch.compiler.is_compiling if torch else bool

    @wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        if is_compiling():
            return function(*args, **kwargs)
        placed, named = _rules(function, annotated)(args, kwargs)
        return function(*placed, **named)

    checked._is_checked = True  # type: ignore[attr-defined]
    return checked


@cache
def _rules(function: Callable[..., Any], annotated: Any) -> Arguments:
    """Return the rules of a function, whose annotations are its own or those of a class."""
    return Arguments(function, get_type_hints(annotated, include_extras=True))


class Arguments:
    """The rules of a signature's parameters, in order and by name."""

    def __init__(self, function: Callable[..., Any], hints: Mapping[str, Any]) -> None:
        self.by_place: list[tuple[str, Rule]] = []
        self.by_name: dict[str, Rule] = {}
        self.further = self.named = ANYTHING
        for name, parameter in signature(function).parameters.items():
            rule = rule_of(hints.get(name, Any))
            if parameter.kind is Parameter.VAR_POSITIONAL:
                self.further = rule
            elif parameter.kind is Parameter.VAR_KEYWORD:
                self.named = rule
            else:
                self.by_name[name] = rule
                if parameter.kind is not Parameter.KEYWORD_ONLY:
                    self.by_place.append((name, rule))

    def __call__(
        self, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> tuple[list[Any], dict[str, Any]]:
        """Return the arguments as the function receives them; too many of them are Python's."""
        placed = [rule(n, value) for (n, rule), value in zip(self.by_place, args, strict=False)]
        if len(args) > len(placed):
            more = enumerate(args[len(placed) :], len(placed) + 1)
            placed += [self.further(f"argument {k}", value) for k, value in more]
        by_name, other = self.by_name, self.named
        return placed, {n: by_name.get(n, other)(n, value) for n, value in kwargs.items()}
