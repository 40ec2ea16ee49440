"""A record as a table: a loss in each row, a constraint in each column, and what a cell holds."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

import torch
import traitlets
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Circle, Rectangle
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.data.mixtures import GaussianMixture
from gantext.plotting.style import DATA, GENERATOR, INK, MEASUREMENT, QUIET
from gantext.records.base import Record
from gantext.widgets.live import LiveFigure, fixed
from gantext.widgets.record_table.constants import FACTORS, MEASURES, TITLES, WORDS
from gantext.widgets.record_table.table import Table, decode, encode
from gantext.widgets.settings import one_of, whole

_SHADES = LinearSegmentedColormap.from_list("shades", ["white", "#C393B3"])


class RecordTable(LiveFigure):
    """Browse a record of losses, constraints on the discriminator and update rules.

    The table has a loss in each row and a constraint in each column. A cell shows the mean of a
    measure over seeds after the last step; the one that is chosen shows the measure against steps,
    and samples over the modes, with circles of three standard deviations.

    Parameters
    ----------
    record : Record
        Of rows named ``"loss, constraint, rule"`` in any selection, with the measures ``captured``,
        ``quality`` and ``w1``, and with samples, such as `what_helps`; or the figure's own
        ``record``.
    world : GaussianMixture
        What was imitated, in the plane; or the figure's own ``world``.
    loss, constraint, rule : str, optional
        The cell to begin with; the record's first row that fits by default.
    measure : str, optional
        One of ``"quality"``, ``"captured"`` and ``"w1"``.
    seed : int, optional
        The seed whose samples are shown, from 0.
    references : mapping of float, optional
        What real samples have, by measure: drawn dotted.

    Raises
    ------
    ValueError
        If the record is another one, or has no such row or seed.

    Examples
    --------
    >>> import gantext as gt
    >>> record = gt.what_helps(["hinge, R1, optimistic"], seeds=2, steps=20)
    >>> figure = gt.RecordTable(record, gt.ring(std=0.05), references={"quality": 0.989})
    >>> figure.constraint, figure.numbers()["complete"] <= 2
    ('R1', True)
    """

    script = "record_table"

    record = traitlets.Dict().tag(sync=True)
    world = traitlets.Dict().tag(sync=True)
    loss = traitlets.Unicode().tag(sync=True)
    constraint = traitlets.Unicode().tag(sync=True)
    rule = traitlets.Unicode().tag(sync=True)
    measure = traitlets.Unicode().tag(sync=True)
    seed = traitlets.Int().tag(sync=True)
    references = traitlets.Dict().tag(sync=True)

    @checked_arguments
    def __init__(
        self,
        record: Record | Mapping[str, Any],
        world: GaussianMixture | Mapping[str, Any],
        loss: str | None = None,
        constraint: str | None = None,
        rule: str | None = None,
        measure: str = "quality",
        seed: int = 0,
        references: Mapping[str, float | None] | None = None,
    ) -> None:
        mixture = world if isinstance(world, GaussianMixture) else _mixture(world)
        data = encode(record, mixture) if isinstance(record, Record) else dict(record)
        table = decode(data)
        wanted = dict(zip(FACTORS, (loss, constraint, rule), strict=True))
        for name, value in wanted.items():
            if value is not None:
                one_of(name, value, table.factors[name])
        one_of("measure", measure, MEASURES)
        whole("seed", seed, (0, table.samples.shape[1] - 1))
        for name, real in (references or {}).items():
            one_of("references", name, MEASURES)
            if real is not None and not isfinite(real):
                raise ValueError(f"references[{name!r}]: expected a finite number, got {real!r}")
        super().__init__(
            record=data,
            world={"means": mixture.means.tolist(), "std": mixture.std.tolist()},
            **dict(zip(FACTORS, _row(table, wanted), strict=True)),
            measure=measure,
            seed=seed,
            references={name: (references or {}).get(name) for name in MEASURES},
        )

    def numbers(self) -> dict[str, float]:
        """Return means over seeds after the last step, and what the chosen seed has there.

        The means are ``captured``, ``quality`` and ``w1``; ``complete`` is the number of seeds
        with all modes. What begins with ``seed_`` is the chosen seed's.
        """
        table = decode(self.record)
        last = {name: self._of(values)[:, -1] for name, values in table.values.items()}
        found = {name: float(values.mean()) for name, values in last.items()}
        found["complete"] = int((last["captured"] == table.ranges["captured"][1]).sum())
        return found | {f"seed_{name}": float(each[self.seed]) for name, each in last.items()}

    def sentence(self) -> str:
        """Say how many seeds have all modes, and the mean of the measure with its interval."""
        table, n = decode(self.record), self.numbers()
        low, high = self._of(table.intervals[self.measure]).tolist()
        interval = WORDS["interval"].format(low=fixed(low, 3), high=fixed(high, 3))
        return WORDS["sentence"].format(
            loss=self.loss,
            constraint=self.constraint,
            rule=self.rule,
            steps=table.steps[-1],
            complete=n["complete"],
            seeds=table.values[self.measure].shape[1],
            modes=len(self.world["means"]),
            measure=MEASURES[self.measure]["said"],
            mean=fixed(n[self.measure], 3),
            interval=interval if isfinite(low) else "",
        )

    def cells(self) -> dict[tuple[str, str], str]:
        """Return what the cells of the table show, by loss and constraint."""
        table, digits = decode(self.record), MEASURES[self.measure]["digits"]
        means = table.values[self.measure][..., -1].mean(-1).tolist()
        return {
            (loss, constraint): _brief(means[k], digits)
            for (loss, constraint, rule), k in table.rows.items()
            if rule == self.rule
        }

    @checked_arguments
    def draw(self, figure: Figure) -> None:
        """Draw the table, and of the chosen cell the measure against steps, and the samples."""
        table = decode(self.record)
        figure.set_size_inches(7, 6.6)
        rows = 0.5 + 0.55 * len(table.factors["loss"])
        grid = figure.add_gridspec(2, 2, height_ratios=(rows, 3.6))
        self._draw_cells(figure.add_subplot(grid[0, :]), table)
        self._draw_chart(figure.add_subplot(grid[1, 0]), table)
        self._draw_samples(figure.add_subplot(grid[1, 1]), table)

    def _of(self, values: Tensor) -> Tensor:
        """Return the chosen row of something."""
        return values[decode(self.record).rows[self.loss, self.constraint, self.rule]]

    def _draw_cells(self, ax: Axes, table: Table) -> None:
        losses, constraints = table.factors["loss"], table.factors["constraint"]
        means = table.values[self.measure][..., -1].mean(-1)
        worst, best = table.ranges[self.measure]
        shades = torch.full((len(losses), len(constraints)), torch.nan)
        for (loss, constraint, rule), k in table.rows.items():
            if rule == self.rule:
                share = ((means[k] - worst) / (best - worst)).clamp(0, 1)
                shades[losses.index(loss), constraints.index(constraint)] = share
        ax.imshow(shades.numpy(), cmap=_SHADES, vmin=0, vmax=1, aspect="auto")
        cells = self.cells()
        for i, loss in enumerate(losses):
            for j, constraint in enumerate(constraints):
                text = cells.get((loss, constraint), "–")
                ax.text(j, i, text, ha="center", va="center", color=INK, fontsize=11)
        corner = (constraints.index(self.constraint) - 0.5, losses.index(self.loss) - 0.5)
        ax.add_patch(Rectangle(corner, 1, 1, fill=False, edgecolor=INK, lw=2, clip_on=False))
        ax.set_xticks(range(len(constraints)), constraints, fontsize=10)
        ax.set_yticks(range(len(losses)), losses, fontsize=10)
        ax.tick_params(length=0, labeltop=True, labelbottom=False)
        ax.set_title(f"{MEASURES[self.measure]['title']}, {self.rule}", fontsize=12)
        ax.grid(False)
        ax.spines[:].set_visible(False)

    def _draw_chart(self, ax: Axes, table: Table) -> None:
        values = self._of(table.values[self.measure])
        ax.plot(table.steps, values.T.numpy(), c=QUIET, lw=0.8, alpha=0.6)
        ax.plot(table.steps, values[self.seed].numpy(), c=GENERATOR, lw=1.5)
        ax.plot(table.steps, values.mean(0).numpy(), c=MEASUREMENT, lw=3, label=TITLES["mean"])
        reference = self.references[self.measure]
        if reference is not None:
            ax.axhline(reference, c=DATA, lw=1.5, ls=":", label=TITLES["real"])
        ax.set(xlabel=TITLES["step"], xlim=(0, table.steps[-1]))
        ax.set_ylim(0, _top(table, self.measure, values, reference))
        title = MEASURES[self.measure]["title"]
        named = {"loss": self.loss, "constraint": self.constraint, "measure": title}
        ax.set_title(WORDS["chart"].format(**named), fontsize=12)
        names = {"ncols": 2, "fontsize": 10, "handlelength": 1.2, "columnspacing": 1.2}
        ax.legend(loc="upper center", bbox_to_anchor=(0.5, -0.16), **names)

    def _draw_samples(self, ax: Axes, table: Table) -> None:
        for mean, std in zip(self.world["means"], self.world["std"], strict=True):
            ax.add_patch(Circle(mean, 3 * std, fill=False, edgecolor=DATA, lw=1.5))
        ax.plot(*self._of(table.samples)[self.seed].T.numpy(), "o", c=GENERATOR, ms=3, mew=0)
        ax.set(xlim=table.extent, ylim=table.extent, aspect="equal")
        ax.set_title(WORDS["plane"].format(seed=self.seed), fontsize=12)
        ax.grid(False)


def _top(table: Table, measure: str, values: Tensor, reference: float | None) -> float:
    """Return the height of the axis: the measure's range, or more if a value is above it."""
    return 1.05 * max(*table.ranges[measure], float(values.max()), reference or 0.0)


def _brief(value: float, digits: int) -> str:
    """Write a number that may be large in a few characters."""
    return fixed(value, min(digits, 2 - (value >= 10) - (value >= 100)))


def _mixture(world: Mapping[str, Any]) -> GaussianMixture:
    """Return the mixture that the figure's own ``world`` describes."""
    for name in ("means", "std"):
        if name not in world:
            raise ValueError(f"world: expected means and std, got no {name}")
    return GaussianMixture(world["means"], world["std"])


def _row(table: Table, wanted: Mapping[str, str | None]) -> tuple[str, ...]:
    """Return the first row that has what is wanted; ValueError if there is none."""
    for cell in table.rows:
        if all(want in (None, has) for want, has in zip(wanted.values(), cell, strict=True)):
            return cell
    told = ", ".join(f"{name} {value!r}" for name, value in wanted.items() if value is not None)
    raise ValueError(f"record: expected a row of {told}, got none among {len(table.rows)}")
