"""Eigenvalues: what the artists hold, not their pixels."""

from __future__ import annotations

import numpy as np
import torch
from matplotlib.collections import PathCollection
from matplotlib.colors import to_hex
from matplotlib.patches import Circle, Rectangle

from gantext import plotting


def points(ax):
    return [c for c in ax.collections if isinstance(c, PathCollection)]


def test_eigenvalues_lie_where_they_are(ax):
    values = torch.tensor([[1 + 2j, 1 - 2j], [-0.5 + 0j, 0.25j]])
    plotting.eigenvalues(values.conj(), ax=ax)
    (dots,) = points(ax)
    expected = [(1, -2), (1, 2), (-0.5, 0), (0, -0.25)]
    assert np.allclose(dots.get_offsets(), expected)
    assert to_hex(dots.get_facecolor()[0]) == to_hex(plotting.MEASUREMENT)
    assert ax.get_aspect() == 1
    assert not ax.patches


def test_the_unit_circle_has_radius_one_and_is_drawn_once(ax):
    plotting.eigenvalues([0.5], ax=ax, boundary=plotting.unit_circle)
    plotting.eigenvalues([0.6j], ax=ax, boundary=plotting.unit_circle)
    (circle,) = ax.patches
    assert isinstance(circle, Circle)
    assert circle.get_radius() == 1
    assert tuple(circle.get_center()) == (0, 0)
    assert len(points(ax)) == 2
    ax.figure.canvas.draw()
    assert ax.dataLim.x0 <= -1
    assert ax.dataLim.x1 >= 1


def test_the_left_half_plane_is_shaded_and_does_not_stretch_the_limits(ax):
    for value in (-0.5, 0.25):
        plotting.eigenvalues([value + 1j, value - 1j], ax=ax, boundary=plotting.imaginary_axis)
    (axis,) = ax.lines
    assert list(axis.get_xdata()) == [0, 0]
    (half,) = [a for a in ax.get_children() if isinstance(a, Rectangle) and a.get_label()]
    assert half.get_x() + half.get_width() == 0
    ax.figure.canvas.draw()
    assert max(np.abs(ax.get_xlim())) < 5
    inside = ax.transData.transform([(-0.5, 0), (0.2, 0)])
    assert half.get_window_extent().contains(*inside[0])
    assert not half.get_window_extent().contains(*inside[1])


def test_predictions_are_hollow_rings_named_once(ax):
    plotting.eigenvalues([1j], ax=ax, predicted=[1j], label="measured")
    plotting.eigenvalues([2j], ax=ax, predicted=[2j], label="other")
    rings = points(ax)[1]
    assert np.allclose(rings.get_offsets(), [(0, 1)])
    assert len(rings.get_facecolor()) == 0
    assert to_hex(rings.get_edgecolor()[0]) == to_hex(plotting.PREDICTION)
    names = [t.get_text() for t in ax.get_legend().get_texts()]
    assert names == ["measured", "predicted", "other"]


def test_a_sweep_colours_each_member_with_its_hyper_parameter(ax):
    values = np.array([[1j, -1j], [2j, -2j], [3j, -3j]])
    plotting.eigenvalues(values, ax=ax, sweep=[0.0, 0.5, 1.0], sweep_label="γ")
    (dots,) = points(ax)
    assert list(dots.get_array()) == [0, 0, 0.5, 0.5, 1, 1]
    assert ax.figure.axes[1].get_ylabel() == "γ"
