"""Recorded trainings: what the figure's script decodes, paints and plays."""

import json
import math

import pytest
import torch

import gantext as gt
from gantext.widgets.bundle import host, module, script, shared, stylesheet
from tests.recordings import made


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
        <script>{shared()}</script>
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
        body = module("training_replay").split("export default")[0]
        found = page.evaluate(
            f"""(data) => {{ {body}
            const {{ decode }} = $modules["training_replay/recording.js"];
            const {{ places, opinions }} = decode(data);
            return [places, opinions].map((list) => [...list]); }}""",
            data,
        )
        low, high = recording.extent
        back = gt.Recording.decode(data)
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
    show(page, gt.TrainingReplay([run]).stored()["state"])
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
    show(
        page, gt.TrainingReplay([made(name="one"), made(name="two")], right="two").stored()["state"]
    )
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
    show(page, gt.TrainingReplay([made()], frame=1).stored()["state"])
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
    show(page, gt.TrainingReplay([made(40)]).stored()["state"])
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
    good = gt.TrainingReplay([whole]).stored()["state"]
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
    show(page, gt.TrainingReplay([made()]).stored()["state"])
    put(page, recordings=[made(name="other", frames=5).encode()], left="other", frame=4)
    assert page.locator("canvas:visible").count() == 1
    assert page.locator("[data-number=step]").inner_text() == "50"
    assert page.locator("canvas").count() == 2
