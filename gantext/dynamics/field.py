r"""The vector field of a game: where gradient play goes, how it turns, and what it conserves.

Every player follows its own gradient, so the pair moves with the velocity

.. math::

    v(\theta, \psi) =
    \bigl(-\nabla_\theta L_G(\theta, \psi),\; -\nabla_\psi L_D(\theta, \psi)\bigr).

In general :math:`v` is not the gradient of anything. Near an equilibrium its Jacobian decides
everything: the imaginary part of an eigenvalue is a frequency, the real part a rate of growth or
decay (Mescheder, Nowozin and Geiger 2017, "The Numerics of GANs").

A toy game's parameters are tensors of shape (..., m): the last dimension is the parameter vector,
the leading ones are a batch, and every function here follows them. A network's parameters are a
dict of tensors and stand for one member; batch those with `torch.func.vmap`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from gantext.core.checks import finite, vectors
from gantext.core.trees import batch_shape, gradient_and_value, over_members, ravel
from gantext.games.base import Game, Losses, Params


class Trajectory(NamedTuple):
    """A path of both players, or a batch of paths.

    Attributes
    ----------
    theta : Tensor, shape (T, ..., m)
        The generator's parameters at T moments.
    psi : Tensor, shape (T, ..., n)
        The discriminator's parameters at the same moments.
    """

    theta: Tensor
    psi: Tensor


def velocity(game: Game, theta: Params, psi: Params, batch: Any = None) -> tuple[Params, Params]:
    r"""Return :math:`v = (-\nabla_\theta L_G, -\nabla_\psi L_D)`.

    Parameters
    ----------
    game : Game
        Two losses.
    theta : Tensor of shape (..., m), or pytree of Tensor
        The generator's parameters.
    psi : Tensor of shape (..., n), or pytree of Tensor
        The discriminator's parameters.
    batch : optional
        Data and noise, the same for every member.

    Returns
    -------
    tuple
        ``(v_theta, v_psi)``, shaped like ``theta`` and ``psi`` with their batches broadcast.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.field import velocity
    >>> velocity(Bilinear.xy(), torch.tensor([3.0]), torch.tensor([2.0]))
    (tensor([-2.]), tensor([3.]))
    """
    return _for_each(lambda t, p: velocity_and_losses(game, t, p, batch)[0], theta, psi)


def velocity_and_losses(
    game: Game, theta: Params, psi: Params, batch: Any = None
) -> tuple[tuple[Params, Params], Losses]:
    """Return one member's velocity together with the losses met on the way.

    Parameters
    ----------
    game : Game
        Two losses.
    theta : Tensor of shape (m,), or pytree of Tensor
        The generator's parameters.
    psi : Tensor of shape (n,), or pytree of Tensor
        The discriminator's parameters.
    batch : optional
        Data and noise.

    Returns
    -------
    tuple
        ``((v_theta, v_psi), losses)``.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.field import velocity_and_losses
    >>> x, y = torch.tensor([2.0]), torch.tensor([3.0])
    >>> (v_x, v_y), losses = velocity_and_losses(Bilinear.xy(), x, y)
    >>> v_x.item(), v_y.item(), losses.generator.item()
    (-3.0, 2.0, 6.0)
    """
    # Descent on a loss is ascent on its negative, whose gradient is the velocity itself.
    v_theta, minus_generator = gradient_and_value(
        lambda t: -game.generator_loss(t, psi, batch), theta
    )
    v_psi, minus_discriminator = gradient_and_value(
        lambda p: -game.discriminator_loss(theta, p, batch), psi
    )
    return (v_theta, v_psi), Losses(-minus_generator, -minus_discriminator)


def jacobian(game: Game, theta: Params, psi: Params, batch: Any = None) -> Tensor:
    r"""Return the Jacobian of the velocity, :math:`J = \partial v / \partial (\theta, \psi)`.

    Parameters
    ----------
    game : Game
        Two losses.
    theta : Tensor of shape (..., m), or pytree of Tensor with m entries
        The generator's parameters.
    psi : Tensor of shape (..., n), or pytree of Tensor with n entries
        The discriminator's parameters.
    batch : optional
        Data and noise, the same for every member.

    Returns
    -------
    Tensor, shape (..., m + n, m + n)
        Rows and columns in the order: all of ``theta``, then all of ``psi``.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.field import jacobian
    >>> jacobian(Bilinear(A=[[1.0]], P=[[2.0]], Q=[[3.0]]), torch.zeros(1), torch.zeros(1))
    tensor([[-2., -1.],
            [ 1., -3.]])
    """

    def one(theta: Params, psi: Params) -> Tensor:
        point, unravel = ravel((theta, psi))

        def field(point: Tensor) -> Tensor:
            theta, psi = unravel(point)
            return ravel(velocity_and_losses(game, theta, psi, batch)[0])[0]

        return torch.func.jacrev(field)(point)

    return _for_each(one, theta, psi)


def spectrum(game: Game, theta: Params, psi: Params, batch: Any = None) -> Tensor:
    r"""Return the eigenvalues of the velocity's Jacobian.

    At an equilibrium, :math:`|\operatorname{Im} \lambda|` is a frequency (radians per unit of
    time) and :math:`\operatorname{Re} \lambda` the rate at which that motion grows (positive) or
    dies out (negative).

    Parameters
    ----------
    game : Game
        Two losses.
    theta : Tensor of shape (..., m), or pytree of Tensor with m entries
        The generator's parameters.
    psi : Tensor of shape (..., n), or pytree of Tensor with n entries
        The discriminator's parameters.
    batch : optional
        Data and noise, the same for every member.

    Returns
    -------
    Tensor, complex, shape (..., m + n)
        In the order of `sort_eigenvalues`.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.field import spectrum
    >>> spectrum(Bilinear.xy(), torch.zeros(1), torch.zeros(1))
    tensor([-0.-1.j, 0.+1.j])
    """
    return eigenvalues(jacobian(game, theta, psi, batch))


def eigenvalues(matrix: Tensor) -> Tensor:
    """Return a real matrix's eigenvalues, sorted.

    Computed by NumPy. The LAPACK (MKL) of PyTorch's x86 builds fails to converge on about one in a
    hundred of the small antisymmetric matrices that bilinear games are made of.

    Parameters
    ----------
    matrix : Tensor, shape (..., k, k)
        Real.

    Returns
    -------
    Tensor, complex, shape (..., k)
        In the order of `sort_eigenvalues`, on the matrix's device.

    Examples
    --------
    >>> import torch
    >>> from gantext.dynamics.field import eigenvalues
    >>> eigenvalues(torch.tensor([[0.0, -2.0], [2.0, 0.0]])).imag
    tensor([-2.,  2.])
    """
    values = torch.from_numpy(np.linalg.eigvals(matrix.numpy(force=True)))
    return sort_eigenvalues(values.to(matrix.dtype.to_complex()).to(matrix.device))


def sort_eigenvalues(values: Tensor) -> Tensor:
    """Sort complex numbers along the last dimension by imaginary part, then by real part.

    The order puts conjugate pairs at mirrored places. The imaginary part leads because a real
    matrix's eigenvalues have it exactly 0 or exactly paired, so that rounding cannot reorder the
    two of a pair. Modes of equal frequency may still swap: rounding decides between their imaginary
    parts.

    Parameters
    ----------
    values : Tensor, complex, shape (..., k)
        What to sort.

    Returns
    -------
    Tensor, complex, shape (..., k)
        Sorted.

    Examples
    --------
    >>> import torch
    >>> from gantext.dynamics.field import sort_eigenvalues
    >>> sort_eigenvalues(torch.tensor([1 + 1j, 2 - 1j, 1 - 1j]))
    tensor([1.-1.j, 2.-1.j, 1.+1.j])
    """
    by_real = torch.argsort(values.real, dim=-1, stable=True)
    values = values.gather(-1, by_real)
    return values.gather(-1, torch.argsort(values.imag, dim=-1, stable=True))


def flow(
    game: Game,
    theta: Tensor,
    psi: Tensor,
    times: Tensor,
    batch: Any = None,
    *,
    rtol: float = 1e-10,
    atol: float = 1e-12,
) -> Trajectory:
    r"""Follow the velocity in continuous time: :math:`(\dot\theta, \dot\psi) = v(\theta, \psi)`.

    This is gradient play with infinitely small steps. The integrator is scipy's DOP853 (Dormand
    and Prince, order 8, with error control); all members of a batch share its step.

    Parameters
    ----------
    game : Game
        A game whose parameters are tensors.
    theta : Tensor, shape (..., m)
        Start of the generator.
    psi : Tensor, shape (..., n)
        Start of the discriminator; its batch dimensions broadcast with ``theta``'s.
    times : Tensor, shape (T,)
        Increasing moments, in units of time; the start belongs to the first.
    batch : optional
        Data and noise, the same at every moment.
    rtol, atol : float, optional
        Relative and absolute error allowed per step.

    Returns
    -------
    Trajectory
        ``theta`` of shape (T, ..., m) and ``psi`` of shape (T, ..., n), float64.

    Raises
    ------
    ValueError
        If times do not increase, a start is not finite or a scalar, or the batch dimensions do not
        broadcast.
    RuntimeError
        If the integrator gives up, because the flow leaves every bound, say.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.field import flow
    >>> path = flow(Bilinear.xy(), torch.tensor([1.0]), torch.tensor([0.0]), [0.0, torch.pi / 2])
    >>> (path.theta[-1].abs() < 1e-8).item(), path.psi[-1].round(decimals=6)
    (True, tensor([1.], dtype=torch.float64))
    """
    theta, psi = (tensor.detach() for tensor in vectors(theta, psi))
    times = finite("times", times)
    if times.ndim != 1 or len(times) < 2 or bool((times.diff() <= 0).any()):
        raise ValueError(f"times: expected at least two increasing moments, got {times.tolist()}")
    lead = batch_shape(theta, psi)
    m, n = theta.shape[-1], psi.shape[-1]
    start = torch.cat([theta.expand(*lead, m), psi.expand(*lead, n)], dim=-1)

    def field(_: float, point: np.ndarray) -> np.ndarray:
        theta, psi = torch.from_numpy(point).reshape(start.shape).split([m, n], dim=-1)
        return torch.cat(velocity(game, theta, psi, batch), dim=-1).flatten().numpy(force=True)

    solution = solve_ivp(
        field,
        (float(times[0]), float(times[-1])),
        start.flatten().numpy(),
        method="DOP853",
        t_eval=times.numpy(),
        rtol=rtol,
        atol=atol,
    )
    if not solution.success:
        raise RuntimeError(f"flow: the integrator stopped early: {solution.message}")
    path = torch.from_numpy(solution.y.T.copy()).reshape(len(times), *start.shape)
    return Trajectory(*path.split([m, n], dim=-1))


def lie_derivative(
    game: Game,
    quantity: Callable[[Params, Params], Tensor],
    theta: Params,
    psi: Params,
    batch: Any = None,
) -> Tensor:
    r"""Return how fast a quantity changes along the flow, :math:`\dot q = \nabla q \cdot v`.

    A quantity is conserved exactly when this is 0 everywhere.

    Parameters
    ----------
    game : Game
        Two losses.
    quantity : callable
        ``quantity(theta, psi)`` for one member; returns a scalar.
    theta : Tensor of shape (..., m), or pytree of Tensor
        The generator's parameters.
    psi : Tensor of shape (..., n), or pytree of Tensor
        The discriminator's parameters.
    batch : optional
        Data and noise, the same for every member.

    Returns
    -------
    Tensor, shape (...)
        Change of the quantity per unit of time.

    Examples
    --------
    >>> import torch
    >>> from gantext.games.bilinear import Bilinear
    >>> from gantext.dynamics.field import lie_derivative
    >>> radius2 = lambda theta, psi: (theta**2).sum() + (psi**2).sum()
    >>> lie_derivative(Bilinear.xy(), radius2, torch.tensor([3.0]), torch.tensor([2.0])).item()
    0.0
    """

    def one(theta: Params, psi: Params) -> Tensor:
        v = velocity_and_losses(game, theta, psi, batch)[0]
        return torch.func.jvp(quantity, (theta, psi), v)[1]

    return _for_each(one, theta, psi)


def _for_each(function: Callable[[Params, Params], Any], theta: Params, psi: Params) -> Any:
    """Map over the batch dimensions of tensor parameters; a pytree is one member."""
    if isinstance(theta, Tensor) and isinstance(psi, Tensor):
        return over_members(function, theta, psi)
    return function(theta, psi)
