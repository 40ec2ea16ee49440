r"""The two-point world, where a simple forger would rather paint one picture only.

The data are :math:`-1` and :math:`+1`, half each. The forger puts the mass :math:`q` on
:math:`-1`, and its distribution :math:`(q, 1 - q)` costs it

.. math:: L(q) = 2\,\mathrm{JS}(q) + \kappa\, c(q) - \lambda H(q),

with the Jensen-Shannon divergence to the data, what it costs a simple generator to cover both
points, and a bonus for entropy, :math:`H(q) = -q \log q - (1 - q) \log(1 - q)` in nats. What
happens depends on the complexity :math:`c`. With `quadratic`, balance :math:`q = \tfrac12` gives
way in a pitchfork; with `quartic` it stays beside collapsed minima, behind a barrier.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import sympy
import torch
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit
from torch import Tensor

from gantext.core.checks import as_float64, holds, non_negative, one_number, positive
from gantext.games.two_point.complexity import _Q, Complexity, quadratic

_KAPPA, _LAMBDA = sympy.symbols("kappa lambda", nonnegative=True)


# Where the search for stationary points begins, in the logit: balance itself is always one of them.
FIRST_LOGIT = 1e-4


class StationaryPoints(NamedTuple):
    """Every q in (0, 1) at which the slope is 0, in ascending order.

    Attributes
    ----------
    q : Tensor, shape (n,)
        The points; n is odd, and the middle one is 1/2.
    loss : Tensor, shape (n,)
        The loss there.
    curvature : Tensor, shape (n,)
        Its second derivative there.
    minimum : Tensor of bool, shape (n,)
        Whether the loss is smallest there, among its neighbours. Minima and maxima take turns.
    """

    q: Tensor
    loss: Tensor
    curvature: Tensor
    minimum: Tensor


class Barrier(NamedTuple):
    """The hill between a collapsed minimum and what lies on its other side.

    Attributes
    ----------
    top : Tensor, shape (...)
        Where the hill is highest, in (0, 1/2]; 1/2 where balance itself is the hill.
    from_collapse : Tensor, shape (...)
        How far the loss must rise on the way out of the collapsed minimum.
    from_balance : Tensor, shape (...)
        How far it must rise on the way out of balance; NaN where balance is no minimum.
    """

    top: Tensor
    from_collapse: Tensor
    from_balance: Tensor


class TwoPointLoss:
    r"""The forger's loss in the two-point world, with an optimal discriminator.

    .. math:: L(q) = 2\,\mathrm{JS}(q) + \kappa\, c(q) - \lambda H(q)

    It is symmetric in :math:`q \leftrightarrow 1 - q`, so that balance, :math:`q = \tfrac12`, is
    always at rest. At the edges the slope is infinite and points inwards,
    :math:`L'(q) \approx (1 + \lambda) \log q`, whatever :math:`\kappa` is and even with
    :math:`\lambda = 0`: a collapsed minimum lies inside (0, 1), near
    :math:`q = \exp(-(\kappa c'(0) + \log 3) / (1 + \lambda))`, and the edges are never minima.

    The divergence itself holds an entropy, :math:`2\,\mathrm{JS} = -H + \log 2 -
    \sum_p (p + \tfrac12) \log(p + \tfrac12)` with :math:`p = q, 1 - q`: the bonus only raises its
    weight from 1 to :math:`1 + \lambda`. Everything is derived from the one symbolic `expression`.

    Parameters
    ----------
    complexity : callable, optional
        `quadratic`, `quartic`, or your own polynomial: a function that takes tensors and symbols
        alike, with :math:`c(q) = c(1 - q)`.

    Attributes
    ----------
    complexity : callable
        What covering both points costs.
    expression : sympy.Expr
        :math:`L` in the symbols ``q``, ``kappa`` and ``lambda``.

    Raises
    ------
    ValueError
        If the complexity is not symmetric.

    References
    ----------
    S. Strogatz, "Nonlinear Dynamics and Chaos", 2nd ed., Westview 2015, sections 3.1, 3.4 and 3.6,
    for the pitchfork, the saddle-node bifurcation and hysteresis.

    Examples
    --------
    >>> from gantext.games.two_point.complexity import quartic
    >>> from gantext.games.two_point.loss import TwoPointLoss
    >>> loss = TwoPointLoss(quartic)
    >>> points = loss.stationary_points(kappa=1.0, lam=1.0)
    >>> points.q
    tensor([0.0151, 0.1506, 0.5000, 0.8494, 0.9849], dtype=torch.float64)
    >>> points.minimum
    tensor([ True, False,  True, False,  True])
    """

    def __init__(self, complexity: Complexity = quadratic) -> None:
        self.complexity = complexity
        cost = sympy.sympify(complexity(_Q))
        if sympy.expand(cost - cost.subs(_Q, 1 - _Q)) != 0:
            raise ValueError(f"complexity: expected c(q) = c(1 - q), got c(q) = {cost}")
        self.expression = _without_entropy() + _KAPPA * cost - (1 + _LAMBDA) * _entropy()
        slope = sympy.diff(self.expression, _Q)
        curvature = sympy.diff(slope, _Q)
        lam_at = _solve_for_lam(slope)
        self._loss = _to_torch(self.expression, log=_finite_log)
        self._slope = _to_torch(slope)
        self._curvature = _to_torch(curvature)
        self._lam_at = _to_torch(lam_at)
        self._lam_at_numpy = sympy.lambdify((_Q, _KAPPA), lam_at, modules="numpy")
        turn = sympy.diff(lam_at, _Q)
        self._lam_at_turn_numpy = sympy.lambdify((_Q, _KAPPA), turn, modules="numpy")
        self._balance = _to_torch(_solve_for_lam(curvature.subs(_Q, sympy.Rational(1, 2))))

    def __repr__(self) -> str:
        return f"TwoPointLoss({_name(self.complexity)})"

    def value(self, q: Any, kappa: Any, lam: Any) -> Tensor:
        r"""Evaluate :math:`L(q)`.

        Parameters
        ----------
        q : array-like or Tensor, shape (...)
            Mass on the first point, in [0, 1].
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.
        lam : array-like or Tensor, shape (...)
            Weight :math:`\lambda` of the entropy bonus, at least 0.

        Returns
        -------
        Tensor, shape (...), float64
            The loss, of the arguments' broadcast shape.

        Raises
        ------
        ValueError
            If an argument is out of range or NaN.

        Examples
        --------
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> TwoPointLoss().value([0.0, 0.5], kappa=1.0, lam=0.0)
        tensor([0.4315, 0.2500], dtype=torch.float64)
        """
        return self._loss(_share(q), *_weights(kappa, lam))

    def slope(self, q: Any, kappa: Any, lam: Any) -> Tensor:
        r"""Evaluate :math:`L'(q)`.

        Parameters
        ----------
        q : array-like or Tensor, shape (...)
            Mass on the first point, in [0, 1].
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.
        lam : array-like or Tensor, shape (...)
            Weight :math:`\lambda` of the entropy bonus, at least 0.

        Returns
        -------
        Tensor, shape (...), float64
            The slope; :math:`-\infty` at 0 and :math:`+\infty` at 1.

        Raises
        ------
        ValueError
            If an argument is out of range or NaN.

        Examples
        --------
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> TwoPointLoss().slope([0.0, 0.1, 0.5], kappa=1.0, lam=0.0)
        tensor([   -inf, -0.5499,  0.0000], dtype=torch.float64)
        """
        return self._slope(_share(q), *_weights(kappa, lam))

    def curvature(self, q: Any, kappa: Any, lam: Any) -> Tensor:
        r"""Evaluate :math:`L''(q)`.

        At balance it is :math:`2 + 4\lambda - 2\kappa` for `quadratic` and :math:`2 + 4\lambda`
        for `quartic`.

        Parameters
        ----------
        q : array-like or Tensor, shape (...)
            Mass on the first point, in [0, 1].
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.
        lam : array-like or Tensor, shape (...)
            Weight :math:`\lambda` of the entropy bonus, at least 0.

        Returns
        -------
        Tensor, shape (...), float64
            The curvature; :math:`+\infty` at both edges.

        Raises
        ------
        ValueError
            If an argument is out of range or NaN.

        Examples
        --------
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> TwoPointLoss().curvature(0.5, kappa=[0.0, 1.0, 2.0], lam=0.0)
        tensor([ 2.,  0., -2.], dtype=torch.float64)
        """
        return self._curvature(_share(q), *_weights(kappa, lam))

    def lam_at(self, q: Any, kappa: Any) -> Tensor:
        r"""Return the :math:`\lambda` for which `q` is stationary: the bifurcation diagram, solved.

        The slope is linear in :math:`\lambda`, so that each :math:`q \ne \tfrac12` belongs to
        exactly one. With :math:`x = 1 - 2q` it is, for `quadratic` and `quartic`,

        .. math::
            \frac{\operatorname{artanh}(x/2) + \kappa x / 2}{\operatorname{artanh} x} - 1,
            \qquad
            \frac{\operatorname{artanh}(x/2) + 4 \kappa x^3}{\operatorname{artanh} x} - 1 .

        Parameters
        ----------
        q : array-like or Tensor, shape (...)
            Mass on the first point, in (0, 1).
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.

        Returns
        -------
        Tensor, shape (...), float64
            The weight, negative where only a penalty on entropy would hold `q` at rest. At balance,
            where every weight will do, the limit of its neighbours: `balance_threshold`.

        Raises
        ------
        ValueError
            If an argument is out of range or NaN.

        Examples
        --------
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> TwoPointLoss().lam_at([0.5, 0.2, 0.1], kappa=2.0)
        tensor([0.5000, 0.3122, 0.1138], dtype=torch.float64)
        """
        q, kappa = _inside("q", q), non_negative("kappa", kappa)
        limit = self.balance_threshold(kappa)
        return torch.where(q == 0.5, limit, self._lam_at(q, kappa, torch.zeros(())))

    def balance_threshold(self, kappa: Any) -> Tensor:
        r"""Return the :math:`\lambda` above which balance is a minimum.

        It solves :math:`L''(\tfrac12) = 0`.

        Parameters
        ----------
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.

        Returns
        -------
        Tensor, shape (...), float64
            :math:`(\kappa - 1)/2` for `quadratic`; for `quartic` :math:`-\tfrac12`, so that balance
            is a minimum for every :math:`\lambda \ge 0`.

        Raises
        ------
        ValueError
            If `kappa` is negative or NaN.

        Examples
        --------
        >>> from gantext.games.two_point.complexity import quartic
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> TwoPointLoss().balance_threshold([0.0, 1.0, 2.0])
        tensor([-0.5000,  0.0000,  0.5000], dtype=torch.float64)
        >>> TwoPointLoss(quartic).balance_threshold(2.0)
        tensor(-0.5000, dtype=torch.float64)
        """
        kappa = non_negative("kappa", kappa)
        return self._balance(torch.zeros(()), kappa, torch.zeros(())).expand(kappa.shape)

    def collapse_threshold(self, kappa: Any) -> Tensor:
        r"""Return the :math:`\lambda` at and above which balance is the only stationary point.

        It is the largest value of `lam_at`. For `quadratic` that is the limit at balance: the
        collapsed minima merge there, and the two thresholds are one (a supercritical pitchfork).
        For `quartic` with :math:`\kappa > \tfrac1{32}` it is larger than `balance_threshold`, and
        each collapsed minimum vanishes together with its barrier where :math:`L' = L'' = 0` (a
        saddle-node). In between lies hysteresis.

        Parameters
        ----------
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.

        Returns
        -------
        Tensor, shape (...), float64
            The threshold; negative where not even :math:`\lambda = 0` leaves a collapsed minimum.

        Raises
        ------
        ValueError
            If `kappa` is negative or NaN.

        Examples
        --------
        >>> from gantext.games.two_point.complexity import quartic
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> TwoPointLoss().collapse_threshold([1.0, 2.0])
        tensor([0.0000, 0.5000], dtype=torch.float64)
        >>> TwoPointLoss(quartic).collapse_threshold([1.0, 2.0])
        tensor([1.3256, 3.3060], dtype=torch.float64)
        """
        kappa = non_negative("kappa", kappa)
        at_balance = self.balance_threshold(kappa)
        found = [
            max([limit, *(self._lam_at_logit(logit, k) for logit in self._folds(k))])
            for k, limit in zip(
                kappa.flatten().tolist(), at_balance.flatten().tolist(), strict=True
            )
        ]
        return torch.tensor(found, dtype=torch.float64).reshape(kappa.shape)

    def stationary_points(self, kappa: Any, lam: Any) -> StationaryPoints:
        r"""Find all stationary points, and which of them are minima.

        Parameters
        ----------
        kappa : float or Tensor, shape ()
            Weight of the complexity, at least 0.
        lam : float or Tensor, shape ()
            Weight :math:`\lambda` of the entropy bonus, at least 0.

        Returns
        -------
        StationaryPoints
            In ascending order, float64.

        Raises
        ------
        ValueError
            If a weight is negative, NaN or more than one number.

        Notes
        -----
        `lam_at` is cut where it turns. Each piece is monotone and meets :math:`\lambda` once or
        never, so that no pair of roots slips between the points of a grid, however close to a
        saddle-node. Within about 1e-8 of a pitchfork, its branches count as balance.

        Examples
        --------
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> TwoPointLoss().stationary_points(kappa=2.0, lam=0.4).q
        tensor([0.2743, 0.5000, 0.7257], dtype=torch.float64)
        """
        weights = _weights(kappa, lam)
        kappa, lam = (one_number(n, w) for n, w in zip(("kappa", "lam"), weights, strict=True))
        logits = torch.tensor(self._collapsed_logits(float(kappa), float(lam)), dtype=torch.float64)
        left = torch.sigmoid(-logits.sort(descending=True).values)
        half = torch.tensor([0.5], dtype=torch.float64)
        q = torch.cat([left, half, 1 - left.flip(0)])
        # The right half is the left half's mirror image; 1 - q rounds when q is tiny.
        distinct = torch.cat([left, half, left.flip(0)])
        return StationaryPoints(
            q=q,
            loss=self._loss(distinct, kappa, lam),
            curvature=self._curvature(distinct, kappa, lam),
            minimum=torch.arange(len(q)) % 2 == 0,  # the slope comes in from minus infinity
        )

    def barrier(self, kappa: Any, lam: Any) -> Barrier:
        r"""Measure the hill that keeps a collapsed forger collapsed.

        Parameters
        ----------
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.
        lam : array-like or Tensor, shape (...)
            Weight :math:`\lambda` of the entropy bonus, at least 0.

        Returns
        -------
        Barrier
            Three float64 tensors of the broadcast shape, all NaN where there is no collapsed
            minimum.

        Raises
        ------
        ValueError
            If a weight is negative or NaN.

        Examples
        --------
        >>> from gantext.games.two_point.complexity import quartic
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> hill = TwoPointLoss(quartic).barrier(kappa=1.0, lam=[0.0, 1.0])
        >>> hill.from_collapse
        tensor([0.5855, 0.0759], dtype=torch.float64)
        >>> hill.from_balance
        tensor([0.0169, 0.1756], dtype=torch.float64)
        """
        kappa, lam = torch.broadcast_tensors(*_weights(kappa, lam))
        hills = [
            _outermost_hill(self.stationary_points(*weights))
            for weights in zip(kappa.flatten(), lam.flatten(), strict=True)
        ]
        return Barrier(*torch.tensor(hills, dtype=torch.float64).T.reshape(3, *kappa.shape))

    def descend(
        self,
        start: Any,
        kappa: Any,
        lams: Any,
        *,
        eta: Any = 0.1,
        noise: Any = 0.0,
        generator: torch.Generator | None = None,
    ) -> Tensor:
        r"""Let the forger go downhill while :math:`\lambda` follows a schedule.

        With the logit :math:`\theta = \log(q / (1 - q))` each step is

        .. math::
            \theta_{t+1} = \theta_t - \eta\, L'(q_t; \kappa, \lambda_t) + s\,\varepsilon_t,
            \qquad \varepsilon_t \sim \mathcal N(0, 1).

        That is natural gradient descent: the gradient :math:`q(1-q) L'` in the logit, divided by
        the Fisher information :math:`q(1-q)`. The plain gradient has the same points at rest, but
        nearly stops where one letter is nearly extinct, and could not follow a sweep.

        Parameters
        ----------
        start : array-like or Tensor, shape (...)
            Where :math:`q` begins, in (0, 1).
        kappa : array-like or Tensor, shape (...)
            Weight of the complexity, at least 0.
        lams : array-like or Tensor, shape (T, ...)
            The schedule: :math:`\lambda` at each of T steps, at least 0. From large to small it is
            annealing; up and down again it draws hysteresis; constant it is descent.
        eta : array-like or Tensor, shape (...), optional
            Size :math:`\eta` of the step.
        noise : array-like or Tensor, shape (...), optional
            Standard deviation :math:`s` of what is added to the logit at every step.
        generator : torch.Generator, optional
            Where the noise comes from; needed unless `noise` is 0.

        Returns
        -------
        Tensor, shape (T + 1, ...), float64
            The path of :math:`q`, the start included.

        Raises
        ------
        ValueError
            If an argument is out of range or NaN, `lams` is a scalar, or noise has no generator.

        References
        ----------
        S. Amari, "Natural gradient works efficiently in learning", Neural Computation 10(2), 1998.

        Examples
        --------
        >>> import torch
        >>> from gantext.games.two_point.complexity import quartic
        >>> from gantext.games.two_point.loss import TwoPointLoss
        >>> loss = TwoPointLoss(quartic)
        >>> loss.descend([0.1, 0.4], kappa=1.0, lams=torch.zeros(500))[-1]  # no bonus
        tensor([1.1245e-04, 5.0000e-01], dtype=torch.float64)
        >>> loss.descend([0.1, 0.4], kappa=1.0, lams=torch.linspace(2, 0, 500))[-1]  # annealed
        tensor([0.5000, 0.5000], dtype=torch.float64)
        """
        q = _inside("start", start)
        kappa, lams = _weights(kappa, lams, name="lams")
        eta, noise = positive("eta", eta), non_negative("noise", noise)
        if lams.ndim == 0:
            raise ValueError("lams: expected a schedule of shape (T, ...), got a scalar")
        noisy = bool((noise > 0).any())
        if noisy and generator is None:
            raise ValueError("generator: expected a torch.Generator for the noise, got None")
        shape = torch.broadcast_shapes(q.shape, kappa.shape, lams.shape[1:], eta.shape, noise.shape)
        theta = torch.logit(q).expand(shape)
        path = [q.expand(shape)]
        for lam in lams:
            theta = theta - eta * self._slope_at_logit(theta, kappa, lam)
            if noisy:
                draw = torch.randn(shape, generator=generator, dtype=torch.float64)
                theta = theta + noise * draw
            path.append(torch.sigmoid(theta))
        return torch.stack(path)

    def _slope_at_logit(self, theta: Tensor, kappa: Tensor, lam: Tensor) -> Tensor:
        """Return L'(q) from the logit, by the mirror image where q itself would round to 1."""
        return -theta.sign() * self._slope(torch.sigmoid(-theta.abs()), kappa, lam)

    def _lam_at_logit(self, logit: Any, kappa: float) -> Any:
        """Return `lam_at` for q = sigmoid(-logit), by NumPy: a search asks often for one number."""
        return self._lam_at_numpy(expit(-logit), kappa)

    def _folds(self, kappa: float) -> list[float]:
        """Return the logits > 0, ascending, at which `lam_at` turns for q = sigmoid(-logit)."""

        def turn(logit: Any) -> Any:
            q = expit(-logit)
            return q * self._lam_at_turn_numpy(q, kappa)

        # Nearer to balance than this, rounding hides the sign.
        grid = np.linspace(0.01, self._largest_logit(kappa), 2001)
        return _roots(turn, grid)

    def _collapsed_logits(self, kappa: float, lam: float) -> list[float]:
        """Return the logits > 0, ascending, of stationary points q = sigmoid(-logit)."""
        ends = [FIRST_LOGIT, *self._folds(kappa), self._largest_logit(kappa)]
        return _roots(lambda logit: self._lam_at_logit(logit, kappa) - lam, np.array(ends))

    def _largest_logit(self, kappa: float) -> float:
        """Bound the logits of stationary points by what works against the entropies in L'."""
        q = torch.linspace(0, 0.5, 1001, dtype=torch.float64)[1:]
        others = self._slope(q, torch.tensor(kappa), torch.tensor(0.0)) - torch.logit(q)
        return 1.01 * float(others.abs().max()) + 1


