"""The library's pages: every name of the face has its entry, links lead there, and examples run."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from sphinx.testing.util import SphinxTestApp

import gantext as gt
from tools.book import ROOT, pages

sys.path.append(str(ROOT / "book" / "_ext"))
import gantext_api

FACE = [name for name in gt.__all__ if name != "plotting"]
PLOTTING = [f"plotting.{name}" for name in gt.plotting.__all__]
WRITTEN = [p for p in pages() if (ROOT / "book/api") in p.parents or p == ROOT / "book/api.md"]
PYTHON = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
EXAMPLES = {
    f"{page.name}-{k}": code
    for page in WRITTEN
    for k, code in enumerate(PYTHON.findall(page.read_text("utf-8")))
}


def test_the_face_is_read_from_the_stub() -> None:
    assert {f"gantext.{name}" for name in FACE + PLOTTING} == set(gantext_api.face())


@pytest.mark.parametrize("name", FACE + PLOTTING)
def test_every_name_has_one_entry(folder: Path, name: str) -> None:
    entry = f'id="gantext.{name}"'
    files = [p for p in folder.rglob("book/api/*.html") if entry in p.read_text("utf-8")]
    assert len(files) == 1


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Game", "gantext.Game"),
        ("gt.Game", "gantext.Game"),
        ("gantext.games.base.Game", "gantext.Game"),
        ("UpdateRule.step", "gantext.UpdateRule.step"),
        ("gantext.dynamics.update_rule.UpdateRule.step", "gantext.UpdateRule.step"),
        ("Alternating.step", "gantext.UpdateRule.step"),  # inherited
        ("Run.history", "gantext.Run.history"),  # a field
        ("gantext.plotting.style.DATA", "gantext.plotting.DATA"),
        ("gantext.dynamics", "gantext.dynamics"),
        ("gt.Nothing", None),
        ("UpdateRule.nothing", None),
        ("data", None),  # a word, and no link to the folder of that name
    ],
)
def test_what_docstrings_call_a_name_is_found(text: str, found: str | None) -> None:
    assert gantext_api.find(text, "gantext", None) == found


def test_inside_of_a_class_its_own_methods_come_first() -> None:
    assert gantext_api.find("step", "gantext", "UpdateRule") == "gantext.UpdateRule.step"
    assert gantext_api.find("eigenvalues", "gantext.plotting", None).startswith("gantext.plotting")
    assert gantext_api.find("jacobian", "gantext.plotting", None) == "gantext.jacobian"


def test_an_override_names_the_method_that_has_the_contract() -> None:
    def said(name: str, *lines: str) -> list[str]:
        said = list(lines)
        gantext_api.name_contract(Any, "method", name, None, None, said)
        return said

    contract = "Its contract is that of `Loss.generator`."
    assert said("gantext.Minimax.generator", "Less.") == ["Less.", "", contract]
    assert said("gantext.NonSaturating.generator", "Less.")[-1] == contract  # not Minimax's
    assert said("gantext.Loss.generator", "All.") == ["All."]
    with_sections = ["All.", "", "Parameters", "----------"]
    assert said("gantext.Minimax.generator", *with_sections) == with_sections


def test_a_name_that_is_missing_or_wrong_is_a_warning(tmp_path: Path) -> None:
    (tmp_path / "conf.py").write_text('extensions = ["sphinx.ext.autodoc", "gantext_api"]\n')
    (tmp_path / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())
    page = "Page\n====\n\n.. gantext-api:: objectives\n\n:code-or-link:`gt.Nothing`\n"
    (tmp_path / "index.rst").write_text(page)
    settings = {"html_theme_options.repository_branch": "main", "default_role": "code-or-link"}
    app = SphinxTestApp(srcdir=tmp_path, confoverrides=settings)
    app.build()
    warnings = app.warning.getvalue()
    app.cleanup()
    assert "gt.Nothing: no such name" in warnings
    missing = set(re.findall(r"no page documents gantext\.(\S+) of", warnings))
    shown = {n for n, home in gantext_api.face().items() if ".objectives." in home}
    assert missing == {*FACE, *PLOTTING} - {name.removeprefix("gantext.") for name in shown}


def test_the_readme_shows_the_same_example() -> None:
    assert PYTHON.findall((ROOT / "README.md").read_text("utf-8")) == [EXAMPLES["api.md-0"]]


@pytest.mark.parametrize("name", EXAMPLES)
def test_examples_run_and_give_the_shapes_that_they_state(name: str) -> None:
    """They are trained for 100 steps, where readers train for 3000."""
    code = EXAMPLES[name].replace("3000", "100").replace("(30, 64)", "(1, 64)")
    if "init_process_group" in code:
        pytest.skip("for several processes: see the tests of members")
    names: dict[str, Any] = {}
    exec(code, names)  # noqa: S102 - our own pages
    for value, shape in re.findall(r"^(?:\w+ = )?(.*)  # shape (.*)$", code, re.MULTILINE):
        assert str(tuple(eval(value, names).shape)) == shape  # noqa: S307
