"""Training: what is trained, one step of it, and the loop that takes many.

An `Experiment` says what is trained. Its `step` is a pure function of a state, a batch and
hyper-parameters. Randomness is a function too: weights, data and noise follow from the seed and the
number of the step, so that a run can stop anywhere, go on elsewhere, and give the same numbers.
"""

from __future__ import annotations

import hashlib
import os
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._pytree import tree_map
from tqdm.auto import tqdm

from gantext.core.checks import as_float64
from gantext.data.base import Dataset
from gantext.dynamics.rule import Hyperparameters, State, UpdateRule
from gantext.gan.game import GAN, GANBatch
from gantext.gan.weights import Weights
from gantext.training.checkpoints import CheckpointError, flatten, load, save, unflatten
from gantext.training.recorded_step import fastest

#: Steps whose data and noise are drawn together; part of what a seed means.
BLOCK = 16


Schedule = Callable[[Tensor], Tensor]


class DivergenceWarning(UserWarning):
    """A member's losses or gradients are no longer finite numbers.

    Examples
    --------
    To stop instead of going on with the other members:

    >>> import warnings
    >>> from gantext.training.loop import DivergenceWarning
    >>> with warnings.catch_warnings():
    ...     warnings.simplefilter("error", DivergenceWarning)
    """


class Settings(NamedTuple):
    """Hyper-parameters, checked.

    Attributes
    ----------
    rule : dict of Tensor
        The update rule's, float64.
    game : dict of Tensor
        The game's, in the experiment's type.
    """

    rule: Hyperparameters
    game: Hyperparameters


class TrainState(NamedTuple):
    """Where training stands.

    Attributes
    ----------
    players : State
        Both players' parameters, what the update rule remembers, and the steps taken.
    sums : Tensor, shape (3,), float64
        Generator loss, discriminator loss and speed, added up since the last record.
    diverged : Tensor, int64 scalar
        The step at which something was first not finite; -1 while all is well.
    """

    players: State
    sums: Tensor
    diverged: Tensor


