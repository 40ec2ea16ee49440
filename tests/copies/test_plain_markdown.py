"""MyST made plain, a construct at a time."""

from __future__ import annotations

from textwrap import dedent

import pytest

from tests.copies.reading import raw, read
from tools.citations import bibliography
from tools.labels import Label
from tools.plain_markdown import DIRECTIVES, NOTES, STATEMENTS, Page

WORKS = bibliography()
SITE = "https://gantext.github.io/gantext"
ELSEWHERE = {
    "thm-else": Label("thm-else", "Theorem 2.3", "statement", "book/02-other", "cell"),
    "eq-else": Label("eq-else", "(2.1)", "equation", "book/02-other", "cell"),
}


def convert(*cells: str, chapter: int | None = 1) -> str:
    """Convert cells of one page, called c0, c1 and so on, with all their labels known."""
    texts = [dedent(cell).strip("\n") for cell in cells]
    first = Page("book/01-page", chapter, WORKS, None)
    for k, text in enumerate(texts):
        first.cell(text, f"c{k}")
    page = Page("book/01-page", chapter, WORKS, ELSEWHERE | first.labels)
    made = "\n\n".join(page.cell(text, f"c{k}") for k, text in enumerate(texts))
    assert raw(made) == []
    return made


def anchor(label: str, cell: str = "c0") -> str:
    return f'<a id="scrollTo={cell}&amp;label={label}"></a>'


def test_plain_text_stays_as_it_is():
    text = dedent("""\
        Words, *so* and **so**, `{ref}` and `x`, $a_1 * b$.

        1. one
           - two

        ```python
        # {note} in code
        ```

        | a | b |
        | --- | --: |
        | $x$ | [there](https://example.org) |

        > a quote

        <div>html</div>

        $$
        \\begin{aligned}
        a &= b \\\\
        c &= d
        \\end{aligned}
        $$""")
    assert convert(text) == text


@pytest.mark.parametrize("name", STATEMENTS)
def test_statements_are_counted_each_kind_by_itself(name):
    kind = name.removeprefix("prf:").capitalize()
    made = convert(
        f"""\
        :::{{{name}}} First
        :label: one
        Words.
        :::
        :::{{prf:remark}}
        Between.
        :::
        """,
        f"""\
        ```{{{name}}}
        Second.
        ```

        See {{prf:ref}}`one`, and {{prf:ref}}`that <one>`.
        """,
    )
    assert f"> {anchor('one')}**{kind} 1.1 (First)**\n>\n> Words.\n\n" in made
    between, second = ("1.2", "1.3") if kind == "Remark" else ("1.1", "1.2")
    assert f"> **Remark {between}**\n>\n> Between." in made
    assert f"> **{kind} {second}**\n>\n> Second.\n\nSee" in made
    link = "#scrollTo=c0&label=one"
    assert f"See [{kind} 1.1]({link}), and [that]({link})." in made


def test_a_statement_may_have_no_number():
    assert convert(":::{prf:lemma} T\n:nonumber:\nWords.\n:::") == "> **Lemma (T)**\n>\n> Words."


def test_a_title_may_hold_mathematics_and_a_citation():
    made = convert(":::{prf:theorem} On $f = xy$ {cite:p}`sion1958`\nWords.\n:::")
    link = "[[Sion, 1958](https://doi.org/10.2140/pjm.1958.8.171)]"
    assert made == f"> **Theorem 1.1 (On $f = xy$ {link})**\n>\n> Words."


def test_in_a_quote_a_formula_stands_in_one_line():
    """Jupyter would take the marks of the quote for a part of the formula."""
    made = convert("""\
        :::{prf:theorem}
        Let $a <
        b$ and

        $$
        \\begin{aligned}
        a &= b, \\\\
        c &= d
        \\end{aligned}
        $$

        1. so

           $$
           x
           $$ (eq-x)
        :::

        1. and

           $$
           y
             z
           $$ (eq-y)
        """)
    assert "> Let $a < b$ and\n" in made
    assert "> $$ \\begin{aligned} a &= b, \\\\ c &= d \\end{aligned} $$\n" in made
    assert f">    {anchor('eq-x')} $$ x \\tag{{1.1}} $$" in made
    assert f"1. and\n\n   {anchor('eq-y')}\n   $$\n   y\n     z\n   \\tag{{1.2}}\n   $$" in made
    assert [formula.strip() for formula in read(made).formulas] == [
        "a < b",
        "\\begin{aligned} a &= b, \\\\ c &= d \\end{aligned}",
        "x \\tag{1.1}",
        "y\n  z\n\\tag{1.2}",
    ]


