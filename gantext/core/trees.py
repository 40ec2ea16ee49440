"""Arithmetic on parameters of any structure, and the one way in which toy games are batched."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_flatten, tree_map, tree_unflatten


def add(tree: Any, step: Any) -> Any:
    """Return ``tree + step``, leaf by leaf."""
    return tree_map(torch.add, tree, step)


def add_scaled(tree: Any, scale: Tensor | float, direction: Any) -> Any:
    """Return ``tree + scale * direction``, leaf by leaf."""
    return tree_map(lambda leaf, step: leaf + scale * step, tree, direction)


def zeros_like(tree: Any) -> Any:
    """Return a tree of zeros with the same shapes and dtypes."""
    return tree_map(torch.zeros_like, tree)


def dot(left: Any, right: Any) -> Tensor:
    """Return the inner product of two trees of the same structure."""
    pairs = zip(tree_flatten(left)[0], tree_flatten(right)[0], strict=True)
    return torch.stack([(a * b).sum() for a, b in pairs]).sum()


def norm(tree: Any) -> Tensor:
    """Return the Euclidean norm of all leaves together."""
    return torch.linalg.vector_norm(ravel(tree)[0])


def gradient_and_value(function: Callable[[Any], Tensor], at: Any) -> tuple[Any, Tensor]:
    """Return the gradient of a scalar function of a tree, and its value there.

    `torch.func` gives both, under vmap and inside other derivatives too. Where autograd is switched
    off and no transform is at work, so that nothing else can ask for a derivative, PyTorch's
    ordinary autograd gives the same numbers in about half the time for small networks.
    """
    if torch.is_inference_mode_enabled():
        # There PyTorch 2.11 answers with zeros.
        with torch.inference_mode(False), torch.no_grad():
            return gradient_and_value(function, tree_map(torch.clone, at))
    if torch.is_grad_enabled() or _is_asked_about():
        return torch.func.grad_and_value(function)(at)
    leaves, spec = tree_flatten(at)
    with torch.enable_grad():
        leaves = [leaf.detach().requires_grad_() for leaf in leaves]
        value = function(tree_unflatten(leaves, spec))
        if not value.requires_grad:  # a constant
            return zeros_like(at), value
        gradient = torch.autograd.grad(value, leaves, materialize_grads=True)
    return tree_unflatten(list(gradient), spec), value.detach()


def _is_asked_about() -> bool:
    """Tell whether a transform, a compiler or a mode of autograd needs to see what is computed."""
    return (
        torch._C._functorch.peek_interpreter_stack() is not None
        or torch.compiler.is_compiling()
        or torch.autograd.forward_ad._current_level >= 0
    )


def ravel(tree: Any) -> tuple[Tensor, Callable[[Tensor], Any]]:
    """Return a tree's leaves as one vector, and the function that undoes it."""
    leaves, spec = tree_flatten(tree)
    shapes = [leaf.shape for leaf in leaves]
    sizes = [leaf.numel() for leaf in leaves]

    def unravel(vector: Tensor) -> Any:
        pieces = vector.split(sizes)
        return tree_unflatten(
            [piece.reshape(shape) for piece, shape in zip(pieces, shapes, strict=True)], spec
        )

    return torch.cat([leaf.reshape(-1) for leaf in leaves]), unravel


def over_members(
    function: Callable[..., Any], theta: Tensor, psi: Tensor, *scalars: dict[str, Tensor]
) -> Any:
    """Apply a function of one member to every member of a broadcast batch.

    `theta` has shape (..., m), `psi` (..., n), and each hyper-parameter in `scalars` (...). The
    function gets one member's, and returns a pytree of tensors; the leading dimensions come back
    in front of each.
    """
    lead, args = flatten_members(theta, psi, *scalars)
    if not lead:
        return function(theta, psi, *scalars)
    results = torch.func.vmap(function)(*args)
    return tree_map(lambda leaf: leaf.reshape(*lead, *leaf.shape[1:]), results)


def flatten_members(
    theta: Tensor, psi: Tensor, *scalars: dict[str, Tensor]
) -> tuple[torch.Size, tuple[Any, ...]]:
    """Broadcast all leading dimensions together and flatten them into one.

    Return the broadcast leading dimensions, and (theta, psi, *scalars) with shapes (N, m), (N, n)
    and (N,), N the number of members.
    """
    lead = batch_shape(theta, psi, *scalars)
    vectors = [t.expand(*lead, t.shape[-1]).reshape(-1, t.shape[-1]) for t in (theta, psi)]
    flat = [{k: v.expand(lead).reshape(-1) for k, v in d.items()} for d in scalars]
    return lead, (*vectors, *flat)


def batch_shape(theta: Tensor, psi: Tensor, *scalars: dict[str, Tensor]) -> torch.Size:
    """Return the leading dimensions that players and hyper-parameters share, broadcast.

    ValueError if they do not broadcast, or hold no member.
    """
    for name, player in (("theta", theta), ("psi", psi)):
        if player.ndim == 0 or player.shape[-1] == 0:
            told = f"shape {tuple(player.shape)}" if player.ndim else "a scalar; wrap it: [value]"
            raise ValueError(f"{name}: expected shape (..., size), got {told}")
    shapes = {"theta": theta.shape[:-1], "psi": psi.shape[:-1]}
    shapes |= {name: value.shape for own in scalars for name, value in own.items()}
    told = ", ".join(f"{name} {tuple(shape)}" for name, shape in shapes.items())
    try:
        lead = torch.broadcast_shapes(*shapes.values())
    except RuntimeError as error:
        raise ValueError(f"expected batch shapes that broadcast, got {told}") from error
    if lead.numel() == 0:
        raise ValueError(f"expected at least one member, got batch shapes {told}")
    return lead
