"""Recorded trainings: what is recorded, how it is stored, what the figure and its script show."""

import base64
import json
import math
from collections import Counter

import pytest
import torch
from matplotlib.figure import Figure
from torch.nn import Linear

from gantext.data.mixtures import GaussianMixture, ring
from gantext.dynamics.rules import Alternating
from gantext.gan.game import GAN
from gantext.gan.layers import Packed
from gantext.gan.mlp import MLP
from gantext.training.experiment import Experiment
from gantext.training.loop import train
from gantext.widgets import FIGURE_MIME, Recorder, Recording, TrainingReplay
from gantext.widgets.bundle import host, module, script, stylesheet

WORLD = ring(modes=8, radius=2.0, std=0.3)
GAME = GAN(MLP(2, 2), MLP(2, 1), noise=2)
SMALL = {"samples": 50, "mesh": 7}


def recorded(*recorders, steps=10, every=4, seeds=2, **settings):
    experiment = Experiment(GAME, Alternating(), WORLD, batch_size=8)
    settings = {"eta": 0.05, "eta_psi": torch.tensor([0.02, 0.1]), "progress": False} | settings
    return train(
        experiment, steps, seeds=seeds, every=every, callbacks=recorders, device="cpu", **settings
    )


def made(frames=3, count=5, side=4, name="made", **others):
    """Return a recording of random numbers."""
    draw = torch.Generator().manual_seed(len(name))
    fields = {
        "name": name,
        "steps": tuple(range(10, 10 * frames + 1, 10)),
        "extent": (-1.0, 3.0),
        "modes": torch.tensor([[0.0, 0.0], [1.0, 2.0]]),
        "samples": 4 * torch.rand(frames, count, 2, generator=draw, dtype=torch.float64) - 1,
        "surface": torch.rand(frames, side, side, generator=draw, dtype=torch.float64),
        "generator_loss": tuple(0.7 + 0.1 * k for k in range(frames)),
        "discriminator_loss": tuple(1.4 - 0.1 * k for k in range(frames)),
        "favourite": (1,) * frames,
        "share": (0.125,) * frames,
        "captured": (2,) * frames,
        "quality": (0.25,) * frames,
    }
    return Recording(**(fields | others))


# What a recorder records -------------------------------------------------------------------------


@pytest.mark.parametrize("member", [0, 3])
def test_frames_are_what_sampling_by_hand_gives(member):
    weights = []
    recorder = Recorder("run", GAME, WORLD, member=member, seed=5, **SMALL)
    run = recorded(lambda snapshot: weights.append((snapshot.theta, snapshot.psi)), recorder)
    recording = recorder.recording()
    assert recording.steps == (4, 8, 10)
    assert recording.extent == (-3.6, 3.6)
    assert torch.equal(recording.modes, WORLD.means)
    noise = torch.randn(50, 2, generator=torch.Generator().manual_seed(5))
    stored = Recording.decode(recording.encode())
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
    alone, among = (Recorder("run", GAME, WORLD, member=k, **SMALL) for k in (0, 1))
    recorded(among, seeds=[7, 3], eta_psi=0.02)
    experiment = Experiment(GAME, Alternating(), WORLD, batch_size=8)
    settings = {"eta": 0.05, "eta_psi": 0.02, "device": "cpu", "progress": False}
    run = train(experiment, 10, seed=3, every=4, callbacks=[alone], **settings)
    one, other = alone.recording(), among.recording()
    torch.testing.assert_close(one.samples, other.samples)
    torch.testing.assert_close(one.surface, other.surface)
    assert one.generator_loss == tuple(run.history.generator_loss.tolist())
    assert repr(alone) == "Recorder('run', frames=3)"


def test_a_recorder_changes_nothing():
    watched = recorded(Recorder("run", GAME, WORLD, **SMALL))
    unwatched = recorded()
    assert watched.history.observed == {}
    assert torch.equal(watched.history.generator_loss, unwatched.history.generator_loss)
    assert torch.equal(watched.sample(5), unwatched.sample(5))


