"""The checks of the site find what is wrong with a page made wrong, and nothing on a sound one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.site import checks
from tests.site.checks import PHONE, Visit
from tests.site.server import serve

SOUND = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Sound</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head>
<body><main><article><h1 id="top">Sound</h1><p>A <a href="#top">link</a> and <code>$HOME</code>.</p>
BODY</article></main></body></html>"""

PALE_WORD = """<style>.pale { color: #bbb }</style>
<pre><span class="k">if</span> <span class="k">in</span> <span class="pale">is</span></pre>"""

PALE_ON_WHITE_ALONE = """<style>.pale { color: #bbb } .dark { background: #000 }</style>
<pre class="dark"><span class="pale">if</span></pre><pre><span class="pale">if</span></pre>"""


@pytest.fixture
def opened(browser: Browser, tmp_path: Path) -> Iterator[Callable[[str], Visit]]:
    """Return a function that opens a page with the given body."""
    context = browser.new_context(viewport=PHONE)
    (tmp_path / "favicon.ico").touch()

    def open_page(body: str) -> Visit:
        (tmp_path / "page.html").write_text(SOUND.replace("BODY", body), "utf-8")
        return checks.visit(context, f"{root}page.html")

    with serve(tmp_path) as root:
        yield open_page
        context.close()


def every_complaint(seen: Visit) -> list[str]:
    """Return what the checks that need a browser have to say."""
    page = seen.page
    return [
        *seen.complaints,
        *checks.mathematics(page),
        *checks.images(page),
        *checks.sideways_scroll(page),
        *checks.accessibility(page),
    ]


def test_a_sound_page_passes(opened: Callable[[str], Visit]) -> None:
    link = '<link rel="icon" href="data:,">'
    assert every_complaint(opened(f"{link}<p>Nothing to see.</p>")) == []


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ('<script src="https://example.org/a.js"></script>', "request leaves the site"),
        ('<img alt="far" src="https://example.org/a.png">', "request leaves the site"),
        ('<script>console.error("ouch")</script>', "console error: ouch"),
        ('<script>console.warn("hm")</script>', "console warning: hm"),
        ("<script>undefinedName()</script>", "script error"),
        ('<script src="missing.js"></script>', "not found"),
        ('<img alt="none" src="missing.png">', "broken picture"),
        ('<img alt="" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">', "no alt text"),
        ('<span class="math">x</span>', "formula not set"),
        ("<p>the value $x^2$</p>", "TeX left as text"),
        (r"<p>the value \(x^2\)</p>", "TeX left as text"),
        ("<mjx-container><mjx-merror>x</mjx-merror></mjx-container>", "error in a formula"),
        ('<div style="width: 900px">wide</div>', "px wide in a window of 360"),
        ('<p style="color: #bbb; background: #fff">pale</p>', "serious: color-contrast"),
        (PALE_WORD, "serious: color-contrast"),
        (PALE_ON_WHITE_ALONE, "serious: color-contrast"),
        ("<button></button>", "critical: button-name"),
        (
            '<div style="overflow-x: auto; width: 90px"><pre>' + "x" * 200 + "</pre></div>",
            "serious: scrollable-region-focusable",
        ),
    ],
)
def test_a_fault_is_found(opened: Callable[[str], Visit], body: str, complaint: str) -> None:
    assert any(complaint in found for found in every_complaint(opened(body)))


def test_broken_links_and_repeated_ids_are_found(tmp_path: Path) -> None:
    (tmp_path / "there.html").write_text('<p id="here">', "utf-8")
    sound = '<a href="there.html#here"></a><a href="https://example.org"></a><p id="a"></p>'
    (tmp_path / "page.html").write_text(sound, "utf-8")
    assert list(checks.links(tmp_path)) == []
    broken = '<a href="there.html#gone"></a><a href="gone.html"></a><a href="#gone"></a>'
    above = '<a href="/there.html"></a>'  # right on a server's root, wrong below a sub-path
    (tmp_path / "page.html").write_text(sound + broken + above + '<i id="a"></i>', "utf-8")
    assert len(list(checks.links(tmp_path))) == 5
