r"""The vector field of a game: where gradient play goes, how it turns, and what it conserves.

Every player follows its own gradient, so the pair moves with the velocity

.. math::

    v(\theta, \psi) =
    \bigl(-\nabla_\theta L_G(\theta, \psi),\; -\nabla_\psi L_D(\theta, \psi)\bigr).

In general :math:`v` is not the gradient of anything. Near a stationary point, where it is zero,
its Jacobian says how the players turn and whether that dies out, unless an eigenvalue lies on the
imaginary axis (Mescheder, Nowozin and Geiger 2017, "The Numerics of GANs").

A toy game's parameters are tensors of shape (..., m), with any number of members in the leading
dimensions, which every function here follows. A network's are a dict of tensors, for one member.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
import torch
from scipy.integrate import solve_ivp
from torch import Tensor

from gantext.core.annotations import NonNegative, Positive
from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Player, Square, finite, vectors
from gantext.core.trees import batch_shape, gradient_and_value, over_members, ravel
from gantext.games.base import Game, Losses, Params


class Trajectory(NamedTuple):
    """A path of both players, or a batch of paths.

    Attributes
    ----------
    theta, psi : Tensor, shapes (T, ..., m) and (T, ..., n)
        The generator's and the discriminator's parameters at T moments.
    """

    theta: Tensor
    psi: Tensor


@checked_arguments
def velocity(game: Game, theta: Player, psi: Player, batch: Any = None) -> tuple[Params, Params]:
    r"""Return :math:`v = (-\nabla_\theta L_G, -\nabla_\psi L_D)`, shaped like (theta, psi).

    >>> import torch
    >>> import gantext as gt
    >>> gt.velocity(gt.Bilinear.xy(), torch.tensor([3.0]), torch.tensor([2.0]))
    (tensor([-2.]), tensor([3.]))

    Parameters
    ----------
    game : Game
        Two losses.
    theta, psi : Tensors of shapes (..., m) and (..., n), or pytrees of Tensor with as many entries
        The generator's and the discriminator's parameters; leading dimensions are broadcast.
    batch : optional
        Data and noise, the same for every member.
    """
    return _velocity(game, theta, psi, batch)


def _velocity(game: Game, theta: Params, psi: Params, batch: Any) -> tuple[Params, Params]:
    return _for_each(lambda t, p: velocity_and_losses(game, t, p, batch)[0], theta, psi)


def velocity_and_losses(
    game: Game, theta: Params, psi: Params, batch: Any = None
) -> tuple[tuple[Params, Params], Losses]:
    """Return one member's ``(v_theta, v_psi)``, together with the losses met on the way."""
    # Descent on a loss is ascent on its negative, whose gradient is the velocity itself.
    v_theta, minus_generator = gradient_and_value(
        lambda t: -game.generator_loss(t, psi, batch), theta
    )
    v_psi, minus_discriminator = gradient_and_value(
        lambda p: -game.discriminator_loss(theta, p, batch), psi
    )
    return (v_theta, v_psi), Losses(-minus_generator, -minus_discriminator)


@checked_arguments
def jacobian(game: Game, theta: Player, psi: Player, batch: Any = None) -> Tensor:
    r"""Return :math:`J = \partial v / \partial (\theta, \psi)`, shape (..., m + n, m + n).

    >>> import torch
    >>> import gantext as gt
    >>> game = gt.Bilinear(A=[[1.0]], P=[[2.0]], Q=[[3.0]])
    >>> gt.jacobian(game, torch.zeros(1), torch.zeros(1))
    tensor([[-2., -1.],
            [ 1., -3.]])

    Parameters
    ----------
    game, theta, psi, batch : Any
        As for `velocity`.
    """

    def one(theta: Params, psi: Params) -> Tensor:
        point, unravel = ravel((theta, psi))

        def field(point: Tensor) -> Tensor:
            theta, psi = unravel(point)
            return ravel(velocity_and_losses(game, theta, psi, batch)[0])[0]

        return torch.func.jacrev(field)(point)

    return _for_each(one, theta, psi)