def test_training_again_records_anew():
    recorder = Recorder("run", GAME, WORLD, **SMALL)
    recorded(recorder)
    first = recorder.recording().encode()
    recorded(recorder)
    assert recorder.recording().encode() == first
    recorded(recorder, steps=4)
    assert recorder.recording().steps == (4,)


def test_a_run_whose_beginning_was_missed_is_refused(tmp_path):
    recorded(steps=8, every=2, checkpoint=tmp_path / "run")
    recorder = Recorder("late", GAME, WORLD, **SMALL)
    recorded(recorder, steps=14, every=2, checkpoint=tmp_path / "run")
    with pytest.raises(ValueError, match=r"late: expected every record from the first, got .*10"):
        recorder.recording()


def test_a_diverged_member_is_recorded_too():
    recorder = Recorder("lost", GAME, WORLD, **SMALL)
    with pytest.warns(match="diverged"):
        recorded(recorder, eta=1e30, eta_psi=1e30)
    recording = recorder.recording()
    assert not recording.samples[-1].isfinite().any()
    assert recording.share[-1] == recording.captured[-1] == 0
    figure = TrainingReplay([recording], frame=2)
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
        ({"name": ""}, ValueError, "name: expected some text"),
        ({"game": MLP(2, 2)}, TypeError, "game: expected a GAN"),
        ({"data": [[0.0, 1.0]]}, TypeError, "data: expected a GaussianMixture"),
        ({"data": GaussianMixture([[0.0]], 1.0)}, ValueError, "data: expected points of the plane"),
        ({"member": -1}, ValueError, "member: expected a whole number >= 0, got -1"),
        ({"samples": 0}, ValueError, "samples: expected a whole number >= 1, got 0"),
        ({"mesh": True}, ValueError, "mesh: expected a whole number >= 2, got True"),
        ({"extent": (1.0, 1.0)}, ValueError, r"extent: expected \(low, high\)"),
        ({"extent": (0.0, math.nan)}, ValueError, r"extent: expected \(low, high\)"),
    ],
)
def test_a_recorder_says_what_it_needs(arguments, error, message):
    with pytest.raises(error, match=message):
        Recorder(**({"name": "run", "game": GAME, "data": WORLD} | arguments))


def test_a_recorder_says_what_it_cannot_record():
    with pytest.raises(ValueError, match="run: expected a training"):
        Recorder("run", GAME, WORLD).recording()
    with pytest.raises(ValueError, match="member: expected one of 4, from 0, got 4"):
        recorded(Recorder("run", GAME, WORLD, member=4, **SMALL))
    pairs = GAN(MLP(2, 2), Packed(MLP(4, 1), pack=2), noise=2)
    wide = GAN(MLP(2, 3), Linear(3, 1), noise=2)
    for game, message in (
        (pairs, r"one score for each of 64 points, got shape \(32, 1\)"),
        (wide, r"game: expected samples in the plane, got shape \(50, 3\)"),
    ):
        recorder = Recorder("run", game, WORLD, samples=50, mesh=8)
        experiment = Experiment(game, Alternating(), _World(3 if game is wide else 2), batch_size=8)
        with pytest.raises(ValueError, match=message):
            train(experiment, 4, callbacks=[recorder], device="cpu", progress=False, eta=0.01)


def _World(dimension):
    return GaussianMixture(torch.eye(dimension), 0.1)


# How it is stored --------------------------------------------------------------------------------


def test_digits_are_those_of_base64():
    """By RFC 4648: bits in a row, the most significant first, six to a digit."""
    points = [(0, 4094), (1, 64), (2047, 4000), (63, 3)]
    samples = torch.tensor([points], dtype=torch.float64) / 4094 * 4 - 1
    found = made(1, samples=samples).encode()
    bits = b"".join((x << 12 | y).to_bytes(3, "big") for x, y in points)
    assert found["samples"] == base64.b64encode(bits).decode()
    entries = [0, 1, 25, 26, 51, 52, 61, 62, 31]
    surface = torch.tensor(entries, dtype=torch.float64).reshape(1, 3, 3) / 62
    assert made(1, surface=surface).encode()["surface"] == "ABZaz09+f"


