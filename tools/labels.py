"""Labels and numbers: what the website calls a theorem, an exercise, an equation, a section."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from tools.book import site


@dataclass(frozen=True)
class Label:
    """What a label stands for: a name such as "Theorem 1.2", with its page and its cell.

    Colab follows a link only to a cell, `#scrollTo=CELL` [1]_, and what stands behind an ampersand
    is not for it. JupyterLab follows a link to what has the link's whole text as its id. So the
    fragment of a link, and the anchor's id, hold both: the cell, and the label behind it.

    .. [1] https://github.com/googlecolab/colabtools/issues/3983
    """

    label: str
    name: str
    kind: str  # statement, exercise, equation or section
    page: str
    cell: str

    @property
    def fragment(self) -> str:
        """Return the end of a link to it from the same notebook."""
        return f"scrollTo={self.cell}&label={self.label}"

    @property
    def anchor(self) -> str:
        """Return what such a link leads to."""
        return f'<a id="{self.fragment.replace("&", "&amp;")}"></a>'

    @property
    def on_the_site(self) -> str:
        """Return where the website has it."""
        prefix = "equation-" if self.kind == "equation" else ""
        return f"{site()}{self.page}.html#{prefix}{self.label}"


class Numbers:
    """Counts as the website counts on one page: each kind of statement by itself.

    `chapter` is the page's number, or None where the website gives none.
    """

    def __init__(self, page: str, chapter: int | None) -> None:
        self.labels: dict[str, Label] = {}
        self._page, self._chapter = page, chapter
        self._counts: Counter[str] = Counter()
        self._sections: list[int] = []

    def next(self, kind: str) -> str:
        """Return the number of the next thing of a kind."""
        if self._chapter is None:
            raise ValueError(f"a numbered {kind} outside the chapters")
        self._counts[kind] += 1
        return f"{self._chapter}.{self._counts[kind]}"

    def section(self, level: int) -> str:
        """Return the number of the next heading of a level, with its dot; nothing where none is."""
        if self._chapter is None:
            return ""
        if level == 1:
            self._sections = [self._chapter]
        else:
            counts = [*self._sections, *[0] * level][:level]
            self._sections = [*counts[:-1], counts[-1] + 1]
        return ".".join(map(str, self._sections)) + "."

    def define(self, label: str | None, name: str, kind: str, cell: str) -> str:
        """Note what a label stands for, and return its anchor; nothing for no label."""
        if not label:
            return ""
        if label in self.labels:
            raise ValueError(f"the label {label} is given twice")
        self.labels[label] = Label(label, name, kind, self._page, cell)
        return self.labels[label].anchor
