"""Training: randomness that follows from the seed, records, schedules, and runs cut short."""

from __future__ import annotations

import copy
import gc
import itertools
import os
import signal
import subprocess
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.utils._pytree import tree_leaves

import gantext as gt
from gantext.training import recorded_step, resume
from gantext.training.checkpoints import load, save
from gantext.training.devices import pick_device
from gantext.training.experiment import BLOCK
from tests import trainee
from tests.games import assert_same_tree
from tests.gans import (
    NEAR,
    assert_same_run,
    convolutional_gan,
    drawn,
    experiment,
    small_gan,
    small_images,
    small_mlp,
)
from tests.trainee import mean, trained

ROOT = Path(__file__).parents[3]
KINDS = pytest.mark.parametrize("kind", ["one", "many"])


def run(steps: int = 4, of: gt.Experiment | None = None, **options: Any) -> gt.Run:
    return gt.train(of or experiment(), steps, **({"eta": 0.01, "device": "cpu"} | options))


# Randomness


@pytest.mark.parametrize("chunk", [None, 1, 2])
def test_every_step_sees_its_own_block(chunk: int | None) -> None:
    """Blocks are kept while steps go on within them, and no longer; records stop in between."""
    of, steps = experiment(), 2 * BLOCK + 3
    settings = of.settings(eta=0.01)
    by_hand = []
    for seed in (0, 1):
        state = of.init(seed, settings)
        for step in range(steps):
            state = of.step(state, drawn(of, seed, step, settings), settings)
        by_hand.append(state.players.theta)
    options = {"eta": 0.01, "every": 5, "device": "cpu"}
    many = gt.train(of, steps, seeds=2, chunk=chunk, **options).theta
    for seed, theta in enumerate(by_hand):
        alone = gt.train(of, steps, seed=seed, **options).theta
        assert_same_tree(alone, theta, **NEAR)
        assert_same_tree({name: w[seed] for name, w in many.items()}, theta, **NEAR)


def test_draws_follow_from_seed_and_block_alone() -> None:
    of = experiment(gt.Alternating(discriminator_steps=3))
    settings = of.settings(eta=0.1)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    batch = of.draw(3, 1, settings)
    assert torch.equal(torch.get_rng_state(), before), "the global randomness was touched"
    assert batch.real.shape == batch.noise.shape == (BLOCK, 3, 8, 2)
    assert batch.real.dtype == batch.noise.dtype == torch.float64
    of.draw(3, 0, settings)
    assert_same_tree(of.draw(3, 1, settings), batch)
    others = [of.draw(seed, block, settings) for seed, block in ((3, 0), (4, 1), (1, 3), (31, 1))]
    for one, other in itertools.combinations([batch, *others], 2):
        assert not torch.equal(one.real, other.real)
        assert not torch.equal(one.noise, other.noise)
    # No step sees what another saw, nor one look another's; and noise is noise.
    for part in batch:
        assert len(torch.unique(part.flatten(0, 1), dim=0)) == 3 * BLOCK
    assert float(batch.noise.std()) == pytest.approx(1, abs=0.1)
    assert float(batch.noise.mean()) == pytest.approx(0, abs=0.1)
    modes = gt.ring().means.double()
    assert torch.cdist(batch.real.flatten(0, 2), modes).amin(1).max() < 0.2


def test_draws_fit_the_experiment() -> None:
    of = experiment(
        gt.Extragradient(), convolutional_gan(), small_images(), batch_size=3, dtype=torch.float32
    )
    batch = of.draw(0, 0, of.settings(eta=0.1))
    assert batch.real.shape == (BLOCK, 2, 3, 1, 8, 8)
    assert batch.noise.shape == (BLOCK, 2, 3, 3)
    assert batch.real.dtype == batch.noise.dtype == torch.float32


def test_samples_are_drawn_with_noise_that_training_never_sees() -> None:
    of = experiment()
    settings = of.settings(eta=0.1)
    noise = of.noise(3, 8, settings)
    assert noise.shape == (8, 2)
    assert noise.dtype == torch.float64
    assert torch.equal(of.noise(3, 8, settings), noise)
    batch = of.draw(3, 0, settings)
    for other in (
        of.noise(3, 8, settings, which=1),
        of.noise(4, 8, settings),
        *batch.noise.flatten(0, 1),
    ):
        assert not torch.equal(other, noise)


