"""The notebooks that readers open say what the website says, and JupyterLab shows them well."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.copies.reading import RAW, html
from tests.site.test_jupyter import PATIENCE, PROGRAMS, TOKEN, running
from tools.book import ROOT, appendices, chapters, copy_of, site
from tools.notebooks import collect

CHAPTERS = [
    path.relative_to(ROOT).with_suffix("").as_posix() for path in [*chapters(), *appendices()]
]
LAB = next(program for program in PROGRAMS if program.name == "JupyterLab")
LAST = 'h2:has-text("References")'
TITLE = re.compile(r"(?:Theorem|Proposition|Definition|Remark|Exercise|Lemma|Corollary) \d+\.\d+")


class Words(HTMLParser):
    """The words of a page by the element that they stand in: an opening tag, then its words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.pieces: list[tuple[str, str]] = []
        self._open: list[list[str]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin an element."""
        if tag not in ("br", "hr", "img", "input", "link", "meta", "source", "wbr"):
            classes = next((value or "" for name, value in attrs if name == "class"), "")
            self._open.append([f"{tag}.{classes}"])

    def handle_endtag(self, tag: str) -> None:
        """End it."""
        if self._open and self._open[-1][0].startswith(f"{tag}."):
            kind, *words = self._open.pop()
            self.pieces.append((kind, " ".join("".join(words).split())))

    def handle_data(self, data: str) -> None:
        """Give words to all that is open."""
        for element in self._open:
            element.append(data)

    def of(self, pattern: str) -> list[str]:
        """Return the words of the elements whose tag and classes fit, in order of their ends."""
        return [words for kind, words in self.pieces if re.search(pattern, kind)]


def copied(chapter: str) -> str:
    """Return a chapter's copy as HTML, without its references, which the website has elsewhere."""
    cells = nbformat.read(copy_of(ROOT / f"{chapter}.ipynb"), as_version=4).cells
    return "\n".join(html(c.source) for c in cells[:-1] if c.cell_type == "markdown")


@pytest.fixture(scope="module", params=CHAPTERS)
def both(request: pytest.FixtureRequest, folder: Path) -> tuple[Words, Words]:
    """Return a chapter as the website has it, and as its copy has it."""
    page = (folder / f"{request.param}.html").read_text("utf-8")
    article = page[page.index("<article") : page.index("</article>")]
    # Marks for links to a heading or a formula, and the website's way to write mathematics.
    article = re.sub(r'<a class="headerlink".*?</a>', "", article)
    article = re.sub(r"\\\((.*?)\\\)", r"\1", article)
    return Words(article), Words(copied(request.param))


def test_headings_have_the_websites_numbers(both: tuple[Words, Words]) -> None:
    there, here = (words.of(r"^h[1-4]\.") for words in both)
    assert here == there
    assert len(here) >= 5


def test_statements_and_exercises_have_the_websites_numbers_and_titles(
    both: tuple[Words, Words],
) -> None:
    there = [re.sub(r"\s+\(", " (", t) for t in both[0].of(r"^p\.(admonition-)?title")]
    there = [title for title in there if TITLE.match(title)]
    here = [title for title in both[1].of(r"^strong\.") if TITLE.match(title)]
    assert here == there


def test_there_are_statements_to_compare() -> None:
    found = [title for chapter in CHAPTERS for title in Words(copied(chapter)).of(r"^strong\.")]
    assert len([title for title in found if TITLE.match(title)]) > 30


def test_formulas_have_the_websites_numbers(both: tuple[Words, Words]) -> None:
    there = both[0].of(r"^span\.eqno")
    formulas = " ".join(both[1].of(r"^(div|span|eqn|eq)\.math"))
    assert [f"({tag})" for tag in re.findall(r"\\tag\{(.*?)\}", formulas)] == there


def test_references_have_the_websites_words(both: tuple[Words, Words]) -> None:
    """In order: Theorem 1.2, (1.1), Exercise 1.4, the next chapter."""
    wanted = r"^[\d.()]+$|^[A-Z][a-z]+ \d+\.\d+$"
    there = [words for words in both[0].of(r"^a\.reference internal") if re.search(wanted, words)]
    here = [words for words in both[1].of(r"^a\.$") if re.search(wanted, words)]
    years = re.compile(r"^\d{4}$")
    assert [w for w in here if not years.match(w)] == [w for w in there if not years.match(w)]


def test_citations_have_the_websites_names(both: tuple[Words, Words]) -> None:
    there = both[0].of(r"^span\.bibtex-citation")
    text = " ".join(" ".join(both[1].of(r"^(p|li|td)\.")).split())
    place = {citation: text.count(citation) for citation in there}
    assert there
    assert not [citation for citation, count in place.items() if not count]
    years = re.findall(r"\d{4}(?=[\],])", " ".join(there))
    links = [words for words in both[1].of(r"^a\.$") if re.search(r"\b\d{4}$", words)]
    assert sorted(word[-4:] for word in links) == sorted(years)


def test_links_to_the_website_lead_somewhere(folder: Path) -> None:
    found = set()
    for chapter in CHAPTERS:
        found |= set(re.findall(rf'href="{re.escape(site())}([^"]*)"', copied(chapter)))
    found |= {label.on_the_site.removeprefix(site()) for label in collect().values()}
    for address in found:
        page, _, anchor = address.partition("#")
        assert f'id="{anchor}"' in (folder / page).read_text("utf-8") or not anchor, address
    assert len(found) > 50


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Page]:
    """Return the copy of a chapter in JupyterLab, with all of its cells on the page."""
    folder = tmp_path_factory.mktemp("copies")
    shutil.copy(copy_of(chapters()[0]), folder / "chapter.ipynb")
    settings = folder / "s" / "@jupyterlab" / "notebook-extension"
    settings.mkdir(parents=True)
    (settings / "tracker.jupyterlab-settings").write_text('{"windowingMode": "none"}')
    context = browser.new_context(viewport={"width": 1280, "height": 1000})
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    with running(LAB, folder) as server:
        page.goto(f"{server.address}{LAB.page}/chapter.ipynb?token={TOKEN}&reset")
        for last in (".jp-MarkdownOutput details mjx-container", f".jp-MarkdownOutput {LAST}"):
            expect(page.locator(last).last).to_be_attached(timeout=PATIENCE)
        yield page
        context.close()


