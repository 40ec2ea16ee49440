"""Figures in a browser: on a page of their own, on the site, or in Jupyter; what they show."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from playwright.sync_api import Locator, Page, expect

import gantext as gt
from gantext.widgets.bundle import host, script, shared, stylesheet

CLASSES = {
    value.script: value
    for value in (getattr(gt, name) for name in gt.__all__)
    if isinstance(value, type) and issubclass(value, gt.LiveFigure) and value is not gt.LiveFigure
}


@functools.cache
def recordings() -> list[gt.Recording]:
    """Return two short trainings, made once for all tests."""
    gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
    recorders = [
        gt.Recorder(name, gan, gt.ring(), member=k, mesh=21) for k, name in enumerate("AB")
    ]
    experiment = gt.Experiment(gan, gt.Alternating(optimizer=gt.Adam()), gt.ring(), batch_size=32)
    gt.train(experiment, 120, seeds=[0, 1], every=5, callbacks=recorders, progress=False, eta=2e-3)
    return [r.recording() for r in recorders]


def replay() -> gt.TrainingReplay:
    """Return the two side by side."""
    return gt.TrainingReplay(recordings(), left="A", right="B", frame=12)


@functools.cache
def record() -> gt.Record:
    """Return a short record, in which some cells of a rule are missing."""
    rows = [
        f"{loss}, {constraint}, {rule}"
        for loss, constraint, rule in (
            ("non-saturating", "none", "alternating"),
            ("Wasserstein", "none", "alternating"),
            ("Wasserstein", "R1", "alternating"),
            ("Wasserstein", "R1", "optimistic"),
        )
    ]
    return gt.what_helps(rows, seeds=3, steps=120)


def browsed() -> gt.RecordTable:
    """Return it as a table."""
    references = {"quality": 0.989, "w1": 0.1}
    return gt.RecordTable(record(), gt.ring(std=0.05), seed=1, references=references)


MAKERS: dict[str, Callable[[], gt.LiveFigure]] = {
    "optimal_critic": lambda: gt.OptimalCritic(p_g=[0, 0, 0.1, 0.4, 0.4, 0.1, 0, 0], letter=3),
    "phase_plane": gt.PhasePlane,
    "record_table": browsed,
    "training_replay": replay,
    "two_point_landscape": lambda: gt.TwoPointLandscape(steps=100),
}
# Small figures of one idea: see test_ideas.py.
IDEAS: dict[str, Callable[[], gt.LiveFigure]] = {
    "best_answer": gt.BestAnswer,
    "sure_critic": gt.SureCritic,
    "far_forger": gt.FarForger,
    "tangent_step": gt.TangentStep,
    "look_ahead": gt.LookAhead,
    "multiplier": gt.Multiplier,
    "pitchfork": gt.Pitchfork,
    "late_critic": gt.LateCritic,
    "agreeing_seeds": gt.AgreeingSeeds,
    "earth_mover": gt.EarthMover,
    "blunt_peak": gt.BluntPeak,
}
# Where a number comes out of a search or of an eigenvalue, the last digits may differ.
TOLERANCE = {"phase_plane": 1e-6, "two_point_landscape": 1e-6, "late_critic": 1e-6}


def alone(figure: gt.LiveFigure, theme: str = "light") -> str:
    """Return a page that holds one figure, put there as the site puts it."""
    return _page([figure], theme)


def pair(one: gt.LiveFigure, other: gt.LiveFigure) -> str:
    """Return a page that holds two figures, and the script of each."""
    return _page([one, other], "light")


def _page(figures: list[gt.LiveFigure], theme: str) -> str:
    scripts = dict.fromkeys(figure.script for figure in figures)
    return f"""<!doctype html><html lang="en" data-theme="{theme}"><meta charset="utf-8">
        <meta name="viewport" content="width=device-width"><title>A figure</title>
        <style>html[data-theme="dark"] {{ background: #14181f }} {stylesheet()}</style>
        <main><h1 style="color: #888; background: #000">A figure</h1>
        {"".join(map(_stored, figures))}</main>
        <script>{_shared()}</script>
        {"".join(f"<script>{script(name)}</script>" for name in scripts)}
        <script>{host()}</script></html>"""


_shared = functools.cache(shared)


def _stored(figure: gt.LiveFigure) -> str:
    state = json.dumps(figure.stored()).replace("</", "<\\/")
    return f"""<div class="gantext-stored-figure" data-module="{figure.script}">
        <script type="application/json">{state}</script></div>"""


def show(page: Page, figure: gt.LiveFigure, theme: str = "light") -> Locator:
    """Open the figure's page and return its place."""
    page.set_content(alone(figure, theme))
    place = page.locator(".gantext-stored-figure")
    expect(place.locator(".gantext-figure")).to_be_visible()
    return place


def settle(page: Page) -> None:
    """Give the figure the frame in which it draws what was set."""
    page.evaluate(
        "async () => { for (const f of [1, 2]) await new Promise(requestAnimationFrame); }"
    )


def rest(place: Locator) -> None:
    """Stop what plays."""
    pause = place.get_by_role("button", name="Pause")
    if pause.count():
        pause.first.click()
    settle(place.page)


def state(place: Locator, figure: type[gt.LiveFigure]) -> dict[str, Any]:
    """Return the state that the figure's script holds."""
    names = figure.state_names()
    code = "(e, names) => Object.fromEntries(names.map((n) => [n, e.gantextModel.get(n)]))"
    return place.evaluate(code, names)


def numbers(place: Locator) -> dict[str, str]:
    """Return the numbers that the figure shows, as text with all their digits."""
    code = """(e) => Object.fromEntries([...e.querySelectorAll("[data-number]")]
        .filter((n) => !n.parentElement.hidden).map((n) => [n.dataset.number, n.dataset.value]))"""
    return place.evaluate(code)


def agree(shown: str | None, computed: float | str | None, tolerance: float) -> bool:
    """Compare what a script shows with what Python computes; a text must be the same."""
    if shown is None or computed is None or isinstance(computed, str):
        return shown == computed
    value = float(shown)
    return value == computed or abs(value - computed) <= tolerance * max(1.0, abs(computed))


def different(place: Locator, figure: type[gt.LiveFigure], tolerance: float = 1e-9) -> list[str]:
    """Compare what the script shows with what Python computes from the same state."""
    held = state(place, figure)
    twin = figure(**held)
    shown, computed = numbers(place), dict(twin.numbers())
    return [
        f"{name}: script {shown.get(name)}, Python {computed.get(name)}, state {_short(held)}"
        for name in shown.keys() | computed.keys()
        if not agree(shown.get(name), computed.get(name), tolerance)
    ]


def says_what_python_says(place: Locator, figure: type[gt.LiveFigure]) -> None:
    """Wait until the figure has come to rest, and compare its sentence with Python's."""
    expect(place.locator(".sentence")).to_have_text(figure(**state(place, figure)).sentence())


def press_keys(page: Page, place: Locator) -> None:
    """Move the first control with arrow keys."""
    place.locator("input[type=range]:visible, .handle").first.focus()
    for key in ("ArrowRight", "ArrowUp", "ArrowUp"):
        page.keyboard.press(key)
    settle(page)


def drag(page: Page, place: Locator) -> None:
    """Drag the first handle, or else the first slider, to the left and up."""
    grips = place.locator(".handle .grip")
    grip = grips.first if grips.count() else place.locator("input[type=range]:visible").first
    grip.scroll_into_view_if_needed()
    box = grip.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 25, y - 25, steps=4)
    page.mouse.up()
    rest(place)


def _short(held: dict[str, Any]) -> str:
    return json.dumps({k: v if len(str(v)) < 200 else "..." for k, v in held.items()})
