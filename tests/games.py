"""Numbers, games and comparisons that several tests share."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any

import torch
from torch.func import functional_call
from torch.utils._pytree import tree_flatten

import gantext as gt


def random_tensor(*shape: int, seed: int = 0) -> torch.Tensor:
    """Draw standard normal numbers, float64, the same for the same seed."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.float64)


def assert_same_tree(found: Any, expected: Any, **tolerance: float) -> None:
    """Compare two trees of tensors: the same structure, and the same bits or nearly so."""
    found_leaves, found_spec = tree_flatten(found)
    expected_leaves, expected_spec = tree_flatten(expected)
    assert found_spec == expected_spec
    for one, other in zip(found_leaves, expected_leaves, strict=True):
        torch.testing.assert_close(
            one, other, equal_nan=True, **(tolerance or {"rtol": 0, "atol": 0})
        )


class NetworkGame(gt.Game):
    """A GAN of two small networks, one linear and one not; a subclass says what scores cost."""

    #: Noise and data, five of each.
    BATCH = (random_tensor(5, 2, seed=10), random_tensor(5, 2, seed=11))

    def __init__(self) -> None:
        self.generator = torch.nn.Linear(2, 2).double()
        self.discriminator = torch.nn.Sequential(
            torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1)
        ).double()

    def parameters(self, seed: int = 0) -> tuple[dict, dict]:
        """Draw both players' parameters."""
        modules = (self.generator, self.discriminator)
        return tuple(
            {
                name: random_tensor(*p.shape, seed=seed + k)
                for k, (name, p) in enumerate(module.named_parameters())
            }
            for module in modules
        )

    def losses(self, theta: dict, psi: dict, batch: Any = None) -> gt.Losses:
        """Score the fakes that the noise becomes, and the data."""
        noise, data = batch
        fake = functional_call(self.generator, theta, (noise,))
        score_fake = functional_call(self.discriminator, psi, (fake,))
        return self.cost(score_fake, functional_call(self.discriminator, psi, (data,)))

    @abstractmethod
    def cost(self, fake: torch.Tensor, real: torch.Tensor) -> gt.Losses:
        """Return both players' losses from the scores of fakes and data."""
