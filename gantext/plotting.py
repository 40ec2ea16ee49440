"""The book's figures: arrays in, matplotlib Axes out.

Nothing here shows or saves a figure. Every function takes numpy arrays, tensors or nested lists,
draws on `ax` (or on a new pyplot figure when `ax` is None), and returns the Axes, so that a caller
can add to it. Input is checked before anything is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from importlib.resources import as_file, files
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import (
    Colormap,
    LinearSegmentedColormap,
    TwoSlopeNorm,
    is_color_like,
    to_rgba,
)
from matplotlib.patches import Circle, Rectangle
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

__all__ = [
    "CRITIC_TO_FORGER",
    "DATA",
    "DISCRIMINATOR",
    "GENERATOR",
    "INK",
    "MEASUREMENT",
    "PREDICTION",
    "SLOW_TO_FAST",
    "convergence",
    "curves",
    "distributions",
    "eigenvalues",
    "imaginary_axis",
    "phase_portrait",
    "trajectories",
    "unit_circle",
    "use_style",
    "value_surface",
]

#: Generator (the forger): orange.
GENERATOR = "#DB6307"
#: Discriminator (the critic): blue.
DISCRIMINATOR = "#0063C1"
#: Real data: green.
DATA = "#0E9F7B"
#: What was measured: mauve, solid.
MEASUREMENT = "#9B4B80"
#: Text and marks; also what theory predicts, always dashed or hollow.
INK = "#22183F"
PREDICTION = INK

_STREAM = "#918AA8"
_STABLE = "#E3EEF9"
_QUIET = "#5E5873"
_BOUNDARY = "boundary"

#: Slow is pale, fast is dark; the palest step still has 3:1 contrast on white.
SLOW_TO_FAST: Colormap = LinearSegmentedColormap.from_list("slow_to_fast", [_STREAM, INK])
#: Low values favour the generator (orange), high values the discriminator (blue).
CRITIC_TO_FORGER: Colormap = LinearSegmentedColormap.from_list(
    "critic_to_forger", ["#B94E00", "#EE9A5A", "#FBF6F2", "#6AA5E3", "#004F9E"]
)
_SWEEP: Colormap = LinearSegmentedColormap.from_list(
    "sweep", [DISCRIMINATOR, MEASUREMENT, GENERATOR]
)


def use_style() -> None:
    """Apply the book's matplotlib style to every figure made from now on.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from gantext.plotting import use_style
    >>> use_style()
    >>> float(plt.rcParams["font.size"])
    12.0
    """
    with as_file(files("gantext") / "book.mplstyle") as path:
        plt.style.use(path)


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
    >>> from gantext.plotting import phase_portrait
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
    >>> from gantext.plotting import trajectories
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


def unit_circle(ax: Axes) -> None:
    """Draw the unit circle and shade its inside, where the multipliers of a stable map lie.

    Parameters
    ----------
    ax : Axes
        The complex plane; pass this function to `eigenvalues` as ``boundary``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from gantext.plotting import eigenvalues, unit_circle
    >>> ax = eigenvalues([0.5 + 0.5j, 0.5 - 0.5j], boundary=unit_circle)
    >>> plt.close(ax.figure)
    """
    disk = Circle((0, 0), 1, facecolor=_STABLE, edgecolor=_QUIET, linewidth=1.2, zorder=0.5)
    disk.set(gid=_BOUNDARY, label="stable")
    ax.add_patch(disk)


def imaginary_axis(ax: Axes) -> None:
    """Draw the imaginary axis and shade its left, where the rates of a stable flow lie.

    Parameters
    ----------
    ax : Axes
        The complex plane; pass this function to `eigenvalues` as ``boundary``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from gantext.plotting import eigenvalues, imaginary_axis
    >>> ax = eigenvalues([0.5 + 0.5j, 0.5 - 0.5j], boundary=imaginary_axis)
    >>> plt.close(ax.figure)
    """
    far = 1e6  # beyond any limits; added as an artist, so that it does not stretch them
    half = Rectangle((-far, 0), far, 1, facecolor=_STABLE, zorder=0.5, label="stable")
    half.set_transform(ax.get_xaxis_transform())
    ax.add_artist(half)
    ax.axvline(0, color=_QUIET, linewidth=1.2, zorder=0.6, gid=_BOUNDARY)


def eigenvalues(
    values: Any,
    *,
    ax: Axes | None = None,
    boundary: Callable[[Axes], None] | None = None,
    predicted: Any = None,
    label: str | None = None,
    color: Any = MEASUREMENT,
    sweep: Any = None,
    sweep_label: str = "",
) -> Axes:
    """Draw eigenvalues in the complex plane, with the boundary of stability.

    Parameters
    ----------
    values : array-like, shape (...)
        Real or complex; all dimensions are batch.
    ax : Axes, optional
        Where to draw; a second call on the same axes adds points and draws the boundary once.
    boundary : callable, optional
        `unit_circle` for the multipliers of an update rule, `imaginary_axis` for the rates of a
        flow.
    predicted : array-like, shape (...), optional
        Eigenvalues that theory gives, drawn as hollow rings.
    label : str, optional
        For the legend, which appears when a label is given.
    color : colour, optional
        Of the dots.
    sweep : array-like, shape (...), optional
        A hyper-parameter, of the shape of `values` or of its leading dimensions; it colours the
        dots.
    sweep_label : str, optional
        The hyper-parameter's name, on the colour bar.

    Returns
    -------
    Axes
        With equal scales on both axes. Limits that you set, before or after, are kept: the axes
        then become narrower or lower instead.

    Raises
    ------
    ValueError
        If there is no value, one is not finite, `color` is no colour, or `sweep` does not match
        `values`.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from gantext.plotting import eigenvalues, unit_circle
    >>> ax = eigenvalues([1 + 0.1j, 1 - 0.1j], boundary=unit_circle)
    >>> plt.close(ax.figure)
    """
    lambdas = _array("values", values, dtype=complex)
    rings = (
        np.empty(0) if predicted is None else _array("predicted", predicted, dtype=complex).ravel()
    )
    shades = None if sweep is None else _sweep(sweep, lambdas.shape)
    shade = _color(color)
    new = ax is None
    ax = _axes(ax, square=True)
    if boundary is not None and not any(
        artist.get_gid() == _BOUNDARY for artist in ax.get_children()
    ):
        boundary(ax)
    dots = ax.scatter(
        lambdas.real.ravel(),
        lambdas.imag.ravel(),
        s=34,
        c=np.array([to_rgba(shade)]) if shades is None else shades,
        cmap=None if shades is None else _SWEEP,
        label=label,
        zorder=3,
        linewidths=0,
    )
    if shades is not None:
        _figure(ax).colorbar(dots, ax=ax, label=sweep_label, shrink=0.8, aspect=30)
    if rings.size:
        named = any(artist.get_label() == "predicted" for artist in ax.collections)
        ax.scatter(
            rings.real,
            rings.imag,
            s=110,
            facecolors="none",
            edgecolors=PREDICTION,
            linewidths=1.3,
            zorder=4,
            label="_predicted" if named else "predicted",
        )
    if new:
        ax.set(xlabel="real part", ylabel="imaginary part")
        ax.margins(0.15)  # room beyond the boundary
    _equal_scales(ax)
    if label is not None or rings.size:
        ax.legend()
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
    >>> from gantext.plotting import value_surface
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


def distributions(
    p_data: Any,
    p_g: Any,
    *,
    discriminator: Any = None,
    letters: Sequence[str] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw two distributions on a finite alphabet as bars, and the discriminator over them.

    Parameters
    ----------
    p_data, p_g : array-like, shape (K,)
        The probabilities of the data and of the generator.
    discriminator : array-like, shape (K,), optional
        D for each letter, in [0, 1]; drawn as a line, with one half dotted.
    letters : sequence of str, optional
        Names of the letters, K of them. By default 1 to K.
    ax : Axes, optional
        Where to draw.

    Returns
    -------
    Axes
        The axes, with a legend.

    Raises
    ------
    ValueError
        If the shapes are not all (K,), or a value lies outside [0, 1].

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from gantext.plotting import distributions
    >>> ax = distributions([0.5, 0.5], [0.9, 0.1], discriminator=[0.357, 0.833])
    >>> plt.close(ax.figure)
    """
    data, model = _unit_interval("p_data", p_data), _unit_interval("p_g", p_g, like=p_data)
    d = (
        None
        if discriminator is None
        else _unit_interval("discriminator", discriminator, like=p_data)
    )
    names = (
        [str(k + 1) for k in range(len(data))] if letters is None else _labels(letters, len(data))
    )
    ax = _axes(ax)
    at, width = np.arange(len(data)), 0.36
    ax.bar(at - width / 2, data, width * 0.94, color=DATA, label="data")
    ax.bar(
        at + width / 2,
        model,
        width * 0.94,
        facecolor=GENERATOR,
        edgecolor="white",
        linewidth=0,
        hatch="///",
        label="generator",
    )
    if d is not None:
        ax.axhline(0.5, color=DISCRIMINATOR, linewidth=1, linestyle=":", label="_half")
        ax.plot(
            at,
            d,
            "o-",
            color=DISCRIMINATOR,
            markeredgecolor="white",
            markersize=8,
            label="discriminator",
        )
    ax.set_xticks(at, names)
    ax.set(ylabel="probability", ylim=(0, 1.02 if d is not None else None))
    ax.grid(False, axis="x")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.3)
    return ax


