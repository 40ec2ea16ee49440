"""Layers whose weight is divided by its largest singular value, found by power iteration."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear, normalize

from gantext.core.annotations import Count, Whole
from gantext.core.arguments import checked_arguments
from gantext.gan.weights import Weights
from gantext.objectives.lipschitz import linear_maps, unit


class _Spectral(nn.Module):
    """What spectrally normalised layers share: the buffer u of the power iteration."""

    weight: Tensor
    u: Tensor

    def _start(self) -> None:
        self.register_buffer("u", torch.empty(self.weight.shape[0]))
        self._draw()

    def _draw(self) -> None:
        drawn = torch.randn(self.u.shape, dtype=self.weight.dtype)
        self.u = normalize(drawn.flatten(), dim=0).reshape(drawn.shape)

    def _normalised(self) -> Tensor:
        """Return the weight over its largest singular value, as the present u estimates it."""
        matrix, u = self.weight.flatten(1), self.u.detach()
        v = normalize(matrix.detach().T @ u, dim=0)
        return self.weight / torch.dot(u, matrix @ v)

    @staticmethod
    def update_buffers(own: Weights) -> Weights:
        """Take one more round of the power iteration."""
        matrix = own["weight"].flatten(1)
        v = normalize(matrix.T @ own["u"], dim=0)
        return {"u": normalize(matrix @ v, dim=0)}


class SpectralLinear(_Spectral, nn.Linear):
    r"""A linear layer whose weight is divided by its largest singular value.

    The singular value comes from power iteration with a buffer ``u``: one round after every update
    of its player, so two in an alternating step (Miyato et al. 2018, "Spectral Normalization for
    GANs", arXiv:1802.05957). No loss depends on ``u`` through derivatives.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of features.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.MLP(2, 1, layer=gt.SpectralLinear)[0]
    SpectralLinear(in_features=2, out_features=64, bias=True)
    """

    @checked_arguments
    def __init__(self, inputs: Count, outputs: Count) -> None:
        super().__init__(inputs, outputs)
        self._start()

    def reset_parameters(self) -> None:
        """Draw weight, bias and buffer anew."""
        super().reset_parameters()
        if "u" in self._buffers:
            self._draw()

    def forward(self, x: Tensor) -> Tensor:
        """Map features (B, inputs) to features (B, outputs)."""
        return linear(x, self._normalised(), self.bias)


class SpectralConv2d(_Spectral, nn.Conv2d):
    """A convolution that is divided by its kernel's largest singular value, or by its own.

    The kernel is taken as a matrix of (outputs, inputs x pixels), as Miyato et al. (2018) do. The
    norm of the convolution is between that and k times that. With a ``size`` the power iteration
    runs on images, by the convolution and its transpose, so that the layer itself gets norm 1.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of channels.
    kernel : int
        Pixels a side of the kernel.
    stride, padding : int
        As in ``nn.Conv2d``.
    size : int, optional
        Pixels a side of the images that come in: divide by the norm that the layer has on them.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.SpectralConv2d(1, 4, 3, padding=1)(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 4, 8, 8])
    """

    @checked_arguments
    def __init__(
        self,
        inputs: Count,
        outputs: Count,
        kernel: Count,
        *,
        stride: Count = 1,
        padding: Whole = 0,
        size: Count | None = None,
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride=stride, padding=padding)
        self.size = size
        self._start()

    def reset_parameters(self) -> None:
        """Draw weight, bias and buffer anew."""
        super().reset_parameters()
        if "u" in self._buffers:
            self._draw()

    def _start(self) -> None:
        if self.size is None:
            super()._start()
            return
        maps = linear_maps(self.weight.detach(), *self._place())
        seen = maps[0](self.weight.new_zeros(self.in_channels, self.size, self.size))
        self.register_buffer("u", seen)
        self._draw()

    def _place(self) -> tuple[int | None, int, int]:
        return self.size, self.stride[0], int(self.padding[0])

    def _normalised(self) -> Tensor:
        if self.size is None:
            return super()._normalised()
        u = self.u.detach()
        v = unit(linear_maps(self.weight.detach(), *self._place())[1](u))
        return self.weight / (u * linear_maps(self.weight, *self._place())[0](v)).sum()

    def update_buffers(self, own: Weights) -> Weights:  # type: ignore[override]
        """Take one more round of the power iteration."""
        if self.size is None:
            return super().update_buffers(own)
        forward, back = linear_maps(own["weight"], *self._place())
        return {"u": unit(forward(unit(back(own["u"]))))}

    def forward(self, x: Tensor) -> Tensor:
        """Map images (B, inputs, H, W) to images (B, outputs, H', W')."""
        return conv2d(x, self._normalised(), self.bias, self.stride, self.padding)
