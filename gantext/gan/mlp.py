"""Fully connected networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import nn

from gantext.gan.layers import MinibatchStdDev


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
    >>> import gantext as gt
    >>> gt.MLP(2, 1, hidden=[16, 16])(torch.zeros(5, 2)).shape
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
