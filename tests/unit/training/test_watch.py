"""A record is compared with its step: what it would freeze is found, taken back, and told."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

import gantext as gt
from gantext.training import recorded_step
from gantext.training.recorded_step import Operations, same_numbers
from tests.gans import assert_same_run, experiment, small_gan

STEPS = 120
MANY = pytest.mark.parametrize("seeds", [0, 2], ids=["one", "many"])


@pytest.fixture(autouse=True)
def _early(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", 5)


def run(of: gt.Experiment, **options: Any) -> gt.Run:
    return gt.train(of, STEPS, **({"every": 10, "eta": 0.01, "device": "cpu"} | options))


class Gain(nn.Module):
    """Multiplies by an attribute, or, told to evaluate, by nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = 1.0

    def forward(self, x: Tensor) -> Tensor:
        """Multiply."""
        return self.factor * x if self.training else x


def gained() -> tuple[gt.Experiment, Gain]:
    gain = Gain()
    network = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), gain, nn.Linear(8, 1))
    return experiment(game=small_gan(network)), gain


class Penalty:
    """A penalty with a weight that somebody changes."""

    def __init__(self) -> None:
        self.weight = 1.0

    def __call__(self, score: Callable, *, real: Tensor, fake: Tensor) -> Tensor:
        """Penalise scores."""
        return self.weight * (score(real) ** 2).mean()


# Each makes an experiment and a callback; the step of the experiment is not pure.


def annealed_weight() -> tuple[gt.Experiment, gt.Snapshot]:
    penalty = Penalty()

    def anneal(snapshot: gt.Snapshot) -> None:
        penalty.weight = 1 / (1 + snapshot.step)

    return experiment(game=small_gan(penalties=[penalty])), anneal


def modules_attribute() -> tuple[gt.Experiment, Callable]:
    of, gain = gained()

    def change(_: gt.Snapshot) -> None:
        gain.factor = 2.0

    return of, change


def evaluation_mode() -> tuple[gt.Experiment, Callable]:
    of, gain = gained()
    gain.factor = 3.0

    def change(_: gt.Snapshot) -> None:
        gain.eval()

    return of, change


def read_by_numpy() -> tuple[gt.Experiment, Callable]:
    """A schedule that leaves PyTorch: one member alone can."""

    def schedule(step: Tensor) -> Tensor:
        raw = step.detach().numpy() if not isinstance(step, torch._subclasses.FakeTensor) else 0
        return torch.as_tensor(np.interp(raw, [0, 100], [1.0, 0.1]))

    return experiment(schedules={"eta": schedule}), lambda _: None


def late_schedule() -> tuple[gt.Experiment, Callable]:
    """The same, and it begins to fall long after the step was recorded."""

    def schedule(step: Tensor) -> Tensor:
        return torch.as_tensor(np.interp(step.detach().numpy(), [70, 100], [1.0, 0.1]))

    return experiment(schedules={"eta": schedule}), lambda _: None


IMPURE = [annealed_weight, modules_attribute, evaluation_mode]


@MANY
@pytest.mark.parametrize("make", IMPURE, ids=lambda make: make.__name__)
def test_what_a_callback_changes_is_not_frozen(make: Callable, seeds: int) -> None:
    of, change = make()
    expected = run(of, seeds=seeds, callbacks=[change], record_step=False)
    assert expected.step_record == (None, "recording is switched off")
    of, change = make()
    with pytest.warns(gt.ImpureStepWarning, match="Training goes on from step") as told:
        found = run(of, seeds=seeds, callbacks=[change])
    assert told[0].filename == __file__, "the warning should point at whoever trains"
    assert len(told) == 1
    assert found.step_record == (None, "the step is not the same at each call")
    assert_same_run(found, expected)


@pytest.mark.parametrize("make", [read_by_numpy, late_schedule], ids=lambda make: make.__name__)
@pytest.mark.parametrize("every", [10, 1000])
def test_what_depends_on_the_step_is_not_frozen(make: Callable, every: int) -> None:
    """Without callbacks there is no matter when it is found: all since then is taken back."""
    of, _ = make()
    expected = run(of, every=every, record_step=False)
    with warnings.catch_warnings():
        # What PyTorch cannot record it may also refuse, and then there is nothing to take back.
        warnings.simplefilter("ignore", gt.ImpureStepWarning)
        found = run(of, every=every)
    assert found.step_record.graph is None
    assert_same_run(found, expected)


