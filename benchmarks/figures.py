"""How large the figures' scripts are, and how long a frame takes while a reader drags.

Frames are measured in a headless Chromium, between one `requestAnimationFrame` and the next, while
the mouse drags the figure's first handle in circles, or else its first slider to and fro. The
baseline is a page without a figure, in the same browser, with the same mouse.
"""

from __future__ import annotations

import argparse
import gzip
import math
import statistics
import subprocess

from playwright.sync_api import Browser, Page, sync_playwright

from gantext.widgets.bundle import host, script, stylesheet
from tests.site.conftest import QUIET
from tests.site.figures import IDEAS, MAKERS, show
from tools.book import ROOT

EMPTY = "<!doctype html><title>nothing</title><p>nothing</p>"
RECORD = """() => {
    window.frames_ = [];
    let before;
    const note = (now) => {
        if (before !== undefined) window.frames_.push(now - before);
        before = now;
        window.noting = requestAnimationFrame(note);
    };
    window.noting = requestAnimationFrame(note);
}"""
STOP = "() => { cancelAnimationFrame(window.noting); return window.frames_; }"


def frames(page: Page, x: float, y: float, moves: int, *, circle: bool) -> list[float]:
    """Drag from a point, and return how long each frame took, in milliseconds."""
    page.mouse.move(x, y)
    page.mouse.down()
    page.evaluate(RECORD)
    for k in range(moves):
        turn = k / 25
        page.mouse.move(x + 30 * math.sin(turn), y - 30 + 30 * math.cos(turn) if circle else y)
    found = page.evaluate(STOP)
    page.mouse.up()
    return found


def measure(browser: Browser, name: str | None, moves: int) -> list[float]:
    """Return the frames of a figure that is dragged, or of an empty page."""
    page = browser.new_page(viewport={"width": 900, "height": 1200})
    if name is None:
        page.set_content(EMPTY)
        found = frames(page, 300, 300, moves, circle=True)
    else:
        place = show(page, (MAKERS | IDEAS)[name]())
        page.wait_for_timeout(500)
        grips = place.locator(".handle .grip")
        circle = grips.count() > 0
        grip = grips.first if circle else place.locator("input[type=range]:visible").first
        box = grip.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        found = frames(page, x, y, moves, circle=circle)
    page.close()
    return found


def percentile(values: list[float], share: int) -> float:
    """Return the value below which `share` percent of all lie."""
    return statistics.quantiles(values, n=100)[share - 1]


def main() -> None:
    """Print one row for each figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=400, help="movements of the mouse")
    moves = parser.parse_args().moves
    found = subprocess.run([ROOT / "tools/chromium.sh"], capture_output=True, text=True)
    with sync_playwright() as playwright:
        path = found.stdout.strip() or None
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        print("| figure | script, kB | gzip, kB | frames | median, ms | 95 % below, ms | x empty |")
        print("| --- | --: | --: | --: | --: | --: | --: |")
        empty = measure(browser, None, moves)
        for name in [None, *MAKERS, *IDEAS]:
            times = empty if name is None else measure(browser, name, moves)
            text = "" if name is None else script(name) + host() + stylesheet()
            packed = len(gzip.compress(text.encode(), 9)) if text else 0
            ratio = percentile(times, 95) / percentile(empty, 95)
            print(
                f"| {name or 'an empty page'} | {len(text.encode()) / 1000:.1f} | "
                f"{packed / 1000:.1f} | {len(times)} | {statistics.median(times):.1f} | "
                f"{percentile(times, 95):.1f} | {ratio:.2f} |"
            )
        browser.close()


if __name__ == "__main__":
    main()
