"""Who is trained: one GAN, or many at once.

A population is the step of one member, mapped over many by `torch.func.vmap`. Members are seeds
times a grid of hyper-parameters. Each has its own weights, noise, learning rate and penalty weight,
and does the arithmetic of that GAN alone, but for the order of sums: in float64 both stay equal but
for rounding; in float32 training magnifies rounding until they are two draws of one distribution.
They share the cost of starting every operation, which for small networks is most of the cost.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache, partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.func import vmap
from torch.utils._pytree import tree_map

from gantext.gan.game import GAN, GANBatch
from gantext.gan.weights import loaded
from gantext.training.checkpoints import flatten
from gantext.training.experiment import BLOCK, Experiment, Settings, TrainState, batch_at
from gantext.training.processes import Processes
from gantext.training.recorded_step import StepRecord, fastest
from gantext.training.threads import CountedOperations, Threads, limited, side_by_side, split


class Members:
    """The members of a run, ready to step.

    One GAN alone skips vmap, and its tensors have no members' dimension. With many, all tensors
    have the members of this process as their first dimension.

    Parameters
    ----------
    experiment : Experiment
        What is trained.
    seeds : int or sequence of int
        One seed for all hyper-parameters, or a last dimension of seeds.
    settings : Settings
        Hyper-parameters that broadcast.
    device : torch.device
        Where.
    chunk : int, optional
        Members computed at the same time; all by default.
    compiled, recorded : bool
        Whether to compile the step; whether to record it.
    processes : Processes
        Which share of the members is this process's.

    Attributes
    ----------
    shape : tuple of int
        The members' dimensions: the hyper-parameters' broadcast shape, then the seeds.

    Raises
    ------
    ValueError
        If there are no members, or fewer than processes.
    """

    def __init__(
        self,
        experiment: Experiment,
        seeds: int | Sequence[int],
        settings: Settings,
        device: torch.device,
        *,
        chunk: int | None = None,
        compiled: bool = False,
        recorded: bool = True,
        processes: Processes = Processes(),  # noqa: B008 - a tuple
    ) -> None:
        self.experiment, self.device, self.processes = experiment, device, processes
        self.shape, everyone, spread = _spread(seeds, settings)
        self.identity = {
            "seed": torch.tensor(everyone).reshape(self.shape),
            **flatten(spread, "settings"),
        }
        if len(everyone) < processes.world:
            raise ValueError(
                f"expected at least one member for each of {processes.world} processes, "
                f"got {len(everyone)}"
            )
        self.seeds: list[int] = processes.scatter(torch.tensor(everyone)).tolist()
        self.settings = processes.scatter(spread).to(device)
        self.chunk = min(chunk or len(self.seeds), len(self.seeds))
        step = experiment.step if self.is_single else vmap(experiment.step)
        self._step = fastest(step, device, compiled=compiled, recorded=recorded)
        # The last block drawn, for the next call if it goes on within it: one chunk's, no more.
        self._drawn = lru_cache(maxsize=1)(self._draw)
        # Chunks of which every share has been stepped, and so has a record.
        self._met: set[int] = set()
        self._given = (experiment, seeds, settings, device)

    @property
    def is_single(self) -> bool:
        """Whether this is one GAN, without a members' dimension."""
        return self.shape == ()

    @property
    def step_record(self) -> StepRecord:
        """The record of the step, or why there is none."""
        return self._step.record

    def init(self) -> TrainState:
        """Return the state before the first step."""
        states = [
            self.experiment.init(seed, self.one(k), device=self.device)
            for k, seed in enumerate(self.seeds)
        ]
        return states[0] if self.is_single else _stack(states)

    def first_batch(self) -> GANBatch:
        """Return the first member's first batch, which the first step then need not draw."""
        drawn = batch_at(self._drawn(tuple(self.seeds[: self.chunk]), 0), 0)
        batch = drawn[0] if isinstance(drawn, list) else drawn
        return batch if self.is_single else GANBatch(*(leaf[0] for leaf in batch))

    def advance(self, state: TrainState, step: int, count: int) -> TrainState:
        """Take ``count`` steps after ``step`` of them, within one block, chunk after chunk.

        Raises MemoryError, with a chunk to try, if a chunk does not fit.
        """
        with limited(self.threads.each):
            chunks = range(0, len(self.seeds), self.chunk)
            parts = [
                part
                for start in chunks
                for part in self._advance(
                    slice(start, min(start + self.chunk, len(self.seeds))), state, step, count
                )
            ]
            return parts[0] if len(parts) == 1 else tree_map(lambda *p: torch.cat(p), *parts)

    @cached_property
    def threads(self) -> Threads:
        """How a processor's cores are used, which follows from the work that a step is."""
        if self.device.type != "cpu":
            return Threads(1, torch.get_num_threads())
        game, settings = self.game(), self.one(0)
        theta, psi = self.experiment.init(self.seeds[0], settings, device=self.device).players[:2]
        try:
            with limited(1), torch.enable_grad(), CountedOperations() as counted:
                game.losses(theta, psi, self.first_batch())
        except (RuntimeError, MemoryError) as error:
            if not is_about_memory(error):
                raise  # otherwise the step itself says what to do
        return Threads.of(self.chunk, self.chunk * counted.total, replayed=self._step.may_replay)

    @property
    def is_replaying(self) -> bool:
        """Whether the last step was taken from a record, or a record has just failed."""
        return self._step.is_replaying

    def record_holds(self) -> bool:
        """Tell whether the step's record, if there is one, still gives the step's own numbers."""
        with limited(self.threads.each), torch.no_grad():
            return self._step.holds()

    def give_up_record(self) -> None:
        """Take every later step without a record."""
        self._step.give_up()

    def sample(self, theta: Any, count: int, which: int) -> Tensor:
        """Draw samples (*members, count, ...) from every generator; ``which`` names the noise."""
        drawn = {
            seed: self.experiment.noise(seed, count, self.one(0), which=which, device=self.device)
            for seed in set(self.seeds)
        }
        noise = [drawn[seed] for seed in self.seeds]

        def generate(theta: Any, noise: Tensor, settings: Settings) -> Tensor:
            return self.experiment.make(settings).generate(theta, noise)

        return self._over_members(generate, theta, noise[0] if self.is_single else _stack(noise))

    def score(self, psi: Any, x: Tensor) -> Tensor:
        """Return every discriminator's logits (*members, n, 1) for the same samples (n, ...)."""
        x = x.to(self.device, self.experiment.dtype)

        def score(psi: Any, settings: Settings) -> Tensor:
            return self.experiment.make(settings).score(psi, x)

        return self._over_members(score, psi)

    def network(self, player: str, weights: Any, member: int | Sequence[int]) -> nn.Module:
        """Return a copy of one member's network with its weights."""
        place = (member,) if isinstance(member, int) else tuple(member)
        shape = self.shape if self.processes.is_alone else (len(self.seeds),)
        numbers = torch.arange(len(self.seeds)).reshape(shape)
        if len(place) != len(shape) or any(
            not -n <= k < n for k, n in zip(place, shape, strict=True)
        ):
            raise ValueError(f"member: expected a place in members of shape {shape}, got {member}")
        k = int(numbers[place])
        network = getattr(self.experiment.make(self.one(k)), player)
        return loaded(network, weights if self.is_single else {n: w[k] for n, w in weights.items()})

    def in_shape(self, tree: Any) -> Any:
        """Give the first dimension, the members, their own dimensions.

        A share of them, in one of several processes, keeps its one dimension.
        """
        if self.is_single or not self.processes.is_alone:
            return tree
        return tree_map(lambda leaf: leaf.reshape(*self.shape, *leaf.shape[1:]), tree)

    def whole(self) -> Members:
        """Return all processes' members, to look at the end with."""
        return self if self.processes.is_alone else Members(*self._given, chunk=self.chunk)

    def game(self) -> GAN:
        """Return the first member's game."""
        return self.experiment.make(self.one(0))

    def one(self, k: int) -> Settings:
        """Return one member's hyper-parameters."""
        return self.settings if self.is_single else tree_map(lambda leaf: leaf[k], self.settings)

    def _over_members(self, function: Callable[..., Tensor], *of_member: Any) -> Tensor:
        """Apply a function of a member's tensors and settings to all of them."""
        if not self.is_single:
            function = vmap(function, chunk_size=self.chunk)
        with torch.no_grad():
            return self.in_shape(function(*of_member, self.settings))

    def _advance(self, chunk: slice, state: TrainState, step: int, count: int) -> list[TrainState]:
        """Take some steps with one chunk, in shares once they are replayed."""
        block, first = divmod(step, BLOCK)
        take = partial(self._take, range(first, first + count))
        replayed = self._step.replays_within(count)
        shares = split(chunk, self.threads.shares if replayed else 1)
        try:
            drawn = self._drawn(tuple(self.seeds[chunk]), block)
            parts = [self._share(share, chunk.start, drawn, state) for share in shares]
            # The first time every share's step is recorded, which only one thread at a time can.
            if len(parts) > 1 and chunk.start in self._met:
                return side_by_side(take, parts, self.threads.each)
            self._met |= {chunk.start} if len(parts) > 1 else set()
            return [take(part) for part in parts]
        except (RuntimeError, MemoryError) as error:
            if not is_about_memory(error):
                raise
            raise MemoryError(_advice(chunk.stop - chunk.start, error)) from error

    def _share(
        self, some: slice, start: int, drawn: GANBatch, state: TrainState
    ) -> tuple[GANBatch, TrainState, Settings]:
        """Return some members' part of what their chunk, which begins at ``start``, has drawn."""
        if self.is_single:
            return drawn, state, self.settings
        inside = slice(some.start - start, some.stop - start)
        part, own = tree_map(lambda leaf: leaf[some], (state, self.settings))
        return GANBatch(*(leaf[:, :, inside] for leaf in drawn)), part, own

    def _take(self, steps: range, given: tuple[GANBatch, TrainState, Settings]) -> TrainState:
        """Take some steps of a block."""
        drawn, state, settings = given
        # Nobody differentiates through a step: players take their gradients inside it.
        with torch.no_grad():
            for t in steps:
                state = self._step(state, batch_at(drawn, t), settings)
        return tree_map(torch.clone, state) if self._step.overwrites else state

    def _draw(self, seeds: tuple[int, ...], block: int) -> GANBatch:
        """Draw a block, each seed's once however many members share it; members come third."""
        of_seed = {
            seed: self.experiment.draw(seed, block, self.one(0), device=self.device)
            for seed in dict.fromkeys(seeds)
        }
        batches = [of_seed[seed] for seed in seeds]
        return batches[0] if self.is_single else tree_map(lambda *b: torch.stack(b, 2), *batches)


