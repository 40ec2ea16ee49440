"""Lines over a common abscissa: curves, and convergence on a logarithmic scale."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gantext.core.arguments import checked_arguments
from gantext.plotting.axes import given_or_new, name_ends
from gantext.plotting.inputs import (
    ArrayLike,
    Labels,
    colors,
    finite_array,
    for_log_scale,
    names,
)
from gantext.plotting.style import PREDICTION


@checked_arguments
def curves(
    x: ArrayLike,
    y: ArrayLike,
    *,
    ax: Axes | None = None,
    labels: Labels | None = None,
    color: Any = None,
    predicted: ArrayLike | None = None,
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
    >>> import gantext as gt
    >>> x = np.linspace(0, 1, 50)
    >>> ax = gt.plotting.curves(x, np.stack([x, x**2], -1), labels=["x", "x squared"])
    >>> plt.close(ax.figure)
    """
    xs, ys = finite_array("x", x), finite_array("y", y)
    theory = None if predicted is None else finite_array("predicted", predicted)
    return _curves(given_or_new, xs, ys, theory, ax=ax, labels=labels, color=color, legend=legend)


@checked_arguments
def convergence(
    values: ArrayLike,
    *,
    steps: ArrayLike | None = None,
    ax: Axes | None = None,
    labels: Labels | None = None,
    color: Any = None,
    predicted: ArrayLike | None = None,
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
    >>> import gantext as gt
    >>> steps = np.arange(30)
    >>> ax = gt.plotting.convergence(0.5**steps, predicted=0.5**steps, labels=["distance"])
    >>> ax.get_yscale()
    'log'
    >>> plt.close(ax.figure)
    """
    ys = for_log_scale("values", values)
    xs = np.arange(len(ys), dtype=float) if steps is None else finite_array("steps", steps)
    theory = None if predicted is None else for_log_scale("predicted", predicted)

    def logarithmic(given: Axes | None) -> Axes:
        made = given_or_new(given)
        made.set_yscale("log")
        return made

    style: dict[str, Any] = {"labels": labels, "color": color, "legend": legend}
    return _curves(logarithmic, xs, ys, theory, ax=ax, called=("steps", "values"), **style)


def _curves(
    make: Callable[[Axes | None], Axes],
    x: NDArray[Any],
    y: NDArray[Any],
    predicted: NDArray[Any] | None,
    *,
    ax: Axes | None,
    labels: Labels | None,
    color: Any,
    legend: bool,
    called: tuple[str, str] = ("x", "y"),
) -> Axes:
    """Check shapes, make the axes, draw: shared by `curves` and `convergence`."""
    if x.ndim != 1 or y.ndim == 0 or len(x) != len(y):
        raise ValueError(
            f"expected {called[0]} of shape (T,) and {called[1]} of shape (T, ...), "
            f"got {x.shape} and {y.shape}"
        )
    if predicted is not None:
        try:
            predicted = np.broadcast_to(predicted, y.shape).reshape(len(y), -1)
        except ValueError:
            raise ValueError(
                f"predicted: expected the shape of {called[1]}, {y.shape}, got {predicted.shape}"
            ) from None
    y = y.reshape(len(y), -1)
    written, shades = names("labels", labels, y.shape[1]), colors(color, y.shape[1])
    ax = make(ax)
    width = None if predicted is None else 3  # so that it shows on both sides of the prediction
    for line, name, shade in zip(y.T, written, shades, strict=True):
        ax.plot(x, line, color=shade, label=name, linewidth=width, zorder=2)
    dashed: dict[str, Any] = {"color": PREDICTION, "linestyle": (0, (5, 3)), "linewidth": 1.3}
    for k, line in enumerate([] if predicted is None else predicted.T):
        ax.plot(x, line, label="_" if k else "predicted", zorder=3, **dashed)
    if legend:
        ax.legend()
    elif labels is not None:
        name_ends(ax, x, y, written, shades)
    return ax
