"""Spectrally normalised layers."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear, normalize

from gantext.gan.weights import Weights


class _Spectral(nn.Module):
    """What spectrally normalised layers share: the carried vector u."""

    weight: Tensor
    u: Tensor

    def _start(self) -> None:
        rows = self.weight.shape[0]
        self.register_buffer("u", torch.empty(rows))
        self._draw()

    def _draw(self) -> None:
        self.u = normalize(torch.randn(self.u.shape, dtype=self.weight.dtype), dim=0)

    def _normalised(self) -> Tensor:
        """Return the weight over its largest singular value, as the present u estimates it."""
        matrix, u = self.weight.flatten(1), self.u.detach()
        v = normalize(matrix.detach().T @ u, dim=0)
        return self.weight / torch.dot(u, matrix @ v)

    @staticmethod
    def carry(own: Weights) -> Weights:
        """Return the carried entries after one more round of the power iteration.

        Parameters
        ----------
        own : dict of Tensor
            The layer's ``weight`` and ``u``.

        Returns
        -------
        dict of Tensor
            The new ``u``.
        """
        matrix = own["weight"].flatten(1)
        v = normalize(matrix.T @ own["u"], dim=0)
        return {"u": normalize(matrix @ v, dim=0)}


class SpectralLinear(_Spectral, nn.Linear):
    r"""A linear layer whose weight is divided by its largest singular value.

    The singular value comes from power iteration with a vector ``u`` that is carried from step to
    step: one round after every movement that is projected, so two in an alternating step (Miyato
    et al. 2018, "Spectral Normalization for GANs", arXiv:1802.05957). The vector is part of the
    player's parameters, no loss depends on it through derivatives, and
    `gantext.gan.game.GAN.project` moves it.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of features.

    Examples
    --------
    >>> import torch
    >>> from gantext.gan.spectral import SpectralLinear
    >>> SpectralLinear(3, 4)(torch.zeros(5, 3)).shape
    torch.Size([5, 4])
    """

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs)
        self._start()

    def reset_parameters(self) -> None:
        """Draw weight, bias and the carried vector anew."""
        super().reset_parameters()
        if "u" in self._buffers:
            self._draw()

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        x : Tensor, shape (B, inputs)
            Features.

        Returns
        -------
        Tensor, shape (B, outputs)
            Features.
        """
        return linear(x, self._normalised(), self.bias)


class SpectralConv2d(_Spectral, nn.Conv2d):
    """A convolution whose kernel, as a matrix of (outputs, inputs x pixels), is so divided.

    That matrix's norm is not the norm of the convolution; it is what Miyato et al. (2018) use.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of channels.
    kernel : int
        Pixels a side of the kernel.
    stride, padding : int
        As in ``nn.Conv2d``.

    Examples
    --------
    >>> import torch
    >>> from gantext.gan.spectral import SpectralConv2d
    >>> SpectralConv2d(1, 4, 3, padding=1)(torch.zeros(5, 1, 8, 8)).shape
    torch.Size([5, 4, 8, 8])
    """

    def __init__(
        self, inputs: int, outputs: int, kernel: int, *, stride: int = 1, padding: int = 0
    ) -> None:
        super().__init__(inputs, outputs, kernel, stride=stride, padding=padding)
        self._start()

    def reset_parameters(self) -> None:
        """Draw weight, bias and the carried vector anew."""
        super().reset_parameters()
        if "u" in self._buffers:
            self._draw()

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layer.

        Parameters
        ----------
        x : Tensor, shape (B, inputs, H, W)
            Images.

        Returns
        -------
        Tensor, shape (B, outputs, H', W')
            Images.
        """
        return conv2d(x, self._normalised(), self.bias, self.stride, self.padding)
