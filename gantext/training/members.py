"""A population: the step of one member, mapped over many.

Members are seeds times a grid of hyper-parameters. Each has its own weights, noise, learning rate
and penalty weight, and each equals that GAN trained alone. They share the cost of starting every
operation, which for small networks is most of the cost.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor, distributed
from torch.func import vmap
from torch.utils._pytree import tree_map

from gantext.gan.game import GAN, GANBatch
from gantext.training.checkpoints import flatten
from gantext.training.loop import (
    BLOCK,
    Callback,
    Experiment,
    Run,
    Runner,
    Settings,
    TrainState,
    on_device,
    pick_device,
    run_loop,
)
from gantext.training.recorded_step import fastest


def train_population(
    experiment: Experiment,
    steps: int,
    *,
    seeds: int | Sequence[int],
    game_hparams: Mapping[str, Any] | None = None,
    every: int = 100,
    callbacks: Sequence[Callback] = (),
    checkpoint: str | os.PathLike[str] | None = None,
    checkpoint_every: int = 1000,
    chunk: int | None = None,
    device: Any = None,
    compile: bool = False,  # noqa: A002 - torch's word
    progress: bool | None = None,
    **hparams: Any,
) -> Run:
    """Train many GANs at once: every seed with every setting of the hyper-parameters.

    Hyper-parameters broadcast against each other, as in `gantext.dynamics.simulate.simulate`; the
    seeds are a
    last dimension of their own. Members with the same seed start from the same weights and see the
    same data and noise, whatever their hyper-parameters.

    Under ``torchrun``, with `torch.distributed` initialised, the members are split over the
    processes, and every process gets the whole result.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    steps : int
        How many steps in all, those of a checkpoint included.
    seeds : int or sequence of int
        The seeds; a number n stands for 0 to n - 1.
    game_hparams : mapping of str to float or Tensor of shape (...), optional
        What the experiment's ``game`` is called with.
    every : int
        Steps from one record to the next.
    callbacks : sequence of callable
        Called at each record with a `gantext.training.loop.Snapshot`, whose tensors have the
        members as
        their first dimension (this process's members, where there are several processes). A
        mapping of such tensors that one returns is recorded.
    checkpoint : path, optional
        A file to write to. If it is there already, training goes on from it. Of several processes
        the first writes it, and all of them must be able to read it.
    checkpoint_every : int
        Steps from one writing to the next; the end is written too, and an interruption unless
        there are several processes.
    chunk : int, optional
        Members that are computed at the same time; all by default. Fewer need less memory.
    device : torch.device or str, optional
        Where to train; None picks CUDA, then MPS, then the CPU.
    compile : bool
        Whether to compile the step: up to a minute at first, then several times faster. Otherwise
        a CPU records the step's operations after a while and replays them, which gives the same
        numbers, small networks' two to three times as fast; what a network or a loss does
        besides, such as printing, ends with the recording.
    progress : bool, optional
        Whether to show a bar; None shows one on a terminal.
    **hparams : float or Tensor, shape (...)
        The update rule's hyper-parameters.

    Returns
    -------
    Run
        The history's tensors have shape (T, ..., S, own): time, the hyper-parameters' broadcast
        shape, S seeds, and an observation's own dimensions. ``final`` has all members in one first
        dimension, in the same order.

    Raises
    ------
    ValueError
        If shapes do not broadcast, there are no members, or a value is out of range.
    MemoryError
        If the members do not fit together; the message says which chunk to try.
    CheckpointError
        If the checkpoint is damaged or belongs to another run.

    Warns
    -----
    DivergenceWarning
        If losses or gradients of a member are no longer finite. The others do not notice.

    Examples
    --------
    Three learning rates, four seeds each:

    >>> import torch
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.dynamics.optimizers import Adam
    >>> from gantext.training.members import train_population
    >>> from gantext.training.loop import Experiment
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> experiment = Experiment(gan, Alternating(optimizer=Adam()), ring(), batch_size=16)
    >>> eta = torch.tensor([1e-4, 1e-3, 1e-2])
    >>> run = train_population(experiment, steps=20, every=10, seeds=4, eta=eta, device="cpu")
    >>> run.history.speed.shape, run.final.sample(5).shape
    (torch.Size([2, 3, 4]), torch.Size([12, 5, 2]))
    """
    settings = experiment.settings(game_hparams, **hparams)
    seeds = [*range(seeds)] if isinstance(seeds, int) else [int(seed) for seed in seeds]
    members = Members(
        experiment, seeds, settings, pick_device(device), chunk=chunk, compiled=compile
    )
    return run_loop(members, steps, every, callbacks, checkpoint, checkpoint_every, progress)


class Members(Runner):
    """Many members, ready to run.

    Parameters
    ----------
    experiment : Experiment
        What to train.
    seeds : sequence of int
        The seeds.
    settings : Settings
        Hyper-parameters that broadcast.
    device : torch.device
        Where.
    chunk : int, optional
        Members computed at the same time.
    compiled : bool
        Whether to compile the step.
    split : bool
        Whether to leave other processes their share.

    Raises
    ------
    ValueError
        If there are no members, or fewer than processes.

    Examples
    --------
    >>> import torch
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.training.loop import Experiment
    >>> from gantext.dynamics.rules import Alternating
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> experiment = Experiment(gan, Alternating(), ring(), batch_size=16)
    >>> from gantext.training.members import Members
    >>> settings = experiment.settings(eta=[1e-3, 1e-2])
    >>> members = Members(experiment, [0, 1, 2], settings, torch.device("cpu"))
    >>> members.shape, members.init().players.taken
    ((2, 3), tensor([0, 0, 0, 0, 0, 0]))
    """

    def __init__(
        self,
        experiment: Experiment,
        seeds: Sequence[int],
        settings: Settings,
        device: torch.device,
        *,
        chunk: int | None = None,
        compiled: bool = False,
        split: bool = True,
    ) -> None:
        self.shape, everyone, settings = _spread(seeds, settings)
        self._all = (experiment, seeds, settings)
        self._identity = {"seed": torch.tensor(everyone), **flatten(settings, "settings")}
        self._world = distributed.get_world_size() if split and _distributed() else 1
        self._rank = distributed.get_rank() if self._world > 1 else 0
        if len(everyone) < self._world:
            raise ValueError(
                f"expected at least one member for each of {self._world} processes, "
                f"got {len(everyone)}"
            )
        self.experiment = experiment
        self.device = device
        self.seeds = self.scatter(torch.tensor(everyone)).tolist()
        self.settings = on_device(tree_map(self.scatter, settings), device)
        if chunk is not None and chunk < 1:
            raise ValueError(f"chunk: expected >= 1, got {chunk}")
        self.chunk = min(chunk or len(self.seeds), len(self.seeds))
        step = vmap(experiment.step)
        self._step = fastest(step, device, compiled=compiled, may_overwrite=True)
        # The last block drawn, for the next call if it goes on within it: one chunk's, no more.
        self._chunk_drawn = lru_cache(maxsize=1)(self._draw_chunk)

    def init(self) -> TrainState:
        """Return the state before the first step.

        Returns
        -------
        TrainState
            Every tensor with the members first.
        """
        states = [
            self.experiment.init(seed, self._one(k), device=self.device)
            for k, seed in enumerate(self.seeds)
        ]
        return tree_map(lambda *leaves: torch.stack(leaves), *states)

    def advance(self, state: TrainState, taken: int, count: int) -> TrainState:
        """Take some steps within one block, chunk after chunk.

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

        Raises
        ------
        MemoryError
            If a chunk does not fit.
        """
        starts = range(0, len(self.seeds), self.chunk)
        # Copies: what a recorded step returns is overwritten when the next chunk takes it.
        parts = [
            tree_map(torch.clone, self._advance(slice(k, k + self.chunk), state, taken, count))
            for k in starts
        ]
        return parts[0] if len(parts) == 1 else tree_map(lambda *p: torch.cat(p), *parts)

    def sample(self, state: TrainState, count: int, which: int) -> Tensor:
        """Draw from every generator.

        Parameters
        ----------
        state : TrainState
            A moment.
        count : int
            How many samples of each.
        which : int
            Which noise.

        Returns
        -------
        Tensor, shape (members, count, ...)
            Samples.
        """
        drawn = {
            seed: self.experiment.noise(seed, count, self._one(0), which=which, device=self.device)
            for seed in set(self.seeds)
        }
        noise = torch.stack([drawn[seed] for seed in self.seeds])

        def generate(theta: Any, noise: Tensor, settings: Settings) -> Tensor:
            return self.experiment.make(settings).generate(theta, noise)

        with torch.no_grad():
            return vmap(generate, chunk_size=self.chunk)(state.players.theta, noise, self.settings)

    def score(self, state: TrainState, x: Tensor) -> Tensor:
        """Ask every discriminator.

        Parameters
        ----------
        state : TrainState
            A moment.
        x : Tensor, shape (n, ...)
            Samples, the same for all.

        Returns
        -------
        Tensor, shape (members, n, 1)
            Logits.
        """
        x = x.to(self.device, self.experiment.dtype)

        def score(psi: Any, settings: Settings) -> Tensor:
            return self.experiment.make(settings).score(psi, x)

        with torch.no_grad():
            return vmap(score, chunk_size=self.chunk)(state.players.psi, self.settings)

    def gather(self, tree: Any) -> Any:
        """Bring all processes' members together.

        Parameters
        ----------
        tree : pytree of Tensor
            Tensors whose first dimension is this process's members.

        Returns
        -------
        pytree of Tensor
            All members', where this process has its own.
        """
        if self._world == 1:
            return tree
        shares: list[Any] = [None] * self._world
        distributed.all_gather_object(shares, tree_map(lambda leaf: leaf.cpu(), tree))
        return tree_map(lambda own, *all_: torch.cat(all_).to(own.device), tree, *shares)

    def scatter(self, tree: Any) -> Any:
        """Take this process's members out of all.

        Parameters
        ----------
        tree : pytree of Tensor
            All members'.

        Returns
        -------
        pytree of Tensor
            This process's.
        """
        return tree_map(lambda leaf: leaf.tensor_split(self._world)[self._rank], tree)

    @property
    def writes(self) -> bool:
        """Whether this process writes files and shows progress: the first one does."""
        return self._rank == 0

    @property
    def alone(self) -> bool:
        """Whether no other process takes part."""
        return self._world == 1

    def whole(self) -> Runner:
        """Return a runner of all processes' members.

        Returns
        -------
        Runner
            To look at the end with.
        """
        if self.alone:
            return self
        experiment, seeds, settings = self._all
        one = tree_map(lambda leaf: leaf[:: len(seeds)].reshape(self.shape[:-1]), settings)
        return Members(experiment, seeds, one, self.device, chunk=self.chunk, split=False)

    def identity(self) -> dict[str, Tensor]:
        """Return all members' seeds and hyper-parameters.

        Returns
        -------
        dict of Tensor
            By name.
        """
        return self._identity

    def game(self) -> GAN:
        """Return the first member's game.

        Returns
        -------
        GAN
            With its hyper-parameters.
        """
        return self.experiment.make(self._one(0))

    def _one(self, k: int) -> Settings:
        """Return one member's hyper-parameters."""
        return tree_map(lambda leaf: leaf[k], self.settings)

    def _advance(self, some: slice, state: TrainState, taken: int, count: int) -> TrainState:
        """Take some steps with one chunk."""
        seeds = self.seeds[some]
        part, settings = tree_map(lambda leaf: leaf[some], (state, self.settings))
        block, first = divmod(taken, BLOCK)
        try:
            batches = self._chunk_drawn(tuple(seeds), block)
            for t in range(first, first + count):
                part = self._step(part, tree_map(lambda leaf, t=t: leaf[t], batches), settings)
        except (RuntimeError, MemoryError) as error:
            if not _is_about_memory(error):
                raise
            raise MemoryError(_advice(len(seeds), error)) from error
        return part

    def _draw_chunk(self, seeds: tuple[int, ...], block: int) -> GANBatch:
        """Draw a block, each seed's once however many members share it; time is first."""
        of_seed = {
            seed: self.experiment.draw(seed, block, self._one(0), device=self.device)
            for seed in dict.fromkeys(seeds)
        }
        batches = [of_seed[seed] for seed in seeds]
        return tree_map(lambda *leaves: torch.stack(leaves, 1), *batches)


def _spread(
    seeds: Sequence[int], settings: Settings
) -> tuple[tuple[int, ...], list[int], Settings]:
    """Return the members' shape, every member's seed, and hyper-parameters of shape (members,)."""
    values = [*settings.rule.values(), *settings.game.values()]
    shapes = [tuple(value.shape) for value in values]
    try:
        grid = torch.broadcast_shapes(*shapes)
    except RuntimeError as error:
        raise ValueError(
            f"expected hyper-parameters that broadcast, got shapes {shapes}"
        ) from error
    if not seeds or grid.numel() == 0:
        raise ValueError(
            f"expected at least one member, got {len(seeds)} seeds, grid {tuple(grid)}"
        )
    spread = tree_map(
        lambda value: value.expand(grid).reshape(-1).repeat_interleave(len(seeds)), settings
    )
    return (*grid, len(seeds)), [*seeds] * grid.numel(), spread


def _distributed() -> bool:
    """Tell whether this process is one of several that work together."""
    return distributed.is_available() and distributed.is_initialized()


def _is_about_memory(error: Exception) -> bool:
    """Tell an allocation that failed, which PyTorch reports by several types of error."""
    signs = ("out of memory", "can't allocate memory")
    named = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return named or any(sign in str(error).lower() for sign in signs)


def _advice(members: int, error: Exception) -> str:
    """Say what to do when some members do not fit."""
    if members == 1:
        return f"one member does not fit into memory; try a smaller batch_size ({error})"
    return f"{members} members do not fit into memory together; try chunk={members // 2} ({error})"
