"""Interactive figures."""

from gantext.widgets.interactive import InteractiveFigure
from gantext.widgets.live import FIGURE_MIME, LiveFigure
from gantext.widgets.optimal_critic import OptimalCritic

__all__ = ["FIGURE_MIME", "InteractiveFigure", "LiveFigure", "OptimalCritic"]
