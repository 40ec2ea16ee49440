"""How much faster is a population than a loop over its members.

Run from the repository's root::

    python -m benchmarks.throughput            every size, eager, compiled, and JAX if installed
    python -m benchmarks.throughput --members 64 --hidden 64 --no-compile

Every figure is a ratio to the plain PyTorch loop, measured beside it in the same run: the best of
several repetitions, with data and noise drawn inside. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import platform
import time
from collections.abc import Callable
from importlib.util import find_spec

import torch
from torch.utils.flop_counter import FlopCounterMode

import gantext as gt
from benchmarks.plain import BATCH, BETA1, ETA, MODES, RADIUS, STD, mlp, plain_step
from gantext.training.experiment import BLOCK
from gantext.training.members import Members


def experiment(hidden: int) -> gt.Experiment:
    """Return what `plain_step` trains."""
    gan = gt.GAN(mlp(2, 2, hidden), mlp(2, 1, hidden), noise=2)
    rule = gt.Alternating(optimizer=gt.Adam())
    return gt.Experiment(gan, rule, gt.ring(MODES, RADIUS, STD), batch_size=BATCH)


def best(function: Callable[[], object], steps: int, device: torch.device, repeats: int) -> float:
    """Return the seconds that one step takes at best, after two calls to warm up."""
    times = []
    for repeat in range(repeats + 2):
        _wait(device)
        start = time.perf_counter()
        function()
        _wait(device)
        if repeat >= 2:
            times.append((time.perf_counter() - start) / steps)
    return min(times)


def ours(
    members: int, hidden: int, device: torch.device, *, compiled: bool
) -> Callable[[], object]:
    """Return what takes one block of steps with a population, or with one GAN alone."""
    what = experiment(hidden)
    settings = what.settings(eta=ETA, beta1=BETA1)
    seeds = 0 if members == 1 else range(members)
    ready = Members(what, seeds, settings, device, compiled=compiled)
    state, steps = ready.init(), 0

    def block() -> None:
        nonlocal state, steps
        state = ready.advance(state, steps, BLOCK)
        steps += BLOCK

    return block


def loop(step: Callable[[], None], steps: int) -> Callable[[], None]:
    """Return a function that takes some steps."""

    def go() -> None:
        for _ in range(steps):
            step()

    return go


def matmul_rate(device: torch.device, repeats: int) -> float:
    """Return the float32 operations a second of one large matrix product."""
    a = torch.randn(2048, 2048, device=device)
    return 2 * 2048**3 / best(lambda: a @ a, 1, device, repeats)


def operations(hidden: int) -> int:
    """Return the floating-point operations of the matrix products in one step of one GAN."""
    step = plain_step(hidden, torch.device("cpu"))
    with FlopCounterMode(display=False) as counter:
        step()
    return counter.get_total_flops()


def row(
    members: int, hidden: int, device: torch.device, rate: float, args: argparse.Namespace
) -> str:
    """Measure one size and return its line of the table."""
    plain = best(loop(plain_step(hidden, device), BLOCK), BLOCK, device, args.repeats) * members
    found = {"eager": ours(members, hidden, device, compiled=False)}
    if args.compile:
        found["compiled"] = ours(members, hidden, device, compiled=True)
    if args.jax:
        from benchmarks.jax_loop import jax_steps  # only where JAX is installed

        found["JAX"] = jax_steps(members, hidden, BLOCK)
    cells = [f"{members} | {hidden} | {plain * 1e3:.2f}"]
    for function in found.values():
        seconds = best(function, BLOCK, device, args.repeats)
        share = members * operations(hidden) / seconds / rate
        cells.append(f"{seconds * 1e3:.2f} | {plain / seconds:.1f} | {100 * share:.0f} %")
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--members", type=int, nargs="+", default=[1, 16, 64])
    parser.add_argument("--hidden", type=int, nargs="+", default=[32, 64, 128])
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--repeats", type=int, default=8)
    parser.add_argument("--no-compile", dest="compile", action="store_false")
    parser.add_argument(
        "--no-jax", dest="jax", action="store_false", default=bool(find_spec("jax"))
    )
    args = parser.parse_args()
    device = torch.device(args.device)
    rate = matmul_rate(device, args.repeats)
    where = torch.cuda.get_device_name() if device.type == "cuda" else platform.processor()
    print(f"torch {torch.__version__}, {where or platform.machine()}, ", end="")
    print(f"{torch.get_num_threads()} threads, {rate / 1e9:.0f} Gflop/s in a float32 product\n")
    names = ["eager"] + ["compiled"] * args.compile + ["JAX"] * args.jax
    columns = [f"{n}, ms | times faster | of the rate" for n in names]
    head = ["members", "hidden", "plain loop, ms", *columns]
    print("| " + " | ".join(head) + " |")
    print("|" + " --: |" * (3 + 3 * len(names)))
    for hidden in args.hidden:
        for members in args.members:
            print(row(members, hidden, device, rate, args), flush=True)


def _wait(device: torch.device) -> None:
    """Let a GPU finish what it was told."""
    if device.type == "cuda":
        torch.cuda.synchronize()


if __name__ == "__main__":
    main()
