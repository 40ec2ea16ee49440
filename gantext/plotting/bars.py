"""Bars: distributions on a finite alphabet."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from gantext.core.arguments import checked_arguments
from gantext.plotting.axes import given_or_new
from gantext.plotting.inputs import ArrayLike, Labels, names, unit_interval
from gantext.plotting.style import DATA, DISCRIMINATOR, GENERATOR


@checked_arguments
def distributions(
    p_data: ArrayLike,
    p_g: ArrayLike,
    *,
    discriminator: ArrayLike | None = None,
    letters: Labels | None = None,
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
    >>> import gantext as gt
    >>> ax = gt.plotting.distributions([0.5, 0.5], [0.9, 0.1], discriminator=[0.357, 0.833])
    >>> plt.close(ax.figure)
    """
    data, model = unit_interval("p_data", p_data), unit_interval("p_g", p_g, like=p_data)
    d = None
    if discriminator is not None:
        d = unit_interval("discriminator", discriminator, like=p_data)
    numbers = [str(k + 1) for k in range(len(data))]
    written = numbers if letters is None else names("letters", letters, len(data))
    ax = given_or_new(ax)
    at, width = np.arange(len(data)), 0.36
    ax.bar(at - width / 2, data, width * 0.94, color=DATA, label="data")
    hatched: dict[str, Any] = {"edgecolor": "white", "linewidth": 0, "hatch": "///"}
    ax.bar(at + width / 2, model, width * 0.94, facecolor=GENERATOR, label="generator", **hatched)
    if d is not None:
        ax.axhline(0.5, color=DISCRIMINATOR, linewidth=1, linestyle=":", label="_half")
        style: dict[str, Any] = {"color": DISCRIMINATOR, "markeredgecolor": "white"}
        ax.plot(at, d, "o-", markersize=8, label="discriminator", **style)
    ax.set_xticks(at, written)
    ax.set(ylabel="probability", ylim=(0, 1.02 if d is not None else None))
    ax.grid(False, axis="x")
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=3, borderaxespad=0.3)
    return ax
