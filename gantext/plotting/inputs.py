"""What a picture is given: arrays, grids, labels and colours, checked before anything is drawn."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
from matplotlib.colors import is_color_like
from numpy.typing import NDArray

from gantext.core.annotations import ANYTHING, shown

#: Checked by the picture that takes it, as its shape must be.
ArrayLike = Annotated[npt.ArrayLike, ANYTHING]
#: What stands beside lines or bars; numbers are written as they are.
Labels = Sequence[object]


def finite_array(name: str, value: ArrayLike, *, dtype: type = float) -> NDArray[Any]:
    """Make a finite NumPy array of an array, a nested list, or a tensor on any device."""
    value = on_host(value)
    try:
        array = np.asarray(value)
        if array.dtype.kind in ("SUc" if dtype is float else "SU"):  # NumPy reads numbers in text
            raise ValueError(array.dtype)
        array = array.astype(dtype)
    except (TypeError, ValueError):
        wanted = "real" if dtype is float else "real or complex"
        raise ValueError(
            f"{name}: expected {wanted} numbers, got {type(value).__name__}: {shown(value)}"
        ) from None
    if array.size == 0:
        raise ValueError(f"{name}: expected at least one number, got shape {array.shape}")
    bad = int((~np.isfinite(array)).sum())
    if bad:
        raise ValueError(
            f"{name}: expected finite numbers, got {bad} NaN or infinite in shape {array.shape}"
        )
    return array


def on_host(value: Any) -> Any:
    """Turn a tensor, on whatever device and with whatever graph, into a NumPy array."""
    return value.numpy(force=True) if hasattr(value, "detach") else value


def for_log_scale(name: str, value: ArrayLike) -> NDArray[Any]:
    """Require values >= 0, and turn 0 into NaN, which leaves a gap on a logarithmic scale."""
    array = np.atleast_1d(finite_array(name, value))
    if array.min() < 0:
        raise ValueError(
            f"{name}: expected values >= 0 for a logarithmic scale, got {array.min():.6g}"
        )
    return np.where(array > 0, array, np.nan)


def unit_interval(name: str, value: ArrayLike, like: ArrayLike | None = None) -> NDArray[Any]:
    """Require one row of values in [0, 1], as many as `like` has."""
    array = finite_array(name, value)
    if array.ndim != 1 or (like is not None and array.shape != np.shape(like)):
        shape = "(K,)" if like is None else f"{tuple(np.shape(like))} like p_data"
        raise ValueError(f"{name}: expected shape {shape}, got {array.shape}")
    if array.min() < 0 or array.max() > 1:
        raise ValueError(
            f"{name}: expected values in [0, 1], got {array.min():.6g} to {array.max():.6g}"
        )
    return array


def grid(
    x: ArrayLike, y: ArrayLike, **fields: ArrayLike
) -> tuple[NDArray[Any], NDArray[Any], list[NDArray[Any]]]:
    """Reduce a grid to its two axes, and give the fields on it rows along y."""
    xs, ys = finite_array("x", x), finite_array("y", y)
    arrays = {name: finite_array(name, field) for name, field in fields.items()}
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


def points(name: str, value: ArrayLike | None) -> NDArray[Any]:
    """Require points of the plane, of shape (N, 2); there are none in None."""
    if value is None:
        return np.empty((0, 2))
    array = np.atleast_2d(finite_array(name, value))
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"{name}: expected shape (2,) or (N, 2), got {array.shape}")
    return array


def swept(value: ArrayLike, shape: tuple[int, ...]) -> NDArray[Any]:
    """Return one hyper-parameter for each value of a shape, from its leading dimensions or all."""
    array = finite_array("sweep", value)
    if array.shape != shape[: array.ndim]:
        raise ValueError(
            f"sweep: expected the leading dimensions of values, {shape}, got {array.shape}"
        )
    return np.broadcast_to(
        array.reshape(array.shape + (1,) * (len(shape) - array.ndim)), shape
    ).ravel()


def names(argument: str, labels: Labels | None, count: int) -> list[str]:
    """Require so many labels; None gives each a label that a legend leaves out."""
    if labels is None:
        return ["_"] * count
    if len(labels) != count:
        raise ValueError(f"{argument}: expected {count} of them, got {labels!r:.80}")
    return [str(label) for label in labels]


def colors(color: Any, count: int) -> list[Any]:
    """Require one colour for all or one for each; None gives those of the style's cycle."""
    if color is None:
        cycle = plt.rcParams["axes.prop_cycle"].by_key()["color"]
        return [cycle[k % len(cycle)] for k in range(count)]
    color = on_host(color)
    if is_color_like(color):
        return [color] * count
    if isinstance(color, str) or not isinstance(color, Sequence | np.ndarray):
        raise ValueError(f"color: expected one colour or {count}, got {color!r:.80}")
    if len(color) != count:
        raise ValueError(f"color: expected one colour or {count}, got {len(color)}")
    return [one_color(one) for one in color]


def one_color(color: Any) -> Any:
    """Require what matplotlib takes for a colour."""
    if not is_color_like(color):
        raise ValueError(f"color: expected what matplotlib takes for a colour, got {color!r:.80}")
    return color
