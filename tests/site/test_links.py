"""A link to what a figure shows: copied from one page, opened on another."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

import gantext as gt
from tests.site.checks import DESKTOP
from tests.site.figures import (
    MAKERS,
    TOLERANCE,
    alone,
    different,
    pair,
    press_keys,
    says_what_python_says,
    settle,
    state,
)
from tests.site.server import serve


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Return the address of a site with a page for each figure, and one with a figure twice."""
    folder = tmp_path_factory.mktemp("links")
    for name, make in MAKERS.items():
        (folder / f"{name}.html").write_text(alone(make()), "utf-8")
    twice = pair(gt.PhasePlane(eta=0.3), gt.PhasePlane(eta=0.7))
    (folder / "twice.html").write_text(twice, "utf-8")
    with serve(folder) as root:
        yield root


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport=DESKTOP)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


def copy(page: Page, k: int = 0) -> str:
    """Copy the link of a figure, and return it."""
    place = page.locator(".gantext-stored-figure").nth(k)
    place.get_by_role("button", name="Copy a link").click()
    expect(place.get_by_text("Copied.")).to_be_visible()
    return page.evaluate("navigator.clipboard.readText()")


@pytest.mark.parametrize("name", MAKERS)
def test_a_link_brings_a_figure_s_state_back(page: Page, address: str, name: str) -> None:
    page.goto(f"{address}{name}.html")
    place, kind = page.locator(".gantext-stored-figure"), type(MAKERS[name]())
    press_keys(page, place)
    moved = state(place, kind)
    assert moved != MAKERS[name]().stored()["state"]
    link = copy(page)
    assert page.url == link
    assert len(link) < 700  # no recording is in it

    page.goto("about:blank")
    page.goto(link)
    assert state(place, kind) == moved
    assert different(place, kind, TOLERANCE.get(name, 1e-9)) == []
    says_what_python_says(place, kind)


def test_each_figure_of_a_page_has_its_own_link(page: Page, address: str) -> None:
    page.goto(f"{address}twice.html")
    second = page.locator(".gantext-stored-figure").nth(1)
    second.get_by_label("update rule").select_option("optimistic")
    settle(page)
    link = copy(page, 1)
    assert parse_qs(urlsplit(link).fragment) == {"figure": ["2"], "rule": ['"optimistic"']}
    page.goto("about:blank")
    page.goto(link)
    states = [state(page.locator(".gantext-stored-figure").nth(k), gt.PhasePlane) for k in (0, 1)]
    assert [(s["rule"], s["eta"]) for s in states] == [("extragradient", 0.3), ("optimistic", 0.7)]
    expect(second).to_be_in_viewport()


@pytest.mark.parametrize(
    "fragment",
    [
        "figure=1&eta=nonsense",
        "figure=1&eta=9",
        'figure=1&game="Dirac-GAN"&rule="proximal point"',
        "figure=1&eta=null",
        "figure=3&eta=0.5",
        "figure=1&toString=1&__proto__=1",
        "eta=0.5",
        "a-section",
        "%E0%A4%A",
    ],
)
def test_what_is_no_such_link_changes_nothing(page: Page, address: str, fragment: str) -> None:
    page.goto(f"{address}phase_plane.html#{fragment}")
    place = page.locator(".gantext-stored-figure")
    expect(place.get_by_role("alert")).to_have_count(0)
    assert state(place, gt.PhasePlane) == gt.PhasePlane().stored()["state"]


def test_a_link_followed_on_the_page_itself(page: Page, address: str) -> None:
    page.goto(f"{address}phase_plane.html")
    place = page.locator(".gantext-stored-figure")
    for fragment, eta in (("figure=1&eta=0.55", 0.55), ("elsewhere", 0.55), ("figure=1", 0.4)):
        page.evaluate("(fragment) => { location.hash = fragment; }", fragment)
        settle(page)
        assert state(place, gt.PhasePlane)["eta"] == eta
        assert different(place, gt.PhasePlane, 1e-6) == []


def test_where_nothing_can_be_copied_the_address_bar_has_the_link(page: Page, address: str) -> None:
    page.add_init_script("Object.defineProperty(navigator, 'clipboard', { value: undefined })")
    page.goto(f"{address}optimal_critic.html")
    place = page.locator(".gantext-stored-figure")
    place.get_by_role("button", name="Uniform").click()
    place.get_by_role("button", name="Copy a link").click()
    expect(place.get_by_text("The link is in the address bar.")).to_be_visible()
    assert "figure=1&p_g=" in page.url


def test_away_from_a_site_there_is_no_link(page: Page) -> None:
    page.set_content(alone(gt.PhasePlane()))
    expect(page.locator(".gantext-figure")).to_be_visible()
    expect(page.get_by_role("button", name="Copy a link")).to_have_count(0)
