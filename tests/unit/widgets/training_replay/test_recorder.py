"""The recorder: what it records of a training, and what it refuses."""

import json
import math
from collections import Counter

import pytest
import torch
from matplotlib.figure import Figure
from torch.nn import Linear

import gantext as gt

WORLD = gt.ring(modes=8, radius=2.0, std=0.3)
GAME = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
SMALL = {"samples": 50, "mesh": 7}


def recorded(*recorders, steps=10, every=4, seeds=2, **settings):
    experiment = gt.Experiment(GAME, gt.Alternating(), WORLD, batch_size=8)
    settings = {"eta": 0.05, "eta_psi": torch.tensor([0.02, 0.1]), "progress": False} | settings
    return gt.train(
        experiment, steps, seeds=seeds, every=every, callbacks=recorders, device="cpu", **settings
    )


@pytest.mark.parametrize("member", [0, 3])
def test_frames_are_what_sampling_by_hand_gives(member):
    weights = []
    recorder = gt.Recorder("run", GAME, WORLD, member=member, seed=5, **SMALL)
    run = recorded(lambda snapshot: weights.append(snapshot.state.players[:2]), recorder)
    recording = recorder.recording()
    assert recording.steps == (4, 8, 10)
    assert recording.extent == (-3.6, 3.6)
    assert torch.equal(recording.modes, WORLD.means)
    noise = torch.randn(50, 2, generator=torch.Generator().manual_seed(5))
    stored = gt.Recording.decode(recording.encode())
    for k, players in enumerate(weights):
        theta, psi = ({n: w[member] for n, w in player.items()} for player in players)
        samples = GAME.generate(theta, noise)
        assert torch.equal(recording.samples[k], samples)
        assert (stored.samples[k] - samples).abs().max() <= 7.2 / 4094 / 2 + 1e-6
        for i in range(7):
            for j in range(7):
                point = torch.tensor([[-3.6 + 1.2 * j, -3.6 + 1.2 * i]])
                opinion = torch.sigmoid(GAME.score(psi, point)).item()
                assert recording.surface[k, i, j].item() == pytest.approx(opinion, abs=1e-5)
                assert stored.surface[k, i, j].item() == pytest.approx(opinion, abs=1 / 124 + 1e-5)
        # By hand: a sample is at its nearest mode, and of quality within 3 standard deviations.
        distance = (samples[:, None].double() - WORLD.means).norm(dim=-1)
        near = Counter(distance.argmin(-1).tolist())
        good = Counter(distance.argmin(-1)[distance.amin(-1) <= 0.9].tolist())
        assert near[recording.favourite[k]] == max(near.values())
        assert recording.share[k] == max(near.values()) / 50
        assert recording.captured[k] == len(good)
        assert recording.quality[k] == good.total() / 50
    row, column = divmod(member, 2)
    history = run.history
    for mine, theirs in (
        (recording.generator_loss, history.generator_loss),
        (recording.discriminator_loss, history.discriminator_loss),
    ):
        assert mine == pytest.approx(theirs[:, row, column].tolist(), rel=1e-12)


def test_one_gan_alone_is_recorded_as_it_is_in_a_population():
    alone, among = (gt.Recorder("run", GAME, WORLD, member=k, **SMALL) for k in (0, 1))
    recorded(among, seeds=[7, 3], eta_psi=0.02)
    experiment = gt.Experiment(GAME, gt.Alternating(), WORLD, batch_size=8)
    settings = {"eta": 0.05, "eta_psi": 0.02, "device": "cpu", "progress": False}
    run = gt.train(experiment, 10, seed=3, every=4, callbacks=[alone], **settings)
    one, other = alone.recording(), among.recording()
    torch.testing.assert_close(one.samples, other.samples)
    torch.testing.assert_close(one.surface, other.surface)
    assert one.generator_loss == tuple(run.history.generator_loss.tolist())
    assert repr(alone) == "Recorder('run', frames=3)"


def test_a_recorder_changes_nothing():
    watched = recorded(gt.Recorder("run", GAME, WORLD, **SMALL))
    unwatched = recorded()
    assert watched.history.observed == {}
    assert torch.equal(watched.history.generator_loss, unwatched.history.generator_loss)
    assert torch.equal(watched.sample(5), unwatched.sample(5))


