"""What an orbit shows: how fast it grows and turns, or why that cannot be told."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from gantext.widgets.phase_plane.constants import (
    ARRIVED,
    FAR,
    FASTEST,
    FEWEST,
    FIRM,
    NUDGE,
    SEPARATION,
    STRAIGHT,
    WORDS,
)


class Measured(NamedTuple):
    """A growth and a turn per step, in degrees and with its sign, or why there are none."""

    distance: float | None
    growth: float | None
    turn: float | None
    why: str


def starts(x: float, y: float) -> Tensor:
    """Return a start and its two neighbours, shape (3, 2)."""
    start = torch.tensor([x, y], dtype=torch.float64)
    nudge = NUDGE * torch.tensor([[0.0, 0.0], [1.0, -1.0], [-1.0, 1.0]], dtype=start.dtype)
    return start * (1 + nudge)


def measure(orbits: Tensor) -> Measured:
    """Measure an orbit that comes with its neighbours, shape (steps + 1, 3, 2)."""
    distance = torch.hypot(*orbits[:, 0].unbind(-1))
    if not bool((distance < FAR).all()):
        return Measured(None, None, None, WORDS["unbounded"])
    apart = torch.hypot(*(orbits[:, 1:] - orbits[:, :1]).unbind(-1)).amax(-1) / distance
    last = float(distance[-1])
    if not bool((apart <= SEPARATION).all()):
        if last <= ARRIVED * float(distance[0]):
            return Measured(last, None, None, WORDS["arrived"])
        return Measured(None, None, None, WORDS["sensitive"])
    steps = len(orbits) - 1
    if steps < FEWEST:
        return Measured(last, None, None, WORDS["short"])
    half = steps // 2
    slope = np.polyfit(np.arange(half, steps + 1), distance[half:].log().numpy(), 1)[0]
    growth = math.exp(slope)
    if growth > FASTEST:
        return Measured(last, None, None, WORDS["fast"])
    return Measured(last, growth, _mean_turn(orbits[half:, 0].numpy()), "")


def _mean_turn(points: NDArray[np.float64]) -> float:
    """Return by how many degrees the points turn around the equilibrium, a step."""
    lowest = STRAIGHT - 180  # half a turn has the same sign whatever the last bit says
    turns = np.diff(np.degrees(np.arctan2(points[:, 1], points[:, 0])))
    return float(((turns - lowest) % 360 + lowest).mean())


def turn_of(multipliers: Tensor) -> float | None:
    """Return the angle of the outermost multiplier, from 0 to 180 degrees; none where all are 0."""
    sizes = multipliers.abs()
    largest = float(sizes.max())
    if largest < FIRM:
        return None
    angles = torch.rad2deg(multipliers[sizes >= largest - FIRM * largest].angle().abs())
    found = float(angles.max())
    # A double root is known to half the digits, so that it may look like a pair.
    return 0.0 if found < STRAIGHT else 180.0 if found > 180 - STRAIGHT else found
