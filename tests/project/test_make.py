"""The Makefile says what it can do, sets up once, and its helpers speak clearly."""

import os
import platform
import re
import shutil
import subprocess
import sys
import threading
import urllib.request

import pytest

from tools.book import ROOT
from tools.serve import bind

MAKEFILE = (ROOT / "Makefile").read_text()
STAMP = ".venv-python"
NEEDED = "needs Python 3.11, 3.12 or 3.13; name one: make PYTHON=python3.13"
PUBLIC = ["book", "read", "check", "test", "execute", "lint", "clean"]


def make(*arguments, cwd=ROOT):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    command = ["make", f"PYTHON={sys.executable}", *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, env=environment)


def test_make_alone_prints_a_line_of_help_for_each_target():
    shown = dict(re.findall(r"^  make (\w+) +(\S.*)$", make().stdout, re.MULTILINE))
    assert shown == dict(re.findall(r"^(\w+):.*## (.*)$", MAKEFILE, re.MULTILINE))
    assert shown.keys() >= set(PUBLIC)


def test_only_helpers_have_no_help():
    phony = re.search(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)[1].split()
    documented = re.findall(r"^(\w+):.*## ", MAKEFILE, re.MULTILINE)
    assert set(phony) - set(documented) == {"browser", "sandbox", "always"}


def test_no_variable_ends_in_a_blank():
    """Make keeps the blanks before a comment in the value."""
    values = re.findall(r"^\w+ *[?:]?=(.*)$", MAKEFILE, re.MULTILINE)
    assert len(values) > 5
    assert not [value for value in values if re.search(r"\s(#|$)", value)]


@pytest.fixture
def set_up(tmp_path):
    """Return a folder where both environments look finished."""
    needed = ["Makefile", "pyproject.toml", "constraints.txt", "tools/python.sh"]
    for name in [*needed, "tests/project/colab_versions.toml"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / STAMP).write_text(f"Python {platform.python_version()}\n")
    for environment in (".venv", ".venv-colab"):
        (tmp_path / environment).mkdir()
        (tmp_path / environment / ".installed").touch()
    return tmp_path


def installations(plan):
    """Return the different lines that install; a dry run within a dry run repeats them."""
    return set(re.findall("^.*pip install.*$", plan, re.MULTILINE))


def test_the_quick_loop_lints_and_runs_the_librarys_tests_alone(set_up):
    plan = make("--dry-run", "check", cwd=set_up).stdout
    assert "ruff check ." in plan
    assert re.search(r"-m pytest .* -m 'not long' tests/unit tests/theory$", plan, re.MULTILINE)
    assert "jupyter-book" not in plan
    assert "pip install" not in plan


def test_make_test_runs_everything_once(set_up):
    plan = make("--dry-run", "test", cwd=set_up).stdout
    for command in ("ruff check", "ruff format", "lint-imports", "/mypy", "jupyter-book build"):
        assert plan.count(command) == 1, command
    (pytest,) = re.findall(r"-m pytest .*?[^\\]$", plan, re.MULTILINE | re.DOTALL)
    assert pytest.endswith("book exercises tests")
    assert "weekly" not in pytest


def test_what_is_weekly_runs_with_make_colab_which_a_workflow_calls(set_up):
    plan = make("--dry-run", "colab", cwd=set_up).stdout
    assert plan.strip().endswith("-m pytest -m '' tests/project/test_colab.py")
    assert "run: make colab" in (ROOT / ".github/workflows/colab.yml").read_text()


def test_the_second_make_test_installs_nothing(set_up):
    plan = make("--dry-run", "test", cwd=set_up)
    assert plan.returncode == 0, plan.stderr
    assert "pytest" in plan.stdout
    assert "pip install" not in plan.stdout


@pytest.mark.parametrize("name", ["pyproject.toml", "constraints.txt"])
def test_a_changed_requirement_sets_up_again(set_up, name):
    later = (set_up / ".venv" / ".installed").stat().st_mtime + 10
    os.utime(set_up / name, (later, later))
    assert len(installations(make("--dry-run", "test", cwd=set_up).stdout)) == 2


@pytest.mark.parametrize("before", ["Python 3.11.0\n", None])
def test_another_python_sets_up_afresh_and_once(set_up, before):
    """What the old Python left in an environment is of no use to the new one."""
    later = (set_up / ".venv" / ".installed").stat().st_mtime + 10
    (set_up / STAMP).unlink() if before is None else (set_up / STAMP).write_text(before)
    plan = make("--dry-run", "test", cwd=set_up).stdout
    assert len(set(re.findall("^.*-m venv --clear.*$", plan, re.MULTILINE))) == 2
    assert len(installations(plan)) == 2
    for environment in (".venv", ".venv-colab"):
        os.utime(set_up / environment / ".installed", (later, later))
    assert "pip install" not in make("--dry-run", "test", cwd=set_up).stdout


def test_ci_runs_the_command_of_the_readme():
    script = (ROOT / ".ci/run").read_text()
    assert "set -eo pipefail" in script
    assert "make test" in script
    assert re.search(r"^ *make test\b", (ROOT / "README.md").read_text(), re.MULTILINE)
    assert os.access(ROOT / ".ci/run", os.X_OK)


