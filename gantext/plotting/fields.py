"""Pictures of the plane of both players: flow, orbits, value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import (
    TwoSlopeNorm,
)

from gantext.plotting.drawing import (
    _array,
    _arrow,
    _axes,
    _colors,
    _figure,
    _grid,
    _label_paths,
    _labels,
    _mark,
    _points,
)
from gantext.plotting.style import (
    _STREAM,
    CRITIC_TO_FORGER,
    SLOW_TO_FAST,
)


def phase_portrait(
    x: Any,
    y: Any,
    u: Any,
    v: Any,
    *,
    ax: Axes | None = None,
    speed: bool = False,
    equilibrium: Any = None,
    density: float = 1.0,
) -> Axes:
    """Draw a planar vector field as streamlines.

    Parameters
    ----------
    x, y : array-like, shapes (C,) and (R,), or both (R, C)
        An evenly spaced grid: its two axes, or what `meshgrid` makes of them. Grids made with
        ``indexing="ij"`` are recognised, and `u` and `v` are then transposed with them.
    u, v : array-like, shape (R, C)
        The field's two components on the grid, the row being the y direction.
    ax : Axes, optional
        Where to draw.
    speed : bool, optional
        Colour the streamlines by the field's length, with a colour bar.
    equilibrium : array-like, shape (2,) or (N, 2), optional
        Points to mark with a hollow circle.
    density : float, optional
        How closely the streamlines lie.

    Returns
    -------
    Axes
        With equal aspect.

    Raises
    ------
    ValueError
        If the grid is not rectangular, increasing and evenly spaced, the shapes disagree, or a
        value is not finite.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from gantext.plotting.fields import phase_portrait
    >>> x = y = np.linspace(-1, 1, 20)
    >>> grid_x, grid_y = np.meshgrid(x, y)
    >>> ax = phase_portrait(x, y, -grid_y, grid_x, equilibrium=(0, 0))
    >>> plt.close(ax.figure)
    """
    x, y, (u, v) = _grid(x, y, u=u, v=v)
    points = None if equilibrium is None else _points("equilibrium", equilibrium)
    ax = _axes(ax, square=True)
    length = np.hypot(u, v)
    streams = ax.streamplot(
        x,
        y,
        u,
        v,
        density=density,
        color=length if speed else _STREAM,
        cmap=SLOW_TO_FAST if speed else None,
        linewidth=1.0,
        arrowsize=0.9,
        zorder=1,
    )
    if speed:
        _figure(ax).colorbar(streams.lines, ax=ax, label="speed", shrink=0.8, aspect=30)
    if points is not None:
        _mark(ax, points)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), aspect="equal")
    ax.grid(False)
    return ax


def trajectories(
    x: Any,
    y: Any,
    *,
    ax: Axes | None = None,
    labels: Sequence[str] | None = None,
    color: Any = None,
    steps: bool = False,
    legend: bool = False,
) -> Axes:
    """Draw paths in the plane: a dot at the start, an arrow head on the way.

    Parameters
    ----------
    x, y : array-like, shape (T, ...)
        The paths' coordinates; time is the first dimension, all others count the paths.
    ax : Axes, optional
        Where to draw, a `phase_portrait` perhaps.
    labels : sequence of str, optional
        One for each path, written on the line where it is farthest from the other lines.
    color : colour or sequence of colours, optional
        One for all paths or one for each. By default the style's cycle.
    steps : bool, optional
        Mark each step with a small dot, for discrete steps.
    legend : bool, optional
        Put the labels into a legend instead.

    Returns
    -------
    Axes
        The axes with one line a path, in order.

    Raises
    ------
    ValueError
        If `x` and `y` differ in shape, hold fewer than two steps, are not finite, or labels or
        colours do not match.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from gantext.plotting.fields import trajectories
    >>> t = np.linspace(0, 6, 100)
    >>> ax = trajectories(np.cos(t), np.sin(t), labels=["a circle"])
    >>> len(ax.lines)
    1
    >>> plt.close(ax.figure)
    """
    xs, ys = _array("x", x), _array("y", y)
    if xs.shape != ys.shape or xs.ndim == 0 or len(xs) < 2:
        raise ValueError(
            f"x, y: expected one shape (T, ...) with T >= 2, got {xs.shape} and {ys.shape}"
        )
    xs, ys = xs.reshape(len(xs), -1), ys.reshape(len(ys), -1)
    names = _labels(labels, xs.shape[1])
    colors = _colors(color, xs.shape[1])
    ax = _axes(ax, square=True)
    for path_x, path_y, name, shade in zip(xs.T, ys.T, names, colors, strict=True):
        ax.plot(
            path_x,
            path_y,
            color=shade,
            label=name,
            zorder=3,
            linewidth=1.2 if steps else None,
            marker="o",
            markersize=3.5 if steps else 7,
            markevery=None if steps else [0],
        )
        if steps:
            ax.plot(
                path_x[:1], path_y[:1], "o", color=shade, markersize=7, zorder=3, label="_start"
            )
        _arrow(ax, path_x, path_y, shade)
    if legend:
        ax.legend()
    elif labels is not None:
        _label_paths(ax, xs, ys, names, colors)
    return ax


def value_surface(
    x: Any,
    y: Any,
    z: Any,
    *,
    ax: Axes | None = None,
    saddle: Any = None,
    center: float | None = None,
    label: str = "value",
    levels: int = 15,
) -> Axes:
    """Draw the value of a game over its two parameters as filled contours.

    The generator descends towards orange, the discriminator climbs towards blue.

    Parameters
    ----------
    x, y : array-like, shapes (C,) and (R,), or both (R, C)
        The grid, as in `phase_portrait`.
    z : array-like, shape (R, C)
        The value on the grid.
    ax : Axes, optional
        Where to draw.
    saddle : array-like, shape (2,) or (N, 2), optional
        Points to mark with a hollow circle.
    center : float, optional
        The value without colour, the equilibrium's perhaps. By default the middle of the range.
    label : str, optional
        The colour bar's label.
    levels : int, optional
        About how many contours.

    Returns
    -------
    Axes
        The axes; the colour bar is another axes of the same figure.

    Raises
    ------
    ValueError
        If the grid or the shapes are wrong, or a value is not finite.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from gantext.plotting.fields import value_surface
    >>> x = y = np.linspace(-1, 1, 20)
    >>> ax = value_surface(x, y, np.outer(y, x), saddle=(0, 0), center=0)
    >>> plt.close(ax.figure)
    """
    x, y, (z,) = _grid(x, y, z=z)
    points = None if saddle is None else _points("saddle", saddle)
    low, high = float(z.min()), float(z.max())
    middle = (low + high) / 2 if center is None else float(center)
    reach = max(high - middle, middle - low) or 1.0
    norm = TwoSlopeNorm(middle, middle - reach, middle + reach)
    ax = _axes(ax, square=True)
    filled = ax.contourf(x, y, z, levels=levels, cmap=CRITIC_TO_FORGER, norm=norm, zorder=0)
    ax.contour(
        x,
        y,
        z,
        levels=filled.levels,
        colors="white",
        linestyles="solid",
        linewidths=0.7,
        alpha=0.7,
        zorder=0.5,
    )
    _figure(ax).colorbar(filled, ax=ax, label=label, shrink=0.8, aspect=30)
    if points is not None:
        _mark(ax, points)
    ax.grid(False)
    return ax
