"""What a long experiment gave, measured while it ran, and kept beside the code that ran it."""

from __future__ import annotations

import base64
import json
import math
import platform
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple, cast

import numpy as np
import torch
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.data.mixtures import GaussianMixture
from gantext.training.experiment import Experiment
from gantext.training.loop import train
from gantext.training.results import Snapshot

#: Digits kept of a measure; what is counted among 2,500 samples needs four.
DIGITS = 5
#: Samples are kept as whole multiples of this.
HUNDREDTH = 0.01


class Trial(NamedTuple):
    """One row of a record: what is trained, and with which hyper-parameters."""

    experiment: Experiment
    hparams: Mapping[str, float]
    game_hparams: Mapping[str, float] = MappingProxyType({})

    @property
    def world(self) -> GaussianMixture:
        """What the generator shall imitate, in which modes are counted."""
        return cast("GaussianMixture", self.experiment.data)


#: What measures a row: each measure a tensor of shape (rows trained together, seeds).
Look = Callable[[Snapshot, Trial], Mapping[str, Tensor]]


class Record(NamedTuple):
    """What was measured of some trainings, by row, seed and step.

    Attributes
    ----------
    name : str
        Of the experiment.
    rows : tuple of str
        What was trained, such as the names of methods.
    seeds : int
        How many; they are 0 to seeds - 1.
    steps : tuple of int
        After how many steps it was measured.
    measures : dict of Tensor, each of shape (rows, seeds, steps), float64
        What was measured, by name.
    command : str
        What makes the record anew.
    versions : dict of str
        Of Python and of the packages with which it was made.
    samples : Tensor, shape (rows, seeds, samples, 2), or None
        Some samples of some seeds after the last step, to be looked at: to 0.01.
    """

    name: str
    rows: tuple[str, ...]
    seeds: int
    steps: tuple[int, ...]
    measures: Mapping[str, Tensor]
    command: str = ""
    versions: Mapping[str, str] = MappingProxyType({})
    samples: Tensor | None = None

    def at(self, row: str, measure: str, step: int | None = None) -> Tensor:
        """Return one measure of one row: shape (seeds, steps), or (seeds,) at one step.

        ValueError says which rows, measures or steps there are.

        Parameters
        ----------
        row, measure : str
            Which.
        step : int, optional
            After how many steps; all by default.
        """
        values = self.measures[_among("measure", measure, tuple(self.measures))]
        values = values[self.rows.index(_among("row", row, self.rows))]
        if step is None:
            return values
        return values[:, self.steps.index(_among("step", step, self.steps))]

    def difference(self, other: Record) -> dict[str, float]:
        """Return the largest difference of each measure, where both records have numbers.

        A shorter run of the same experiment, with fewer rows, seeds or steps, is compared with the
        part of this one that it repeats. ValueError if they have nothing in common.

        Parameters
        ----------
        other : Record
            Of the same experiment.
        """
        rows = [row for row in self.rows if row in other.rows]
        steps = [step for step in self.steps if step in other.steps]
        seeds = min(self.seeds, other.seeds)
        if self.name != other.name or not rows or not steps:
            raise ValueError(f"other: expected a record of {self.name!r} with rows and steps of it")

        def part(record: Record, values: Tensor) -> Tensor:
            kept = values[[record.rows.index(row) for row in rows], :seeds]
            return kept[..., [record.steps.index(step) for step in steps]]

        return {
            name: float((part(self, values) - part(other, other.measures[name])).abs().max())
            for name, values in self.measures.items()
        }


@checked_arguments
def load_record(name: str) -> Record:
    """Return what was recorded of an experiment when it was run in full.

    Parameters
    ----------
    name : str
        The name of the function that runs it, such as `ring_cures`.

    Examples
    --------
    >>> import gantext as gt
    >>> record = gt.load_record("ring_cures")
    >>> record.at("r = 1", "quality", 4800).shape
    torch.Size([16])
    """
    stored = sorted(p.name[:-5] for p in files(__package__).iterdir() if p.name.endswith(".json"))
    if name not in stored:
        raise ValueError(f"name: expected one of {stored}, got {name!r}")
    return read((files(__package__) / f"{name}.json").read_text(encoding="utf-8"))


