"""What a checkpoint is known by: no other experiment's is ever taken for this one's."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import gantext as gt
from gantext.training.identity import differences, identity
from tests.gans import experiment, small_gan, small_mlp

ROOT = Path(__file__).parents[3]


def known_by(of: gt.Experiment) -> dict[str, str]:
    return identity(of, of.make(of.settings(eta=0.1)))


# Pairs of experiments that differ in one number, somewhere


class Weighted(gt.NonSaturating):
    """A loss with a number in its class, one in its instance and one in its method."""

    weight = 1.0

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Weigh."""
        return 2.0 * self.weight * super().generator(real=real, fake=fake)


class Heavier(gt.NonSaturating):
    """The same, with another number in its class."""

    weight = 3.0

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Weigh."""
        return 2.0 * self.weight * super().generator(real=real, fake=fake)


Weighted.__qualname__ = Heavier.__qualname__ = "Weighted"


@dataclass(frozen=True)
class Scaled:
    """A penalty with numbers of every kind."""

    number: Any

    def __call__(self, score: Callable, *, real: Tensor, fake: Tensor) -> Tensor:
        """Penalise nothing."""
        return 0.0 * score(real).sum()


class Slotted:
    """An object without a dictionary."""

    __slots__ = ("number",)

    def __init__(self, number: float) -> None:
        self.number = number


class Named(NamedTuple):
    """A named tuple."""

    number: float


class Colour(Enum):
    """An enumeration."""

    RED = 1
    BLUE = 2


def times(factor: float) -> Callable[[Tensor], Tensor]:
    """Make a schedule that has its number in a closure."""
    return lambda step: factor / (1 + step)


def by_default(step: Tensor, rate: float = 1.0) -> Tensor:
    """A schedule that has its number in a default."""
    return rate / (1 + step)


class Schedule:
    """A schedule with a method."""

    def __init__(self, rate: float) -> None:
        self.rate = rate

    def at(self, step: Tensor) -> Tensor:
        """Return the factor."""
        return self.rate / (1 + step)


def ring(**options: Any) -> gt.Experiment:
    return experiment(data=gt.ring(**options))


def eta(schedule: Callable[[Tensor], Tensor]) -> gt.Experiment:
    return experiment(schedules={"eta": schedule})


def penalty(number: Any) -> gt.Experiment:
    return experiment(game=small_gan(penalties=[Scaled(number)]))


def images(value: float) -> gt.Experiment:
    return experiment(data=gt.Images(torch.full((3, 1, 8, 8), value), torch.arange(3)))


def with_buffer(value: float) -> gt.Experiment:
    network = small_mlp(2, 1)
    network.register_buffer("scale", torch.tensor(value))
    return experiment(game=small_gan(network))


def with_index(value: int) -> gt.Experiment:
    network = small_mlp(2, 1)
    network.register_buffer("index", torch.tensor([value]))
    return experiment(game=small_gan(network))


def with_frozen(value: float) -> gt.Experiment:
    network = small_mlp(2, 1)
    network[0].weight.data.fill_(value)
    network[0].weight.requires_grad_(False)
    return experiment(game=small_gan(network))


def with_attribute(value: float) -> gt.Experiment:
    network = nn.Sequential(nn.Linear(2, 4), nn.LeakyReLU(value), nn.Linear(4, 1))
    return experiment(game=small_gan(network))


def judged_by(value: float) -> gt.Experiment:
    """Keep a network in a penalty: its weights are numbers as others are."""
    fixed = nn.Linear(2, 1)
    nn.init.constant_(fixed.weight, value)
    nn.init.zeros_(fixed.bias)
    return penalty(fixed)


def averaging(value: float) -> gt.Experiment:
    return experiment(gt.Averaged(gt.Simultaneous()), batch_size=int(value))


def in_class(loss: gt.Loss) -> gt.Experiment:
    return experiment(game=small_gan(loss=loss))


def with_default(rate: float) -> Callable[[Tensor], Tensor]:
    return lambda step, rate=rate: rate / (1 + step)


def written(source: str, **names: Any) -> Any:
    """Return a function of these words, as somebody types it in a notebook."""
    return eval(source, {"__name__": "__main__", **names})  # noqa: S307


PAIRS: dict[str, Callable[[float], gt.Experiment]] = {
    "a penalty's weight": lambda x: experiment(game=small_gan(penalties=[gt.R1(x)])),
    "a radius": lambda x: ring(radius=x),
    "a deviation": lambda x: ring(std=x / 100),
    "pictures of the same shape": lambda x: images(x / 100),
    "a schedule's closure": lambda x: eta(times(x)),
    "a schedule's default": lambda x: eta(with_default(x)),
    "a schedule's partial": lambda x: eta(functools.partial(by_default, rate=x)),
    "a schedule's method": lambda x: eta(Schedule(x).at),
    "a schedule's code": lambda x: eta(written(f"lambda step: {x} / (1 + step)")),
    "a schedule's global": lambda x: eta(written("lambda step: RATE / (1 + step)", RATE=x)),
    "a schedule's inner code": lambda x: eta(written(f"lambda step: (lambda: {x} / (1 + step))()")),
    "code wrapped by a package": lambda x: eta(functools.lru_cache(times(x))),
    "a number in a class": lambda x: in_class(Weighted() if x == 1 else Heavier()),
    "a plain number": penalty,
    "a list": lambda x: penalty([0, [x]]),
    "a dictionary": lambda x: penalty(OrderedDict(a=1, b=x)),
    "a set": lambda x: penalty({x, 7}),
    "a named tuple": lambda x: penalty(Named(x)),
    "a slot": lambda x: penalty(Slotted(x)),
    "an array": lambda x: penalty(np.array([1.0, x])),
    "an array of objects": lambda x: penalty(np.array([x, None], dtype=object)),
    "a NumPy number": lambda x: penalty(np.float32(x)),
    "a tensor": lambda x: penalty(torch.tensor([x, 2.0])),
    "a scalar tensor": lambda x: penalty(torch.tensor(x)),
    "a view": lambda x: penalty(torch.tensor([[1.0, x], [2.0, 3.0]]).T),
    "a long text": lambda x: penalty("x" * 100 + str(x)),
    "an enumeration": lambda x: penalty(Colour(int(x))),
    "a type": lambda x: penalty(torch.float32 if x == 1 else torch.float64),
    "a bound built-in": lambda x: penalty([x].count),
    "a network's attribute": lambda x: with_attribute(x / 100),
    "a buffer": with_buffer,
    "a buffer of whole numbers": lambda x: with_index(int(x)),
    "a frozen parameter": with_frozen,
    "a network in a penalty": judged_by,
    "a batch's size": averaging,
}


@pytest.mark.parametrize("name", PAIRS)
def test_one_other_number_is_another_experiment(name: str) -> None:
    one, again, other = (known_by(PAIRS[name](x)) for x in (1.0, 1.0, 2.0))
    assert differences(one, again) == []
    assert differences(one, other)


def test_differences_say_where_and_what() -> None:
    one, other = (known_by(PAIRS["a penalty's weight"](x)) for x in (0.1, 100.0))
    assert differences(one, other) == ["experiment.game.penalties[0].gamma: 0.1 instead of 100"]


def test_what_a_seed_decides_is_no_part_of_it() -> None:
    """Networks made twice have other weights, and spectral layers other buffers."""
    network = {"layer": gt.SpectralLinear}
    one, again = (experiment(game=small_gan(small_mlp(2, 1, **network))) for _ in range(2))
    assert not torch.equal(one.game.discriminator[0].u, again.game.discriminator[0].u)
    assert differences(known_by(one), known_by(again)) == []


def test_using_an_experiment_changes_nothing() -> None:
    of = ring()
    before = known_by(of)
    gt.train(of, 3, eta=0.01, device="cpu")
    assert differences(known_by(of), before) == []


def test_sharing_makes_no_difference_and_circles_end() -> None:
    shared: list[Any] = [1.0]
    assert differences(known_by(penalty([shared, shared])), known_by(penalty([[1.0], [1.0]]))) == []
    shared.append(shared)
    assert known_by(penalty(shared))


def test_a_number_is_its_value() -> None:
    for same in (1, 1.0, np.int64(1), np.float32(1)):
        assert differences(known_by(penalty(same)), known_by(penalty(1))) == []
    assert differences(known_by(penalty(True)), known_by(penalty(1)))


def test_what_cannot_be_told_needs_a_key(tmp_path: Path) -> None:
    of = penalty({"lock": threading.Lock()})
    with pytest.raises(TypeError, match=r"checkpoint_key: expected a name .*penalties\[0\]"):
        gt.train(of, 2, eta=0.01, device="cpu", checkpoint=tmp_path / "run")
    for steps in (2, 4):
        options = {"checkpoint": tmp_path / "run", "checkpoint_key": "locked"}
        assert gt.train(of, steps, eta=0.01, device="cpu", **options).step == steps
    with pytest.raises(gt.CheckpointError, match="checkpoint_key: 'locked' instead of 'other'"):
        gt.train(of, 6, eta=0.01, device="cpu", **(options | {"checkpoint_key": "other"}))


def test_a_key_is_trusted(tmp_path: Path) -> None:
    """Who gives one says that the runs are one, whatever has changed."""
    options = {"checkpoint": tmp_path / "run", "checkpoint_key": "k", "eta": 0.01, "device": "cpu"}
    gt.train(ring(radius=2.0), 2, **options)
    assert gt.train(ring(radius=5.0), 3, **options).step == 3


PROGRAM = """
import torch, gantext as gt
from tests.unit.training.test_identity import PAIRS, known_by
class Mine(torch.nn.Module):
    scale = 0.5
    def forward(self, x):
        return self.scale * x
def slower(step):
    return 1 / (1 + step)
gan = gt.GAN(torch.nn.Sequential(torch.nn.Linear(2, 2), Mine()), gt.MLP(2, 1), noise=2)
for of in (gt.Experiment(gan, gt.Simultaneous(), gt.ring(), schedules={"eta": slower}),
           *(make(1.0) for make in PAIRS.values())):
    print(sorted(known_by(of).items()))
"""


def test_another_process_knows_it_again() -> None:
    """Addresses and the order of sets, which differ between processes, are no part of it."""
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]
    assert "Mine" in said[0]
