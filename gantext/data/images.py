"""Small images that need no download."""

from __future__ import annotations

from functools import cache
from typing import Annotated

import torch
from torch import Tensor

from gantext.core.annotations import Count, Seed, Share
from gantext.core.arguments import checked_arguments
from gantext.core.checks import FloatingType, Generator, Integers, Size, kind, last_dim
from gantext.data.base import Dataset, as_shape
from gantext.data.device_rows import Rows


class Images(Dataset):
    """Images with labels, all equally likely to be drawn.

    Parameters
    ----------
    images : Tensor, shape (N, C, H, W)
        At least one image; floating point, in [-1, 1].
    labels : Tensor, shape (N,)
        The class of each image: integers from 0, kept as int64.

    Attributes
    ----------
    classes : int
        The number of classes: one more than the largest label.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.Images(torch.zeros(10, 3, 8, 8), torch.arange(10))
    Images(10 of shape (3, 8, 8))
    """

    @checked_arguments
    def __init__(
        self, images: Annotated[Tensor, "a floating-point tensor in [-1, 1]"], labels: Integers
    ) -> None:
        if not images.is_floating_point():
            raise TypeError(
                f"images: expected a floating-point tensor in [-1, 1], got {kind(images)}; "
                "bytes become one by images / 127.5 - 1"
            )
        if images.ndim != 4 or 0 in images.shape:
            raise ValueError(f"images: expected shape (N, C, H, W), got {tuple(images.shape)}")
        if not bool((images.abs() <= 1).all()):
            low, high = float(images.min()), float(images.max())
            raise ValueError(
                f"images: expected values in [-1, 1], got {low:.6g} to {high:.6g}; scale them"
            )
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
        self._rows = Rows(self.images)

    @checked_arguments
    def sample(
        self,
        count: Size,
        *,
        generator: Generator,
        dtype: FloatingType = torch.float32,
    ) -> Tensor:
        """Draw independent images, each as likely as the next."""
        shape = as_shape(count)
        index = torch.randint(len(self.images), shape, generator=generator, device=generator.device)
        return self._rows.pick(index, dtype)

    def __repr__(self) -> str:
        return f"Images({len(self.images)} of shape {self.event_shape})"

    @checked_arguments
    def split(self, held_out: Share = 0.2, seed: Seed = 0) -> tuple[Images, Images]:
        """Return images to train on and images held out, both in the original order.

        Parameters
        ----------
        held_out : float, optional
            The share of each class that is held out, in (0, 1), rounded to whole images. Neither
            part may be empty.
        seed : int, optional
            Chooses which images.
        """
        generator = torch.Generator().manual_seed(seed)
        labels = self.labels.cpu()
        out = torch.zeros(len(labels), dtype=torch.bool)
        for label in range(self.classes):
            members = (labels == label).nonzero().squeeze(-1)
            shuffled = members[torch.randperm(len(members), generator=generator)]
            out[shuffled[: round(held_out * len(members))]] = True
        if not out.any() or out.all():
            raise ValueError(
                "held_out: expected a share that leaves both sides a picture, got "
                f"{held_out} of {len(labels)} in {self.classes} classes"
            )
        out = out.to(self.images.device)
        train, test = (Images(self.images[keep], self.labels[keep]) for keep in (~out, out))
        return train, test


#: Images whose classes are known.
Known = Annotated[Images, "Images such as digits()"]


def digits() -> Images:
    """Return scikit-learn's handwritten digits: 1,797 grey images of 8 by 8 pixels.

    There are 174 to 183 of each digit, in float32; the values 0 to 16 are scaled to [-1, 1].
    Nothing is downloaded: scikit-learn carries the test part of Alpaydin and Kaynak (1998), Optical
    Recognition of Handwritten Digits, doi:10.24432/C50P49.

    Examples
    --------
    >>> import gantext as gt
    >>> train, test = gt.digits().split(held_out=0.2)
    >>> len(train.images), len(test.images)
    (1438, 359)
    """
    return Images(*_load_digits())


class StackedDigits(Dataset):
    r"""Independent images of digits, stacked as the channels of one: a thousand modes from ten.

    Three digits a, b, c make the mode :math:`100a + 10b + c`. Stacked MNIST (Metz et al. 2017,
    arXiv:1611.02163) is the model. There the digits are 28 by 28 pixels, from 70,000 images, and
    PacGAN (Lin et al. 2018, arXiv:1712.04086) trains on 128,000 stacks drawn once; here they are 8
    by 8, from 1,797 images, and every draw makes new stacks, of which there are :math:`1797^3
    \approx 5.8 \cdot 10^9`. So do not compare published counts of modes with these one to one.

    Parameters
    ----------
    images : Images, optional
        What to stack, of one channel; `digits` by default.
    channels : int, optional
        How many, at least 1. Two make 100 modes, a smaller task of the same kind.

    Attributes
    ----------
    modes : int
        The number of modes, ``images.classes ** channels``.
    weights : Tensor, shape (modes,), float64
        The probability of each mode: a product of the classes' shares, so not exactly uniform.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> data = gt.StackedDigits()
    >>> data.modes, data.event_shape, int(data.mode(torch.tensor([4, 0, 7])))
    (1000, (3, 8, 8), 407)
    """

    @checked_arguments
    def __init__(self, images: Known | None = None, channels: Count = 3) -> None:
        self.images = digits() if images is None else images
        depth, *size = self.images.event_shape
        if depth != 1:
            raise ValueError(f"images: expected one channel, to be stacked, got {depth}")
        self.channels = channels
        self.modes = self.images.classes**self.channels
        self.event_shape = (self.channels, *size)
        share = self.images.labels.cpu().bincount().to(torch.float64) / len(self.images.labels)
        self.weights = torch.ones(1, dtype=torch.float64)
        for _ in range(self.channels):
            self.weights = torch.outer(self.weights, share).flatten()

    @checked_arguments
    def sample(
        self,
        count: Size,
        *,
        generator: Generator,
        dtype: FloatingType = torch.float32,
    ) -> Tensor:
        """Draw independent stacks of independent images."""
        shape = (*as_shape(count), self.channels)
        return self.images.sample(shape, generator=generator, dtype=dtype).squeeze(-3)

    def __repr__(self) -> str:
        return f"StackedDigits({self.modes} modes of shape {self.event_shape})"

    @checked_arguments
    def mode(self, labels: Integers) -> Tensor:
        """Return the mode that the channels' classes make.

        Parameters
        ----------
        labels : Tensor, shape (..., channels)
            The class of each channel, an integer below ``images.classes``; a negative one means no
            class.

        Returns
        -------
        Tensor, shape (...), int64
            The mode, the first channel counting most; -1 where a channel has no class.
        """
        last_dim("labels", labels, self.channels)
        classes = self.images.classes
        if bool((labels >= classes).any()):
            raise ValueError(f"labels: expected below {classes}, got {int(labels.max())}")
        places = [classes**place for place in reversed(range(self.channels))]
        mode = (labels * torch.tensor(places, device=labels.device)).sum(-1)
        return torch.where((labels < 0).any(-1), -1, mode)


@cache
def _load_digits() -> tuple[Tensor, Tensor]:
    """Read images and labels, once."""
    # Imported here because it is slow, and only the digits need it.
    from sklearn.datasets import load_digits  # type: ignore[import-untyped]

    images, labels = load_digits(return_X_y=True)
    scaled = torch.from_numpy(images / 8 - 1).to(torch.float32)
    return scaled.reshape(-1, 1, 8, 8), torch.from_numpy(labels)
