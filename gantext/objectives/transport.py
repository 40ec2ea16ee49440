r"""What it costs to move one distribution onto another: the Wasserstein distance :math:`W_1`.

Mass moves in straight lines, and the cost is mass times distance. What comes in is converted to
float64. Samples count equally unless weights are given.
"""

from __future__ import annotations

from numbers import Integral
from typing import Annotated, Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment, linprog
from scipy.sparse import eye_array, kron, vstack
from torch import Tensor

from gantext.core.annotations import is_number, plain
from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Generator, broadcastable, finite, holds, probabilities

_ROUNDS = 1e-12  # two ways of the same length differ by rounding, in lengths of the longest


class Transport(NamedTuple):
    r"""The cheapest way to move x onto y, and the prices that prove it to be the cheapest.

    Attributes
    ----------
    cost : Tensor, shape (...)
        :math:`W_1`. Its gradient in the points is that with the plan held.
    plan : Tensor, shape (..., n, m)
        How much mass goes from each point of x to each of y.
    potentials : tuple of Tensor, shapes (..., n) and (..., m)
        Numbers f at x and g at y with :math:`f_i - g_j \le |x_i - y_j|`, and equality wherever the
        plan moves mass: :math:`W_1 = \sum_i a_i f_i - \sum_j b_j g_j`. The largest f is 0.
    """

    cost: Tensor
    plan: Tensor
    potentials: tuple[Tensor, Tensor]