def test_what_is_outside_or_no_number_has_a_digit_of_its_own():
    nan = math.nan
    samples = torch.tensor([[[3.0, -1.0], [3.001, 0.0], [0.0, -1.001], [nan, 0.0], [math.inf, 0]]])
    surface = torch.tensor([[[0.0, nan], [1.0, 0.5]]])
    found = made(1, samples=samples, surface=surface).encode()
    assert found["samples"] == "/+AA" + 4 * "////"
    assert found["surface"] == "A/+f"
    back = Recording.decode(found)
    assert back.samples[0, 0].tolist() == [3.0, -1.0]
    assert back.samples[0, 1:].isnan().all()
    assert back.surface[0, 0, 1].isnan()


@pytest.mark.parametrize("extent", [(-1.0, 3.0), (-3.6, 3.6), (0.1, 0.7), (-1e-3, 1e5)])
def test_decoding_and_encoding_again_changes_nothing(extent):
    low, high = extent
    samples = low + (high - low) * torch.rand(2, 500, 2, dtype=torch.float64)
    samples[0, 0] = torch.tensor(extent)
    one = made(2, samples=samples, extent=extent, generator_loss=(0.1 + 0.2, math.nan))
    stored = one.encode()
    back = Recording.decode(json.loads(json.dumps(stored)))
    assert back.encode() == stored
    assert (back.samples - samples).abs().max() <= (high - low) / 4094 / 2 * (1 + 1e-9)
    assert (back.surface - one.surface).abs().max() <= 1 / 124 + 1e-9
    assert stored["generator_loss"] == [0.1 + 0.2, None]
    assert math.isnan(back.generator_loss[1])
    assert back.steps == one.steps
    assert back.favourite == one.favourite
    assert torch.equal(back.modes, one.modes.double())


def test_a_recording_of_full_size_is_small():
    text = json.dumps(made(45, 400, 41).encode())
    assert len(text) < 160_000
    smaller = json.dumps(made(45, 300, 33).encode())
    assert len(smaller) < 120_000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": "AAAA"}, "samples: expected 60 digits, got 4"),
        ({"surface": "A" * 47 + "!"}, "surface: expected digits of base64, got '!'"),
        ({"surface": "A" * 47 + "é"}, "surface: expected digits of base64, got 'é'"),
        ({"surface": None}, "surface: expected 48 digits, got NoneType"),
        ({"share": [0.5]}, "share: expected one number a frame, 3, got 1"),
        ({"favourite": [0, 2, 0]}, "favourite: expected modes from 0 to 1"),
        ({"extent": [1, 2, 3]}, r"extent: expected \(low, high\), got \[1, 2, 3\]"),
        ({"name": ""}, "name: expected some text"),
        ({"modes": [[0.0]]}, r"modes: expected shape \(M, 2\), got \(1, 1\)"),
    ],
)
def test_a_damaged_recording_is_refused(change, message):
    with pytest.raises(ValueError, match=message):
        Recording.decode(made().encode() | change)


def test_a_recording_with_something_missing_is_refused():
    for name in made().encode():
        data = made().encode()
        del data[name]
        with pytest.raises(ValueError, match=f"expected .*, got no {name}"):
            TrainingReplay([data])


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"steps": (10, 10, 20)}, "steps: expected one or more, increasing"),
        ({"steps": ()}, "steps: expected one or more"),
        (
            {"samples": torch.zeros(2, 5, 2)},
            r"samples: expected shape \(3, N, 2\), got \(2, 5, 2\)",
        ),
        (
            {"surface": torch.zeros(3, 5, 4)},
            r"surface: expected shape \(3, S, S\), got \(3, 5, 4\)",
        ),
        ({"surface": torch.full((3, 2, 2), 1.1)}, "surface: expected values from 0 to 1"),
        ({"surface": torch.full((3, 2, 2), -0.1)}, "surface: expected values from 0 to 1"),
    ],
)
def test_fields_that_do_not_fit_are_refused(change, message):
    with pytest.raises(ValueError, match=message):
        made(**change)