def curves(
    x: Any,
    y: Any,
    *,
    ax: Axes | None = None,
    labels: Sequence[str] | None = None,
    color: Any = None,
    predicted: Any = None,
    legend: bool = False,
) -> Axes:
    """Draw curves over a common x, named at their right ends.

    Parameters
    ----------
    x : array-like, shape (T,)
        The common abscissa.
    y : array-like, shape (T, ...)
        The curves; all dimensions but the first count them.
    ax : Axes, optional
        Where to draw.
    labels : sequence of str, optional
        One for each curve.
    color : colour or sequence of colours, optional
        One for all curves or one for each. By default the style's cycle.
    predicted : array-like, shape (T, ...), optional
        What theory predicts: dashed dark lines over the curves. Broadcasts against `y`.
    legend : bool, optional
        Put the labels into a legend instead.

    Returns
    -------
    Axes
        The axes, first with the lines of `y` in order, then with those of `predicted`.

    Raises
    ------
    ValueError
        If the shapes, labels or colours do not match, or a value is not finite.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from gantext.plotting import curves
    >>> x = np.linspace(0, 1, 50)
    >>> ax = curves(x, np.stack([x, x**2], -1), labels=["x", "x squared"])
    >>> plt.close(ax.figure)
    """
    xs, ys = _array("x", x), _array("y", y)
    theory = None if predicted is None else _array("predicted", predicted)
    return _curves(_axes, xs, ys, theory, ax=ax, labels=labels, color=color, legend=legend)


