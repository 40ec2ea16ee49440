"""How annealing lowers the weight of the bonus, and shakes the ball so that chance decides."""

from __future__ import annotations

import math

import torch
from torch import Tensor

ANNEALING = 500  # the steps that annealing takes; it stays at 0 for the rest
NOISE = 0.01  # standard deviation of what annealing adds to the logit at every step

# A generator of random numbers whose states are whole numbers that a float holds exactly, products
# included, so that JavaScript draws the same.
MODULUS = 2.0**31 - 1
MULTIPLIER = 48271.0


def kick(state: Tensor) -> tuple[Tensor, Tensor]:
    """Return the generator's next state, and uniform noise of mean 0 with deviation ``NOISE``.

    S. Park, K. Miller and P. Stockmeyer, "Remarks on choosing and implementing random number
    generators", Communications of the ACM 36(7), 1993.
    """
    state = torch.remainder(MULTIPLIER * state, MODULUS)
    return state, math.sqrt(12) * NOISE * (state / MODULUS - 0.5)


def present(lam: Tensor, steps: Tensor) -> Tensor:
    """Return the weight after some steps of annealing that begins at ``lam``."""
    # A product, which JavaScript rounds as PyTorch does; a quotient is printed as another product.
    return lam * (1 - (1 / ANNEALING) * steps).clamp_min(0)