@pytest.mark.parametrize(
    ("version", "ensurepip", "message"),
    [
        ("3, 10", True, NEEDED),
        ("3, 11", True, ""),
        ("3, 12", False, "sudo apt-get install python3-venv"),
        ("3, 13", True, ""),
        ("3, 14", True, NEEDED),
    ],
)
def test_a_python_that_cannot_is_told_what_is_missing(tmp_path, version, ensurepip, message):
    fake = tmp_path / "python"
    preamble = f"import sys; sys.version_info = ({version})\n"
    preamble += "" if ensurepip else "sys.modules['ensurepip'] = None\n"
    fake.write_text(
        f'#!{sys.executable}\n{preamble}\nprint("Python {version}") if sys.argv[1] == "-V" '
        "else exec(sys.argv[2])\n"
    )
    fake.chmod(0o755)
    result = subprocess.run([ROOT / "tools/python.sh", fake], capture_output=True, text=True)
    assert result.returncode == (1 if message else 0)
    assert message in result.stderr


def test_the_pythons_needed_are_the_ones_declared(pyproject):
    declared = [text.rpartition(" ")[2] for text in pyproject["project"]["classifiers"]]
    declared = [version for version in declared if re.fullmatch(r"3\.\d+", version)]
    assert re.findall(r"3\.\d+", NEEDED.split(";")[0]) == declared


def test_a_missing_python_is_told():
    result = subprocess.run(
        [ROOT / "tools/python.sh", "python-of-nowhere"], capture_output=True, text=True
    )
    assert result.returncode == 1
    assert "python-of-nowhere was not found" in result.stderr


def test_the_reader_gets_a_free_port(tmp_path, monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # which knows nothing of this computer
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    (tmp_path / "index.html").write_text("hello")
    with bind(tmp_path) as first, bind(tmp_path) as second:
        assert first.server_port != second.server_port
        first.timeout = 5
        thread = threading.Thread(target=first.handle_request)
        thread.start()
        with direct.open(f"http://localhost:{first.server_port}/") as page:
            assert page.read() == b"hello"
        thread.join()


@pytest.fixture
def bare_system(tmp_path):
    """Return a function that makes commands exist in an otherwise empty PATH, and one that runs."""
    (tmp_path / "log").touch()

    def add(name, script):
        command = tmp_path / name
        command.write_text(f'#!/bin/sh\necho "{name} $*" >> {tmp_path}/log\n{script}\n')
        command.chmod(0o755)

    def run(script="tools/browser.sh"):
        result = subprocess.run(
            ["/bin/bash", ROOT / script, tmp_path / "python"],
            env={"PATH": str(tmp_path)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        return result, (tmp_path / "log").read_text()

    add("python", '[ "$1" = -m ] && exit 0; exit 1')  # Playwright has no Chromium, but can get it
    add("apt-get", "exit 0")
    add("id", "echo 0")
    return add, run


def test_a_chromium_that_is_there_is_enough(bare_system):
    add, run = bare_system
    add("google-chrome", "exit 0")
    result, log = run()
    assert result.returncode == 0
    assert log == "google-chrome --version\n"


def test_a_chromium_that_only_names_a_snap_is_none(bare_system):
    add, run = bare_system
    add("chromium-browser", "echo 'install the snap' >&2; exit 1")
    result, log = run()
    assert result.returncode == 0, result.stderr
    assert "install -y --no-install-recommends chromium" in log or "playwright install" in log


def test_root_installs_chromium(bare_system):
    _, run = bare_system
    result, log = run()
    assert result.returncode == 0, result.stderr
    assert "sudo" not in log
    assert "install -y --no-install-recommends chromium" in log or "playwright install" in log


def test_a_user_without_sudo_reads_the_command(bare_system):
    add, run = bare_system
    add("id", "echo 1000")
    result, log = run()
    assert result.returncode == 1
    assert "apt-get" not in log
    (line,) = result.stderr.splitlines()
    assert re.search(r"Type: (sudo apt-get install .*chromium|.* playwright install)", line)


def test_a_failed_installation_says_what_to_type(bare_system):
    add, run = bare_system
    add("apt-get", "exit 1")
    add("python", "exit 1")
    result, _ = run()
    assert result.returncode == 1
    assert "Type: " in result.stderr


def test_a_bubblewrap_that_works_is_enough(bare_system):
    add, run = bare_system
    add("bwrap", "exit 0")
    result, log = run("tools/sandbox.sh")
    assert result.returncode == 0
    assert "apt-get" not in log


def test_root_installs_bubblewrap(bare_system):
    add, run = bare_system
    installed = "printf '#!/bin/sh\\nexit 0\\n' > ${0%/*}/bwrap; /bin/chmod +x ${0%/*}/bwrap"
    add("apt-get", f'[ "$1" = install ] && {{ {installed}; }}; exit 0')
    result, log = run("tools/sandbox.sh")
    assert result.returncode == 0, result.stderr
    assert "sudo" not in log
    assert "apt-get install -y --no-install-recommends bubblewrap" in log


def test_a_bubblewrap_that_cannot_be_installed_is_told(bare_system):
    add, run = bare_system
    add("apt-get", "exit 1")
    result, _ = run("tools/sandbox.sh")
    assert result.returncode == 1
    assert "Type: apt-get install -y --no-install-recommends bubblewrap" in result.stderr


def test_a_user_without_sudo_reads_how_to_get_bubblewrap(bare_system):
    add, run = bare_system
    add("id", "echo 1000")
    result, log = run("tools/sandbox.sh")
    assert result.returncode == 1
    assert "apt-get" not in log
    assert "Type: sudo apt-get install" in result.stderr


def test_a_bubblewrap_that_the_system_forbids_is_told(bare_system):
    add, run = bare_system
    add("bwrap", "echo 'setting up uid map: Permission denied' >&2; exit 1")
    result, log = run("tools/sandbox.sh")
    assert result.returncode == 1
    assert "apt-get" not in log
    (line,) = result.stderr.splitlines()
    assert "uid map: Permission denied" in line
    assert "sudo sysctl" in line
