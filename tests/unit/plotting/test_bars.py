"""Bars: what the artists hold, not their pixels."""

from __future__ import annotations

import torch
from matplotlib.colors import to_hex

from gantext import plotting


def test_bars_are_the_probabilities_and_the_line_the_discriminator(ax):
    p_data, p_g = torch.tensor([0.5, 0.5, 0.0]), [0.25, 0.25, 0.5]
    d = [2 / 3, 2 / 3, 0.0]
    plotting.distributions(p_data, p_g, discriminator=d, letters=["a", "b", "c"], ax=ax)
    data, model = ax.containers
    assert [bar.get_height() for bar in data] == [0.5, 0.5, 0]
    assert [bar.get_height() for bar in model] == p_g
    assert {to_hex(bar.get_facecolor()) for bar in data} == {to_hex(plotting.DATA)}
    assert {to_hex(bar.get_facecolor()) for bar in model} == {to_hex(plotting.GENERATOR)}
    line = ax.lines[-1]
    assert list(line.get_ydata()) == d
    assert line.get_color() == plotting.DISCRIMINATOR
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a", "b", "c"]
