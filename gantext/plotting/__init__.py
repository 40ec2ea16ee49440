"""Pictures in the book's one style.

Every picture takes arrays, tensors or nested lists, draws on ``ax`` or on a new pyplot figure, and
returns the matplotlib Axes, to which you can add. Nothing here shows or saves a figure.
"""

from gantext.plotting.bars import distributions
from gantext.plotting.fields import phase_portrait, trajectories, value_surface
from gantext.plotting.lines import convergence, curves
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