# The figure --------------------------------------------------------------------------------------


def test_numbers_and_sentence_are_those_of_the_frame():
    one = made(name="one", favourite=(0, 1, 0), share=(0.5, 0.125, 0.994), captured=(0, 1, 2))
    two = made(name="two")
    figure = TrainingReplay([one, two], left="two", right="one", frame=1)
    assert figure.numbers() == {
        "step": 20,
        "left_favourite": 1,
        "left_share": 0.125,
        "left_captured": 2,
        "left_quality": 0.25,
        "left_generator_loss": 0.7 + 0.1,
        "left_discriminator_loss": 1.4 - 0.1,
        "right_favourite": 1,
        "right_share": 0.125,
        "right_captured": 1,
        "right_quality": 0.25,
        "right_generator_loss": 0.7 + 0.1,
        "right_discriminator_loss": 1.4 - 0.1,
    }
    half = "13% of the samples are nearest to mode 1"
    assert figure.sentence() == (
        f"two, step 20: {half}; 2 of 2 modes captured. one, step 20: {half}; 1 of 2 modes captured."
    )
    alone = TrainingReplay([one, two], frame=2)
    assert alone.left == "one"
    assert alone.right == ""
    assert {name.split("_")[0] for name in alone.numbers()} == {"step", "left"}
    assert alone.sentence() == (
        "one, step 30: 99% of the samples are nearest to mode 0; 2 of 2 modes captured."
    )


def test_the_state_makes_the_figure_again():
    runs = [made(name="one", generator_loss=(1.0, math.nan, math.inf)), made(name="two")]
    figure = TrainingReplay(runs, left="two", right="one", frame=2)
    stored = figure.stored()
    assert stored["module"] == "training_replay"
    assert set(stored["state"]) == {"recordings", "left", "right", "frame"}
    again = TrainingReplay(**json.loads(json.dumps(stored))["state"])
    assert again.stored() == stored
    assert repr(again) == repr(figure) == f"TrainingReplay: {figure.sentence()}"
    alone = TrainingReplay(runs)
    assert TrainingReplay(**alone.stored()["state"]).stored() == alone.stored()


@pytest.mark.parametrize(
    ("runs", "arguments", "message"),
    [
        ([], {}, r"recordings: expected some, with different names, got \[\]"),
        (["one", "one"], {}, "recordings: expected some, with different names"),
        (["one"], {"left": "two"}, r"left: expected one of \['one'\], got 'two'"),
        (["one"], {"left": ""}, "left: expected one of"),
        (["one"], {"right": "two"}, r"right: expected one of \['one'\], got 'two'"),
        (["one"], {"frame": 3}, "frame: expected one from 0 to 2, got 3"),
        (["one"], {"frame": -1}, "frame: expected one from 0 to 2, got -1"),
        (["one"], {"frame": 1.0}, r"frame: expected one from 0 to 2, got 1\.0"),
    ],
)
def test_a_state_that_does_not_fit_is_refused(runs, arguments, message):
    with pytest.raises(ValueError, match=message):
        TrainingReplay([made(name=name) for name in runs], **arguments)


def test_runs_with_other_steps_are_refused():
    runs = [made(name="one"), made(name="two", steps=(10, 20, 31))]
    with pytest.raises(ValueError, match=r"steps \[10, 20\] ... 30 \(3\) in all, got .*31"):
        TrainingReplay(runs)


