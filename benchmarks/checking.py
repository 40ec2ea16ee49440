"""What it costs to compare the record of a step with the step now and then.

Run from the repository's root::

    python -m benchmarks.checking

Every figure is a share of the very run in which it is measured: the time spent on comparisons
beside the time of all else, recording included. The median of several runs.
Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import time
from statistics import median
from unittest.mock import patch

import gantext as gt
from benchmarks.plain import BETA1, ETA
from benchmarks.throughput import experiment
from gantext.training.recorded_step import Replay, Replayed


def shares(what: gt.Experiment, steps: int, **options: object) -> tuple[float, float, int]:
    """Return the seconds of a run without comparisons, those of comparisons, and their number."""
    spent: list[float] = []
    compare = Replayed._is_right

    def timed(self: Replayed, replay: Replay) -> bool:
        start = time.perf_counter()
        right = compare(self, replay)
        spent.append(time.perf_counter() - start)
        return right

    start = time.perf_counter()
    with patch.object(Replayed, "_is_right", timed):
        gt.train(what, steps, eta=ETA, beta1=BETA1, device="cpu", progress=False, **options)
    return time.perf_counter() - start - sum(spent), sum(spent), len(spent)


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
    print("| members | callback every 100 steps | comparisons | all else, s | cost |")
    print("| --: | --- | --: | --: | --: |")
    for members in args.members:
        for callbacks in ([], [mean]):
            options = {"seeds": 0 if members == 1 else members, "callbacks": callbacks}
            runs = [shares(what, args.steps, **options) for _ in range(args.repeats)]
            rest, _, count = sorted(runs)[len(runs) // 2]
            cost = median(compared / rest for rest, compared, _ in runs)
            print(
                f"| {members} | {'yes' if callbacks else 'no'} | {count} | {rest:.2f} | "
                f"{100 * cost:.1f} % |",
                flush=True,
            )


if __name__ == "__main__":
    main()
