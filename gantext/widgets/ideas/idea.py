"""What small figures have in common."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.plotting import style
from gantext.widgets.live import LiveFigure, fixed


class Idea(LiveFigure):
    """A figure of one idea: a picture, and one sentence that changes under the reader's hand.

    A subclass has `words`, the sentence with names in braces, and `digits`, how many digits each
    number gets there. Its script makes a number that is part of the state one that can be dragged.
    """

    words: ClassVar[str]
    digits: ClassVar[Mapping[str, int]]
    size: ClassVar[tuple[float, float]] = (5.2, 3.2)  # of the picture, in inches

    def sentence(self) -> str:
        """Say the idea with the present numbers."""
        told = {
            name: value if isinstance(value, str) else fixed(value, self.digits[name])
            for name, value in self.numbers().items()
        }
        return self.words.format(**told)

    @checked_arguments
    def draw(self, figure: Figure) -> None:
        """Draw the picture that stands where no script runs."""
        figure.set_size_inches(*self.size)
        figure.set_layout_engine("constrained")
        self._paint(figure.subplots())

    def _paint(self, ax: Axes) -> None:
        """Draw the picture on axes."""
        raise NotImplementedError


def pointing(ax: Axes, begin: Tensor, end: Tensor, line: str) -> None:
    """Draw an arrow of a step between two places in the plane."""
    arrow = {"arrowstyle": "-|>", "color": style.MEASUREMENT, "ls": line}
    (x, y), (u, v) = begin.tolist(), end.tolist()
    ax.annotate("", (u, v), (x, y), arrowprops=arrow)


def bare(ax: Axes) -> None:
    """Take a picture's axes away, where distances are equal in both directions."""
    ax.set_aspect("equal")
    ax.set_axis_off()
