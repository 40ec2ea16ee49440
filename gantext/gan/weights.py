r"""Networks for both players, and how their weights become the parameters of a game.

Any `torch.nn.Module` whose layers have ``reset_parameters`` can play, as long as it treats the
first dimension of its input as the batch. No network here uses batch normalisation: a population
runs many members at once, each with its own weights, and running averages would tie a sample's
score to samples of other steps. `MinibatchStdDev` and `Packed` let the discriminator see several
samples together on purpose.
"""

from __future__ import annotations

from copy import deepcopy
from typing import Any

import torch
from torch import Tensor, nn

Weights = dict[str, Tensor]


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
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.gan.weights import draw_weights
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
    >>> from gantext.gan.spectral import SpectralLinear
    >>> from gantext.gan.weights import carried, draw_weights
    >>> layer = SpectralLinear(3, 4)
    >>> weights = draw_weights(layer, seed=0)
    >>> sorted(name for name, w in carried(layer, weights).items() if w is not weights[name])
    ['u']
    """
    new = dict(weights)
    for name, layer in module.named_modules():
        if hasattr(layer, "carry"):
            prefix = f"{name}." if name else ""
            own = {key: weights[prefix + key] for key in ("weight", "u")}
            new |= {prefix + key: value for key, value in layer.carry(own).items()}
    return new


def _named(module: nn.Module) -> Weights:
    """Return parameters and buffers by name."""
    return {**dict(module.named_parameters()), **dict(module.named_buffers())}
