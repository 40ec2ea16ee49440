"""What a reader takes hold of: whole bars, a place in a plane, a ball that rolls when let go."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

import gantext as gt
from tests.recordings import made
from tests.site.figures import different, rest, settle, show, state


def at(place: Locator, plot: int, x: float, y: float) -> tuple[float, float]:
    """Return where on the page a point of a plot is, by the plot's own ticks."""
    return tuple(
        place.locator("svg")
        .nth(plot)
        .evaluate(
            """(svg, wanted) => [...svg.querySelectorAll(".axis")].map((axis, i) => {
                const ticks = [...axis.querySelectorAll(".tick")].map((tick) => {
                    const box = tick.querySelector("line").getBoundingClientRect();
                    const value = Number(tick.textContent.replace("−", "-"));
                    return [value, i === 0 ? box.x + box.width / 2 : box.y + box.height / 2];
                });
                const [[a, p], [b, q]] = [ticks[0], ticks.at(-1)];
                return p + ((wanted[i] - a) / (b - a)) * (q - p);
            })""",
            [x, y],
        )
    )


def test_a_bar_is_grabbed_anywhere(page: Page) -> None:
    place = show(page, gt.OptimalCritic([0.5, 0.5], [0.6, 0.4]))
    x, low = at(place, 0, 1.18, 0.1)
    _, high = at(place, 0, 1.18, 0.3)
    page.mouse.move(x, low)
    page.mouse.down()
    page.mouse.move(x, high, steps=5)
    page.mouse.up()
    settle(page)
    # By as much as the mouse moved: the bar's top does not jump to where it was grabbed.
    assert state(place, gt.OptimalCritic)["p_g"] == pytest.approx([0.8, 0.2], abs=0.01)
    assert different(place, gt.OptimalCritic) == []


def test_a_click_on_a_letter_chooses_it(page: Page) -> None:
    place = show(page, gt.OptimalCritic())
    page.mouse.click(*at(place, 0, 6, 0.8))
    settle(page)
    assert state(place, gt.OptimalCritic)["letter"] == 6
    assert different(place, gt.OptimalCritic) == []


def test_a_click_in_the_plane_places_the_start(page: Page) -> None:
    place = show(page, gt.PhasePlane())
    page.mouse.click(*at(place, 0, -1.5, 0.75))
    settle(page)
    held = state(place, gt.PhasePlane)
    assert [held["x"], held["y"]] == pytest.approx([-1.5, 0.75], abs=0.03)
    assert different(place, gt.PhasePlane, 1e-6) == []
    page.mouse.click(*at(place, 1, 0.5, 0.5))  # the other plot is no place for a start
    settle(page)
    assert state(place, gt.PhasePlane) == held


def test_a_second_rule_runs_beside_the_first_and_goes_again(page: Page) -> None:
    place = show(page, gt.PhasePlane(rule="simultaneous"))
    beside = place.get_by_label("beside it")
    for rule in ("alternating momentum", "proximal point"):
        beside.select_option(rule)
        settle(page)
        assert different(place, gt.PhasePlane, 1e-6) == []
        shown = place.locator("svg .mark").all_text_contents()
        assert {rule, "simultaneous", "tangent", "start"} <= set(shown)
    place.get_by_label("game").select_option("Dirac-GAN")  # which has no proximal point
    settle(page)
    assert state(place, gt.PhasePlane)["beside"] == ""
    assert different(place, gt.PhasePlane, 1e-6) == []


@pytest.mark.parametrize("handle", ["the ball;", "you are here;"])
def test_the_ball_rolls_when_it_is_let_go_and_comes_to_rest(page: Page, handle: str) -> None:
    place = show(page, gt.TwoPointLandscape("first world", kappa=0.5, lam=0.4, start=0.3))
    grip = place.get_by_role("slider", name=handle)
    box = grip.locator(".grip").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 20, y - 20, steps=4)
    settle(page)
    held = state(place, gt.TwoPointLandscape)
    assert held["steps"] == 0
    page.mouse.up()
    expect(place.get_by_role("button", name="Pause")).to_have_count(0, timeout=20_000)
    rolled = state(place, gt.TwoPointLandscape)
    assert rolled["steps"] > 5
    assert {**rolled, "steps": 0} == held
    assert gt.TwoPointLandscape(**rolled).numbers()["q"] == pytest.approx(0.5, abs=1e-3)
    assert different(place, gt.TwoPointLandscape, 1e-6) == []


def test_a_key_lets_the_ball_go(page: Page) -> None:
    place = show(page, gt.TwoPointLandscape())
    place.get_by_role("slider", name="the ball;").press("Enter")
    page.wait_for_function(
        "document.querySelector('.gantext-stored-figure').gantextModel.get('steps') > 2"
    )
    rest(place)


def test_who_is_here_takes_weight_and_share_along(page: Page) -> None:
    place = show(page, gt.TwoPointLandscape(lam=1.2, start=0.08, steps=40))
    here = place.get_by_role("slider", name="you are here;")
    here.press("ArrowRight")
    here.press("ArrowUp")
    settle(page)
    held = state(place, gt.TwoPointLandscape)
    assert (held["lam"], held["steps"]) == (1.25, 0)
    assert different(place, gt.TwoPointLandscape, 1e-6) == []


def test_the_training_is_dragged_along_its_losses(page: Page) -> None:
    place = show(page, gt.TrainingReplay([made(20)], frame=3))
    grip = place.locator(".handle").first
    grip.press("ArrowRight")
    settle(page)
    assert state(place, gt.TrainingReplay)["frame"] == 4
    grip.press("End")
    settle(page)
    assert state(place, gt.TrainingReplay)["frame"] == 19
    x, y = at(place, 2, 100, 0)
    page.mouse.click(x, y - 30)
    settle(page)
    assert place.locator("[data-number=step]").inner_text() == "100"


def test_two_runs_fit_one_screen_of_a_phone(phone: Page) -> None:
    place = show(phone, gt.TrainingReplay([made(name="one"), made(name="two")], right="two"))
    settle(phone)
    boxes = [place.locator("svg").nth(k).bounding_box() for k in range(4)]
    (first, second, third, fourth) = [(b["x"], b["y"] + b["height"]) for b in boxes if b]
    assert first[1] == second[1] < third[1] == fourth[1]
    assert first[0] == third[0] < second[0] == fourth[0]
    top = place.bounding_box()
    assert top is not None
    assert third[1] - top["y"] < 600  # the controls, both runs and their losses
    sizes = place.locator("svg text").evaluate_all(
        "(texts) => texts.map((t) => t.getBoundingClientRect().height)"
    )
    assert min(sizes) > 9  # and all that is written can be read
    # A wider screen draws it anew, and keeps the state.
    phone.set_viewport_size({"width": 740, "height": 360})
    phone.wait_for_function("!document.querySelector('.narrow')")
    assert different(place, gt.TrainingReplay) == []
