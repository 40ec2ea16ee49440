"""A module's weights as the parameters of a game: drawn from a seed, with buffers that move on."""

from __future__ import annotations

from copy import deepcopy

import torch
from torch import Tensor, nn
from torch.func import functional_call

from gantext.core.annotations import Whole
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Device, FloatingType
from gantext.core.randomness import DrawFrom

Weights = dict[str, Tensor]


@checked_arguments
def draw_weights(
    module: nn.Module,
    seed: Whole,
    *,
    dtype: FloatingType = torch.float32,
    device: Device = "cpu",
) -> Weights:
    """Draw what is trained of a module, as its layers' own ``reset_parameters`` do.

    What has ``requires_grad=False`` keeps the module's own values, and so does a buffer unless
    ``reset_parameters`` draws it too. PyTorch's global generators stay as they are.

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
        Parameters and buffers by name, as in ``module.state_dict()``; but whole numbers, such as
        an index, stay with the module.

    Raises
    ------
    ValueError
        If a layer has parameters to train and no ``reset_parameters``, so that all seeds would be
        the same.

    Examples
    --------
    >>> import gantext as gt
    >>> weights = gt.draw_weights(gt.MLP(2, 1, hidden=[3]), seed=0)
    >>> {name: tuple(tensor.shape) for name, tensor in weights.items()}
    {'0.weight': (3, 2), '0.bias': (3,), '2.weight': (1, 3), '2.bias': (1,)}
    """
    drawn = deepcopy(module).cpu()
    with torch.no_grad(), DrawFrom(torch.Generator().manual_seed(seed)):
        for name, layer in drawn.named_modules():
            trained = [p for p in layer.parameters(recurse=False) if p.requires_grad]
            reset = getattr(layer, "reset_parameters", None)
            if any(p.is_complex() for p in trained):
                raise ValueError(f"{name}: expected real parameters to train, got complex ones")
            if trained and not callable(reset):
                raise ValueError(
                    f"{type(layer).__name__} ({name or 'the module itself'}): expected a method "
                    "reset_parameters() that draws its parameters; add one"
                )
            if callable(reset) and (trained or [*layer.buffers(recurse=False)]):
                reset()
    named = {**dict(drawn.named_parameters()), **dict(drawn.named_buffers())}
    frozen = {name: p for name, p in module.named_parameters() if not p.requires_grad}
    return {
        name: frozen.get(name, w).detach().to(device=device, dtype=dtype, copy=True)
        for name, w in named.items()
        if w.is_floating_point()
    }


def call_with(module: nn.Module, weights: Weights, x: Tensor) -> Tensor:
    """Call a module with other weights, of which those alone that are trained have gradients."""
    trained = {name for name, p in module.named_parameters() if p.requires_grad}
    given = {name: w if name in trained else w.detach() for name, w in weights.items()}
    # Whole numbers stay with the module, on its device.
    given |= {n: b.to(x.device) for n, b in module.named_buffers() if not b.is_floating_point()}
    return functional_call(module, given, (x,))


def loaded(module: nn.Module, weights: Weights) -> nn.Module:
    """Return a copy of a module that holds weights, in their dtype and on their device."""
    one = next(iter(weights.values()), torch.empty(0))
    copy = deepcopy(module).to(device=one.device, dtype=one.dtype)
    places = {**dict(copy.named_parameters()), **dict(copy.named_buffers())}
    with torch.no_grad():
        for name, weight in weights.items():
            places[name].copy_(weight)
    return copy


def constants(module: nn.Module) -> Weights:
    """Return the parameters and buffers whose values no seed decides."""
    one, other = (draw_weights(module, seed, dtype=torch.float64) for seed in (0, 1))
    whole = {name: b for name, b in module.named_buffers() if not b.is_floating_point()}
    return {name: w for name, w in one.items() if torch.equal(w, other[name])} | whole


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
        named = [*dict(layer.named_parameters()), *dict(layer.named_buffers())]
        local = [key for key in named if prefix + key in weights]
        changed = update({key: weights[prefix + key] for key in local})
        buffers = [key for key, _ in layer.named_buffers() if key in local]
        if unknown := changed.keys() - set(buffers):
            raise ValueError(
                f"{type(layer).__name__}.update_buffers: expected its buffers {buffers}, "
                f"got {sorted(unknown)}"
            )
        new |= {prefix + key: value for key, value in changed.items()}
    return new
