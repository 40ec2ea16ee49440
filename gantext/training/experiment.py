"""What is trained, and one step of it.

A step is a pure function of a state, a batch and hyper-parameters. Randomness is a function too:
weights, data and noise follow from the seed and the number of the step, so that a run can stop
anywhere, go on elsewhere, and give the same numbers.
"""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from gantext.core.annotations import Count, Seed, Whole, accepts, shown
from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Device, FloatingType, as_float64
from gantext.data.base import Dataset
from gantext.dynamics.hyperparameters import Hyperparameters
from gantext.dynamics.update_rule import State, UpdateRule
from gantext.gan.game import GAN, GANBatch
from gantext.training.devices import most_precise_dtype

#: Steps whose data and noise are drawn together; part of what a seed means.
BLOCK = 16

Schedule = Callable[[Tensor], Tensor]


class Settings(NamedTuple):
    """Hyper-parameters, checked: the rule's in float64, the game's in the experiment's dtype."""

    rule: Hyperparameters
    game: Hyperparameters

    def to(self, device: torch.device) -> Settings:
        """Move them; to float32 where the device has no float64."""
        exact = most_precise_dtype(device)
        rule = {name: value.to(device, exact) for name, value in self.rule.items()}
        return Settings(rule, {name: value.to(device) for name, value in self.game.items()})


class TrainState(NamedTuple):
    """Where training stands.

    Attributes
    ----------
    players : State
        Both players' parameters, the rule's state, and the number of steps taken.
    sums : Tensor, shape (3,), float64
        Generator loss, discriminator loss and speed, added up since the last record.
    diverged : Tensor, int64 scalar
        The step at which something was first not finite; -1 while all is well.
    """

    players: State
    sums: Tensor
    diverged: Tensor


@checked_arguments
@dataclass(frozen=True)
class Experiment:
    """What is trained: everything but seeds and hyper-parameters.

    Attributes
    ----------
    game : GAN or callable
        A GAN, or a function that makes one from hyper-parameters of its own, so that each member
        of a population can have its own. It puts networks together that were made outside of it.
    rule : UpdateRule
        How the players update.
    data : Dataset
        What the generator shall imitate.
    batch_size : int
        Samples of data, and of noise, for each evaluation of gradients.
    dtype : torch.dtype
        Of networks and samples.
    schedules : mapping of str to callable
        For a hyper-parameter's name, its factor at a step: a function of the number of steps taken,
        a tensor, such as ``lambda step: 1 - step / 1000``. The discriminator's ``eta_psi`` has a
        schedule of its own, even where it is equal to ``eta``.

    Raises
    ------
    ValueError
        If ``batch_size`` is below 1, or ``dtype`` is no floating-point type.

    Examples
    --------
    >>> import gantext as gt
    >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
    >>> gt.Experiment(gan, gt.Alternating(optimizer=gt.Adam()), gt.ring(), batch_size=64).dtype
    torch.float32
    """

    game: GAN | Callable[..., GAN]
    rule: UpdateRule
    data: Dataset
    batch_size: Count = 128
    dtype: FloatingType = torch.float32
    schedules: Mapping[str, Schedule] = field(default_factory=dict)

    @checked_arguments
    def settings(
        self, game_hparams: Mapping[str, ArrayLike] | None = None, **hparams: ArrayLike
    ) -> Settings:
        """Check hyper-parameters.

        A ValueError says that one is out of range, a TypeError that a name is unknown or missing,
        or that a GAN which takes none is given some.

        Parameters
        ----------
        game_hparams : mapping of str to float or Tensor of shape (...), optional
            What ``game`` is called with.
        **hparams : float or Tensor, shape (...)
            The update rule's.
        """
        own = {name: as_float64(name, value) for name, value in (game_hparams or {}).items()}
        if own and isinstance(self.game, GAN):
            raise TypeError("game_hparams: expected a function that makes the game, got a GAN")
        rule = self.rule.hparams(**hparams)
        unknown = self.schedules.keys() - rule.keys() - own.keys()
        if unknown:
            raise TypeError(f"schedules: expected some of {[*rule, *own]}, got {sorted(unknown)}")
        if not isinstance(self.game, GAN):
            try_games(self.game, own)
        return Settings(rule, {name: value.to(self.dtype) for name, value in own.items()})

    def make(self, settings: Settings) -> GAN:
        """Return the game with its hyper-parameters.

        Parameters
        ----------
        settings : Settings
            One member's.
        """
        return self.game if isinstance(self.game, GAN) else self.game(**settings.game)

    @checked_arguments
    def init(self, seed: Seed, settings: Settings, *, device: Device = "cpu") -> TrainState:
        """Draw the weights and return the state before the first step.

        Parameters
        ----------
        seed : int
            The member's seed.
        settings : Settings
            One member's.
        device : torch.device or str
            Where to train.
        """
        theta, psi = self.make(settings).init(seed, dtype=self.dtype, device=device)
        players = tree_map(lambda leaf: leaf.to(device), self.rule.init(theta, psi))
        sums = torch.zeros(3, dtype=most_precise_dtype(device), device=device)
        return TrainState(players, sums, torch.tensor(-1, device=device))

    @checked_arguments
    def draw(
        self, seed: Seed, block: Whole, settings: Settings, *, device: Device = "cpu"
    ) -> GANBatch:
        """Draw data and noise for ``BLOCK`` steps, from step ``BLOCK * block`` on.

        Tensors have shape (BLOCK, E, B, ...), with E evaluations of gradients in each step.

        Parameters
        ----------
        seed : int
            The member's seed.
        block : int
            Which steps.
        settings : Settings
            One member's.
        device : torch.device or str
            Where to.
        """
        generator = _generator(seed, "batch", block, device)
        shape = (BLOCK, self.rule.batches_per_step, self.batch_size)
        real = self.data.sample(shape, generator=generator, dtype=self.dtype)
        return GANBatch(real, self._noise(shape, settings, generator))

    @checked_arguments
    def batches(
        self, seed: Seed, settings: Settings, *, device: Device = "cpu"
    ) -> Iterator[GANBatch | list[GANBatch]]:
        """Yield the batch, or batches, of one step after the other, without end.

        Parameters
        ----------
        seed : int
            The member's seed.
        settings : Settings
            One member's.
        device : torch.device or str
            Where to.
        """
        for block in itertools.count():
            drawn = self.draw(seed, block, settings, device=device)
            yield from (batch_at(drawn, t) for t in range(BLOCK))

    @checked_arguments
    def noise(
        self,
        seed: Seed,
        count: Whole,
        settings: Settings,
        *,
        which: int = 0,
        device: Device = "cpu",
    ) -> Tensor:
        """Draw noise for samples to look at, which training never sees: shape (count, noise).

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
        """
        return self._noise((count,), settings, _generator(seed, "evaluation", which, device))

    def step(
        self, state: TrainState, batch: GANBatch | list[GANBatch], settings: Settings
    ) -> TrainState:
        """Take one step with one member. Pure.

        Parameters
        ----------
        state : TrainState
            From `init` or an earlier step.
        batch : GANBatch or list of GANBatch
            One step's: see `UpdateRule.step`.
        settings : Settings
            One member's.
        """
        step = state.players.step
        now = Settings(*({k: self._at(k, v, step) for k, v in part.items()} for part in settings))
        players, info = self.rule.step(self.make(now), state.players, batch, now.rule)
        seen = torch.stack([info.losses.generator, info.losses.discriminator, info.speed])
        first = (state.diverged < 0) & ~torch.isfinite(seen).all()
        return TrainState(players, state.sums + seen, torch.where(first, step, state.diverged))

    def _noise(
        self, shape: tuple[int, ...], settings: Settings, generator: torch.Generator
    ) -> Tensor:
        """Return standard normal noise as the generator network takes it."""
        return torch.randn(
            *shape,
            self.make(settings).noise,
            generator=generator,
            dtype=self.dtype,
            device=generator.device,
        )

    def _at(self, name: str, value: Tensor, step: Tensor) -> Tensor:
        """Return a hyper-parameter's value at a step."""
        factor = 1 if (schedule := self.schedules.get(name)) is None else schedule(step)
        return value * (factor.to(value.dtype) if isinstance(factor, Tensor) else factor)


