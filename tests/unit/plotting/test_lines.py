"""Curves: what the artists hold, not their pixels."""

from __future__ import annotations

import numpy as np

from gantext import plotting


def test_curves_and_their_predictions_are_the_input(ax):
    x = np.linspace(0, 1, 11)
    y = np.stack([x, x**2], -1)
    plotting.curves(x, y, ax=ax, predicted=x[:, None], labels=["one", "two"], legend=True)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["one", "two", "predicted"]
    one, two, *theory = ax.lines
    assert np.array_equal(one.get_ydata(), x)
    assert np.array_equal(two.get_ydata(), x**2)
    assert len(theory) == 2  # broadcast against y
    for line in theory:
        assert np.array_equal(line.get_ydata(), x)
        assert line.get_color() == plotting.PREDICTION
        assert line.is_dashed()


def test_convergence_is_logarithmic_and_an_exact_zero_leaves_a_gap(ax):
    values = np.array([[1.0, 1.0], [0.5, 0.1], [0.25, 0.0]])
    plotting.convergence(values, ax=ax, labels=["slow", "fast"], predicted=values)
    assert ax.get_yscale() == "log"
    slow, fast = ax.lines[:2]
    assert list(slow.get_xdata()) == [0, 1, 2]
    assert list(slow.get_ydata()) == [1, 0.5, 0.25]
    assert np.array_equal(fast.get_ydata(), [1, 0.1, np.nan], equal_nan=True)
    ends = {text.get_text(): tuple(text.xy) for text in ax.texts}
    assert ends == {"slow": (2, 0.25), "fast": (1, 0.1)}  # named where it is last seen


def test_what_is_zero_throughout_leaves_nothing_but_gaps(ax):
    plotting.convergence(np.zeros(4), ax=ax, labels=["a"])
    assert np.isnan(ax.lines[0].get_ydata()).all()
    assert not ax.texts
