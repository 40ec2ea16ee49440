"""Figures without a kernel: every control is moved, and shows what Python computes."""

from __future__ import annotations

import gzip
import math
import re
from collections.abc import Callable
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Locator, Page, expect

import gantext as gt
from gantext.widgets.bundle import figures, host, script, shared, stylesheet
from tests.site.checks import DESKTOP, PHONE
from tests.site.figures import (
    CLASSES,
    IDEAS,
    MAKERS,
    TOLERANCE,
    agree,
    different,
    rest,
    says_what_python_says,
    settle,
    show,
    state,
)


def test_no_figure_is_left_out() -> None:
    assert sorted(MAKERS | IDEAS) == sorted(CLASSES) == sorted(figures())


@pytest.fixture(params=MAKERS)
def figure(request: pytest.FixtureRequest) -> gt.LiveFigure:
    return MAKERS[request.param]()


@pytest.fixture
def place(page: Page, figure: gt.LiveFigure) -> Locator:
    return show(page, figure)


def test_who_hears_a_page_finds_the_sentence_there(place: Locator) -> None:
    """Eyes read another one, which changes with every frame."""
    heard = place.locator("p[role=status]")
    assert heard.inner_text() == place.locator(".sentence").inner_text() != ""


class Mover:
    """Moves a figure and compares after each movement."""

    def __init__(self, page: Page, place: Locator, figure: gt.LiveFigure) -> None:
        self.page, self.place, self.kind = page, place, type(figure)
        self.tolerance = TOLERANCE.get(figure.script, 1e-9)
        self.states = [state(place, self.kind)]

    def compare(self, what: str, *, words: bool = False) -> None:
        """Require that script and Python agree now on the numbers, and on the words as well."""
        settle(self.page)
        assert self.place.get_by_role("alert").count() == 0, f"{what}: a message"
        assert different(self.place, self.kind, self.tolerance) == [], what
        if words:  # at once: they do not wait until the figure is at rest
            said = self.place.locator(".sentence").inner_text()
            assert said == self.kind(**state(self.place, self.kind)).sentence(), what
        self.states.append(state(self.place, self.kind))

    def press(self, control: Locator, *keys: str) -> None:
        """Press keys on a control, and compare after each."""
        control.focus()
        for key in keys:
            self.page.keyboard.press(key)
            self.compare(f"{control}, {key}")

    @property
    def moved(self) -> bool:
        """Whether the state has ever changed."""
        return any(later != self.states[0] for later in self.states)


def all_of(place: Locator, selector: str) -> list[Locator]:
    found = place.locator(selector)
    return [found.nth(i) for i in range(found.count())]


def test_it_opens_with_pythons_numbers_and_words(place: Locator, figure: gt.LiveFigure) -> None:
    assert different(place, type(figure), TOLERANCE.get(figure.script, 1e-9)) == []
    says_what_python_says(place, type(figure))


def test_every_choice_and_every_slider_by_keyboard(
    page: Page, place: Locator, figure: gt.LiveFigure
) -> None:
    mover = Mover(page, place, figure)
    for choice in all_of(place, "select"):
        if not choice.is_visible():
            continue
        values = choice.evaluate(
            "(e) => [...e.options].filter((o) => !o.disabled).map((o) => o.value)"
        )
        known: set[str] = set()
        for k, value in enumerate(values):
            choice.select_option(value)
            mover.compare(f"choice {value}")
            # Those that this value has brought, and one of the others in turn.
            sliders = all_of(place, "input[type=range]:visible")
            for i, slider in enumerate(sliders):
                name = str(slider.get_attribute("id"))
                if name not in known or i == k % len(sliders):
                    mover.press(slider, "ArrowRight")
                known.add(name)
        choice.select_option(values[0])
    for slider in all_of(place, "input[type=range]:visible"):
        mover.press(slider, "Home", "ArrowRight", "PageUp", "End", "ArrowLeft")
    assert mover.moved
    says_what_python_says(place, type(figure))


def play(
    place: Locator, kind: type[gt.LiveFigure], rest: Callable[[], None]
) -> list[dict[str, Any]]:
    """Click buttons and press keys, with a rest after each; return the states."""
    sliders, handles = all_of(place, "input[type=range]:visible"), all_of(place, ".handle")
    buttons = [b for b in all_of(place, "button:visible") if b.inner_text() != "Play"]
    keys = [(s, "ArrowLeft") for s in sliders]
    keys += [(h, key) for h in handles for key in ("ArrowUp", "ArrowUp", "Shift+ArrowRight")]
    keys += [(choice, "ArrowDown") for choice in all_of(place, "select:visible")]
    acts: list[Callable[[], None]] = []
    for slider in sliders:
        for button in buttons:
            acts += [button.click, button.click, partial(slider.press, "ArrowLeft")]
    acts += [partial(control.press, key) for control, key in keys]
    states = []
    for act in acts:
        act()
        rest()
        states.append(state(place, kind))
    return states


