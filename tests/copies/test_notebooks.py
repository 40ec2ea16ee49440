"""The notebooks that readers open are in step with the book, and plain."""

from __future__ import annotations

import re
from urllib.parse import unquote

import nbformat
import pytest

from tests.copies.reading import html, raw, read
from tools import notebooks as tool
from tools.book import (
    ROOT,
    appendices,
    chapters,
    configuration,
    copy_of,
    exercises,
    notebooks,
    pages,
    setup_cell,
    site,
)

READ = [*chapters(), *appendices()]
LABELS = tool.collect()


def load(path):
    return nbformat.read(path, as_version=nbformat.NO_CONVERT)


def name(path) -> str:
    return path.relative_to(ROOT).with_suffix("").as_posix()


@pytest.fixture(scope="module", params=notebooks(), ids=name)
def source(request):
    return request.param


@pytest.fixture(scope="module")
def copy(source):
    found = load(copy_of(source))
    nbformat.validate(found)
    return found


@pytest.fixture(scope="module")
def texts(copy):
    return [cell.source for cell in copy.cells if cell.cell_type == "markdown"]


def test_the_copy_is_what_the_tool_makes(source):
    """`python -m tools.notebooks`, or `make execute`, makes it anew."""
    assert copy_of(source).read_text("utf-8") == tool.text(source, LABELS)


def test_there_is_no_other_copy():
    copies = {path for path in tool.FOLDER.rglob("*") if path.is_file()}
    assert copies == {copy_of(source) for source in notebooks()}
    assert {copy_of(source).parent for source in chapters()} == {ROOT / "notebooks"}
    assert {copy_of(source).parent for source in exercises()} == {ROOT / "notebooks/exercises"}


def test_its_code_is_the_sources_word_for_word(source, copy):
    wanted = {cell.id: cell for cell in tool.bare(source).cells}
    kept = {cell.id: cell for cell in copy.cells}
    if source in READ:
        wanted = {cell.id: cell for cell in load(source).cells}
        assert [*kept] == [*wanted, "references"]
    for cell in copy.cells:
        if cell.cell_type == "code":
            assert cell.source == wanted[cell.id].source
            assert cell.outputs == []
            assert cell.execution_count is None
    code = [cell for cell in copy.cells if cell.cell_type == "code"]
    assert code[0].source == setup_cell()
    assert code[0].metadata.tags == ["setup"]


def test_its_metadata_are_what_hosts_need(source, copy):
    tags = {cell.id: cell.metadata.get("tags", []) for cell in load(source).cells}
    for cell in copy.cells:
        known = {"tags", "gantext"} if source in exercises() else {"tags", "jupyter", "mystnb"}
        assert set(cell.metadata) <= known
        assert cell.metadata.get("tags", ["setup"]) == ["setup"]
        if source in READ:
            hidden = "hide-input" in tags.get(cell.id, [])
            assert cell.metadata.get("jupyter", {}) == ({"source_hidden": True} if hidden else {})
    assert set(copy.metadata) == {"kernelspec", "language_info"}


def test_alt_texts_are_kept():
    for source in READ:
        alts = [re.findall(r'"alt": ".*"', path.read_text()) for path in (source, copy_of(source))]
        assert alts[0] == alts[1] != []


def test_nothing_of_the_markup_is_left(texts):
    """In the file itself, formulas and all: whatever a host makes of it."""
    for text in texts:
        outside = re.sub(r"```python\n.*?```", "", text, flags=re.DOTALL)
        assert not re.search(r"^[> ]*(:::|```|~~~)", outside, re.MULTILINE), text
        assert not re.search(r"\{[\w:-]+\}`", outside), text
        assert not re.search(r"^[> ]*:(label|class|name|nonumber):", outside, re.MULTILINE), text
        assert not re.search(r"^\(.*\)=$|^% ", outside, re.MULTILINE), text


def test_a_plain_renderer_shows_no_marks(texts):
    for text in texts:
        assert raw(text) == [], text


def test_every_formula_is_whole(texts):
    """No mark of a quote and no blank line is inside one, and its brackets close."""
    count = 0
    for text in texts:
        for formula in read(text).formulas:
            count += 1
            assert "\n>" not in formula
            assert not re.search(r"\n\s*\n", formula.strip())
            assert formula.count("{") - formula.count("}") == 0
            assert formula.count(r"\begin") == formula.count(r"\end")
    assert count > 3


