"""Layers that see the whole batch, and upsampling."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Doubled(nn.Module):
    """Every pixel becomes four: nearest-neighbour upsampling by 2.

    Examples
    --------
    >>> import torch
    >>> from gantext.gan.layers import Doubled
    >>> Doubled()(torch.tensor([[[[1.0, 2.0]]]]))
    tensor([[[[1., 1., 2., 2.],
              [1., 1., 2., 2.]]]])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return images of shape (B, C, 2H, 2W).

        Parameters
        ----------
        x : Tensor, shape (B, C, H, W)
            Images.

        Returns
        -------
        Tensor, shape (B, C, 2H, 2W)
            The same, larger.
        """
        b, c, h, w = x.shape
        return x[:, :, :, None, :, None].expand(b, c, h, 2, w, 2).reshape(b, c, 2 * h, 2 * w)


class MinibatchStdDev(nn.Module):
    r"""One more feature for every sample: how much the batch varies.

    The standard deviation of each feature over the batch, averaged over features (and pixels). A
    batch from a collapsed generator varies less than data, and the discriminator sees it (Karras
    et al. 2018, "Progressive Growing of GANs", section 3; a simpler form of Salimans et al. 2016's
    minibatch discrimination).

    Examples
    --------
    >>> import torch
    >>> from gantext.gan.layers import MinibatchStdDev
    >>> MinibatchStdDev()(torch.tensor([[0.0], [2.0]]))
    tensor([[0., 1.],
            [2., 1.]])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Append the feature, or a channel of it.

        Parameters
        ----------
        x : Tensor, shape (B, C, ...)
            Features of a batch.

        Returns
        -------
        Tensor, shape (B, C + 1, ...)
            The same, and the batch's mean standard deviation everywhere in the last channel.
        """
        # The small number keeps the root's derivative finite where a batch does not vary at all.
        spread = torch.sqrt(x.var(0, correction=0) + 1e-8).mean()
        return torch.cat([x, spread.expand(x.shape[0], 1, *x.shape[2:])], dim=1)


class Packed(nn.Module):
    """A discriminator that judges several samples at once, glued together along their channels.

    A pack of samples without variety gives a collapsed generator away (Lin et al. 2018, "PacGAN",
    arXiv:1712.04086).

    Parameters
    ----------
    discriminator : nn.Module
        Takes ``pack`` times as many features or channels as one sample has.
    pack : int
        Samples in a pack; the batch size must be a multiple of it.

    Raises
    ------
    ValueError
        If the batch cannot be divided into packs.

    Examples
    --------
    >>> import torch
    >>> from gantext.gan.layers import Packed
    >>> from gantext.gan.mlp import MLP
    >>> Packed(MLP(4, 1), 2)(torch.zeros(6, 2)).shape
    torch.Size([3, 1])
    """

    def __init__(self, discriminator: nn.Module, pack: int) -> None:
        super().__init__()
        if pack < 1:
            raise ValueError(f"pack: expected >= 1, got {pack}")
        self.discriminator = discriminator
        self.pack = pack

    def forward(self, x: Tensor) -> Tensor:
        """Score packs.

        Parameters
        ----------
        x : Tensor, shape (B, C, ...)
            Samples; B a multiple of ``pack``.

        Returns
        -------
        Tensor, shape (B / pack, 1)
            A score for each pack.
        """
        count, channels, *rest = x.shape
        if count % self.pack:
            raise ValueError(f"expected a batch of a multiple of pack={self.pack}, got {count}")
        packs = x.reshape(count // self.pack, self.pack * channels, *rest)
        return self.discriminator(packs)
