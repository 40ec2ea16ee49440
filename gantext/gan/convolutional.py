"""Convolutional generators and discriminators for small images."""

from __future__ import annotations

import math

from torch import nn

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.gan.layers import Doubled, MinibatchStdDev


class ConvGenerator(nn.Sequential):
    """Noise to images of 8, 16 or 32 pixels a side: doubled in size and convolved until there.

    Parameters
    ----------
    noise : int
        Dimension of the noise.
    channels : int
        Channels of the images.
    size : int
        Pixels a side: 4 times a power of 2, at least 8; anything else raises ValueError.
    width : int
        Channels of the last hidden layer; each layer before has twice as many.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.ConvGenerator(16, 1, 8)(torch.zeros(5, 16)).shape
    torch.Size([5, 1, 8, 8])
    """

    @checked_arguments
    def __init__(self, noise: Count, channels: Count, size: int, *, width: Count = 32) -> None:
        doublings = _doublings(size)
        inside = width * 2 ** (doublings - 1)
        layers: list[nn.Module] = [
            nn.Linear(noise, inside * 16),
            nn.LeakyReLU(0.2),
            nn.Unflatten(1, (inside, 4, 4)),
        ]
        for step in range(doublings):
            after = inside if step == 0 else inside // 2
            layers += [Doubled(), nn.Conv2d(inside, after, 3, padding=1), nn.LeakyReLU(0.2)]
            inside = after
        super().__init__(*layers, nn.Conv2d(inside, channels, 3, padding=1), nn.Tanh())


class ConvDiscriminator(nn.Sequential):
    """Images of 8, 16 or 32 pixels a side to one score each: convolved and halved until 4 x 4.

    Parameters
    ----------
    channels : int
        Channels of the images; times the packing for a `Packed` discriminator.
    size : int
        Pixels a side: 4 times a power of 2, at least 8; anything else raises ValueError.
    width : int
        Channels of the first hidden layer; each layer after has twice as many.
    minibatch_std : bool
        Whether a `MinibatchStdDev` stands before the last layers.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.ConvDiscriminator(3, 16)(torch.zeros(5, 3, 16, 16)).shape
    torch.Size([5, 1])
    """

    @checked_arguments
    def __init__(
        self, channels: Count, size: int, *, width: Count = 32, minibatch_std: bool = False
    ) -> None:
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.LeakyReLU(0.2)]
        for step in range(_doublings(size)):
            after = width if step == 0 else 2 * width
            layers += [nn.Conv2d(width, after, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
            width = after
        if minibatch_std:
            layers.append(MinibatchStdDev())
        super().__init__(*layers, nn.Flatten(), nn.Linear((width + minibatch_std) * 16, 1))


def _doublings(size: int) -> int:
    """Return how often 4 must be doubled to make a size."""
    if size < 8 or size & (size - 1):
        raise ValueError(f"size: expected 8, 16, 32, ..., got {size}")
    return int(math.log2(size)) - 2
