"""MyST Markdown, parsed as the website parses it, with the place of each piece in the text."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

from docutils.parsers.rst import Directive as Markup
from docutils.parsers.rst.states import MarkupError
from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.rules_inline import StateInline
from markdown_it.token import Token
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.directives import parse_directive_text
from myst_parser.parsers.mdit import create_md_parser

from tools.book import configuration

SPANNED = ("myst_role", "math_inline")  # rules whose tokens get a span
InlineRule = Callable[[StateInline, bool], bool]


@cache
def _parser() -> MarkdownIt:
    """Return myst-parser's own parser, set as the website sets it, that also records spans."""
    config = configuration()
    settings = MdParserConfig(
        enable_extensions=set(config["parse"]["myst_enable_extensions"]),
        dmath_double_inline=config["sphinx"]["config"]["myst_dmath_double_inline"],
    )
    parser = create_md_parser(settings, RendererHTML)
    for rule in parser.inline.ruler.__rules__:
        if rule.name in SPANNED:
            parser.inline.ruler.at(rule.name, _recording(rule.fn))
    return parser


def _recording(rule: InlineRule) -> InlineRule:
    """Let the token that a rule makes know from where to where in the inline text it goes."""

    def recorded(state: StateInline, silent: bool) -> bool:
        start = state.pos
        found = rule(state, silent)
        if found and not silent:
            state.tokens[-1].meta["span"] = (start, state.pos)
        return found

    return recorded


def parse(text: str) -> list[Token]:
    """Return the tokens of a text, blocks at the top."""
    return _parser().parse(text)


@dataclass(frozen=True)
class Directive:
    """A directive: its argument, its options as its own class understands them, its body."""

    name: str
    argument: str
    options: dict
    body: str


def directive_name(token: Token) -> str | None:
    """Return the name of the directive that a fence opens, or None where it opens none."""
    match = re.match(r"\s*\{([^{}]+)\}", token.info)
    return match[1].strip() if match else None


def directive(token: Token, markup: type[Markup]) -> Directive:
    """Parse a directive by the rules of its class; what the class does not know is an error."""
    name = directive_name(token)
    assert name is not None
    first = token.info.partition("}")[2].strip()
    try:
        found = parse_directive_text(markup, first, token.content)
    except MarkupError as error:
        raise ValueError(f"{{{name}}}: {error}") from error
    if found.warnings:
        raise ValueError(f"{{{name}}}: {found.warnings[0].msg}")
    return Directive(name, " ".join(found.arguments), found.options, "\n".join(found.body))


class Text:
    """A text, the places of its lines, and the changes to be made in it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens = parse(text)
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)
        self._changes: list[tuple[int, int, str]] = []
        self._reached = 0  # a row of a table holds several inline texts, found one after the other

    def span(self, token: Token) -> tuple[int, int]:
        """Return from where to where a block goes, without the line's end at its end."""
        assert token.map is not None
        first, end = token.map
        return self._starts[first], min(self._starts[end] - 1, len(self.text))

    def replace(self, start: int, end: int, new: str) -> None:
        """Note a change; none may overlap another."""
        self._changes.append((start, end, new))

    def changed(self) -> str:
        """Return the text with all changes made."""
        text = self.text
        for start, end, new in sorted(self._changes, reverse=True):
            text = text[:start] + new + text[end:]
        return text

    def pieces(self, inline: Token) -> Iterator[tuple[Token, int, int]]:
        """Yield the children of an inline text, those that have a span with it, others at 0."""
        places = self._places(inline)
        for child in inline.children or ():
            start, end = child.meta.get("span", (0, 0))
            if end:
                if not places:
                    raise ValueError(f"a table cell with both a pipe and markup: {inline.content}")
                start, end = places[start], places[end - 1] + 1
            yield child, start, end

    def _places(self, inline: Token) -> list[int]:
        """Return where in the text each character of an inline text stands.

        The parser takes the indent and the marks of quotes and lists from each line, so that what
        is left of a line is found inside it. A table's cell with an escaped pipe is not found; it
        has no places.
        """
        assert inline.map is not None
        places: list[int] = []
        for number, line in enumerate(inline.content.split("\n"), inline.map[0]):
            begin = max(self._starts[number], self._reached)
            start = self.text.find(line, begin, self._starts[number + 1])
            if start < 0:
                return []
            self._reached = start + len(line)
            places += range(start, self._reached + 1)  # the line's end, too
        return places
