"""A finger: it drags every handle as far as it goes, and scrolls the page everywhere else.

Chromium decides by itself whether a touch scrolls, after some ten pixels; so each drag has more
moves than that, and the browser believes to be a phone.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import CDPSession, Locator, Page

import gantext as gt
from tests.site.figures import MAKERS, TOLERANCE, different, rest, settle, show, state

MOVES = 12
STRIDE = (4, -4)  # pixels a move
SLACK = {"training_replay": 4}  # pixels: half the way from one frame to the next
NOTE = """() => {
    document.body.style.paddingBottom = "1500px"; // there is something to scroll
    window.noted = [];
    for (const kind of ["pointermove", "pointercancel"])
        document.addEventListener(kind, () => window.noted.push(kind), true);
}"""


class Finger:
    """Touches a page through Chromium's own protocol."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.session: CDPSession = page.context.new_cdp_session(page)

    def send(self, kind: str, *points: tuple[float, float]) -> None:
        """Send one event."""
        touched = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    def swipe(self, x: float, y: float, stride: tuple[float, float]) -> Iterator[int]:
        """Move from a point; yield after each move, and let go in the end."""
        self.send("touchStart", (x, y))
        for k in range(1, MOVES + 1):
            self.send("touchMove", (x + k * stride[0], y + k * stride[1]))
            settle(self.page)
            yield k
        self.send("touchEnd")


@pytest.fixture
def page(phone: Page) -> Page:
    """Return the page of a phone: no mouse has fingers."""
    return phone


@pytest.fixture(params=MAKERS)
def figure(request: pytest.FixtureRequest) -> gt.LiveFigure:
    return MAKERS[request.param]()


def middle(handle: Locator) -> tuple[float, float]:
    box = handle.locator(".grip").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def axes(handle: Locator) -> list[int]:
    """Return along which axes a handle goes: 0 is to the right, 1 is down."""
    if handle.get_attribute("aria-roledescription"):
        return [0, 1]
    return [1] if handle.get_attribute("aria-orientation") == "vertical" else [0]


def put(place: Locator, figure: gt.LiveFigure) -> None:
    """Give the script the state of the figure in Python."""
    code = """(e, state) => Object.entries(state).forEach(([key, value]) =>
        JSON.stringify(value) === JSON.stringify(e.gantextModel.get(key))
            || e.gantextModel.set(key, value))"""
    place.evaluate(code, figure.stored()["state"])
    settle(place.page)


def test_a_finger_drags_every_handle_all_the_way(page: Page, figure: gt.LiveFigure) -> None:
    place = show(page, figure)
    handles, slack = place.locator(".handle"), SLACK.get(figure.script, 1.5)
    page.evaluate(NOTE)
    for i in range(handles.count()):
        handle = handles.nth(i)
        put(place, figure)
        handle.evaluate("(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
        settle(page)
        before, scrolled = state(place, type(figure)), page.evaluate("scrollY")
        begun = middle(handle)
        for k in Finger(page).swipe(*begun, STRIDE):
            here = middle(handle)
            for axis in axes(handle):
                followed = here[axis] - begun[axis]
                assert followed == pytest.approx(k * STRIDE[axis], abs=slack), (i, k, axis)
        noted = page.evaluate("window.noted.splice(0)")
        assert noted.count("pointermove") >= MOVES
        assert "pointercancel" not in noted
        assert page.evaluate("scrollY") == scrolled
        rest(place)
        assert state(place, type(figure)) != before
        assert different(place, type(figure), TOLERANCE.get(figure.script, 1e-9)) == []


def test_a_finger_beside_the_handles_scrolls_the_page(page: Page, figure: gt.LiveFigure) -> None:
    place = show(page, figure)
    page.evaluate(NOTE)
    plots = place.locator("svg")
    for i in range(plots.count()):
        plots.nth(i).evaluate("(e) => e.scrollIntoView({ block: 'center', behavior: 'instant' })")
        settle(page)
        free = plots.nth(i).evaluate(
            """(svg) => {
                const { left, top, width, height } = svg.getBoundingClientRect();
                for (const part of [0.3, 0.5, 0.7, 0.9])
                    for (const share of [0.3, 0.5, 0.7, 0.9]) {
                        const [x, y] = [left + part * width, top + share * height];
                        const there = document.elementFromPoint(x, y);
                        if (there && !there.closest(".handle")) return [x, y];
                    }
            }"""
        )
        before, scrolled = state(place, type(figure)), page.evaluate("scrollY")
        list(Finger(page).swipe(*free, (0, -8)))
        settle(page)
        assert page.evaluate("scrollY") > scrolled + 40, i
        assert state(place, type(figure)) == before


def test_what_is_grabbed_is_as_large_as_a_fingertip(page: Page, figure: gt.LiveFigure) -> None:
    """At least 24 pixels each way, as WCAG 2.2 asks; where there is room, 44 one way."""
    place = show(page, figure)
    reaches = place.locator(".handle .reach")
    for i in range(reaches.count()):
        box = reaches.nth(i).bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
        assert max(box["width"], box["height"]) >= 38
