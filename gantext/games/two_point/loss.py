"""The forger's loss in the two-point world, in closed form."""

from __future__ import annotations

import math
from typing import NamedTuple

import sympy
import torch
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.core.checks import (
    ArrayLike,
    Generator,
    Weight,
    broadcastable,
    non_negative,
    positive,
    require,
)
from gantext.games.two_point.branches import Branches
from gantext.games.two_point.complexity import Complexity, complexity_name, quadratic
from gantext.games.two_point.expression import (
    Q,
    finite_log,
    loss_of,
    solve_for_lambda,
    to_torch,
)


class StationaryPoints(NamedTuple):
    """Every q in (0, 1) at which the slope is 0, in ascending order.

    Attributes
    ----------
    q, loss, curvature : Tensor, shape (n,)
        The points, and the loss and its second derivative there. n is odd, the middle point is 1/2.
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
    top, from_collapse, from_balance : Tensor, shape (...)
        Where the hill is highest, in (0, 1/2], where 1/2 is balance itself; how far the loss must
        rise to it from the collapsed minimum, and from balance. NaN where there is no such minimum.
    """

    top: Tensor
    from_collapse: Tensor
    from_balance: Tensor


class TwoPointLoss:
    r"""The forger's loss in the two-point world, against the best discriminator.

    .. math:: L(q) = 2\,\mathrm{JS}(q) + \kappa\, c(q) - \lambda H(q)

    with the Jensen-Shannon divergence to the data, the complexity c, which is what it costs a
    simple generator to cover both points, and a bonus for entropy, :math:`H(q) = -q \log q - (1 -
    q) \log(1 - q)` in nats. It is symmetric in :math:`q \leftrightarrow 1 - q`, so that balance,
    :math:`q = \tfrac12`, is always at rest. At the edges the slope is infinite and points inwards,
    :math:`L'(q) \approx (1 + \lambda) \log q`, even with :math:`\lambda = 0`: a collapsed minimum
    lies inside (0, 1), near :math:`q = \exp(-(\kappa c'(0) + \log 3) / (1 + \lambda))`. All is
    derived from the attribute ``expression``, L in the sympy symbols q, kappa and lambda. For
    pitchfork, saddle-node and hysteresis see Strogatz, "Nonlinear Dynamics and Chaos", 2nd ed.
    2015, sections 3.1, 3.4, 3.6.

    Parameters
    ----------
    complexity : callable, optional
        `quadratic`, `quartic`, or your own polynomial with :math:`c(q) = c(1 - q)`, which takes
        tensors and symbols alike.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.TwoPointLoss(gt.quartic).stationary_points(kappa=1.0, lam=1.0).q
    tensor([0.0151, 0.1506, 0.5000, 0.8494, 0.9849], dtype=torch.float64)
    """

    @checked_arguments
    def __init__(self, complexity: Complexity = quadratic) -> None:
        self.complexity = complexity
        cost = sympy.sympify(complexity(Q))
        if not isinstance(cost, sympy.Expr):
            raise ValueError(f"complexity: expected c(q) of a symbol q, got {cost!r}")
        if sympy.expand(cost - cost.subs(Q, 1 - Q)) != 0:
            raise ValueError(f"complexity: expected c(q) = c(1 - q), got c(q) = {cost}")
        self.expression = loss_of(cost)
        slope = sympy.diff(self.expression, Q)
        curvature = sympy.diff(slope, Q)
        self._loss = to_torch(self.expression, log=finite_log)
        self._slope, self._curvature = to_torch(slope), to_torch(curvature)
        self._lam_at = to_torch(solve_for_lambda(slope))
        self._balance = to_torch(solve_for_lambda(curvature.subs(Q, sympy.Rational(1, 2))))
        self._branches = Branches(slope)

    def __repr__(self) -> str:
        return f"TwoPointLoss({complexity_name(self.complexity)})"

    @checked_arguments
    def value(self, q: ArrayLike, kappa: ArrayLike, lam: ArrayLike) -> Tensor:
        """Evaluate :math:`L(q)`.

        Parameters
        ----------
        q, kappa, lam : array-like, shape (...)
            Mass on the first point, in [0, 1]; weights of complexity and bonus, at least 0.
        """
        return self._loss(*_point(q, kappa, lam))

    @checked_arguments
    def slope(self, q: ArrayLike, kappa: ArrayLike, lam: ArrayLike) -> Tensor:
        r"""Evaluate :math:`L'(q)`.

        Parameters
        ----------
        q, kappa, lam : array-like, shape (...)
            As in `value`; the slope is :math:`-\infty` at 0 and :math:`+\infty` at 1.
        """
        return self._slope(*_point(q, kappa, lam))

    @checked_arguments
    def curvature(self, q: ArrayLike, kappa: ArrayLike, lam: ArrayLike) -> Tensor:
        r"""Evaluate :math:`L''(q)`.

        Parameters
        ----------
        q, kappa, lam : array-like, shape (...)
            As in `value`. At both edges the curvature is :math:`+\infty`; at balance it is :math:`2
            + 4\lambda`, less :math:`2\kappa` for `quadratic`.
        """
        return self._curvature(*_point(q, kappa, lam))

    @checked_arguments
    def lam_at(self, q: ArrayLike, kappa: ArrayLike) -> Tensor:
        r"""Return the :math:`\lambda` for which `q` is stationary: the bifurcation diagram, solved.

        The slope is linear in :math:`\lambda`, so that each :math:`q \ne \tfrac12` belongs to
        exactly one, negative where only a penalty on entropy would hold `q` at rest. At balance,
        where every weight will do, it is the limit, `balance_threshold`. With :math:`x = 1 - 2q`,
        for `quadratic` and `quartic`:

        .. math::
            \frac{\operatorname{artanh}(x/2) + \kappa x / 2}{\operatorname{artanh} x} - 1, \qquad
            \frac{\operatorname{artanh}(x/2) + 4 \kappa x^3}{\operatorname{artanh} x} - 1 .

        Parameters
        ----------
        q, kappa : array-like, shape (...)
            Mass on the first point, in (0, 1), and the weight of the complexity, at least 0.
        """
        mass, weight = _inside("q", q), non_negative("kappa", kappa)
        broadcastable(("q", "kappa"), (mass, weight), inner=0)
        limit = self.balance_threshold(weight)
        return torch.where(mass == 0.5, limit, self._lam_at(mass, weight, torch.zeros(())))

    @checked_arguments
    def balance_threshold(self, kappa: ArrayLike) -> Tensor:
        r"""Return the :math:`\lambda` above which balance is a minimum: :math:`L''(\tfrac12) = 0`.

        It is :math:`(\kappa - 1)/2` for `quadratic`, and :math:`-\tfrac12` for `quartic`, whose
        balance is a minimum for every :math:`\lambda \ge 0`.

        Parameters
        ----------
        kappa : array-like, shape (...)
            Weight of the complexity, at least 0.
        """
        weight = non_negative("kappa", kappa)
        return self._balance(torch.zeros(()), weight, torch.zeros(())).expand(weight.shape)

    @checked_arguments
    def collapse_threshold(self, kappa: ArrayLike) -> Tensor:
        r"""Return the :math:`\lambda` at and above which balance is the only stationary point.

        It is the largest value of `lam_at`; negative where not even :math:`\lambda = 0` leaves a
        collapsed minimum. For `quadratic` that is the limit at balance: the collapsed minima merge
        there, and the two thresholds are one (a supercritical pitchfork). For `quartic` with
        :math:`\kappa > \tfrac1{32}` it is larger than `balance_threshold`, and each collapsed
        minimum vanishes together with its barrier where :math:`L' = L'' = 0` (a saddle-node). In
        between lies hysteresis.

        Parameters
        ----------
        kappa : array-like, shape (...)
            Weight of the complexity, at least 0.
        """
        weight = non_negative("kappa", kappa)
        limits = self.balance_threshold(weight)
        found = [
            max([limit, *self._branches.lam_at_folds(k)])
            for k, limit in zip(weight.flatten().tolist(), limits.flatten().tolist(), strict=True)
        ]
        return torch.tensor(found, dtype=torch.float64).reshape(weight.shape)

    @checked_arguments
    def stationary_points(self, kappa: Weight, lam: Weight) -> StationaryPoints:
        """Find all stationary points; within 1e-8 of a pitchfork, its branches count as balance.

        Parameters
        ----------
        kappa, lam : float or Tensor, shape ()
            Weights of complexity and bonus, at least 0.
        """
        kappa, lam = _weights(kappa, lam)
        logits = self._branches.stationary(float(kappa), float(lam))
        left = torch.sigmoid(-torch.tensor(logits, dtype=torch.float64).flip(0))
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

    @checked_arguments
    def barrier(self, kappa: ArrayLike, lam: ArrayLike) -> Barrier:
        """Measure the hill that keeps a collapsed forger collapsed.

        Parameters
        ----------
        kappa, lam : array-like, shape (...)
            Weights of complexity and bonus, at least 0.
        """
        given = _weights(kappa, lam)
        broadcastable(("kappa", "lam"), given, inner=0)
        weights = torch.broadcast_tensors(*given)
        hills = [
            _outermost_hill(self.stationary_points(*pair))
            for pair in zip(*(weight.flatten() for weight in weights), strict=True)
        ]
        return Barrier(*torch.tensor(hills, dtype=torch.float64).T.reshape(3, *weights[0].shape))

    @checked_arguments
    def descend(
        self,
        start: ArrayLike,
        kappa: ArrayLike,
        lams: ArrayLike,
        *,
        eta: ArrayLike = 0.1,
        noise: ArrayLike = 0.0,
        generator: Generator | None = None,
    ) -> Tensor:
        r"""Return the path of q as the forger goes downhill while :math:`\lambda` has a schedule.

        With the logit :math:`\theta = \log(q / (1 - q))` and normal :math:`\varepsilon_t`, each
        step is

        .. math:: \theta_{t+1} = \theta_t - \eta\, L'(q_t; \kappa, \lambda_t) + s\,\varepsilon_t .

        That is natural gradient descent (Amari 1998, Neural Computation 10(2)): the gradient
        :math:`q(1-q) L'` in the logit, divided by the Fisher information :math:`q(1-q)`. The plain
        gradient has the same points at rest, but nearly stops where one letter is nearly extinct.
        The path has the shape (T + 1, ...), with the start.

        Parameters
        ----------
        start, kappa : array-like, shape (...)
            Where q begins, in (0, 1), and the weight of the complexity, at least 0.
        lams : array-like, shape (T, ...)
            The schedule: :math:`\lambda` at each of T steps, at least 0. From large to small it is
            annealing; up and down again it draws hysteresis; constant it is descent.
        eta, noise : array-like, shape (...), optional
            The step size :math:`\eta`, above 0, and the noise's standard deviation s, at least 0.
        generator : torch.Generator, optional
            Where the noise comes from; needed unless `noise` is 0.
        """
        q = _inside("start", start)
        kappa, lams = _weights(kappa, lams, name="lams")
        eta, noise = positive("eta", eta), non_negative("noise", noise)
        if lams.ndim == 0:
            raise ValueError("lams: expected a schedule of shape (T, ...), got a scalar")
        noisy = bool((noise > 0).any())
        if noisy and generator is None:
            raise ValueError("generator: expected a torch.Generator for the noise, got None")
        every = (q, kappa, lams.new_empty(lams.shape[1:]), eta, noise)
        shape = broadcastable(("start", "kappa", "lams[0]", "eta", "noise"), every, inner=0)
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


