"""The book's figures: arrays in, matplotlib Axes out.

Nothing here shows or saves a figure. Every function takes numpy arrays, tensors or nested lists,
draws on `ax` (or on a new pyplot figure when `ax` is None), and returns the Axes, so that a caller
can add to it. Input is checked before anything is drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import (
    is_color_like,
)
from matplotlib.patheffects import withStroke
from numpy.typing import NDArray

from gantext.plotting.style import (
    INK,
)

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
