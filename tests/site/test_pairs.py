"""Two figures on one page, the same twice among them: neither reaches into the other."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import combinations_with_replacement

import pytest
from playwright.sync_api import Browser, Page

from gantext.widgets.bundle import module
from tests.site.figures import MAKERS, pair, settle

# Of each id that an element refers to, the figure of the element must hold the one that there is.
STRAY = """() => {
    const complaints = [];
    const ids = [...document.querySelectorAll("[id]")].map((e) => e.id);
    const twice = ids.filter((id, i) => ids.indexOf(id) !== i);
    complaints.push(...twice.map((id) => `twice: ${id}`));
    const within = (element, id, what) => {
        const there = document.getElementById(id);
        const own = element.closest(".gantext-figure");
        if (!there || there.closest(".gantext-figure") !== own) complaints.push(`${what}: ${id}`);
    };
    const lists = ["for", "list", "form", "aria-labelledby", "aria-describedby", "aria-controls",
        "aria-owns", "aria-details", "aria-flowto", "aria-activedescendant", "aria-errormessage"];
    for (const figure of document.querySelectorAll(".gantext-figure")) {
        for (const element of figure.querySelectorAll("*")) {
            for (const { name, value } of element.attributes) {
                const urls = value.matchAll(/url\\(["']?#([^"')]+)/g);
                for (const [, id] of urls) within(element, id, name);
                const named = lists.includes(name) ? value.split(" ") : [];
                for (const id of named) within(element, id, name);
                if (/^(xlink:)?href$/.test(name) && value.startsWith("#"))
                    within(element, value.slice(1), name);
            }
        }
        for (const label of figure.querySelectorAll("label"))
            if (!label.control || !figure.contains(label.control))
                complaints.push(`label without its control: ${label.textContent}`);
        for (const control of figure.querySelectorAll("input, select, textarea"))
            if (control.labels.length !== 1) complaints.push(`labels of ${control.id}`);
    }
    return [complaints, document.querySelectorAll(".gantext-figure [id]").length];
}"""


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    yield page
    page.close()


@pytest.mark.parametrize(("one", "other"), [*combinations_with_replacement(MAKERS, 2)])
def test_on_one_page(page: Page, one: str, other: str) -> None:
    page.set_content(pair(MAKERS[one](), MAKERS[other]()))
    page.locator(".gantext-figure").nth(1).wait_for()
    settle(page)
    complaints, count = page.evaluate(STRAY)
    assert complaints == []
    assert count > 4


@pytest.mark.parametrize("name", MAKERS)
def test_two_outputs_of_one_figure_in_jupyter(page: Page, name: str) -> None:
    """Each output may load the module anew, and shows the same model."""
    page.set_content("<!doctype html><main><div></div><div></div></main>")
    state = json.dumps(MAKERS[name]().stored()["state"])
    for k, times in enumerate((1, 2)):
        page.evaluate(
            """async ([code, state, k]) => {
                const url = URL.createObjectURL(new Blob([code], { type: "text/javascript" }));
                const { default: figure } = await import(url);
                const values = JSON.parse(state);
                const nothing = () => {};
                const model = { get: (key) => values[key], on: nothing, off: nothing };
                figure.render({ model, el: document.querySelectorAll("main > div")[k] });
            }""",
            [module(name), state, k],
        )
        assert page.locator(".gantext-figure").count() == times
    complaints, _ = page.evaluate(STRAY)
    assert complaints == []