class Still(gt.Dataset):
    """Data that needs no randomness, so that noise comes first from a generator."""

    event_shape = (2,)

    def sample(self, count, *, generator, dtype=torch.float32) -> torch.Tensor:
        """Give zeros."""
        del generator
        return torch.zeros(*count, 2, dtype=dtype)


def test_noise_to_look_at_samples_has_a_source_of_its_own() -> None:
    of = experiment(data=Still())
    settings = of.settings(eta=0.1)
    trained_on = of.draw(3, 0, settings).noise.flatten()
    assert not torch.isin(of.noise(3, 8, settings), trained_on).any()


def test_a_seed_is_a_run_and_another_seed_another() -> None:
    of = experiment()
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = run(of=of, seed=5)
    assert torch.equal(torch.get_rng_state(), before), "the global randomness was touched"
    torch.manual_seed(2)
    assert_same_run(run(of=of, seed=5), first)
    for key, weight in run(of=of, seed=6).theta.items():
        assert not torch.equal(weight, first.theta[key])


@KINDS
@pytest.mark.parametrize("mode", [torch.no_grad, torch.inference_mode])
def test_where_autograd_is_off_training_is_the_same(kind: str, mode: Callable) -> None:
    with mode():
        found = trained(kind, 6)
    assert_same_run(found, trained(kind, 6), rtol=1e-12, atol=1e-14)


def test_the_type_of_networks_is_the_experiments() -> None:
    for dtype in (torch.float32, torch.float64):
        of = experiment(gt.Alternating(optimizer=gt.HeavyBall()), dtype=dtype)
        state = run(3, of, beta=0.1).state
        assert {leaf.dtype for leaf in tree_leaves(state.players[:3])} == {dtype}
        assert state.sums.dtype == torch.float64
        assert state.players.step.dtype == state.diverged.dtype == torch.int64


# Steps and records


def test_training_is_the_loop_over_steps() -> None:
    """By hand: draw, step, add up; record the means of every seven steps, and of the rest."""
    of, steps, every = experiment(), 2 * BLOCK + 3, 7
    settings = of.settings(eta=0.01, eta_psi=0.02)
    state = of.init(3, settings)
    rule_state, sums, means, seen = state.players, torch.zeros(3).double(), [], []
    for step in range(steps):
        batch = drawn(of, 3, step, settings)
        before = copy.deepcopy((state, batch, settings))
        state = of.step(state, batch, settings)
        assert_same_tree((before[1], before[2]), (batch, settings))
        rule_state, info = of.rule.step(of.game, rule_state, batch, settings.rule)
        sums = sums + torch.stack([*info.losses, info.speed])
        if (step + 1) % every == 0 or step + 1 == steps:
            since = every if (step + 1) % every == 0 else steps % every
            means.append(sums / since)
            seen.append(step + 1)
            sums = torch.zeros(3).double()
    assert_same_tree(state.players, rule_state, rtol=1e-12, atol=1e-14)
    found = run(steps, of, seed=3, every=every, eta_psi=0.02)
    assert_same_tree(found.state.players, rule_state, rtol=1e-12, atol=1e-14)
    assert found.history.step.tolist() == seen == [7, 14, 21, 28, 35]
    torch.testing.assert_close(torch.stack(found.history[1:4], -1), torch.stack(means))
    assert not found.state.sums.any()
    assert found.step == int(found.state.players.step) == steps
    assert int(found.diverged) == -1


def test_how_often_one_records_changes_nothing_else() -> None:
    fine, coarse, rare = (run(2 * BLOCK + 8, every=every) for every in (1, 5, 1000))
    for other in (coarse, rare):
        assert_same_tree(other.state.players, fine.state.players)
    assert fine.history.step.tolist() == list(range(1, 2 * BLOCK + 9))
    assert coarse.history.step.tolist() == [5, 10, 15, 20, 25, 30, 35, 40]
    assert rare.history.step.tolist() == [40]
    for one, five, all_ in zip(*(r.history[1:4] for r in (fine, coarse, rare)), strict=True):
        assert one.dtype == torch.float64
        torch.testing.assert_close(one.reshape(8, 5).mean(1), five)
        torch.testing.assert_close(one.mean()[None], all_)