def test_a_proof_begins_and_ends_visibly():
    assert convert(":::{prf:proof}\nWords\n{eq}`eq-else`.\n:::") == (
        f"*Proof.* Words\n[(2.1)]({SITE}/book/02-other.html#equation-eq-else). □"
    )
    assert convert(":::{prf:proof}\n- one\n\n$$\nx\n$$\n:::") == (
        "*Proof.*\n\n- one\n\n$$\nx\n$$\n\n□"
    )
    assert convert(":::{prf:proof}\n:class: dropdown\nWords.\n:::") == (
        "<details>\n<summary>Proof</summary>\n\nWords. □\n\n</details>"
    )


def test_an_exercise_and_its_folded_solution():
    made = convert("""\
        ```{exercise} Two $x$
        :label: ex-two
        Ask {ref}`ex-two`.
        ```
        ````{solution} ex-two
        :class: dropdown
        Words,

        ```python
        x = "::: {ref}`y`"

        y = 1
        ```
        ````
        After.""")
    assert made == dedent(f"""\
        > {anchor("ex-two")}**Exercise 1.1 (Two $x$)**
        >
        > Ask [Exercise 1.1](#scrollTo=c0&label=ex-two).


        <details>
        <summary>Solution to Exercise 1.1</summary>

        Words,

        ```python
        x = "::: {{ref}}`y`"

        y = 1
        ```

        </details>

        After.""")
    assert read(made).code == [('x = "::: {ref}`y`"\n\ny = 1\n', True)]
    assert "".join(read(made).folded).strip() == "Words,"


def test_a_solution_is_folded_even_where_the_website_shows_it():
    made = convert(":::{exercise}\n:label: e\nAsk.\n:::", ":::{solution} e\n:label: s\nTell.\n:::")
    assert f"{anchor('s', 'c1')}\n\n<details>\n<summary>Solution to Exercise 1.1</summary>" in made


def test_boxes_stand_in_boxes():
    made = convert("""\
        ::::{dropdown} More
        Words.

        :::{prf:lemma}
        - one
          ```{math}
          :label: eq-in
          a
          ```
        :::
        ::::""")
    assert made == dedent(f"""\
        <details>
        <summary>More</summary>

        Words.

        > **Lemma 1.1**
        >
        > - one
        >
        >   {anchor("eq-in")} $$ a \\tag{{1.1}} $$

        </details>""")


def test_a_fold_may_be_open():
    assert convert(":::{dropdown} More\nWords.\n:::").startswith("<details>\n")
    page = Page("book/01-page", 1, WORKS, {})
    assert page.cell(":::{dropdown} More\n:open:\nA.\n:::", "c").startswith("<details open>\n")


@pytest.mark.parametrize("name", NOTES)
def test_notes_are_quotes(name):
    word = "See also" if name == "seealso" else name.capitalize()
    assert convert(f":::{{{name}}}\nMind\nthe gap.\n:::") == (
        f"> **{word}**\n>\n> Mind\n> the gap."
    )


def test_a_note_may_have_a_title_and_a_fold():
    assert convert(":::{admonition} A $t$\nB.\n:::") == "> **A $t$**\n>\n> B."
    assert convert(":::{tip}\n:class: dropdown\nB.\n:::") == (
        "<details>\n<summary>Tip</summary>\n\nB.\n\n</details>"
    )


def test_formulas_are_counted_where_they_have_a_label():
    made = convert(
        """\
        Before
        ```{math}
        :label: eq-one
        a
        = b
        ```
        {eq}`eq-one`
        """,
        "$$ x $$ (eq-two)",
        "```{math}\nno label\n```",
    )
    assert f"Before\n\n{anchor('eq-one')}\n$$\na\n= b\n\\tag{{1.1}}\n$$\n\n[(1.1)](#scroll" in made
    assert f"{anchor('eq-two', 'c1')}\n$$\nx\n\\tag{{1.2}}\n$$" in made
    assert "\n$$\nno label\n$$" in made


def test_headings_are_counted_in_chapters_alone():
    cells = ("# T", "## A\n\nwords\n\n### B\n\n### C", "## D", "(here)=\n\n### E", "{ref}`here`")
    numbers = ["# 1. T", "## 1.1. A", "### 1.1.1. B", "### 1.1.2. C", "## 1.2. D"]
    made = convert(*cells)
    assert [line for line in made.split("\n") if line.startswith("#")][:5] == numbers
    assert f"### {anchor('here', 'c3')}1.2.1. E" in made
    assert "[E](#scrollTo=c3&label=here)" in made
    assert convert("# T\n\n## A", chapter=None) == "# T\n\n## A"


