"""Every notebook is committed executed, clean, described, and starts the one way."""

import re

import nbformat
import pytest

from tools.book import ROOT, appendices, chapters, notebooks, setup_cell

MIN_ALT = 20  # characters: fewer cannot say what a figure shows
ABSOLUTE_PATH = re.compile(
    r"(?<![\w.:/<])/(?:home|root|tmp|work|usr|opt|content|Users|var|mnt)/|\b[A-Z]:\\"
)
ADDRESS_IN_MEMORY = re.compile(r"\bat 0x[0-9a-f]{6,}")
COMPUTE = re.compile(
    r"\*\*Compute[^*]*\*\*.*\d+\s*(?:s\b|second|minute)", re.DOTALL | re.IGNORECASE
)


def test_the_table_of_contents_has_every_notebook():
    assert chapters() == sorted((ROOT / "book").glob("*.ipynb")) != []
    assert set(appendices()) == set((ROOT / "book" / "appendix").glob("*.ipynb"))


@pytest.fixture(
    scope="module",
    params=notebooks(),
    ids=lambda path: f"{path.parent.name}/{path.stem}",
)
def notebook(request):
    found = nbformat.read(request.param, as_version=nbformat.NO_CONVERT)
    nbformat.validate(found)
    return found


@pytest.fixture
def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def texts(cell):
    """Yield every text in a cell's outputs."""
    for output in cell.outputs:
        if "text" in output:
            yield output.text
        for kind, content in output.get("data", {}).items():
            if not kind.startswith("image/") or kind == "image/svg+xml":
                yield str(content)


def has_image(cell) -> bool:
    """Return whether an output of the cell is shown as an image."""
    kinds = [kind for output in cell.outputs for kind in output.get("data", {})]
    return any(kind.startswith("image/") for kind in kinds)


def alt_text(cell) -> str:
    return cell.metadata.get("mystnb", {}).get("image", {}).get("alt", "")


def test_every_code_cell_was_executed_in_order(code):
    assert code
    assert all(cell.source.strip() for cell in code)
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))


def test_no_output_is_an_error_or_a_warning(code):
    for cell in code:
        assert "error" not in [output.output_type for output in cell.outputs], cell.source
        assert "stderr" not in [output.get("name") for output in cell.outputs], cell.source
        assert not [text for text in texts(cell) if "Warning: " in text], cell.source


def test_outputs_hold_nothing_of_the_machine_that_made_them(code):
    for cell in code:
        for text in texts(cell):
            assert not ABSOLUTE_PATH.search(text), text
            assert not ADDRESS_IN_MEMORY.search(text), text


def test_no_cell_is_silenced_by_a_semicolon(code):
    """IPython reads a last ``;`` from its history, which nbval does not keep: assign to ``_``."""
    assert not [cell.source for cell in code if cell.source.rstrip().endswith(";")]


def test_no_widget_state_is_stored(notebook, code):
    assert "widgets" not in notebook.metadata
    kinds = {kind for cell in code for output in cell.outputs for kind in output.get("data", {})}
    assert not [kind for kind in kinds if "widget" in kind]


def test_every_figure_has_alt_text_of_its_own(code):
    figures = [cell for cell in code if has_image(cell)]
    assert figures
    for cell in figures:
        assert len(alt_text(cell)) >= MIN_ALT, cell.source
    assert len({alt_text(cell) for cell in figures}) == len(figures)


def test_a_cell_shows_one_figure_at_most(code):
    """MyST-NB gives every image of a cell the same alt text."""
    for cell in code:
        images = [
            out for out in cell.outputs if any("image/" in kind for kind in out.get("data", {}))
        ]
        assert len(images) <= 1, cell.source


def test_the_first_code_cell_is_the_setup_cell(code):
    assert code[0].source == setup_cell()
    assert "setup" in code[0].metadata.get("tags", [])
    assert not code[0].outputs
    assert not [cell for cell in code[1:] if "setup" in cell.metadata.get("tags", [])]
    assert not [cell for cell in code[1:] if "pip install" in cell.source]


def test_the_first_cell_is_the_title_and_declares_the_compute(notebook):
    first = notebook.cells[0]
    assert first.cell_type == "markdown"
    assert re.search(r"^# \S", first.source, re.MULTILINE)
    assert COMPUTE.search(first.source), "say **Compute**: how long it takes, on what"


def test_kernel_is_the_plain_one(notebook):
    """As `make execute` leaves it, so that a run on another machine changes nothing."""
    assert notebook.metadata.kernelspec.name == "python3"
    assert notebook.metadata.language_info == {"name": "python"}


def test_nothing_is_left_to_do(notebook):
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "X" * 3, "lorem ipsum"]), re.IGNORECASE)
    assert not [cell.source for cell in notebook.cells if marks.search(cell.source)]


def test_nbval_compares_numbers_in_it(code):
    """It compares every cell's text but those with the tag; nothing else may switch it off."""
    tagged = [(cell, cell.metadata.get("tags", [])) for cell in code]
    compared = [cell for cell, tags in tagged if "nbval-ignore-output" not in tags]
    assert [text for cell in compared for text in texts(cell) if re.match(r"[^<]*\d", text)]
    others = {tag for _, tags in tagged for tag in tags if re.match("nbval|raises", tag)}
    assert others <= {"nbval-ignore-output"}
    assert not [cell.source for cell in code if re.search("NBVAL|PYTEST_VALIDATE", cell.source)]


def test_ignored_outputs_are_backed_by_asserts(code):
    """Where nbval compares nothing, an assertion does: in that cell or in the next."""
    for index, cell in enumerate(code):
        if "nbval-ignore-output" in cell.metadata.get("tags", []) and not has_image(cell):
            near = code[index : index + 2]
            assert any("assert" in other.source for other in near), cell.source


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("loaded /home/ann/data.pt", True),
        (r"C:\Users\ann", True),
        ("https://example.org/home/page", False),
        ("a ratio of 1/2 and p/q", False),
    ],
)
def test_absolute_paths_are_told_from_addresses(text, found):
    assert bool(ABSOLUTE_PATH.search(text)) is found
