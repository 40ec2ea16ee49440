"""A step uses the processor's cores where that gains something, with the same numbers."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

import gantext as gt
from gantext.training import recorded_step, threads
from gantext.training.members import Members
from gantext.training.threads import CountedOperations, Threads, limited, side_by_side, split
from tests.gans import assert_same_run, experiment, small_gan


@pytest.fixture
def _four_cores() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(4)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def _worth_it(monkeypatch: pytest.MonkeyPatch, _four_cores: None) -> None:
    """Let small members be worth a thread, and be recorded soon."""
    monkeypatch.setattr(threads, "WORTH_A_THREAD", 1.0)
    monkeypatch.setattr(recorded_step, "PATIENCE", 5)


@pytest.mark.usefixtures("_four_cores")
@pytest.mark.parametrize(
    ("members", "millions", "replayed", "expected"),
    [
        (1, 1, True, (1, 1)),  # one small GAN
        (1, 400, True, (1, 4)),  # a large one: PyTorch's own threads
        (64, 79, True, (1, 1)),
        (64, 80, True, (2, 2)),
        (64, 400, True, (4, 1)),
        (3, 400, True, (3, 1)),  # no more shares than members
        (64, 400, False, (1, 4)),  # somebody's own code is never run in several threads
    ],
)
def test_cores_follow_from_the_work(
    members: int, millions: float, replayed: bool, expected: tuple[int, int]
) -> None:
    assert Threads.of(members, millions * 1e6, replayed=replayed) == expected


def test_python_replays_in_a_few_threads_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch, "get_num_threads", lambda: 64)
    assert Threads.of(1000, 1e12, replayed=True) == (8, 8)


def test_operations_are_those_that_torch_counts() -> None:
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 36, 7))
    x = torch.randn(5, 1, 8, 8)
    with CountedOperations() as ours, torch.no_grad():
        network(x)
    with FlopCounterMode(display=False) as theirs, torch.no_grad():
        network(x)
    assert ours.total == theirs.get_total_flops() > 0


@pytest.mark.usefixtures("_four_cores")
def test_the_number_of_threads_comes_back() -> None:
    def fail() -> None:
        with limited(1):
            assert torch.get_num_threads() == 1
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    found = side_by_side(lambda k: (k, torch.get_num_threads(), threading.get_ident()), [1, 2], 2)
    assert [(k, count) for k, count, _ in found] == [(1, 2), (2, 2)]
    assert [ident == threading.get_ident() for *_, ident in found] == [True, False]
    assert torch.get_num_threads() == 4
    counts: list[int] = []
    later = threading.Thread(target=lambda: counts.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert counts == [4], "a thread that starts later"


def test_shares_are_as_equal_as_can_be() -> None:
    assert split(slice(0, 64), 2) == [slice(0, 32), slice(32, 64)]
    assert split(slice(3, 8), 3) == [slice(3, 4), slice(4, 6), slice(6, 8)]
    assert split(slice(2, 5), 1) == [slice(2, 5)]
    assert split(slice(2, 4), 3) == [slice(2, 3), slice(3, 4)], "none is empty"


@pytest.mark.usefixtures("_worth_it")
@pytest.mark.parametrize("options", [{}, {"chunk": 6}, {"chunk": 4}], ids=["all", "6", "4"])
def test_shares_have_the_numbers_of_members_together(
    options: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def noted(take: object, parts: list[object], each: int) -> list[object]:
        calls.append(len(parts))
        return side_by_side(take, parts, each)

    monkeypatch.setattr("gantext.training.members.side_by_side", noted)
    of = experiment(dtype=torch.float64)
    told = {"seeds": 5, "eta": [0.01, 0.02], "every": 24, "device": "cpu"} | options
    found = gt.train(of, 48, **told)
    assert set(calls) >= {4}, "four shares of a chunk were stepped at once"
    assert found.step_record.graph is not None
    torch.set_num_threads(1)
    assert_same_run(found, gt.train(of, 48, **told), rtol=1e-9, atol=1e-12)


@pytest.mark.usefixtures("_worth_it")
def test_users_code_stays_in_the_thread_that_trains() -> None:
    seen = set()

    class Watched(nn.Module):
        def forward(self, x: Tensor) -> Tensor:
            seen.add(threading.get_ident())
            return x

    network = nn.Sequential(nn.Linear(2, 8), nn.Tanh(), Watched(), nn.Linear(8, 1))
    gt.train(experiment(game=small_gan(network)), 64, seeds=8, eta=0.01, device="cpu")
    assert seen == {threading.get_ident()}


@pytest.mark.usefixtures("_worth_it")
def test_memory_that_ends_in_a_share_names_a_smaller_chunk(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    of = experiment()
    members = Members(of, range(8), of.settings(eta=0.01), torch.device("cpu"))
    state, taken = members.init(), 0
    while not members._met:
        state, taken = members.advance(state, taken, 16), taken + 16

    def ended(*_: object) -> None:
        raise RuntimeError("[enforce fail] can't allocate memory")

    monkeypatch.setattr(Members, "_take", ended)
    with pytest.raises(MemoryError, match="try chunk=4"):
        members.advance(state, taken, 16)