def _spread(
    seeds: int | Sequence[int], settings: Settings
) -> tuple[tuple[int, ...], list[int], Settings]:
    """Return the members' shape, every member's seed, and hyper-parameters of shape (members,)."""
    each = [seeds] if isinstance(seeds, int) else [*seeds]
    shapes = {name: tuple(v.shape) for part in settings for name, v in part.items()}
    told = ", ".join(f"{name} {shape}" for name, shape in shapes.items())
    try:
        grid = torch.broadcast_shapes(*shapes.values())
    except RuntimeError as error:
        raise ValueError(f"expected hyper-parameters that broadcast, got shapes {told}") from error
    if not each or grid.numel() == 0:
        raise ValueError(f"expected at least one member, got {len(each)} seeds, shapes {told}")
    shape = (*grid,) if isinstance(seeds, int) else (*grid, len(each))
    if not shape:
        return shape, each, settings
    spread = tree_map(
        lambda value: value.expand(grid).reshape(-1).repeat_interleave(len(each)), settings
    )
    return shape, each * grid.numel(), spread


def _stack(trees: Sequence[Any]) -> Any:
    """Stack the leaves of members' trees along a new first dimension."""
    return tree_map(lambda *leaves: torch.stack(leaves), *trees)


def is_about_memory(error: Exception) -> bool:
    """Tell an allocation that failed, which PyTorch reports by several types of error."""
    signs = ("out of memory", "can't allocate memory")
    named = isinstance(error, MemoryError | torch.OutOfMemoryError)
    return named or any(sign in str(error).lower() for sign in signs)


def _advice(members: int, error: Exception) -> str:
    """Say what to do when some members do not fit."""
    if members == 1:
        return f"one member does not fit into memory; try a smaller batch_size ({error})"
    return f"{members} members do not fit into memory together; try chunk={members // 2} ({error})"