def test_jupyterlab_shows_it_plain_and_folded(opened: Page) -> None:
    words = opened.evaluate(
        """() => {
            const words = [];
            for (const cell of document.querySelectorAll(".jp-MarkdownOutput")) {
                const walker = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
                while (walker.nextNode())
                    if (!walker.currentNode.parentElement.closest("code, pre, mjx-container"))
                        words.push(walker.currentNode.data);
                words.push("\\n");
            }
            return words.join("");
        }"""
    )
    assert len(words) > 10_000
    assert RAW.findall(words) == []
    assert opened.locator("mjx-merror, [data-mjx-error]").count() == 0
    assert opened.locator("blockquote mjx-container").count() > 10
    for solution in opened.locator("details").all():
        expect(solution.locator("p, pre").first).to_be_hidden()
    solution = opened.locator("details").first
    solution.locator("summary").click()
    expect(solution.locator("p, pre").first).to_be_visible()


@pytest.mark.parametrize("kind", ["Theorem", "Exercise"])
def test_a_link_inside_leads_there_in_jupyterlab(opened: Page, kind: str) -> None:
    links = opened.locator(".jp-MarkdownOutput a:not(details a)")
    link = links.filter(has_text=re.compile(rf"^{kind} \d")).last
    link.scroll_into_view_if_needed()
    name = re.compile(rf"^{re.escape(link.inner_text())} ")
    target = opened.locator("blockquote strong").filter(has_text=name)
    expect(target).to_have_count(1)
    expect(target).not_to_be_in_viewport()
    link.click()
    expect(target).to_be_in_viewport()
