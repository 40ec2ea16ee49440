"""Mixtures of Gaussians: worlds whose modes and density are known."""

from __future__ import annotations

import math
from typing import Any

import torch
from torch import Tensor

from gantext.core.checks import finite, non_negative, probabilities
from gantext.data.base import (
    _STEPS,
    Dataset,
    _checked,
    _Copies,
    _count,
    _kind,
    _take,
)


class GaussianMixture(Dataset):
    r"""A mixture of round Gaussians.

    .. math:: p(x) = \sum_{k=1}^K w_k\, \mathcal N(x;\, \mu_k,\, \sigma_k^2 I)

    Parameters
    ----------
    means : array-like or Tensor, shape (K, d)
        The centres :math:`\mu_k` of the modes.
    std : float or array-like, shape () or (K,)
        The standard deviation :math:`\sigma_k` in each coordinate, at least zero; at zero the mode
        is a point.
    weights : array-like or Tensor, shape (K,), optional
        The probabilities :math:`w_k` of the modes; equal when not given.

    Attributes
    ----------
    means : Tensor, shape (K, d), float64
        The centres.
    std : Tensor, shape (K,), float64
        The standard deviations.
    weights : Tensor, shape (K,), float64
        The probabilities of the modes.
    modes : int
        The number :math:`K` of modes.
    event_shape : tuple of int
        ``(d,)``.

    Raises
    ------
    ValueError
        If a shape does not fit, a mean is not finite, `std` is negative or not finite, or `weights`
        are no probabilities.

    Examples
    --------
    >>> import torch
    >>> from gantext.data.mixtures import GaussianMixture
    >>> mixture = GaussianMixture([[-1.0], [1.0]], std=0.1, weights=[0.9, 0.1])
    >>> mixture.sample((64, 2), generator=torch.Generator().manual_seed(0)).shape
    torch.Size([64, 2, 1])
    """

    def __init__(self, means: Any, std: Any, weights: Any = None) -> None:
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
        equal = torch.full((self.modes,), 1 / self.modes, dtype=torch.float64)
        given = equal if weights is None else probabilities("weights", weights)
        if given.shape != (self.modes,):
            raise ValueError(
                f"weights: expected shape ({self.modes},), one a mode, got {tuple(given.shape)}"
            )
        self.weights = given / given.sum()
        self._equal = bool((self.weights == self.weights[0]).all())
        self._means = _Copies(self.means)
        self._std = _Copies(self.std.unsqueeze(-1))
        self._cumulative = _Copies(_thresholds(self.weights))

    def sample(
        self,
        count: int | tuple[int, ...],
        *,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        r"""Draw independently: a mode by its weight, then a point around its centre.

        Parameters
        ----------
        count : int or tuple of int
            How many, or in which shape.
        generator : torch.Generator
            Where the randomness comes from; the draws land on its device.
        dtype : torch.dtype, optional
            A floating-point type.

        Returns
        -------
        Tensor, shape (count..., d)
            The draws.

        Raises
        ------
        ValueError
            If `count` is negative.
        TypeError
            If `count` is no integer nor tuple of them, `generator` no `torch.Generator`, or `dtype`
            no floating-point type.

        Notes
        -----
        Equal weights are drawn as they are. Others are rounded to multiples of
        :math:`2^{-30} \approx 10^{-9}`.
        """
        shape, device = _checked(count, generator, dtype)
        if self._equal:
            index = torch.randint(self.modes, shape, generator=generator, device=device)
        else:
            uniform = torch.randint(_STEPS, shape, generator=generator, device=device)
            index = torch.searchsorted(self._cumulative.on(device), uniform, right=True)
        noise = torch.randn(
            shape + self.event_shape, generator=generator, device=device, dtype=dtype
        )
        means, std = self._means.on(device, dtype), self._std.on(device, dtype)
        return torch.addcmul(_take(means, index), _take(std, index), noise)

    def __repr__(self) -> str:
        low, high = (float(edge) for edge in (self.std.min(), self.std.max()))
        std = f"{low:g}" if low == high else f"{low:g} to {high:g}"
        return f"GaussianMixture({self.modes} modes in {self.event_shape[0]} dimensions, std {std})"

    def log_prob(self, x: Tensor) -> Tensor:
        r"""Return the log density :math:`\log p(x)`, differentiable.

        Parameters
        ----------
        x : Tensor, shape (..., d)
            Points, floating point, on any device.

        Returns
        -------
        Tensor, shape (...)
            The log density in nats, in `x`'s own type and on its device.

        Raises
        ------
        ValueError
            If the last dimension is not d, or a standard deviation is zero: points have no density.
        TypeError
            If `x` is no floating-point tensor.

        Examples
        --------
        >>> import torch
        >>> from gantext.data.mixtures import two_points
        >>> two_points(std=0.5).log_prob(torch.tensor([[0.0], [1.0]]))
        tensor([-2.2258, -0.9186])
        """
        if not isinstance(x, Tensor) or not x.is_floating_point():
            raise TypeError(f"x: expected a floating-point tensor, got {_kind(x)}")
        (dimension,) = self.event_shape
        if x.ndim == 0 or x.shape[-1] != dimension:
            raise ValueError(f"x: expected shape (..., {dimension}), got {tuple(x.shape)}")
        if not bool((self.std > 0).all()):
            raise ValueError("std: expected values > 0, got 0; a point mass has no density")
        means = self._means.on(x.device, x.dtype)
        std = self._std.on(x.device, x.dtype).squeeze(-1)
        scale = self.weights.log() - dimension * (self.std * math.sqrt(2 * math.pi)).log()
        distance = ((x.unsqueeze(-2) - means) / std.unsqueeze(-1)).square().sum(-1)
        return torch.logsumexp(scale.to(x.dtype).to(x.device) - distance / 2, -1)


def two_points(std: float = 0.0) -> GaussianMixture:
    r"""Return the two-point world: half of the data at :math:`-1`, half at :math:`+1`.

    Parameters
    ----------
    std : float, optional
        The standard deviation around each point, at least zero.

    Returns
    -------
    GaussianMixture
        In one dimension; mode 0 is :math:`-1`.

    Raises
    ------
    ValueError
        If `std` is negative or not finite.

    Examples
    --------
    >>> import torch
    >>> from gantext.data.mixtures import two_points
    >>> draws = two_points().sample(100, generator=torch.Generator().manual_seed(0))
    >>> draws.unique()
    tensor([-1.,  1.])
    """
    return GaussianMixture([[-1.0], [1.0]], std)


def ring(modes: int = 8, radius: float = 2.0, std: float = 0.02) -> GaussianMixture:
    r"""Return equal Gaussians, evenly spaced on a circle.

    Parameters
    ----------
    modes : int, optional
        How many, at least 1.
    radius : float, optional
        The circle's radius, above zero.
    std : float, optional
        The standard deviation of each Gaussian in each coordinate, at least zero.

    Returns
    -------
    GaussianMixture
        In two dimensions; mode k stands at the angle :math:`2\pi k / K`.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    TypeError
        If `modes` is no integer.

    Notes
    -----
    Radius 2 and standard deviation 0.02 are those of unrolled GANs [1]_. PacGAN [2]_ has radius 1
    and variance :math:`10^{-4}`, hence 0.01: the same picture at half the size.

    References
    ----------
    .. [1] Metz, L., Poole, B., Pfau, D. and Sohl-Dickstein, J. (2017). Unrolled Generative
       Adversarial Networks. ICLR. arXiv:1611.02163.
    .. [2] Lin, Z., Khetan, A., Fanti, G. and Oh, S. (2018). PacGAN: The Power of Two Samples in
       Generative Adversarial Networks. NeurIPS. arXiv:1712.04086.

    Examples
    --------
    >>> from gantext.data.mixtures import ring
    >>> ring(modes=4).means.round()
    tensor([[ 2.,  0.],
            [ 0.,  2.],
            [-2.,  0.],
            [-0., -2.]], dtype=torch.float64)
    """
    at_least_one = _count("modes", modes)
    angle = 2 * math.pi * torch.arange(at_least_one, dtype=torch.float64) / at_least_one
    directions = torch.stack([angle.cos(), angle.sin()], -1)
    return GaussianMixture(_length("radius", radius) * directions, std)


def grid(side: int = 5, spacing: float = 2.0, std: float = 0.05) -> GaussianMixture:
    r"""Return equal Gaussians on a square grid around the origin.

    Parameters
    ----------
    side : int, optional
        How many along each side, at least 1.
    spacing : float, optional
        The distance between neighbours, above zero.
    std : float, optional
        The standard deviation of each Gaussian in each coordinate, at least zero.

    Returns
    -------
    GaussianMixture
        In two dimensions; mode ``side * i + j`` is the i-th from the left and the j-th from below.

    Raises
    ------
    ValueError
        If an argument is out of its range.
    TypeError
        If `side` is no integer.

    Notes
    -----
    The defaults are PacGAN's [1]_: 25 centres :math:`(-4 + 2i, -4 + 2j)` with variance 0.0025.

    References
    ----------
    .. [1] Lin, Z., Khetan, A., Fanti, G. and Oh, S. (2018). PacGAN: The Power of Two Samples in
       Generative Adversarial Networks. NeurIPS. arXiv:1712.04086.

    Examples
    --------
    >>> from gantext.data.mixtures import grid
    >>> grid().modes
    25
    >>> grid(side=2).means
    tensor([[-1., -1.],
            [-1.,  1.],
            [ 1., -1.],
            [ 1.,  1.]], dtype=torch.float64)
    """
    steps = torch.arange(_count("side", side), dtype=torch.float64)
    along = _length("spacing", spacing) * (steps - (len(steps) - 1) / 2)
    return GaussianMixture(torch.cartesian_prod(along, along), std)


def _thresholds(weights: Tensor) -> Tensor:
    """Return where an integer below `_STEPS` passes from one mode to the next."""
    return (weights.cumsum(0) * _STEPS).round().to(torch.int64)


def _length(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name}: expected a finite number > 0, got {value}")
    return value