def batch_at(block: GANBatch, t: int) -> GANBatch | list[GANBatch]:
    """Return step t of a block: a batch, or a list of them where a step evaluates several."""
    batches = [GANBatch(*(leaf[t, k] for leaf in block)) for k in range(block.real.shape[1])]
    return batches[0] if len(batches) == 1 else batches


def try_games(make: Any, own: Mapping[str, Tensor]) -> None:
    """Make every member's game once, outside of vmap, where values can still be checked."""
    if not accepts(make, **own):
        raise TypeError(f"game: expected a function of {[*own]}, got {shown(make)}")
    try:
        values = torch.broadcast_tensors(*own.values()) if own else ()
    except RuntimeError as error:
        shapes = [tuple(value.shape) for value in own.values()]
        raise ValueError(
            f"game_hparams: expected values that broadcast, got shapes {shapes}"
        ) from error
    kinds = zip(*(value.flatten() for value in values), strict=True) if own else [()]
    games = [make(**dict(zip(own, member, strict=True))) for member in kinds]
    again = make(**dict(zip(own, (v.flatten()[0] for v in values), strict=True)))
    for game in [*games, again]:
        if not isinstance(game, GAN):
            raise TypeError(f"game: expected a function that returns a GAN, got {game!r}")
        if game.generator is not again.generator or game.discriminator is not again.discriminator:
            raise TypeError(
                "game: expected the same networks at every call; make them once, outside of "
                "the function, and let it only put them together"
            )


def _generator(seed: int, purpose: str, index: int, device: Device) -> torch.Generator:
    """Return the generator of one member for one purpose and moment."""
    name = f"{seed}/{purpose}/{index}".encode()
    number = int.from_bytes(hashlib.blake2b(name, digest_size=8).digest()) >> 1
    return torch.Generator(device).manual_seed(number)
