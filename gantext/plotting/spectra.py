"""Eigenvalues in the complex plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import (
    to_rgba,
)
from matplotlib.patches import Circle, Rectangle

from gantext.plotting.drawing import (
    _array,
    _axes,
    _color,
    _equal_scales,
    _figure,
    _sweep,
)
from gantext.plotting.style import (
    _BOUNDARY,
    _QUIET,
    _STABLE,
    _SWEEP,
    MEASUREMENT,
    PREDICTION,
)


def unit_circle(ax: Axes) -> None:
    """Draw the unit circle and shade its inside, where the multipliers of a stable map lie.

    Parameters
    ----------
    ax : Axes
        The complex plane; pass this function to `eigenvalues` as ``boundary``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> from gantext.plotting.spectra import eigenvalues, unit_circle
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
    >>> from gantext.plotting.spectra import eigenvalues, imaginary_axis
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
    >>> from gantext.plotting.spectra import eigenvalues, unit_circle
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
