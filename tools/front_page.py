"""Put the picture with which chapter 1 opens on the front page: `python -m tools.front_page`."""

from __future__ import annotations

import base64
import sys

import nbformat

from tools.book import ROOT, chapters

CELL = "fig-gan"
FILE = ROOT / "book" / "_static" / "opening.png"


def picture() -> bytes:
    """Return the picture that chapter 1 stores."""
    (cell,) = [c for c in nbformat.read(chapters()[0], as_version=4).cells if c.id == CELL]
    (found,) = [out.data["image/png"] for out in cell.outputs if "image/png" in out.get("data", {})]
    return base64.b64decode(found)


def main() -> int:
    """Write the file."""
    FILE.write_bytes(picture())
    return 0


if __name__ == "__main__":
    sys.exit(main())
