"""The built site in a real browser: every page, in light and dark, on a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.site import checks, figures
from tests.site.checks import DESKTOP, PHONE, Visit
from tests.site.server import BUILD
from tools.book import ROOT, chapters, copy_of, notebooks, pages, repository

WRITTEN = [page.relative_to(ROOT).with_suffix("").as_posix() for page in pages()]
CHAPTERS = [page.relative_to(ROOT).with_suffix("").as_posix() for page in chapters()]
# The page of each notebook, and the notebook that a reader of it gets.
HANDED_OUT = {
    path.relative_to(ROOT).with_suffix("").as_posix(): copy_of(path) for path in notebooks()
}
GENERATED = ["genindex", "py-modindex", "prf-prf", "search"]


def test_every_page_is_visited(folder: Path) -> None:
    built = {page.relative_to(folder).with_suffix("").as_posix() for page in folder.rglob("*.html")}
    assert built == {"index", *WRITTEN, *GENERATED}


@pytest.fixture(scope="module", params=[*WRITTEN, *GENERATED])
def seen(request: pytest.FixtureRequest, browser: Browser, root: str) -> Iterator[Visit]:
    """Return each page of the site in turn, opened once for all tests of it."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    yield checks.visit(context, f"{root}{request.param}.html")
    context.close()


@pytest.fixture
def name(seen: Visit, root: str) -> str:
    """Return the name of the page, from the root of the site."""
    return seen.page.url.removeprefix(root).removesuffix(".html")


def test_loads_quietly_and_from_itself_alone(seen: Visit) -> None:
    assert seen.complaints == []


def test_mathematics_is_set(seen: Visit, name: str) -> None:
    assert checks.mathematics(seen.page) == []
    if name in [*CHAPTERS, "book/notation"]:
        assert seen.page.locator("mjx-container").count() > 20
        assert seen.page.evaluate("MathJax.version") == "3.2.2"
        # What screen readers read in place of the drawn formula.
        assert seen.page.locator("mjx-assistive-mml math").count() > 20


def test_pictures_are_there_and_described(seen: Visit) -> None:
    assert checks.images(seen.page) == []


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_does_not_scroll_sideways(seen: Visit, window: dict[str, int]) -> None:
    resize(seen.page, window)
    assert checks.sideways_scroll(seen.page) == []


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_notebooks_alone_offer_colab_at_their_top(
    seen: Visit, name: str, window: dict[str, int]
) -> None:
    resize(seen.page, window)
    link = seen.page.get_by_role("link", name="Open in Colab", exact=True)
    if name not in HANDED_OUT:
        expect(link).to_have_count(0)
        return
    expect(link).to_have_attribute("href", in_colab(name))
    expect(link).to_be_in_viewport(ratio=1)
    expect(seen.page.locator("article h1 + p")).to_have_text("Open in Colab")


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_nothing(seen: Visit, theme: str) -> None:
    resize(seen.page, DESKTOP)
    show(seen.page, theme)
    assert checks.accessibility(seen.page) == []


def test_axe_finds_nothing_on_a_phone(seen: Visit) -> None:
    resize(seen.page, PHONE)
    # The colours are those of the desktop, and comparing them takes most of axe's time.
    assert checks.accessibility(seen.page, contrast=False) == []


def test_pictures_are_dark_in_the_dark(seen: Visit, name: str) -> None:
    resize(seen.page, DESKTOP)
    show(seen.page, "dark")
    pictures = seen.page.locator(".cell_output img")
    assert pictures.count() > 0 or name not in CHAPTERS
    for i in range(pictures.count()):
        style = pictures.nth(i).evaluate("(img) => getComputedStyle(img).filter")
        assert style == "invert(1) hue-rotate(180deg)"
    if name in CHAPTERS:
        # A corner of a picture has the page's ground in place of its white.
        box = pictures.first.bounding_box()
        assert box is not None
        clip = {"x": box["x"] + 2, "y": box["y"] + 2, "width": 4, "height": 4}
        assert mean_grey(seen.page, seen.page.screenshot(clip=clip, full_page=True)) < 0.15


