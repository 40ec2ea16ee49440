"""Arrow heads, names and limits on the axes of every picture."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from gantext import plotting


def test_a_path_has_an_arrow_in_its_middle_along_its_direction(ax):
    plotting.trajectories([0, 1, 2, 9, 10], [0, 0, 0, 0, 0], ax=ax)
    (arrow,) = ax.texts
    assert tuple(arrow.xy) == (5, 0)  # the head
    assert tuple(arrow.xyann) == (2, 0)


def test_a_path_at_rest_has_no_arrow(ax):
    plotting.trajectories([1, 1, 1], [2, 2, 2], ax=ax)
    assert not ax.texts


def test_labels_stand_on_the_lines_in_their_colours(ax):
    x = np.array([[0, 0], [1, 1], [2, 2]])
    y = np.array([[0, 0], [0, 1], [0, 2]])
    colors = [plotting.GENERATOR, plotting.DATA]
    plotting.trajectories(x, y, ax=ax, labels=["flat", "steep"], color=colors)
    labels = {t.get_text(): t for t in ax.texts if t.get_text()}
    assert labels["steep"].xy == pytest.approx((2, 2))  # farthest from the other line
    assert labels["steep"].get_color() == plotting.DATA
    assert labels["flat"].get_color() == plotting.GENERATOR
    assert ax.get_legend() is None


def test_end_labels_do_not_overlap():
    x = np.linspace(0, 1, 5)
    ax = plotting.curves(x, np.stack([x, x, 1.01 * x], -1), labels=["a", "b", "c"])
    ax.figure.canvas.draw()
    boxes = sorted((t.get_window_extent() for t in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == 3
    assert all(low.y1 <= high.y0 for low, high in pairwise(boxes))


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("limits", [{"xlim": (-3, 1), "ylim": (-1, 1)}, {"xlim": (-3, 1)}])
def test_limits_that_the_caller_sets_are_kept_without_a_warning(ax, caplog, order, limits):
    if order == "before":
        ax.set(**limits)
    plotting.eigenvalues([-1 + 0.5j, -1 - 0.5j], ax=ax, boundary=plotting.imaginary_axis)
    if order == "after":
        ax.set(**limits)
    ax.figure.canvas.draw()
    assert not caplog.records
    assert ax.get_xlim() == (-3, 1)
    if "ylim" in limits:
        assert ax.get_ylim() == (-1, 1)
    origin, right, up = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert right[0] - origin[0] == pytest.approx(up[1] - origin[1])


def test_free_limits_fill_the_axes(ax):
    before = ax.get_position().bounds
    plotting.eigenvalues([-1 + 0.5j, -1 - 0.5j], ax=ax, boundary=plotting.imaginary_axis)
    ax.figure.canvas.draw()
    assert ax.get_adjustable() == "datalim"
    assert ax.get_position().width >= before[2]
    origin, right, up = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert right[0] - origin[0] == pytest.approx(up[1] - origin[1], rel=0.01)
