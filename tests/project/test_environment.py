"""pyproject.toml, constraints.txt, environment.yml and the Makefile lead to one place."""

import ast
import re
import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.book import ROOT
from tools.colab import read_freeze, read_table


@pytest.fixture
def extras(pyproject):
    return pyproject["project"]["optional-dependencies"]


@pytest.fixture
def requirements(pyproject, extras):
    listed = pyproject["project"]["dependencies"] + [r for extra in extras.values() for r in extra]
    found = [Requirement(text) for text in listed]
    return [r for r in found if canonicalize_name(r.name) != "gantext"]


@pytest.fixture
def constraints():
    return read_freeze((ROOT / "constraints.txt").read_text())


def test_every_requirement_has_a_lower_bound_and_no_other(requirements):
    for requirement in requirements:
        assert [spec.operator for spec in requirement.specifier] == [">="], requirement


def test_constraints_name_an_admissible_version_of_every_requirement(requirements, constraints):
    for requirement in requirements:
        version = constraints[canonicalize_name(requirement.name)]
        assert requirement.specifier.contains(version), f"{requirement}, pinned to {version}"


def test_constraints_hold_the_book_on_jupyter_book_1(constraints):
    assert constraints["jupyter-book"].major == 1


def test_constraints_are_exact_public_versions_once_each():
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    pinned = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[\w.-]+==[\w.!]+", line) for line in pinned)
    names = [canonicalize_name(line.split("==")[0]) for line in pinned]
    assert len(names) == len(set(names))


def test_runtime_needs_nothing_of_the_extras(pyproject, extras):
    runtime = {canonicalize_name(Requirement(r).name) for r in pyproject["project"]["dependencies"]}
    for extra in extras.values():
        assert not runtime & {canonicalize_name(Requirement(r).name) for r in extra}


def imported(folder):
    """Return the names of the packages that the modules in `folder` import."""
    names = set()
    for file in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                names |= {alias.name.partition(".")[0] for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and not node.level:
                names.add(node.module.partition(".")[0])
    return names


GRADING_ONLY = {"dask", "distributed"}


def test_the_library_declares_what_it_imports(pyproject, extras):
    declared = {
        canonicalize_name(Requirement(r).name) for r in pyproject["project"]["dependencies"]
    }
    graders = {canonicalize_name(Requirement(r).name) for r in extras["grading"]}
    distributions = packages_distributions()
    others = imported(ROOT / "gantext") - sys.stdlib_module_names - {"gantext"}
    assert {"IPython", "torch"} <= others
    assert others >= GRADING_ONLY
    assert graders >= GRADING_ONLY
    others -= GRADING_ONLY
    for name in others:
        assert declared & set(map(canonicalize_name, distributions[name])), name


def test_a_module_that_no_layer_has_is_noticed(tmp_path):
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "gantext", tmp_path / "gantext")
    (tmp_path / "gantext" / "stray.py").touch()
    lint = Path(sys.executable).with_name("lint-imports")
    result = subprocess.run([lint, "--no-cache"], cwd=tmp_path, capture_output=True, text=True)
    assert result.returncode == 1, result.stdout
    assert "gantext.stray" in result.stdout


def test_conda_reaches_the_same_place_through_pip(pyproject, extras):
    conda = yaml.safe_load((ROOT / "environment.yml").read_text())
    assert conda["name"] == pyproject["project"]["name"]
    python, pip, through_pip = conda["dependencies"]
    assert python.startswith("python" + pyproject["project"]["requires-python"])
    assert pip == "pip"
    assert through_pip == {
        "pip": ["--constraint constraints.txt", f"--editable .[{','.join(sorted(extras))}]"]
    }


def test_make_installs_the_same_extras(extras):
    line = re.search(r"^EXTRAS := (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert line[1] == ",".join(sorted(extras))


def test_workflows_run_on_every_declared_python(pyproject):
    workflow = yaml.safe_load((ROOT / ".github/workflows/tests.yml").read_text())
    declared = [
        classifier.rpartition(" :: ")[2]
        for classifier in pyproject["project"]["classifiers"]
        if re.search(r":: 3\.\d+$", classifier)
    ]
    assert workflow["jobs"]["test"]["strategy"]["matrix"]["python"] == declared
    assert pyproject["project"]["requires-python"] == f">={declared[0]}"
    tested_by_ruff = pyproject["tool"]["ruff"]["target-version"]
    assert tested_by_ruff == "py" + declared[0].replace(".", "")
    assert pyproject["tool"]["mypy"]["python_version"] == declared[0]


def test_the_colab_workflow_has_the_python_of_the_table():
    workflow = yaml.safe_load((ROOT / ".github/workflows/colab.yml").read_text())
    (setup,) = [
        step
        for step in workflow["jobs"]["chapters"]["steps"]
        if step.get("uses", "").startswith("actions/setup-python")
    ]
    assert setup["with"]["python-version"] == read_table()["python"]