def test_controls_act_on_the_newest_state_not_on_the_last_drawn(
    page: Page, place: Locator, figure: gt.LiveFigure
) -> None:
    """On a busy computer several keys come between two frames; here no frame comes at all."""
    begun = state(place, type(figure))
    expected = play(place, type(figure), partial(settle, page))
    for name, value in begun.items():
        place.evaluate("(e, [name, value]) => e.gantextModel.set(name, value)", [name, value])
    settle(page)
    page.evaluate(
        """() => {
            window.nextFrame = window.requestAnimationFrame;
            window.requestAnimationFrame = () => 1;
        }"""
    )
    assert play(place, type(figure), lambda: None) == expected
    page.evaluate("() => { window.requestAnimationFrame = window.nextFrame; }")
    settle(page)
    assert len({str(moved) for moved in expected}) > len(expected) / 4


def test_every_handle_by_keyboard_and_by_mouse(
    page: Page, place: Locator, figure: gt.LiveFigure
) -> None:
    mover = Mover(page, place, figure)
    handles = all_of(place, ".handle")
    for handle in handles:
        mover.press(handle, "ArrowUp", "ArrowRight", "Shift+ArrowDown", "ArrowLeft")
        before = mover.states[-1]
        box = handle.locator(".grip").bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        page.mouse.move(x, y)
        page.mouse.down()
        for part in (0.3, 0.7, 1.0):
            page.mouse.move(x - 40 * part, y - 25 * part)
            mover.compare(f"dragging {handle}", words=True)
        page.mouse.up()
        rest(place)
        mover.compare("let go")
        assert mover.states[-1] != before
        assert handle.get_attribute("aria-valuetext")
        assert handle.get_attribute("aria-label")
    says_what_python_says(place, type(figure))


def test_home_end_and_pages_move_a_handle_as_they_move_a_slider(
    page: Page, place: Locator, figure: gt.LiveFigure
) -> None:
    mover = Mover(page, place, figure)
    for handle in all_of(place, ".handle"):
        ends = [float(handle.get_attribute(f"aria-value{end}") or "nan") for end in ("min", "max")]
        for key, end in (("End", ends[1]), ("Home", ends[0])):
            mover.press(handle, key)
            found = float(handle.get_attribute("aria-valuenow") or "nan")
            assert found == pytest.approx(end, abs=0.006)
        told = [handle.get_attribute("aria-valuetext")]
        for key in ("ArrowRight", "PageUp", "PageDown"):
            mover.press(handle, key)
            told.append(handle.get_attribute("aria-valuetext"))
        assert told[2] not in told[:2]
        assert told[1] == told[3] != told[0]


def test_a_point_in_a_plane_is_announced_with_both_numbers(
    page: Page, place: Locator, figure: gt.LiveFigure
) -> None:
    mover = Mover(page, place, figure)
    for handle in all_of(place, ".handle[aria-roledescription]"):
        assert handle.get_attribute("aria-roledescription") == "point in the plane"
        mover.press(handle, "Home", "Shift+Home")
        for key, place_of_the_number in (("ArrowRight", 0), ("ArrowUp", 1)):
            before = re.findall(r"[−\d.]+", handle.get_attribute("aria-valuetext") or "")
            mover.press(handle, key)
            now = re.findall(r"[−\d.]+", handle.get_attribute("aria-valuetext") or "")
            changed = [i for i in range(2) if now[i] != before[i]]
            assert changed == [place_of_the_number]


