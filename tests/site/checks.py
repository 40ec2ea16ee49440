"""What a page of the site must fulfil. Each check returns its complaints: none for a sound page."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request, Route

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}


@dataclass
class Visit:
    """An open page and what went wrong while it loaded."""

    page: Page
    origin: str
    complaints: list[str] = field(default_factory=list)

    def allow(self, route: Route) -> None:
        """Let through what stays on the site; note and stop the rest."""
        url = route.request.url
        if url.startswith((self.origin, "data:", "blob:")):
            route.continue_()
        else:
            self.complaints.append(f"request leaves the site: {url}")
            route.abort()

    def note_console(self, message: ConsoleMessage) -> None:
        """Note what the page reports as an error or a warning."""
        if message.type in ("error", "warning"):
            self.complaints.append(f"console {message.type}: {message.text}")

    def note_finished(self, request: Request) -> None:
        """Note an answer that is no success."""
        response = request.response()
        if response is None or response.status >= 400:
            self.complaints.append(f"not found: {request.url}")


def visit(context: BrowserContext, url: str) -> Visit:
    """Open `url` and wait until its mathematics is set."""
    page = context.new_page()
    parts = urlsplit(url)
    seen = Visit(page, f"{parts.scheme}://{parts.netloc}/")
    page.route("**/*", seen.allow)
    page.on("console", seen.note_console)
    page.on("pageerror", lambda error: seen.complaints.append(f"script error: {error}"))
    page.on("requestfailed", lambda r: seen.complaints.append(f"request failed: {r.url}"))
    page.on("requestfinished", seen.note_finished)
    page.goto(url, wait_until="load")
    settle(page)
    return seen


def settle(page: Page) -> None:
    """Wait until MathJax is done and the page's own script has had two frames to follow."""
    page.evaluate(
        """async () => {
            await window.MathJax?.startup?.promise;
            for (const frame of [1, 2, 3]) await new Promise(requestAnimationFrame);
        }"""
    )


def mathematics(page: Page) -> list[str]:
    """Every formula is set, none holds an error, and no TeX is left in the text."""
    return page.evaluate(
        r"""() => {
            const complaints = [];
            for (const math of document.querySelectorAll(".math"))
                if (!math.querySelector("mjx-container"))
                    complaints.push("formula not set: " + math.textContent.slice(0, 80));
            for (const bad of document.querySelectorAll("mjx-merror, [data-mjx-error]"))
                complaints.push("error in a formula: " + bad.outerHTML.slice(0, 200));
            const skip = "code, pre, script, style, textarea, mjx-container";
            const walker = document.createTreeWalker(
                document.querySelector("article") ?? document.body, NodeFilter.SHOW_TEXT);
            while (walker.nextNode()) {
                const node = walker.currentNode;
                if (!node.parentElement.closest(skip) && /\$|\\\(|\\\[|\\begin\{/.test(node.data))
                    complaints.push("TeX left as text: " + node.data.trim().slice(0, 80));
            }
            return complaints;
        }"""
    )


def images(page: Page) -> list[str]:
    """Every picture is there and says in words what it shows."""
    return page.evaluate(
        """async () => {
            const complaints = [];
            for (const img of document.images) {
                const name = img.src.slice(0, 120);
                if (!img.alt?.trim()) complaints.push("no alt text: " + name);
                img.loading = "eager";
                await img.decode().catch(() => complaints.push("broken picture: " + name));
            }
            return complaints;
        }"""
    )


def wide_code(page: Page) -> list[str]:
    """No line of code is wider than its box, in what is folded neither; returns those that are."""
    return page.evaluate(
        """() => {
            const folded = [...document.querySelectorAll("article details, .toggle-hidden")];
            for (const fold of folded) {
                fold.open = true;
                fold.classList.remove("toggle-hidden");
            }
            const wide = [...document.querySelectorAll("article div.highlight pre")]
                .filter((pre) => pre.scrollWidth > pre.clientWidth + 1);
            return wide.map((pre) => pre.textContent.slice(0, 200));
        }"""
    )


def sideways_scroll(page: Page) -> list[str]:
    """The page is no wider than the window; what is wider scrolls in a box of its own."""
    return page.evaluate(
        """() => {
            const root = document.scrollingElement;
            if (root.scrollWidth <= root.clientWidth) return [];
            const boxed = (e) => e !== document.body && e.parentElement &&
                (getComputedStyle(e).overflowX !== "visible" || boxed(e.parentElement));
            const wide = [...document.body.querySelectorAll("*")].filter((e) =>
                e.getBoundingClientRect().right > root.clientWidth + 1 && !boxed(e.parentElement));
            return [`${root.scrollWidth} px wide in a window of ${root.clientWidth}: `
                + wide.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" | ")];
        }"""
    )


def accessibility(page: Page, *, contrast: bool = True) -> list[str]:
    """Axe finds nothing, of any level; without `contrast`, it does not compare colours."""
    merge_words_of_code(page)
    options = {
        "resultTypes": ["violations"],
        "rules": {"color-contrast": {"enabled": contrast}},
    }
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{violation['impact']}: {violation['id']}: {node['html'][:160]}"
        for violation in found
        for node in violation["nodes"]
    ]


def merge_words_of_code(page: Page) -> None:
    """Leave one of the words of code that look alike, and make the others plain text.

    A chapter has ten thousand, and comparing the colours of all takes axe most of its time.
    """
    page.evaluate(
        """() => {
            // In any theme, the classes of a word and of all around it decide.
            const look = (e) => e ? `${e.tagName}.${e.className} ${look(e.parentElement)}` : "";
            const words = [...document.querySelectorAll("pre span[class]")]
                .filter((word) => word.attributes.length === 1)
                .map((word) => [look(word), word]);
            const seen = new Set();
            for (const [look, word] of words)
                if (seen.has(look)) word.replaceWith(...word.childNodes); else seen.add(look);
        }"""
    )


class _Anchors(HTMLParser):
    """Collect the links of a page and the ids that a link can lead to."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.ids: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the tag's link and its id."""
        given = dict(attrs)
        for name in ("href", "src"):
            if value := given.get(name):
                self.links.append(value)
        if value := given.get("id") or (given.get("name") if tag == "a" else None):
            self.ids.append(value)


def links(folder: Path) -> Iterator[str]:
    """Yield a complaint for each link that leads nowhere and each id given twice on one page."""
    pages = {page: _Anchors(page.read_text("utf-8")) for page in sorted(folder.rglob("*.html"))}
    for page, anchors in pages.items():
        name = page.relative_to(folder)
        for repeated in sorted({i for i in anchors.ids if anchors.ids.count(i) > 1}):
            yield f"{name}: id given twice: {repeated}"
        for link in anchors.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (page.parent / unquote(parts.path)).resolve() if parts.path else page
            if target.is_dir():
                target /= "index.html"
            if not target.is_relative_to(folder.resolve()) or not target.is_file():
                yield f"{name}: no such file: {link}"
            elif not _has(pages.get(target), unquote(parts.fragment)):
                yield f"{name}: no such anchor: {link}"


def _has(page: _Anchors | None, fragment: str) -> bool:
    """Whether the page, where it is one, has the anchor, where there is one."""
    return page is None or not fragment or fragment in page.ids
