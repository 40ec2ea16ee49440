"""Recorded steps: when a step is recorded, and which operations may be left out of the record."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
import torch
from torch import Tensor
from torch.func import grad, vmap
from torch.utils._pytree import tree_flatten

import gantext as gt
from gantext.training import recorded_step
from gantext.training.recorded_step import PATIENCE, FastStep, Replayed, fastest, record
from tests.games import assert_same_tree, random_tensor
from tests.gans import experiment, small_gan

CPU = torch.device("cpu")


class Counted:
    """A step that counts how often Python goes through it."""

    def __init__(self, step: Callable[..., Any]) -> None:
        self.step, self.count = step, 0

    def __call__(self, *inputs: Any) -> Any:
        """Count, and take the step."""
        self.count += 1
        return self.step(*inputs)


def on_cpu(step: Callable[..., Any]) -> FastStep:
    return fastest(step, CPU, compiled=False)


class Pair(NamedTuple):
    """A state with some structure."""

    x: Tensor
    more: dict[str, Tensor]


def descend(state: Pair, data: Tensor) -> Pair:
    """Take a step that has all that is recorded: a derivative, views, a result for nothing."""
    slope = grad(lambda x: (torch.tanh(data @ x.view(2, 2)) ** 2).mean())(state.x)
    torch.exp(slope)
    moved = state.x - 0.1 * slope.expand(4)
    return Pair(moved, {"again": moved * 1.0, "taken": state.more["taken"] + 1})


def start(*batch: int) -> Pair:
    taken = torch.zeros(*batch, dtype=torch.int64)
    return Pair(
        random_tensor(*batch, 4), {"again": torch.zeros(*batch, 4).double(), "taken": taken}
    )


def test_a_step_is_recorded_when_it_has_been_taken_often() -> None:
    step = Counted(vmap(descend))
    recorded, data = on_cpu(step), random_tensor(3, 5, 2)
    found = expected = start(3)
    for taken in range(1, PATIENCE + 20):
        found, expected = recorded(found, data), vmap(descend)(expected, data)
        assert_same_tree(found, expected)
        assert isinstance(found, Pair)
        # Twice more to record and to compare it, and never again.
        assert step.count == min(taken, PATIENCE) + 2 * (taken > PATIENCE)
    assert found.more["taken"].tolist() == [PATIENCE + 19] * 3


def test_a_step_that_asks_for_a_value_goes_on_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", 2)

    def fold(x: Tensor) -> Tensor:
        return 2 * x if x < 0.5 else 2 - 2 * x

    recorded, found, sides = on_cpu(fold), torch.tensor(0.3).double(), set()
    for taken in range(12):
        expected = fold(found)
        sides.add((taken > 2, found.item() < 0.5))
        found = recorded(found)
        assert torch.equal(found, expected)
    assert {(True, True), (True, False)} <= sides, "both branches after the attempt to record"


def test_a_record_says_whether_it_was_made_and_why_not(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", 1)
    recorded, x = on_cpu(vmap(descend)), random_tensor(3, 5, 2)
    with caplog.at_level(logging.INFO, "gantext"):
        state = recorded(start(3), x)
        assert recorded.record == (None, "a step is recorded after 1 have been taken")
        state = recorded(state, x)
    graph, reason = recorded.record
    assert reason == ""
    leaves, _ = tree_flatten((state, x))
    assert_same_tree(graph(*leaves), tree_flatten(vmap(descend)(state, x))[0])
    assert [r.levelname for r in caplog.records if r.name.startswith("gantext")] == ["INFO"]

    caplog.clear()
    folded = on_cpu(lambda x: x if x < 1 else 1 / x)
    for _ in range(3):
        folded(torch.tensor(0.5))
    assert folded.record.graph is None
    assert folded.record.reason.startswith("the step cannot be recorded: ")
    (said,) = (r for r in caplog.records if r.name.startswith("gantext"))
    assert said.levelname == "WARNING"
    assert folded.record.reason in said.message


def test_a_record_is_compared_when_it_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", 1)
    counted = itertools.count()
    recorded, x = on_cpu(lambda x: x + float(next(counted))), torch.zeros(2)
    assert recorded(x).tolist() == [0.0] * 2
    assert not recorded.is_replaying
    # Recorded, compared, refused: the step itself answers at once, and goes on counting.
    found = [recorded(x)[0].item() for _ in range(3)]
    assert found == [found[0], found[0] + 1, found[0] + 2]
    assert recorded.record == (None, "the step is not the same at each call")
    # Whoever asks is told of it once.
    assert recorded.is_replaying
    assert not recorded.holds()
    assert recorded.holds()


def test_a_run_says_whether_its_step_was_recorded() -> None:
    run = gt.train(experiment(), PATIENCE + 1, seeds=2, eta=0.01, device="cpu")
    assert run.step_record.graph is not None
    assert run.step_record.reason == ""
    short = gt.train(experiment(), PATIENCE, seeds=2, eta=0.01, device="cpu")
    assert short.step_record == (None, f"a step is recorded after {PATIENCE} have been taken")


def test_what_is_wrong_with_a_step_is_said_by_the_step(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", 0)

    def wrong(_: Tensor) -> Tensor:
        raise MemoryError("none left")

    with pytest.raises(MemoryError, match="none left"):
        on_cpu(wrong)(torch.zeros(2))


def test_each_number_of_members_has_its_own_record(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", 2)
    step = Counted(vmap(descend))
    recorded = on_cpu(step)
    states = {members: start(members) for members in (3, 1)}
    for _ in range(6):
        for members, state in states.items():
            data = random_tensor(members, 5, 2)
            after = recorded(state, data)
            assert_same_tree(after, vmap(descend)(state, data))
            states[members] = after
    # Two steps in all, then each number of members is recorded and compared.
    assert step.count == 2 + 2 * 2


def test_the_record_of_every_number_of_members_is_compared() -> None:
    """What changes between two recordings stays frozen in the first alone."""
    factor = 1.0
    recorded = Replayed(lambda x: factor * x, recorded_step.Operations, patience=0)
    two, one = torch.ones(2), torch.ones(1)
    assert recorded(two).tolist() == [1.0, 1.0]
    factor = 2.0
    assert recorded(one).tolist() == [2.0]
    assert not recorded.holds()


class CountedLoss(gt.NonSaturating):
    """A loss that counts how often Python computes it."""

    count = 0

    def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
        """Count, and compute."""
        CountedLoss.count += 1
        return super().generator(real=real, fake=fake)


def test_a_population_is_recorded_chunk_by_chunk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", 3)
    monkeypatch.setattr(CountedLoss, "count", 0)
    monkeypatch.setattr(recorded_step.Replayed, "_is_right", lambda *_: True)
    options = {"seeds": 5, "chunk": 2, "eta": 0.02, "device": "cpu", "progress": False}
    gt.train(experiment(game=small_gan(loss=CountedLoss())), 9, **options)
    counted = CountedLoss.count
    # The chunks of two members share a record; the last has one member. Both took some steps.
    assert 0 < counted < 27
    gt.train(experiment(game=small_gan(loss=CountedLoss())), 30, **options)
    assert CountedLoss.count == 2 * counted


def operations(step: Callable[..., Any], *inputs: Any) -> list[str]:
    """Return the names of the operations in a step's record."""
    module, _ = record(step, *tree_flatten(inputs))
    nodes = [node for node in module.graph.nodes if node.op == "call_function"]
    return [str(node.target).split(".")[1] for node in nodes]