def _name(function: Callable[..., Any]) -> str:
    """Return what a reader calls a function."""
    return getattr(function, "__name__", repr(function))


def _without_entropy() -> sympy.Expr:
    """Return 2 JS(q) + H(q), so that H meets its whole weight, 1 + lambda, in one place."""
    half = sympy.Rational(1, 2)
    return sympy.log(2) - sum((p + half) * sympy.log(p + half) for p in (_Q, 1 - _Q))


def _entropy() -> sympy.Expr:
    """Return H(q) in nats."""
    return -sum(p * sympy.log(p) for p in (_Q, 1 - _Q))


def _solve_for_lam(expression: sympy.Expr) -> sympy.Expr:
    """Solve expression = 0, which is linear in lambda, whatever sign the solution has."""
    return -expression.subs(_LAMBDA, 0) / sympy.diff(expression, _LAMBDA)


def _log(x: Tensor | float) -> Tensor:
    """Return the logarithm of a tensor, or of a constant of the expression."""
    return torch.as_tensor(x, dtype=torch.float64).log()


def _finite_log(x: Tensor | float) -> Tensor:
    """Return a logarithm that is finite at 0, so that 0 log 0 = 0."""
    return _log(torch.as_tensor(x, dtype=torch.float64).clamp_min(torch.finfo(torch.float64).tiny))


