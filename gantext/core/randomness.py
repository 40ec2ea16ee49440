"""Random operations of PyTorch, led to a generator of one's own or refused.

Layers draw from PyTorch's global generator, which all threads share. A dispatch mode sees the
operations of its own thread alone.
"""

from __future__ import annotations

from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode


class DrawFrom(TorchDispatchMode):
    """Random operations in this context draw from a generator; the global ones stay as they are.

    ValueError for an operation that takes none, such as dropout.
    """

    def __init__(self, generator: torch.Generator) -> None:
        super().__init__()
        self._generator = generator

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Hand the generator to a random operation."""
        kwargs = kwargs or {}
        if _is_random(func) and kwargs.get("generator") is None:
            func = _with_generator(func)
            kwargs = {**kwargs, "generator": self._generator}
        return func(*args, **kwargs)


class NothingRandom(TorchDispatchMode):
    """A random operation in this context raises a ValueError with its name."""

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Refuse random operations."""
        if _is_random(func):
            raise ValueError(f"expected nothing random, got a draw by {func} (such as dropout's)")
        return func(*args, **(kwargs or {}))


def _is_random(func: Any) -> bool:
    return torch.Tag.nondeterministic_seeded in func.tags


def _with_generator(func: Any) -> Any:
    """Return the form of an operation that takes a generator and the same other arguments."""
    wanted = {argument.name for argument in func._schema.arguments} | {"generator"}
    packet = func.overloadpacket
    for overload in (func, *(getattr(packet, name) for name in packet.overloads())):
        if {argument.name for argument in overload._schema.arguments} == wanted:
            return overload
    raise ValueError(f"{func}: expected a random operation that takes a generator")
