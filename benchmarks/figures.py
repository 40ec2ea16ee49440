"""How large the figures' scripts are, and how long a frame takes while a reader drags.

A page's first figure brings what all share and the host and the style; a further one brings its own
script alone.

Frames are measured in a headless Chromium, between one `requestAnimationFrame` and the next, while
the mouse drags the figure's first handle in circles, or else its first slider to and fro. The
baseline is a page without a figure, in the same browser, with the same mouse. With `--phone` the
page is as small as a phone's, a finger drags, and the processor is slowed down four times: there 95
percent of all frames should take less than 33 ms. Where the processor has other work to do, look at
the baseline first.

Four times slower than what? The first line says how fast the processor is, by the measure that
Lighthouse calls BenchmarkIndex [1]_. Its fourfold slowing makes a middling phone of a quick
desktop, 1500 to 2000. What is slower itself must be slowed down less: `--slower 2` for 800 to 1000.

.. [1] https://github.com/GoogleChrome/lighthouse/blob/main/docs/throttling.md
"""

from __future__ import annotations

import argparse
import gzip
import math
import statistics
import subprocess
from functools import partial

from playwright.sync_api import Browser, Page, sync_playwright

from gantext.widgets.bundle import host, script, shared, stylesheet
from tests.site.checks import PHONE
from tests.site.conftest import QUIET
from tests.site.figures import IDEAS, MAKERS, show
from tools.book import ROOT

WINDOW = {"width": 900, "height": 1200}
SLOWER = 4.0  # times, on a phone
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
# Strings that grow by a letter, and numbers that are copied: tens of rounds a second.
SPEED = """() => {
    const rounds = (work) => {
        const start = performance.now();
        let count = 0;
        while (performance.now() - start < 500) work(count++);
        return count / 10 / ((performance.now() - start) / 1000);
    };
    const [one, other] = [0, 1].map(() => Array.from({ length: 1e5 }, (_, i) => i));
    const grow = () => {
        let text = "";
        for (let i = 0; i < 1e4; i++) text += "a";
        return text;
    };
    const copy = (count) => {
        const [from, to] = count % 2 ? [one, other] : [other, one];
        for (let i = 0; i < from.length; i++) to[i] = from[i];
    };
    return (rounds(grow) + rounds(copy)) / 2;
}"""
STOP = "() => { cancelAnimationFrame(window.noting); return window.frames_; }"


class Hand:
    """Drags with the mouse, or on a phone with a finger."""

    def __init__(self, page: Page, *, phone: bool, slower: float) -> None:
        self.page, self.phone = page, phone
        self.session = page.context.new_cdp_session(page)
        if phone:
            self.session.send("Emulation.setCPUThrottlingRate", {"rate": slower})

    def _touch(self, kind: str, *points: tuple[float, float]) -> None:
        touched = [{"x": x, "y": y} for x, y in points]
        self.session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touched})

    def down(self, x: float, y: float) -> None:
        """Take hold."""
        if self.phone:
            self._touch("touchStart", (x, y))
        else:
            self.page.mouse.move(x, y)
            self.page.mouse.down()

    def move(self, x: float, y: float) -> None:
        """Move on."""
        if self.phone:
            self._touch("touchMove", (x, y))
        else:
            self.page.mouse.move(x, y)

    def up(self) -> None:
        """Let go."""
        if self.phone:
            self._touch("touchEnd")
        else:
            self.page.mouse.up()


def frames(hand: Hand, x: float, y: float, moves: int, *, circle: bool) -> list[float]:
    """Drag from a point, and return how long each frame took, in milliseconds."""
    hand.down(x, y)
    hand.page.evaluate(RECORD)
    for k in range(moves):
        turn = k / 25
        hand.move(x + 30 * math.sin(turn), y - 30 + 30 * math.cos(turn) if circle else y)
    found = hand.page.evaluate(STOP)
    hand.up()
    return found


def speed(browser: Browser) -> float:
    """Return how fast the processor runs scripts, the best of three tries."""
    page = browser.new_page()
    found = max(page.evaluate(SPEED) for _ in range(3))
    page.close()
    return found


def measure(
    browser: Browser, name: str | None, moves: int, *, phone: bool, slower: float
) -> list[float]:
    """Return the frames of a figure that is dragged, or of an empty page."""
    page = browser.new_page(viewport=WINDOW, has_touch=phone, is_mobile=phone)
    if phone:
        page.set_viewport_size(PHONE)
    hand = Hand(page, phone=phone, slower=slower)
    if name is None:
        page.set_content(EMPTY)
        found = frames(hand, 200, 300, moves, circle=True)
    else:
        place = show(page, (MAKERS | IDEAS)[name]())
        page.wait_for_timeout(500)
        grips = place.locator(".handle .grip")
        circle = grips.count() > 0
        grip = grips.first if circle else place.locator("input[type=range]:visible").first
        grip.scroll_into_view_if_needed()
        box = grip.bounding_box()
        assert box is not None
        x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
        found = frames(hand, x, y, moves, circle=circle)
    page.close()
    return found


def size(text: str) -> float:
    """Return how many kilobytes a file has."""
    return len(text.encode()) / 1000


def packed(text: str) -> float:
    """Return how many kilobytes a file has that is compressed, as servers do it."""
    return len(gzip.compress(text.encode(), 9)) / 1000 if text else 0.0


def percentile(values: list[float], share: int) -> float:
    """Return the value below which `share` percent of all lie."""
    return statistics.quantiles(values, n=100)[share - 1]


def main() -> None:
    """Print one row for each figure."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--moves", type=int, default=400, help="movements of the mouse")
    parser.add_argument("--phone", action="store_true", help="a small, slow one, by finger")
    parser.add_argument("--slower", type=float, default=SLOWER, help="how many times, on a phone")
    given = parser.parse_args()
    found = subprocess.run([ROOT / "tools/chromium.sh"], capture_output=True, text=True)
    with sync_playwright() as playwright:
        path = found.stdout.strip() or None
        browser = playwright.chromium.launch(executable_path=path, args=QUIET)
        print(f"How fast the processor is: {speed(browser):.0f}\n")
        print("| figure | first, kB | gzip | more, gzip | frames | median, ms | 95 % | x empty |")
        print("| --- | --: | --: | --: | --: | --: | --: | --: |")
        measured = partial(
            measure, browser, moves=given.moves, phone=given.phone, slower=given.slower
        )
        empty = measured(None)
        for name in [None, *MAKERS, *IDEAS]:
            times = empty if name is None else measured(name)
            own = "" if name is None else script(name)
            first = own and [shared(), own, host(), stylesheet()]
            ratio = percentile(times, 95) / percentile(empty, 95)
            print(
                f"| {name or 'an empty page'} | {sum(map(size, first)):.1f} | "
                f"{sum(map(packed, first)):.1f} | {packed(own):.1f} | {len(times)} | "
                f"{statistics.median(times):.1f} | "
                f"{percentile(times, 95):.1f} | {ratio:.2f} |"
            )
        browser.close()


if __name__ == "__main__":
    main()
