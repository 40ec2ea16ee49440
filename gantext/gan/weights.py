"""A module's weights as the parameters of a game: drawn from a seed, with buffers that move on."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn

Weights = dict[str, Tensor]


def draw_weights(
    module: nn.Module,
    seed: int,
    *,
    dtype: torch.dtype = torch.float32,
    device: torch.device | str = "cpu",
) -> Weights:
    """Draw a module's parameters and buffers as its layers' own ``reset_parameters`` do.

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
        Parameters and buffers by name, as in ``module.state_dict()``.

    Raises
    ------
    ValueError
        If a layer has parameters and no ``reset_parameters``, so that all seeds would be the same.

    Examples
    --------
    >>> import gantext as gt
    >>> weights = gt.draw_weights(gt.MLP(2, 1, hidden=[3]), seed=0)
    >>> {name: tuple(tensor.shape) for name, tensor in weights.items()}
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
    named = {**dict(module.named_parameters()), **dict(module.named_buffers())}
    return {name: w.detach().to(device=device, dtype=dtype) for name, w in named.items()}


def update_buffers(module: nn.Module, weights: Weights) -> Weights:
    """Return a module's weights with its layers' buffers one step on.

    A layer that keeps something from step to step has a method ``update_buffers(own)``, which takes
    its own parameters and buffers by their local names and returns the buffers that are new.
    """
    new = dict(weights)
    for name, layer in module.named_modules():
        if not callable(update := getattr(layer, "update_buffers", None)):
            continue
        prefix = f"{name}." if name else ""
        local = [*dict(layer.named_parameters()), *dict(layer.named_buffers())]
        changed = update({key: weights[prefix + key] for key in local})
        unknown = changed.keys() - dict(layer.named_buffers()).keys()
        if unknown:
            raise ValueError(
                f"{type(layer).__name__}.update_buffers: expected its buffers "
                f"{[*dict(layer.named_buffers())]}, got {sorted(unknown)}"
            )
        new |= {prefix + key: value for key, value in changed.items()}
    return new
