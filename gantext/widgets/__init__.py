"""Interactive figures."""

from gantext.widgets.interactive import InteractiveFigure
from gantext.widgets.live import FIGURE_MIME, LiveFigure
from gantext.widgets.optimal_critic import OptimalCritic
from gantext.widgets.phase_plane import PhasePlane
from gantext.widgets.training_replay import Recorder, Recording, TrainingReplay
from gantext.widgets.two_point_landscape import TwoPointLandscape

__all__ = [
    "FIGURE_MIME",
    "InteractiveFigure",
    "LiveFigure",
    "OptimalCritic",
    "PhasePlane",
    "Recorder",
    "Recording",
    "TrainingReplay",
    "TwoPointLandscape",
]