def test_no_steps_are_a_start() -> None:
    of = experiment()
    found = run(0, of, seed=2, callbacks=[mean])
    assert_same_tree(found.state, of.init(2, of.settings(eta=0.01)))
    assert found.step == 0
    assert found.history.step.tolist() == []
    assert [len(series) for series in found.history[1:4]] == [0, 0, 0]
    assert found.history.observed == {}
    assert found.sample(4).shape == (4, 2)


def test_callbacks_are_asked_at_every_record() -> None:
    asked = []

    def note(snapshot: gt.Snapshot) -> None:
        asked.append(snapshot.step)

    def look(snapshot: gt.Snapshot) -> dict[str, Any]:
        grid = torch.zeros(6, 2)
        return {
            "samples": snapshot.sample(3),
            "score": snapshot.score(grid),
            "count": snapshot.step,
            "weight": snapshot.theta["0.weight"],
        }

    found = run(7, every=3, callbacks=[note, look])
    assert asked == [3, 6, 7]
    shapes = {name: tuple(seen.shape) for name, seen in found.history.observed.items()}
    assert shapes == {
        "samples": (3, 3, 2),
        "score": (3, 6, 1),
        "count": (3,),
        "weight": (3, 8, 2),
    }
    assert found.history.observed["count"].tolist() == asked
    last = {name: seen[-1] for name, seen in found.history.observed.items()}
    assert torch.equal(last["samples"], found.sample(3))
    assert torch.equal(last["score"], found.score(torch.zeros(6, 2)))
    assert torch.equal(last["weight"], found.theta["0.weight"])


def test_snapshots_ask_the_networks() -> None:
    of = experiment()
    found = run(3, of, seed=4)
    settings = of.settings(eta=0.01)
    for which in (0, 2):
        noise = of.noise(4, 5, settings, which=which)
        samples = of.game.generate(found.theta, noise)
        assert torch.equal(found.sample(5, which=which), samples)
    assert torch.equal(found.score(samples), of.game.score(found.psi, samples))
    # Points come in whatever type they have.
    found.score(samples.float())
    assert not torch.equal(found.sample(5), found.sample(5, which=1))
    assert found.theta is found.state.players.theta
    assert found.psi is found.state.players.psi


