"""A recorded training, frame by frame: samples, the discriminator's surface and the losses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import floor
from typing import Any

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from gantext.core.arguments import checked_arguments
from gantext.plotting.style import DATA, DISCRIMINATOR, GENERATOR, INK
from gantext.widgets.live import LiveFigure
from gantext.widgets.settings import one_of, whole
from gantext.widgets.training_replay.constants import PER_FRAME, TITLES, WORDS
from gantext.widgets.training_replay.recording import Recording

_OPINION = LinearSegmentedColormap.from_list("opinion", ["white", "#6AA5E3"])


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
    >>> import gantext as gt
    >>> gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
    >>> recorder = gt.Recorder("a short run", gan, gt.ring(), samples=100, mesh=21)
    >>> experiment = gt.Experiment(gan, gt.Alternating(), gt.ring(), batch_size=16)
    >>> _ = gt.train(experiment, 20, every=5, callbacks=[recorder], device="cpu", eta=1e-3)
    >>> figure = gt.TrainingReplay([recorder.recording()], frame=3)
    >>> figure.numbers()["step"]
    20
    """

    script = "training_replay"

    recordings = traitlets.List(traitlets.Dict()).tag(sync=True)
    left = traitlets.Unicode().tag(sync=True)
    right = traitlets.Unicode().tag(sync=True)
    frame = traitlets.Int().tag(sync=True)

    @checked_arguments
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
        one_of("left", left, names)
        one_of("right", right, ["", *names])
        whole("frame", frame, (0, len(steps) - 1))
        super().__init__(
            recordings=[run.encode() for run in runs], left=left, right=right, frame=frame
        )

    def numbers(self) -> dict[str, float | str]:
        """Return the ``step``, and the numbers of each run that is shown.

        Their names begin with ``left_`` or ``right_``: ``favourite``, the mode nearest to the most
        samples, and the ``share`` of these samples; ``captured`` and ``quality``;
        ``generator_loss`` and ``discriminator_loss``. What is not finite is left out.
        """
        f = self.frame
        found: dict[str, float | str] = {}
        for side, run in self._shown():
            found["step"] = run["steps"][f]
            told = {name: run[name][f] for name in PER_FRAME}
            if not told["share"]:
                told["favourite"] = None
            found |= {f"{side}_{key}": value for key, value in told.items() if value is not None}
        return found

    def sentence(self) -> str:
        """Say in one sentence for each run where its samples are."""
        return " ".join(self._told(run) for _, run in self._shown())

    @checked_arguments
    def draw(self, figure: Figure) -> None:
        """Draw for each run its samples over the surface, and its losses."""
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
        f, count = self.frame, run["count"]
        away = int(Recording.decode(run).samples[f].isnan().any(-1).sum())
        nearest = WORDS["nearest"] if run["share"][f] else WORDS["lost"]
        share = floor(100 * run["share"][f] + 0.5)
        return WORDS["sentence"].format(
            name=run["name"],
            step=run["steps"][f],
            where=nearest.format(share=share, favourite=run["favourite"][f]),
            captured=run["captured"][f],
            modes=len(run["modes"]),
            beyond=WORDS["beyond"].format(away=away, count=count) if away else "",
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
        ax.plot(*run.samples[self.frame].T.numpy(), "o", c=GENERATOR, ms=2.5, alpha=0.6, mew=0)
        ax.plot(*run.modes.T.numpy(), "o", mfc="none", mec=DATA, mew=1.6, ms=10)
        ax.set(xlim=(low, high), ylim=(low, high), aspect="equal")
        ax.set_title(f"{run.name}\nstep {run.steps[self.frame]}", fontsize=12)
        ax.grid(False)

    def _draw_losses(self, ax: Axes, run: dict[str, Any]) -> None:
        for name, color in (
            ("generator", GENERATOR),
            ("discriminator", DISCRIMINATOR),
        ):
            losses = [torch.nan if loss is None else loss for loss in run[f"{name}_loss"]]
            ax.plot(run["steps"], losses, c=color, lw=1.5, label=name)
            ax.plot(run["steps"][self.frame], losses[self.frame], "o", c=color)
        ax.axvline(run["steps"][self.frame], c=INK, lw=1, ls=":")
        ax.set(xlabel=TITLES["step"], ylabel=TITLES["loss"], ylim=(min(0, ax.get_ylim()[0]), None))
        names = {"ncols": 2, "fontsize": 10, "handlelength": 1.2, "columnspacing": 1.2}
        ax.legend(loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, **names)


def _few(steps: list[int]) -> str:
    return f"{steps[:2]} ... {steps[-1]} ({len(steps)})"
