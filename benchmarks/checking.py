"""What it costs to compare the record of a step with the step now and then.

Run from the repository's root::

    python -m benchmarks.checking

Every figure is a ratio to the same run without comparisons, measured in turns in the same run: the
best of several repetitions of 2,000 steps. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import time
from unittest.mock import patch

import gantext as gt
from benchmarks.plain import BETA1, ETA
from benchmarks.throughput import experiment
from gantext.training.recorded_step import Replayed


def seconds(what: gt.Experiment, steps: int, *, compared: bool, **options: object) -> float:
    """Return the seconds that a run takes, all in all."""
    start = time.perf_counter()
    if compared:
        gt.train(what, steps, eta=ETA, beta1=BETA1, device="cpu", progress=False, **options)
    else:
        with patch.object(Replayed, "_is_right", lambda *_: True):
            gt.train(what, steps, eta=ETA, beta1=BETA1, device="cpu", progress=False, **options)
    return time.perf_counter() - start


def mean(snapshot: gt.Snapshot) -> dict[str, object]:
    """Observe about as little as a callback can."""
    return {"mean": snapshot.sample(2500).mean(-2)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--steps", type=int, default=2000)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--members", type=int, nargs="+", default=[1, 16])
    parser.add_argument("--repeats", type=int, default=5)
    args = parser.parse_args()
    what = experiment(args.hidden)
    print("| members | callback every 100 steps | with, s | without, s | cost |")
    print("| --: | --- | --: | --: | --: |")
    for members in args.members:
        for callbacks in ([], [mean]):
            options = {"seeds": 0 if members == 1 else members, "callbacks": callbacks}
            times = {
                compared: min(
                    seconds(what, args.steps, compared=compared, **options)
                    for _ in range(args.repeats)
                )
                for compared in (True, False)
            }
            cost = times[True] / times[False] - 1
            print(
                f"| {members} | {'yes' if callbacks else 'no'} | {times[True]:.2f} | "
                f"{times[False]:.2f} | {100 * cost:.1f} % |",
                flush=True,
            )


if __name__ == "__main__":
    main()
