"""What a contributor meets at GitHub and at each commit: forms, hooks and the way to a release."""

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from tools.book import ROOT

HOOKS = {
    hook["id"]: hook
    for repository in yaml.safe_load((ROOT / ".pre-commit-config.yaml").read_text())["repos"]
    for hook in repository["hooks"]
}
FORMS = sorted((ROOT / ".github/ISSUE_TEMPLATE").glob("*-*.yml"))


def test_the_hooks_are_configured_as_pre_commit_wants_it():
    command = [sys.executable, "-m", "pre_commit", "validate-config"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stdout


def test_the_hooks_call_what_make_installs_and_nothing_from_the_network():
    called = [hook["entry"].split()[0] for hook in HOOKS.values() if hook["language"] == "system"]
    assert called
    for program in called:
        assert program.startswith(".venv/bin/")
        assert Path(sys.executable).with_name(Path(program).name).exists()
    assert {hook["language"] for hook in HOOKS.values()} <= {"system", "pygrep"}


@pytest.mark.parametrize(
    ("message", "refused"),
    [
        ("x" * 71 + "\n\nA body whose lines are as long as they like. " + "x" * 72, False),
        ("x" * 72, True),
        ("é" * 71, False),
        ("é" * 72, True),
        ("short", False),
    ],
)
def test_the_subject_of_a_commit_is_at_most_71_characters(tmp_path, message, refused):
    file = tmp_path / "message"
    file.write_text(message + "\n", "utf-8")
    command = [sys.executable, "-m", "pre_commit.languages.pygrep", *HOOKS["subject"]["args"]]
    found = subprocess.run([*command, HOOKS["subject"]["entry"], file], capture_output=True)
    assert found.returncode == refused, found.stdout


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_a_form_asks_with_words_of_its_own(path):
    form = yaml.safe_load(path.read_text("utf-8"))
    assert form["name"]
    assert form["description"]
    for field in form["body"]:
        assert field["type"] in {"input", "textarea", "dropdown"}
        assert field["attributes"]["label"]
    names = [field["id"] for field in form["body"]]
    assert len(names) == len(set(names))
    assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_there_is_a_form_for_the_book_the_code_and_exercises():
    assert [path.stem for path in FORMS] == [
        "bug-in-the-book",
        "bug-in-the-code",
        "idea-for-an-exercise",
    ]


def test_a_release_is_tried_before_it_is_published():
    jobs = yaml.safe_load((ROOT / ".github/workflows/release.yml").read_text())["jobs"]
    assert jobs["publish"]["needs"] == "build"
    assert jobs["publish"]["permissions"] == {"id-token": "write"}
    commands = [line for step in jobs["build"]["steps"] for line in step.get("run", "").split("\n")]
    (smoke,) = [shlex.split(line) for line in commands if "smoke.py" in line]
    assert smoke == ["../empty/bin/python", "tools/smoke.py", "${GITHUB_REF_NAME#v}"]
    assert (ROOT / smoke[1]).is_file()