def _outermost_hill(points: StationaryPoints) -> tuple[float, float, float]:
    """Return the first maximum, and its height above the collapsed minimum and above balance."""
    if len(points.q) == 1:
        return math.nan, math.nan, math.nan
    middle = len(points.q) // 2
    top, loss = points.q[1], points.loss
    from_balance = loss[1] - loss[middle] if points.minimum[middle] else math.nan
    return float(top), float(loss[1] - loss[0]), float(from_balance)


def _weights(kappa: ArrayLike, lam: ArrayLike, name: str = "lam") -> tuple[Tensor, Tensor]:
    """Require two weights of at least 0."""
    return non_negative("kappa", kappa), non_negative(name, lam)


def _point(q: ArrayLike, kappa: ArrayLike, lam: ArrayLike) -> tuple[Tensor, Tensor, Tensor]:
    """Require masses in [0, 1] and two weights."""
    mass = require("q", q, "masses in [0, 1]", lambda q: (q >= 0) & (q <= 1))
    weights = _weights(kappa, lam)
    broadcastable(("q", "kappa", "lam"), (mass, *weights), inner=0)
    return mass, *weights


def _inside(name: str, q: ArrayLike) -> Tensor:
    """Require masses in (0, 1)."""
    return require(name, q, "masses in (0, 1)", lambda q: (q > 0) & (q < 1))