def convergence(
    values: Any,
    *,
    steps: Any = None,
    ax: Axes | None = None,
    labels: Sequence[str] | None = None,
    color: Any = None,
    predicted: Any = None,
    legend: bool = False,
) -> Axes:
    """Draw positive quantities on a logarithmic scale, with the predicted slopes dashed.

    Parameters
    ----------
    values : array-like, shape (T, ...)
        Distances, speeds or gaps, at least 0; an exact 0 has no logarithm and leaves a gap. What is
        0 throughout has no line, and no label.
    steps : array-like, shape (T,), optional
        The abscissa. By default 0 to T - 1.
    ax, labels, color, predicted, legend : optional
        As in `curves`; `predicted` has the scale of `values`, for example ``values[0] *
        factor**steps``.

    Returns
    -------
    Axes
        The axes, as from `curves`.

    Raises
    ------
    ValueError
        If a value is negative or not finite, or the shapes, labels or colours do not match.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import numpy as np
    >>> from gantext.plotting import convergence
    >>> steps = np.arange(30)
    >>> ax = convergence(0.5**steps, predicted=0.5**steps, labels=["distance"])
    >>> ax.get_yscale()
    'log'
    >>> plt.close(ax.figure)
    """
    ys = _positive("values", values)
    xs = np.arange(len(ys), dtype=float) if steps is None else _array("steps", steps)
    theory = None if predicted is None else _positive("predicted", predicted)

    def logarithmic(given: Axes | None) -> Axes:
        made = _axes(given)
        made.set_yscale("log")
        return made

    return _curves(logarithmic, xs, ys, theory, ax=ax, labels=labels, color=color, legend=legend)