@pytest.mark.parametrize(
    ("callbacks", "message"),
    [
        (
            [lambda s: {"x": torch.zeros(s.step)}],
            r"'x': expected .* of one shape, the same each time, got \(4,\) after \(2,\)",
        ),
        ([lambda _: {"x": 1.0}, lambda _: {"x": 2.0}], "'x': expected from one callback"),
        (
            [lambda s: {"x": 1.0} if s.step == 2 else {}],
            r"expected the same names at every record, \['x'\], got \[\] at step 4",
        ),
        (
            [lambda s: {"x": 1.0} if s.step == 4 else {}],
            r"expected the same names at every record, \[\], got \['x'\] at step 4",
        ),
    ],
)
def test_observations_that_make_no_history(callbacks: list, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run(4, every=2, callbacks=callbacks)


def test_a_bar_is_shown_when_asked_for(capsys: pytest.CaptureFixture) -> None:
    run(3, progress=True)
    assert "3/3" in capsys.readouterr().err
    run(3, progress=False)
    run(3)  # no terminal here
    assert capsys.readouterr().err == ""


# Settings


def test_schedules_multiply_at_each_step() -> None:
    """Two legs by hand, of other step sizes and another penalty, are one run with schedules."""
    networks = small_mlp(2, 2), small_mlp(2, 1)

    def make(gamma: torch.Tensor) -> gt.GAN:
        return gt.GAN(*networks, noise=2, penalties=[gt.R1(gamma)])

    turn = BLOCK + 5
    of = experiment(
        game=make,
        schedules={
            "eta": lambda step: 1 - 0.9 * (step >= turn).double(),
            "gamma": lambda step: 0.5 + 1.5 * (step >= turn).double(),
            "beta1": lambda step: step >= turn,
        },
    )
    own = {"eta": 0.02, "eta_psi": 0.03, "beta1": 0.5}
    found = run(2 * turn, of, game_hparams={"gamma": 3.0}, **own)
    plain = experiment(game=make)
    legs = (
        plain.settings({"gamma": 1.5}, **own | {"beta1": 0.0}),
        plain.settings({"gamma": 6.0}, **own | {"eta": 0.002}),
    )
    state = plain.init(0, legs[0])
    for step in range(2 * turn):
        settings = legs[step >= turn]
        state = plain.step(state, drawn(plain, 0, step, settings), settings)
    assert_same_tree(found.state.players, state.players, rtol=1e-11, atol=1e-13)


def test_settings_are_tensors_of_the_right_type() -> None:
    of = experiment(gt.Alternating(optimizer=gt.RMSProp()), trainee.penalised, dtype=torch.float32)
    settings = of.settings({"gamma": [1.0, 2.0]}, eta=0.1, alpha=0.5)
    assert settings.rule.keys() == {"eta", "eta_psi", "alpha", "epsilon"}
    assert {value.dtype for value in settings.rule.values()} == {torch.float64}
    assert settings.game["gamma"].dtype == torch.float32
    assert settings.game["gamma"].tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"steps": -1}, ValueError, "steps: expected an integer >= 0, got -1"),
        ({"every": 0}, ValueError, "every: expected an integer >= 1, got 0"),
        ({"checkpoint_every": 0}, ValueError, "checkpoint_every: expected an integer"),
        ({"eta": -0.1}, ValueError, "eta: expected finite values > 0, got -0.1"),
        ({"seed": 1, "seeds": 2}, ValueError, "seed, seeds: expected one of the two, got 1 and 2"),
        ({"beta": 0.1}, TypeError, r"Alternating: expected \['eta', .*, got .*'beta'"),
        ({"game_hparams": {"gamma": 1.0}}, TypeError, "expected a function .*, got a GAN"),
        ({"device": "nowhere"}, ValueError, "device: expected .* got 'nowhere'"),
    ],
)
def test_what_train_refuses(options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        run(**options)


def test_a_game_may_have_no_hyper_parameters() -> None:
    gan = small_gan()
    assert_same_run(run(3, experiment(game=lambda: gan)), run(3, experiment(game=gan)))


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"batch_size": 0}, ValueError, "batch_size: expected an integer >= 1, got 0"),
        ({"dtype": torch.int64}, TypeError, "dtype: expected .*, got torch.int64"),
    ],
)
def test_what_an_experiment_refuses(options: dict, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message):
        experiment(**options)


def test_schedules_of_nothing_are_refused() -> None:
    of = experiment(schedules={"beta": lambda step: step})
    with pytest.raises(TypeError, match=r"schedules: expected some of .*'eta'.*, got \['beta'\]"):
        run(1, of)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (gt.Bilinear.xy, "expected a function that returns a GAN, got .*Bilinear"),
        (small_gan, "expected the same networks at every call"),
    ],
)
def test_games_that_are_none(make: Callable, message: str) -> None:
    with pytest.raises(TypeError, match=message):
        run(1, experiment(game=make))


def test_a_bad_weight_of_the_game_is_refused_before_anything_runs() -> None:
    with pytest.raises(ValueError, match="gamma: expected finite values >= 0, got -1"):
        run(1, experiment(game=trainee.penalised), game_hparams={"gamma": -1.0})


def test_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    assert pick_device("cpu") == torch.device("cpu")
    assert pick_device("cuda:1") == torch.device("cuda", 1)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    assert pick_device() == torch.device("cpu")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert pick_device() == torch.device("mps")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "current_device", lambda: 2)
    assert pick_device() == torch.device("cuda", 2)


# Interrupted and resumed

STEPS = 2 * BLOCK + 9


class KilledError(BaseException):
    """Nothing in the library catches it, as nothing catches a kill."""


