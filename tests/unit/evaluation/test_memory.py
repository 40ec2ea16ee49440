"""Work is cut into blocks that fit, of at least one row."""

from __future__ import annotations

import pytest

import gantext.evaluation.memory
from gantext.evaluation.memory import rows_at_once


@pytest.mark.parametrize(("numbers", "rows"), [(1, 100), (33, 3), (100, 1), (101, 1), (0, 100)])
def test_as_many_rows_as_fit_and_at_least_one(monkeypatch, numbers, rows):
    monkeypatch.setattr(gantext.evaluation.memory, "BLOCK", 100)
    assert rows_at_once(numbers) == rows