def test_colab_opens_this_very_notebook(seen: Visit, name: str) -> None:
    resize(seen.page, DESKTOP)
    button = seen.page.get_by_role("button", name="Launch interactive content")
    if name not in HANDED_OUT:
        expect(button).to_have_count(0)
        return
    button.click()
    link = seen.page.locator(".dropdown-launch-buttons").get_by_role("link", name="Colab")
    expect(link).to_be_visible()
    expect(link).to_have_attribute("href", in_colab(name))


def test_the_download_is_the_notebook(seen: Visit, folder: Path, name: str) -> None:
    resize(seen.page, DESKTOP)
    link = seen.page.locator("a.btn-download-source-button")
    if name in HANDED_OUT:
        seen.page.get_by_role("button", name="Download this page").click()
        expect(link).to_be_visible()
        target = (folder / name).parent / str(link.get_attribute("href"))
        assert target.read_bytes() == HANDED_OUT[name].read_bytes()


def in_colab(name: str) -> str:
    """Return the address at which Colab opens the notebook that a page hands out."""
    address = repository().replace("https://github.com", "https://colab.research.google.com/github")
    return f"{address}/blob/main/{HANDED_OUT[name].relative_to(ROOT).as_posix()}"


def resize(page: Page, window: dict[str, int]) -> None:
    """Give the window another size, and the page's script the time to notice."""
    page.set_viewport_size(window)
    checks.settle(page)


