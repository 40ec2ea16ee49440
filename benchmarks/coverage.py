"""How often do intervals over seeds hold the mean that they are for.

Run from the repository's root::

    python -m benchmarks.coverage                          every law, 4 to 32 seeds
    python -m benchmarks.coverage --laws modes --seeds 5

Many sets of seeds are drawn from a law whose mean is known, and each gives an interval of nominal
95 %: the bootstrap that the library once had, and `gantext.mean_interval` without and with bounds.
Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import math
import warnings
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import scipy.stats
from numpy.typing import NDArray

import gantext as gt
from gantext.evaluation.memory import rows_at_once

LEVEL = 0.95


class Law(NamedTuple):
    """What one seed gives: how to draw it, its mean, and its bounds where it has any."""

    words: str
    draw: Callable[[np.random.Generator, tuple[int, int]], NDArray[np.float64]]
    mean: float
    bounds: tuple[float, float] | None = None


def share(p: float) -> Law:
    """Return the law of a yes with probability p."""
    return Law(f"share of {p:g}", lambda rng, size: 1.0 * (rng.random(size) < p), p, (0, 1))


def mode_counts(rng: np.random.Generator, size: tuple[int, int]) -> NDArray[np.float64]:
    """Draw counts of captured modes: all eight for four seeds in five, else anything below."""
    return np.where(rng.random(size) < 0.8, 8.0, rng.integers(0, 8, size))


# The two qualities have the means and standard deviations of an ordinary and of a collapsed GAN on
# the ring, in chapter 4.
LAWS = {
    "share-0.5": share(0.5),
    "share-0.9": share(0.9),
    "share-0.98": share(0.98),
    "modes": Law("modes, 0 to 8", mode_counts, 0.8 * 8 + 0.2 * 3.5, (0, 8)),
    "quality": Law("quality", lambda rng, size: rng.beta(1.2, 5, size), 1.2 / 6.2, (0, 1)),
    "collapsed": Law(
        "quality, collapsed", lambda rng, size: rng.beta(0.12, 4.2, size), 0.12 / 4.32, (0, 1)
    ),
    "normal": Law("normal", lambda rng, size: rng.standard_normal(size), 0.0),
    "exponential": Law("exponential", lambda rng, size: rng.standard_exponential(size), 1.0),
}


def bootstrap(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the ends of the BCa interval, or of the percentile interval where that has none."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        resampled = scipy.stats.bootstrap(
            (values,),
            np.mean,
            vectorized=True,
            axis=-1,
            confidence_level=LEVEL,
            batch=rows_at_once(values.size),
            rng=np.random.default_rng(0),
        )
    corrected = np.stack(resampled.confidence_interval)
    tails = [(1 - LEVEL) / 2, (1 + LEVEL) / 2]
    plain = np.quantile(resampled.bootstrap_distribution, tails, axis=-1)
    low, high = np.where(np.isnan(corrected).any(0), plain, corrected)
    return low, high


def row(law: Law, seeds: int, repeats: int) -> str:
    """Measure one law with so many seeds and return its line of the table."""
    values = law.draw(np.random.default_rng(seeds), (repeats, seeds))
    student = gt.mean_interval(values, level=LEVEL)
    cells = [law.words, str(seeds), _covered(law, *bootstrap(values))]
    cells.append(_covered(law, student.low.numpy(), student.high.numpy()))
    if law.bounds is None:
        return "| " + " | ".join([*cells, "", ""]) + " |"
    found = gt.mean_interval(values, law.bounds, LEVEL)
    cells.append(_covered(law, found.low.numpy(), found.high.numpy()))
    width = float((found.high - found.low).mean()) / (law.bounds[1] - law.bounds[0])
    return "| " + " | ".join([*cells, f"{width:.2f}"]) + " |"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--laws", nargs="+", choices=LAWS, default=list(LAWS), metavar="LAW")
    parser.add_argument("--seeds", type=int, nargs="+", default=[4, 5, 8, 10, 16, 32])
    parser.add_argument("--repeats", type=int, default=4000)
    args = parser.parse_args()
    error = math.sqrt(LEVEL * (1 - LEVEL) / args.repeats)
    print(f"scipy {scipy.__version__}, {args.repeats} intervals each, ", end="")
    print(f"standard error {error:.4f} at {LEVEL:g}, {0.5 / math.sqrt(args.repeats):.4f} at 0.5\n")
    print("| what a seed gives | seeds | bootstrap | no bounds | bounds | their width |")
    print("| :-- |" + " --: |" * 5)
    for name in args.laws:
        for seeds in args.seeds:
            print(row(LAWS[name], seeds, args.repeats), flush=True)


def _covered(law: Law, low: NDArray[np.float64], high: NDArray[np.float64]) -> str:
    """Say how many of the intervals hold the mean."""
    return f"{np.mean((low <= law.mean) & (law.mean <= high)):.3f}"


if __name__ == "__main__":
    main()
