"""A recorded training, frame by frame: samples, the discriminator's surface and the losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from math import floor, inf, isfinite
from typing import Any

import numpy as np
import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from torch import Tensor

from gantext import plotting
from gantext.data.mixtures import GaussianMixture
from gantext.evaluation.modes import modes
from gantext.gan.game import GAN
from gantext.training.results import Snapshot
from gantext.widgets.live import LiveFigure

__all__ = ["Recorder", "Recording", "TrainingReplay"]

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_DIGITS = np.frombuffer(_ALPHABET, dtype=np.uint8)
_WORTH = np.full(256, 64)
_WORTH[_DIGITS] = np.arange(64)
_OPINION = LinearSegmentedColormap.from_list("opinion", ["white", "#6AA5E3"])


@dataclass(frozen=True, eq=False)
class Recording:
    r"""One run, of F frames, compact enough for a page.

    Attributes
    ----------
    name : str
        What the run is called.
    steps : tuple of int
        Steps taken at each frame, increasing.
    extent : tuple of float
        ``(low, high)``: the square of the plane that is recorded.
    modes : Tensor, shape (M, 2)
        The centres of the data's modes.
    samples : Tensor, shape (F, N, 2)
        The generator's samples; NaN for one outside of the square, or none at all.
    surface : Tensor, shape (F, S, S)
        :math:`D(x) = \sigma(\text{score})` on a mesh over the square: entry ``[f, i, j]`` is at the
        j-th place along the first axis and the i-th along the second, both from low to high. NaN
        where there is no number.
    generator_loss, discriminator_loss : tuple of float
        Means over the steps since the frame before.
    favourite : tuple of int
        The mode to which the most samples are nearest, counted from 0.
    share : tuple of float
        The share of the samples that are nearest to it; 0 if no sample is a finite number.
    captured : tuple of int
        Modes captured: see `gantext.evaluation.modes.modes`.
    quality : tuple of float
        The share of the samples that are of quality.

    Raises
    ------
    ValueError
        If the fields do not fit together.

    Notes
    -----
    In `encode`, a sample's coordinate is a whole number of two digits to the base 64, and an entry
    of the surface one of one digit, the more significant digit first, with the alphabet of base64
    [1]_. The largest number, 4095 or 63, stands for NaN, and the next, 4094 or 62, for the highest
    value. So a coordinate is right to half of 1/4094 of the square's side, and D to 1/124. In a row
    of digits the last index runs first. 45 frames of 400 samples and a mesh of 41 make 150 kB.

    References
    ----------
    .. [1] Josefsson, S. (2006). The Base16, Base32, and Base64 Data Encodings. RFC 4648.

    Examples
    --------
    >>> import torch
    >>> from gantext.widgets import Recording
    >>> recording = Recording(
    ...     name="still",
    ...     steps=(10,),
    ...     extent=(-1.0, 1.0),
    ...     modes=torch.zeros(1, 2),
    ...     samples=torch.tensor([[[-1.0, 1.0], [0.0, 3.0]]]),
    ...     surface=torch.tensor([[[0.0, 0.5], [0.5, 1.0]]]),
    ...     generator_loss=(0.7,),
    ...     discriminator_loss=(1.4,),
    ...     favourite=(0,),
    ...     share=(1.0,),
    ...     captured=(1,),
    ...     quality=(0.5,),
    ... )
    >>> recording.encode()["samples"], recording.encode()["surface"]
    ('AA/+////', 'Aff+')
    >>> Recording.decode(recording.encode()).samples[0, 0]
    tensor([-1.,  1.], dtype=torch.float64)
    """

    name: str
    steps: tuple[int, ...]
    extent: tuple[float, float]
    modes: Tensor
    samples: Tensor
    surface: Tensor
    generator_loss: tuple[float, ...]
    discriminator_loss: tuple[float, ...]
    favourite: tuple[int, ...]
    share: tuple[float, ...]
    captured: tuple[int, ...]
    quality: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        if not isinstance(self.name, str) or not self.name:
            raise ValueError(f"name: expected some text, got {self.name!r}")
        steps = [*self.steps]
        if not steps or any(a >= b for a, b in pairwise(steps)):
            raise ValueError(f"steps: expected one or more, increasing, got {steps}")
        _extent(self.extent)
        shapes = {
            "modes": (("M", 2), self.modes),
            "samples": ((len(steps), "N", 2), self.samples),
            "surface": ((len(steps), "S", "S"), self.surface),
        }
        for name, (wanted, tensor) in shapes.items():
            got = tuple(tensor.shape)
            fits = len(got) == len(wanted) and all(
                has == want if isinstance(want, int) else has > 0
                for has, want in zip(got, wanted, strict=True)
            )
            if not fits or (name == "surface" and (got[1] != got[2] or got[1] < 2)):
                told = ", ".join(map(str, wanted))
                raise ValueError(f"{name}: expected shape ({told}), got {got}")
        if bool(((self.surface < 0) | (self.surface > 1)).any()):
            raise ValueError("surface: expected values from 0 to 1, got others among them")
        for name in _PER_FRAME:
            if len(getattr(self, name)) != len(steps):
                raise ValueError(
                    f"{name}: expected one number a frame, {len(steps)}, "
                    f"got {len(getattr(self, name))}"
                )
        known = range(len(self.modes))
        if not all(mode in known for mode in self.favourite):
            raise ValueError(f"favourite: expected modes from 0 to {known[-1]}, got another")

    def encode(self) -> dict[str, Any]:
        """Return the recording as plain data for JSON.

        Returns
        -------
        dict
            The fields by name, samples and surface as digits, a loss that is not finite as None;
            and ``count``, N, and ``mesh``, S.
        """
        low, high = self.extent
        places = (self.samples.detach().cpu().double() - low) / (high - low)
        inside = ((places > -1e-9) & (places < 1 + 1e-9)).all(-1, keepdim=True)
        places = torch.where(inside, places.clamp(0, 1), torch.nan)
        return {
            "name": self.name,
            "steps": [int(step) for step in self.steps],
            "extent": [float(low), float(high)],
            "modes": self.modes.double().tolist(),
            "count": self.samples.shape[1],
            "samples": _to_digits(places, 2),
            "mesh": self.surface.shape[1],
            "surface": _to_digits(self.surface.detach().cpu().double(), 1),
            "generator_loss": [_or_none(loss) for loss in self.generator_loss],
            "discriminator_loss": [_or_none(loss) for loss in self.discriminator_loss],
            "favourite": [int(mode) for mode in self.favourite],
            "share": [float(share) for share in self.share],
            "captured": [int(count) for count in self.captured],
            "quality": [float(quality) for quality in self.quality],
        }

    @classmethod
    def decode(cls, data: Mapping[str, Any]) -> Recording:
        """Return the recording that plain data describe.

        Parameters
        ----------
        data : mapping
            From `encode`.

        Returns
        -------
        Recording
            With samples and surface in float64, as exact as they were stored, and NaN for a loss
            that was not finite.

        Raises
        ------
        ValueError
            If something is missing, or has another length, or is no digit.
        """
        wanted = [*(field.name for field in fields(cls)), "count", "mesh"]
        missing = [name for name in wanted if name not in data]
        if missing:
            raise ValueError(f"recording: expected {', '.join(wanted)}, got no {missing[0]}")
        found = {name: data[name] for name in wanted if name not in ("count", "mesh")}
        low, high = _extent(data["extent"])
        frames, count, mesh = len(data["steps"]), int(data["count"]), int(data["mesh"])
        places = _from_digits("samples", data["samples"], (frames, count, 2), 2)
        losses = {
            name: tuple(torch.nan if loss is None else loss for loss in data[name])
            for name in ("generator_loss", "discriminator_loss")
        }
        others = {name: tuple(data[name]) for name in (*_PER_FRAME[2:], "steps")}
        return cls(
            **found
            | losses
            | others
            | {
                "extent": (low, high),
                "modes": torch.as_tensor(data["modes"], dtype=torch.float64),
                "samples": low + (high - low) * places,
                "surface": _from_digits("surface", data["surface"], (frames, mesh, mesh), 1),
            }
        )


_PER_FRAME = ("generator_loss", "discriminator_loss", "favourite", "share", "captured", "quality")


class Recorder:
    """A callback that records one member for `TrainingReplay`.

    It belongs to the callbacks of `gantext.training.loop.train` or
    `gantext.training.members.train_population`, from the first step on. It returns nothing, so the
    run's history is what it would be without.

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
        Which member of a population.
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
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.training.loop import Experiment, train
    >>> from gantext.dynamics.rules import Alternating
    >>> from gantext.widgets import Recorder
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> recorder = Recorder("a short run", gan, ring(), samples=100, mesh=21)
    >>> experiment = Experiment(gan, Alternating(), ring(), batch_size=16)
    >>> _ = train(experiment, 20, every=5, callbacks=[recorder], device="cpu", eta=1e-3)
    >>> recorder.recording().samples.shape
    torch.Size([4, 100, 2])
    """

    def __init__(
        self,
        name: str,
        game: GAN,
        data: GaussianMixture,
        member: int = 0,
        extent: tuple[float, float] | None = None,
        samples: int = 400,
        mesh: int = 41,
        seed: int = 1,
    ) -> None:
        if not isinstance(name, str) or not name:
            raise ValueError(f"name: expected some text, got {name!r}")
        if not isinstance(game, GAN):
            raise TypeError(f"game: expected a GAN, got {game!r:.80}")
        if not isinstance(data, GaussianMixture):
            raise TypeError(f"data: expected a GaussianMixture such as ring(), got {data!r:.80}")
        if data.event_shape != (2,):
            raise ValueError(f"data: expected points of the plane, got {data!r}")
        for what, value, least in (
            ("member", member, 0),
            ("samples", samples, 1),
            ("mesh", mesh, 2),
        ):
            if not isinstance(value, int) or isinstance(value, bool) or value < least:
                raise ValueError(f"{what}: expected a whole number >= {least}, got {value!r}")
        reach = 1.8 * (float(data.means.abs().max()) or 1.0)
        self.name, self.game, self.data = name, game, data
        self.member = member
        self.extent = (-reach, reach) if extent is None else _extent(extent)
        self.samples, self.mesh, self.seed = samples, mesh, seed
        self._frames: list[dict[str, Any]] = []

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


class TrainingReplay(LiveFigure):
    """Play recorded trainings back, one alone or two side by side.

    Each run shows its samples over the discriminator's opinion, and below them both losses with a
    mark at the present step.

    Parameters
    ----------
    recordings : sequence of Recording
        Runs with different names and the same steps; or what `Recording.encode` makes of them.
    left : str, optional
        The name of the run to show; the first by default.
    right : str, optional
        The name of another run to show beside it.
    frame : int, optional
        The frame to begin with, from 0.

    Raises
    ------
    ValueError
        If the recordings do not fit together, a name is unknown, or there is no such frame.

    Examples
    --------
    >>> from gantext.data.mixtures import ring
    >>> from gantext.gan.game import GAN
    >>> from gantext.gan.mlp import MLP
    >>> from gantext.training.loop import Experiment, train
    >>> from gantext.dynamics.rules import Alternating
    >>> from gantext.widgets import Recorder, TrainingReplay
    >>> gan = GAN(MLP(2, 2), MLP(2, 1), noise=2)
    >>> recorder = Recorder("a short run", gan, ring(), samples=100, mesh=21)
    >>> experiment = Experiment(gan, Alternating(), ring(), batch_size=16)
    >>> _ = train(experiment, 20, every=5, callbacks=[recorder], device="cpu", eta=1e-3)
    >>> figure = TrainingReplay([recorder.recording()], frame=3)
    >>> figure.numbers()["step"]
    20
    """

    script = "training_replay"

    recordings = traitlets.List(traitlets.Dict()).tag(sync=True)
    left = traitlets.Unicode().tag(sync=True)
    right = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Int().tag(sync=True)

    def __init__(
        self,
        recordings: Sequence[Recording | Mapping[str, Any]],
        left: str | None = None,
        right: str | None = None,
        frame: int = 0,
    ) -> None:
        runs = [r if isinstance(r, Recording) else Recording.decode(r) for r in recordings]
        names = [run.name for run in runs]
        if not runs or len(set(names)) < len(names):
            raise ValueError(f"recordings: expected some, with different names, got {names}")
        steps = [*runs[0].steps]
        for run in runs[1:]:
            if [*run.steps] != steps:
                raise ValueError(
                    f"recordings: expected the steps {_few(steps)} in all, "
                    f"got {_few([*run.steps])} in {run.name!r}"
                )
        left, right = names[0] if left is None else left, right or ""
        for side, name, allowed in (("left", left, names), ("right", right, ["", *names])):
            if name not in allowed:
                raise ValueError(f"{side}: expected one of {names}, got {name!r}")
        if not isinstance(frame, int) or isinstance(frame, bool) or not 0 <= frame < len(steps):
            raise ValueError(f"frame: expected one from 0 to {len(steps) - 1}, got {frame!r}")
        super().__init__(
            recordings=[run.encode() for run in runs], left=left, right=right, frame=frame
        )

    def numbers(self) -> dict[str, float | str]:
        """Return what the figure shows as numbers.

        Returns
        -------
        dict
            ``step``; and for each side that shows a run, with ``left_`` or ``right_`` before:
            ``favourite``, the mode nearest to the most samples, and the ``share`` of these samples;
            ``captured`` and ``quality``; ``generator_loss`` and ``discriminator_loss``. What is not
            finite is left out.
        """
        f = self.frame
        found: dict[str, float | str] = {}
        for side, run in self._shown():
            found["step"] = run["steps"][f]
            told = {name: run[name][f] for name in _PER_FRAME}
            if not told["share"]:
                told["favourite"] = None
            found |= {f"{side}_{key}": value for key, value in told.items() if value is not None}
        return found

    def sentence(self) -> str:
        """Say what is seen.

        Returns
        -------
        str
            One sentence for each run.
        """
        return " ".join(self._told(run) for _, run in self._shown())

    def draw(self, figure: Figure) -> None:
        """Draw the picture that stands where no script runs.

        Parameters
        ----------
        figure : matplotlib.figure.Figure
            Empty.
        """
        shown = [run for _, run in self._shown()]
        if len(shown) == 1:
            figure.set_size_inches(7, 3.9)
            places = figure.subplots(1, 2, width_ratios=(1.25, 1))[:, None]
        else:
            figure.set_size_inches(7, 5.9)
            places = figure.subplots(2, 2, sharey="row", height_ratios=(1.6, 1))
        for run, above, below in zip(shown, *places, strict=True):
            self._draw_plane(above, Recording.decode(run))
            self._draw_losses(below, run)

    def _shown(self) -> list[tuple[str, dict[str, Any]]]:
        """Return the runs that are shown, each with its side."""
        by_name = {run["name"]: run for run in self.recordings}
        sides = (("left", self.left), ("right", self.right))
        return [(side, by_name[name]) for side, name in sides if name]

    def _told(self, run: dict[str, Any]) -> str:
        f = self.frame
        share = floor(100 * run["share"][f] + 0.5)
        where = (
            f"{share}% of the samples are nearest to mode {run['favourite'][f]}"
            if run["share"][f]
            else "no sample is a finite number"
        )
        away = int(Recording.decode(run).samples[f].isnan().any(-1).sum())
        beyond = f", with {away} of {run['count']} samples outside the picture" if away else ""
        return (
            f"{run['name']}, step {run['steps'][f]}: {where}; "
            f"{run['captured'][f]} of {len(run['modes'])} modes captured{beyond}."
        )

    def _draw_plane(self, ax: Axes, run: Recording) -> None:
        low, high = run.extent
        half = (high - low) / (run.surface.shape[1] - 1) / 2  # an entry is the middle of its pixel
        ax.imshow(
            run.surface[self.frame].numpy(),
            cmap=_OPINION,
            vmin=0,
            vmax=1,
            origin="lower",
            extent=(low - half, high + half, low - half, high + half),
            interpolation="bilinear",
        )
        ax.plot(
            *run.samples[self.frame].T.numpy(), "o", c=plotting.GENERATOR, ms=2.5, alpha=0.6, mew=0
        )
        ax.plot(*run.modes.T.numpy(), "o", mfc="none", mec=plotting.DATA, mew=1.6, ms=10)
        ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        ax.set_title(f"{run.name}\nstep {run.steps[self.frame]}", fontsize=12)
        ax.grid(False)

    def _draw_losses(self, ax: Axes, run: dict[str, Any]) -> None:
        for name, color in (
            ("generator", plotting.GENERATOR),
            ("discriminator", plotting.DISCRIMINATOR),
        ):
            losses = [torch.nan if loss is None else loss for loss in run[f"{name}_loss"]]
            ax.plot(run["steps"], losses, c=color, lw=1.5, label=name)
            ax.plot(run["steps"][self.frame], losses[self.frame], "o", c=color)
        ax.axvline(run["steps"][self.frame], c=plotting.INK, lw=1, ls=":")
        ax.set(xlabel="step", ylabel="loss", ylim=(min(0, ax.get_ylim()[0]), None))
        names = {"ncols": 2, "fontsize": 10, "handlelength": 1.2, "columnspacing": 1.2}
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, **names)


def _extent(value: Any) -> tuple[float, float]:
    """Require two finite numbers, the lower first."""
    pair = tuple(map(float, value))
    if len(pair) != 2 or not all(map(isfinite, pair)) or pair[0] >= pair[1]:
        raise ValueError(f"extent: expected (low, high), got {value!r}")
    return pair[0], pair[1]


def _or_none(value: float) -> float | None:
    """Return a number, or None for one that JSON does not know."""
    return float(value) if isfinite(value) else None


def _few(steps: list[int]) -> str:
    return f"{steps[:2]} ... {steps[-1]} ({len(steps)})"


def _to_digits(values: Tensor, width: int) -> str:
    """Write numbers from 0 to 1, or NaN, with so many digits to the base 64 each."""
    none = 64**width - 1
    whole = torch.where(values.isnan(), none, (values * (none - 1)).round()).long()
    digits = [whole // 64**k % 64 for k in reversed(range(width))]
    return _DIGITS[torch.stack(digits, -1).numpy()].tobytes().decode()


def _from_digits(name: str, text: str, shape: tuple[int, ...], width: int) -> Tensor:
    """Read what `_to_digits` wrote."""
    wanted = int(np.prod(shape)) * width
    if not isinstance(text, str) or len(text) != wanted:
        got = len(text) if isinstance(text, str) else type(text).__name__
        raise ValueError(f"{name}: expected {wanted} digits, got {got}")
    worth = _WORTH[np.frombuffer(text.encode("ascii", "replace"), dtype=np.uint8)]
    if (worth > 63).any():
        raise ValueError(f"{name}: expected digits of base64, got {text[int(worth.argmax())]!r}")
    whole = worth.reshape(*shape, width) @ 64 ** np.arange(width)[::-1]
    none = 64**width - 1
    values = torch.as_tensor(whole, dtype=torch.float64) / (none - 1)
    return torch.where(torch.as_tensor(whole == none), torch.nan, values)
