"""The bilinear game, where both players chase each other in circles."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gantext.core.checks import as_float64, finite, holds, last_dim
from gantext.games.base import Game, Losses


class Bilinear(Game):
    r"""The zero-sum game of a bilinear form, with optional quadratic terms.

    .. math::

        f(\theta, \psi) = \theta^\top A \psi
        + \tfrac12 \theta^\top P \theta - \tfrac12 \psi^\top Q \psi,
        \qquad L_G = f, \quad L_D = -f .

    The velocity of gradient play is :math:`\dot\theta = -A\psi - P\theta`, :math:`\dot\psi =
    A^\top\theta - Q\psi`, so the origin is always at rest. Without the quadratic terms the
    singular value decomposition :math:`A = U \Sigma V^\top` splits the game into independent
    circles, one for each singular value :math:`\sigma_i`, which is also its frequency. Positive
    definite :math:`P` and :math:`Q` damp.

    Parameters
    ----------
    A : array-like or Tensor, shape (m, n)
        The interaction; becomes float64.
    P : array-like or Tensor, shape (m, m), optional
        The generator's own curvature, symmetric. None is zero.
    Q : array-like or Tensor, shape (n, n), optional
        The discriminator's own curvature, symmetric. None is zero.

    Attributes
    ----------
    A : Tensor, shape (m, n)
        The interaction, float64.
    P : Tensor, shape (m, m), or None
        The generator's own curvature, float64.
    Q : Tensor, shape (n, n), or None
        The discriminator's own curvature, float64.

    Raises
    ------
    ValueError
        If a matrix has the wrong shape, is not finite, or if `P` or `Q` is not symmetric.

    References
    ----------
    Mescheder, L., Nowozin, S. and Geiger, A. (2017). The Numerics of GANs. NeurIPS.
    arXiv:1705.10461.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> game = Bilinear([[3.0, 0.0], [0.0, 0.5]])
    >>> game.frequencies()
    tensor([3.0000, 0.5000], dtype=torch.float64)
    >>> game.value(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 1.0]))
    tensor(4., dtype=torch.float64)
    """

    affine = True

    def __init__(self, A: Any, P: Any = None, Q: Any = None) -> None:
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
        r"""Return the smallest game that turns, :math:`f(x, y) = xy`.

        Returns
        -------
        Bilinear
            With :math:`A = (1)`; `theta` is :math:`x` and `psi` is :math:`y`, both of shape (...,
            1).

        Examples
        --------
        >>> from gantext.games.bilinear import Bilinear
        >>> Bilinear.xy().value([2.0], [3.0])
        tensor(6., dtype=torch.float64)
        """
        return cls([[1.0]])

    def value(self, theta: Any, psi: Any) -> Tensor:
        r"""Return the value :math:`f(\theta, \psi)`.

        Parameters
        ----------
        theta : array-like or Tensor, shape (..., m)
            The generator's parameters.
        psi : array-like or Tensor, shape (..., n)
            The discriminator's parameters; leading dimensions broadcast against those of `theta`.

        Returns
        -------
        Tensor, shape (...)
            The value, float64.

        Raises
        ------
        ValueError
            If a last dimension does not fit `A`, or a value is NaN.

        Examples
        --------
        >>> from gantext.games.bilinear import Bilinear
        >>> Bilinear([[1.0]], P=[[2.0]]).value([[0.0], [1.0]], [3.0])
        tensor([0., 4.], dtype=torch.float64)
        """
        return self._value(as_float64("theta", theta), as_float64("psi", psi))

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        r"""Return both players' losses, :math:`(f, -f)`.

        Parameters
        ----------
        theta : Tensor, shape (m,)
            The generator's parameters.
        psi : Tensor, shape (n,)
            The discriminator's parameters.
        batch : None, optional
            Not used: the game draws no samples.

        Returns
        -------
        Losses
            Two scalars.

        Raises
        ------
        ValueError
            If a last dimension does not fit `A`.

        Examples
        --------
        >>> import torch
        >>> from gantext.games.bilinear import Bilinear
        >>> losses = Bilinear.xy().losses(torch.tensor([2.0]), torch.tensor([3.0]))
        >>> losses.generator.item(), losses.discriminator.item()
        (6.0, -6.0)
        """
        value = self._value(theta, psi)
        return Losses(generator=value, discriminator=-value)

    def frequencies(self) -> Tensor:
        r"""Return the frequencies of the rotation that `A` makes: its singular values.

        With :math:`P = Q = 0` the eigenvalues of the velocity's Jacobian are :math:`\pm
        i\sigma_j`, and :math:`|m - n|` zeros. With quadratic terms ask
        `gantext.dynamics.field.spectrum` instead.

        Returns
        -------
        Tensor, shape (min(m, n),)
            Singular values in descending order, in radians per unit of time, float64.

        Examples
        --------
        >>> from gantext.games.bilinear import Bilinear
        >>> Bilinear([[0.0, 2.0, 0.0]]).frequencies()
        tensor([2.], dtype=torch.float64)
        """
        values: Tensor = torch.linalg.svdvals(self.A)
        return values

    def mode_energies(self, theta: Any, psi: Any) -> Tensor:
        r"""Return each circle's squared radius, :math:`(u_i^\top\theta)^2 + (v_i^\top\psi)^2`.

        Here :math:`u_i` and :math:`v_i` are the singular vectors of `A`, in the order of
        `frequencies`. The flow conserves each of these when :math:`P = Q = 0`.

        Parameters
        ----------
        theta : array-like or Tensor, shape (..., m)
            The generator's parameters.
        psi : array-like or Tensor, shape (..., n)
            The discriminator's parameters; leading dimensions broadcast against those of `theta`.

        Returns
        -------
        Tensor, shape (..., min(m, n))
            The energies, float64.

        Raises
        ------
        ValueError
            If a last dimension does not fit `A`, or a value is NaN.

        Examples
        --------
        >>> from gantext.games.bilinear import Bilinear
        >>> Bilinear([[3.0, 0.0], [0.0, 0.5]]).mode_energies([1.0, 2.0], [3.0, 4.0])
        tensor([10., 20.], dtype=torch.float64)
        """
        m, n = self.A.shape
        u, _, vh = torch.linalg.svd(self.A, full_matrices=False)
        along_u: Tensor = last_dim("theta", as_float64("theta", theta), m) @ u
        along_v: Tensor = last_dim("psi", as_float64("psi", psi), n) @ vh.mT
        return along_u.square() + along_v.square()

    def _value(self, theta: Tensor, psi: Tensor) -> Tensor:
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


def _symmetric(name: str, value: Any, size: int) -> Tensor:
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
