"""Small figures of one idea: each number and each handle is moved, and shows what Python computes.

One page for a mouse and keys, and one of a phone, serve for all that is checked of a figure.
"""

from __future__ import annotations

import gzip

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Locator, Page, expect

import gantext as gt
from gantext.widgets.bundle import host, ideas, script, shared, stylesheet
from tests.site.checks import PHONE
from tests.site.figures import (
    IDEAS,
    TOLERANCE,
    different,
    says_what_python_says,
    settle,
    show,
    state,
)
from tests.site.test_touch import NOTE, Finger

KEYS = ("Home", "ArrowRight", "ArrowUp", "PageUp", "End", "ArrowLeft")
STRIDE = (5, -4)  # pixels a move


def test_no_idea_is_left_out() -> None:
    assert sorted(IDEAS) == ideas()


@pytest.fixture(params=IDEAS)
def figure(request: pytest.FixtureRequest) -> gt.LiveFigure:
    return IDEAS[request.param]()


def agrees(place: Locator, kind: type[gt.LiveFigure]) -> None:
    settle(place.page)
    assert place.get_by_role("alert").count() == 0
    assert different(place, kind, TOLERANCE.get(kind.script, 1e-9)) == []


def complaints(page: Page) -> list[str]:
    found = Axe().run(page).response["violations"]
    return [f"{v['id']}: {n['html'][:120]}" for v in found for n in v["nodes"]]


def all_of(place: Locator, selector: str) -> list[Locator]:
    found = place.locator(selector)
    return [found.nth(i) for i in range(found.count())]


def middle(element: Locator) -> tuple[float, float]:
    box = element.bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_numbers_and_handles_move_by_keys_and_by_mouse(page: Page, figure: gt.LiveFigure) -> None:
    kind, place = type(figure), show(page, figure)
    agrees(place, kind)
    says_what_python_says(place, kind)
    assert complaints(page) == []
    heard = place.get_by_role("status")
    assert heard.inner_text() == ""  # the sentence is there to be read, and is said when it changes

    names = figure.state_names()
    scrubs, handles = all_of(place, ".scrub"), all_of(place, ".handle")
    assert len(scrubs) == len(names)
    assert handles
    for control in (*all_of(place, ".scrub input"), *handles):
        assert control.get_attribute("aria-label")
        seen = []
        for key in KEYS:
            control.press(key)
            agrees(place, kind)
            assert control.get_attribute("aria-valuetext")
            seen.append(state(place, kind))
        assert seen[0] != seen[1]  # from the lowest, a step up
        assert seen[4] != seen[5]  # from the highest, a step down
        assert seen[0] != seen[4]
    for grip in (*scrubs, *all_of(place, ".handle .grip")):
        x, y = middle(grip)
        page.mouse.move(x, y)
        page.mouse.down()
        moved = [state(place, kind)]
        for part in (0.4, 1.0):
            page.mouse.move(x + 45 * part, y + 45 * part)
            agrees(place, kind)
            moved.append(state(place, kind))
        page.mouse.move(x - 45, y - 45)
        agrees(place, kind)
        moved.append(state(place, kind))
        page.mouse.up()
        assert moved[0] != moved[-1] or moved[0] != moved[-2]
    says_what_python_says(place, kind)
    expect(heard).to_have_text(figure.__class__(**state(place, kind)).sentence())


@pytest.mark.parametrize("name", ["best_answer", "multiplier"])  # the code is the same for all
def test_between_two_frames_keys_count_from_the_newest_state(page: Page, name: str) -> None:
    figure = IDEAS[name]()
    place = show(page, figure)
    first = place.locator(".scrub input").first
    first.press("Home")
    settle(page)
    page.evaluate("window.requestAnimationFrame = () => 1")
    for control in (first, place.locator(".handle").first):
        low = state(place, type(figure))
        for key in ("ArrowRight", "ArrowRight", "ArrowUp"):
            control.press(key)
        assert state(place, type(figure)) != low
    first.press("Home")
    low = state(place, type(figure))
    first.press("ArrowRight")
    once = state(place, type(figure))
    first.press("ArrowRight")
    twice = state(place, type(figure))
    (moved,) = (part for part in low if low[part] != once[part])
    assert twice[moved] - low[moved] == pytest.approx(2 * (once[moved] - low[moved]))


def test_a_state_that_cannot_be_shown_is_said(page: Page, figure: gt.LiveFigure) -> None:
    place = show(page, figure)
    good = state(place, type(figure))
    put = "(e, [name, value]) => e.gantextModel.set(name, value)"
    for name, value in good.items():
        for bad in ("?", None, 1e9):
            place.evaluate(put, [name, bad])
            settle(page)
            expect(place.get_by_role("alert")).to_contain_text(f"{name}: expected")
            place.evaluate(put, [name, value])
            agrees(place, type(figure))


def test_a_finger_drags_numbers_and_handles(phone: Page, figure: gt.LiveFigure) -> None:
    kind, place = type(figure), show(phone, figure, "dark")
    assert phone.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]
    assert complaints(phone) == []
    for grip in (*all_of(place, ".scrub"), *all_of(place, ".handle .reach")):
        box = grip.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24  # as WCAG 2.2 asks
    phone.evaluate(NOTE)
    finger, begun = Finger(phone), state(place, kind)
    for grip in (*all_of(place, ".scrub"), *all_of(place, ".handle .grip")):
        for name, value in begun.items():
            place.evaluate("(e, [name, value]) => e.gantextModel.set(name, value)", [name, value])
        grip.evaluate("(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
        settle(phone)
        scrolled, seen = phone.evaluate("scrollY"), [state(place, kind)]
        seen += [state(place, kind) for _ in finger.swipe(*middle(grip), STRIDE)]
        noted = phone.evaluate("window.noted.splice(0)")
        assert noted == ["pointermove"] * (len(seen) - 1)
        assert len(seen) > 10
        assert phone.evaluate("scrollY") == scrolled
        assert len({str(moved) for moved in seen}) > 3
        agrees(place, kind)


@pytest.mark.parametrize("name", IDEAS)
def test_beside_others_its_script_is_tiny_and_alone_small(name: str) -> None:
    packed = [len(gzip.compress(t.encode(), 9)) for t in (script(name), shared(), host())]
    assert packed[0] < 3_000
    assert sum(packed) + len(gzip.compress(stylesheet().encode(), 9)) < 60_000