def _curves(
    make: Callable[[Axes | None], Axes],
    x: NDArray[Any],
    y: NDArray[Any],
    predicted: NDArray[Any] | None,
    *,
    ax: Axes | None,
    labels: Sequence[str] | None,
    color: Any,
    legend: bool,
) -> Axes:
    """Check shapes, make the axes, draw: shared by `curves` and `convergence`."""
    if x.ndim != 1 or y.ndim == 0 or len(x) != len(y):
        raise ValueError(
            f"expected x of shape (T,) and y of shape (T, ...), got {x.shape} and {y.shape}"
        )
    if predicted is not None:
        try:
            predicted = np.broadcast_to(predicted, y.shape).reshape(len(y), -1)
        except ValueError:
            raise ValueError(
                f"predicted: expected the shape of y, {y.shape}, got {predicted.shape}"
            ) from None
    y = y.reshape(len(y), -1)
    names, colors = _labels(labels, y.shape[1]), _colors(color, y.shape[1])
    ax = make(ax)
    for line, name, shade in zip(y.T, names, colors, strict=True):
        ax.plot(
            x,
            line,
            color=shade,
            label=name,
            zorder=2,
            linewidth=3 if predicted is not None else None,
        )
    for k, line in enumerate([] if predicted is None else predicted.T):
        name = "_" if k else "predicted"
        ax.plot(
            x, line, color=PREDICTION, linestyle=(0, (5, 3)), linewidth=1.3, zorder=3, label=name
        )
    if legend:
        ax.legend()
    elif labels is not None:
        _label_ends(ax, x, y, names, colors)
    return ax


# --- what comes in -----------------------------------------------------------------------------


def _array(name: str, value: Any, *, dtype: type = float) -> NDArray[Any]:
    """Make a finite numpy array of an array, a nested list, or a tensor on any device."""
    value = _host(value)
    try:
        array = np.asarray(value)
        if dtype is float and np.iscomplexobj(array):
            raise ValueError("complex")
        array = array.astype(dtype)
    except (TypeError, ValueError):
        wanted = "real" if dtype is float else "real or complex"
        raise ValueError(
            f"{name}: expected {wanted} numbers, got {type(value).__name__}: {value!r:.80}"
        ) from None
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one number, got shape {array.shape}")
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise ValueError(
            f"{name}: expected finite numbers, got {bad} NaN or infinite in shape {array.shape}"
        )
    return array


def _host(value: Any) -> Any:
    """Turn a tensor, on whatever device and with whatever graph, into a numpy array."""
    return value.numpy(force=True) if hasattr(value, "detach") else value


def _positive(name: str, value: Any) -> NDArray[Any]:
    """Check for values >= 0, and turn 0 into NaN, which leaves a gap on a logarithmic scale."""
    array = np.atleast_1d(_array(name, value))
    if array.min() < 0:
        raise ValueError(
            f"{name}: expected values >= 0 for a logarithmic scale, got {array.min():.6g}"
        )
    return np.where(array > 0, array, np.nan)