def test_jupyter_finds_the_same_formulas(texts):
    """It takes them out before it reads Markdown: pairs of dollars, whatever is between them."""
    for text in texts:
        outside = re.sub(r"```python\n.*?```|`[^`\n]*`", "", text, flags=re.DOTALL)
        found = re.findall(r"\$\$(.*?)\$\$|\$(.*?)\$", outside, re.DOTALL)
        formulas = [" ".join((double or single).split()) for double, single in found]
        assert formulas == [" ".join(formula.split()) for formula in read(text).formulas]


def test_the_website_defines_no_macros_of_its_own():
    """A notebook has none: what a formula says must be known everywhere."""
    assert set(configuration()["sphinx"]["config"]["mathjax3_config"]) == {"options"}


def test_links_inside_lead_to_an_anchor_and_its_cell(copy):
    anchors = {}
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            for anchor in read(cell.source).anchors:
                assert anchor not in anchors
                anchors[anchor] = cell.id
    for cell in copy.cells:
        if cell.cell_type == "markdown":
            for link in read(cell.source).links:
                if link.startswith("#"):
                    target = unquote(link[1:])
                    assert anchors[target] == re.match(r"scrollTo=([\w-]+)&label=", target)[1]
                else:
                    assert link.startswith("https://")


def test_links_to_the_website_name_pages_that_it_has(texts):
    known = {f"{site()}{name(page)}.html" for page in pages()}
    links = [link for text in texts for link in read(text).links if link.startswith(site())]
    assert {link.partition("#")[0] for link in links} <= known


@pytest.mark.parametrize("chapter", READ, ids=name)
def test_what_the_website_folds_is_folded_and_nothing_else(chapter):
    """Solutions always are; proofs and asides where their class says so."""
    prose = "\n".join(c.source for c in load(chapter).cells if c.cell_type == "markdown")
    copied = [c.source for c in load(copy_of(chapter)).cells if c.cell_type == "markdown"]
    wanted = re.findall(r"^[:`]{3,}\{solution\} (\S+)$", prose, re.MULTILINE)
    summaries = [s for text in copied for s in re.findall(r"<summary>(.*?)</summary>", html(text))]
    solutions = [f"Solution to {LABELS[label].name}" for label in wanted]
    assert [words for words in summaries if words.startswith("Solution to ")] == solutions
    others = re.findall(
        r"^[:`]{3,}\{(?!solution)\S+\}.*\n(?::.*\n)*?:class: dropdown$", prose, re.MULTILINE
    )
    assert len(summaries) == len(solutions) + len(others)
    code = [block for text in copied for block in read(text).code]
    assert len(code) == prose.count("```python")
    assert all(folded for _, folded in code)
    folded = " ".join("".join(read(text).folded) for text in copied)
    for words in re.findall(r"\{solution\}.*\n:class: dropdown\n\n?([A-Z][a-z ,]{20,})", prose):
        assert words in folded


@pytest.mark.parametrize("chapter", READ, ids=name)
def test_it_says_where_it_comes_from_and_ends_with_what_it_cites(chapter):
    copied = load(copy_of(chapter))
    first, last = copied.cells[0].source, copied.cells[-1].source
    assert first.split("\n")[2].startswith(f"*This notebook is made from `{name(chapter)}.ipynb`.")
    assert f"({site()}{name(chapter)}.html)" in first
    source = chapter.read_text("utf-8")
    keys = {key for keys in re.findall(r"\{cite:[pt]\}`(.*?)`", source) for key in keys.split(",")}
    assert last.startswith("## References\n\n- ")
    assert last.count("\n- ") == len(keys)


def test_the_tool_writes_what_is_missing_and_removes_what_has_no_source(
    tmp_path, monkeypatch, capsys
):
    monkeypatch.setattr(tool, "FOLDER", tmp_path)
    monkeypatch.setattr(tool, "copy_of", lambda source: tmp_path / copy_of(source).name)
    monkeypatch.setattr(tool, "notebooks", exercises)
    monkeypatch.setattr(tool, "collect", lambda: LABELS)  # they refer to chapters, too
    (tmp_path / "00-old.ipynb").write_text("{}")
    assert tool.main() == 0
    assert "00-old.ipynb: removed" in capsys.readouterr().out
    for path in exercises():
        assert (tmp_path / path.name).read_bytes() == copy_of(path).read_bytes()
    assert tool.main() == 0
    assert "changed" not in capsys.readouterr().out.replace("unchanged", "")


def test_a_label_given_in_two_notebooks_is_an_error(monkeypatch):
    monkeypatch.setattr(tool, "notebooks", lambda: [chapters()[0]] * 2)
    with pytest.raises(ValueError, match="is a label elsewhere, too"):
        tool.collect()
