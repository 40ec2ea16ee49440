"""The two-point world as a game, against a critic that lags behind."""

from __future__ import annotations

from typing import Any

import sympy
import torch
from torch import Tensor
from torch.nn.functional import softplus

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Weight, last_dim, non_negative, positive
from gantext.games.base import Game, Losses
from gantext.games.ideal import IdealGame
from gantext.games.two_point.complexity import Complexity, complexity_name, quadratic
from gantext.games.two_point.expression import Q
from gantext.games.two_point.loss import TwoPointLoss


class TwoPointGame(Game):
    r"""The forger of the two-point world against a discriminator that has to learn.

    The forger holds the logit of its mass on the first point, :math:`q = \sigma(\theta)`, the
    discriminator a logit for each point, :math:`D(\mp 1) = \sigma(\psi_{1,2})`. With the value V of
    the ideal game,

    .. math::
        V = \tfrac12 \log D(-1) + \tfrac12 \log D(+1) + q \log(1 - D(-1)) + (1 - q) \log(1 - D(+1)),
        \qquad L_G = V + \kappa\, c(q) - \lambda H(q), \quad L_D = -V .

    Against the best answer :math:`D^* = \tfrac12 / (\tfrac12 + p)` the forger's loss is that of
    `TwoPointLoss`, less :math:`\log 4`. Against one that lags behind, see `critical_ratio`.

    Parameters
    ----------
    complexity : callable, optional
        As in `TwoPointLoss`.
    kappa, lam : float or Tensor, shape (), optional
        Weights of the complexity and of the entropy bonus, at least 0.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.TwoPointGame(kappa=0.8).critical_ratio()
    tensor(0.4000, dtype=torch.float64)
    """

    @checked_arguments
    def __init__(
        self,
        complexity: Complexity = quadratic,
        kappa: Weight = 0.0,
        lam: Weight = 0.0,
    ) -> None:
        self.loss = TwoPointLoss(complexity)
        self.kappa = torch.as_tensor(kappa, dtype=torch.float64)
        self.lam = torch.as_tensor(lam, dtype=torch.float64)
        self._ideal = IdealGame([0.5, 0.5])
        bend = sympy.diff(sympy.sympify(complexity(Q)), Q, 2)
        self._complexity_curvature = float(bend.subs(Q, sympy.Rational(1, 2)))

    def __repr__(self) -> str:
        complexity = complexity_name(self.loss.complexity)
        return f"TwoPointGame({complexity}, kappa={float(self.kappa)}, lam={float(self.lam)})"

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        """Return both players' losses, from logits of shapes (1,) and (2,)."""
        theta = last_dim("theta", theta, 1).to(torch.float64)
        ideal = self._ideal.losses(torch.cat([theta, torch.zeros_like(theta)]), psi, batch)
        logit = theta.squeeze(-1)
        q = torch.sigmoid(logit)
        entropy = softplus(logit, threshold=40.0) - q * logit
        own = self.kappa * self.loss.complexity(q) - self.lam * entropy
        return Losses(generator=ideal.generator + own, discriminator=ideal.discriminator)

    @checked_arguments
    def balance_eigenvalues(self, ratio: ArrayLike = 1.0) -> Tensor:
        r"""Return the eigenvalues of gradient play at balance: :math:`-r/4`, and a pair.

        Let the discriminator learn :math:`r = \eta_\psi / \eta` times as fast as the forger. The
        sum of its two logits decays by itself; their difference and the forger turn round each
        other:

        .. math::
            \mu = \tfrac12 (a - \tfrac r4) \pm \sqrt{\tfrac14 (a + \tfrac r4)^2 - \tfrac r{32}},
            \qquad a = -\tfrac14 \bigl(\lambda + \tfrac14 \kappa\, c''(\tfrac12)\bigr),

        so that a is :math:`(\kappa - 2\lambda)/8` for `quadratic` and :math:`-\lambda/4` for
        `quartic`. The result has the shape (..., 3), complex128, minus before plus, per unit of the
        forger's time.

        Parameters
        ----------
        ratio : array-like, shape (...), optional
            The ratio r, above 0.
        """
        # The Jacobian there is [[a, 1/8, -1/8], [-r/8, -r/4, 0], [r/8, 0, -r/4]].
        r, a = positive("ratio", ratio), self._push()
        root = torch.sqrt(((a + r / 4) ** 2 / 4 - r / 32).to(torch.complex128))
        middle = (a - r / 4) / 2
        return torch.stack([(-r / 4).to(root), middle - root, middle + root], dim=-1)

    @checked_arguments
    def critical_ratio(self, eta: ArrayLike = 0.0) -> Tensor:
        r"""Return how slow the discriminator may be before balance loses its stability.

        Below this ratio :math:`r = \eta_\psi / \eta` the pair of `balance_eigenvalues` has left the
        stable side, although balance may be the only minimum of the loss: the discriminator's
        answer comes too late (a Hopf bifurcation; Strogatz, "Nonlinear Dynamics and Chaos", section
        8.2). With the same a, the flow needs :math:`a < \tfrac18`, that is :math:`\lambda >`
        `TwoPointLoss.balance_threshold`, and :math:`r > 4a`, that is :math:`r > \kappa/2 - \lambda`
        for `quadratic`. Simultaneous steps of size :math:`\eta` need :math:`r > 4a / (1 - \eta
        (\tfrac18 - a))`, if they are not too large in themselves, as with :math:`\eta |a| > 2` or
        :math:`\eta r > 8`. It is 0 where no lag unsettles balance, infinite where no discriminator
        is fast enough. This is about small swings: for `quadratic` with :math:`\kappa \le 2\lambda`
        the flow reaches balance from everywhere, but for `quartic` a far start may hop for ever.

        Parameters
        ----------
        eta : array-like, shape (...), optional
            The forger's step size, at least 0; 0 is the flow.
        """
        # The pair has the sum a - r/4 and the product r/4 (1/8 - a).
        eta, a = non_negative("eta", eta), self._push()
        room = 1 - eta * (0.125 - a)
        possible = (a < 0) | ((a < 0.125) & (room > 0))
        return torch.where(possible, torch.where(a > 0, 4 * a / room, 0.0), torch.inf)

    def _push(self) -> Tensor:
        """Return a, the forger's own push away from balance: d v_theta / d theta at the origin."""
        return -(self.lam + self.kappa * self._complexity_curvature / 4) / 4 + 0.0  # not -0
