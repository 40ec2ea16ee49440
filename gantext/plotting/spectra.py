"""Eigenvalues in the complex plane."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.patches import Circle, Rectangle
from numpy.typing import NDArray

from gantext.core.arguments import checked_arguments
from gantext.plotting.axes import color_bar, given_or_new, keep_scales_equal
from gantext.plotting.inputs import ArrayLike, finite_array, one_color, swept
from gantext.plotting.style import MEASUREMENT, PREDICTION, QUIET, SLOW_TO_FAST, STABLE

# By this name a second call on the same axes finds the boundary that the first has drawn.
_BOUNDARY = "boundary"


@checked_arguments
def unit_circle(ax: Axes) -> None:
    """Draw the unit circle and shade its inside, where the multipliers of a stable map lie.

    Parameters
    ----------
    ax : Axes
        The complex plane; pass this function to `eigenvalues` as ``boundary``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import gantext as gt
    >>> ax = gt.plotting.eigenvalues([0.5 + 0.5j, 0.5 - 0.5j], boundary=gt.plotting.unit_circle)
    >>> plt.close(ax.figure)
    """
    disk = Circle((0, 0), 1, facecolor=STABLE, edgecolor=QUIET, linewidth=1.2, zorder=0.5)
    disk.set(gid=_BOUNDARY, label="stable")
    ax.add_patch(disk)


@checked_arguments
def imaginary_axis(ax: Axes) -> None:
    """Draw the imaginary axis and shade its left, where the rates of a stable flow lie.

    Parameters
    ----------
    ax : Axes
        The complex plane; pass this function to `eigenvalues` as ``boundary``.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import gantext as gt
    >>> ax = gt.plotting.eigenvalues([0.5 + 0.5j, 0.5 - 0.5j], boundary=gt.plotting.imaginary_axis)
    >>> plt.close(ax.figure)
    """
    far = 1e6  # beyond any limits; added as an artist, so that it does not stretch them
    half = Rectangle((-far, 0), far, 1, facecolor=STABLE, zorder=0.5, label="stable")
    half.set_transform(ax.get_xaxis_transform())
    ax.add_artist(half)
    ax.axvline(0, color=QUIET, linewidth=1.2, zorder=0.6, gid=_BOUNDARY)


@checked_arguments
def eigenvalues(
    values: ArrayLike,
    *,
    ax: Axes | None = None,
    boundary: Callable[[Axes], None] | None = None,
    predicted: ArrayLike | None = None,
    label: str | None = None,
    color: Any = MEASUREMENT,
    sweep: ArrayLike | None = None,
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
    >>> import gantext as gt
    >>> ax = gt.plotting.eigenvalues([1 + 0.1j, 1 - 0.1j], boundary=gt.plotting.unit_circle)
    >>> plt.close(ax.figure)
    """
    lambdas = finite_array("values", values, dtype=complex)
    rings = np.empty(0)
    if predicted is not None:
        rings = finite_array("predicted", predicted, dtype=complex).ravel()
    style: dict[str, Any] = {"c": np.array([to_rgba(one_color(color))])}
    if sweep is not None:
        style = {"c": swept(sweep, lambdas.shape), "cmap": SLOW_TO_FAST}
    new = ax is None
    ax = given_or_new(ax, square=True)
    drawn = any(artist.get_gid() == _BOUNDARY for artist in ax.get_children())
    if boundary is not None and not drawn:
        boundary(ax)
    real, imaginary = lambdas.real.ravel(), lambdas.imag.ravel()
    dots = ax.scatter(real, imaginary, s=34, label=label, linewidths=0, zorder=3, **style)
    if sweep is not None:
        color_bar(ax, dots, sweep_label)
    if rings.size:
        _draw_rings(ax, rings)
    if new:
        ax.set(xlabel="real part", ylabel="imaginary part")
        ax.margins(0.15)  # room beyond the boundary
    keep_scales_equal(ax)
    if label is not None or rings.size:
        ax.legend()
    return ax


def _draw_rings(ax: Axes, lambdas: NDArray[Any]) -> None:
    """Draw predicted eigenvalues as hollow rings, which the legend names once."""
    named = any(artist.get_label() == "predicted" for artist in ax.collections)
    style: dict[str, Any] = {"facecolors": "none", "edgecolors": PREDICTION, "linewidths": 1.3}
    label = "_predicted" if named else "predicted"
    ax.scatter(lambdas.real, lambdas.imag, s=110, zorder=4, label=label, **style)