def test_what_changes_no_number_is_left_out() -> None:
    def step(x: Tensor) -> Tensor:
        x.exp()
        return x.view(2, 3).expand(2, 3).sin() + x.sin() * x.view(3, 2).view(2, 3)

    x = random_tensor(2, 3)
    assert operations(step, x) == ["sin", "view", "view", "mul", "add"]
    module, _ = record(step, *tree_flatten((x,)))
    assert torch.equal(module(x)[0], step(x))
    # Nor does the record hold on to what was seen while recording.
    assert not [node for node in module.graph.nodes if node.meta]


def overwriting(x: Tensor) -> Tensor:
    """Make two copies and change one of them."""
    first, second = x.clone(), x.clone()
    first.mul_(2)
    return first + second


def test_what_overwrites_its_own_copies_is_replayed_as_it_is() -> None:
    x = random_tensor(4)
    module, _ = record(overwriting, *tree_flatten((x,)))
    for y in (x, x + 1):
        assert torch.equal(module(y)[0], 3 * y)


def test_randomness_stays_random() -> None:
    def step(x: Tensor) -> Tensor:
        return torch.rand_like(x) - torch.rand_like(x)

    x = torch.zeros(50)
    module, _ = record(step, *tree_flatten((x,)))
    for seed in (0, 1):
        torch.manual_seed(seed)
        found = module(x)[0]
        torch.manual_seed(seed)
        assert torch.equal(found, step(x))
        assert found.abs().max() > 0


# PyTorch's compiler warns of its own ways when it is first imported.
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_the_fastest_form_of_each_device() -> None:
    assert isinstance(fastest(descend, CPU, compiled=False), Replayed)
    mps = fastest(descend, torch.device("mps"), compiled=False)
    assert isinstance(mps, recorded_step.AsIs)
    assert mps.record == (None, "steps are recorded on CPUs only, not on mps")
    cuda = fastest(descend, torch.device("cuda"), compiled=False)
    assert cuda.overwrites
    assert not on_cpu(descend).overwrites
    compiled = fastest(descend, CPU, compiled=True)
    assert compiled.record == (None, "the step is compiled by torch.compile")