def test_the_picture_shows_samples_modes_surface_and_losses():
    runs = [made(name="one"), made(name="two")]
    for right, count in (("two", 2), (None, 1)):
        figure = Figure()
        TrainingReplay(runs, right=right, frame=1).draw(figure)
        assert len(figure.axes) == 2 * count
        plane, chart = figure.axes[0], figure.axes[count]
        assert plane.get_title() == "one\nstep 20"
        samples, modes = plane.lines
        stored = Recording.decode(runs[0].encode())
        assert torch.equal(torch.tensor(samples.get_xydata()), stored.samples[1])
        assert torch.equal(torch.tensor(modes.get_xydata()), runs[0].modes.double())
        (image,) = plane.images
        assert torch.equal(torch.tensor(image.get_array()), stored.surface[1])
        # The middle of the first pixel is the square's corner.
        left, right_edge, low, _ = image.get_extent()
        assert (left + right_edge) / 2 == 1.0
        assert left + (right_edge - left) / 4 / 2 == pytest.approx(-1.0)
        assert low == left
        assert plane.get_xlim() == plane.get_ylim() == (-1.0, 3.0)
        lines = {line.get_label(): line.get_ydata() for line in chart.lines}
        assert tuple(lines["generator"]) == runs[0].generator_loss
        assert tuple(lines["discriminator"]) == runs[0].discriminator_loss


def test_what_a_notebook_stores_is_text_picture_and_state():
    figure = TrainingReplay([made()])
    data, _ = figure._repr_mimebundle_()
    assert data["text/plain"] == repr(figure)
    assert data[FIGURE_MIME] == figure.stored()
    figure.frame = 2
    assert figure._repr_mimebundle_()[0]["image/png"] != data["image/png"]


# The script --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def page(browser):
    page = browser.new_page(viewport={"width": 800, "height": 700})
    yield page
    page.close()


def show(page, state, theme="light"):
    state = json.dumps({"module": "training_replay", "state": state}).replace("</", "<\\/")
    page.set_content(
        f"""<!doctype html><html lang="en" data-theme="{theme}"><style>{stylesheet()}</style>
        <div class="gantext-stored-figure"><script type="application/json">{state}</script></div>
        <script>{script("training_replay")}</script><script>{host()}</script></html>"""
    )
    settle(page)


def settle(page):
    page.evaluate(
        "async () => { for (const f of [1, 2]) await new Promise(requestAnimationFrame) }"
    )


def put(page, **changes):
    page.evaluate(
        """(changes) => Object.entries(changes).forEach(([key, value]) =>
        document.querySelector(".gantext-stored-figure").gantextModel.set(key, value))""",
        changes,
    )
    settle(page)


def test_the_script_decodes_as_python_does(page):
    samples = torch.tensor([[[3.0, -1.0], [9.0, 0.0], [0.3, 2.2], [-1.0, 3.0]]])
    surface = torch.tensor([[[0.0, math.nan], [1.0, 0.4]]])
    one, two = made(1, samples=samples, surface=surface), made(3, 40, 9)
    for recording in (one, two):
        data = recording.encode()
        body = module("training_replay").replace("export default entry;", "")
        found = page.evaluate(
            f"""(data) => {{ {body}
            const {{ places, opinions }} = decodeRecording(data);
            return [places, opinions].map((list) => [...list]); }}""",
            data,
        )
        low, high = recording.extent
        back = Recording.decode(data)
        places = low + (high - low) * torch.tensor(found[0], dtype=torch.float64)
        opinions = torch.tensor(found[1], dtype=torch.float64)
        assert torch.equal(places.isnan(), back.samples.flatten().isnan())
        torch.testing.assert_close(
            places, back.samples.flatten(), rtol=0, atol=1e-12, equal_nan=True
        )
        torch.testing.assert_close(
            opinions, back.surface.flatten(), rtol=0, atol=1e-15, equal_nan=True
        )