def show(page: Page, theme: str) -> None:
    """Show the page in dark or in light, as its switch does."""
    page.evaluate("(theme) => { document.documentElement.dataset.theme = theme }", theme)
    checks.settle(page)


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a fresh page on a desk, in light."""
    context = browser.new_context(viewport=DESKTOP, color_scheme="light", reduced_motion="reduce")
    yield context.new_page()
    context.close()


def test_the_address_of_the_site_leads_to_the_preface(page: Page, root: str) -> None:
    page.goto(root)
    page.wait_for_url(f"{root}book/index.html")


def test_search_finds_extragradient_in_chapter_2(page: Page, root: str) -> None:
    page.goto(f"{root}book/index.html")
    page.keyboard.press("Control+k")
    page.keyboard.type("extragradient")
    page.keyboard.press("Enter")
    result = page.locator("#search-results li a", has_text="Cycles and spirals").first
    expect(result).to_be_visible(timeout=10_000)
    result.click()
    expect(page).to_have_url(re.compile(r"/book/02-cycles-and-spirals\.html"))
    expect(page.locator("article h1")).to_contain_text("Cycles and spirals")


def test_search_finds_what_a_reader_types(page: Page, root: str) -> None:
    page.goto(f"{root}search.html?q=Alternating")
    result = page.locator("#search-results li a", has_text="gantext.Alternating").first
    expect(result).to_be_visible(timeout=10_000)
    result.click()
    expect(page).to_have_url(f"{root}book/api/dynamics.html#gantext.Alternating")
    expect(page.locator("dt#gantext\\.Alternating")).to_be_in_viewport()


def test_internal_links_and_anchors_resolve(folder: Path) -> None:
    assert list(checks.links(folder)) == []


def test_the_switch_makes_the_page_dark_and_the_choice_stays(page: Page, root: str) -> None:
    page.goto(f"{root}{CHAPTERS[0]}.html")
    switch = page.locator("button.theme-switch-button:visible").first
    assert lightness(page) > 0.9
    for _ in range(3):
        if page.evaluate("document.documentElement.dataset.theme") == "dark":
            break
        switch.click()
    assert lightness(page) < 0.15
    page.reload()
    assert lightness(page) < 0.15


def test_the_dark_follows_the_system(browser: Browser, root: str) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(f"{root}book/index.html")
    assert lightness(page) < 0.15
    context.close()


def lightness(page: Page) -> float:
    """Return how light the page's ground is: 0 is black, 1 is white."""
    colour = page.evaluate("getComputedStyle(document.body).backgroundColor")
    return sum(int(part) for part in re.findall(r"\d+", colour)[:3]) / (3 * 255)


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_its_figures_move_with_no_network_and_show_pythons_numbers(
    browser: Browser, root: str, chapter: str
) -> None:
    context = browser.new_context(viewport=DESKTOP)
    page = context.new_page()
    page.goto(f"{root}{chapter}.html")
    checks.settle(page)
    context.set_offline(True)
    places = page.locator(".gantext-stored-figure")
    assert places.count() > 0
    for k in range(places.count()):
        place = places.nth(k)
        module = str(place.get_attribute("data-module"))
        kind, tolerance = figures.CLASSES[module], figures.TOLERANCE.get(module, 1e-9)
        assert figures.different(place, kind, tolerance) == []
        opened = figures.state(place, kind)
        figures.press_keys(page, place)
        by_keys = figures.state(place, kind)
        assert by_keys != opened
        assert figures.different(place, kind, tolerance) == []
        figures.drag(page, place)
        figures.rest(place)  # a ball that is let go rolls on
        assert figures.state(place, kind) != by_keys
        assert figures.different(place, kind, tolerance) == []
        figures.says_what_python_says(place, kind)
    context.close()


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_without_scripts_a_figure_is_its_picture(browser: Browser, root: str, chapter: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{root}{chapter}.html")
    pictures = page.locator(".gantext-stored-figure > img")
    assert pictures.count() == page.locator(".gantext-stored-figure").count() > 0
    for k in range(pictures.count()):
        expect(pictures.nth(k)).to_be_visible()
        assert len(str(pictures.nth(k).get_attribute("alt"))) > 80
    context.close()


def test_a_page_loads_the_scripts_of_its_own_figures_alone(folder: Path) -> None:
    for page in folder.rglob("*.html"):
        text = page.read_text("utf-8")
        wanted = set(re.findall(r'class="gantext-stored-figure" data-module="(\w+)"', text))
        loaded = set(re.findall(r"_static/figures/(\w+)\.js", text))
        assert loaded == (wanted | {"shared", "host"} if wanted else set()), page.name


def mean_grey(page: Page, png: bytes) -> float:
    """Return the mean of all channels of a picture, from 0 to 1, read by the browser itself."""
    return page.evaluate(
        """async (bytes) => {
            const blob = new Blob([new Uint8Array(bytes)], {type: "image/png"});
            const bitmap = await createImageBitmap(blob);
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
            canvas.drawImage(bitmap, 0, 0);
            const pixels = canvas.getImageData(0, 0, bitmap.width, bitmap.height).data;
            let sum = 0;
            for (let i = 0; i < pixels.length; i += 4)
                sum += pixels[i] + pixels[i + 1] + pixels[i + 2];
            return sum / (pixels.length / 4) / 3 / 255;
        }""",
        list(png),
    )


def test_a_solution_opens_by_keyboard(page: Page, root: str) -> None:
    page.goto(f"{root}{CHAPTERS[0]}.html")
    solution = page.locator(".solution.dropdown").first
    assert page.locator(".solution.dropdown").count() > 0
    body = solution.locator("section").first
    expect(body).to_be_hidden()
    solution.locator("button.toggle-button, summary").first.focus()
    page.keyboard.press("Enter")
    expect(body).to_be_visible()


def test_no_page_asks_for_what_a_kernel_needs(folder: Path) -> None:
    for page in folder.rglob("*.html"):
        text = page.read_text("utf-8")
        for word in ("require.js", "require.min.js", "widget-view", "jupyter-widgets", "thebe"):
            assert word not in text, f"{page.name}: {word}"


def test_the_tests_build_as_make_does() -> None:
    recipe = re.search(r"/jupyter-book (build .*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert recipe is not None
    program, *arguments = BUILD
    assert Path(program).is_file()
    assert arguments == recipe[1].split()


def test_every_work_cited_can_be_found() -> None:
    text = (ROOT / "book" / "references.bib").read_text("utf-8")
    entries = re.split(r"^@\w+\{", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    for entry in entries:
        key = entry.split(",")[0]
        doi = re.search(r"^ *doi *= \{10\.\d{4,}/\S+\}", entry, re.MULTILINE)
        arxiv = re.search(r"^ *eprint *= \{\d{4}\.\d{4,5}\}", entry, re.MULTILINE)
        assert doi or arxiv or "printed without a DOI" in entry, key