def test_training_again_records_anew():
    recorder = gt.Recorder("run", GAME, WORLD, **SMALL)
    recorded(recorder)
    first = recorder.recording().encode()
    recorded(recorder)
    assert recorder.recording().encode() == first
    recorded(recorder, steps=4)
    assert recorder.recording().steps == (4,)


def test_a_run_whose_beginning_was_missed_is_refused(tmp_path):
    recorded(steps=8, every=2, checkpoint=tmp_path / "run")
    recorder = gt.Recorder("late", GAME, WORLD, **SMALL)
    recorded(recorder, steps=14, every=2, checkpoint=tmp_path / "run")
    with pytest.raises(ValueError, match=r"late: expected every record from the first, got .*10"):
        recorder.recording()


def test_a_diverged_member_is_recorded_too():
    recorder = gt.Recorder("lost", GAME, WORLD, **SMALL)
    with pytest.warns(match="diverged"):
        recorded(recorder, eta=1e30, eta_psi=1e30)
    recording = recorder.recording()
    assert not recording.samples[-1].isfinite().any()
    assert recording.share[-1] == recording.captured[-1] == 0
    figure = gt.TrainingReplay([recording], frame=2)
    assert figure.sentence() == (
        "lost, step 10: no sample is a finite number; 0 of 8 modes captured, "
        "with 50 of 50 samples outside the picture."
    )
    assert figure.numbers() == {
        "step": 10,
        "left_share": 0.0,
        "left_captured": 0,
        "left_quality": 0.0,
    }
    assert "NaN" not in json.dumps(figure.stored())
    figure.draw(Figure())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"name": ""}, ValueError, "name: expected a string that is not empty, got"),
        ({"game": gt.MLP(2, 2)}, TypeError, "game: expected a GAN"),
        ({"data": [[0.0, 1.0]]}, TypeError, "data: expected a GaussianMixture"),
        (
            {"data": gt.GaussianMixture([[0.0]], 1.0)},
            ValueError,
            "data: expected points of the plane",
        ),
        ({"member": -1}, ValueError, "member: expected an integer >= 0, got -1"),
        ({"samples": 0}, ValueError, "samples: expected an integer >= 1, got 0"),
        ({"mesh": True}, TypeError, "mesh: expected an integer >= 2, got True"),
        ({"extent": (1.0, 1.0)}, ValueError, r"extent: expected \(low, high\)"),
        ({"extent": (0.0, math.nan)}, ValueError, r"extent\[1\]: expected a number, got nan"),
    ],
)
def test_a_recorder_says_what_it_needs(arguments, error, message):
    with pytest.raises(error, match=message):
        gt.Recorder(**({"name": "run", "game": GAME, "data": WORLD} | arguments))


def test_a_recorder_says_what_it_cannot_record():
    with pytest.raises(ValueError, match="run: expected a training"):
        gt.Recorder("run", GAME, WORLD).recording()
    with pytest.raises(ValueError, match="member: expected one of 4, from 0, got 4"):
        recorded(gt.Recorder("run", GAME, WORLD, member=4, **SMALL))
    pairs = gt.GAN(gt.MLP(2, 2), gt.Packed(gt.MLP(4, 1), pack=2), noise=2)
    wide = gt.GAN(gt.MLP(2, 3), Linear(3, 1), noise=2)
    for game, message in (
        (pairs, r"one score for each of 64 points, got shape \(32, 1\)"),
        (wide, r"game: expected samples in the plane, got shape \(50, 3\)"),
    ):
        recorder = gt.Recorder("run", game, WORLD, samples=50, mesh=8)
        experiment = gt.Experiment(
            game, gt.Alternating(), _World(3 if game is wide else 2), batch_size=8
        )
        with pytest.raises(ValueError, match=message):
            gt.train(experiment, 4, callbacks=[recorder], device="cpu", progress=False, eta=0.01)


def _World(dimension):
    return gt.GaussianMixture(torch.eye(dimension), 0.1)
