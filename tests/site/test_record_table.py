"""A record as a table: cells by click, finger and arrow keys; what is decoded and drawn."""

from __future__ import annotations

from itertools import product

import pytest
import torch
from playwright.sync_api import Locator, Page, expect

import gantext as gt
from gantext.widgets.record_table.constants import MEASURES, WORDS
from gantext.widgets.record_table.table import decode
from tests.recordings import recorded
from tests.site.figures import different, says_what_python_says, settle, show, state

WORLD = gt.ring(std=0.05)
ROWS = ["a, b, c", "a, d, c", "a, h, c", "e, d, c", "e, h, c", "e, h, f, g"]
KIND = gt.RecordTable


def made(**arguments: object) -> gt.RecordTable:
    return gt.RecordTable(recorded(ROWS, seeds=4), WORLD, **arguments)


def put(place: Locator, **changes: object) -> None:
    code = "(e, c) => Object.entries(c).forEach(([key, v]) => e.gantextModel.set(key, v))"
    place.evaluate(code, changes)
    settle(place.page)


def cells(place: Locator) -> dict[str, str]:
    """Return the names of the cells that are shown, each with its text."""
    return {
        str(button.get_attribute("aria-label")): button.inner_text()
        for button in place.locator(".cells button:visible").all()
    }


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("rule", ["c", "f, g"])
def test_each_cell_stands_at_its_place_and_shows_pythons_mean(
    page: Page, measure: str, rule: str
) -> None:
    place = show(page, figure := made(rule=rule, measure=measure))
    named = {
        WORDS["cell"].format(
            loss=loss, constraint=constraint, measure=MEASURES[measure]["title"], value=value
        ): value
        for (loss, constraint), value in figure.cells().items()
    }
    assert cells(place) == named
    heads = place.locator("thead th").all_inner_texts()
    for i, j in product(range(2), range(3)):
        line = place.locator("tbody tr").nth(i)
        loss = line.locator("th").inner_text()
        text = figure.cells().get((loss, heads[j]))
        box = line.locator("td").nth(j)
        if text is None:
            expect(box.get_by_role("button")).to_have_count(0)
            expect(box).to_contain_text(WORDS["none"])
        else:
            assert box.get_by_role("button").inner_text() == text
            share = box.locator("button").evaluate("(e) => e.style.getPropertyValue('--gx-share')")
            worst, best = figure.record["ranges"][measure]
            good = (float(text) - worst) / (best - worst)
            assert float(share) == pytest.approx(min(max(good, 0), 1), abs=0.02)


def test_a_click_and_a_finger_choose_a_cell(page: Page, phone: Page) -> None:
    for screen in (page, phone):
        place = show(screen, made())
        button = place.get_by_role("button", name="e, h: quality")
        button.click() if screen is page else button.tap()
        settle(screen)
        held = state(place, KIND)
        assert (held["loss"], held["constraint"], held["rule"]) == ("e", "h", "c")
        expect(place.locator("[aria-pressed=true]")).to_have_count(1)
        assert button.get_attribute("aria-pressed") == "true"
        assert different(place, KIND) == []
        says_what_python_says(place, KIND)


def test_arrow_keys_move_as_in_a_grid_and_pass_over_what_is_missing(page: Page) -> None:
    place = show(page, made())
    place.locator("[aria-pressed=true]").focus()
    ways = [
        ("ArrowRight", "a", "d"),
        ("ArrowDown", "e", "d"),
        ("ArrowLeft", "e", "d"),  # e, b is not in the record
        ("ArrowDown", "e", "d"),
        ("Home", "e", "d"),
        ("End", "e", "h"),
        ("ArrowUp", "a", "h"),
        ("ArrowRight", "a", "h"),
        ("Home", "a", "b"),
        ("ArrowDown", "a", "b"),
    ]
    for key, loss, constraint in ways:
        page.keyboard.press(key)
        settle(page)
        held = state(place, KIND)
        assert (held["loss"], held["constraint"]) == (loss, constraint), key
        focused = page.evaluate("document.activeElement.getAttribute('aria-label')")
        assert focused.startswith(f"{loss}, {constraint}: quality")
        assert page.evaluate("document.activeElement.getAttribute('aria-pressed')") == "true"
        assert different(place, KIND) == []
    expect(place.locator(".cells button[tabindex='0']")).to_have_count(1)


def test_a_rule_that_has_not_the_cell_brings_another(page: Page) -> None:
    place = show(page, made())
    rules = place.get_by_label("update rule")
    rules.select_option("f, g")
    settle(page)
    assert [state(place, KIND)[name] for name in ("loss", "constraint")] == ["e", "h"]
    assert different(place, KIND) == []
    says_what_python_says(place, KIND)
    rules.select_option("c")
    settle(page)
    assert [state(place, KIND)[name] for name in ("loss", "constraint")] == ["e", "h"]


def drawn(place: Locator, selector: str, plot: int) -> list[list[float]]:
    """Return the points of a path or of circles in a plot's own coordinates, by its ticks."""
    return (
        place.locator("svg")
        .nth(plot)
        .evaluate(
            """(svg, selector) => {
                const scales = [...svg.querySelectorAll(".axis")].map((axis, i) => {
                    const ticks = [...axis.querySelectorAll(".tick")].map((tick) => [
                        Number(tick.textContent.replace("−", "-").replace(",", "")),
                        Number(tick.getAttribute("transform").match(/[-\\d.]+/g)[i])]);
                    const [[a, p], [b, q]] = [ticks[0], ticks.at(-1)];
                    return (pixel) => a + ((pixel - p) / (q - p)) * (b - a);
                });
                const element = svg.querySelector(selector);
                const points = element.tagName === "path"
                    ? element.getAttribute("d").slice(1).split(/[ML]/).map((p) => p.split(" "))
                    : [...element.children].map((c) => ["cx", "cy"].map((k) => c.getAttribute(k)));
                return points.map((p) => p.map((v, i) => scales[i](Number(v))));
            }""",
            selector,
        )
    )


