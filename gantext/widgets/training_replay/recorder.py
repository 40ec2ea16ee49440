"""The callback that records a training while it runs."""

from __future__ import annotations

from math import inf
from typing import Annotated, Any

import torch
from torch import Tensor

from gantext.core.annotations import Count, Seed, Where, Whole
from gantext.core.arguments import checked_arguments
from gantext.data.mixtures import GaussianMixture
from gantext.evaluation.modes import modes
from gantext.gan.game import GAN
from gantext.training.results import Snapshot
from gantext.widgets.training_replay.recording import Extent, Name, Recording


class Recorder:
    """A callback that records one member for `TrainingReplay`.

    It belongs to the callbacks of `train`, from the first step on. It returns nothing, so the run's
    history is what it would be without.

    Parameters
    ----------
    name : str
        What the run is called.
    game : GAN
        The networks: points of the plane come from the generator, and the discriminator gives every
        point a score.
    data : GaussianMixture
        The world, in two dimensions, whose modes are counted.
    member : int, optional
        Which member, counted through all the members' dimensions.
    extent : pair of float, optional
        ``(low, high)``: the square of the plane to record. By default it is 1.8 times as wide as
        the modes reach, around the origin.
    samples : int, optional
        How many, always from the same noise.
    mesh : int, optional
        Points of the surface along each side.
    seed : int, optional
        Of the noise.

    Raises
    ------
    ValueError
        If a number is out of range, or the data are not in two dimensions.
    TypeError
        If the game is no GAN, or the data no mixture.

    Notes
    -----
    The losses are those that the run itself records: means over the steps since the last frame. If
    training starts again from an earlier step, the frames after that step are recorded anew.

    Examples
    --------
    >>> import gantext as gt
    >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
    >>> recorder = gt.Recorder("a short run", gan, gt.ring(), samples=100, mesh=21)
    >>> experiment = gt.Experiment(gan, gt.Alternating(), gt.ring(), batch_size=16)
    >>> _ = gt.train(experiment, 20, every=5, callbacks=[recorder], device="cpu", eta=1e-3)
    >>> recorder.recording().samples.shape
    torch.Size([4, 100, 2])
    """

    @checked_arguments
    def __init__(
        self,
        name: Name,
        game: GAN,
        data: Annotated[GaussianMixture, "a GaussianMixture such as ring()"],
        member: Whole = 0,
        extent: Extent | None = None,
        samples: Count = 400,
        mesh: Annotated[int, Where(">= 2", lambda value: value >= 2)] = 41,
        seed: Seed = 1,
    ) -> None:
        if data.event_shape != (2,):
            raise ValueError(f"data: expected points of the plane, got {data!r}")
        reach = 1.8 * (float(data.means.abs().max()) or 1.0)
        self.name, self.game, self.data = name, game, data
        self.member = member
        self.extent = (-reach, reach) if extent is None else extent
        self.samples, self.mesh, self.seed = samples, mesh, seed
        self._frames: list[dict[str, Any]] = []

    @checked_arguments
    def __call__(self, snapshot: Snapshot) -> None:
        """Record a frame.

        Parameters
        ----------
        snapshot : Snapshot
            A moment of training.

        Raises
        ------
        ValueError
            If there is no such member, the samples are not in the plane, or the discriminator does
            not give each point one score.
        """
        while self._frames and self._frames[-1]["steps"] >= snapshot.step:
            self._frames.pop()
        before = self._frames[-1]["steps"] if self._frames else 0
        theta, psi, sums = self._member(snapshot)
        fake = self._fake(theta)
        near = modes(fake, self.data, radius=inf).counts
        found = modes(fake, self.data)
        losses = (sums / (snapshot.step - before)).tolist()
        self._frames.append(
            {
                "steps": snapshot.step,
                "samples": fake,
                "surface": self._surface(psi),
                "generator_loss": losses[0],
                "discriminator_loss": losses[1],
                "favourite": int(near.argmax()),
                "share": int(near.max()) / self.samples,
                "captured": int(found.captured),
                "quality": float(found.quality),
            }
        )

    def recording(self) -> Recording:
        """Return what was recorded.

        Returns
        -------
        Recording
            All frames until now.

        Raises
        ------
        ValueError
            If there is none yet, or the run's first steps were missed.
        """
        if not self._frames:
            raise ValueError(
                f"{self.name}: expected a training with this recorder in its callbacks, got none"
            )
        columns = {key: [frame[key] for frame in self._frames] for key in self._frames[0]}
        steps = columns["steps"]
        if len(steps) > 2 and steps[0] > steps[1] - steps[0]:
            raise ValueError(
                f"{self.name}: expected every record from the first, got steps {steps[:3]} ...; "
                "a run that goes on from a checkpoint has lost its first frames"
            )
        found: dict[str, Any] = {key: tuple(values) for key, values in columns.items()}
        found |= {key: torch.stack(columns[key]) for key in ("samples", "surface")}
        return Recording(name=self.name, extent=self.extent, modes=self.data.means, **found)

    def __repr__(self) -> str:
        return f"Recorder({self.name!r}, frames={len(self._frames)})"

    def _member(self, snapshot: Snapshot) -> tuple[dict[str, Tensor], dict[str, Tensor], Tensor]:
        """Return one member's parameters, and its sums since the last record."""
        sums = snapshot.state.sums
        many = sums.ndim > 1
        count = len(sums) if many else 1
        if self.member >= count:
            raise ValueError(f"member: expected one of {count}, from 0, got {self.member}")
        own = self.member if many else ...
        theta, psi = (
            {key: weights[own] for key, weights in player.items()}
            for player in (snapshot.state.players.theta, snapshot.state.players.psi)
        )
        return theta, psi, sums[own].cpu()

    def _fake(self, theta: dict[str, Tensor]) -> Tensor:
        like = next(iter(theta.values()))
        noise = torch.randn(
            self.samples,
            self.game.noise,
            generator=torch.Generator().manual_seed(self.seed),
            dtype=like.dtype,
        )
        with torch.no_grad():
            fake = self.game.generate(theta, noise.to(like.device)).cpu()
        if fake.shape != (self.samples, 2):
            raise ValueError(f"game: expected samples in the plane, got shape {tuple(fake.shape)}")
        return fake

    def _surface(self, psi: dict[str, Tensor]) -> Tensor:
        like = next(iter(psi.values()))
        axis = torch.linspace(*self.extent, self.mesh, dtype=like.dtype)
        points = torch.cartesian_prod(axis, axis).flip(-1)  # the first coordinate runs first
        with torch.no_grad():
            score = self.game.score(psi, points.to(like.device)).cpu()
        if score.numel() != len(points):
            raise ValueError(
                f"game: expected one score for each of {len(points)} points, "
                f"got shape {tuple(score.shape)}"
            )
        return score.reshape(self.mesh, self.mesh).sigmoid()
