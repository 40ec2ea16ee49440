"""MyST Markdown made plain, for what knows no MyST: JupyterLab, Colab, GitHub.

Directives become quotes and folds, roles become words and links, with the website's numbers and
names. What is not known here is an error: nothing is passed through.

Why the result looks as it does:

- Jupyter takes mathematics out before it reads Markdown, with the marks of a quote in it. So inside
  a quote a formula stands in one line.
- Markdown inside `<details>` needs blank lines around it.
- `tools.labels` says what links inside a notebook look like.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from textwrap import dedent

import nbformat
from docutils.parsers.rst import Directive as Markup
from docutils.parsers.rst.directives import admonitions
from markdown_it.token import Token
from sphinx.directives.other import SeeAlso
from sphinx.directives.patches import MathDirective
from sphinx_design.dropdown import DropdownDirective
from sphinx_exercise.directive import ExerciseDirective, SolutionDirective
from sphinx_proof.directive import DEFAULT_REALTYP_TO_COUNTERTYP, ProofDirective
from sphinx_proof.proof_type import PROOF_TYPES

from tools.book import ROOT, pages, site
from tools.citations import Bibliography
from tools.labels import Label, Numbers
from tools.myst import Directive, Text, directive, directive_name, parse

# Blocks and what stands in lines that every host reads alike.
PLAIN_BLOCKS = re.compile(
    r"(paragraph|bullet_list|ordered_list|list_item|blockquote|table|thead|tbody|tr|th|td)"
    r"_(open|close)|heading_close|hr|fence|code_block|html_block"
)
PLAIN_INLINE = re.compile(
    r"text|softbreak|hardbreak|code_inline|html_inline|(strong|em)_(open|close)|link_close"
)
ABSOLUTE = re.compile(r"https?://|mailto:")
NO_PLAIN_WORDS = re.compile(r"[$`*_\[\]{}<>&]")
ENVIRONMENT = re.compile(r"\\begin\{(\w+\*?)\}.*?\\end\{\1\}", re.DOTALL)

STATEMENTS = {f"prf:{kind}": PROOF_TYPES[kind] for kind in DEFAULT_REALTYP_TO_COUNTERTYP}
NOTES: dict[str, type[Markup]] = {
    "attention": admonitions.Attention,
    "caution": admonitions.Caution,
    "danger": admonitions.Danger,
    "error": admonitions.Error,
    "hint": admonitions.Hint,
    "important": admonitions.Important,
    "note": admonitions.Note,
    "seealso": SeeAlso,
    "tip": admonitions.Tip,
    "warning": admonitions.Warning,
}


class Page:
    """One notebook, cell by cell, with its numbers.

    Parameters
    ----------
    name
        The page on the website, such as `book/01-ideal-game`.
    chapter
        The chapter's number, or None where the website has none.
    works
        What may be cited.
    labels
        All labels of the book; None while they are collected, and then every reference is good.
    """

    def __init__(
        self,
        name: str,
        chapter: int | None,
        works: Bibliography,
        labels: Mapping[str, Label] | None,
    ) -> None:
        self.name = name
        self.cited: list[str] = []
        self._works, self._all = works, labels
        self._numbers = Numbers(name, chapter)
        self._cell = ""
        self._waiting: str | None = None  # a label before its heading

    def cell(self, text: str, cell: str) -> str:
        """Return a Markdown cell's text in plain Markdown."""
        self._cell = cell
        try:
            return self._plain(text, quoted=False, top=True)
        except ValueError as error:
            raise ValueError(f"{self.name}, cell {cell}: {error}") from error

    @property
    def labels(self) -> dict[str, Label]:
        """Return the labels found so far."""
        return self._numbers.labels

    @property
    def address(self) -> str:
        """Return where the website has this page."""
        return f"{site()}{self.name}.html"

    def references(self) -> str:
        """Return the works cited so far, in full."""
        return self._works.references(self.cited)

    def _define(self, label: str | None, name: str, kind: str) -> str:
        return self._numbers.define(label, name, kind, self._cell)

    # Blocks

    def _plain(self, text: str, *, quoted: bool, top: bool = False) -> str:
        source = Text(text)
        for index, token in enumerate(source.tokens):
            if self._waiting and token.type != "heading_open":
                raise ValueError(f"the label {self._waiting} does not stand before a heading")
            if token.type == "inline":
                self._inline(source, token)
            elif token.type in ("fence", "colon_fence") and directive_name(token):
                self._directive(source, token, quoted)
            elif token.type in ("math_block", "math_block_label"):
                self._math(source, token, quoted)
            elif token.type == "myst_line_comment":
                source.replace(*source.span(token), "")
            elif token.type == "myst_target":
                self._waiting = token.content
                source.replace(*source.span(token), "")
            elif token.type == "heading_open":
                self._heading(source, token, source.tokens[index + 1].content, top)
            elif not PLAIN_BLOCKS.fullmatch(token.type):
                raise ValueError(f"{token.type}: no way is known to write this in plain Markdown")
        if self._waiting:
            raise ValueError(f"the label {self._waiting} does not stand before a heading")
        return source.changed()

    def _heading(self, source: Text, token: Token, title: str, top: bool) -> None:
        if not (top and token.level == 0 and token.markup.startswith("#")):
            raise ValueError(f"a heading stands for itself, after #: {title}")
        anchor = self._define(self._waiting, title, "section")
        self._waiting = None
        number = self._numbers.section(len(token.markup))
        start = source.span(token)[0] + len(token.markup)
        source.replace(start, start, f" {anchor}{number}".rstrip())

    def _math(self, source: Text, token: Token, quoted: bool) -> None:
        """Give a formula between double dollars its number, or put it into one line."""
        start, end = source.span(token)
        start = source.text.index("$$", start)
        label = token.info if token.type == "math_block_label" else None
        before = source.text[source.text.rfind("\n", 0, start) + 1 : start]
        if ">" in before:
            raise ValueError("a formula on lines of its own in a quote: write {note}, or the like")
        if label or quoted or "\n\n" in token.content:
            lines = self._display(token.content, label, quoted).split("\n")
            source.replace(start, end, f"\n{' ' * len(before)}".join(lines))

    def _display(self, tex: str, label: str | None, quoted: bool) -> str:
        lines = dedent("\n".join(filter(str.strip, tex.split("\n")))).rstrip().split("\n")
        if r"\\" in ENVIRONMENT.sub("", tex):
            raise ValueError(r"\\ outside \begin{aligned}: only the website breaks such a line")
        anchor = ""
        if label:
            number = self._numbers.next("equation")
            anchor = self._define(label, f"({number})", "equation")
            lines.append(rf"\tag{{{number}}}")
        if not quoted:
            return "\n".join([anchor, "$$", *lines, "$$"]).strip()
        return f"{anchor} $$ {_one_line(' '.join(lines))} $$".strip()

    def _directive(self, source: Text, token: Token, quoted: bool) -> None:
        name = directive_name(token)
        if name not in DIRECTIVES:
            raise ValueError(f"{{{name}}} is not known here: teach it to tools/plain_markdown.py")
        start, end = source.span(token)
        indent = source.text[start : source.text.index(token.markup, start)]
        if indent.strip():
            raise ValueError(f"{{{name}}} on the line of a list's mark, or in a quote")
        markup, convert, known = DIRECTIVES[name]
        found = directive(token, markup)
        if not (found.body.strip() or found.argument):
            raise ValueError(f"{{{name}}} is empty")
        if unknown := found.options.keys() - known:
            raise ValueError(f"{{{name}}}: the option {min(unknown)} is not known here")
        made = convert(self, found, quoted)
        lines = [f"{indent}{line}".rstrip() for line in made.split("\n")]
        before, after = source.text[:start], source.text[end:]
        gap = "\n" if before.strip() and not before.endswith("\n\n") else ""
        rest = "\n" if after.strip() and not after.startswith("\n\n") else ""
        source.replace(start, end, gap + "\n".join(lines) + rest)

    # Directives

    def _statement(self, found: Directive, quoted: bool) -> str:
        kind = found.name.removeprefix("prf:").capitalize()
        return self._titled(kind, "statement", found)

    def _exercise(self, found: Directive, quoted: bool) -> str:
        return self._titled("Exercise", "exercise", found)

    def _titled(self, word: str, kind: str, found: Directive) -> str:
        """Return a statement or an exercise: a quote below its number and title."""
        name = word
        if "nonumber" not in found.options:
            name = f"{word} {self._numbers.next(word)}"
        anchor = self._define(found.options.get("label"), name, kind)
        title = f" ({self._line(found.argument)})" if found.argument else ""
        body = self._plain(found.body, quoted=True)
        if _folded(found):
            return _quote(f"{anchor}\n\n{_details(name + _words(title), body)}")
        return _quote(f"{anchor}**{name}{title}**\n\n{body}")

    def _proof(self, found: Directive, quoted: bool) -> str:
        """Return a proof, in no quote of its own: a square says where it ends."""
        body = self._plain(found.body, quoted=quoted).rstrip()
        last = parse(body)[-1]
        body += " □" if last.type == "paragraph_close" and last.level == 0 else "\n\n□"
        if _folded(found):
            return _details("Proof", body)
        joined = " " if parse(body)[0].type == "paragraph_open" else "\n\n"
        return f"*Proof.*{joined}{body.lstrip()}"

    def _solution(self, found: Directive, quoted: bool) -> str:
        """Return a solution: always folded, whatever the website does."""
        exercise = self._resolve(found.argument, "exercise")
        name = f"Solution to {exercise.name}"
        anchor = self._define(found.options.get("label"), name, "exercise")
        body = self._plain(found.body, quoted=quoted)
        return f"{anchor}\n\n{_details(name, body)}".strip()

    def _dropdown(self, found: Directive, quoted: bool) -> str:
        body = self._plain(found.body, quoted=quoted)
        return _details(_words(found.argument), body, is_open="open" in found.options)

    def _note(self, found: Directive, quoted: bool) -> str:
        words = {"seealso": "See also"}
        name = found.argument or words.get(found.name, found.name.capitalize())
        body = self._plain(found.body, quoted=True)
        if _folded(found):
            return _details(_words(name), body)
        return _quote(f"**{self._line(name)}**\n\n{body}")

    def _equation(self, found: Directive, quoted: bool) -> str:
        tex = "\n".join(filter(None, (found.argument, found.body.strip("\n"))))
        if "\n\n" in tex:
            raise ValueError("a blank line inside a formula")
        return self._display(tex, found.options.get("label"), quoted)

    # What stands in lines

    def _line(self, text: str) -> str:
        return self._plain(text, quoted=True).strip()

    def _inline(self, source: Text, inline: Token) -> None:
        for child, start, end in source.pieces(inline):
            if child.type == "myst_role":
                source.replace(start, end, self._role(child.meta["name"], child.content))
            elif child.type in ("math_inline", "math_inline_double"):
                formula = f"{child.markup}{child.content}{child.markup}"
                if "\n" in formula:
                    source.replace(start, end, _one_line(formula))
            elif child.type in ("link_open", "image"):
                where = str(child.attrs.get("href", child.attrs.get("src")))
                if not ABSOLUTE.match(where):
                    raise ValueError(f"a link to {where}: write {{doc}}, {{ref}} or a full address")
            elif not PLAIN_INLINE.fullmatch(child.type):
                raise ValueError(f"{child.type}: no way is known to write this in plain Markdown")

    def _role(self, role: str, content: str) -> str:
        if role.startswith("cite:"):
            cited, keys = self._works.cite(role, content)
            self.cited += keys
            return cited
        if role not in ROLES:
            raise ValueError(f"{{{role}}} is not known here: teach it to tools/plain_markdown.py")
        return ROLES[role](self, content)

    def _refer(self, content: str, kinds: str) -> str:
        text, label = _split(content)
        target = self._resolve(label, kinds)
        address = f"#{target.fragment}" if target.page == self.name else target.on_the_site
        return f"[{text or target.name}]({address})"

    def _resolve(self, label: str, kinds: str) -> Label:
        if self._all is None:
            return Label(label, label, kinds.split()[0], self.name, self._cell)
        if label not in self._all or self._all[label].kind not in kinds.split():
            raise ValueError(f"the label {label} is undefined, or no {' or '.join(kinds.split())}")
        return self._all[label]

    def _document(self, content: str) -> str:
        text, target = _split(content)
        base = ROOT if target.startswith("/") else (ROOT / self.name).parent
        wanted = (base / target.lstrip("/")).resolve()
        for page in pages():
            if page.with_suffix("") == wanted:
                name = wanted.relative_to(ROOT).as_posix()
                return f"[{text or _title(page)}]({site()}{name}.html)"
        raise ValueError(f"{{doc}}: the table of contents has no page {target}")


