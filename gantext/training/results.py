"""What training shows on the way, and gives back at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from torch import Tensor, nn

from gantext.core.annotations import Count, Whole
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Floating
from gantext.gan.weights import Weights
from gantext.training.experiment import TrainState
from gantext.training.history import History
from gantext.training.members import Members
from gantext.training.recorded_step import StepRecord


class DivergenceWarning(UserWarning):
    """A member's losses or gradients are no longer finite numbers."""


class Snapshot:
    """A moment of training, as callbacks see it.

    Its tensors begin with the members' dimensions, here called ``*members``: none for one GAN. In
    one of several processes they are one dimension, that process's share.

    Parameters
    ----------
    members : Members
        Who is trained.
    state : TrainState
        The state at this moment.
    step : int
        Steps taken.

    Attributes
    ----------
    state : TrainState
        The state as a step takes it, with all members in one first dimension.
    step : int
        Steps taken.

    Examples
    --------
    A callback that records where the samples are:

    >>> import gantext as gt
    >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
    >>> experiment = gt.Experiment(gan, gt.Alternating(), gt.ring(), batch_size=16)
    >>> centre = lambda snapshot: {"mean": snapshot.sample(100).mean(-2)}
    >>> run = gt.train(experiment, 20, every=5, callbacks=[centre], eta=1e-3)
    >>> run.history.observed["mean"].shape
    torch.Size([4, 2])
    """

    @checked_arguments
    def __init__(self, members: Members, state: TrainState, step: Whole) -> None:
        self._members, self.state, self.step = members, state, step

    @property
    def theta(self) -> Weights:
        """The generators' parameters, each of shape (*members, own), as the rule answers."""
        return self._members.in_shape(self.state.players.theta)

    @property
    def psi(self) -> Weights:
        """The discriminators' parameters, each of shape (*members, own)."""
        return self._members.in_shape(self.state.players.psi)

    @checked_arguments
    def sample(self, count: Count, *, which: int = 0) -> Tensor:
        """Draw from the generator.

        Parameters
        ----------
        count : int
            How many samples.
        which : int
            Another number, other noise; the same at every step, so that samples can be followed.

        Returns
        -------
        Tensor, shape (*members, count, ...)
            Samples.
        """
        return self._members.sample(self.state.players.theta, count, which)

    @checked_arguments
    def score(self, x: Floating) -> Tensor:
        """Ask the discriminator.

        Parameters
        ----------
        x : Tensor, shape (n, ...)
            Samples, the same for every member.

        Returns
        -------
        Tensor, shape (*members, n, 1)
            Logits.
        """
        inner = self._members.experiment.data.event_shape
        if x.ndim == 0 or x.shape[1:] != inner:
            raise ValueError(f"x: expected shape (n, *{inner}), as the data, got {tuple(x.shape)}")
        return self._members.score(self.state.players.psi, x)

    @checked_arguments
    def generator(self, member: int | Sequence[int] = ()) -> nn.Module:
        """Return a copy of a member's generator with the weights of this moment.

        Parameters
        ----------
        member : int or sequence of int
            Its place in the members' dimensions; nothing for one GAN.

        Returns
        -------
        nn.Module
            Noise (B, noise) to samples (B, ...).

        Examples
        --------
        >>> import torch
        >>> import gantext as gt
        >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
        >>> experiment = gt.Experiment(gan, gt.Alternating(), gt.ring(), batch_size=16)
        >>> run = gt.train(experiment, 20, seeds=3, eta=1e-3)
        >>> run.generator(2)(torch.randn(5, 2)).shape
        torch.Size([5, 2])
        """
        return self._members.network("generator", self.state.players.theta, member)

    @checked_arguments
    def discriminator(self, member: int | Sequence[int] = ()) -> nn.Module:
        """Return a copy of a member's discriminator with the weights of this moment.

        Parameters
        ----------
        member : int or sequence of int
            Its place in the members' dimensions; nothing for one GAN.

        Returns
        -------
        nn.Module
            Samples (B, ...) to logits (B, 1).
        """
        return self._members.network("discriminator", self.state.players.psi, member)


Callback = Callable[[Snapshot], Mapping[str, Tensor] | None]


class Run(Snapshot):
    """The end of training, and what was recorded on the way.

    Attributes
    ----------
    history : History
        What was recorded.
    diverged : Tensor, shape (*members), int64
        For each member the step at which something was first not finite; -1 where all was well.
    step_record : StepRecord
        The operations of one step, or why they were not recorded.

    Examples
    --------
    >>> import gantext as gt
    >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
    >>> experiment = gt.Experiment(gan, gt.Alternating(), gt.ring(), batch_size=16)
    >>> run = gt.train(experiment, 20, seeds=3, eta=1e-3)
    >>> run.step, run.diverged, run.sample(100).shape
    (20, tensor([-1, -1, -1]), torch.Size([3, 100, 2]))
    >>> run.step_record.reason
    'a step is recorded after 50 have been taken'
    """

    @checked_arguments
    def __init__(
        self,
        members: Members,
        state: TrainState,
        step: Whole,
        history: History,
        step_record: StepRecord,
    ) -> None:
        super().__init__(members, state, step)
        self.history = history
        self.diverged = members.in_shape(state.diverged.cpu())
        self.step_record = step_record