def test_words_and_numbers_agree_while_it_plays(page: Page, figure: gt.LiveFigure) -> None:
    """Both are read in one frame, which shows the newest state or the one before."""
    place = show(page, figure)
    plays = place.get_by_role("button", name="Play")
    if plays.count() == 0:
        pytest.skip("nothing in this figure plays")
    for slider in all_of(place, "input[type=range]:visible")[-1:]:
        slider.press("Home")
    seen = place.evaluate(
        """async (e, names) => {
            [...e.querySelectorAll("button")].find((b) => b.textContent === "Play").click();
            const seen = [];
            while (seen.length < 40) {
                await new Promise(requestAnimationFrame);
                await new Promise((done) => setTimeout(done)); // after the frame is drawn
                seen.push([Object.fromEntries(names.map((n) => [n, e.gantextModel.get(n)])),
                    e.querySelector(".sentence").textContent,
                    Object.fromEntries([...e.querySelectorAll("[data-number]")]
                        .filter((n) => !n.parentElement.hidden)
                        .map((n) => [n.dataset.number, n.dataset.value]))]);
            }
            return seen;
        }""",
        type(figure).state_names(),
    )
    assert len({said for _, said, _ in seen}) > 2
    tolerance = TOLERANCE.get(figure.script, 1e-9)
    for (before, *_), (now, said, shown) in [*pairwise(seen)][::4]:
        twins = [type(figure)(**held) for held in (before, now)]
        (twin, *_) = [twin for twin in twins if twin.sentence() == said]
        computed = twin.numbers()
        for key in shown.keys() | computed.keys():
            assert agree(shown.get(key), computed.get(key), tolerance), (key, said)
    rest(place)
    expect(place.locator("p[role=status]")).to_have_text(place.locator(".sentence").inner_text())


def test_every_button(page: Page, place: Locator, figure: gt.LiveFigure) -> None:
    mover = Mover(page, place, figure)
    for button in all_of(place, "button"):
        if not button.is_visible():
            continue
        if button.inner_text() == "Play":
            button.click()
            page.wait_for_timeout(300)
            if button.inner_text() == "Pause":  # it has not come to its end by itself
                button.click()
            expect(button).to_have_text("Play")
        else:
            button.click()
        mover.compare(f"button {button.inner_text()}", words=True)
    assert mover.moved


def test_it_plays_slowly_for_readers_who_asked_for_less_motion(
    browser: Browser, figure: gt.LiveFigure
) -> None:
    context = browser.new_context(viewport=DESKTOP, reduced_motion="reduce")
    page = context.new_page()
    place = show(page, figure)
    buttons = place.get_by_role("button", name="Play")
    if buttons.count() == 0:
        pytest.skip("nothing in this figure plays")
    page.evaluate(
        """(names) => {
            const model = document.querySelector(".gantext-stored-figure").gantextModel;
            window.changes = [];
            const note = () => window.changes.push(document.timeline.currentTime);
            for (const name of names) model.on(`change:${name}`, note);
        }""",
        type(figure).state_names(),
    )
    buttons.first.click()
    page.wait_for_function("window.changes.length >= 2")
    times = page.evaluate("window.changes")
    assert min(later - sooner for sooner, later in pairwise(times)) > 450  # twice a second
    context.close()


@pytest.mark.parametrize("bad", [math.nan, None, "?", [], {}], ids=["NaN", "null", "?", "[]", "{}"])
def test_a_state_that_cannot_be_shown_is_said_and_a_good_one_brings_it_back(
    page: Page, place: Locator, figure: gt.LiveFigure, bad: object
) -> None:
    good = state(place, type(figure))
    put = "(e, [name, value]) => e.gantextModel.set(name, value)"
    for name in type(figure).state_names():
        place.evaluate(put, [name, bad])
        settle(page)
        message = place.get_by_role("alert")
        expect(message).to_contain_text("cannot be drawn")
        expect(message).to_contain_text(name)
        place.evaluate(put, [name, good[name]])
        settle(page)
        expect(message).to_have_count(0)
        assert different(place, type(figure), TOLERANCE.get(figure.script, 1e-9)) == []


def test_a_missing_key_is_said(page: Page, figure: gt.LiveFigure) -> None:
    names = type(figure).state_names()
    stored = figure.stored()
    del stored["state"][names[0]]
    figure.stored = lambda: stored  # type: ignore[method-assign]
    page.set_default_timeout(5000)
    place = show(page, figure)
    expect(place.get_by_role("alert")).to_contain_text(f"{names[0]}: expected")


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_axe_finds_nothing_at_any_level(
    page: Page, figure: gt.LiveFigure, theme: str, window: dict[str, int]
) -> None:
    page.set_viewport_size(window)  # type: ignore[arg-type]
    show(page, figure, theme)
    found = Axe().run(page).response["violations"]
    assert [f"{v['id']}: {n['html'][:120]}" for v in found for n in v["nodes"]] == []


def test_it_fits_a_phone(page: Page, figure: gt.LiveFigure) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    show(page, figure)
    assert page.evaluate("document.scrollingElement.scrollWidth") <= PHONE["width"]


@pytest.mark.parametrize("name", MAKERS)
def test_its_script_is_small(name: str) -> None:
    files = shared(), script(name), host(), stylesheet()  # for a page's first figure
    assert sum(len(gzip.compress(file.encode(), 9)) for file in files) < 60_000