@dataclass(frozen=True)
class Experiment:
    """What is trained: everything but seed and hyper-parameters.

    Attributes
    ----------
    game : GAN or callable
        A GAN, or a function that makes one from hyper-parameters of its own, so that each member
        of a population can have its own.
    rule : UpdateRule
        How the players move.
    data : Dataset
        What the generator shall imitate.
    batch_size : int
        Samples of data, and of noise, for each look.
    dtype : torch.dtype
        Of networks and samples.
    schedules : mapping of str to callable
        For a hyper-parameter's name, the factor by which it is multiplied at a step: a function of
        the steps taken, a tensor, such as ``lambda taken: 1 - taken / 1000``. The discriminator's
        ``eta_psi`` has a schedule of its own, even where it is equal to ``eta``.

    Raises
    ------
    ValueError
        If ``batch_size`` is below 1, or ``dtype`` is no floating-point type.

    Examples
    --------
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.dynamics.optimizers import Adam
    >>> from gantext.training.loop import Experiment
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> Experiment(gan, Alternating(optimizer=Adam()), ring(), batch_size=64).batch_size
    64
    """

    game: GAN | Callable[..., GAN]
    rule: UpdateRule
    data: Dataset
    batch_size: int = 128
    dtype: torch.dtype = torch.float32
    schedules: Mapping[str, Schedule] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Refuse an empty batch, and networks of whole numbers."""
        if self.batch_size < 1:
            raise ValueError(f"batch_size: expected >= 1, got {self.batch_size}")
        if not self.dtype.is_floating_point:
            raise ValueError(f"dtype: expected a floating-point type, got {self.dtype}")

    def settings(self, game_hparams: Mapping[str, Any] | None = None, **hparams: Any) -> Settings:
        """Check hyper-parameters.

        Parameters
        ----------
        game_hparams : mapping of str to float or Tensor of shape (...), optional
            What ``game`` is called with.
        **hparams : float or Tensor, shape (...)
            The update rule's; see `gantext.dynamics.rule.UpdateRule.hparams`.

        Returns
        -------
        Settings
            Tensors.

        Raises
        ------
        ValueError
            If a value is out of range.
        TypeError
            If a name is unknown or missing, or a GAN that takes no hyper-parameters is given some.
        """
        own = {name: as_float64(name, value) for name, value in (game_hparams or {}).items()}
        if own and isinstance(self.game, GAN):
            raise TypeError("game_hparams: expected a function that makes the game, got a GAN")
        rule = self.rule.hparams(**hparams)
        unknown = self.schedules.keys() - rule.keys() - own.keys()
        if unknown:
            raise TypeError(f"schedules: expected some of {[*rule, *own]}, got {sorted(unknown)}")
        self._try_games(own)
        return Settings(rule, {name: value.to(self.dtype) for name, value in own.items()})

    def _try_games(self, own: Mapping[str, Tensor]) -> None:
        """Make every member's game once, outside of vmap, where values can still be checked."""
        if isinstance(self.game, GAN):
            return
        shapes = [tuple(value.shape) for value in own.values()]
        try:
            values = torch.broadcast_tensors(*own.values()) if own else ()
        except RuntimeError as error:
            raise ValueError(
                f"game_hparams: expected values that broadcast, got shapes {shapes}"
            ) from error
        kinds = zip(*(value.flatten() for value in values), strict=True) if own else [()]
        games = [self.game(**dict(zip(own, member, strict=True))) for member in kinds]
        again = self.game(**dict(zip(own, (v.flatten()[0] for v in values), strict=True)))
        for game in [*games, again]:
            if not isinstance(game, GAN):
                raise TypeError(f"game: expected a function that returns a GAN, got {game!r}")
            if game.generator is not again.generator or (
                game.discriminator is not again.discriminator
            ):
                raise TypeError(
                    "game: expected the same networks at every call; make them once, outside of "
                    "the function, and let it only put them together"
                )

    def make(self, settings: Settings) -> GAN:
        """Return the GAN with its hyper-parameters.

        Parameters
        ----------
        settings : Settings
            One member's.

        Returns
        -------
        GAN
            The game that is played.
        """
        return self.game if isinstance(self.game, GAN) else self.game(**settings.game)

    def init(self, seed: int, settings: Settings, *, device: Any = "cpu") -> TrainState:
        """Draw the weights and return the state before the first step.

        Parameters
        ----------
        seed : int
            The member's seed.
        settings : Settings
            One member's.
        device : torch.device or str
            Where to train.

        Returns
        -------
        TrainState
            No step taken.
        """
        theta, psi = self.make(settings).init(seed, dtype=self.dtype, device=device)
        players = self.rule.init(theta, psi)
        players = tree_map(lambda leaf: leaf.to(device), players)
        return TrainState(
            players,
            torch.zeros(3, dtype=_precise(device), device=device),
            torch.tensor(-1, device=device),
        )

    def draw(self, seed: int, block: int, settings: Settings, *, device: Any = "cpu") -> GANBatch:
        """Draw data and noise for a block of steps.

        Parameters
        ----------
        seed : int
            The member's seed.
        block : int
            The block: steps ``BLOCK * block`` and the ``BLOCK - 1`` after it.
        settings : Settings
            One member's.
        device : torch.device or str
            Where to.

        Returns
        -------
        GANBatch
            ``real`` of shape (BLOCK, looks, B, ...) and ``noise`` of shape (BLOCK, looks, B,
            noise).
        """
        generator = _generator(seed, "batch", block, device)
        shape = (BLOCK, self.rule.looks, self.batch_size)
        real = self.data.sample(shape, generator=generator, dtype=self.dtype)
        width = self.make(settings).noise
        noise = torch.randn(
            *shape, width, generator=generator, dtype=self.dtype, device=generator.device
        )
        return GANBatch(real, noise)

    def noise(
        self, seed: int, count: int, settings: Settings, *, which: int = 0, device: Any = "cpu"
    ) -> Tensor:
        """Draw noise to look at samples, which training never sees.

        Parameters
        ----------
        seed : int
            The member's seed.
        count : int
            How many.
        settings : Settings
            One member's.
        which : int
            Another number, other noise.
        device : torch.device or str
            Where to.

        Returns
        -------
        Tensor, shape (count, noise)
            Standard normal.
        """
        generator = _generator(seed, "evaluation", which, device)
        return torch.randn(
            count,
            self.make(settings).noise,
            generator=generator,
            dtype=self.dtype,
            device=generator.device,
        )

    def step(self, state: TrainState, batch: GANBatch, settings: Settings) -> TrainState:
        """Take one step with one member. Pure.

        Parameters
        ----------
        state : TrainState
            From `init` or an earlier step.
        batch : GANBatch
            One step's: shapes (looks, B, ...).
        settings : Settings
            One member's.

        Returns
        -------
        TrainState
            After the step.
        """
        taken = state.players.taken
        now = Settings(*({k: self._at(k, v, taken) for k, v in part.items()} for part in settings))
        players, info = self.rule.step(self.make(now), state.players, batch, now.rule)
        seen = torch.stack([info.losses.generator, info.losses.discriminator, info.speed])
        first = (state.diverged < 0) & ~torch.isfinite(seen).all()
        return TrainState(players, state.sums + seen, torch.where(first, taken, state.diverged))

    def _at(self, name: str, value: Tensor, taken: Tensor) -> Tensor:
        """Return a hyper-parameter's value at a step."""
        schedule = self.schedules.get(name)
        return value if schedule is None else value * schedule(taken).to(value.dtype)


