"""The bilinear game, where both players chase each other in circles."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, broadcastable, finite, holds, last_dim
from gantext.games.base import Game, Losses


class Bilinear(Game):
    r"""The zero-sum game of a bilinear form, with optional quadratic terms.

    .. math::
        f(\theta, \psi) = \theta^\top A \psi + \tfrac12 \theta^\top P \theta
        - \tfrac12 \psi^\top Q \psi, \qquad L_G = f, \quad L_D = -f .

    The velocity of gradient play is :math:`\dot\theta = -A\psi - P\theta`, :math:`\dot\psi =
    A^\top\theta - Q\psi`, so the origin is always at rest. Without the quadratic terms the singular
    value decomposition :math:`A = U \Sigma V^\top` splits the game into independent circles, one
    for each singular value :math:`\sigma_i`, which is also its frequency. Positive definite
    :math:`P` and :math:`Q` damp. (Mescheder et al. 2017, arXiv:1705.10461.)

    Parameters
    ----------
    A : array-like, shape (m, n)
        The interaction.
    P, Q : array-like, shapes (m, m) and (n, n), optional
        Each player's own curvature, symmetric; zero by default.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.Bilinear([[3.0, 0.0], [0.0, 0.5]]).value([1.0, 2.0], [1.0, 1.0])
    tensor(4., dtype=torch.float64)
    """

    affine = True

    @checked_arguments
    def __init__(
        self, A: ArrayLike, P: ArrayLike | None = None, Q: ArrayLike | None = None
    ) -> None:
        self.A = finite("A", A).clone()  # the caller may go on writing into its array
        if self.A.ndim != 2 or self.A.numel() == 0:
            raise ValueError(
                f"A: expected a matrix of shape (m, n), got shape {tuple(self.A.shape)}"
            )
        m, n = self.A.shape
        self.P = None if P is None else _symmetric("P", P, m)
        self.Q = None if Q is None else _symmetric("Q", Q, n)

    @classmethod
    def xy(cls) -> Bilinear:
        """Return the smallest game that turns, f(x, y) = xy, with x for `theta` and y for `psi`."""
        return cls([[1.0]])

    @checked_arguments
    def value(self, theta: ArrayLike, psi: ArrayLike) -> Tensor:
        r"""Return the value :math:`f(\theta, \psi)`.

        Parameters
        ----------
        theta, psi : array-like, shapes (..., m) and (..., n)
            The players' parameters.
        """
        return self._value(*self._players(theta, psi))

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        """Return both players' losses, the value and its negative."""
        value = self._value(theta, psi)
        return Losses(generator=value, discriminator=-value)

    def frequencies(self) -> Tensor:
        r"""Return the frequencies of the rotation that `A` makes: its singular values, descending.

        They are in radians per unit of time. With :math:`P = Q = 0` the eigenvalues of the
        velocity's Jacobian are :math:`\pm i\sigma_j`, and :math:`|m - n|` zeros. With quadratic
        terms ask `gantext.spectrum` instead.
        """
        values: Tensor = torch.linalg.svdvals(self.A)
        return values

    @checked_arguments
    def mode_energies(self, theta: ArrayLike, psi: ArrayLike) -> Tensor:
        r"""Return each circle's squared radius, :math:`(u_i^\top\theta)^2 + (v_i^\top\psi)^2`.

        Here :math:`u_i` and :math:`v_i` are the singular vectors of `A`, in the order of
        `frequencies`. The flow conserves all min(m, n) of them when :math:`P = Q = 0`.

        Parameters
        ----------
        theta, psi : array-like, shapes (..., m) and (..., n)
            The players' parameters.
        """
        theta, psi = self._players(theta, psi)
        u, _, vh = torch.linalg.svd(self.A, full_matrices=False)
        along_u: Tensor = theta @ u
        along_v: Tensor = psi @ vh.mT
        return along_u.square() + along_v.square()

    def _players(self, theta: ArrayLike, psi: ArrayLike) -> tuple[Tensor, Tensor]:
        """Require both players' parameters: finite, and of shapes that fit."""
        m, n = self.A.shape
        theta = last_dim("theta", finite("theta", theta), m)
        psi = last_dim("psi", finite("psi", psi), n)
        broadcastable(("theta", "psi"), (theta[..., 0], psi[..., 0]), inner=0)
        return theta, psi

    def _value(self, theta: Tensor, psi: Tensor) -> Tensor:
        """Return the value at tensors, whose numbers need no check."""
        m, n = self.A.shape
        theta = last_dim("theta", theta, m).to(self.A.dtype)
        psi = last_dim("psi", psi, n).to(self.A.dtype)
        value = _form(theta, self.A, psi)
        if self.P is not None:
            value = value + 0.5 * _form(theta, self.P, theta)
        if self.Q is not None:
            value = value - 0.5 * _form(psi, self.Q, psi)
        return value


def _form(left: Tensor, matrix: Tensor, right: Tensor) -> Tensor:
    """Return ``left' matrix right`` over leading dimensions."""
    return (left * (matrix * right.unsqueeze(-2)).sum(-1)).sum(-1)


def _symmetric(name: str, value: ArrayLike, size: int) -> Tensor:
    """Require a finite symmetric matrix: the form would silently see only the symmetric part."""
    matrix = finite(name, value)
    if tuple(matrix.shape) != (size, size):
        raise ValueError(
            f"{name}: expected shape ({size}, {size}) to fit A, got {tuple(matrix.shape)}"
        )
    gap = (matrix - matrix.mT).abs().amax()
    if holds(gap > 1e-6 * matrix.abs().amax()):  # float32 arithmetic may leave a trace
        raise ValueError(
            f"{name}: expected a symmetric matrix, got entries that differ by {float(gap):.6g}"
        )
    return matrix.clone()
