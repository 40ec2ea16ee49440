"""`make execute` is deterministic, and keeps what people wrote."""

import json

import nbformat
import pytest
from nbformat import v4

from tools.execute import execute_in_place, main


def test_second_run_leaves_the_file_byte_identical(small_notebook):
    execute_in_place(small_notebook)
    once = small_notebook.read_bytes()
    assert not execute_in_place(small_notebook)
    assert small_notebook.read_bytes() == once


def test_run_repairs_whatever_a_hand_left_behind(small_notebook):
    execute_in_place(small_notebook)
    good = small_notebook.read_bytes()
    notebook = nbformat.read(small_notebook, as_version=4)
    notebook.cells[1].execution_count = 17
    notebook.cells[1].metadata.execution = {"iopub.execute_input": "2026-01-01T00:00:00Z"}
    notebook.cells[1].outputs = []
    notebook.metadata.widgets = {"state": {}}
    notebook.metadata.kernelspec.name = "my-own-kernel"
    notebook.metadata.language_info.version = "3.12.1"
    nbformat.write(notebook, small_notebook)
    assert execute_in_place(small_notebook)
    assert small_notebook.read_bytes() == good


def test_outputs_are_the_ones_that_mean_something(executed):
    number, stream, figure, widget = executed.cells[1:]
    assert number.outputs[0].data["text/plain"] == "11.25"
    assert [(out.name, out.text) for out in stream.outputs] == [("stdout", "first\nsecond\n")]
    assert "image/png" in figure.outputs[0].data
    assert list(widget.outputs[0].data) == ["text/plain"]
    assert [cell.execution_count for cell in executed.cells[1:]] == [1, 2, 3, 4]
    assert "widgets" not in executed.metadata


def test_ids_tags_and_alt_text_are_kept(executed):
    assert [cell.id for cell in executed.cells] == ["prose", "cell-0", "cell-1", "cell-2", "cell-3"]
    assert executed.cells[3].metadata == {
        "tags": ["kept"],
        "mystnb": {"image": {"alt": "A straight line"}},
    }


def test_a_notebook_that_fails_is_left_alone_and_reported(tmp_path, capsys):
    path = tmp_path / "bad.ipynb"
    nbformat.write(v4.new_notebook(cells=[v4.new_code_cell("1 / 0")]), path)
    before = path.read_bytes()
    assert main([str(path)]) == 1
    assert path.read_bytes() == before
    assert "ZeroDivisionError" in capsys.readouterr().out


def test_a_notebook_without_cell_ids_is_refused(small_notebook):
    document = json.loads(small_notebook.read_text())
    document["nbformat_minor"] = 4
    for cell in document["cells"]:
        del cell["id"]
    small_notebook.write_text(json.dumps(document))
    with pytest.raises(ValueError, match="no cell ids"):
        execute_in_place(small_notebook)