def canvas(page, *points, side=0, extent=(-1.0, 3.0)):
    """Return a canvas's place, that of its axes, its picture, and its colours at points."""
    return page.evaluate(
        """([side, points, [low, high]]) => {
        const canvas = document.querySelectorAll("canvas")[side];
        const svg = canvas.nextElementSibling;
        const clip = svg.querySelector("clipPath rect");
        const to = svg.getScreenCTM();
        const [x, y, w, h] = ["x", "y", "width", "height"].map((k) => clip[k].baseVal.value);
        const box = canvas.getBoundingClientRect();
        const { width, height } = canvas;
        const pen = canvas.getContext("2d");
        const share = (v) => (v - low) / (high - low);
        const colors = points.map(([x, y]) =>
          [...pen.getImageData(share(x) * width, (1 - share(y)) * height, 1, 1).data]);
        return { box: [box.left, box.top, box.width, box.height], width, height, colors,
            picture: canvas.toDataURL(),
            axes: [to.e + x * to.a, to.f + y * to.d, w * to.a, h * to.d] };
        }""",
        [side, points, extent],
    )


def test_the_canvas_shows_samples_and_surface_at_their_places(page):
    samples = torch.tensor([[[0.0, 2.0]], [[2.0, 0.0]]])
    surface = torch.tensor([[[0.0, 0.0], [0.0, 1.0]], [[1.0, 0.0], [0.0, 0.0]]])
    run = made(2, samples=samples, surface=surface)
    show(page, TrainingReplay([run]).stored()["state"])
    first, second, upper_right, lower_left, middle, quarter = (
        points := [(0.0, 2.0), (2.0, 0.0), (2.99, 2.99), (-0.99, -0.99), (1.0, 1.0), (2.0, 2.0)]
    )
    for width in (800, 360):
        page.set_viewport_size({"width": width, "height": 700})
        put(page, frame=0)
        found = canvas(page, *points)
        assert found["box"] == pytest.approx(found["axes"], abs=0.05)
        assert found["width"] == round(found["box"][2])
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        color = dict(zip(points, found["colors"], strict=True))
        red, green, blue, _ = color[first]
        assert red > 150 > green > blue  # the sample, orange
        assert color[second][0] < 50  # none there
        red, green, blue, opacity = color[upper_right]
        assert blue > green > red
        assert opacity == pytest.approx(0.7 * 255, abs=4)
        assert color[lower_left][3] <= 4
        # Smooth in between, and the entries are at the corners.
        assert color[middle][3] == pytest.approx(0.7 * 255 / 4, abs=6)
        assert color[quarter][3] == pytest.approx(0.7 * 255 * 9 / 16, abs=6)
        put(page, frame=1)
        color = dict(zip(points, canvas(page, *points)["colors"], strict=True))
        assert color[second][0] > 150 > color[first][0]
        assert color[lower_left][3] == pytest.approx(0.7 * 255, abs=4)
        assert color[upper_right][3] <= 4
    (light,) = canvas(page, second)["colors"]
    page.evaluate("document.documentElement.dataset.theme = 'dark'")
    settle(page)
    (dark,) = canvas(page, second)["colors"]
    assert dark[1] > light[1] + 30
    page.set_viewport_size({"width": 800, "height": 700})


def test_the_runs_stand_side_by_side_and_the_right_one_can_go(page):
    show(page, TrainingReplay([made(name="one"), made(name="two")], right="two").stored()["state"])
    one, two = canvas(page)["box"], canvas(page, side=1)["box"]
    assert one[1] == two[1]
    assert two[0] > one[0] + one[2]
    page.get_by_label("right run").select_option("none")
    settle(page)
    assert page.locator("canvas:visible").count() == 1
    page.get_by_label("right run").select_option("one")
    settle(page)
    assert page.locator("canvas:visible").count() == 2
    assert canvas(page)["picture"] == canvas(page, side=1)["picture"]


