"""A small notebook with a number, a figure, a stream and a widget, to try the tools on."""

import nbformat
import pytest
from nbformat import NotebookNode, v4

from tools.execute import execute

NUMBER = "sum(range(10)) / 4"
STREAM = 'print("first")\nprint("second")'
FIGURE = "import matplotlib.pyplot as plt\n\n_ = plt.plot([0, 1])"
WIDGET = "import ipywidgets\n\nipywidgets.IntSlider(3)"


@pytest.fixture(scope="session")
def executed(tmp_path_factory) -> NotebookNode:
    """Return the small notebook, run."""
    cells = [v4.new_code_cell(source) for source in (NUMBER, STREAM, FIGURE, WIDGET)]
    for index, cell in enumerate(cells):
        cell.id = f"cell-{index}"
    cells[2].metadata = NotebookNode(tags=["kept"], mystnb={"image": {"alt": "A straight line"}})
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell("Prose", id="prose"), *cells])
    execute(notebook, tmp_path_factory.getbasetemp())
    return notebook


@pytest.fixture
def small_notebook(executed, tmp_path):
    """Return the path of a fresh copy of the small notebook."""
    path = tmp_path / "small.ipynb"
    nbformat.write(executed, path)
    return path
