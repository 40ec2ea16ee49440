"""The baseline: one GAN in ordinary PyTorch, as most people write it."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import nn
from torch.nn.functional import softplus

BATCH, BETA1, ETA, STD, RADIUS, MODES = 128, 0.5, 1e-3, 0.05, 2.0, 8


def mlp(inputs: int, outputs: int, hidden: int) -> nn.Sequential:
    """Two hidden layers."""
    return nn.Sequential(
        nn.Linear(inputs, hidden),
        nn.ReLU(),
        nn.Linear(hidden, hidden),
        nn.ReLU(),
        nn.Linear(hidden, outputs),
    )


def plain_step(hidden: int, device: torch.device) -> Callable[[], None]:
    """Return one alternating step of a non-saturating GAN on a ring of Gaussians, with Adam.

    The fakes are computed once and serve both players, which is the cheapest way to write it.
    """
    generator = mlp(2, 2, hidden).to(device)
    discriminator = mlp(2, 1, hidden).to(device)
    betas = (BETA1, 0.999)
    adam_g = torch.optim.Adam(generator.parameters(), ETA, betas)
    adam_d = torch.optim.Adam(discriminator.parameters(), ETA, betas)
    angles = 2 * torch.pi * torch.arange(MODES, device=device) / MODES
    centres = RADIUS * torch.stack([angles.cos(), angles.sin()], 1)

    def step() -> None:
        which = torch.randint(MODES, (BATCH,), device=device)
        real = centres[which] + STD * torch.randn(BATCH, 2, device=device)
        fake = generator(torch.randn(BATCH, 2, device=device))
        loss_d = (
            softplus(-discriminator(real)).mean() + softplus(discriminator(fake.detach())).mean()
        )
        adam_d.zero_grad()
        loss_d.backward()
        adam_d.step()
        loss_g = softplus(-discriminator(fake)).mean()
        adam_g.zero_grad()
        loss_g.backward()
        adam_g.step()

    return step
