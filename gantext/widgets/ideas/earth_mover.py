"""The earth that is moved from two heaps into two holes, and what that costs."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.objectives.divergences import js
from gantext.objectives.transport import transport, wasserstein_1d
from gantext.plotting import style
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.settings import whole
from gantext.widgets.symbolic import Computed

RANGES = {"first": (-8, 8, 1), "second": (-8, 8, 1)}
DIGITS = {"first": 0, "second": 0, "cost": 2, "divergence": 3}
NAMES = {"first": "where the forger's large heap stands", "second": "where his small heap stands"}
HEAPS = {"first": 4, "second": 2}  # grains
HOLES = {-4: 3, 4: 3}
GRAINS = sum(HOLES.values())
HOLE_PLACES = [*HOLES]
HOLE_GRAINS = [*HOLES.values()]
WORDS = {
    "sentence": (
        "The forger's heaps stand at {first} and {second}. In the cheapest plan a grain travels "
        "{cost} places on average, which is W₁. JS\u00a0=\u00a0{divergence}{note}."
    ),
    "apart": ", which is log 2, near or far",
    "half": ": it notices only the grains that lie where holes are",
    "data": "data",
    "generator": "forger",
}
NEAR = 1e-9


def grains(places: dict[int, int] | list[tuple[int, int]]) -> Tensor:
    """Return the places of all grains, in their order on the line."""
    pairs = places.items() if isinstance(places, dict) else places
    spread = [place for place, count in pairs for _ in range(count)]
    return torch.tensor(sorted(spread), dtype=torch.float64)


def shares(points: Tensor) -> Tensor:
    """Return which share of some grains lies on each place of the picture."""
    low, high, _ = RANGES["first"]
    places = torch.arange(low, high + 1)
    return (points[:, None] == places).double().mean(0)


def formulas() -> dict[str, Computed]:
    """Return what the script computes.

    ``way`` of a grain, and ``letter``, a place's term of the divergence.
    """
    low, high, _ = RANGES["first"]
    unit, place = (0.0, 1.0), (float(low), float(high))
    return {
        "way": Computed(lambda v: (v[0] - v[1]).abs(), ({"x": place, "y": place},)),
        "letter": Computed(lambda v: js(v[:1], v[1:]), ({"a": unit, "b": unit},)),
    }


class EarthMover(Idea):
    r"""Drag two heaps of earth, and see the cheapest way to fill two holes with them.

    The plan follows the hand, and so does its cost, `wasserstein_1d`. The divergence `js` changes
    only where a heap stands on a hole.

    Parameters
    ----------
    first, second : int, optional
        Where the heaps stand, one of four grains and one of two, from -8 to 8.

    Examples
    --------
    >>> import gantext as gt
    >>> [round(gt.EarthMover(k, 8).numbers()["cost"], 3) for k in (0, -3, -4)]
    [4.0, 3.0, 2.667]
    """

    script, words, digits, size = "earth_mover", WORDS["sentence"], DIGITS, (5.2, 3.2)

    first = traitlets.Int().tag(sync=True)
    second = traitlets.Int().tag(sync=True)

    @checked_arguments
    def __init__(self, first: int = -7, second: int = 2) -> None:
        given = {"first": first, "second": second}
        super().__init__(**{name: whole(name, v, RANGES[name]) for name, v in given.items()})

    def _grains(self) -> tuple[Tensor, Tensor]:
        heaps = [(self.first, HEAPS["first"]), (self.second, HEAPS["second"])]
        return grains(heaps), grains(HOLES)

    def numbers(self) -> dict[str, float | str]:
        """Return the places, the ``cost``, the ``divergence``, and a ``note`` on it."""
        heaps, holes = self._grains()
        divergence = float(js(shares(heaps), shares(holes)))
        apart = divergence > float(torch.tensor(2.0).double().log()) - NEAR
        return {
            "first": self.first,
            "second": self.second,
            "cost": float(wasserstein_1d(heaps, holes)),
            "divergence": divergence,
            "note": WORDS["apart" if apart else "half"],
        }

    def _paint(self, ax: Axes) -> None:
        heaps, holes = self._grains()
        plan = transport(heaps[:, None], holes[:, None]).plan
        height, depth = (_levels(points) for points in (heaps, holes))
        for i, j in plan.nonzero().tolist():
            ends = [heaps[i], holes[j]], [height[i] + 0.5, -depth[j] - 0.5]
            ax.plot(*ends, color=style.INK, lw=1)
        ax.bar(heaps.numpy(), 0.9, 0.9, height, color=style.GENERATOR)
        ax.bar(holes.numpy(), -0.9, 0.9, [-d for d in depth], color=style.DATA)
        ax.axhline(0, color=style.INK, lw=1)
        top = 1.2 + max(h for h, x in zip(height, heaps.tolist(), strict=True) if x == self.first)
        ax.text(self.first, top, WORDS["generator"], ha="center", color=style.GENERATOR)
        ax.text(float(holes[0]), -3.8, WORDS["data"], ha="center", color=style.DATA)
        ax.set(xlim=(-9.5, 9.5), ylim=(-4.2, 7), xticks=[], yticks=[])


def _levels(points: Tensor) -> list[int]:
    """Return how many grains lie below each on the same place."""
    places = points.tolist()
    return [places[:i].count(place) for i, place in enumerate(places)]