class History(NamedTuple):
    """What was recorded, every so many steps.

    Attributes
    ----------
    step : Tensor, shape (T,), int64
        Steps taken at each record.
    generator_loss, discriminator_loss, speed : Tensor, shape (T, ...), float64
        Means over the steps since the record before; ``...`` are the members of a population.
    observed : dict of Tensor, each of shape (T, ..., own)
        What the callbacks returned, with dimensions of its own.
    """

    step: Tensor
    generator_loss: Tensor
    discriminator_loss: Tensor
    speed: Tensor
    observed: dict[str, Tensor]


class Snapshot:
    """A moment of training, as callbacks see it.

    In a population every tensor has a first dimension more: the members.

    Parameters
    ----------
    runner : Runner
        What is trained.
    state : TrainState
        The state at this moment.
    taken : int
        Steps taken.

    Attributes
    ----------
    state : TrainState
        The state itself.
    taken : int
        Steps taken.

    Examples
    --------
    A callback that records where the samples are:

    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.training.loop import Experiment, train
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> experiment = Experiment(gan, Alternating(), ring(), batch_size=16)
    >>> look = lambda snapshot: {"mean": snapshot.sample(100).mean(0)}
    >>> run = train(experiment, 20, every=5, callbacks=[look], device="cpu", eta=1e-3)
    >>> run.history.observed["mean"].shape
    torch.Size([4, 2])
    """

    def __init__(self, runner: Runner, state: TrainState, taken: int) -> None:
        self._runner = runner
        self.state = state
        self.taken = taken

    @property
    def theta(self) -> Weights:
        """The generator's parameters, as the update rule answers."""
        return self.state.players.theta

    @property
    def psi(self) -> Weights:
        """The discriminator's parameters."""
        return self.state.players.psi

    def sample(self, count: int, *, which: int = 0) -> Tensor:
        """Draw from the generator.

        Parameters
        ----------
        count : int
            How many samples.
        which : int
            Another number, other noise; the same at every step, so that samples can be followed.

        Returns
        -------
        Tensor, shape (count, ...) or (members, count, ...)
            Samples.
        """
        return self._runner.sample(self.state, count, which)

    def score(self, x: Tensor) -> Tensor:
        """Ask the discriminator.

        Parameters
        ----------
        x : Tensor, shape (n, ...)
            Samples, the same for every member.

        Returns
        -------
        Tensor, shape (n, 1) or (members, n, 1)
            Logits.
        """
        return self._runner.score(self.state, x)