def test_lines_and_samples_are_those_of_the_cell_and_the_seed(page: Page) -> None:
    figure = made(loss="e", constraint="d", measure="w1", seed=1, references={"w1": 0.25})
    place, table = show(page, figure), decode(figure.record)
    for loss, constraint, seed in (("e", "d", 1), ("a", "h", 0)):
        put(place, loss=loss, constraint=constraint, seed=seed)
        values = table.values["w1"][table.rows[loss, constraint, "c"]]
        for selector, lines in (
            ("path.generator", values[seed : seed + 1]),
            ("path.measured", values.mean(0, keepdim=True)),
            ("path.muted", values),
            ("path.data", torch.tensor([[0.25, 0.25]])),
        ):
            found = torch.tensor(drawn(place, selector, 0))
            assert found[:, 1].tolist() == pytest.approx(lines.flatten().tolist(), abs=0.01)
            steps = [0, 20] if selector == "path.data" else [10, 20] * len(lines)
            assert found[:, 0].round().tolist() == steps
        samples = table.samples[table.rows[loss, constraint, "c"]][seed]
        found = torch.tensor(drawn(place, "g.generator", 1))
        inside = samples.isfinite().all(-1)
        assert (found[inside] - samples[inside]).abs().max() < 0.01
        assert bool((found[~inside].abs() > 3).any(-1).all())
        circles = torch.tensor(drawn(place, "g.rings", 1))
        assert (circles - WORLD.means).abs().max() < 0.01


def test_a_far_value_and_a_missing_interval_are_written_as_python_does(page: Page) -> None:
    record = recorded(ROWS, seeds=4)
    record.measures["w1"][:, :, -1] = torch.tensor([12.345, 0.004, 123.45, 9.996, 1.0, 5e4])[
        :, None
    ]
    place = show(page, figure := gt.RecordTable(record, WORLD, measure="w1"))
    assert sorted(cells(place).values()) == sorted(figure.cells().values())
    assert {"12.3", "0.00", "123"} < set(figure.cells().values())
    assert "interval" not in place.locator(".sentence").inner_text()
    says_what_python_says(place, KIND)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"loss": "nobody"}, "loss: expected one of a, e, got “nobody”"),
        ({"rule": "f, g"}, "record: expected a row a, b, f, g, got none"),
        ({"seed": 2}, "seed: expected one from 0 to 1, got 2"),
        ({"measure": "kl"}, "measure: expected one of quality, captured, w1"),
        ({"references": {"w1": 1}}, "references: expected a number or null for each measure"),
        ({"world": {"means": [[0, 0]], "std": []}}, "world: expected means and std of modes"),
    ],
)
def test_the_script_says_what_it_cannot_show(
    page: Page, change: dict[str, object], message: str
) -> None:
    figure = made()
    place = show(page, figure)
    put(place, **change)
    expect(place.get_by_role("alert")).to_contain_text(message)
    put(place, **{name: figure.stored()["state"][name] for name in change})
    expect(place.get_by_role("alert")).to_have_count(0)
    assert different(place, KIND) == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"samples": "AAAA"}, "record, samples: expected 160 digits, got 4"),
        ({"rows": "!!!!"}, "record, rows: expected digits of base64, got “!”"),
        ({"kept": 0}, "record, kept: expected a whole number above 0"),
        ({"rule": []}, "record, rule: expected names"),
        ({"extent": [1, 1]}, "record, extent: expected two numbers, the lower first"),
        ({"ranges": {}}, "record, ranges: expected the worst and the best quality"),
        ({"values": {}}, "record, quality: expected numbers of some bits"),
    ],
)
def test_a_damaged_record_is_said(page: Page, change: dict[str, object], message: str) -> None:
    figure = made()
    place = show(page, figure)
    put(place, record=figure.record | change)
    expect(place.get_by_role("alert")).to_contain_text(message)


def test_the_whole_table_fits_the_smallest_phone(page: Page) -> None:
    losses = ["non-saturating", "least squares", "hinge", "Wasserstein", "relativistic"]
    names = ["none", "clip", "SN-ReLU", "SN-MaxMin", "GP", "R1", "R1 + R2"]
    rows = [f"{loss}, {name}, alternating" for loss, name in product(losses, names)]
    page.set_viewport_size({"width": 360, "height": 740})
    place = show(page, gt.RecordTable(recorded(rows), WORLD))
    page.wait_for_function("document.querySelector('.cells.narrow')")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 360
    code = "(e) => [e.scrollWidth, e.clientWidth]"
    wide, room = place.locator(".cells").evaluate(code)
    assert wide <= room
    for button in place.locator(".cells button").all():
        box = button.bounding_box()
        assert box is not None
        assert min(box["width"], box["height"]) >= 24
    page.set_viewport_size({"width": 900, "height": 740})
    page.wait_for_function("!document.querySelector('.cells.narrow')")
