"""What a reader sees of plain Markdown: CommonMark and tables, with mathematics kept out of it.

That is how Colab, JupyterLab and GitHub read a cell, and all that they agree on.
"""

from __future__ import annotations

import re
from functools import cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

PLAIN = MarkdownIt("commonmark").enable("table").use(dollarmath_plugin, double_inline=True)

# What a reader should never see: marks of MyST, or marks of Markdown that were not understood.
RAW = re.compile(
    r":::|```|~~~|\{[\w:-]+\}|^:\w[\w-]*:|\)=$|\$|\*|\]\(|</?\w+|\\[a-z(\[]|&\w+;"
    r"|^#{1,6} |^> |^\|.*\|$",
    re.MULTILINE,
)
PROSE_ITEMS = ("p", "li", "td", "th", "h1", "h2", "h3", "h4", "summary")


def html(text: str) -> str:
    """Return a cell's text as HTML."""
    return PLAIN.render(text)


class Reader(HTMLParser):
    """Reads a page: its words without code and formulas, its anchors, links and folds."""

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.folded: list[str] = []  # the words inside of folds
        self.code: list[tuple[str, bool]] = []  # each block of code, and whether it is folded
        self.formulas: list[str] = []
        self.anchors: list[str] = []
        self.links: list[str] = []
        self.open_folds = 0
        self._inside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Go inside an element."""
        found = dict(attrs)
        if tag in ("br", "hr", "img"):
            return
        kind = "math" if "math" in (found.get("class") or "") else tag
        self._inside.append(kind)
        if anchor := found.get("id"):
            self.anchors.append(anchor)
        if link := found.get("href"):
            self.links.append(link)
        if tag == "details":
            assert "open" not in found
            self.open_folds += 1

    def handle_endtag(self, tag: str) -> None:
        """Leave it."""
        kind = self._inside.pop()
        assert tag in (kind, "div", "span"), (tag, self._inside)
        if tag == "details":
            self.open_folds -= 1
        if tag in PROSE_ITEMS:
            self.words.append("\n")

    def handle_data(self, data: str) -> None:
        """Sort what is read."""
        if "pre" in self._inside:
            self.code.append((data, self.open_folds > 0))
        elif "math" in self._inside:
            self.formulas.append(data)
        elif "code" not in self._inside:
            self.words.append(data)
            if self.open_folds and "summary" not in self._inside:
                self.folded.append(data)


@cache
def read(text: str) -> Reader:
    """Read a cell."""
    reader = Reader()
    reader.feed(html(text))
    reader.close()
    assert reader.open_folds == 0
    return reader


def raw(text: str) -> list[str]:
    """Return what a reader of a cell would see of its marks."""
    return RAW.findall("".join(read(text).words))
