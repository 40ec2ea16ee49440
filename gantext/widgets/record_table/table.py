"""A record of losses, constraints and rules, compact enough for a page."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any, NamedTuple

import torch
from torch import Tensor

from gantext.core.annotations import Count, rule_of
from gantext.data.mixtures import GaussianMixture
from gantext.evaluation.intervals import mean_interval
from gantext.records.base import Record
from gantext.widgets.digits import from_digits, highest, to_digits
from gantext.widgets.record_table.constants import BITS, FACTORS, MEASURES, UNITS

#: What `encode` gives.
_KEYS = (
    *(*FACTORS, "rows", "seeds", "steps", "extent", "kept", "count", "samples"),
    *("ranges", "values", "intervals"),
)


class Table(NamedTuple):
    """A record by loss, constraint and rule.

    Attributes
    ----------
    factors : dict of list of str
        The losses, constraints and rules that there are, by the names in ``FACTORS``.
    rows : dict of int
        The place of each row, by loss, constraint and rule.
    steps : tuple of int
        After how many steps it was measured.
    extent : tuple of float
        The square of the plane in which samples are kept.
    ranges : dict of tuple of float
        The worst and the best value of each measure.
    values : dict of Tensor, each of shape (rows, seeds, steps)
        The measures.
    intervals : dict of Tensor, each of shape (rows, 2)
        Where the mean over seeds is after the last step; NaN if nothing is known.
    samples : Tensor, shape (rows, seeds kept, samples, 2)
        After the last step; NaN for one outside of the square.
    """

    factors: Mapping[str, list[str]]
    rows: Mapping[tuple[str, ...], int]
    steps: tuple[int, ...]
    extent: tuple[float, float]
    ranges: Mapping[str, tuple[float, float]]
    values: Mapping[str, Tensor]
    intervals: Mapping[str, Tensor]
    samples: Tensor


def encode(record: Record, world: GaussianMixture) -> dict[str, Any]:
    """Return a record as plain data for JSON, as digits what is long.

    A measure is a whole multiple of its row's unit, which is the smallest in ``UNITS`` that 12 bits
    allow. A sample's coordinate is one of 255 places along the square.
    """
    _check(record, world)
    parts = {row: tuple(row.split(", ", len(FACTORS) - 1)) for row in record.rows}
    factors = [[*dict.fromkeys(part[k] for part in parts.values())] for k in range(len(FACTORS))]
    known = {part: record.rows.index(row) for row, part in parts.items()}
    every = [*product(*factors)]
    order = [known[cell] for cell in every if cell in known]
    low, high = _square(world)
    assert record.samples is not None
    shares = (record.samples[order].detach().cpu().double() - low) / (high - low)
    inside = ((shares >= 0) & (shares <= 1)).all(-1, keepdim=True)
    values = {name: record.measures[name][order].detach().cpu().double() for name in MEASURES}
    return {
        **dict(zip(FACTORS, factors, strict=True)),
        "rows": to_digits(torch.tensor([cell in known for cell in every]).double(), BITS["rows"]),
        "seeds": record.seeds,
        "steps": [*record.steps],
        "extent": [low, high],
        "kept": shares.shape[1],
        "count": shares.shape[2],
        "samples": to_digits(
            torch.where(inside, shares, torch.nan) * highest(BITS["samples"]), BITS["samples"]
        ),
        # As bad as can be is a quarter of the way from the middle to a mode of a ring.
        "ranges": {
            "quality": [0.0, 1.0],
            "captured": [0.0, float(world.modes)],
            "w1": [(high - low) / 12, 0.0],
        },
        "values": {name: _packed(name, found.flatten(1)) for name, found in values.items()},
        "intervals": {
            name: _packed(name, _interval(name, found[..., -1], world.modes))
            for name, found in values.items()
        },
    }


def decode(data: Mapping[str, Any]) -> Table:
    """Return what plain data from `encode` describe; ValueError names what is wrong in them."""
    if missing := [key for key in _KEYS if key not in data]:
        raise ValueError(f"record: expected {', '.join(_KEYS)}, got no {missing[0]}")
    lists = {name: list(rule_of(tuple[str, ...])(name, data[name])) for name in FACTORS}
    every = [*product(*lists.values())]
    flags = from_digits("rows", data["rows"], (len(every),), BITS["rows"])
    cells = [cell for cell, there in zip(every, flags.tolist(), strict=True) if there == 1]
    seeds, kept, count = (rule_of(Count)(name, data[name]) for name in ("seeds", "kept", "count"))
    steps = rule_of(tuple[int, ...])("steps", data["steps"])
    low, high = rule_of(tuple[float, float])("extent", data["extent"])
    samples = from_digits("samples", data["samples"], (len(cells), kept, count, 2), BITS["samples"])
    shape = (len(cells), seeds, len(steps))
    pair = rule_of(tuple[float, float])
    return Table(
        factors=lists,
        rows={cell: k for k, cell in enumerate(cells)},
        steps=steps,
        extent=(low, high),
        ranges={name: pair(f"ranges.{name}", data["ranges"][name]) for name in MEASURES},
        values={name: _unpacked(name, data["values"][name], shape) for name in MEASURES},
        intervals={
            name: _unpacked(f"interval of {name}", data["intervals"][name], (len(cells), 2))
            for name in MEASURES
        },
        samples=low + (high - low) * samples / highest(BITS["samples"]),
    )


def _check(record: Record, world: GaussianMixture) -> None:
    """Refuse a record that is none of losses, constraints and rules in the plane."""
    for row in record.rows:
        if row.count(", ") < len(FACTORS) - 1:
            raise ValueError(f"record: expected rows named 'loss, constraint, rule', got {row!r}")
    for name in MEASURES:
        if name not in record.measures:
            told = ", ".join(MEASURES)
            raise ValueError(f"record: expected measures {told}, got {[*record.measures]}")
        values = record.measures[name]
        if tuple(values.shape) != (len(record.rows), record.seeds, len(record.steps)):
            raise ValueError(
                f"record: expected {name} of shape (rows, seeds, steps), got {tuple(values.shape)}"
            )
        if not bool((values.isfinite() & (values >= 0)).all()):
            raise ValueError(f"record: expected finite values >= 0 of {name}, got others")
    got = None if record.samples is None else tuple(record.samples.shape)
    if got is None or len(got) != 4 or got[0] != len(record.rows) or got[3] != 2:
        raise ValueError(f"record: expected samples of shape (rows, seeds, samples, 2), got {got}")
    if world.event_shape != (2,):
        raise ValueError(f"world: expected a mixture in the plane, got {world!r}")


def _square(world: GaussianMixture) -> tuple[float, float]:
    """Return a square around all modes, with a quarter of their span on each side."""
    low, high = float(world.means.min()), float(world.means.max())
    margin = (high - low) / 4 or 1.0
    return low - margin, high + margin


def _interval(name: str, values: Tensor, modes: int) -> Tensor:
    """Return where the mean of each row may be, shape (rows, 2)."""
    if values.shape[-1] < 2:
        return torch.full((len(values), 2), torch.nan, dtype=torch.float64)
    bounds = {"quality": (0.0, 1.0), "captured": (0.0, float(modes))}.get(name)
    _, low, high = mean_interval(values, bounds)
    ends = torch.stack([low.clamp(min=0), high], -1)
    return torch.where(high.isfinite()[:, None], ends, torch.nan)


def _packed(name: str, values: Tensor) -> dict[str, Any]:
    """Write numbers >= 0, or NaN, a row at a time: bits of a number, a row's unit, numbers."""
    bits, most = BITS["measures"], values.nan_to_num(0).amax(-1)
    if bool((values == values.round()).all()) and float(most.max()) <= highest(bits):
        bits = max(2, (int(most.max()) + 1).bit_length())
        units = torch.full((len(values),), UNITS.index(1.0))
    else:
        known = torch.tensor(UNITS, dtype=torch.float64)
        units = torch.searchsorted(known, most / highest(bits))
        if int(units.max()) == len(UNITS):
            limit = UNITS[-1] * highest(bits)
            raise ValueError(f"record: expected {name} below {limit:g}, got {float(most.max()):g}")
    each = torch.tensor([UNITS[k] for k in units.tolist()], dtype=torch.float64)
    return {
        "bits": bits,
        "units": to_digits(units.double(), BITS["units"]),
        "digits": to_digits(values / each[:, None], bits),
    }


def _unpacked(name: str, data: Mapping[str, Any], shape: tuple[int, ...]) -> Tensor:
    """Read what ``_packed`` wrote."""
    units = from_digits(name, data["units"], shape[:1], BITS["units"])
    if not bool(units.isfinite().all()):
        raise ValueError(f"{name}: expected a unit for each row, got none for one")
    each = torch.tensor([UNITS[int(k)] for k in units.tolist()], dtype=torch.float64)
    found = from_digits(name, data["digits"], shape, rule_of(Count)(f"{name}.bits", data["bits"]))
    return found * each.reshape(-1, *[1] * (len(shape) - 1))