Callback = Callable[[Snapshot], Mapping[str, Tensor] | None]


@dataclass(frozen=True)
class Run:
    """What training gives back.

    Attributes
    ----------
    final : Snapshot
        The last moment.
    history : History
        What was recorded.
    diverged : Tensor, shape (...), int64
        For each member the step at which something was first not finite; -1 where all was well.

    Examples
    --------
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.training.loop import Experiment, train
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> experiment = Experiment(gan, Alternating(), ring(), batch_size=16)
    >>> run = train(experiment, 20, device="cpu", eta=1e-3)
    >>> run.diverged, run.final.taken
    (tensor(-1), 20)
    """

    final: Snapshot
    history: History
    diverged: Tensor


def train(
    experiment: Experiment,
    steps: int,
    *,
    seed: int = 0,
    game_hparams: Mapping[str, Any] | None = None,
    every: int = 100,
    callbacks: Sequence[Callback] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 1000,
    device: Any = None,
    compile: bool = False,  # noqa: A002 - torch's word
    progress: bool | None = None,
    **hparams: Any,
) -> Run:
    """Train one GAN.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    steps : int
        How many steps in all, those of a checkpoint included.
    seed : int
        Weights, data and noise follow from it.
    game_hparams : mapping of str to float, optional
        What the experiment's ``game`` is called with.
    every : int
        Steps from one record to the next.
    callbacks : sequence of callable
        Called at each record with a `Snapshot`; a mapping that one returns is recorded too.
    checkpoint : path, optional
        A file to write to. If it is there already, training goes on from it.
    checkpoint_every : int
        Steps from one writing to the next; the end and an interruption are written too.
    device : torch.device or str, optional
        Where to train; None picks CUDA, then MPS, then the CPU.
    compile : bool
        Whether to compile the step: some seconds at first, then several times faster. Otherwise
        a CPU records the step's operations after a while and replays them, which gives the same
        numbers, small networks' two to three times as fast; what a network or a loss does
        besides, such as printing, ends with the recording.
    progress : bool, optional
        Whether to show a bar; None shows one on a terminal.
    **hparams : float
        The update rule's hyper-parameters.

    Returns
    -------
    Run
        The last state, the history, and whether it diverged.

    Raises
    ------
    ValueError
        If a count or a hyper-parameter is out of range.
    CheckpointError
        If the checkpoint is damaged or belongs to another run.

    Warns
    -----
    DivergenceWarning
        If losses or gradients are no longer finite.

    Examples
    --------
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.dynamics.optimizers import Adam
    >>> from gantext.training.loop import Experiment, train
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> experiment = Experiment(gan, Alternating(optimizer=Adam()), ring(), batch_size=16)
    >>> run = train(experiment, steps=20, every=10, eta=1e-3, device="cpu")
    >>> run.history.step, run.final.sample(5).shape
    (tensor([10, 20]), torch.Size([5, 2]))
    """
    settings = experiment.settings(game_hparams, **hparams)
    for name, value in (settings.rule | settings.game).items():
        if value.ndim:
            raise ValueError(
                f"{name}: expected one number, got shape {tuple(value.shape)}; "
                "`gantext.training.members.train_population` takes many"
            )
    runner = Runner(experiment, seed, settings, pick_device(device), compiled=compile)
    return run_loop(runner, steps, every, callbacks, checkpoint, checkpoint_every, progress)


