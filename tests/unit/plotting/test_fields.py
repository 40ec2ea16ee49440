"""Phase portraits, paths and surfaces: what the artists hold, not their pixels."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from matplotlib.collections import LineCollection

from gantext import plotting


def stream_segments(ax):
    (streams,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    return streams.get_segments()


def test_streamlines_follow_the_field(ax, grid):
    x, y, mesh_x, mesh_y = grid
    plotting.phase_portrait(x, y, -mesh_y, mesh_x, ax=ax)
    segments = stream_segments(ax)
    assert len(segments) > 20
    for segment in segments:
        radius = np.linalg.norm(segment, axis=-1)  # what a rotation keeps
        assert np.ptp(radius) < 0.05
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == (-2, 2)
    assert ax.get_ylim() == (-1, 1)


def test_a_mesh_in_either_order_is_the_same_portrait(grid):
    x, y, mesh_x, mesh_y = grid
    by_axes = plotting.phase_portrait(x, y, -mesh_y, mesh_x)
    by_mesh = plotting.phase_portrait(mesh_x, mesh_y, -mesh_y, mesh_x)
    t, s = torch.meshgrid(torch.tensor(x), torch.tensor(y), indexing="ij")
    by_torch = plotting.phase_portrait(t, s, -s, t)
    expected = np.concatenate(stream_segments(by_axes))
    assert np.array_equal(np.concatenate(stream_segments(by_mesh)), expected)
    assert np.array_equal(np.concatenate(stream_segments(by_torch)), expected)


def test_speed_colours_the_streamlines_and_has_a_bar(ax, grid):
    x, y, mesh_x, mesh_y = grid
    plotting.phase_portrait(x, y, -mesh_y, mesh_x, ax=ax, speed=True, equilibrium=[(0, 0), (1, 1)])
    (streams,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    assert streams.get_array().max() == pytest.approx(np.hypot(2, 1), rel=0.1)
    assert [a.get_ylabel() for a in ax.figure.axes] == ["", "speed"]
    assert np.array_equal(ax.lines[-1].get_xydata(), [(0, 0), (1, 1)])


def test_paths_are_the_input(ax, cycle):
    x = torch.randn(20, 2, 3, requires_grad=True, generator=torch.Generator().manual_seed(0))
    y = (x * 2).detach().numpy()
    plotting.trajectories(x, y, ax=ax)
    expected = x.detach().numpy().reshape(20, 6)
    assert len(ax.lines) == 6
    for k, line in enumerate(ax.lines):
        assert np.array_equal(line.get_xdata(), expected[:, k])
        assert np.array_equal(line.get_ydata(), 2 * expected[:, k])
        assert line.get_markevery() == [0]  # the dot at the start
        assert line.get_color() == f"#{cycle[k].lstrip('#')}"


def test_steps_are_dots_and_a_legend_can_carry_the_labels(ax):
    plotting.trajectories([0, 1, 2], [0, 1, 0], ax=ax, labels=["rule"], steps=True, legend=True)
    path, start = ax.lines
    assert path.get_markevery() is None
    assert path.get_marker() == "o"
    assert np.array_equal(start.get_xydata(), [(0, 0)])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["rule"]


def test_the_surface_has_a_labelled_bar_a_saddle_and_no_colour_at_its_centre(ax, grid):
    x, y, mesh_x, mesh_y = grid
    value = mesh_x * mesh_y + 3
    plotting.value_surface(x, y, value, ax=ax, saddle=(0, 0), center=3, label="f")
    filled = ax.collections[0]
    assert filled.norm.vcenter == 3
    assert filled.levels[0] <= value.min()
    assert filled.levels[-1] >= value.max()
    assert ax.figure.axes[1].get_ylabel() == "f"
    assert np.array_equal(ax.lines[-1].get_xydata(), [(0, 0)])
    low, high = (np.array(plotting.CRITIC_TO_FORGER(t)[:3]) for t in (0.0, 1.0))
    assert low[0] > low[2]  # orange: the generator's side
    assert high[2] > high[0]  # blue: the discriminator's


def test_a_flat_surface_can_be_drawn(ax, grid):
    x, y, mesh_x, _ = grid
    plotting.value_surface(x, y, 0 * mesh_x, ax=ax)
    assert ax.collections
