"""Lines and bars: curves, convergence, distributions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import NDArray

from gantext.plotting.drawing import (
    _array,
    _axes,
    _colors,
    _label_ends,
    _labels,
    _positive,
    _unit_interval,
)
from gantext.plotting.style import (
    DATA,
    DISCRIMINATOR,
    GENERATOR,
    PREDICTION,
)


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
    >>> from gantext.plotting.lines import distributions
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
    >>> from gantext.plotting.lines import curves
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
    >>> from gantext.plotting.lines import convergence
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