def _to_torch(
    expression: sympy.Expr, log: Callable[[Tensor | float], Tensor] = _log
) -> Callable[[Tensor, Tensor, Tensor], Tensor]:
    """Turn an expression into a function of q, kappa and lambda."""
    function = sympy.lambdify((_Q, _KAPPA, _LAMBDA), expression, modules=[{"log": log}])
    return lambda *numbers: torch.as_tensor(function(*numbers), dtype=torch.float64)


def _roots(function: Callable[[Any], Any], grid: NDArray[np.float64]) -> list[float]:
    """Find one root between each two neighbours on the grid at which the signs differ."""
    changes = np.flatnonzero(np.diff(function(grid) > 0))
    return [float(brentq(function, grid[k], grid[k + 1], xtol=1e-13)) for k in changes]


def _outermost_hill(points: StationaryPoints) -> tuple[float, float, float]:
    """Return the first maximum, and its height above the collapsed minimum and above balance."""
    if len(points.q) == 1:
        return math.nan, math.nan, math.nan
    middle = len(points.q) // 2
    top, loss = points.q[1], points.loss
    from_balance = loss[1] - loss[middle] if points.minimum[middle] else math.nan
    return float(top), float(loss[1] - loss[0]), float(from_balance)


def _weights(kappa: Any, lam: Any, name: str = "lam") -> tuple[Tensor, Tensor]:
    """Check the two weights."""
    return non_negative("kappa", kappa), non_negative(name, lam)


def _share(q: Any) -> Tensor:
    """Require masses in [0, 1]."""
    q = as_float64("q", q)
    if holds(((q < 0) | (q > 1)).any()):
        low, high = float(q.min()), float(q.max())
        raise ValueError(f"q: expected masses in [0, 1], got values from {low:.6g} to {high:.6g}")
    return q


def _inside(name: str, q: Any) -> Tensor:
    """Require masses in (0, 1)."""
    q = as_float64(name, q)
    if holds(((q <= 0) | (q >= 1)).any()):
        low, high = float(q.min()), float(q.max())
        raise ValueError(
            f"{name}: expected masses in (0, 1), got values from {low:.6g} to {high:.6g}"
        )
    return q
