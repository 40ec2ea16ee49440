"""Populations: shapes, chunks, one member's misfortune, memory that runs out, several processes."""

from __future__ import annotations

import copy
import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn
from torch.utils._pytree import tree_map

import gantext as gt
from gantext.training import members as population
from gantext.training.checkpoints import load
from gantext.training.recorded_step import AsIs
from tests import trainee
from tests.games import assert_same_tree
from tests.gans import (
    NEAR,
    assert_same_run,
    convolutional_gan,
    experiment,
    small_gan,
    small_images,
    small_mlp,
)

ROOT = Path(__file__).parents[3]


def run(steps: int = 4, of: gt.Experiment | None = None, **options: Any) -> gt.Run:
    defaults = {"seeds": 2, "eta": 0.01, "every": 2, "device": "cpu"}
    return gt.train(of or experiment(), steps, **(defaults | options))


# Members and their places


def look(snapshot: gt.Snapshot) -> dict[str, torch.Tensor]:
    return {"samples": snapshot.sample(5), "score": snapshot.score(torch.zeros(3, 2))}


def test_shapes() -> None:
    """The grid's dimensions, then the seeds; in the state, all members in one."""
    eta = torch.tensor([[0.01], [0.02], [0.03]])
    found = run(5, seeds=[7, 9], eta=eta, beta1=torch.zeros(4), callbacks=[look])
    assert found.history.step.tolist() == [2, 4, 5]
    assert found.diverged.shape == (3, 4, 2)
    for series in found.history[1:4]:
        assert series.shape == (3, 3, 4, 2)
        assert series.dtype == torch.float64
    assert found.history.observed["samples"].shape == (3, 3, 4, 2, 5, 2)
    assert found.history.observed["score"].shape == (3, 3, 4, 2, 3, 1)
    assert found.theta["0.weight"].shape == (3, 4, 2, 8, 2)
    assert found.state.players.theta["0.weight"].shape == (24, 8, 2)
    samples = found.sample(5)
    assert samples.shape == (3, 4, 2, 5, 2)
    last = found.history.observed["samples"][-1]
    assert torch.equal(samples, last)
    last = found.history.observed["score"][-1]
    assert torch.equal(found.score(torch.zeros(3, 2)), last)


def test_a_number_of_seeds_counts_from_zero() -> None:
    assert_same_run(run(seeds=3), run(seeds=[0, 1, 2]))
    assert_same_run(run(seeds=torch.arange(3)), run(seeds=range(3)))
    assert run(seeds=3).diverged.shape == (3,)


def test_no_grid_is_a_row_of_seeds() -> None:
    assert run(seeds=[4]).history.speed.shape == (2, 1)
    assert run(seeds=[4], eta=[0.01]).history.speed.shape == (2, 1, 1)


def test_a_grid_of_one_seed_has_no_dimension_of_seeds() -> None:
    found = run(seeds=0, seed=4, eta=[0.01, 0.02])
    assert found.history.speed.shape == (2, 2)
    assert found.sample(5).shape == (2, 5, 2)
    beside = run(seeds=[4], eta=[0.01, 0.02])
    assert torch.equal(found.sample(5), beside.sample(5)[:, 0])


def test_members_of_one_seed_start_alike_and_see_the_same() -> None:
    """So that what differs between them is the hyper-parameter's doing."""
    start = run(0, seeds=[3, 5], eta=[0.01, 0.02])
    for weights in (start.theta, start.psi):
        for weight in weights.values():
            assert torch.equal(weight[0], weight[1])
            assert not torch.equal(weight[0, 0], weight[0, 1])
    assert torch.equal(start.sample(4)[0], start.sample(4)[1])
    after = run(1, seeds=[3, 5], eta=[0.01, 0.01])
    for weight in after.theta.values():
        assert torch.equal(weight[0], weight[1])


def test_the_same_seed_twice_is_the_same_member_twice() -> None:
    found = run(seeds=[3, 5, 3])
    for weight in found.theta.values():
        assert torch.equal(weight[0], weight[2])
        assert not torch.equal(weight[0], weight[1])


@pytest.mark.parametrize("chunk", [1, 4, 5, 6, 100])
def test_chunks_change_nothing(chunk: int) -> None:
    options: dict[str, Any] = {"seeds": 2, "eta": [0.01, 0.02, 0.03], "callbacks": [look]}
    found, whole = run(20, chunk=chunk, **options), run(20, **options)
    assert_same_run(found, whole, **NEAR)
    assert torch.equal(found.sample(3), whole.sample(3)) or chunk < 6


class Reused(AsIs):
    """Gives its results in the same places every time, as a recorded graph of a GPU does."""

    overwrites = True

    def __init__(self, step: Any) -> None:
        super().__init__(step, "a stand-in")
        self.step, self.places = step, {}

    def __call__(self, *inputs: Any) -> Any:
        """Take a step, and overwrite what the step before returned."""
        after = self.step(*inputs)
        place = self.places.setdefault(len(after.diverged), tree_map(torch.clone, after))
        tree_map(lambda old, new: old.copy_(new), place, after)
        return place


