r"""What the forger must imitate: worlds of known density, and small images.

Every draw takes its randomness from a `torch.Generator` that you pass, and lands on that
generator's device. Draw *outside* `torch.func.vmap`, which does not know of generators: one call
with ``count=(members, batch)`` gives each member its own samples.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from functools import cache
from typing import Any

import torch
from torch import Tensor

from gantext._validation import finite, non_negative, probabilities


class Dataset(ABC):
    """A distribution to draw from.

    A subclass says what one draw looks like, and draws.

    Attributes
    ----------
    event_shape : tuple of int
        The shape of one draw.
    """

    event_shape: tuple[int, ...]

    @abstractmethod
    def sample(
        self,
        count: int | tuple[int, ...],
        *,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Draw independently.

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
        Tensor, shape (count..., event_shape...)
            The draws.

        Raises
        ------
        ValueError
            If `count` is negative.
        TypeError
            If `count` is no integer nor tuple of them, `generator` no `torch.Generator`, or `dtype`
            no floating-point type.
        """


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
    >>> from gantext.datasets import GaussianMixture
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
        >>> from gantext.datasets import two_points
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
    >>> from gantext.datasets import two_points
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
    >>> from gantext.datasets import ring
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
    >>> from gantext.datasets import grid
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


class Images(Dataset):
    """Pictures with labels, drawn with replacement.

    Parameters
    ----------
    images : Tensor, shape (N, C, H, W)
        Floating point, in [-1, 1].
    labels : Tensor, shape (N,)
        The class of each, integers from 0.

    Attributes
    ----------
    images : Tensor, shape (N, C, H, W)
        The pictures.
    labels : Tensor, shape (N,), int64
        Their classes.
    classes : int
        The number of classes, one more than the largest label.
    event_shape : tuple of int
        ``(C, H, W)``.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not in its range, or there is no picture.
    TypeError
        If `images` is no floating-point tensor, or `labels` no tensor of integers.

    Examples
    --------
    >>> import torch
    >>> from gantext.datasets import Images
    >>> data = Images(torch.zeros(10, 3, 8, 8), torch.arange(10))
    >>> data.sample(5, generator=torch.Generator().manual_seed(0)).shape
    torch.Size([5, 3, 8, 8])
    """

    def __init__(self, images: Tensor, labels: Tensor) -> None:
        if not isinstance(images, Tensor) or not images.is_floating_point():
            raise TypeError(
                f"images: expected a floating-point tensor in [-1, 1], got {_kind(images)}; "
                "bytes become one by images / 127.5 - 1"
            )
        if images.ndim != 4 or 0 in images.shape:
            raise ValueError(f"images: expected shape (N, C, H, W), got {tuple(images.shape)}")
        if not bool((images.abs() <= 1).all()):
            low, high = float(images.min()), float(images.max())
            raise ValueError(
                f"images: expected values in [-1, 1], got {low:.6g} to {high:.6g}; scale them"
            )
        if not isinstance(labels, Tensor) or labels.dtype not in _INTEGERS:
            raise TypeError(f"labels: expected a tensor of integers, got {_kind(labels)}")
        if labels.shape != images.shape[:1]:
            raise ValueError(
                f"labels: expected shape ({len(images)},), one an image, got {tuple(labels.shape)}"
            )
        if int(labels.min()) < 0:
            raise ValueError(f"labels: expected integers from 0, got {int(labels.min())}")
        self.images = images.detach()
        self.labels = labels.to(torch.int64)
        self.classes = int(self.labels.max()) + 1
        self.event_shape = tuple(images.shape[1:])
        self._images = _Copies(self.images)

    def sample(
        self,
        count: int | tuple[int, ...],
        *,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Draw pictures independently, each as likely as the next.

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
        Tensor, shape (count..., C, H, W)
            The draws.

        Raises
        ------
        ValueError
            If `count` is negative.
        TypeError
            If `count` is no integer nor tuple of them, `generator` no `torch.Generator`, or `dtype`
            no floating-point type.
        """
        shape, device = _checked(count, generator, dtype)
        index = torch.randint(len(self.images), shape, generator=generator, device=device)
        return _take(self._images.on(device, dtype), index)

    def __repr__(self) -> str:
        return f"Images({len(self.images)} of shape {self.event_shape})"

    def split(self, held_out: float = 0.2, seed: int = 0) -> tuple[Images, Images]:
        """Set a share of every class aside, for testing on what was never trained on.

        Parameters
        ----------
        held_out : float, optional
            The share of each class, in (0, 1), rounded to whole pictures.
        seed : int, optional
            Which pictures.

        Returns
        -------
        tuple of Images
            What is left to train on, and what is held out; both in the original order.

        Raises
        ------
        ValueError
            If `held_out` is not between 0 and 1, or leaves one side with no picture.

        Examples
        --------
        >>> from gantext.datasets import digits
        >>> train, test = digits().split(held_out=0.2)
        >>> len(train.images), len(test.images)
        (1438, 359)
        """
        if not 0 < held_out < 1:
            raise ValueError(f"held_out: expected a share between 0 and 1, got {held_out}")
        generator = torch.Generator().manual_seed(seed)
        labels = self.labels.cpu()
        out = torch.zeros(len(labels), dtype=torch.bool)
        for label in range(self.classes):
            members = (labels == label).nonzero().squeeze(-1)
            shuffled = members[torch.randperm(len(members), generator=generator)]
            out[shuffled[: round(held_out * len(members))]] = True
        if not out.any() or out.all():
            raise ValueError(
                f"held_out: {held_out} of each class leaves one side with no picture "
                f"when there are {len(labels)} in {self.classes} classes"
            )
        out = out.to(self.images.device)
        train, test = (Images(self.images[keep], self.labels[keep]) for keep in (~out, out))
        return train, test


def digits() -> Images:
    """Return scikit-learn's handwritten digits: 1,797 grey pictures of 8 by 8 pixels.

    They come with scikit-learn, so nothing is downloaded. The values 0 to 16 are scaled to
    [-1, 1]. There are 174 to 183 pictures of each digit.

    Returns
    -------
    Images
        float32, each of shape (1, 8, 8); the label is the digit.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn is not installed.

    References
    ----------
    Alpaydin, E. and Kaynak, C. (1998). Optical Recognition of Handwritten Digits. UCI Machine
    Learning Repository. doi:10.24432/C50P49. (scikit-learn carries its test part.)

    Examples
    --------
    >>> from gantext.datasets import digits
    >>> data = digits()
    >>> data.images.shape, data.classes
    (torch.Size([1797, 1, 8, 8]), 10)
    """
    return Images(*_load_digits())


class StackedDigits(Dataset):
    r"""Independent pictures of digits as the channels of one: a thousand modes from ten.

    Every draw stacks fresh pictures, so that with three channels there are
    :math:`1797^3 \approx 5.8 \cdot 10^9` different ones. Three digits a, b, c make the mode
    :math:`100a + 10b + c`.

    Parameters
    ----------
    images : Images, optional
        What to stack, of one channel; `digits` when not given.
    channels : int, optional
        How many, at least 1. Two make 100 modes, a smaller task of the same kind.

    Attributes
    ----------
    images : Images
        What is stacked.
    channels : int
        How many.
    modes : int
        The number of modes, ``images.classes ** channels``.
    weights : Tensor, shape (modes,), float64
        The probability of each mode: a product of the classes' shares, so not exactly uniform.
    event_shape : tuple of int
        ``(channels, H, W)``.

    Raises
    ------
    ValueError
        If the images have several channels, or `channels` is below 1.
    TypeError
        If `images` is not `Images`, or `channels` no integer.

    Notes
    -----
    Stacked MNIST [1]_ is the model: three digits of MNIST, 28 by 28 pixels, as red, green and
    blue. Here the digits are 8 by 8, from 1,797 pictures instead of 70,000, and every draw stacks
    anew, where PacGAN [2]_ trains on 128,000 stacks drawn once. So published counts of modes are
    not to be compared with these one to one.

    References
    ----------
    .. [1] Metz, L., Poole, B., Pfau, D. and Sohl-Dickstein, J. (2017). Unrolled Generative
       Adversarial Networks. ICLR. arXiv:1611.02163.
    .. [2] Lin, Z., Khetan, A., Fanti, G. and Oh, S. (2018). PacGAN: The Power of Two Samples in
       Generative Adversarial Networks. NeurIPS. arXiv:1712.04086.

    Examples
    --------
    >>> import torch
    >>> from gantext.datasets import StackedDigits
    >>> data = StackedDigits()
    >>> data.modes, data.event_shape
    (1000, (3, 8, 8))
    >>> int(data.mode(torch.tensor([4, 0, 7])))
    407
    """

    def __init__(self, images: Images | None = None, channels: int = 3) -> None:
        self.images = digits() if images is None else images
        if not isinstance(self.images, Images):
            raise TypeError(f"images: expected Images such as digits(), got {_kind(images)}")
        depth, *size = self.images.event_shape
        if depth != 1:
            raise ValueError(f"images: expected one channel, to be stacked, got {depth}")
        self.channels = _count("channels", channels)
        self.modes = self.images.classes**self.channels
        self.event_shape = (self.channels, *size)
        share = self.images.labels.cpu().bincount().to(torch.float64) / len(self.images.labels)
        self.weights = torch.ones(1, dtype=torch.float64)
        for _ in range(self.channels):
            self.weights = torch.outer(self.weights, share).flatten()

    def sample(
        self,
        count: int | tuple[int, ...],
        *,
        generator: torch.Generator,
        dtype: torch.dtype = torch.float32,
    ) -> Tensor:
        """Draw stacks independently.

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
        Tensor, shape (count..., channels, H, W)
            The draws.

        Raises
        ------
        ValueError
            If `count` is negative.
        TypeError
            If `count` is no integer nor tuple of them, `generator` no `torch.Generator`, or `dtype`
            no floating-point type.
        """
        shape = _shape(count)
        return self.images.sample(
            (*shape, self.channels), generator=generator, dtype=dtype
        ).squeeze(-3)

    def __repr__(self) -> str:
        return f"StackedDigits({self.modes} modes of shape {self.event_shape})"

    def mode(self, labels: Tensor) -> Tensor:
        """Return the mode that the classes of the channels make.

        Parameters
        ----------
        labels : Tensor, shape (..., channels)
            The class of each channel; a negative one is no class.

        Returns
        -------
        Tensor, shape (...), int64
            The mode, the first channel counting most; -1 where a channel has no class.

        Raises
        ------
        ValueError
            If the last dimension is not the number of channels, or a label is too large.
        TypeError
            If `labels` is no tensor of integers.

        Examples
        --------
        >>> import torch
        >>> from gantext.datasets import StackedDigits
        >>> StackedDigits(channels=2).mode(torch.tensor([[1, 2], [0, 9], [3, -1]]))
        tensor([12,  9, -1])
        """
        if not isinstance(labels, Tensor) or labels.dtype not in _INTEGERS:
            raise TypeError(f"labels: expected a tensor of integers, got {_kind(labels)}")
        if labels.ndim == 0 or labels.shape[-1] != self.channels:
            raise ValueError(
                f"labels: expected shape (..., {self.channels}), got {tuple(labels.shape)}"
            )
        classes = self.images.classes
        if bool((labels >= classes).any()):
            raise ValueError(f"labels: expected below {classes}, got {int(labels.max())}")
        places = [classes**place for place in reversed(range(self.channels))]
        mode = (labels * torch.tensor(places, device=labels.device)).sum(-1)
        return torch.where((labels < 0).any(-1), -1, mode)


_STEPS = 2**30  # fits the random integers of every device, MPS included
_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)


class _Copies:
    """A tensor, copied to each device and type once, not at every draw."""

    def __init__(self, tensor: Tensor) -> None:
        self._tensor = tensor
        self._made: dict[tuple[torch.device, torch.dtype], Tensor] = {}

    def on(self, device: torch.device, dtype: torch.dtype | None = None) -> Tensor:
        key = (device, self._tensor.dtype if dtype is None else dtype)
        if key not in self._made:
            self._made[key] = self._tensor.to(key[1]).to(device)  # MPS has no float64: type first
        return self._made[key]


def _take(rows: Tensor, index: Tensor) -> Tensor:
    """Return ``rows[index]``, which for rows of many numbers is three times faster so."""
    return rows.index_select(0, index.flatten()).reshape(index.shape + rows.shape[1:])


@cache
def _load_digits() -> tuple[Tensor, Tensor]:
    # Imported here because it is slow, and only the digits need it.
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    images, labels = load_digits(return_X_y=True)
    scaled = torch.from_numpy(images / 8 - 1).to(torch.float32)
    return scaled.reshape(-1, 1, 8, 8), torch.from_numpy(labels)


def _thresholds(weights: Tensor) -> Tensor:
    """Return where an integer below `_STEPS` passes from one mode to the next."""
    return (weights.cumsum(0) * _STEPS).round().to(torch.int64)


def _checked(
    count: int | tuple[int, ...], generator: torch.Generator, dtype: torch.dtype
) -> tuple[tuple[int, ...], torch.device]:
    """Return the shape and device of a draw, or say what is wrong with its arguments."""
    if not isinstance(generator, torch.Generator):
        raise TypeError(
            "generator: expected a torch.Generator such as torch.Generator().manual_seed(0), "
            f"got {_kind(generator)}"
        )
    if not isinstance(dtype, torch.dtype) or not dtype.is_floating_point:
        raise TypeError(f"dtype: expected a floating-point type such as torch.float32, got {dtype}")
    return _shape(count), generator.device


def _shape(count: int | tuple[int, ...]) -> tuple[int, ...]:
    sizes = tuple(count) if isinstance(count, (tuple, list)) else (count,)
    if not all(isinstance(size, int) and not isinstance(size, bool) for size in sizes):
        raise TypeError(f"count: expected an integer or a tuple of integers, got {count!r}")
    if any(size < 0 for size in sizes):
        raise ValueError(f"count: expected at least 0, got {count!r}")
    return sizes


def _count(name: str, value: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name}: expected at least 1, got {value}")
    return value


def _length(name: str, value: float) -> float:
    if not (math.isfinite(value) and value > 0):
        raise ValueError(f"{name}: expected a finite number > 0, got {value}")
    return value


def _kind(value: object) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else type(value).__name__