def _split(content: str) -> tuple[str, str]:
    """Return the words, if there are any, and the target of `words <target>`."""
    match = re.fullmatch(r"(.*?)\s*<([^<>]+)>", content, re.DOTALL)
    return (match[1], match[2]) if match else ("", content)


def _title(page: Path) -> str:
    """Return the title of a page of the website."""
    if page.suffix == ".ipynb":
        text = nbformat.read(page, as_version=4).cells[0].source
    else:
        text = page.read_text("utf-8")
    match = re.search(r"^# (.+)$", text, re.MULTILINE)
    assert match is not None, page
    return match[1]


def _quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.strip().split("\n"))


def _details(summary: str, body: str, is_open: bool = False) -> str:
    tag = "<details open>" if is_open else "<details>"
    return f"{tag}\n<summary>{summary}</summary>\n\n{body.strip()}\n\n</details>"


def _words(title: str) -> str:
    if NO_PLAIN_WORDS.search(title):
        raise ValueError(f"the title of a fold is plain words, got {title}")
    return title


def _folded(found: Directive) -> bool:
    return "dropdown" in found.options.get("class", ())


def _one_line(formula: str) -> str:
    """Put a formula into one line, where a remark would swallow the rest."""
    if re.search(r"(?<!\\)%", formula):
        raise ValueError(f"a remark inside a formula: {formula}")
    return re.sub(r"\s*\n\s*", " ", formula)


