"""The program and the worker start at once: they import nothing heavy that they do not need."""

import subprocess
import sys

import pytest

HEAVY = ["IPython", "dask", "ipywidgets", "matplotlib", "scipy", "sympy", "torch", "tqdm"]


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process of its own; at its end it says which heavy modules are there."""
    ends = f"import sys\nassert not (found := {set(HEAVY)} & sys.modules.keys()), found\n"
    command = [sys.executable, "-c", f"try:\n {code}\nfinally:\n exec({ends!r})"]
    return subprocess.run(command, capture_output=True, text=True)


@pytest.mark.parametrize(
    "name", ["gantext.grading", "gantext.grading.cli", "gantext.grading.worker"]
)
def test_importing_it_loads_nothing_heavy(name):
    result = run(f"import {name}")
    assert result.returncode == 0, result.stderr


def test_help_loads_nothing_heavy():
    result = run("from gantext.grading import cli; cli.main(['grade', '--help'])")
    assert result.returncode == 0, result.stderr
    assert "--unsafe-no-sandbox" in result.stdout


def test_a_heavy_module_would_be_seen():
    assert "sympy" in run("import sympy").stderr
