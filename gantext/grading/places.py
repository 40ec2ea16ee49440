"""Where the library lies on this computer, and what of it no sandbox shows."""

from __future__ import annotations

from pathlib import Path

import gantext

PACKAGE = Path(gantext.__file__).resolve().parent
"""The folder of the library, ``gantext``."""

HIDDEN = PACKAGE / "grading" / "questions"
"""The folder of the questions and their judges, which no submission may read."""
