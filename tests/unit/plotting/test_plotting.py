"""Rules for every picture: it draws where it is told, shows nothing and saves nothing."""

from __future__ import annotations

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest

from gantext import plotting

X = np.linspace(-1, 1, 5)
MESH = np.zeros((5, 5))
CALLS = {
    "phase_portrait": lambda ax=None: plotting.phase_portrait(X, X, MESH + 1, MESH, ax=ax),
    "trajectories": lambda ax=None: plotting.trajectories(X, X, ax=ax, labels=["a"]),
    "eigenvalues": lambda ax=None: plotting.eigenvalues(X, ax=ax, boundary=plotting.unit_circle),
    "value_surface": lambda ax=None: plotting.value_surface(X, X, np.outer(X, X), ax=ax),
    "distributions": lambda ax=None: plotting.distributions([0.5, 0.5], [1, 0], ax=ax),
    "curves": lambda ax=None: plotting.curves(X, X, ax=ax, labels=["a"]),
    "convergence": lambda ax=None: plotting.convergence(X + 2, ax=ax, labels=["a"]),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_draws_where_it_is_told_shows_nothing_and_saves_nothing(name, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a plotting function must not show or save")

    monkeypatch.setattr(plt, "show", refuse)
    monkeypatch.setattr(mpl.figure.Figure, "show", refuse)
    monkeypatch.setattr(mpl.figure.Figure, "savefig", refuse)
    given = mpl.figure.Figure().subplots()
    assert CALLS[name](given) is given
    assert given.has_data()
    assert plt.get_fignums() == []
    made = CALLS[name]()
    assert plt.get_fignums() == [made.figure.number]
