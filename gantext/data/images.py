"""Small images that need no download."""

from __future__ import annotations

from functools import cache

import torch
from torch import Tensor

from gantext.data.base import (
    _INTEGERS,
    Dataset,
    _checked,
    _Copies,
    _count,
    _kind,
    _shape,
    _take,
)


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
    >>> from gantext.data.images import Images
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
        >>> from gantext.data.images import digits
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
    >>> from gantext.data.images import digits
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
    >>> from gantext.data.images import StackedDigits
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
        >>> from gantext.data.images import StackedDigits
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


@cache
def _load_digits() -> tuple[Tensor, Tensor]:
    # Imported here because it is slow, and only the digits need it.
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    images, labels = load_digits(return_X_y=True)
    scaled = torch.from_numpy(images / 8 - 1).to(torch.float32)
    return scaled.reshape(-1, 1, 8, 8), torch.from_numpy(labels)