class Counter(Penalty):
    """A weight that grows with every call."""

    def __call__(self, score: Callable, *, real: Tensor, fake: Tensor) -> Tensor:
        """Count."""
        self.weight += 1.0
        return super().__call__(score, real=real, fake=fake)


class Chance(Penalty):
    """A weight that NumPy draws."""

    def __call__(self, score: Callable, *, real: Tensor, fake: Tensor) -> Tensor:
        """Draw."""
        self.weight = float(np.random.default_rng().random())
        return super().__call__(score, real=real, fake=fake)


@MANY
@pytest.mark.parametrize("penalty", [Counter, Chance])
def test_what_differs_at_every_call_is_not_recorded(penalty: type, seeds: int) -> None:
    of, weights = experiment(game=small_gan(penalties=[one := penalty()])), []
    with pytest.warns(gt.ImpureStepWarning):
        found = run(of, seeds=seeds, callbacks=[lambda _: weights.append(one.weight)])
    assert found.step_record.reason == "the step is not the same at each call"
    assert len(set(weights)) == STEPS // 10, "the network went on counting, or drawing"


@MANY
def test_pure_steps_are_compared_and_stay_recorded(
    seeds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared = []
    real = recorded_step.Replayed._is_right
    monkeypatch.setattr(
        recorded_step.Replayed,
        "_is_right",
        lambda self, replay: compared.append(replay) or real(self, replay),
    )
    found = run(experiment(), seeds=seeds, callbacks=[lambda _: None])
    assert found.step_record.graph is not None
    assert 3 <= len(compared) <= 12
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert_same_run(
            run(experiment(), seeds=seeds, record_step=False), run(experiment(), seeds=seeds)
        )


def test_steps_that_callbacks_saw_are_named() -> None:
    """A comparison for every record would cost too much; what came between is told."""
    of, gain = gained()

    def change(snapshot: gt.Snapshot) -> None:
        gain.factor = 2.0 if snapshot.step >= 60 else 1.0

    with pytest.warns(gt.ImpureStepWarning, match="Callbacks have seen steps") as told:
        run(of, callbacks=[change], every=4)
    seen = re.search(r"steps (\d+) to (\d+), whose", str(told[0].message))
    first, last = map(int, seen.groups())
    assert first <= 61 <= last


def test_nothing_wrong_is_written(tmp_path: Any) -> None:
    """A checkpoint is compared before it is written: its run goes on to the same numbers."""
    of, _ = late_schedule()
    expected = run(of, every=1000, record_step=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", gt.ImpureStepWarning)
        gt.train(
            of,
            80,
            every=1000,
            eta=0.01,
            device="cpu",
            checkpoint=tmp_path / "run",
            checkpoint_key="k",
        )
        found = run(of, every=1000, checkpoint=tmp_path / "run", checkpoint_key="k")
    torch.testing.assert_close(found.state.players, expected.state.players, rtol=0, atol=0)


def test_numbers_are_compared_to_the_last_bit() -> None:
    x = torch.tensor([1.0, float("nan"), float("inf")])
    assert same_numbers([x], [x.clone()], [x], 0.0)
    other = x.clone()
    other[0] = torch.nextafter(x[0], torch.tensor(2.0))
    assert not same_numbers([x], [other], [x], 0.0)
    # With a tolerance, in parts of the change.
    start = torch.zeros(3)
    assert same_numbers([x[:1]], [other[:1]], [start[:1]], 1e-3)
    assert not same_numbers([x[:1]], [other[:1]], [x[:1]], 1e-3)


def test_a_record_is_of_its_own_step() -> None:
    """`last` is what went in and came out, which is what is compared."""
    x = torch.arange(3.0)
    replay = Operations(lambda x: 2 * x, (x,))
    assert torch.equal(replay((x + 1,)), 2 * (x + 1))
    assert torch.equal(replay.last[0][0], x + 1)
    assert torch.equal(replay.last[1], 2 * (x + 1))
