"""Fully connected networks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

from torch import nn

from gantext.core.annotations import Count, shown
from gantext.core.arguments import checked_arguments
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

    @checked_arguments
    def __init__(
        self,
        inputs: Count,
        outputs: Count,
        *,
        hidden: Sequence[Count] = (64, 64),
        activation: Callable[[], nn.Module] = nn.ReLU,
        layer: Callable[[int, int], nn.Module] = nn.Linear,
        minibatch_std: bool = False,
    ) -> None:
        widths = [inputs, *hidden]
        layers: list[nn.Module] = []
        for before, after in pairwise(widths):
            layers += [layer(before, after), _module("activation", activation())]
        if minibatch_std:
            layers.append(MinibatchStdDev())
        layers.append(layer(widths[-1] + minibatch_std, outputs))
        super().__init__(*(_module("layer", one) for one in layers))


def _module(name: str, made: object) -> nn.Module:
    """Require what a function was to make: a sequence of layers takes None, too."""
    if not isinstance(made, nn.Module):
        raise TypeError(f"{name}: expected a function that makes a module, got {shown(made)}")
    return made
