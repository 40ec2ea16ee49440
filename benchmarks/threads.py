"""How many of a processor's cores a step takes, alone and beside a busy neighbour.

Run from the repository's root, on a machine with nothing else to do::

    python -m benchmarks.threads                  five sizes
    python -m benchmarks.threads --members 192 --hidden 32

Each size is stepped in three ways: by one thread, with every operation split among all cores, and
as the library chooses. First alone, then beside a process that keeps one core busy. The ways take
turns, block by block, so that they are measured under the same load. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager

import torch

from benchmarks.plain import BETA1, ETA
from benchmarks.throughput import experiment
from gantext.training.experiment import BLOCK
from gantext.training.members import Members
from gantext.training.threads import Threads

SIZES = ((1, 64), (16, 32), (64, 32), (64, 64), (192, 32))


def ready(members: int, hidden: int, threads: Threads | None) -> Iterator[float]:
    """Yield seconds a step, block after block, once the step is replayed."""
    what = experiment(hidden)
    seeds = 0 if members == 1 else range(members)
    who = Members(what, seeds, what.settings(eta=ETA, beta1=BETA1), torch.device("cpu"))
    if threads is not None:
        who.threads = threads
    state, taken = who.init(), 0
    while True:
        start = time.perf_counter()
        state, taken = who.advance(state, taken, BLOCK), taken + BLOCK
        if taken > 5 * BLOCK:
            yield (time.perf_counter() - start) / BLOCK


def spin() -> None:
    """Keep one core busy."""
    while True:
        pass


@contextmanager
def neighbour(*, busy: bool) -> Iterator[None]:
    """Run a busy process beside, or none."""
    beside = multiprocessing.get_context("spawn").Process(target=spin, daemon=True)
    if busy:
        beside.start()
        time.sleep(2)
    try:
        yield
    finally:
        if busy:
            beside.terminate()
            beside.join()


def _round(ways: list[Iterator[float]], first: int) -> list[float]:
    """Take a block each way, beginning with another one each time; return them in their order."""
    order = [(first + k) % len(ways) for k in range(len(ways))]
    found = {k: next(ways[k]) for k in order}
    return [found[k] for k in range(len(ways))]


def row(members: int, hidden: int, blocks: int) -> str:
    """Return one size's line."""
    cores = torch.get_num_threads()
    ways = [ready(members, hidden, way) for way in (Threads(1, 1), Threads(1, cores), None)]
    for way in ways:
        next(way)
    cells = [str(members), str(hidden)]
    for busy in (False, True):
        with neighbour(busy=busy):
            times = [_round(ways, k) for k in range(blocks)]
        cells += [f"{1e3 * statistics.median(each):.2f}" for each in zip(*times, strict=True)]
    return f"| {' | '.join(cells)} |"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, nargs="+")
    parser.add_argument("--hidden", type=int, nargs="+", default=[32, 64])
    parser.add_argument("--blocks", type=int, default=6, help="blocks a way, whose median is shown")
    args = parser.parse_args()
    sizes = SIZES if args.members is None else [(m, h) for m in args.members for h in args.hidden]
    cores = torch.get_num_threads()
    print("Milliseconds a step, alone and then beside a busy process.\n")
    print(f"| Members | Hidden | one | {cores} | chosen | one | {cores} | chosen |")
    print("|--:|--:|--:|--:|--:|--:|--:|--:|")
    for size in sizes:
        print(row(*size, args.blocks), flush=True)


if __name__ == "__main__":
    main()
