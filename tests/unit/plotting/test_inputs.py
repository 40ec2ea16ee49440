"""What a picture is given is checked before a figure is opened."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.colors import to_rgba

from gantext import plotting
from gantext.plotting.inputs import swept

X = np.linspace(-1, 1, 5)


MESH = np.zeros((5, 5))


NAN = np.full((5, 5), np.nan)


WRONG = {
    "field of another shape": (
        lambda: plotting.phase_portrait(X, X, MESH, MESH[:4]),
        r"v: expected shape .*\(5, 5\), got \(4, 5\)",
    ),
    "NaN in the field": (
        lambda: plotting.phase_portrait(X, X, NAN, MESH),
        r"u: expected finite numbers, got 25 NaN or infinite in shape \(5, 5\)",
    ),
    "uneven grid": (
        lambda: plotting.phase_portrait(X**3, X, MESH, MESH),
        "x: expected .* evenly spaced",
    ),
    "falling grid": (
        lambda: plotting.value_surface(X, X[::-1], MESH),
        "y: expected at least 2 increasing",
    ),
    "no grid": (
        lambda: plotting.value_surface(MESH, MESH + X, MESH),
        r"x, y: expected two axes, .* got shapes \(5, 5\) and \(5, 5\)",
    ),
    "a point of three numbers": (
        lambda: plotting.value_surface(X, X, MESH, saddle=(0, 0, 0)),
        r"saddle: expected shape \(2,\) or \(N, 2\), got \(1, 3\)",
    ),
    "paths of different shapes": (
        lambda: plotting.trajectories(X, X[:3]),
        r"x, y: expected one shape \(T, \.\.\.\) .* got \(5,\) and \(3,\)",
    ),
    "a path of one point": (lambda: plotting.trajectories([1], [1]), "T >= 2"),
    "too few labels": (
        lambda: plotting.trajectories(MESH, MESH, labels=["a"]),
        r"labels: expected 5 of them, got \['a'\]",
    ),
    "too few colours": (
        lambda: plotting.curves(X, MESH, color=["red"]),
        "color: expected one colour or 5, got 1",
    ),
    "no colour at all": (
        lambda: plotting.curves(X, MESH, color="rainbow"),
        "color: expected one colour or 5, got 'rainbow'",
    ),
    "one that is no colour": (
        lambda: plotting.trajectories(MESH, MESH, color=("red", "rainbow", "red", "red", "red")),
        "color: expected what matplotlib takes for a colour, got 'rainbow'",
    ),
    "dots of no colour": (
        lambda: plotting.eigenvalues(X, color=["red", "blue"]),
        "color: expected what matplotlib takes for a colour, got",
    ),
    "curves without time": (lambda: plotting.curves(1.0, 1.0), r"got \(\) and \(\)"),
    "no eigenvalues": (
        lambda: plotting.eigenvalues([]),
        r"values: expected at least one number, got shape \(0,\)",
    ),
    "an infinite eigenvalue": (lambda: plotting.eigenvalues([np.inf]), "values: expected finite"),
    "a sweep of another shape": (
        lambda: plotting.eigenvalues(MESH, sweep=[1, 2]),
        r"sweep: expected the leading dimensions of values, \(5, 5\), got \(2,\)",
    ),
    "complex coordinates": (lambda: plotting.curves(X, X * 1j), "y: expected real numbers"),
    "words": (lambda: plotting.curves(X, "abcde"), "y: expected real numbers, got str"),
    "distributions of different sizes": (
        lambda: plotting.distributions([0.5, 0.5], [1.0]),
        r"p_g: expected shape \(2,\) like p_data, got \(1,\)",
    ),
    "a probability above one": (
        lambda: plotting.distributions([0.5, 1.5], [0.5, 0.5]),
        r"p_data: expected values in \[0, 1\], got 0.5 to 1.5",
    ),
    "too few letters": (
        lambda: plotting.distributions([0.5, 0.5], [0.5, 0.5], letters=["a"]),
        r"letters: expected 2 of them, got \['a'\]",
    ),
    "curves of another length": (
        lambda: plotting.curves(X, MESH[:3]),
        r"got \(5,\) and \(3, 5\)",
    ),
    "a prediction of another shape": (
        lambda: plotting.curves(X, X, predicted=[1, 2]),
        r"predicted: expected the shape of y, \(5,\), got \(2,\)",
    ),
    "a negative distance": (
        lambda: plotting.convergence([1, -1]),
        "values: expected values >= 0 for a logarithmic scale, got -1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_refused_before_a_figure_is_opened(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        call()
    assert plt.get_fignums() == []


@pytest.mark.parametrize(
    "color",
    [
        (plotting.GENERATOR, plotting.DATA),
        np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        [("red", 0.5), "C1"],
        np.array(["red", "blue"]),
        torch.eye(3)[:2],
    ],
    ids=["tuple", "array", "list", "array of names", "tensor"],
)
def test_colours_one_for_each(ax, color):
    x = np.linspace(0, 1, 5)
    plotting.curves(x, np.stack([x, 2 * x], -1), ax=ax, color=color)
    assert [to_rgba(line.get_color()) for line in ax.lines] == [
        to_rgba(np.asarray(one) if isinstance(one, torch.Tensor) else one) for one in color
    ]


@pytest.mark.parametrize("color", ["red", (1.0, 0.0, 0.0), np.array([0.0, 0.5, 1.0]), ("C0", 0.5)])
def test_one_colour_for_all_is_no_list_of_colours(ax, color):
    x = np.linspace(0, 1, 5)
    plotting.trajectories(
        np.stack([x, x, x], -1), np.stack([x, 2 * x, 3 * x], -1), ax=ax, color=color
    )
    assert [to_rgba(line.get_color()) for line in ax.lines] == [to_rgba(color)] * 3


def test_a_sweep_gives_each_value_its_own_hyper_parameter():
    assert swept([[1, 2], [3, 4], [5, 6]], (3, 2)).tolist() == [1, 2, 3, 4, 5, 6]
    assert swept([1, 2, 3], (3, 2)).tolist() == [1, 1, 2, 2, 3, 3]
    assert swept(7, (3, 2)).tolist() == [7] * 6
