"""A member among many beside the same GAN alone: what is equal, and what is only alike.

Run from the repository's root::

    python -m benchmarks.members

The same seeds are trained together and one by one. Prints a Markdown table.
"""

from __future__ import annotations

import argparse

import torch

import gantext as gt
from benchmarks.plain import BETA1, ETA, MODES, RADIUS, STD, mlp


def experiment(dtype: torch.dtype) -> gt.Experiment:
    """Return a small GAN on the ring."""
    gan = gt.GAN(mlp(2, 2, 32), mlp(2, 1, 32), noise=2)
    rule = gt.Alternating(optimizer=gt.Adam())
    return gt.Experiment(gan, rule, gt.ring(MODES, RADIUS, STD), batch_size=64, dtype=dtype)


def row(dtype: torch.dtype, steps: int, seeds: int) -> str:
    """Train both ways and return a line of the table."""
    what = experiment(dtype)
    options = {"eta": ETA, "beta1": BETA1, "device": "cpu", "progress": False}
    together = gt.train(what, steps, seeds=seeds, **options)
    alone = [gt.train(what, steps, seed=seed, **options) for seed in range(seeds)]
    far = max(
        float((together.theta[key][seed] - value).abs().max())
        for seed, run in enumerate(alone)
        for key, value in run.theta.items()
    )
    modes = (
        gt.modes(together.sample(2500), what.data).captured,
        torch.stack([gt.modes(run.sample(2500), what.data).captured for run in alone]),
    )
    other = int((modes[0] != modes[1]).sum())
    means = [f"{float(found.double().mean()):.2f}" for found in modes]
    name = str(dtype).removeprefix("torch.")
    return f"| {name} | {steps} | {far:.1e} | {other} of {seeds} | {means[0]} | {means[1]} |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, nargs="+", default=[100, 500, 2000])
    parser.add_argument("--seeds", type=int, default=32)
    args = parser.parse_args()
    print("| dtype | steps | largest difference of a weight | other number of modes | ", end="")
    print("mean modes together | alone |")
    print("| --- | --: | --: | --: | --: | --: |")
    for dtype in (torch.float64, torch.float32):
        for steps in args.steps:
            print(row(dtype, steps, args.seeds), flush=True)


if __name__ == "__main__":
    main()