Convert = Callable[[Page, Directive, bool], str]
KNOWN = frozenset({"label", "class", "nonumber"})
# The class that reads a directive, what converts it, and the options that it understands.
DIRECTIVES: dict[str | None, tuple[type[Markup], Convert, frozenset[str]]] = {
    **{name: (markup, Page._statement, KNOWN) for name, markup in STATEMENTS.items()},
    **{name: (markup, Page._note, frozenset({"class"})) for name, markup in NOTES.items()},
    "admonition": (admonitions.Admonition, Page._note, frozenset({"class"})),
    "prf:proof": (ProofDirective, Page._proof, frozenset({"class"})),
    "exercise": (ExerciseDirective, Page._exercise, KNOWN),
    "solution": (SolutionDirective, Page._solution, frozenset({"label", "class"})),
    "dropdown": (DropdownDirective, Page._dropdown, frozenset({"open"})),
    "math": (MathDirective, Page._equation, frozenset({"label"})),
}
ROLES: dict[str, Callable[[Page, str], str]] = {
    "prf:ref": lambda page, content: page._refer(content, "statement"),
    "ref": lambda page, content: page._refer(content, "exercise section"),
    "numref": lambda page, content: page._refer(content, "statement exercise"),
    "eq": lambda page, content: page._refer(content, "equation"),
    "doc": Page._document,
    "zh": lambda _, content: content,
}