class Runner:
    """One member, ready to run: the experiment with its seed, settings and device.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    seed : int
        The member's seed.
    settings : Settings
        The member's hyper-parameters.
    device : torch.device
        Where.
    compiled : bool
        Whether to compile the step.

    Examples
    --------
    >>> import torch
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.training.loop import Experiment, Runner
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> experiment = Experiment(gan, Alternating(), ring(), batch_size=16)
    >>> runner = Runner(experiment, 0, experiment.settings(eta=1e-3), torch.device("cpu"))
    >>> runner.advance(runner.init(), taken=0, count=3).players.taken
    tensor(3)
    """

    #: The members' dimensions: none for one member.
    shape: tuple[int, ...] = ()

    def __init__(
        self,
        experiment: Experiment,
        seed: int,
        settings: Settings,
        device: torch.device,
        *,
        compiled: bool = False,
    ) -> None:
        self.experiment = experiment
        self.seed = seed
        self.settings = on_device(settings, device)
        self.device = device
        self._step = fastest(experiment.step, device, compiled=compiled, may_overwrite=False)
        # The last block drawn, for the next call if it goes on within it.
        self._drawn = lru_cache(maxsize=1)(self._draw)

    def init(self) -> TrainState:
        """Return the state before the first step.

        Returns
        -------
        TrainState
            No step taken.
        """
        return self.experiment.init(self.seed, self.settings, device=self.device)

    def advance(self, state: TrainState, taken: int, count: int) -> TrainState:
        """Take some steps within one block.

        Parameters
        ----------
        state : TrainState
            After ``taken`` steps.
        taken : int
            Steps taken.
        count : int
            Steps to take; they stay within the block.

        Returns
        -------
        TrainState
            After them.
        """
        block, first = divmod(taken, BLOCK)
        batches = self._drawn(block)
        # Nobody differentiates through a step here: players take their gradients inside it.
        with torch.no_grad():
            for t in range(first, first + count):
                batch = GANBatch(batches.real[t], batches.noise[t])
                state = self._step(state, batch, self.settings)
        return state

    def _draw(self, block: int) -> GANBatch:
        """Draw a block's data and noise."""
        return self.experiment.draw(self.seed, block, self.settings, device=self.device)

    def sample(self, state: TrainState, count: int, which: int) -> Tensor:
        """Draw from the generator.

        Parameters
        ----------
        state : TrainState
            A moment.
        count : int
            How many samples.
        which : int
            Which noise.

        Returns
        -------
        Tensor, shape (count, ...)
            Samples.
        """
        noise = self.experiment.noise(
            self.seed, count, self.settings, which=which, device=self.device
        )
        with torch.no_grad():
            return self.experiment.make(self.settings).generate(state.players.theta, noise)

    def score(self, state: TrainState, x: Tensor) -> Tensor:
        """Ask the discriminator.

        Parameters
        ----------
        state : TrainState
            A moment.
        x : Tensor, shape (n, ...)
            Samples.

        Returns
        -------
        Tensor, shape (n, 1)
            Logits.
        """
        x = x.to(self.device, self.experiment.dtype)
        with torch.no_grad():
            return self.experiment.make(self.settings).score(state.players.psi, x)

    def gather(self, tree: Any) -> Any:
        """Bring what several processes hold together; one member has one process.

        Parameters
        ----------
        tree : pytree of Tensor
            Tensors whose first dimension is the members.

        Returns
        -------
        pytree of Tensor
            All members'.
        """
        return tree

    def scatter(self, tree: Any) -> Any:
        """Undo `gather`.

        Parameters
        ----------
        tree : pytree of Tensor
            All members'.

        Returns
        -------
        pytree of Tensor
            This process's.
        """
        return tree

    @property
    def writes(self) -> bool:
        """Whether this process writes files and shows progress."""
        return True

    @property
    def alone(self) -> bool:
        """Whether no other process takes part."""
        return True

    def whole(self) -> Runner:
        """Return a runner of all processes' members, to look at the end with.

        Returns
        -------
        Runner
            This one, where no other process takes part.
        """
        return self

    def identity(self) -> dict[str, Tensor]:
        """Return what tells this run from others, for checkpoints.

        Returns
        -------
        dict of Tensor
            Seeds and hyper-parameters.
        """
        return {"seed": torch.tensor(self.seed), **flatten(self.settings, "settings")}

    def game(self) -> GAN:
        """Return the game, or one member's.

        Returns
        -------
        GAN
            With its hyper-parameters.
        """
        return self.experiment.make(self.settings)


