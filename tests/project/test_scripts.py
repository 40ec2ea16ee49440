"""The linters of JavaScript and shell find what is wrong."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.book import ROOT

OXLINT, SHELLCHECK = (Path(sys.executable).with_name(name) for name in ("oxlint", "shellcheck"))
RULES = ROOT / ".oxlintrc.json"


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("export const f = () => g();", "no-undef"),
        ("const unused = 1;", "no-unused-vars"),
        ("export const f = (x) => 1;", "no-unused-vars"),
        ('import { html } from "./core.js";', "no-unused-vars"),
        ("export const f = (x) => x == 1;", "eqeqeq"),
        ("let x = 1;\nexport const f = () => x;", "prefer-const"),
        ("const x = 1;\nexport const f = (y) => [y].map((x) => x).concat(x);", "no-shadow"),
        ('import * as c from "./core.js";\nexport const f = c.nothing;', "namespace"),
    ],
)
def test_javascript(tmp_path, wrong, rule):
    shutil.copy(ROOT / "gantext" / "widgets" / "core.js", tmp_path)
    (tmp_path / "figure.js").write_text(f"{wrong}\n")
    command = [OXLINT, "--config", RULES, "--deny-warnings", tmp_path / "figure.js"]
    found = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True)
    assert found.returncode == 1
    assert f"({rule})" in found.stdout


def test_shell(tmp_path):
    (tmp_path / "wrong.sh").write_text("#!/bin/sh\nrm $1\n")
    found = subprocess.run([SHELLCHECK, tmp_path / "wrong.sh"], capture_output=True, text=True)
    assert found.returncode == 1
    assert "SC2086" in found.stdout


def test_no_script_is_left_out(text_files):
    """Of the Makefile's patterns; oxlint finds its files by itself."""
    lint = (ROOT / "Makefile").read_text("utf-8").split("\nlint:")[1].split("\n\n")[0]
    assert "$(BIN)/oxlint --deny-warnings" in lint
    patterns = lint.split("$(BIN)/shellcheck ")[1].split("\n")[0].split()
    checked = {file for pattern in patterns for file in ROOT.glob(pattern)}
    shell = [name for name, text in text_files.items() if re.match(r"#!.*sh\n", text)]
    assert checked == {ROOT / name for name in shell}