def test_play_ends_with_the_last_frame_and_step_goes_round(page):
    show(page, TrainingReplay([made()], frame=1).stored()["state"])
    at = """() => document.querySelector(".gantext-stored-figure").gantextModel.get("frame")"""
    page.get_by_role("button", name="Play").click()
    page.wait_for_function(f"({at})() === 2")
    page.get_by_role("button", name="Play").wait_for()  # it has stopped by itself
    page.get_by_role("button", name="step").click()
    assert page.evaluate(at) == 0
    page.get_by_role("button", name="step").dblclick()
    assert page.evaluate(at) == 2
    page.get_by_label("step of training").press("ArrowLeft")
    assert page.evaluate(at) == 1
    settle(page)
    assert page.get_by_label("step of training").get_attribute("aria-valuetext") == "20"


def test_who_takes_the_slider_ends_the_play(page):
    show(page, TrainingReplay([made(40)]).stored()["state"])
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for()
    page.get_by_label("step of training").press("End")
    assert page.get_by_role("button", name="Pause").count() == 0
    settle(page)
    assert page.locator("[data-number=step]").inner_text() == "400"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"left": "nobody"}, "left: expected one of made, got “nobody”"),
        ({"left": None}, "left: expected the name of a recording, got null"),
        ({"right": "nobody"}, "right: expected one of made"),
        ({"frame": 3}, "frame: expected one from 0 to 2, got 3"),
        ({"frame": 0.5}, "frame: expected a whole number"),
        ({"recordings": []}, "recordings: expected one or more"),
        ({"recordings": None}, "recordings: expected one or more"),
        ({"recordings": [None]}, "name: expected some text"),
        ({"recordings": [{"samples": "AAAA"}]}, "samples: expected 60 digits, got 4"),
        ({"recordings": [{"surface": "!" * 48}]}, "surface: expected digits of base64, got “!”"),
        ({"recordings": [{"surface": "é" * 48}]}, "surface: expected digits of base64, got “é”"),
        ({"recordings": [{"surface": None}]}, "surface: expected 48 digits, got none"),
        ({"recordings": [{"share": [0.5, None, 0.5]}]}, "share: expected 3 numbers"),
        ({"recordings": [{"favourite": [0, 1, 2]}]}, "favourite: expected 3 numbers"),
        ({"recordings": [{"modes": [[0, None]]}]}, "modes: expected points"),
        ({"recordings": [{"steps": [10, 10, 20]}]}, "steps: expected whole numbers, increasing"),
        ({"recordings": [{"steps": None}]}, "steps: expected whole numbers, increasing"),
        ({"recordings": [{"extent": [1, 1]}]}, "extent: expected two numbers, the lower first"),
        ({"recordings": [{"generator_loss": ["0"] * 3}]}, "generator_loss: expected 3 numbers"),
        ({"recordings": [{}, {}]}, "recordings: expected different names"),
        ({"recordings": [{}, {"name": "b", "steps": [1, 2, 3]}]}, "expected the same steps"),
    ],
)
def test_the_script_says_what_it_cannot_show(page, change, message):
    whole = made().encode()
    good = TrainingReplay([whole]).stored()["state"]
    if change.get("recordings"):
        change = {
            "recordings": [one if one is None else whole | one for one in change["recordings"]]
        }
    show(page, good | change)
    alert = page.get_by_role("alert")
    assert alert.inner_text().startswith("The figure TrainingReplay cannot be drawn. ")
    assert message in alert.inner_text()
    put(page, **good)
    assert alert.count() == 0
    assert page.locator(".sentence").inner_text().startswith("made, step 10: 13% of")


def test_new_recordings_take_the_place_of_the_old(page):
    show(page, TrainingReplay([made()]).stored()["state"])
    put(page, recordings=[made(name="other", frames=5).encode()], left="other", frame=4)
    assert page.locator("canvas:visible").count() == 1
    assert page.locator("[data-number=step]").inner_text() == "50"
    assert page.locator("canvas").count() == 2
