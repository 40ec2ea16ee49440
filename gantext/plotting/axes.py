"""The axes of a picture, and what several pictures put on them: marks, arrow heads, names."""

from __future__ import annotations

from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.cm import ScalarMappable
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from gantext.plotting.style import INK


def given_or_new(ax: Axes | None, *, square: bool = False) -> Axes:
    """Return the caller's axes, or those of a new pyplot figure; new ones may have equal scales."""
    if ax is not None:
        return ax
    made: Axes = plt.subplots(figsize=(6.0, 5.0) if square else None)[1]
    if square:
        made.set_aspect("equal")
        made.locator_params(nbins=6)
    return made


def keep_scales_equal(ax: Axes) -> None:
    """Make scales equal: by wider limits, or by another box where the caller fixes the limits."""
    ax.set_aspect("equal", adjustable="datalim")
    _keep_limits(ax)
    for axis in ("x", "y"):
        ax.callbacks.connect(f"{axis}lim_changed", _keep_limits)


def _keep_limits(ax: Axes) -> None:
    """Let the box give way instead of limits that the caller has fixed."""
    fixed = not (ax.get_autoscalex_on() and ax.get_autoscaley_on())
    if fixed and ax.get_aspect() == 1:
        ax.set_adjustable("box")


def color_bar(ax: Axes, shown: ScalarMappable, label: str) -> None:
    """Put a colour bar beside the axes."""
    figure: Any = ax.get_figure()
    figure.colorbar(shown, ax=ax, label=label, shrink=0.8, aspect=30)


def mark(ax: Axes, points: NDArray[Any]) -> None:
    """Mark points of shape (N, 2) with hollow circles."""
    style: dict[str, Any] = {"markerfacecolor": "white", "markeredgecolor": INK}
    if len(points):
        ax.plot(*points.T, "o", markersize=9, markeredgewidth=1.8, zorder=5, **style)


def arrow_head(ax: Axes, x: NDArray[Any], y: NDArray[Any], color: Any) -> None:
    """Put an arrow head in the middle of the path, by length."""
    path = np.stack([x, y], -1)
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=-1)
    half = lengths.sum() / 2
    if half == 0:
        return
    k = int(np.searchsorted(np.cumsum(lengths), half))
    part = (half - lengths[:k].sum()) / lengths[k]
    head = path[k] + part * (path[k + 1] - path[k])
    style = {"arrowstyle": "-|>", "color": color, "mutation_scale": 20, "linewidth": 0}
    style |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", head, path[k], arrowprops=style, annotation_clip=True, zorder=3)


def name_paths(
    ax: Axes, x: NDArray[Any], y: NDArray[Any], names: list[str], colors: list[Any]
) -> None:
    """Write each name where its path is farthest from the others; a lone one at its end."""
    every = max(1, len(x) // 100)
    points = np.stack([x, y], -1)[::-1][::every]  # (T, N, 2), the end first
    paths = ax.transData.transform(points.reshape(-1, 2)).reshape(points.shape)
    for k, (name, color) in enumerate(zip(names, colors, strict=True)):
        others = np.delete(paths, k, axis=1).reshape(-1, 2)
        gaps = np.linalg.norm(paths[:, k, None] - others, axis=-1)
        at = points[int(gaps.min(-1).argmax()) if len(others) else 0, k]
        style = {"color": color, "annotation_clip": True, "zorder": 6}
        text = ax.annotate(name, at, (7, 5), textcoords="offset points", **style)
        text.set_path_effects([withStroke(linewidth=3, foreground="white")])


def name_ends(
    ax: Axes, x: NDArray[Any], y: NDArray[Any], names: list[str], colors: list[Any]
) -> None:
    """Write each name right of its line's last point, moved up where it would hit another."""
    last = [np.flatnonzero(np.isfinite(line)) for line in y.T]
    ends = [(x[i[-1]], line[i[-1]]) for i, line in zip(last, y.T, strict=True) if i.size]
    kept = [k for k, i in enumerate(last) if i.size]
    if not kept:  # every value is a gap
        return
    figure: Any = ax.get_figure()
    heights = ax.transData.transform(ends)[:, 1] * 72 / figure.dpi
    free = -np.inf
    for j in np.argsort(heights, kind="stable"):
        height = max(heights[j], free)
        free = height + 1.25 * float(plt.rcParams["font.size"])
        offset = (7, height - heights[j])
        style = {"color": colors[kept[j]], "va": "center", "annotation_clip": False}
        ax.annotate(names[kept[j]], ends[j], offset, textcoords="offset points", **style)
