"""Layers that see the whole batch, and upsampling that works under vmap."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments


class Doubled(nn.Module):
    """Every pixel becomes four: nearest-neighbour upsampling by 2."""

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, C, H, W) to images (B, C, 2H, 2W)."""
        b, c, h, w = x.shape
        return x[:, :, :, None, :, None].expand(b, c, h, 2, w, 2).reshape(b, c, 2 * h, 2 * w)


class MaxMin(nn.Module):
    """The larger and the smaller of every two features: an activation that keeps lengths.

    GroupSort with groups of two (Anil, Lucas and Grosse 2019, arXiv:1811.05381). Its Jacobian is a
    permutation, so that a gradient comes through as long as it was.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.MaxMin()(torch.tensor([[1.0, 2.0, 5.0, 4.0]]))
    tensor([[2., 5., 1., 4.]])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, 2C, ...) to all larger ones, then all smaller ones."""
        if x.shape[1] % 2:
            raise ValueError(f"expected an even number of features, got {x.shape[1]}")
        pairs = x.unflatten(1, (-1, 2))
        return torch.cat([pairs.amax(2), pairs.amin(2)], dim=1)


class MinibatchStdDev(nn.Module):
    r"""Append a feature to every sample that says how much the batch varies.

    The standard deviation of each feature over the batch, averaged over features (and pixels). A
    batch from a collapsed generator varies less than data, and the discriminator sees it (Karras
    et al. 2018, "Progressive Growing of GANs", section 3; a simpler form of Salimans et al. 2016's
    minibatch discrimination).

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.MinibatchStdDev()(torch.tensor([[0.0], [2.0]]))
    tensor([[0., 1.],
            [2., 1.]])
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, C, ...) to (B, C + 1, ...), the spread in the last channel."""
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
        Samples in a pack; a batch size that is no multiple of it raises ValueError.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.Packed(gt.MLP(4, 1), 2)(torch.zeros(6, 2)).shape
    torch.Size([3, 1])
    """

    @checked_arguments
    def __init__(self, discriminator: nn.Module, pack: Count) -> None:
        super().__init__()
        self.discriminator = discriminator
        self.pack = pack

    def forward(self, x: Tensor) -> Tensor:
        """Map samples (B, C, ...) to scores (B / pack, 1), one for each pack."""
        count, channels, *rest = x.shape
        if count % self.pack:
            raise ValueError(f"expected a batch of a multiple of pack={self.pack}, got {count}")
        packs = x.reshape(count // self.pack, self.pack * channels, *rest)
        return self.discriminator(packs)
