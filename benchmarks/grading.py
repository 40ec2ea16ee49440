"""How long grading takes, and whether the grader's memory grows with the class.

Run from the repository's root::

    python -m benchmarks.grading                     40 submissions of each kind, two at a time
    python -m benchmarks.grading --count 200 --jobs 2

Three kinds of submission, each with right answers to three small questions: one that imports
nothing, one that imports torch, and one that imports what the exercises' notebooks import. Workers
start anew (cold) or are copied from one that has imported everything (warm). Measured are seconds
by the clock and of a processor for each submission, and the grader's own memory after a tenth of
them and at the end. Prints a Markdown table.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from gantext.grading.cluster import Job, in_threads
from gantext.grading.judging import near
from gantext.grading.question import Call, Question
from gantext.grading.sandboxes.choose import choose

IMPORTS = {
    "nothing": "",
    "torch": "import torch",
    "the exercises' own": (
        "import matplotlib.pyplot as plt\nimport numpy as np\nimport torch\n"
        "from gantext import plotting\nfrom gantext.games.ideal import IdealGame\n"
        "from gantext.dynamics.simulate import simulate\nplotting.use_style()"
    ),
}
ANSWERS = "def double(x):\n    return 2 * x\ndef shares(p):\n    return p / p.sum()\nnumber = 42"


def questions() -> tuple[Question, ...]:
    """Return three questions that cost next to nothing."""
    return (
        Question(
            id="bench/double",
            title="Twice",
            points=1,
            entry="double",
            kind="function",
            draw=lambda rng: [Call({"x": float(rng.normal())}) for _ in range(3)],
            judge=lambda call, answer: near(answer, 2 * call.arguments["x"]),
        ),
        Question(
            id="bench/shares",
            title="Shares",
            points=1,
            entry="shares",
            kind="function",
            draw=lambda rng: [Call({"p": rng.uniform(1, 2, size=100)}) for _ in range(3)],
            judge=lambda call, answer: near(
                answer, call.arguments["p"] / call.arguments["p"].sum()
            ),
        ),
        Question(
            id="bench/number",
            title="A number",
            points=1,
            entry="number",
            kind="value",
            draw=lambda _: [Call()],
            judge=lambda _, answer: near(answer, 42.0),
        ),
    )


def notebook(imports: str) -> bytes:
    """Return a submission with right answers."""
    sources = [imports, ANSWERS, "import time\nprint(time.process_time())"]
    cells = [{"cell_type": "code", "source": s, "metadata": {}, "outputs": []} for s in sources]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": cells}).encode()


def resident() -> float:
    """Return this process's memory, in MB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1e6


def measure(imports: str, count: int, jobs: int, warm: bool) -> tuple[float, float, float, float]:
    """Return seconds and processor seconds for a submission, and memory early and at the end."""
    asked = questions()
    data = notebook(imports)

    def submissions() -> Iterator[Job]:
        for number in range(count):
            yield Job(str(number), data, asked, seed=number, warm=warm)

    list(in_threads([Job("first", data, asked, seed=0, warm=warm)], 1))
    before, start = os.times(), time.perf_counter()
    early = 0.0
    inside = 0.0
    for number, result in enumerate(in_threads(submissions(), jobs), 1):
        inside += float(result.output)
        if result.earned != 3 or result.flags:
            raise RuntimeError(f"expected full marks, got {result}")
        if number == max(1, count // 10):
            early = resident()
    seconds, after = time.perf_counter() - start, os.times()
    busy = inside + sum(after[:2]) - sum(before[:2])
    return seconds / count, busy / count, early, resident()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40, help="submissions of each kind")
    parser.add_argument("--jobs", type=int, default=2, help="at a time")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {choose().name}, ", end="")
    print(f"{options.count} submissions, {options.jobs} at a time\n")
    columns = ["imports", "start", "s each", "a minute", "processor s each"]
    print(f"| {' | '.join([*columns, 'grader, MB, early', 'at the end'])} |")
    print("| :-- | :-- | --: | --: | --: | --: | --: |")
    cases = [(name, warm) for warm in (False, True) for name in IMPORTS]
    for name, warm in cases:
        seconds, busy, early, end = measure(IMPORTS[name], options.count, options.jobs, warm)
        row = f"{seconds:.2f} | {60 / seconds:.0f} | {busy:.2f} | {early:.0f} | {end:.0f}"
        print(f"| {name} | {'warm' if warm else 'cold'} | {row} |", flush=True)


if __name__ == "__main__":
    main()
