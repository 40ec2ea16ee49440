"""The library and the chapters run on Colab, and change nothing that Colab has."""

import re
import subprocess
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

from tools.book import (
    ROOT,
    appendices,
    chapters,
    copy_of,
    exercises,
    project,
    solution_code,
)
from tools.colab import conflicts, pins, read_freeze, read_table, update
from tools.execute import CELL_TIMEOUT, QUIET, STARTUP_TIMEOUT

COLAB = ROOT / ".venv-colab"
KERNEL = "gantext-colab"

# Put before a chapter, it makes training short: as many records as ever, one step from each to the
# next. So what follows has the shapes that it expects. What the chapter asserts is computed, and
# may be false.
HURRY = """\
import ast
import inspect

import gantext as gt


def hurried(train):
    usual = inspect.signature(train).parameters["every"].default

    def short(experiment, steps, *, every=usual, **options):
        return train(experiment, -(-steps // every), every=1, **options)

    return short


class Compute(ast.NodeTransformer):
    def visit_Assert(self, node):
        return ast.copy_location(ast.Expr(node.test), node)


gt.train = hurried(gt.train)
get_ipython().ast_transformers.append(Compute())
"""

SMALL_TABLE = """\
date = 2000-01-01
python = "3.13"

[versions]
torch = "2.11.0+cu128"
numpy = "2.1.3"
ipywidgets = "7.7.1"
"""


def run_like_colab(notebook, folder: Path) -> None:
    """Run a notebook with the kernel of `.venv-colab`; a cell that fails raises."""
    NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=CELL_TIMEOUT,
        startup_timeout=STARTUP_TIMEOUT,
        extra_arguments=QUIET,
        resources={"metadata": {"path": str(folder)}},
    ).execute()


@pytest.fixture
def colab_kernel(monkeypatch):
    """Let Jupyter find the kernel that make put into `.venv-colab`."""
    folder = COLAB / "share" / "jupyter"
    assert (folder / "kernels" / KERNEL).is_dir(), "make .venv-colab/.installed sets it up"
    monkeypatch.setenv("JUPYTER_PATH", str(folder))


def test_colab_meets_every_runtime_requirement():
    assert project()["project"]["dependencies"]
    assert conflicts(project()["project"]["dependencies"], read_table()) == []


@pytest.fixture
def small_table(tmp_path):
    """Return the path of a table that no renewal of the real one changes."""
    path = tmp_path / "table.toml"
    path.write_text(SMALL_TABLE)
    return path


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ("numpy>=2.2", "Colab has 2.1.3"),
        ("ipywidgets>=8", "Colab has 7.7.1"),
        ("torch>=2.12", "Colab has 2.11.0+cu128"),
        ("numpy<2.1", "Colab has 2.1.3"),
        ("jaxtyping>=0.2", "not in the table"),
        ("numpy>=2.2; python_version >= '3.13'", "Colab has 2.1.3"),
    ],
)
def test_what_colab_would_have_to_replace_is_caught(requirement, reason, small_table):
    (found,) = conflicts([requirement], read_table(small_table))
    assert found.startswith(requirement.split(";")[0])
    assert reason in found


@pytest.mark.parametrize(
    "requirement", ["numpy>=2.1", "torch>=2.11", "numpy>=99; python_version < '3.13'"]
)
def test_what_colab_meets_is_no_conflict(requirement, small_table):
    assert conflicts([requirement], read_table(small_table)) == []


def test_pins_are_the_table_with_the_torch_of_ci(small_table):
    table = read_table(small_table)
    torch = read_freeze((ROOT / "constraints.txt").read_text())["torch"]
    others = ["ipywidgets==7.7.1", "numpy==2.1.3"]
    assert pins(table, exact_torch=False) == [*others, f"torch=={torch}"]
    assert pins(table, exact_torch=True) == [*others, "torch==2.11.0"]


def test_the_table_is_renewed_from_a_freeze_list(small_table):
    update("NumPy==2.9.1\ntorch==2.12.0+cu130\n-e git+https://x\nother==1.0\n", small_table)
    table = read_table(small_table)
    assert {name: str(version) for name, version in table["versions"].items()} == {
        "torch": "2.12.0+cu130",
        "numpy": "2.9.1",
    }
    assert table["date"].year > 2000
    assert table["python"] == "3.13"


@pytest.mark.usefixtures("colab_kernel")
def test_the_environment_has_colabs_versions(tmp_path):
    wanted = read_freeze((COLAB / "pins.txt").read_text())
    code = "from importlib.metadata import distributions\n"
    code += "for d in distributions():\n    print(d.metadata['Name'] + '==' + d.version)"
    notebook = v4.new_notebook(cells=[v4.new_code_cell(code)])
    run_like_colab(notebook, tmp_path)
    found = read_freeze("".join(output.text for output in notebook.cells[0].outputs))
    assert {"torch", "numpy", "scipy", "matplotlib", "sympy", "ipywidgets"} <= found.keys()
    assert {"ipython", "ipykernel", "traitlets", "jupyter-client"} <= found.keys()
    for name in wanted.keys() & found.keys():
        assert found[name].public == wanted[name].public, name


