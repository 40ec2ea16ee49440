r"""Networks for both players, and how their weights become the parameters of a game.

Any `torch.nn.Module` whose layers have ``reset_parameters`` can play, as long as it treats the
first dimension of its input as the batch. No network here uses batch normalisation: a population
runs many members at once, each with its own weights, and running averages would tie a sample's
score to samples of other steps. `MinibatchStdDev` and `Packed` let the discriminator see several
samples together on purpose.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import deepcopy
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, linear, normalize

Weights = dict[str, Tensor]


class MLP(nn.Sequential):
    """Fully connected layers with an activation between them.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of features that come in and go out.
    hidden : sequence of int
        Widths of the layers between.
    activation : callable
        Makes an activation, such as ``nn.ReLU``.
    layer : callable
        Makes a layer from its inputs and outputs: ``nn.Linear`` or `SpectralLinear`.
    minibatch_std : bool
        Whether a `MinibatchStdDev` stands before the last layer.

    Examples
    --------
    >>> import torch
    >>> from gantext.networks import MLP
    >>> MLP(2, 1, hidden=[16, 16])(torch.zeros(5, 2)).shape
    torch.Size([5, 1])
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        hidden: Sequence[int] = (64, 64),
        activation: Callable[[], nn.Module] = nn.ReLU,
        layer: Callable[[int, int], nn.Module] = nn.Linear,
        minibatch_std: bool = False,
    ) -> None:
        widths = [inputs, *hidden]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [layer(before, after), activation()]
        if minibatch_std:
            layers.append(MinibatchStdDev())
        super().__init__(*layers, layer(widths[-1] + minibatch_std, outputs))


class ConvGenerator(nn.Sequential):
    """Noise to images of 8, 16 or 32 pixels a side: doubled in size and convolved until there.

    Parameters
    ----------
    noise : int
        Dimension of the noise.
    channels : int
        Channels of the images.
    size : int
        Pixels a side: 4 times a power of 2, at least 8.
    width : int
        Channels of the last hidden layer; each layer before has twice as many.

    Raises
    ------
    ValueError
        If the size is not 8, 16, 32, ....

    Examples
    --------
    >>> import torch
    >>> from gantext.networks import ConvGenerator
    >>> ConvGenerator(16, 1, 8)(torch.zeros(5, 16)).shape
    torch.Size([5, 1, 8, 8])
    """

    def __init__(self, noise: int, channels: int, size: int, *, width: int = 32) -> None:
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
        Pixels a side: 4 times a power of 2, at least 8.
    width : int
        Channels of the first hidden layer; each layer after has twice as many.
    minibatch_std : bool
        Whether a `MinibatchStdDev` stands before the last layers.

    Raises
    ------
    ValueError
        If the size is not 8, 16, 32, ....

    Examples
    --------
    >>> import torch
    >>> from gantext.networks import ConvDiscriminator
    >>> ConvDiscriminator(3, 16)(torch.zeros(5, 3, 16, 16)).shape
    torch.Size([5, 1])
    """

    def __init__(
        self, channels: int, size: int, *, width: int = 32, minibatch_std: bool = False
    ) -> None:
        layers: list[nn.Module] = [nn.Conv2d(channels, width, 3, padding=1), nn.LeakyReLU(0.2)]
        for step in range(_doublings(size)):
            after = width if step == 0 else 2 * width
            layers += [nn.Conv2d(width, after, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
            width = after
        if minibatch_std:
            layers.append(MinibatchStdDev())
        super().__init__(*layers, nn.Flatten(), nn.Linear((width + minibatch_std) * 16, 1))


class Doubled(nn.Module):
    """Every pixel becomes four: nearest-neighbour upsampling by 2.

    Examples
    --------
    >>> import torch
    >>> from gantext.networks import Doubled
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
    >>> from gantext.networks import MinibatchStdDev
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
    >>> from gantext.networks import MLP, Packed
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
    player's parameters, no loss depends on it through derivatives, and `gantext.gan.GAN.project`
    moves it.

    Parameters
    ----------
    inputs, outputs : int
        Numbers of features.

    Examples
    --------
    >>> import torch
    >>> from gantext.networks import SpectralLinear
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
    >>> from gantext.networks import SpectralConv2d
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


def draw_weights(
    module: nn.Module, seed: int, *, dtype: torch.dtype = torch.float32, device: Any = "cpu"
) -> Weights:
    """Draw a module's weights as its layers' own ``reset_parameters`` do, from a seed.

    Parameters
    ----------
    module : nn.Module
        Stays as it is.
    seed : int
        The same seed gives the same weights on every device: they are drawn on the CPU.
    dtype : torch.dtype
        Of the result.
    device : torch.device or str
        Of the result.

    Returns
    -------
    dict of Tensor
        By the module's names: parameters, and what its layers carry from step to step.

    Raises
    ------
    ValueError
        If a layer has parameters and no ``reset_parameters``, so that every seed would give the
        same.

    Examples
    --------
    >>> from gantext.networks import MLP, draw_weights
    >>> {name: tuple(w.shape) for name, w in draw_weights(MLP(2, 1, hidden=[3]), seed=0).items()}
    {'0.weight': (3, 2), '0.bias': (3,), '2.weight': (1, 3), '2.bias': (1,)}
    """
    module = deepcopy(module).cpu()
    # The layers draw from PyTorch's global generator of the CPU; it is put back afterwards. (Those
    # of other devices stay as they are: `torch.manual_seed` would seed them all.)
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        torch.default_generator.manual_seed(seed)
        for name, layer in module.named_modules():
            own = [*layer.parameters(recurse=False), *layer.buffers(recurse=False)]
            if own and not callable(getattr(layer, "reset_parameters", None)):
                raise ValueError(
                    f"{type(layer).__name__} ({name or 'the module itself'}): expected a method "
                    "reset_parameters() that draws its parameters; add one"
                )
            if own:
                layer.reset_parameters()
    return {name: w.detach().to(device=device, dtype=dtype) for name, w in _named(module).items()}


def carried(module: nn.Module, weights: Weights) -> Weights:
    """Return a module's weights with what its layers carry moved one step on.

    Parameters
    ----------
    module : nn.Module
        Layers that carry something have a function ``carry`` of their own weights.
    weights : dict of Tensor
        From `draw_weights`, or after some steps.

    Returns
    -------
    dict of Tensor
        The same weights; only carried entries are new.

    Examples
    --------
    >>> from gantext.networks import SpectralLinear, carried, draw_weights
    >>> layer = SpectralLinear(3, 4)
    >>> weights = draw_weights(layer, seed=0)
    >>> sorted(name for name, w in carried(layer, weights).items() if w is not weights[name])
    ['u']
    """
    new = dict(weights)
    for name, layer in module.named_modules():
        if isinstance(layer, _Spectral):
            prefix = f"{name}." if name else ""
            own = {key: weights[prefix + key] for key in ("weight", "u")}
            new |= {prefix + key: value for key, value in layer.carry(own).items()}
    return new


def _named(module: nn.Module) -> Weights:
    """Return parameters and buffers by name."""
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}


def _doublings(size: int) -> int:
    """Return how often 4 must be doubled to make a size."""
    if size < 8 or size & (size - 1):
        raise ValueError(f"size: expected 8, 16, 32, ..., got {size}")
    return int(math.log2(size)) - 2