@pytest.mark.parametrize("chunk", [None, 1, 2, 3])
def test_a_step_may_reuse_its_memory(chunk: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    options: dict[str, Any] = {"seeds": 4, "chunk": chunk, "callbacks": [look]}
    of, kept = experiment(), []

    def keep(snapshot: gt.Snapshot) -> None:
        kept.append((snapshot.state, copy.deepcopy(snapshot.state)))

    expected = run(40, of, **options)
    monkeypatch.setattr(population, "fastest", lambda step, *_, **__: Reused(step))
    assert_same_run(run(40, of, **(options | {"callbacks": [look, keep]})), expected)
    for held, then in kept:
        assert_same_tree(held, then)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"seeds": []}, ValueError, "at least one member, got 0 seeds"),
        ({"eta": torch.ones(0)}, ValueError, r"one member, got 2 seeds, shapes eta \(0,\)"),
        ({"chunk": 0}, ValueError, "chunk: expected an integer >= 1, got 0"),
        (
            {"eta": torch.ones(2), "beta1": torch.zeros(3)},
            ValueError,
            r"expected hyper-parameters that broadcast, got shapes .*\(2,\).*\(3,\)",
        ),
        ({"eta": [0.1, -0.1]}, ValueError, "eta: expected finite values > 0"),
        ({"steps": -1}, ValueError, "steps: expected an integer >= 0, got -1"),
        ({"every": 0}, ValueError, "every: expected an integer >= 1, got 0"),
        ({"game_hparams": {"gamma": 1.0}}, TypeError, "expected a function .*, got a GAN"),
    ],
)
def test_what_is_refused(options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run(**options)


@pytest.mark.parametrize(
    ("game_hparams", "own", "message"),
    [
        ({"gamma": torch.tensor([0.0, 1.0, -1.0])}, {}, "gamma: expected finite values >= 0"),
        ({"gamma": torch.ones(3)}, {"eta": [0.1, 0.2]}, r"that broadcast, got .*\(3,\)"),
        ({"gamma": float("nan")}, {}, "gamma: expected numbers, got NaN"),
    ],
)
def test_what_is_refused_of_the_game(game_hparams: dict, own: dict, message: str) -> None:
    """Before anything runs, though the values are batched by then."""
    with pytest.raises(ValueError, match=message):
        run(of=experiment(game=trainee.penalised), game_hparams=game_hparams, **own)


def test_two_of_the_games_numbers_must_broadcast() -> None:
    networks = small_mlp(2, 2), small_mlp(2, 1)

    def make(one: torch.Tensor, other: torch.Tensor) -> gt.GAN:
        return gt.GAN(*networks, noise=2, penalties=[gt.R1(one + other)])

    with pytest.raises(ValueError, match=r"that broadcast, got .*\(2,\), \(3,\)"):
        run(of=experiment(game=make), game_hparams={"one": torch.ones(2), "other": torch.ones(3)})


def test_observations_have_the_members_first() -> None:
    """Said at the first record, not after the last step."""
    asked = []

    def mean(snapshot: gt.Snapshot) -> dict[str, torch.Tensor]:
        asked.append(snapshot.step)
        return {"mean": snapshot.sample(5).mean()}

    with pytest.raises(ValueError, match=r"'mean': expected .*members first, \(2, ...\), got \(\)"):
        run(6, callbacks=[mean])
    assert asked == [2]


# One member's misfortune


@pytest.mark.parametrize("make", [small_gan, convolutional_gan])
@pytest.mark.parametrize("lost", [0, 1, 2])
def test_one_member_diverges_alone(make: Any, lost: int) -> None:
    """All others are, to the last bit, what they are beside a member that does not."""
    data = None if make is small_gan else small_images()
    of = experiment(gt.Simultaneous(optimizer=gt.SGD()), make(), data)
    eta = torch.full((3,), 0.01, dtype=torch.float64)
    calm = run(6, of, every=1, eta=eta)
    assert (calm.diverged == -1).all()
    wild = eta.clone()
    wild[lost] = 1e308
    with pytest.warns(
        gt.DivergenceWarning, match="2 of 6 members diverged, the first at step 1"
    ) as w:
        found = run(6, of, every=1, eta=wild)
    assert w[0].filename == __file__, "the warning should point at whoever trains"
    others = [k for k in range(3) if k != lost]
    assert (found.diverged[lost] >= 1).all()
    assert (found.diverged[others] == -1).all()
    for one, other in zip(found.history[1:4], calm.history[1:4], strict=True):
        assert torch.equal(one[:, others], other[:, others])
    for one, other in zip(
        tree_map(lambda leaf: leaf.reshape(3, 2, *leaf.shape[1:])[others], found.state[0]),
        tree_map(lambda leaf: leaf.reshape(3, 2, *leaf.shape[1:])[others], calm.state[0]),
        strict=True,
    ):
        assert_same_tree(one, other)
    # The step that is named is the first at which a loss or the speed was not finite.
    whole = torch.isfinite(torch.stack(found.history[1:4])).all(0)[:, lost]
    assert whole.long().cumprod(0).sum(0).tolist() == found.diverged[lost].tolist()
    # And the others are what they are in a population without it.
    without = run(6, of, every=1, eta=eta[others])
    for one, other in zip(found.history[1:4], without.history[1:4], strict=True):
        torch.testing.assert_close(one[:, others], other, **NEAR)


# Memory that runs out


class Failing(nn.Module):
    """Fails where it is first computed."""

    def __init__(self, fail: Any) -> None:
        super().__init__()
        self.inner = small_mlp(2, 1)
        self.fail = fail

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Fail first."""
        self.fail()
        return self.inner(x)


def raising(error: Exception) -> Any:
    def fail() -> None:
        raise error

    return fail


OUT_OF_MEMORY = {
    "of a GPU": raising(torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")),
    "of a GPU, in other words": raising(torch.OutOfMemoryError("no room")),
    "of another library": raising(RuntimeError("MPS backend out of memory")),
    "of Python": raising(MemoryError()),
    "of the CPU, truly": lambda: torch.empty(2**52),
}


@pytest.mark.parametrize("name", OUT_OF_MEMORY)
@pytest.mark.parametrize(
    ("members", "chunk", "advice"),
    [
        (8, None, r"8 members do not fit into memory together; try chunk=4 \("),
        (8, 5, r"5 members do not fit into memory together; try chunk=2 \("),
        (1, None, r"one member does not fit into memory; try a smaller batch_size \("),
        (4, 1, r"one member does not fit into memory; try a smaller batch_size \("),
    ],
)
def test_out_of_memory_names_a_smaller_chunk(
    name: str, members: int, chunk: int | None, advice: str
) -> None:
    of = experiment(game=small_gan(Failing(OUT_OF_MEMORY[name])))
    with pytest.raises(MemoryError, match=advice) as caught:
        run(of=of, seeds=members, chunk=chunk)
    assert caught.value.__cause__ is not None


def test_other_errors_are_not_about_memory() -> None:
    """Before training they are told in the network's name, and while it goes on, as they are."""
    error = RuntimeError("mat1 and mat2 shapes cannot be multiplied")
    of = experiment(game=small_gan(failing := Failing(raising(error))))
    with pytest.raises(ValueError, match=r"discriminator: expected .*RuntimeError: mat1") as caught:
        run(of=of)
    assert caught.value.__cause__ is error
    calls = itertools.count()
    failing.fail = lambda: raising(error)() if next(calls) == 20 else None
    with pytest.raises(RuntimeError) as later:
        run(20, of)
    assert later.value is error


# Several processes


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Let two processes work together on all that `tests.trainee` has for them."""
    folder = tmp_path_factory.mktemp("shared")
    together(12, folder / "by one")
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone"]
    with subprocess.Popen(
        [*command, "--nproc-per-node=2", "-m", "tests.trainee", "together", str(folder)],
        cwd=ROOT,
        env=os.environ | {"GLOO_SOCKET_IFNAME": "lo"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    ) as process:
        try:
            said, _ = process.communicate(timeout=240)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            pytest.fail(f"two processes wait for each other: {process.communicate()[0].decode()}")
    assert process.returncode == 0, said.decode()
    return folder


def together(steps: int, path: Path | None = None, **options: Any) -> gt.Run:
    return trainee.five_members(steps, checkpoint=path, **options)


def assert_reported(file: Path, expected: gt.Run) -> None:
    """Compare a run with what a process wrote of one."""
    told = load(file).tensors
    wanted = trainee.report(expected)
    assert_same_tree(dict(sorted(told.items())), dict(sorted(wanted.items())), **NEAR)


@pytest.mark.parametrize("rank", [0, 1])
def test_two_processes_are_as_good_as_one(shared: Path, rank: int) -> None:
    """Five members, three here and two there; and every process has the whole result."""
    assert_reported(shared / f"whole {rank}", together(30))


@pytest.mark.parametrize("rank", [0, 1])
def test_two_processes_go_on_from_the_checkpoint_of_one(shared: Path, rank: int) -> None:
    assert_reported(shared / f"resumed {rank}", together(30))


def test_one_process_goes_on_from_the_checkpoint_of_two(shared: Path) -> None:
    assert load(shared / "by two").about["step"] == 12
    assert_same_run(together(30, shared / "by two"), together(30), **NEAR)


def test_two_processes_write_one_file(shared: Path) -> None:
    names = {path.name for path in shared.iterdir()}
    kinds = ("whole", "resumed", "said")
    assert names == {"by one", "by two", *(f"{kind} {rank}" for kind in kinds for rank in (0, 1))}
    assert load(shared / "by one").about["step"] == 30


@pytest.mark.parametrize("rank", [0, 1])
def test_what_processes_say(shared: Path, rank: int) -> None:
    said = load(shared / f"said {rank}").about
    assert "expected at least one member for each of 2 processes, got 1" in said["too few"]
    assert "belongs to a run with another seed" in said["another run"]
    # One process tells of members that diverged, wherever they are.
    assert said["warnings"] == (
        ["1 of 5 members diverged, the first at step 1"] if rank == 0 else []
    )
    assert said["diverged"] == [-1, -1, -1, -1, 1]
    assert said["bars"] == (["6/6"] if rank == 0 else [])