@pytest.fixture(scope="module")
def whole() -> dict[str, gt.Run]:
    """Runs that nobody interrupted."""
    return {kind: trained(kind, STEPS) for kind in ("one", "many")}


@KINDS
@pytest.mark.parametrize("after", [1, 5, 12, BLOCK, BLOCK + 1, 23, 40])
def test_stopped_anywhere_a_run_goes_on_to_the_same_numbers(
    kind: str,
    after: int,
    whole: dict[str, gt.Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Right after a checkpoint, be it between blocks or records or not."""

    def save_and_die(*given: Any) -> None:
        save(*given)
        raise KilledError

    path = tmp_path / "run"
    monkeypatch.setattr(resume, "save", save_and_die)
    with pytest.raises(KilledError):
        trained(kind, STEPS, checkpoint=path, checkpoint_every=after)
    monkeypatch.undo()
    assert load(path).about["step"] == after
    assert_same_run(trained(kind, STEPS, checkpoint=path, checkpoint_every=10), whole[kind])
    # And once more, from a run that has ended.
    assert_same_run(trained(kind, STEPS, checkpoint=path), whole[kind])
    with pytest.raises(gt.CheckpointError, match=f"already {STEPS} steps on, 10 are wanted in all"):
        trained(kind, 10, checkpoint=path)


@KINDS
@pytest.mark.parametrize("moment", ["data", "callback", "writing"])
def test_a_keyboard_interrupt_loses_nothing_that_was_finished(
    kind: str,
    moment: str,
    whole: dict[str, gt.Run],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    path, calls = tmp_path / "run", itertools.count()

    def interrupted(function: Callable, at: int) -> Callable:
        def wrapper(*given: Any, **named: Any) -> Any:
            if next(calls) == at:
                raise KeyboardInterrupt
            return function(*given, **named)

        return wrapper

    options: dict[str, Any] = {"checkpoint_every": 1000}
    if moment == "data":  # one: of the second block; many: two chunks, drawn anew after each record
        expected, at = (BLOCK, 1) if kind == "one" else (15, 3 * 4 + 1)
        monkeypatch.setattr(
            gt.GaussianMixture, "sample", interrupted(gt.GaussianMixture.sample, at)
        )
    elif moment == "callback":  # at the fourth record, 20, after the block's end
        expected, options["callbacks"] = BLOCK, [interrupted(mean, 3)]
    else:  # the second file, for which there is then a second attempt
        expected, options["checkpoint_every"] = 22, 11
        monkeypatch.setattr(resume, "save", interrupted(save, 1))
    with pytest.raises(KeyboardInterrupt):
        trained(kind, STEPS, checkpoint=path, **options)
    monkeypatch.undo()
    taken = load(path).about["step"]
    assert taken == expected
    assert [*tmp_path.iterdir()] == [path]
    assert_same_run(trained(kind, STEPS, checkpoint=path), whole[kind])


def test_an_error_in_a_callback_loses_nothing_that_was_finished(
    whole: dict[str, gt.Run], tmp_path: Path
) -> None:
    def wrong(snapshot: gt.Snapshot) -> dict:
        if snapshot.step == 20:
            raise ZeroDivisionError("in a callback")
        return mean(snapshot)

    path = tmp_path / "run"
    with pytest.raises(ZeroDivisionError, match="in a callback"):
        trained("one", STEPS, checkpoint=path, callbacks=[wrong])
    assert load(path).about["step"] == BLOCK
    assert_same_run(trained("one", STEPS, checkpoint=path), whole["one"])


def test_an_interruption_writes_nothing_twice(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is on the disk already is not written again."""

    def interrupt(snapshot: gt.Snapshot) -> None:
        if snapshot.step == 15:
            raise KeyboardInterrupt

    taken = []
    monkeypatch.setattr(resume, "save", lambda *given: taken.append(given[2]["step"]))
    with pytest.raises(KeyboardInterrupt):
        trained("one", 20, callbacks=[interrupt], checkpoint=tmp_path / "run", checkpoint_every=10)
    assert taken == [10]
    taken.clear()
    with pytest.raises(KeyboardInterrupt):
        trained("one", 20, callbacks=[interrupt], checkpoint=tmp_path / "run", checkpoint_every=7)
    assert taken == [7, 14]


@KINDS
def test_a_killed_process_is_resumed_to_the_same_numbers(kind: str, tmp_path: Path) -> None:
    """Killed twice, in the middle of whatever it was doing."""
    path, kills, taken = tmp_path / "run", 1 if kind == "one" else 2, 0
    for _ in range(kills):
        with subprocess.Popen(
            [sys.executable, "-m", "tests.trainee", kind, str(path)],
            cwd=ROOT,
            stderr=subprocess.PIPE,
        ) as process:
            until = time.monotonic() + 120
            while not path.exists() or load(path).about["step"] == taken:
                if process.poll() is not None or time.monotonic() > until:
                    process.kill()
                    pytest.fail(process.stderr.read().decode())
                time.sleep(0.005)
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        assert load(path).about["step"] > taken
        taken = load(path).about["step"]
        assert taken % 3 == 0
    steps = taken + BLOCK + 2
    resumed = trained(kind, steps, checkpoint=path, checkpoint_every=3)
    assert_same_run(resumed, trained(kind, steps))
    assert load(path).about["step"] == steps


@KINDS
def test_a_run_can_be_made_longer(kind: str, whole: dict, tmp_path: Path) -> None:
    """Its last record becomes one among others; the numbers are those of one long run."""
    path = tmp_path / "run"
    trained(kind, 12, checkpoint=path)
    longer = trained(kind, STEPS, checkpoint=path)
    assert_same_tree(longer.state, whole[kind].state)
    assert longer.history.step.tolist() == sorted({12, *whole[kind].history.step.tolist()})


def test_files_are_written_when_they_should_be(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = []
    monkeypatch.setattr(resume, "save", lambda *given: taken.append(given[2]["step"]))
    trained("one", 20, checkpoint=tmp_path / "run", checkpoint_every=7)
    assert taken == [7, 14, 20]
    trained("one", 14, checkpoint=tmp_path / "run", checkpoint_every=7)
    assert taken == [7, 14, 20, 7, 14]


def test_a_checkpoint_holds_all_of_a_run(tmp_path: Path) -> None:
    """Its size does not grow, but for the records."""
    path, sizes = tmp_path / "run", []
    for steps in (20, 40, 60):
        trained("one", steps, checkpoint=path)
        tensors, about = load(path)
        records = tensors["means"].nbytes + tensors["observed.mean"].nbytes
        sizes.append(sum(t.nbytes for t in tensors.values()) - records)
        assert about["record_steps"] == list(range(5, steps + 1, 5))
        assert tensors["means"].shape == (3, steps // 5)
    assert len(set(sizes)) == 1


DIFFERENT: dict[str, tuple[gt.Experiment, dict[str, Any], str]] = {
    "seed": (experiment(), {"seed": 1}, "another seed"),
    "step size": (experiment(), {"eta": 0.02}, r"another rule\['eta'\]"),
    "optimiser's number": (experiment(), {"beta1": 0.5}, r"another rule\['beta1'\]"),
    "game's number": (
        experiment(game=trainee.penalised),
        {"game_hparams": {"gamma": 1.0}},
        r"another game\['gamma'\]",
    ),
    "optimiser": (
        experiment(gt.Alternating(optimizer=gt.RMSProp())),
        {},
        r"another rule\['alpha'\]",
    ),
    "rule": (
        experiment(gt.Simultaneous(optimizer=gt.Adam())),
        {},
        "another experiment.*Simultaneous",
    ),
    "discriminator's steps": (
        experiment(gt.Alternating(discriminator_steps=2, optimizer=gt.Adam())),
        {},
        "another experiment.*discriminator_steps: 1 instead of 2",
    ),
    "loss": (experiment(game=small_gan(loss=gt.Minimax())), {}, "another experiment.*Minimax"),
    "penalty": (
        experiment(game=small_gan(penalties=[gt.R1(1.0)])),
        {},
        r"another experiment.*penalties\[0\]",
    ),
    "width": (
        experiment(
            game=gt.GAN(small_mlp(2, 2), trainee.small_mlp(2, 1, minibatch_std=True), noise=2)
        ),
        {},
        r"another experiment.*discriminator",
    ),
    "activation": (
        experiment(
            game=gt.GAN(
                torch.nn.Sequential(torch.nn.Linear(2, 8), torch.nn.ReLU(), torch.nn.Linear(8, 2)),
                small_mlp(2, 1),
                noise=2,
            )
        ),
        {},
        "another experiment.*generator",
    ),
    "batch size": (
        experiment(batch_size=16),
        {},
        "another experiment.*batch_size: 8 instead of 16",
    ),
    "data": (
        experiment(game=convolutional_gan(), data=small_images()),
        {},
        "another experiment",
    ),
    "schedule": (
        experiment(schedules={"eta": lambda step: 1 / (1 + step)}),
        {},
        "another experiment.*schedules",
    ),
    "precision": (
        experiment(dtype=torch.float32),
        {},
        "another experiment.*dtype: torch.float64 instead of torch.float32",
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_the_checkpoint_of_another_run_is_refused(name: str, tmp_path: Path) -> None:
    path = tmp_path / "run"
    other, options, message = DIFFERENT[name]
    of = experiment()
    if "game_hparams" in options:
        of = experiment(game=trainee.penalised)
        run(3, of, checkpoint=path, game_hparams={"gamma": 2.0})
    else:
        run(3, of, checkpoint=path)
    before = path.read_bytes()
    with pytest.raises(gt.CheckpointError, match=rf"(?s){path.name}: belongs to .*{message}"):
        run(5, other, checkpoint=path, **options)
    assert path.read_bytes() == before


def test_anothers_precision_of_the_games_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    one, other = (
        experiment(game=trainee.penalised, dtype=t) for t in (torch.float64, torch.float32)
    )
    run(3, one, checkpoint=path, game_hparams={"gamma": 0.1})
    with pytest.raises(gt.CheckpointError, match="belongs to"):
        run(5, other, checkpoint=path, game_hparams={"gamma": 0.1})


def test_one_and_many_are_not_exchanged(tmp_path: Path) -> None:
    path = tmp_path / "run"
    run(3, checkpoint=path, seed=0)
    with pytest.raises(gt.CheckpointError, match="belongs to a run with another seed"):
        gt.train(experiment(), 5, seeds=1, eta=0.01, checkpoint=path, device="cpu")


@pytest.mark.parametrize("content", [b"", b"not a checkpoint", b"\x80\x04]."])
def test_a_file_that_is_no_checkpoint_stops_training_before_it_starts(
    content: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "run"
    path.write_bytes(content)
    with pytest.raises(gt.CheckpointError, match="run: expected a whole checkpoint"):
        run(3, checkpoint=path)
    assert path.read_bytes() == content


def test_a_checkpoint_of_something_else_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "run"
    save(path, {"w": torch.ones(2)}, {"step": 7})
    with pytest.raises(gt.CheckpointError, match="belongs to a run with another seed"):
        run(3, checkpoint=path)


def test_a_description_is_the_same_in_every_process(tmp_path: Path) -> None:
    """Addresses, which change, are no part of it."""

    class Wavy(torch.nn.Module):
        def extra_repr(self) -> str:
            return f"{object()!r}"

        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return x.sin()

    path = tmp_path / "run"
    for steps in (2, 4):
        networks = torch.nn.Sequential(torch.nn.Linear(2, 2), Wavy()), small_mlp(2, 1)
        assert run(steps, experiment(game=gt.GAN(*networks, noise=2)), checkpoint=path)


# Divergence and memory


class Poisoned(gt.Dataset):
    """Turns to NaN in the middle of a block."""

    event_shape = (2,)

    def __init__(self, at: int) -> None:
        self.at, self.ring = at, gt.ring()

    def sample(self, count, *, generator, dtype=torch.float32) -> torch.Tensor:
        """Draw a block, one step of which is spoiled."""
        drawn = self.ring.sample(count, generator=generator, dtype=dtype)
        drawn[self.at] = torch.nan
        return drawn


def test_the_step_of_divergence_is_recorded_and_told() -> None:
    of = experiment(gt.Simultaneous(), data=Poisoned(at=5))
    with pytest.warns(
        gt.DivergenceWarning, match="1 of 1 members diverged, the first at step 5"
    ) as w:
        found = run(BLOCK - 1, of, every=1)
    assert w[0].filename == __file__, "the warning should point at whoever trains"
    assert int(found.diverged) == 5
    whole = torch.isfinite(found.history.discriminator_loss)
    assert whole.tolist() == [True] * 5 + [False] * 10
    # The generator is hit one step later.
    assert torch.isfinite(found.history.generator_loss).tolist() == [True] * 6 + [False] * 9


def test_divergence_as_an_error_stops_the_run(tmp_path: Path) -> None:
    of = experiment(gt.Simultaneous(), data=Poisoned(at=5))
    with warnings.catch_warnings():
        warnings.simplefilter("error", gt.DivergenceWarning)
        with pytest.raises(gt.DivergenceWarning, match="the first at step 5"):
            run(10**9, of, every=4, checkpoint=tmp_path / "run")
    assert load(tmp_path / "run").about["step"] == 4


def test_divergence_is_told_once() -> None:
    with pytest.warns(gt.DivergenceWarning) as told:
        run(3 * BLOCK, experiment(gt.Simultaneous(), data=Poisoned(at=5)), every=2)
    assert len(told) == 1


def test_infinite_counts_as_not_finite() -> None:
    of = experiment(gt.Simultaneous(optimizer=gt.SGD()))
    with pytest.warns(gt.DivergenceWarning):
        found = run(60, of, every=1, eta=1e308)
    losses = torch.stack(found.history[1:4])
    first = int((~torch.isfinite(losses).all(0)).nonzero()[0])
    assert int(found.diverged) == first


def living() -> int:
    """Count the tensors that Python still holds."""
    gc.collect()
    return sum(issubclass(type(thing), torch.Tensor) for thing in gc.get_objects())


# Every two of the three choices meet.
@pytest.mark.parametrize(
    ("kind", "second_order", "patience"),
    [("one", False, 200), ("one", True, 0), ("many", False, 0), ("many", True, 200)],
)
def test_memory_stays_flat(
    kind: str, second_order: bool, patience: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recorded_step, "PATIENCE", patience)
    of = experiment(
        gt.Unrolled(unroll_steps=1, optimizer=gt.Adam()) if second_order else None,
        small_gan(penalties=[gt.R1(0.1)]),
    )
    own = {"eta_unroll": 0.1} if second_order else {}
    counts = []

    def count(snapshot: gt.Snapshot) -> None:
        assert not any(leaf.requires_grad for leaf in tree_leaves(snapshot.state))
        counts.append(living())

    options = {"eta": 1e-3, "every": 10, "callbacks": [count], "device": "cpu"} | own
    gt.train(of, 90, seeds=2 if kind == "many" else 0, **options)
    kept = {count - k for k, count in enumerate(counts)}
    # A second state is kept while the record is not compared with its step.
    assert len(kept) <= 3, f"one tensor for each record, and no other: {counts}"


# Compiled


def compiler_is_there() -> bool:
    from torch._inductor.cpp_builder import get_cpp_compiler
    from torch._inductor.exc import InvalidCxxCompiler

    try:
        get_cpp_compiler()
    except (InvalidCxxCompiler, RuntimeError):
        return False
    return os.name == "posix"


@pytest.mark.long
@pytest.mark.skipif(not compiler_is_there(), reason="torch.compile needs a C++ compiler")
@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated:DeprecationWarning")
def test_compiled_steps_are_the_same_steps() -> None:
    """To the precision of float32, in which sums may be taken in another order."""
    of = experiment(gt.Simultaneous(), small_gan(penalties=[gt.R1(0.1)]), dtype=torch.float32)
    eta = torch.tensor([0.01, 0.03])
    options = {"seeds": 2, "eta": eta, "every": 2, "device": "cpu"}
    plain, compiled = (gt.train(of, 5, compile=compile_, **options) for compile_ in (False, True))
    assert_same_run(compiled, plain, rtol=1e-4, atol=1e-5)
