"""``python -m gantext.records NAME ...``: run experiments in full, and store what they gave."""

from __future__ import annotations

import sys
import time
from importlib import import_module
from pathlib import Path

from gantext.records.base import write

NAMES = (
    "published_table",
    "ring_cures",
    "ring_hops",
    "ring_whole",
    "what_helps",
    "what_helps_constant",
    "what_helps_longer",
)


def main(names: list[str]) -> None:
    """Make the records that are named, or all."""
    if unknown := set(names) - set(NAMES):
        sys.exit(f"expected some of {[*NAMES]}, got {sorted(unknown)}")
    for name in names or NAMES:
        began = time.monotonic()
        record = getattr(import_module(f"gantext.records.{name}"), name)()
        (Path(__file__).parent / f"{name}.json").write_text(write(record), encoding="utf-8")
        print(f"{name}: {time.monotonic() - began:.0f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
