"""The public face: the names of ``import gantext as gt``, and where each is defined."""

__version__: str

from . import plotting as plotting
from .objectives.divergences import js as js, kl as kl, total_variation as total_variation
from .objectives.lipschitz import (
    circular_norm as circular_norm,
    lipschitz_bound as lipschitz_bound,
    lipschitz_constant as lipschitz_constant,
    spectral_norm as spectral_norm,
)
from .objectives.losses import (
    Hinge as Hinge,
    LeastSquares as LeastSquares,
    Loss as Loss,
    Minimax as Minimax,
    NonSaturating as NonSaturating,
    Relativistic as Relativistic,
    Wasserstein as Wasserstein,
    ZeroSum as ZeroSum,
)
from .objectives.penalties import (
    EntropyBonus as EntropyBonus,
    GradientPenalty as GradientPenalty,
    R1 as R1,
    R2 as R2,
    nearest_neighbour_entropy as nearest_neighbour_entropy,
)
from .objectives.transport import (
    Transport as Transport,
    c_transform as c_transform,
    sliced_wasserstein as sliced_wasserstein,
    transport as transport,
    wasserstein_1d as wasserstein_1d,
)
from .games.base import Game as Game, Losses as Losses
from .games.bilinear import Bilinear as Bilinear
from .games.dirac import DiracGAN as DiracGAN
from .games.ideal import IdealGame as IdealGame, PureStrategyValues as PureStrategyValues
from .games.two_point.complexity import quadratic as quadratic, quartic as quartic
from .games.two_point.game import TwoPointGame as TwoPointGame
from .games.two_point.loss import (
    Barrier as Barrier,
    StationaryPoints as StationaryPoints,
    TwoPointLoss as TwoPointLoss,
)
from .dynamics.field import (
    Trajectory as Trajectory,
    eigenvalues as eigenvalues,
    flow as flow,
    jacobian as jacobian,
    lie_derivative as lie_derivative,
    spectrum as spectrum,
    velocity as velocity,
)
from .dynamics.linearise import (
    multipliers as multipliers,
    spectral_radius as spectral_radius,
    update_jacobian as update_jacobian,
)
from .dynamics.optimizers import (
    Adam as Adam,
    HeavyBall as HeavyBall,
    Optimizer as Optimizer,
    RMSProp as RMSProp,
    SGD as SGD,
)
from .dynamics.update_rule import (
    GradientRule as GradientRule,
    State as State,
    StepInfo as StepInfo,
    UpdateRule as UpdateRule,
)
from .dynamics.rules import (
    Alternating as Alternating,
    Averaged as Averaged,
    Consensus as Consensus,
    Extragradient as Extragradient,
    Optimistic as Optimistic,
    ProximalPoint as ProximalPoint,
    Simultaneous as Simultaneous,
    SymplecticGradientAdjustment as SymplecticGradientAdjustment,
    Unrolled as Unrolled,
)
from .dynamics.simulate import Solution as Solution, simulate as simulate, solve as solve
from .data.base import Dataset as Dataset
from .data.images import Images as Images, StackedDigits as StackedDigits, digits as digits
from .data.mixtures import (
    GaussianMixture as GaussianMixture,
    grid as grid,
    ring as ring,
    two_points as two_points,
)
from .gan.convolutional import (
    ConvDiscriminator as ConvDiscriminator,
    ConvGenerator as ConvGenerator,
)
from .gan.game import GAN as GAN, GANBatch as GANBatch
from .gan.layers import MaxMin as MaxMin, MinibatchStdDev as MinibatchStdDev, Packed as Packed
from .gan.mlp import MLP as MLP
from .gan.spectral_norm import SpectralConv2d as SpectralConv2d, SpectralLinear as SpectralLinear
from .gan.weights import draw_weights as draw_weights
from .training.checkpoints import CheckpointError as CheckpointError
from .training.experiment import Experiment as Experiment
from .training.history import History as History
from .training.loop import train as train
from .training.recorded_step import StepRecord as StepRecord
from .training.results import (
    DivergenceWarning as DivergenceWarning,
    Run as Run,
    Snapshot as Snapshot,
)
from .training.watch import ImpureStepWarning as ImpureStepWarning
from .evaluation.classes import (
    NearestNeighbour as NearestNeighbour,
    class_statistics as class_statistics,
)
from .evaluation.counts import ModeStatistics as ModeStatistics, kl_to_uniform as kl_to_uniform
from .evaluation.intervals import Interval as Interval, mean_interval as mean_interval
from .evaluation.modes import modes as modes
from .evaluation.precision_recall import (
    PrecisionRecall as PrecisionRecall,
    precision_recall as precision_recall,
)
from .records.base import Record as Record, load_record as load_record
from .records.published_table import published_table as published_table
from .records.ring_cures import ring_cures as ring_cures
from .records.ring_hops import ring_hops as ring_hops
from .records.ring_whole import ring_whole as ring_whole
from .records.what_helps import what_helps as what_helps
from .records.what_helps_constant import what_helps_constant as what_helps_constant
from .records.what_helps_longer import what_helps_longer as what_helps_longer
from .widgets.interactive import InteractiveFigure as InteractiveFigure
from .widgets.live import LiveFigure as LiveFigure
from .widgets.ideas.best_answer import BestAnswer as BestAnswer
from .widgets.ideas.sure_critic import SureCritic as SureCritic
from .widgets.ideas.far_forger import FarForger as FarForger
from .widgets.ideas.tangent_step import TangentStep as TangentStep
from .widgets.ideas.look_ahead import LookAhead as LookAhead
from .widgets.ideas.multiplier import Multiplier as Multiplier
from .widgets.ideas.pitchfork import Pitchfork as Pitchfork
from .widgets.ideas.late_critic import LateCritic as LateCritic
from .widgets.ideas.agreeing_seeds import AgreeingSeeds as AgreeingSeeds
from .widgets.ideas.earth_mover import EarthMover as EarthMover
from .widgets.ideas.blunt_peak import BluntPeak as BluntPeak
from .widgets.optimal_critic.figure import OptimalCritic as OptimalCritic
from .widgets.phase_plane.figure import PhasePlane as PhasePlane
from .widgets.record_table.figure import RecordTable as RecordTable
from .widgets.training_replay.figure import TrainingReplay as TrainingReplay
from .widgets.training_replay.recorder import Recorder as Recorder
from .widgets.training_replay.recording import Recording as Recording
from .widgets.two_point_landscape.figure import TwoPointLandscape as TwoPointLandscape
from .grading.check import check as check, progress as progress
