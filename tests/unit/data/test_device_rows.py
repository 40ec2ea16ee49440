"""Rows are copied once, and picked as indexing would."""

from __future__ import annotations

import pytest
import torch

from gantext.data.device_rows import Rows
from tests.chance import seeded

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    "index", [torch.tensor(2), torch.tensor([2, 0, 2]), torch.zeros(0, 3).long()]
)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_rows_are_what_indexing_gives(index, dtype):
    tensor = torch.randn(3, 2, 4, generator=seeded())
    picked = Rows(tensor).pick(index, dtype)
    assert picked.dtype == dtype
    assert torch.equal(picked, tensor.to(dtype)[index])


def test_each_dtype_is_copied_once_and_the_own_one_not_at_all():
    tensor = torch.randn(3, 2, generator=seeded())
    rows = Rows(tensor)
    assert rows.on(CPU) is tensor
    wide = rows.on(CPU, torch.float64)
    assert wide.dtype == torch.float64
    assert rows.on(CPU, torch.float64) is wide
