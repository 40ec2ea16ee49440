"""Chance that takes the same course in every run."""

from __future__ import annotations

import torch
from hypothesis import settings

#: What Hypothesis does with a law: fifty examples, always the same.
law = settings(derandomize=True, deadline=None, database=None, max_examples=50)


def seeded(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)
