"""The library and the chapters run on Colab, and change nothing that Colab has."""

import subprocess
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import v4

from tools.book import ROOT, notebooks, project
from tools.colab import conflicts, pins, read_freeze, read_table, update
from tools.execute import QUIET

COLAB = ROOT / ".venv-colab"
KERNEL = "gantext-colab"


def run_like_colab(notebook, folder: Path) -> None:
    """Run a notebook with the kernel of `.venv-colab`; a cell that fails raises."""
    NotebookClient(
        notebook,
        kernel_name=KERNEL,
        timeout=600,
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


@pytest.mark.parametrize(
    ("requirement", "reason"),
    [
        ("numpy>=2.2", "Colab has 2.1.3"),
        ("ipywidgets>=8", "Colab has 7.7.1"),
        ("torch>=2.12", "Colab has 2.11.0+cu128"),
        ("scipy<1.16", "Colab has 1.16.3"),
        ("jaxtyping>=0.2", "not in the table"),
        ("numpy>=2.2; python_version >= '3.13'", "Colab has 2.1.3"),
    ],
)
def test_what_colab_would_have_to_replace_is_caught(requirement, reason):
    (found,) = conflicts([requirement], read_table())
    assert found.startswith(requirement.split(";")[0])
    assert reason in found


def test_a_requirement_of_another_python_does_not_matter():
    assert conflicts(["numpy>=99; python_version < '3.13'"], read_table()) == []


def test_pins_are_the_table_with_a_small_torch():
    table, lines = read_table(), pins(read_table(), exact_torch=False)
    constraints = read_freeze((ROOT / "constraints.txt").read_text())
    assert f"torch=={constraints['torch']}" in lines
    assert {"ipywidgets==7.7.1", "ipython==7.34.0", "numpy==2.1.3"} <= set(lines)
    assert f"torch=={table['versions']['torch'].public}" in pins(table, exact_torch=True)


def test_the_table_is_renewed_from_a_freeze_list(tmp_path):
    path = tmp_path / "table.toml"
    path.write_text((ROOT / "tests/project/colab_versions.toml").read_text())
    update("NumPy==2.9.1\ntorch==2.12.0+cu130\n-e git+https://x\nipywidgets==8.1.5\n", path)
    table = read_table(path)
    assert {name: str(version) for name, version in table["versions"].items()} == {
        "torch": "2.12.0+cu130",
        "numpy": "2.9.1",
        "ipywidgets": "8.1.5",
    }
    assert table["date"] > read_table()["date"]
    assert table["python"] == read_table()["python"]


def test_the_environment_has_colabs_versions(colab_kernel, tmp_path):
    wanted = read_freeze((COLAB / "pins.txt").read_text())
    code = "from importlib.metadata import distributions\n"
    code += "for d in distributions():\n    print(d.metadata['Name'] + '==' + d.version)"
    notebook = v4.new_notebook(cells=[v4.new_code_cell(code)])
    run_like_colab(notebook, tmp_path)
    found = read_freeze(notebook.cells[0].outputs[0].text)
    assert {"torch", "numpy", "scipy", "matplotlib", "sympy", "ipywidgets"} <= found.keys()
    assert {"ipython", "ipykernel", "traitlets", "jupyter-client"} <= found.keys()
    for name in wanted.keys() & found.keys():
        assert found[name].public == wanted[name].public, name


def test_installing_the_library_leaves_the_environment_consistent():
    check = subprocess.run(
        [COLAB / "bin" / "python", "-m", "pip", "check"], capture_output=True, text=True
    )
    assert check.returncode == 0, check.stdout


@pytest.mark.parametrize("path", notebooks(), ids=lambda path: path.stem)
def test_chapter_runs_with_colabs_versions(path, colab_kernel):
    run_like_colab(nbformat.read(path, as_version=4), path.parent)