def _unit_interval(name: str, value: Any, like: Any = None) -> NDArray[Any]:
    array = _array(name, value)
    if array.ndim != 1 or (like is not None and array.shape != np.shape(like)):
        shape = "(K,)" if like is None else f"{tuple(np.shape(like))} like p_data"
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            f"{name}: expected values in [0, 1], got {array.min():.6g} to {array.max():.6g}"
        )
    return array


def _grid(x: Any, y: Any, **fields: Any) -> tuple[NDArray[Any], NDArray[Any], list[NDArray[Any]]]:
    """Reduce a grid to its two axes, and give the fields on it rows along y."""
    xs, ys = _array("x", x), _array("y", y)
    arrays = {name: _array(name, field) for name, field in fields.items()}
    shapes = f"{xs.shape} and {ys.shape}"
    if xs.ndim == ys.ndim == 2 and xs.shape == ys.shape:
        if xs.shape[0] > 1 and xs[0, 0] != xs[1, 0]:  # indexing="ij"
            xs, ys, arrays = xs.T, ys.T, {name: a.T for name, a in arrays.items()}
        rectangular = (xs == xs[:1]).all() and (ys == ys[:, :1]).all()
        xs, ys = xs[0], ys[:, 0]
    else:
        rectangular = xs.ndim == ys.ndim == 1
    if not rectangular:
        raise ValueError(
            f"x, y: expected two axes, (C,) and (R,), or their mesh, (R, C), got shapes {shapes}"
        )
    for name, axis in (("x", xs), ("y", ys)):
        steps = np.diff(axis)
        if steps.size == 0 or (steps <= 0).any() or not np.allclose(steps, steps[0], rtol=1e-3):
            raise ValueError(
                f"{name}: expected at least 2 increasing, evenly spaced values, got {axis!r:.80}"
            )
    for name, array in arrays.items():
        if array.shape != (len(ys), len(xs)):
            raise ValueError(
                f"{name}: expected shape (len(y), len(x)) = {(len(ys), len(xs))}, got {array.shape}"
            )
    return xs, ys, list(arrays.values())


def _points(name: str, value: Any) -> NDArray[Any]:
    array = np.atleast_2d(_array(name, value))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name}: expected shape (2,) or (N, 2), got {array.shape}")
    return array


def _sweep(value: Any, shape: tuple[int, ...]) -> NDArray[Any]:
    array = _array("sweep", value)
    if array.shape != shape[: array.ndim]:
        raise ValueError(f"sweep: expected the leading dimensions of {shape}, got {array.shape}")
    return np.broadcast_to(
        array.reshape(array.shape + (1,) * (len(shape) - array.ndim)), shape
    ).ravel()


def _labels(labels: Sequence[str] | None, count: int) -> list[str]:
    if labels is None:
        return ["_"] * count
    if isinstance(labels, str) or len(labels) != count:
        raise ValueError(f"labels: expected {count} strings, got {labels!r}")
    return [str(label) for label in labels]


def _colors(color: Any, count: int) -> list[Any]:
    if color is None:
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        return [cycle[k % len(cycle)] for k in range(count)]
    color = _host(color)
    if is_color_like(color):
        return [color] * count
    if isinstance(color, str) or not isinstance(color, Sequence | np.ndarray):
        raise ValueError(f"color: expected one colour or {count}, got {color!r:.80}")
    if len(color) != count:
        raise ValueError(f"color: expected one colour or {count}, got {len(color)}")
    for one in color:
        _color(one)
    return list(color)


def _color(color: Any) -> Any:
    if not is_color_like(color):
        raise ValueError(f"color: expected what matplotlib takes for a colour, got {color!r:.80}")
    return color


# --- how it is drawn ---------------------------------------------------------------------------


def _axes(ax: Axes | None, *, square: bool = False) -> Axes:
    if ax is not None:
        return ax
    made: Axes = plt.subplots(figsize=(6.0, 5.0) if square else None)[1]
    if square:
        made.set_aspect("equal")
        made.locator_params(nbins=6)
    return made