def run_trials(
    name: str,
    known: Mapping[str, Trial],
    look: Look,
    looks: Sequence[int],
    *,
    rows: Sequence[str] | None,
    seeds: int,
    last: int,
    shown: tuple[int, int] | None = None,
) -> Record:
    """Train the rows that are asked for, and look at each on the way to the last step, and then.

    ``shown`` says of how many seeds how many samples are kept.
    """
    trials, steps = _chosen(known, rows), (*(step for step in looks if step < last), last)
    found: dict[str, dict[str, Tensor]] = {}
    drawn: dict[str, Tensor] = {}
    for group in _together(trials):
        first, seen = next(iter(group.values())), dict[str, list[Tensor]]()

        def keep(snapshot: Any, seen: Any = seen, trial: Any = first) -> None:
            if snapshot.step in steps:
                for measure, values in look(snapshot, trial).items():
                    seen.setdefault(measure, []).append(values.double().cpu())

        run = train(
            first.experiment,
            steps[-1],
            seeds=range(seeds),
            every=math.gcd(*steps),
            callbacks=[keep],
            game_hparams=_columns([trial.game_hparams for trial in group.values()]),
            device="cpu",
            progress=False,
            **_columns([trial.hparams for trial in group.values()]),
        )
        for k, row in enumerate(group):
            found[row] = {name: torch.stack(values, -1)[k] for name, values in seen.items()}
            if shown:
                drawn[row] = run.sample(shown[1])[k, : shown[0]]
    names = next(iter(found.values()))
    return Record(
        name,
        tuple(trials),
        seeds,
        steps,
        {name: torch.stack([found[row][name] for row in trials]) for name in names},
        f"python -m gantext.records {name}",
        {"python": platform.python_version()} | {p: version(p) for p in ("gantext", "torch")},
        torch.stack([drawn[row] for row in trials]) if shown else None,
    )


def _together(trials: Mapping[str, Trial]) -> list[dict[str, Trial]]:
    """Return the rows in groups of one experiment each, which can be trained at once."""
    groups: dict[int, dict[str, Trial]] = {}
    for row, trial in trials.items():
        groups.setdefault(id(trial.experiment), {})[row] = trial
    return [*groups.values()]


def _columns(rows: Sequence[Mapping[str, float]]) -> dict[str, Any]:
    """Return each hyper-parameter as a tensor of its values in all rows."""
    return {
        name: torch.tensor([row[name] for row in rows], dtype=torch.float64) for name in rows[0]
    }


def _chosen(trials: Mapping[str, Trial], rows: Sequence[str] | None) -> dict[str, Trial]:
    """Return the rows that are asked for, in their own order."""
    for row in () if rows is None else rows or [""]:
        _among("rows", row, tuple(trials))
    return {row: trial for row, trial in trials.items() if rows is None or row in rows}


def write(record: Record) -> str:
    """Return a record as JSON, a line a row and measure."""
    head = {
        "name": record.name,
        "command": record.command,
        "versions": dict(record.versions),
        "seeds": record.seeds,
        "steps": list(record.steps),
        "rows": list(record.rows),
    }
    lines = [f'"{key}": {json.dumps(value, ensure_ascii=False)}' for key, value in head.items()]
    kept = []
    for measure, values in record.measures.items():
        rows = [json.dumps([[_short(x) for x in seed] for seed in row]) for row in values.tolist()]
        kept.append(f'"{measure}": [\n' + ",\n".join(rows) + "\n]")
    lines.append('"measures": {\n' + ",\n".join(kept) + "\n}")
    if record.samples is not None:
        hundredths = (record.samples / HUNDREDTH).round().clamp(-32768, 32767).numpy()
        packed = [base64.b64encode(row.astype("<i2").tobytes()).decode() for row in hundredths]
        shape = [*record.samples.shape[1:]]
        lines.append(f'"samples shape": {shape},\n"samples": {json.dumps(packed, indent=0)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def read(text: str) -> Record:
    """Return the record that `write` has written."""
    stored = json.loads(text)
    measures = {
        name: torch.tensor(values, dtype=torch.float64)
        for name, values in stored["measures"].items()
    }
    samples = None
    if packed := stored.get("samples"):
        rows = [np.frombuffer(base64.b64decode(row), "<i2") for row in packed]
        samples = HUNDREDTH * torch.from_numpy(np.stack(rows).astype(np.float64))
        samples = samples.reshape(len(rows), *stored["samples shape"])
    return Record(
        stored["name"],
        tuple(stored["rows"]),
        stored["seeds"],
        tuple(stored["steps"]),
        measures,
        stored["command"],
        stored["versions"],
        samples,
    )


def _short(number: float) -> float | int:
    """Return a number with few digits, a whole one without a point."""
    return int(number) if number == int(number) else round(number, DIGITS)


def _among(name: str, value: Any, known: Sequence[Any]) -> Any:
    """Return a value that is known; ValueError names those that are."""
    if value not in known:
        raise ValueError(f"{name}: expected one of {list(known)}, got {value!r}")
    return value