class _Record(NamedTuple):
    """The history as lists: steps, means of shape (3, ...), and what callbacks returned."""

    step: list[int]
    means: list[Tensor]
    observed: dict[str, list[Tensor]]


def run_loop(
    runner: Runner,
    steps: int,
    every: int,
    callbacks: Sequence[Callback],
    checkpoint: str | os.PathLike[str] | None,
    checkpoint_every: int,
    progress: bool | None,
) -> Run:
    """Take a runner through its steps, recording and writing on the way.

    Parameters
    ----------
    runner : Runner
        One member, or a population.
    steps : int
        How many in all.
    every : int
        Steps between records.
    callbacks : sequence of callable
        See `train`.
    checkpoint : path or None
        See `train`.
    checkpoint_every : int
        See `train`.
    progress : bool or None
        See `train`.

    Returns
    -------
    Run
        See `train`.

    Examples
    --------
    >>> import torch
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.training.loop import Experiment, Runner, run_loop
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> experiment = Experiment(gan, Alternating(), ring(), batch_size=16)
    >>> runner = Runner(experiment, 0, experiment.settings(eta=1e-3), torch.device("cpu"))
    >>> run = run_loop(runner, 20, 10, [], None, 1000, False)
    >>> run.history.step
    tensor([10, 20])
    """
    for name, value in (("every", every), ("checkpoint_every", checkpoint_every)):
        if value < 1:
            raise ValueError(f"{name}: expected >= 1, got {value}")
    if steps < 0:
        raise ValueError(f"steps: expected >= 0, got {steps}")
    path = None if checkpoint is None else Path(checkpoint)
    state, record, taken = _begin(runner, path)
    if taken > steps:
        raise CheckpointError(f"{path}: already {taken} steps on, {steps} are wanted in all")
    bar = tqdm(
        total=steps,
        initial=taken,
        unit="step",
        disable=True if not runner.writes else None if progress is None else not progress,
    )
    written = taken
    try:
        while taken < steps:
            stops = (BLOCK, every, checkpoint_every)
            until = min([steps, *((taken // stop + 1) * stop for stop in stops)])
            ahead, more = runner.advance(state, taken, until - taken), record
            bar.update(until - taken)
            if until % every == 0 or until == steps:
                ahead, more = _note(runner, ahead, until, callbacks, record)
            # All at once: an interruption finds the run before these steps or after them.
            state, record, taken = ahead, more, until
            if path is not None and (taken % checkpoint_every == 0 or taken == steps):
                _write(runner, path, state, record, taken)
                written = taken
    except KeyboardInterrupt:
        # One process alone can stop in good order; of several, the others know nothing of it.
        if path is not None and runner.alone and written < taken:
            _write(runner, path, state, record, taken)
        raise
    finally:
        bar.close()
    return _finish(runner, state, record)


def pick_device(device: Any = None) -> torch.device:
    """Return a device, the fastest at hand if none is named.

    Parameters
    ----------
    device : torch.device or str, optional
        Which; None picks CUDA, then MPS, then the CPU.

    Returns
    -------
    torch.device
        The device.

    Examples
    --------
    >>> from gantext.training.loop import pick_device
    >>> pick_device("cpu")
    device(type='cpu')
    """
    if device is not None:
        return torch.device(device)
    if torch.cuda.is_available():
        return torch.device("cuda", torch.cuda.current_device())
    return torch.device("mps" if torch.backends.mps.is_available() else "cpu")


def on_device(settings: Settings, device: torch.device) -> Settings:
    """Move hyper-parameters to a device.

    Parameters
    ----------
    settings : Settings
        Checked hyper-parameters.
    device : torch.device
        Where to.

    Returns
    -------
    Settings
        The same there; in float32 where the device has no float64.

    Examples
    --------
    >>> import torch
    >>> from gantext.training.loop import Settings, on_device
    >>> on_device(Settings({"eta": torch.tensor(0.1)}, {}), torch.device("cpu")).rule["eta"].dtype
    torch.float64
    """
    exact = _precise(device)
    rule = {name: value.to(device, exact) for name, value in settings.rule.items()}
    return Settings(rule, {name: value.to(device) for name, value in settings.game.items()})


def _begin(runner: Runner, path: Path | None) -> tuple[TrainState, _Record, int]:
    """Return the first state, or the one that a checkpoint holds, with its record."""
    state = runner.init()
    if path is None or not path.exists():
        return state, _Record([], [], {}), 0
    tensors, about = load(path)
    _same_run(path, tensors, about, runner)
    try:
        state = runner.scatter(unflatten(tensors, runner.gather(state), "state"))
    except CheckpointError as error:
        raise CheckpointError(f"{path}: belongs to another run: {error}") from error
    state = tree_map(lambda leaf: leaf.to(runner.device), state)
    # Members are the first dimension of everything gathered, time the second.
    means = runner.scatter(tensors["means"].clone())
    observed = {
        name: [*runner.scatter(tensors[f"observed.{name}"].clone()).unbind(-1)]
        for name in about["observed"]
    }
    return state, _Record(about["step"], [*means.unbind(-1)], observed), about["taken"]


def _same_run(
    path: Path, tensors: dict[str, Tensor], about: dict[str, Any], runner: Runner
) -> None:
    """Refuse to go on from the checkpoint of another run."""
    for name, wanted in runner.identity().items():
        found = tensors.get(f"identity.{name}")
        if found is None or found.dtype != wanted.dtype or not torch.equal(found, wanted.cpu()):
            raise CheckpointError(
                f"{path}: belongs to a run with another {name.removeprefix('settings.')} "
                f"({found} instead of {wanted.cpu()}); give this run another file"
            )
    for told, expected in zip(about["experiment"], _described(runner), strict=True):
        if told != expected:
            raise CheckpointError(
                f"{path}: belongs to another experiment ({told} instead of {expected}); "
                "give this run another file"
            )


def _described(runner: Runner) -> list[str]:
    """Return in words what is trained, to know it again; what only functions know is not told."""
    of, game = runner.experiment, runner.game()
    parts = [game, game.generator, game.discriminator, of.rule, of.data]
    words = [*map(repr, parts), f"batch_size={of.batch_size}", f"schedules={sorted(of.schedules)}"]
    return [re.sub(r" at 0x[0-9a-f]+", "", text) for text in words]


def _note(
    runner: Runner,
    state: TrainState,
    taken: int,
    callbacks: Sequence[Callback],
    record: _Record,
) -> tuple[TrainState, _Record]:
    """Return the state with its sums at zero, and the record with means and observations added."""
    since = taken - (record.step[-1] if record.step else 0)
    snapshot = Snapshot(runner, state, taken)
    seen = {}
    for callback in callbacks:
        for name, value in (callback(snapshot) or {}).items():
            if name in seen:
                raise ValueError(f"{name!r}: expected from one callback, got from two")
            seen[name] = torch.as_tensor(value).detach().cpu()
            _check_observed(name, seen[name], record, state.sums.shape[:-1])
    if record.step and seen.keys() != record.observed.keys():
        raise ValueError(
            f"callbacks: expected the same names at every record, {sorted(record.observed)}, "
            f"got {sorted(seen)} at step {taken}"
        )
    more = _Record(
        [*record.step, taken],
        [*record.means, (state.sums / since).cpu()],
        {name: [*record.observed.get(name, []), value] for name, value in seen.items()},
    )
    return state._replace(sums=torch.zeros_like(state.sums)), more


def _check_observed(name: str, value: Tensor, record: _Record, members: tuple[int, ...]) -> None:
    """Require an observation of every member, of the same shape each time."""
    before = record.observed.get(name)
    expected = value.shape if before is None else before[0].shape
    if value.shape != expected or value.shape[: len(members)] != members:
        wanted = f"members first, ({members[0]}, ...)" if members else "the same each time"
        raise ValueError(
            f"{name!r}: expected from callbacks tensors of one shape, {wanted}, "
            f"got {tuple(value.shape)}" + ("" if before is None else f" after {tuple(expected)}")
        )


def _write(runner: Runner, path: Path, state: TrainState, record: _Record, taken: int) -> None:
    """Write a checkpoint of all members."""
    tensors = flatten(runner.gather(state), "state")
    tensors |= {f"identity.{name}": value for name, value in runner.identity().items()}
    tensors["means"] = runner.gather(_stacked(record.means, (*state.sums.shape,)))
    for name, values in record.observed.items():
        tensors[f"observed.{name}"] = runner.gather(torch.stack(values, -1))
    if runner.writes:
        about = {
            "taken": taken,
            "step": record.step,
            "observed": [*record.observed],
            "experiment": _described(runner),
        }
        save(path, tensors, about)


def _finish(runner: Runner, state: TrainState, record: _Record) -> Run:
    """Bring all members together, put them in shape, and say which have diverged."""
    everyone = runner.gather(state)
    means = runner.gather(_stacked(record.means, (*state.sums.shape,)))
    observed = {
        name: runner.gather(torch.stack(values, -1)) for name, values in record.observed.items()
    }
    diverged = everyone.diverged.cpu().reshape(runner.shape)
    lost = int((diverged >= 0).sum())
    if lost and runner.writes:
        first = int(diverged[diverged >= 0].min())
        warnings.warn(
            f"{lost} of {diverged.numel()} members diverged, the first at step {first}; "
            "see `diverged`",
            DivergenceWarning,
            stacklevel=4,
        )
    # (members, 3, T) -> (3, T, *shape), and (members, *, T) -> (T, *shape, *)
    generator, discriminator, speed = (_in_shape(means[..., k, :], runner.shape) for k in range(3))
    return Run(
        Snapshot(runner.whole(), everyone, record.step[-1] if record.step else 0),
        History(
            torch.tensor(record.step, dtype=torch.int64),
            generator,
            discriminator,
            speed,
            {name: _in_shape(values, runner.shape) for name, values in observed.items()},
        ),
        diverged,
    )


def _stacked(values: list[Tensor], shape: tuple[int, ...]) -> Tensor:
    """Stack along a last dimension, time, which may be empty."""
    return torch.stack(values, -1) if values else torch.empty(*shape, 0)


def _in_shape(values: Tensor, shape: tuple[int, ...]) -> Tensor:
    """Put time first and give the members their dimensions."""
    members = 1 if shape else 0
    return values.movedim(-1, 0).reshape(values.shape[-1], *shape, *values.shape[members:-1])


def _generator(seed: int, purpose: str, index: int, device: Any) -> torch.Generator:
    """Return the generator of one member for one purpose and moment."""
    name = f"{seed}/{purpose}/{index}".encode()
    number = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest()) >> 1
    return torch.Generator(device).manual_seed(number)


def _precise(device: Any) -> torch.dtype:
    """Return the most precise type that a device has."""
    return torch.float32 if torch.device(device).type == "mps" else torch.float64
