"""A recorded training, compact enough for a page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from itertools import pairwise
from math import isfinite
from typing import Annotated, Any

import torch
from torch import Tensor

from gantext.core.annotations import Count, NumberOrNaN, Where, Whole, rule_of
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Floating, as_float64
from gantext.widgets.digits import from_digits, highest, to_digits
from gantext.widgets.training_replay.constants import BITS, PER_FRAME


def _extent(name: str, value: tuple[float, float]) -> tuple[float, float]:
    """Require two finite numbers, the lower first."""
    if not all(map(isfinite, value)) or value[0] >= value[1]:
        raise ValueError(f"{name}: expected (low, high), got {value!r}")
    return value


Extent = Annotated[tuple[float, float], _extent]
Name = Annotated[str, Where("that is not empty", bool)]


@checked_arguments
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
        Modes captured: see `modes`.
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
    >>> import gantext as gt
    >>> recording = gt.Recording(
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
    >>> gt.Recording.decode(recording.encode()).samples[0, 0]
    tensor([-1.,  1.], dtype=torch.float64)
    """

    name: Name
    steps: tuple[Whole, ...]
    extent: Extent
    modes: Floating
    samples: Floating
    surface: Floating
    generator_loss: tuple[NumberOrNaN, ...]
    discriminator_loss: tuple[NumberOrNaN, ...]
    favourite: tuple[Whole, ...]
    share: tuple[float, ...]
    captured: tuple[Whole, ...]
    quality: tuple[float, ...]

    def __post_init__(self) -> None:
        """Refuse what does not fit together."""
        steps = [*self.steps]
        if not steps or any(a >= b for a, b in pairwise(steps)):
            raise ValueError(f"steps: expected one or more, increasing, got {steps}")
        self._check_shapes()
        if bool(((self.surface < 0) | (self.surface > 1)).any()):
            raise ValueError("surface: expected values from 0 to 1, got others among them")
        for name in PER_FRAME:
            if (got := len(getattr(self, name))) != len(steps):
                raise ValueError(f"{name}: expected one number a frame, {len(steps)}, got {got}")
        known = range(len(self.modes))
        if not all(mode in known for mode in self.favourite):
            raise ValueError(f"favourite: expected modes from 0 to {known[-1]}, got another")

    def _check_shapes(self) -> None:
        shapes = {
            "modes": ("M", 2),
            "samples": (len(self.steps), "N", 2),
            "surface": (len(self.steps), "S", "S"),
        }
        for name, wanted in shapes.items():
            got = tuple(getattr(self, name).shape)
            fits = len(got) == len(wanted) and all(
                has == want if isinstance(want, int) else has > 0
                for has, want in zip(got, wanted, strict=True)
            )
            if not fits or (name == "surface" and (got[1] != got[2] or got[1] < 2)):
                told = ", ".join(map(str, wanted))
                raise ValueError(
                    f"{name}: expected shape ({told}) for {len(self.steps)} steps, got {got}"
                )

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
            "samples": _written("samples", places),
            "mesh": self.surface.shape[1],
            "surface": _written("surface", self.surface.detach().cpu().double()),
            "generator_loss": [_or_none(loss) for loss in self.generator_loss],
            "discriminator_loss": [_or_none(loss) for loss in self.discriminator_loss],
            "favourite": [int(mode) for mode in self.favourite],
            "share": [float(share) for share in self.share],
            "captured": [int(count) for count in self.captured],
            "quality": [float(quality) for quality in self.quality],
        }

    @classmethod
    @checked_arguments
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
            raise ValueError(f"data: expected {', '.join(wanted)}, got no {missing[0]}")
        low, high = rule_of(Extent)("extent", data["extent"])
        count, mesh = (rule_of(Count)(name, data[name]) for name in ("count", "mesh"))
        found = {name: rule_of(tuple[Any, ...])(name, data[name]) for name in (*PER_FRAME, "steps")}
        frames = len(found["steps"])
        places = _read("samples", data["samples"], (frames, count, 2))
        for name in PER_FRAME[:2]:
            found[name] = tuple(torch.nan if loss is None else loss for loss in found[name])
        return cls(
            name=data["name"],
            extent=(low, high),
            modes=as_float64("modes", data["modes"]),
            samples=low + (high - low) * places,
            surface=_read("surface", data["surface"], (frames, mesh, mesh)),
            **found,
        )


def _or_none(value: float) -> float | None:
    """Return a number, or None for one that JSON does not know."""
    return float(value) if isfinite(value) else None


def _written(name: str, shares: Tensor) -> str:
    """Write numbers from 0 to 1, or NaN."""
    return to_digits(shares * highest(BITS[name]), BITS[name])


def _read(name: str, text: str, shape: tuple[int, ...]) -> Tensor:
    """Read what ``_written`` wrote."""
    return from_digits(name, text, shape, BITS[name]) / highest(BITS[name])
