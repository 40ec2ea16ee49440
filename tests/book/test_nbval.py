"""nbval compares: one number changed in a stored output is a failure.

A small notebook shows it. That each notebook has numbers to compare, and switches nothing off, is
the matter of test_notebooks.py.
"""

import os
import re
import shutil
import subprocess
import sys

import nbformat
from nbformat import NotebookNode, v4

from tools.book import KERNEL_ENVIRONMENT, ROOT

NUMBER_IN_OUTPUT = re.compile(r"\d(?=\D*\Z)")  # the last digit of a text


def nbval(path) -> subprocess.CompletedProcess:
    """Run nbval on one notebook, as `make test` does."""
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(ROOT)]
    command += ["--nbval", "--nbval-current-env", "--nbval-kernel-startup-timeout=300"]
    command += ["--config-file", str(ROOT / "pyproject.toml")]
    return subprocess.run([*command, str(path)], cwd=ROOT, capture_output=True, text=True)


def mutate(cell: NotebookNode) -> bool:
    """Change the last digit in the first stored text of a cell; return whether there is one."""
    for output in cell.get("outputs", []):
        holder, key = (output, "text") if "text" in output else (output.get("data"), "text/plain")
        if holder and (match := NUMBER_IN_OUTPUT.search(holder.get(key, ""))):
            digit = str((int(match[0]) + 1) % 10)
            holder[key] = holder[key][: match.start()] + digit + holder[key][match.end() :]
            return True
    return False


def test_what_was_stored_is_what_comes_again(small_notebook):
    result = nbval(small_notebook)
    assert result.returncode == 0, result.stdout
    assert "4 passed" in result.stdout


def test_a_changed_number_fails(small_notebook):
    notebook = nbformat.read(small_notebook, as_version=4)
    assert mutate(notebook.cells[1])
    assert notebook.cells[1].outputs[0].data["text/plain"] == "11.26"
    nbformat.write(notebook, small_notebook)
    result = nbval(small_notebook)
    assert result.returncode == 1, result.stdout
    assert "1 failed, 3 passed" in result.stdout


def test_kernels_run_with_the_environment_of_make_execute(tmp_path):
    """Not because the tests' own process has it: `make test` runs the chapters in one without."""
    for name in ("conftest.py", "pyproject.toml"):
        shutil.copy(ROOT / name, tmp_path / name)
    shutil.copytree(ROOT / "tools", tmp_path / "tools")
    (tmp_path / "book").mkdir()
    sources = [f"import os\n\nos.environ.get({name!r})" for name in KERNEL_ENVIRONMENT]
    cells = [v4.new_code_cell(source, execution_count=1) for source in sources]
    for cell, value in zip(cells, KERNEL_ENVIRONMENT.values(), strict=True):
        cell.outputs = [v4.new_output("execute_result", {"text/plain": repr(value)})]
    nbformat.write(v4.new_notebook(cells=cells), tmp_path / "book" / "kernel.ipynb")
    command = [sys.executable, "-m", "pytest", "--nbval", "--nbval-current-env"]
    command += ["--numprocesses", "1", "--nbval-kernel-startup-timeout=300", "book/kernel.ipynb"]
    bare = {k: v for k, v in os.environ.items() if k not in KERNEL_ENVIRONMENT}
    result = subprocess.run(command, cwd=tmp_path, env=bare, capture_output=True, text=True)
    assert result.returncode == 0, result.stdout
    assert f"{len(KERNEL_ENVIRONMENT)} passed" in result.stdout
