"""Pictures of the plane of both players: flow, orbits, value."""

from __future__ import annotations

from typing import Annotated, Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import TwoSlopeNorm

from gantext.core.annotations import Count, Finite, Where
from gantext.core.arguments import checked_arguments
from gantext.plotting.axes import arrow_head, color_bar, given_or_new, mark, name_paths
from gantext.plotting.inputs import ArrayLike, Labels, colors, finite_array, grid, names, points
from gantext.plotting.style import CRITIC_TO_FORGER, SLOW_TO_FAST, STREAM

#: Matplotlib draws nothing below, and much too much above.
Density = Annotated[float, Where("from 0.1 to 100", lambda value: 0.1 <= value <= 100)]


@checked_arguments
def phase_portrait(
    x: ArrayLike,
    y: ArrayLike,
    u: ArrayLike,
    v: ArrayLike,
    *,
    ax: Axes | None = None,
    speed: bool = False,
    equilibrium: ArrayLike | None = None,
    density: Density = 1.0,
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
    >>> import gantext as gt
    >>> x = y = np.linspace(-1, 1, 20)
    >>> grid_x, grid_y = np.meshgrid(x, y)
    >>> ax = gt.plotting.phase_portrait(x, y, -grid_y, grid_x, equilibrium=(0, 0))
    >>> plt.close(ax.figure)
    """
    x, y, (u, v) = grid(x, y, u=u, v=v)
    marked = points("equilibrium", equilibrium)
    ax = given_or_new(ax, square=True)
    length = np.hypot(u, v)
    style: dict[str, Any] = {"color": length, "cmap": SLOW_TO_FAST} if speed else {"color": STREAM}
    streams = ax.streamplot(
        x, y, u, v, density=density, linewidth=1.0, arrowsize=0.9, zorder=1, **style
    )
    if speed:
        color_bar(ax, streams.lines, "speed")
    mark(ax, marked)
    ax.set(xlim=(x[0], x[-1]), ylim=(y[0], y[-1]), aspect="equal")
    ax.grid(False)
    return ax


@checked_arguments
def trajectories(
    x: ArrayLike,
    y: ArrayLike,
    *,
    ax: Axes | None = None,
    labels: Labels | None = None,
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
    >>> import gantext as gt
    >>> t = np.linspace(0, 6, 100)
    >>> ax = gt.plotting.trajectories(np.cos(t), np.sin(t), labels=["a circle"])
    >>> len(ax.lines)
    1
    >>> plt.close(ax.figure)
    """
    xs, ys = finite_array("x", x), finite_array("y", y)
    if xs.shape != ys.shape or xs.ndim == 0 or len(xs) < 2:
        raise ValueError(
            f"x, y: expected one shape (T, ...) with T >= 2, got {xs.shape} and {ys.shape}"
        )
    xs, ys = xs.reshape(len(xs), -1), ys.reshape(len(ys), -1)
    written, shades = names("labels", labels, xs.shape[1]), colors(color, xs.shape[1])
    ax = given_or_new(ax, square=True)
    for path_x, path_y, name, shade in zip(xs.T, ys.T, written, shades, strict=True):
        style: dict[str, Any] = {"color": shade, "marker": "o", "zorder": 3}
        if steps:
            ax.plot(path_x, path_y, label=name, linewidth=1.2, markersize=3.5, **style)
            ax.plot(path_x[:1], path_y[:1], label="_start", markersize=7, **style)
        else:
            ax.plot(path_x, path_y, label=name, markersize=7, markevery=[0], **style)
        arrow_head(ax, path_x, path_y, shade)
    if legend:
        ax.legend()
    elif labels is not None:
        name_paths(ax, xs, ys, written, shades)
    return ax


@checked_arguments
def value_surface(
    x: ArrayLike,
    y: ArrayLike,
    z: ArrayLike,
    *,
    ax: Axes | None = None,
    saddle: ArrayLike | None = None,
    center: Finite | None = None,
    label: str = "value",
    levels: Count = 15,
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
    >>> import gantext as gt
    >>> x = y = np.linspace(-1, 1, 20)
    >>> ax = gt.plotting.value_surface(x, y, np.outer(y, x), saddle=(0, 0), center=0)
    >>> plt.close(ax.figure)
    """
    x, y, (z,) = grid(x, y, z=z)
    marked = points("saddle", saddle)
    low, high = float(z.min()), float(z.max())
    middle = (low + high) / 2 if center is None else center
    reach = max(high - middle, middle - low) or 1.0
    norm = TwoSlopeNorm(middle, middle - reach, middle + reach)
    ax = given_or_new(ax, square=True)
    filled = ax.contourf(x, y, z, levels=levels, cmap=CRITIC_TO_FORGER, norm=norm, zorder=0)
    style: dict[str, Any] = {"colors": "white", "linestyles": "solid", "linewidths": 0.7}
    ax.contour(x, y, z, levels=filled.levels, alpha=0.7, zorder=0.5, **style)
    color_bar(ax, filled, label)
    mark(ax, marked)
    ax.grid(False)
    return ax
