"""Mixtures of Gaussians: worlds whose modes and density are known."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from gantext.core.annotations import Count, NonNegative, Positive
from gantext.core.arguments import checked_arguments
from gantext.core.checks import (
    ArrayLike,
    Floating,
    FloatingType,
    Generator,
    Size,
    finite,
    last_dim,
    non_negative,
    shares,
)
from gantext.data.base import Dataset, as_shape
from gantext.data.device_rows import Rows

# Weights are rounded to multiples of 1 / STEPS, which fits the random integers of every device, MPS
# included.
STEPS = 2**30


class GaussianMixture(Dataset):
    r"""A mixture of round Gaussians.

    .. math:: p(x) = \sum_{k=1}^K w_k\, \mathcal N(x;\, \mu_k,\, \sigma_k^2 I)

    Parameters
    ----------
    means : array-like, shape (K, d)
        The centres :math:`\mu_k` of the modes, finite; kept in float64, as what follows.
    std : array-like, shape () or (K,)
        The standard deviation :math:`\sigma_k` in each coordinate, at least 0; kept as (K,).
    weights : array-like, shape (K,), optional
        The probabilities :math:`w_k` of the modes, equal by default. Draws round unequal ones to
        multiples of :math:`2^{-30} \approx 10^{-9}`.

    Attributes
    ----------
    modes : int
        The number :math:`K` of modes.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> mixture = gt.GaussianMixture([[-1.0], [1.0]], std=0.1, weights=[0.9, 0.1])
    >>> mixture.sample((64, 2), generator=torch.Generator().manual_seed(0)).shape
    torch.Size([64, 2, 1])
    """

    @checked_arguments
    def __init__(self, means: ArrayLike, std: ArrayLike, weights: ArrayLike | None = None) -> None:
        self.means = finite("means", means)
        if self.means.ndim != 2 or 0 in self.means.shape:
            raise ValueError(
                f"means: expected shape (K, d), one row a mode, got {tuple(self.means.shape)}"
            )
        self.modes = len(self.means)
        self.event_shape = (self.means.shape[1],)
        each = non_negative("std", std)
        if each.shape not in ((), (self.modes,)):
            raise ValueError(
                f"std: expected shape () or ({self.modes},), one a mode, got {tuple(each.shape)}"
            )
        self.std = each.expand(self.modes).clone()
        given = shares("weights", weights, self.modes)
        self.weights = given / given.sum()
        self._equal = bool((self.weights == self.weights[0]).all())
        self._means = Rows(self.means)
        self._std = Rows(self.std.unsqueeze(-1))
        self._thresholds = Rows((self.weights.cumsum(0) * STEPS).round().to(torch.int64))

    @checked_arguments
    def sample(
        self,
        count: Size,
        *,
        generator: Generator,
        dtype: FloatingType = torch.float32,
    ) -> Tensor:
        """Draw independent samples: a mode by its weight, then a point around its centre."""
        shape, device = as_shape(count), generator.device
        if self._equal:
            mode = torch.randint(self.modes, shape, generator=generator, device=device)
        else:
            uniform = torch.randint(STEPS, shape, generator=generator, device=device)
            mode = torch.searchsorted(self._thresholds.on(device), uniform, right=True)
        noise = torch.randn(
            shape + self.event_shape, generator=generator, device=device, dtype=dtype
        )
        return torch.addcmul(self._means.pick(mode, dtype), self._std.pick(mode, dtype), noise)

    def __repr__(self) -> str:
        low, high = (float(edge) for edge in (self.std.min(), self.std.max()))
        std = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        return f"GaussianMixture({self.modes} modes in {self.event_shape[0]} dimensions, std {std})"

    @checked_arguments
    def log_prob(self, x: Floating) -> Tensor:
        r"""Return the log density :math:`\log p(x)` of points, in nats; differentiable.

        Parameters
        ----------
        x : Tensor, shape (..., d)
            Floating point, on any device.

        Returns
        -------
        Tensor, shape (...)
            In the dtype and on the device of `x`. A `std` of 0 has no density: ValueError.
        """
        (dimension,) = self.event_shape
        last_dim("x", x, dimension)
        if not bool((self.std > 0).all()):
            raise ValueError("std: expected values > 0, got 0; a point mass has no density")
        means, std = self._means.on(x.device, x.dtype), self._std.on(x.device, x.dtype)
        scale = self.weights.log() - dimension * (self.std * math.sqrt(2 * math.pi)).log()
        distance = ((x.unsqueeze(-2) - means) / std).square().sum(-1)
        return torch.logsumexp(scale.to(x.dtype).to(x.device) - distance / 2, -1)


@checked_arguments
def two_points(std: NonNegative = 0.0) -> GaussianMixture:
    r"""Return the two-point world: half of the data at :math:`-1` (mode 0), half at :math:`+1`.

    Parameters
    ----------
    std : float, optional
        The standard deviation around each point, at least 0.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.two_points(std=0.5)
    GaussianMixture(2 modes in 1 dimensions, std 0.5)
    """
    return GaussianMixture([[-1.0], [1.0]], std)


@checked_arguments
def ring(modes: Count = 8, radius: Positive = 2.0, std: NonNegative = 0.02) -> GaussianMixture:
    r"""Return equal Gaussians in the plane, evenly spaced on a circle.

    Radius 2 and standard deviation 0.02 are those of unrolled GANs (Metz et al. 2017,
    arXiv:1611.02163). PacGAN (Lin et al. 2018, arXiv:1712.04086) has radius 1 and variance
    :math:`10^{-4}`, hence 0.01: the same picture at half the size.

    Parameters
    ----------
    modes : int, optional
        How many, at least 1; mode k stands at the angle :math:`2\pi k / K`.
    radius, std : float, optional
        The circle's radius, above 0, and the standard deviation in each coordinate, at least 0.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.ring(modes=2).means.round()
    tensor([[ 2.,  0.],
            [-2.,  0.]], dtype=torch.float64)
    """
    angle = 2 * math.pi * torch.arange(modes, dtype=torch.float64) / modes
    directions = torch.stack([angle.cos(), angle.sin()], -1)
    return GaussianMixture(radius * directions, std)


@checked_arguments
def grid(side: Count = 5, spacing: Positive = 2.0, std: NonNegative = 0.05) -> GaussianMixture:
    r"""Return equal Gaussians on a square grid around the origin of the plane.

    The defaults are those of PacGAN (Lin et al. 2018, arXiv:1712.04086): 25 centres
    :math:`(-4 + 2i, -4 + 2j)` with variance 0.0025.

    Parameters
    ----------
    side : int, optional
        How many along each side, at least 1; mode ``side * i + j`` is the i-th from the left and
        the j-th from below.
    spacing, std : float, optional
        The distance between neighbours, above 0, and the standard deviation, at least 0.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.grid().modes
    25
    """
    steps = torch.arange(side, dtype=torch.float64)
    along = spacing * (steps - (side - 1) / 2)
    return GaussianMixture(torch.cartesian_prod(along, along), std)