@checked_arguments
def wasserstein_1d(x: ArrayLike, y: ArrayLike) -> Tensor:
    r"""Return :math:`W_1` between samples on the line, of shape (...).

    .. math:: W_1 = \int_0^1 |F^{-1}(u) - G^{-1}(u)|\,du

    The quantile functions are the sorted samples, so that equally many are paired in their order.
    Differentiable, and works under ``vmap``.

    >>> import gantext as gt
    >>> gt.wasserstein_1d([0.0, 1.0, 2.0], [5.0, 3.0, 4.0])
    tensor(3., dtype=torch.float64)

    Parameters
    ----------
    x, y : array-like, shapes (..., n) and (..., m)
        Samples; the leading dimensions broadcast.
    """
    x, y = _samples("x", x, 1), _samples("y", y, 1)
    _leading(x, y, 1)
    n, m = x.shape[-1], y.shape[-1]
    x, y = x.sort(-1).values, y.sort(-1).values
    if n != m:  # between two neighbouring steps, of either function, both are constant
        steps = np.union1d(np.arange(n + 1) * m, np.arange(m + 1) * n)
        x, y = (v[..., torch.from_numpy(steps[:-1] // s)] for v, s in ((x, m), (y, n)))
        widths = torch.from_numpy(np.diff(steps) / (n * m)).to(x.device)
        return ((x - y).abs() * widths).sum(-1)
    return (x - y).abs().mean(-1)


@checked_arguments
def transport(
    x: ArrayLike, y: ArrayLike, a: ArrayLike | None = None, b: ArrayLike | None = None
) -> Transport:
    r"""Find the cheapest plan between two sets of points with weights, by a linear program.

    .. math:: W_1 = \min_{P \ge 0} \sum_{ij} P_{ij} |x_i - y_j|,
        \quad \sum_j P_{ij} = a_i, \quad \sum_i P_{ij} = b_j

    Equally many points of equal weight are paired by ``scipy.optimize.linear_sum_assignment``; all
    else is given to HiGHS, with n · m variables. Batches are solved one by one, and ``vmap`` is
    not possible.

    >>> import gantext as gt
    >>> gt.transport([[0.0, 0.0]], [[3.0, 4.0], [0.0, 1.0]]).cost
    tensor(3., dtype=torch.float64)

    Parameters
    ----------
    x, y : array-like, shapes (..., n, d) and (..., m, d)
        Points; the leading dimensions broadcast.
    a, b : array-like, shapes (..., n) and (..., m), optional
        Their weights, which sum to 1; equal ones where none are given.
    """
    x, y = _samples("x", x, 2), _samples("y", y, 2)
    n, m = x.shape[-2], y.shape[-2]
    equal = a is None and b is None and n == m
    given = _weights("a", a, n), _weights("b", b, m)
    _leading(x, y, 2)
    costs = _distances(x, y)
    members = broadcastable(("points", "a", "b"), [t[..., :1] for t in (costs[..., 0], *given)])
    costs = costs.expand(*members, n, m)
    tables = costs.detach().reshape(-1, n, m).cpu().numpy()
    rows, columns = (w.expand(*members, -1).reshape(-1, w.shape[-1]).cpu().numpy() for w in given)
    solved = [
        _assign(table) if equal else _program(table, row, column)
        for table, row, column in zip(tables, rows, columns, strict=True)
    ]
    plan, f, g = (torch.from_numpy(np.stack(part)).to(costs) for part in zip(*solved, strict=True))
    plan = plan.reshape(costs.shape)
    potentials = f.reshape(*members, n), g.reshape(*members, m)
    return Transport((plan * costs).sum((-2, -1)), plan, potentials)


@checked_arguments
def c_transform(x: ArrayLike, y: ArrayLike, g: ArrayLike) -> Tensor:
    r"""Return the largest 1-Lipschitz function that is at most g at the points y, at the points x.

    .. math:: f(x) = \min_j \; g_j + |x - y_j|

    With g from `transport`, f attains :math:`W_1`. Differentiable, and works under ``vmap``.

    >>> import gantext as gt
    >>> gt.c_transform([[0.0], [1.0], [4.0]], [[0.0], [5.0]], [0.0, 1.0])
    tensor([0., 1., 2.], dtype=torch.float64)

    Parameters
    ----------
    x : array-like, shape (..., n, d)
        Where the function is asked for.
    y : array-like, shape (..., m, d)
        Points.
    g : array-like, shape (..., m)
        A number at each of them.
    """
    x, y, g = _samples("x", x, 2), _samples("y", y, 2), _samples("g", g, 1)
    _leading(x, y, 2)
    if g.shape[-1] != y.shape[-2]:
        raise ValueError(f"g: expected shape (..., {y.shape[-2]}), got {tuple(g.shape)}")
    broadcastable(("y", "g"), (y[..., 0], g))
    return (g.unsqueeze(-2) + _distances(x, y)).amin(-1)


@checked_arguments
def sliced_wasserstein(
    x: ArrayLike,
    y: ArrayLike,
    directions: Annotated[ArrayLike, "directions, or how many to draw"] = 64,
    *,
    generator: Generator | None = None,
) -> Tensor:
    r"""Return the mean over directions of :math:`W_1` between what both cast on a line.

    .. math:: \frac1k \sum_{l=1}^k W_1(u_l \cdot x,\; u_l \cdot y) \le W_1, \qquad |u_l| = 1

    >>> import gantext as gt
    >>> gt.sliced_wasserstein([[0.0, 0.0]], [[3.0, 4.0]], [[1.0, 0.0], [0.0, 2.0]])
    tensor(3.5000, dtype=torch.float64)

    Parameters
    ----------
    x, y : array-like, shapes (..., n, d) and (..., m, d)
        Samples; the leading dimensions broadcast.
    directions : array-like of shape (k, d), or int
        Directions, of any length but 0, or how many ``generator`` draws.
    generator : torch.Generator, optional
        Needed for that.
    """
    x, y = _samples("x", x, 2), _samples("y", y, 2)
    _leading(x, y, 2)
    unit = _directions(directions, x.shape[-1], generator).to(x.device)
    return wasserstein_1d((x @ unit.mT).mT, (y @ unit.mT).mT).mean(-1)


def _samples(name: str, value: ArrayLike, inner: int) -> Tensor:
    """Require finite numbers in one or two dimensions at least, none of them empty."""
    tensor = finite(name, value)
    if tensor.ndim < inner or 0 in tensor.shape:
        wanted = "(..., n, d)" if inner == 2 else "(..., n)"
        raise ValueError(f"{name}: expected shape {wanted}, not empty, got {tuple(tensor.shape)}")
    return tensor


def _leading(x: Tensor, y: Tensor, inner: int) -> torch.Size:
    """Require that x and y lie in one space; return what their members broadcast to."""
    if inner == 2 and x.shape[-1] != y.shape[-1]:
        raise ValueError(
            f"x, y: expected points of one dimension, got {tuple(x.shape)} and {tuple(y.shape)}"
        )
    flat = (x[..., 0], y[..., 0]) if inner == 2 else (x, y)
    return broadcastable(("x", "y"), [t[..., :1] for t in flat])


def _weights(name: str, value: ArrayLike | None, size: int) -> Tensor:
    """Require a weight for each of some points; equal ones where None is given."""
    if value is None:
        return torch.full((size,), 1 / size, dtype=torch.float64)
    weights = probabilities(name, value)
    if weights.shape[-1] != size or 0 in weights.shape:
        whose = {"a": "x", "b": "y"}[name]
        raise ValueError(
            f"{name}: expected shape (..., {size}), one for each point of {whose}, "
            f"got {tuple(weights.shape)}"
        )
    return weights.detach()


def _distances(x: Tensor, y: Tensor) -> Tensor:
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def _directions(value: ArrayLike, size: int, generator: torch.Generator | None) -> Tensor:
    if is_number(value, Integral):
        count = int(plain(value))
        if not 1 <= count < 2**31:
            raise ValueError(f"directions: expected at least 1, and no billions, got {count}")
        if generator is None:
            raise ValueError("generator: expected a torch.Generator to draw from, got None")
        where: dict[str, Any] = {"generator": generator, "device": generator.device}
        value = torch.randn(count, size, dtype=torch.float64, **where)
    rows = finite("directions", value)
    if rows.ndim != 2 or rows.shape[-1] != size or 0 in rows.shape:
        raise ValueError(f"directions: expected shape (k, {size}), got {tuple(rows.shape)}")
    length = rows.norm(dim=-1, keepdim=True)
    if holds((length == 0).any()):
        raise ValueError("directions: expected lengths > 0, got 0")
    return rows / length


Solved = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _program(table: NDArray[np.float64], a: NDArray[np.float64], b: NDArray[np.float64]) -> Solved:
    """Solve the linear program; its multipliers are the potentials."""
    n, m = table.shape
    sums: Any = vstack([kron(eye_array(n), np.ones((1, m))), kron(np.ones((1, n)), eye_array(m))])
    right = np.concatenate([a / a.sum(), b / b.sum()])
    found: Any = linprog(table.ravel(), A_eq=sums.tocsr(), b_eq=right, method="highs")
    if found.status != 0:
        raise RuntimeError(f"the linear program was not solved: {found.message}")
    # A multiplier where no mass is may be lower than it need be: take the largest that fits.
    g = -found.eqlin.marginals[n:]
    f = (table + g).min(1)
    return np.maximum(found.x.reshape(n, m), 0), f - f.max(), g - f.max()


def _assign(table: NDArray[np.float64]) -> Solved:
    """Pair the points. A path of trades back from each to all others gives the potentials."""
    n = len(table)
    rows, columns = linear_sum_assignment(table)
    paid = table[rows, columns]
    # f_i <= f_k + |x_i - y(k)| - |x_k - y(k)|, for all i and k: the shortest ways, by Bellman-Ford.
    trade = table[:, columns] - paid
    f, slack = np.zeros(n), _ROUNDS * max(1e-300, float(table.max()))
    for _ in range(n):
        shorter = (f + trade).min(1)
        if (shorter >= f - slack).all():
            break
        f = shorter
    plan, g = np.zeros_like(table), np.empty(n)
    plan[rows, columns] = 1 / n
    g[columns] = f - paid
    return plan, f - f.max(), g - f.max()