@checked_arguments
def spectrum(game: Game, theta: Player, psi: Player, batch: Any = None) -> Tensor:
    r"""Return the eigenvalues of the velocity's Jacobian, shape (..., m + n), sorted.

    At a stationary point, :math:`|\operatorname{Im} \lambda|` is a frequency (radians per unit of
    time) and :math:`\operatorname{Re} \lambda` the rate at which that motion grows (positive) or
    dies out (negative). The order is that of `eigenvalues`.

    >>> import torch
    >>> import gantext as gt
    >>> gt.spectrum(gt.Bilinear.xy(), torch.zeros(1), torch.zeros(1))
    tensor([-0.-1.j, 0.+1.j])

    Parameters
    ----------
    game, theta, psi, batch : Any
        As for `velocity`.
    """
    return eigenvalues(jacobian(game, theta, psi, batch))


@checked_arguments
def eigenvalues(matrix: Square) -> Tensor:
    """Return a matrix's eigenvalues, shape (..., k), sorted by imaginary part, then by real part.

    >>> import torch
    >>> import gantext as gt
    >>> gt.eigenvalues(torch.tensor([[0.0, -2.0], [2.0, 0.0]])).imag
    tensor([-2.,  2.])

    Parameters
    ----------
    matrix : Tensor, shape (..., k, k)
        Real.
    """
    # Computed by NumPy. The LAPACK (MKL) of PyTorch's x86 builds fails to converge on about one in
    # a hundred of the small antisymmetric matrices that bilinear games are made of.
    values = torch.from_numpy(np.linalg.eigvals(matrix.numpy(force=True)))
    return sort_eigenvalues(values.to(matrix.dtype.to_complex()).to(matrix.device))


def sort_eigenvalues(values: Tensor) -> Tensor:
    """Sort complex numbers along the last dimension by imaginary part, then by real part."""
    # The imaginary parts of a real matrix's eigenvalues are exactly 0 or exactly paired: rounding
    # cannot reorder the two of a pair, which end up at mirrored places. Modes of equal frequency
    # may still swap.
    by_real = torch.argsort(values.real, dim=-1, stable=True)
    values = values.gather(-1, by_real)
    return values.gather(-1, torch.argsort(values.imag, dim=-1, stable=True))


@checked_arguments
def flow(
    game: Game,
    theta: ArrayLike,
    psi: ArrayLike,
    times: ArrayLike,
    batch: Any = None,
    *,
    rtol: Positive = 1e-10,
    atol: NonNegative = 1e-12,
) -> Trajectory:
    r"""Follow the velocity in continuous time: :math:`(\dot\theta, \dot\psi) = v(\theta, \psi)`.

    This is gradient play with infinitely small steps. The integrator is scipy's DOP853 (Dormand
    and Prince, order 8, with error control); all members of a batch share its step. A
    ``RuntimeError`` says that it gave up, because the flow leaves every bound, say.

    >>> import gantext as gt
    >>> path = gt.flow(gt.Bilinear.xy(), [1.0], [0.0], [0.0, 1.5708])  # a quarter of a turn
    >>> path.psi[-1].round(decimals=6)
    tensor([1.], dtype=torch.float64)

    Parameters
    ----------
    game : Game
        A game whose parameters are tensors.
    theta, psi : array-like, shapes (..., m) and (..., n)
        Start of the generator and of the discriminator; finite.
    times : array-like, shape (T,)
        Increasing moments, in units of time; the start belongs to the first.
    batch : optional
        Data and noise, the same at every moment.
    rtol, atol : float, optional
        Relative and absolute error allowed per step.
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
        return torch.cat(_velocity(game, theta, psi, batch), dim=-1).flatten().numpy(force=True)

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


@checked_arguments
def lie_derivative(
    game: Game,
    quantity: Callable[[Params, Params], Tensor],
    theta: Player,
    psi: Player,
    batch: Any = None,
) -> Tensor:
    r"""Return how fast a quantity changes along the flow, :math:`\dot q = \nabla q \cdot v`.

    A quantity is conserved exactly when this, of shape (...), is 0 everywhere.

    >>> import torch
    >>> import gantext as gt
    >>> xy, at = gt.Bilinear.xy(), torch.tensor([3.0])
    >>> gt.lie_derivative(xy, lambda x, y: (x**2 + y**2).sum(), at, at)
    tensor(0.)

    Parameters
    ----------
    game, quantity, theta, psi, batch : Any
        As for `velocity`; ``quantity(theta, psi)`` returns a scalar for one member.
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
