"""The reader that judges the copies sees what it should."""

import pytest

from tests.copies.reading import raw, read


@pytest.mark.parametrize(
    "text",
    [
        ":::{prf:theorem} T\nbody\n:::",
        "see {prf:ref}`thm-js`",
        "```{note}\nwords\n```\n\nand {cite:t}`x`",
        "word\n:label: thm",
        "(label)=\nword",
        "a cost of $5",
        "> <details>\n> <summary>S</summary>\n> \\(x\\)\n> </details>",
        "<details>\n<summary>S</summary>\n**bold**\n</details>",
        "a **bold*",
        "[text] (here) [text](here there)",
        "word\n| a | b |",
        "a [link](no address) and more",
    ],
)
def test_raw_syntax_is_seen(text):
    assert raw(text)


def test_code_and_formulas_are_not_read_as_words():
    text = "`:::{note}` and $a_1 \\{x\\}$\n\n```python\nx = {1}\n```\n\n$$\nb_2 * c_2 * d\n$$\n"
    found = read(text)
    assert raw(text) == []
    assert found.code == [("x = {1}\n", False)]
    assert [formula.strip() for formula in found.formulas] == ["a_1 \\{x\\}", "b_2 * c_2 * d"]


def test_what_is_folded_is_known():
    text = (
        "out\n\n<details>\n<summary>S</summary>\n\nin $x$\n\n```python\ny\n```\n\n</details>\n\nend"
    )
    found = read(text)
    assert "".join(found.folded).strip() == "in"
    assert found.code == [("y\n", True)]
