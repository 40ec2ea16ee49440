"""Hyper-parameters: named numbers, each with the check of its value, as tensors."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from torch import Tensor

from gantext.core.checks import ArrayLike

Hyperparameters = dict[str, Tensor]
Check = Callable[[str, ArrayLike], Tensor]
Required = dict[str, Check]
Defaults = dict[str, tuple[ArrayLike, Check]]


def checked(
    owner: object, given: Mapping[str, ArrayLike], required: Required, defaults: Defaults
) -> Hyperparameters:
    """Check what was given, fill in the defaults, and return all as float64 tensors.

    TypeError, in the owner's name, if one is missing or unknown; ValueError from a check.
    """
    if required.keys() - given.keys() or given.keys() - required.keys() - defaults.keys():
        expected = [*required, *(f"{name} (optional)" for name in defaults)]
        raise TypeError(f"{type(owner).__name__}: expected {expected}, got {[*given]}")
    hparams = {name: check(name, given[name]) for name, check in required.items()}
    for name, (value, check) in defaults.items():
        hparams[name] = check(name, given.get(name, value))
    return hparams
