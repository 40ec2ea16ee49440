"""The two-point world as a game, against a critic that lags behind."""

from __future__ import annotations

from typing import Any

import sympy
import torch
from torch import Tensor
from torch.nn.functional import softplus

from gantext.core.checks import last_dim, non_negative, one_number, positive
from gantext.games.base import Game, Losses
from gantext.games.ideal import IdealGame
from gantext.games.two_point.complexity import _Q, Complexity, quadratic
from gantext.games.two_point.loss import (
    TwoPointLoss,
    _name,
    _weights,
)


class TwoPointGame(Game):
    r"""The forger of the two-point world against a discriminator that has to learn.

    The forger holds the logit of its mass on the first point, :math:`q = \sigma(\theta)`, the
    discriminator a logit for each point, :math:`D(\mp 1) = \sigma(\psi_{1,2})`. With the value of
    the ideal game,

    .. math::
        V = \tfrac12 \log D(-1) + \tfrac12 \log D(+1)
          + q \log(1 - D(-1)) + (1 - q) \log(1 - D(+1)),

    .. math::
        L_G = V + \kappa\, c(q) - \lambda H(q), \qquad L_D = -V .

    Against the best answer :math:`D^* = \tfrac12 / (\tfrac12 + p)` the forger's loss is that of
    `TwoPointLoss`, less :math:`\log 4`. A discriminator that lags behind is another matter: see
    `critical_ratio`.

    Parameters
    ----------
    complexity : callable, optional
        `quadratic`, `quartic`, or your own: see `TwoPointLoss`.
    kappa : float or Tensor, shape ()
        Weight of the complexity, at least 0.
    lam : float or Tensor, shape ()
        Weight :math:`\lambda` of the entropy bonus, at least 0.

    Raises
    ------
    ValueError
        If the complexity is not symmetric, or a weight is negative, NaN, infinite or more than one
        number (which you sweep by ``simulate(..., game_hparams=...)``).

    Examples
    --------
    >>> import torch
    >>> from gantext.games.two_point.game import TwoPointGame
    >>> from gantext.dynamics.field import spectrum
    >>> game = TwoPointGame(kappa=0.8)
    >>> spectrum(game, torch.zeros(1).double(), torch.zeros(2).double()).real
    tensor([-0.0750, -0.2500, -0.0750], dtype=torch.float64)
    """

    def __init__(
        self, complexity: Complexity = quadratic, kappa: Any = 0.0, lam: Any = 0.0
    ) -> None:
        self.loss = TwoPointLoss(complexity)
        kappa, lam = _weights(kappa, lam)
        self.kappa, self.lam = one_number("kappa", kappa), one_number("lam", lam)
        self._ideal = IdealGame([0.5, 0.5])
        bend = sympy.diff(sympy.sympify(complexity(_Q)), _Q, 2)
        self._complexity_curvature = float(bend.subs(_Q, sympy.Rational(1, 2)))

    def __repr__(self) -> str:
        complexity = _name(self.loss.complexity)
        return f"TwoPointGame({complexity}, kappa={float(self.kappa)}, lam={float(self.lam)})"

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        r"""Return both players' losses.

        Parameters
        ----------
        theta : Tensor, shape (1,)
            The forger's logit.
        psi : Tensor, shape (2,)
            The discriminator's logits on the two points.
        batch : None, optional
            Not used: the game draws no samples.

        Returns
        -------
        Losses
            Two scalars, each minimised by its own player.

        Raises
        ------
        ValueError
            If a player's logits have another shape.

        Examples
        --------
        >>> import torch
        >>> from gantext.games.two_point.game import TwoPointGame
        >>> losses = TwoPointGame(kappa=4.0).losses(torch.zeros(1), torch.zeros(2))
        >>> losses.generator.round(decimals=4), losses.discriminator.round(decimals=4)
        (tensor(-0.3863, dtype=torch.float64), tensor(1.3863, dtype=torch.float64))
        """
        theta = last_dim("theta", theta, 1).to(torch.float64)
        ideal = self._ideal.losses(torch.cat([theta, torch.zeros_like(theta)]), psi, batch)
        logit = theta.squeeze(-1)
        q = torch.sigmoid(logit)
        entropy = softplus(logit, threshold=40.0) - q * logit
        own = self.kappa * self.loss.complexity(q) - self.lam * entropy
        return Losses(generator=ideal.generator + own, discriminator=ideal.discriminator)

    def balance_eigenvalues(self, ratio: Any = 1.0) -> Tensor:
        r"""Return the eigenvalues of gradient play at balance, in closed form.

        Let the discriminator learn :math:`r` times as fast as the forger,
        :math:`r = \eta_\psi / \eta`. At :math:`\theta = \psi = 0` the velocity has the Jacobian

        .. math::
            \begin{pmatrix} a & \tfrac18 & -\tfrac18 \\
            -\tfrac r8 & -\tfrac r4 & 0 \\ \tfrac r8 & 0 & -\tfrac r4 \end{pmatrix},
            \qquad a = -\tfrac14 \bigl(\lambda + \tfrac14 \kappa\, c''(\tfrac12)\bigr),

        where :math:`a = (\kappa - 2\lambda)/8` for `quadratic` and :math:`-\lambda/4` for
        `quartic`. The sum of the two logits decays by itself, at the rate :math:`r/4`. Their
        difference and the forger turn round each other:

        .. math::
            \mu = \tfrac12 (a - \tfrac r4)
                \pm \sqrt{\tfrac14 (a + \tfrac r4)^2 - \tfrac r{32}} .

        Parameters
        ----------
        ratio : array-like or Tensor, shape (...), optional
            :math:`r`, above 0.

        Returns
        -------
        Tensor, complex128, shape (..., 3)
            :math:`-r/4`, then the pair, minus before plus; per unit of the forger's time.

        Raises
        ------
        ValueError
            If a ratio is not above 0.

        Examples
        --------
        >>> from gantext.games.two_point.game import TwoPointGame
        >>> TwoPointGame(kappa=0.8).balance_eigenvalues(ratio=0.4).imag  # on the verge
        tensor([ 0.0000, -0.0500,  0.0500], dtype=torch.float64)
        """
        r, a = positive("ratio", ratio), self._push()
        root = torch.sqrt(((a + r / 4) ** 2 / 4 - r / 32).to(torch.complex128))
        middle = (a - r / 4) / 2
        return torch.stack([(-r / 4).to(root), middle - root, middle + root], dim=-1)

    def critical_ratio(self, eta: Any = 0.0) -> Tensor:
        r"""Return how slow the discriminator may be before the forger hops from mode to mode.

        Below this ratio :math:`r = \eta_\psi / \eta` the pair of eigenvalues of
        `balance_eigenvalues` has left the stable side, although balance may be the only minimum of
        the loss: the discriminator's answer comes too late (a Hopf bifurcation). The pair's sum is
        :math:`a - r/4` and its product :math:`\tfrac r4 (\tfrac18 - a)`. So the flow is stable
        exactly for :math:`a < \tfrac18`, which is the loss's own condition
        :math:`\lambda >` `TwoPointLoss.balance_threshold`, together with :math:`r > 4a`; that
        is :math:`r > \kappa/2 - \lambda` for `quadratic`. Steps of size :math:`\eta`, taken
        simultaneously, need a little more,

        .. math:: r > \frac{4a}{1 - \eta (\tfrac18 - a)} .

        Parameters
        ----------
        eta : array-like or Tensor, shape (...), optional
            The forger's step size, at least 0; 0 is the flow.

        Returns
        -------
        Tensor, shape (...), float64
            The ratio; 0 where no lag unsettles balance (:math:`a < 0`, or :math:`a = 0` with small
            steps); infinite where no discriminator is fast enough, because balance is no minimum of
            the loss or because :math:`\eta (\tfrac18 - a) \ge 1`.

        Raises
        ------
        ValueError
            If a step size is negative.

        Notes
        -----
        Steps can also be too large in themselves, :math:`\eta |a| > 2` or :math:`\eta r > 8` for
        example; this ratio speaks of lag alone.

        References
        ----------
        S. Strogatz, "Nonlinear Dynamics and Chaos", 2nd ed., Westview 2015, section 8.2.

        Examples
        --------
        >>> from gantext.games.two_point.game import TwoPointGame
        >>> TwoPointGame(kappa=0.8).critical_ratio()
        tensor(0.4000, dtype=torch.float64)
        >>> TwoPointGame(kappa=0.8, lam=0.4).critical_ratio()  # the bonus cures it
        tensor(0., dtype=torch.float64)
        """
        eta, a = non_negative("eta", eta), self._push()
        room = 1 - eta * (0.125 - a)
        possible = (a < 0) | ((a < 0.125) & (room > 0))
        return torch.where(possible, torch.where(a > 0, 4 * a / room, 0.0), torch.inf)

    def _push(self) -> Tensor:
        """Return a, the forger's own push away from balance: d v_theta / d theta at the origin."""
        return -(self.lam + self.kappa * self._complexity_curvature / 4) / 4 + 0.0  # not -0
