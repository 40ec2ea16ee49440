"""On how many of a processor's cores a step is taken.

PyTorch splits every larger operation among all cores, which then wait for each other in a busy
loop. A step of small GANs is hundreds of short operations: there is little to split, and beside
another busy process each waits for a core that is taken. Such a step is then many times slower
(``python -m benchmarks.threads``). So a small step is taken by one thread, and the members of a
large population are shared among threads that meet only where a block of steps ends.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

Part = TypeVar("Part")
Result = TypeVar("Result")

#: Floating-point operations of all members' losses that are worth a thread of their own.
WORTH_A_THREAD = 4e7

#: Threads that replay at once, at most: Python starts operations one at a time.
MOST = 8


class Threads(NamedTuple):
    """How a processor's cores are used.

    Attributes
    ----------
    shares : int
        Shares of the members that are stepped at the same time.
    each : int
        Threads with which PyTorch computes one of them.
    """

    shares: int
    each: int

    @classmethod
    def of(cls, members: int, flops: float, *, replayed: bool) -> Threads:
        """Choose for members whose losses take so many operations together.

        Only what is replayed can be shared: a user's own code never runs in several threads.
        """
        available = torch.get_num_threads()
        worth = min(available, max(1, int(flops // WORTH_A_THREAD)))
        shares = min(worth, members, MOST) if replayed else 1
        return cls(shares, available // shares if worth > 1 else 1)


@contextmanager
def limited(count: int) -> Iterator[None]:
    """Let PyTorch use so many threads for an operation meanwhile."""
    before = torch.get_num_threads()
    if count == before:
        yield
        return
    torch.set_num_threads(count)
    try:
        yield
    finally:
        torch.set_num_threads(before)


class CountedOperations(TorchDispatchMode):
    """Counts the floating-point operations of matrix products and convolutions.

    `torch.utils.flop_counter.FlopCounterMode` follows modules too, and fails where a penalty
    differentiates.
    """

    total = 0

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: Any = None
    ) -> Any:
        """Perform an operation, and count it."""
        out = func(*args, **(kwargs or {}))
        if count := flop_registry.get(func._overloadpacket):
            self.total += count(*args, **(kwargs or {}), out_val=out)
        return out


def side_by_side(
    function: Callable[[Part], Result], parts: Sequence[Part], each: int
) -> list[Result]:
    """Apply a function to all parts at the same time, each with so many threads of PyTorch."""
    # A thread's number of threads is its own, but new threads begin with the last that was set. The
    # first part is this thread's own: a new thread has to ask the system for all its memory.
    with (
        limited(each),
        ThreadPoolExecutor(
            max(1, len(parts) - 1), initializer=partial(torch.set_num_threads, each)
        ) as pool,
    ):
        others = pool.map(function, parts[1:])
        return [function(parts[0]), *others]


def split(some: slice, count: int) -> list[slice]:
    """Split a slice into so many, as equal as can be, none of them empty."""
    count = min(count, some.stop - some.start)
    edges = [some.start + k * (some.stop - some.start) // count for k in range(count + 1)]
    return [slice(*pair) for pair in pairwise(edges)]
