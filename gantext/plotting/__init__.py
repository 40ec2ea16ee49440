"""Pictures in the book's one style. Nothing here shows or saves a figure."""

from gantext.plotting.fields import phase_portrait, trajectories, value_surface
from gantext.plotting.lines import convergence, curves, distributions
from gantext.plotting.spectra import eigenvalues, imaginary_axis, unit_circle
from gantext.plotting.style import (
    CRITIC_TO_FORGER,
    DATA,
    DISCRIMINATOR,
    GENERATOR,
    INK,
    MEASUREMENT,
    PREDICTION,
    SLOW_TO_FAST,
    use_style,
)

__all__ = [
    "CRITIC_TO_FORGER",
    "DATA",
    "DISCRIMINATOR",
    "GENERATOR",
    "INK",
    "MEASUREMENT",
    "PREDICTION",
    "SLOW_TO_FAST",
    "convergence",
    "curves",
    "distributions",
    "eigenvalues",
    "imaginary_axis",
    "phase_portrait",
    "trajectories",
    "unit_circle",
    "use_style",
    "value_surface",
]