def test_references_to_other_pages_lead_to_the_website():
    made = convert("{prf:ref}`thm-else`, {doc}`02-cycles-and-spirals`, {doc}`so </book/notation>`")
    assert made == (
        f"[Theorem 2.3]({SITE}/book/02-other.html#thm-else), "
        f"[Cycles and spirals]({SITE}/book/02-cycles-and-spirals.html), "
        f"[so]({SITE}/book/notation.html)"
    )


def test_roles_are_found_wherever_they_stand():
    made = convert("""\
        - one {zh}`批`
          and {doc}`the
          page <notation>`

        > quoted {zh}`次`

        | a | b |
        | --- | --- |
        | {zh}`次` | {zh}`批` and {zh}`批` |
        | {zh}`批` | {zh}`批` |

        `{zh}` {zh}`批`: not in code, `{zh}'批'` neither""")
    assert "- one 批\n  and [the page](https" in made
    assert "> quoted 次\n" in made
    assert "| 次 | 批 and 批 |\n| 批 | 批 |\n" in made
    assert made.endswith("`{zh}` 批: not in code, `{zh}'批'` neither")


def test_a_remark_for_writers_is_left_out():
    assert convert("% a remark\nWords.") == "\nWords."


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (":::{marginnote}\nx\n:::", "{marginnote} is not known here"),
        ("```{code-cell}\nx\n```", "{code-cell} is not known here"),
        (":::note\nx\n:::", "colon_fence"),
        ("{kbd}`x`", "{kbd} is not known here"),
        ("{cite:alp}`sion1958`", "{cite:alp} is not known here"),
        ("{cite:p}`nobody1900`", "no such work in the bibliography: nobody1900"),
        ("{prf:ref}`thm-nowhere`", "the label thm-nowhere is undefined"),
        ("{prf:ref}`eq-else`", "the label eq-else is undefined, or no statement"),
        ("{eq}`thm-else`", "the label thm-else is undefined, or no equation"),
        ("{doc}`nowhere`", "the table of contents has no page nowhere"),
        (":::{prf:theorem}\n:label: a\nx\n:::\n\n$$ x $$ (a)", "the label a is given twice"),
        (":::{prf:theorem}\n:width: 3\nx\n:::", "Unknown option keys"),
        (":::{dropdown} D\n:color: info\nx\n:::", "the option color is not known here"),
        (":::{exercise}\n:hidden:\nx\n:::", "the option hidden is not known here"),
        (":::{prf:proof}\n:::", "{prf:proof} is empty"),
        (":::{dropdown} A $t$\nx\n:::", "the title of a fold is plain words"),
        (":::{solution}\nx\n:::", "1 argument"),
        ("- :::{note}\n  x\n  :::", "on the line of a list's mark"),
        ("> :::{note}\n> x\n> :::", "or in a quote"),
        ("> $$\n> x\n> $$", "a formula on lines of its own in a quote"),
        ("| a |\n| --- |\n| $\\|$ {zh}`x` |", "both a pipe and markup"),
        ("[there](02-cycles-and-spirals.ipynb)", "a link to 02-cycles-and-spirals.ipynb"),
        ("![figure](figure.png)", "a link to figure.png"),
        ("a note[^1]\n\n[^1]: x", "footnote"),
        ("term\n: words", "dl_open"),
        ("\\begin{align}\na\n\\end{align}", "amsmath"),
        ("$$\na \\\\ b\n$$ (x)", "outside"),
        ("```{math}\na\n\nb\n```", "a blank line inside a formula"),
        (":::{note}\n$$\na % b\nc\n$$\n:::", "a remark inside a formula"),
        ("(label)=\nWords.", "does not stand before a heading"),
        ("Words.\n\n(label)=", "does not stand before a heading"),
        ("- # A heading in a list", "a heading stands for itself"),
        ("A\n===", "a heading stands for itself"),
        ("+++", "myst_block_break"),
    ],
)
def test_what_is_not_known_is_an_error_that_says_where(text, message):
    page = Page("book/01-page", 1, WORKS, ELSEWHERE)
    with pytest.raises(ValueError, match=r"^book/01-page, cell some-cell: ") as error:
        page.cell(text, "some-cell")
    assert message in str(error.value)


def test_nothing_is_numbered_outside_the_chapters():
    page = Page("exercises/01-page", None, WORKS, {})
    with pytest.raises(ValueError, match="a numbered Theorem outside the chapters"):
        page.cell(":::{prf:theorem}\nx\n:::", "c")


def test_every_kind_of_directive_is_tried_above():
    assert set(DIRECTIVES) == {*STATEMENTS, *NOTES} | {
        "admonition",
        "prf:proof",
        "exercise",
        "solution",
        "dropdown",
        "math",
    }