def test_installing_the_library_leaves_the_environment_consistent():
    check = subprocess.run(
        [COLAB / "bin" / "python", "-m", "pip", "check"], capture_output=True, text=True
    )
    assert check.returncode == 0, check.stdout


def read_notebook(path: Path):
    return nbformat.read(path, as_version=4)


def is_code(cell) -> bool:
    return cell.cell_type == "code"


def with_solutions(path: Path):
    """Read a chapter and put the solutions of its exercises at its end."""
    notebook = read_notebook(path)
    solutions = solution_code(notebook)
    assert solutions or path in appendices()
    assert len(solutions) == "".join(c.source for c in notebook.cells).count("```python")
    notebook.cells += [v4.new_code_cell(code) for code in solutions]
    return notebook


@pytest.mark.weekly
@pytest.mark.usefixtures("colab_kernel")
@pytest.mark.parametrize("path", [*chapters(), *appendices()], ids=lambda path: path.stem)
def test_chapter_and_the_solutions_of_its_exercises_run_with_colabs_versions(path):
    """A student who has run the chapter can run every solution, too."""
    run_like_colab(with_solutions(path), path.parent)


@pytest.mark.usefixtures("colab_kernel")
@pytest.mark.parametrize("path", [*chapters(), *appendices()], ids=lambda path: path.stem)
def test_every_cell_finds_what_it_calls_in_colabs_versions(path):
    """The same in a hurry: nbval, and the test above, see to it that the numbers come out right."""
    notebook = with_solutions(path)
    notebook.cells.insert(0, v4.new_code_cell(HURRY))
    run_like_colab(notebook, path.parent)


TRAIN = """\
gan = gt.GAN(gt.MLP(2, 2), gt.MLP(2, 1), noise=2)
experiment = gt.Experiment(gan, gt.Alternating(), gt.ring())
for steps, options in ((7, {"every": 3}), (5, {})):
    run = gt.train(experiment, steps, eta=1e-3, progress=False, **options)
    print(run.history.step.tolist())
"""


@pytest.mark.usefixtures("colab_kernel")
def test_in_a_hurry_records_are_as_many_and_asserts_are_computed(tmp_path):
    sources = (HURRY, TRAIN, "assert run.diverged")
    notebook = v4.new_notebook(cells=[v4.new_code_cell(source) for source in sources])
    wrong = ("assert gt.of_tomorrow", "gt.train(experiment, 5, of_tomorrow=1)")
    tags = {"tags": ["raises-exception"]}
    notebook.cells += [v4.new_code_cell(source, metadata=tags) for source in wrong]
    run_like_colab(notebook, tmp_path)
    assert notebook.cells[1].outputs[0].text == "[1, 2, 3]\n[1]\n"
    assert [cell.outputs[0].ename for cell in notebook.cells[3:]] == ["AttributeError", "TypeError"]


@pytest.mark.usefixtures("colab_kernel")
@pytest.mark.parametrize("path", exercises(), ids=lambda path: path.stem)
def test_exercises_untouched_then_solved_run_with_colabs_versions(path):
    """The checks show as HTML and as text; the solutions earn everything there, too."""
    untouched, solved = (
        [v4.new_code_cell(cell.source) for cell in read_notebook(file).cells if is_code(cell)]
        for file in (copy_of(path), path)
    )
    run_like_colab(v4.new_notebook(cells=[*untouched, *solved]), path.parent)
    for cells, words in ((untouched, "not answered yet"), (solved, ": ")):
        (output,) = cells[-1].outputs
        text = output.data["text/plain"]
        marks = re.match(r"([\d.]+) of (\d+) points; \d+ of (\d+) questions", text)
        earned, total, questions = marks.groups()
        assert earned == ("0" if cells is untouched else total)
        assert text.count(words) >= int(questions) >= 4
        assert "<progress" in "".join(
            out.data["text/html"]
            for cell in cells
            for out in cell.outputs
            if "text/html" in out.get("data", {})
        )


def test_solutions_are_found_inside_both_kinds_of_fence():
    prose = """Text.

:::{solution} ex-one
Words, then
```python
one = 1
```
:::

````{solution} ex-two
```python
two = 2
```
```text
no code
```
````

```python
three = 3
```
"""
    notebook = v4.new_notebook(cells=[v4.new_markdown_cell(prose)])
    assert solution_code(notebook) == ["one = 1\n", "two = 2\n"]
