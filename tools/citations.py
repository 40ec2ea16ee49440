"""Citations and lists of references in plain Markdown, named as the website names them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from types import SimpleNamespace

from pybtex.backends.markdown import Backend
from pybtex.database import BibliographyData, Entry, parse_string
from pybtex.plugin import find_plugin
from sphinxcontrib.bibtex.style.referencing import PersonStyle

from tools.book import ROOT, configuration, site


class PlainBackend(Backend):
    """Markdown that escapes no brackets: Jupyter takes an escaped one for mathematics."""

    symbols = Backend.symbols | {"ndash": "–", "nbsp": "\N{NO-BREAK SPACE}", "newblock": " "}

    def format_str(self, text: str) -> str:
        """Escape what means something inside a line."""
        return re.sub(r"([\\`*_<])", r"\\\1", text)

    def format_href(self, url: str, text: str, external: bool = False) -> str:
        """Escape the brackets of an address, which may end a link."""
        return super().format_href(_escaped(url), text)


def _escaped(url: str) -> str:
    return url.replace("(", "%28").replace(")", "%29")


BACKEND = PlainBackend()


class Bibliography:
    """The works that the book may cite, in the order in which the website lists them."""

    def __init__(self, data: BibliographyData) -> None:
        config = configuration()["sphinx"]["config"]
        if config["bibtex_reference_style"] != "author_year":
            raise ValueError("citations here are by author and year, the website's no more")
        self._style = find_plugin("pybtex.style.formatting", config["bibtex_default_style"])()
        self._entries: dict[str, Entry] = {
            entry.key: entry for entry in self._style.sort(data.entries.values())
        }

    def cite(self, role: str, keys: str) -> tuple[str, list[str]]:
        """Return what stands for a `cite:p` or `cite:t` of keys with commas, and the keys."""
        wanted = [key.strip() for key in keys.split(",")]
        if unknown := set(wanted) - self._entries.keys():
            raise ValueError(f"no such work in the bibliography: {', '.join(sorted(unknown))}")
        works = [entry for key, entry in self._entries.items() if key in wanted]
        if role == "cite:p":
            inside = [f"[{_names(work)}, {_year(work)}]({address(work)})" for work in works]
            return f"[{', '.join(inside)}]", wanted
        if role == "cite:t":
            one_by_one = [f"{_names(work)} [[{_year(work)}]({address(work)})]" for work in works]
            return ", ".join(one_by_one), wanted
        raise ValueError(f"{{{role}}} is not known here: write {{cite:p}} or {{cite:t}}")

    def references(self, keys: Iterable[str]) -> str:
        """Return a list of works in full, an item each."""
        cited = set(keys)
        works = [entry for key, entry in self._entries.items() if key in cited]
        return "\n".join(
            f"- {done.text.render(BACKEND)}" for done in self._style.format_entries(works)
        )


def _names(work: Entry) -> str:
    """Return the authors as a citation names them."""
    style = SimpleNamespace(person=PersonStyle())
    names = style.person.author_or_editor_or_title(full=False)
    return names.format_data({"entry": work, "style": style}).render(BACKEND)


def _year(work: Entry) -> str:
    return work.fields["year"]


def address(work: Entry) -> str:
    """Return where a work can be found; the website's list says of the rest that they cannot."""
    fields = work.fields
    if "doi" in fields:
        found = f"https://doi.org/{fields['doi']}"
    elif "eprint" in fields:
        found = f"https://arxiv.org/abs/{fields['eprint']}"
    else:
        found = fields.get("url", f"{site()}book/bibliography.html")
    return _escaped(found)


def bibliography() -> Bibliography:
    """Return the book's bibliography."""
    files = configuration()["bibtex_bibfiles"]
    return Bibliography(
        parse_string("\n".join((ROOT / file).read_text("utf-8") for file in files), "bibtex")
    )
