"""The search for the best mixture of listed generators, in the ideal game."""

from __future__ import annotations

import torch
from torch import Tensor

# Certainty that ends the search, certainty that is good enough at its limit, and that limit.
CERTIFIED = 1e-13
ACCEPTED = 1e-9
MAX_NEWTON_STEPS = 100

# Below this, quotients and their gradients overflow; so small a probability counts for nothing.
TINY = 1e-100


def max_min(p_data: Tensor, generators: Tensor) -> Tensor:
    """Return what a discriminator that moves first secures against the listed generators."""
    # Minimise max_D V over mixtures w of the rows, keeping w > 0 with multipliers z of w >= 0 and
    # following w·z -> 0: the primal-dual Newton method of Boyd and Vandenberghe, Convex
    # Optimization (2004), chapter 11. What the best answer to a mixture secures bounds max min from
    # below, the mixture's own value from above.
    size = len(generators)
    weights = torch.full((size,), 1 / size, dtype=torch.float64)
    multipliers = torch.ones_like(weights)
    for _ in range(MAX_NEWTON_STEPS):
        mixture = weights @ generators
        secured, slope = _secured(p_data, mixture, generators)
        total = p_data + mixture
        at_most = (weighted_share(p_data, total) + weighted_share(mixture, total)).sum()
        if at_most - secured < CERTIFIED:
            return secured
        weights, multipliers = _newton_step(
            weights, multipliers, slope, _curvature(p_data, mixture, generators)
        )
    if at_most - secured < ACCEPTED:
        return secured
    raise RuntimeError(
        f"max min: expected certainty to {ACCEPTED:g} after {MAX_NEWTON_STEPS} Newton steps, got "
        f"bounds {secured.item():.12g} and {at_most.item():.12g}"
    )


def _secured(p_data: Tensor, mixture: Tensor, generators: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the best answer to a mixture secures, and each row's mean of log(1 - D)."""
    mixture = mixture.clamp_min(TINY)
    total = p_data + mixture
    against_rows = generators @ (mixture / total).log()
    return weighted_share(p_data, total).sum() + against_rows.min(), against_rows


def _curvature(p_data: Tensor, mixture: Tensor, generators: Tensor) -> Tensor:
    """Return the second derivative of max_D V in the mixture's weights."""
    mixture = mixture.clamp_min(TINY)
    return generators * (p_data / (mixture * (p_data + mixture))) @ generators.T


def _newton_step(
    weights: Tensor, multipliers: Tensor, slope: Tensor, curvature: Tensor
) -> tuple[Tensor, Tensor]:
    """Take one primal-dual step towards w·z = a tenth of its present mean, inside w > 0, z > 0."""
    size = len(weights)
    target = 0.1 * (weights @ multipliers) / size
    system = torch.zeros((size + 1, size + 1), dtype=torch.float64)
    system[:size, :size] = curvature + torch.diag(multipliers / weights)
    system[:size, size] = system[size, :size] = 1.0  # the weights keep summing to 1
    right = torch.cat([target / weights - slope, torch.zeros(1, dtype=torch.float64)])
    step = torch.linalg.solve(system, right)[:size]
    multiplier_step = (target - multipliers * step) / weights - multipliers
    weights = weights + _room(weights, step) * step
    multipliers = multipliers + _room(multipliers, multiplier_step) * multiplier_step
    return weights / weights.sum(), multipliers


def _room(values: Tensor, step: Tensor) -> Tensor:
    """Return the share of a step, at most 1, that keeps positive values positive."""
    return 0.99 / (-step / values).max().clamp_min(0.99)


def weighted_share(part: Tensor, total: Tensor) -> Tensor:
    """Return part · log(part / total), 0 where the part is 0, safe where a share underflows."""
    log_part = torch.where(part > 0, part, 1.0).log()
    log_total = torch.where(part > 0, total, 1.0).log()
    return part * (log_part - log_total)