def _equal_scales(ax: Axes) -> None:
    """Make scales equal: by wider limits, or by another box where the caller fixes the limits."""
    ax.set_aspect("equal", adjustable="datalim")
    _keep_limits(ax)
    for axis in ("x", "y"):
        ax.callbacks.connect(f"{axis}lim_changed", _keep_limits)


def _keep_limits(ax: Axes) -> None:
    fixed = not (ax.get_autoscalex_on() and ax.get_autoscaley_on())
    if fixed and ax.get_aspect() == 1:
        ax.set_adjustable("box")


def _figure(ax: Axes) -> Any:
    return ax.get_figure()


def _mark(ax: Axes, points: NDArray[Any]) -> None:
    ax.plot(
        *points.T,
        "o",
        markersize=9,
        markerfacecolor="white",
        markeredgecolor=INK,
        markeredgewidth=1.8,
        zorder=5,
    )


def _arrow(ax: Axes, x: NDArray[Any], y: NDArray[Any], color: Any) -> None:
    """Put an arrow head in the middle of the path, by length."""
    path = np.stack([x, y], -1)
    lengths = np.linalg.norm(np.diff(path, axis=0), axis=-1)
    half = lengths.sum() / 2
    if half == 0:
        return
    k = int(np.searchsorted(np.cumsum(lengths), half))
    part = (half - lengths[:k].sum()) / lengths[k]
    head = path[k] + part * (path[k + 1] - path[k])
    style: dict[str, Any] = {
        "arrowstyle": "-|>",
        "color": color,
        "mutation_scale": 20,
        "linewidth": 0,
    }
    style |= {"shrinkA": 0, "shrinkB": 0}
    ax.annotate("", head, path[k], arrowprops=style, annotation_clip=True, zorder=3)


def _label_paths(
    ax: Axes, x: NDArray[Any], y: NDArray[Any], names: list[str], colors: list[Any]
) -> None:
    """Write each name where its path is farthest from the others; a lone one at its end."""
    every = max(1, len(x) // 100)
    points = np.stack([x, y], -1)[::-1][::every]  # (T, N, 2), the end first
    paths = ax.transData.transform(points.reshape(-1, 2)).reshape(points.shape)
    for k, (name, color) in enumerate(zip(names, colors, strict=True)):
        others = np.delete(paths, k, axis=1).reshape(-1, 2)
        apart = (
            np.linalg.norm(paths[:, k, None] - others, axis=-1).min(-1)
            if len(others)
            else np.zeros(1)
        )
        at = points[int(apart.argmax()), k]
        text = ax.annotate(
            name,
            at,
            (7, 5),
            textcoords="offset points",
            color=color,
            annotation_clip=True,
            zorder=6,
        )
        text.set_path_effects([withStroke(linewidth=3, foreground="white")])


def _label_ends(
    ax: Axes, x: NDArray[Any], y: NDArray[Any], names: list[str], colors: list[Any]
) -> None:
    """Write each name right of its line's last point, moved up where it would hit another."""
    last = [np.flatnonzero(np.isfinite(line)) for line in y.T]
    ends = [(x[i[-1]], line[i[-1]]) for i, line in zip(last, y.T, strict=True) if i.size]
    kept = [k for k, i in enumerate(last) if i.size]
    if not kept:  # every value is a gap
        return
    heights = ax.transData.transform(ends)[:, 1] * 72 / _figure(ax).dpi
    free = -np.inf
    for j in np.argsort(heights, kind="stable"):
        height = max(heights[j], free)
        free = height + 1.25 * float(plt.rcParams["font.size"])
        offset = (7, height - heights[j])
        style = {"color": colors[kept[j]], "va": "center", "annotation_clip": False}
        ax.annotate(names[kept[j]], ends[j], offset, textcoords="offset points", **style)
