"""The command: what is graded, what is refused, and what it leaves behind."""

import csv
import json
import os
from importlib import import_module

import pytest

from gantext.grading import cli
from gantext.grading.grade import derive
from gantext.grading.results import nothing
from gantext.grading.sandboxes import bubblewrap
from gantext.grading.sandboxes.base import SandboxError
from gantext.grading.submissions import UsageError
from tests.grading.small import ANSWER, QUESTIONS, SHARES, SQUARE, code, notebook

FAST = ["--cell-seconds", "3", "--total-seconds", "30", "--memory", "1"]

SMALL = ["--chapter", "small", *FAST]


@pytest.fixture
def small(monkeypatch):
    """Let the small questions be a chapter."""
    monkeypatch.setattr(cli, "chapters", lambda: ["small"])
    monkeypatch.setattr(cli, "questions", lambda _: QUESTIONS)


@pytest.fixture
def class_of_five(tmp_path):
    """Return a folder of submissions, good and bad."""
    folder = tmp_path / "submissions"
    (folder / "Zoë Müller_12_file").mkdir(parents=True)
    (folder / "李 雷.ipynb").write_bytes(notebook(code(SQUARE, question="small/square"), ANSWER))
    (folder / "Zoë Müller_12_file" / "1.ipynb").write_bytes(notebook(SQUARE, ANSWER, SHARES))
    (folder / "=cmd|'calc'!A1.ipynb").write_bytes(
        notebook('raise ValueError("<script>alert(1)</script>")\n', SHARES)
    )
    (folder / "essay.pdf").write_bytes(b"%PDF-1.7")
    (folder / "link.ipynb").symlink_to("/etc/passwd")
    os.mkfifo(folder / "pipe.ipynb")
    (folder / ".DS_Store").write_bytes(b"x")
    (folder / "linked").symlink_to(tmp_path)
    return folder


def rows_of(out):
    with (out / "class.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


@pytest.mark.usefixtures("small")
def test_a_class_is_graded(class_of_five, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.main(["grade", str(class_of_five), "--out", str(out), "--seed", "5", *FAST]) == 0
    rows = rows_of(out)
    earned = {name: float(row["earned"]) for name, row in rows.items()}
    assert earned == {
        "李 雷": 5,
        "1": 10,
        "'=cmd_'calc'!A1": 5,
        "essay": 0,
        "link": 0,
        "linked": 0,
        "pipe": 0,
    }
    assert rows["李 雷"]["small/square"] == "3"
    assert rows["essay"]["flags"].startswith("Not graded: expected a Jupyter notebook")
    assert "a link to another one" in rows["link"]["flags"]
    assert "something else under its name" in rows["pipe"]["flags"]
    assert "root:" not in "".join(p.read_text() for p in out.rglob("*.*"))
    log = json.loads((out / "grading.json").read_text())
    assert log["seed"] == 5
    assert log["sandbox"] == "bubblewrap"
    said = capsys.readouterr()
    assert "7 graded; median 0; 4 to review" in said.out
    assert "--seed 5" in said.out
    assert "7/7" in said.err
    for name in ("report.json", "report.html", "results.json"):
        assert (out / "students" / "李 雷" / name).is_file()


@pytest.mark.usefixtures("small")
def test_the_same_seed_gives_the_same_reports_and_another_seed_other_inputs(tmp_path):
    # It answers right only where the first input is small: so its marks depend on the seed.
    chancy = "def square(x):\n    return x * x if x < 5 else 0\n"
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(chancy, ANSWER, SHARES))
    texts = []
    for number, seed in enumerate(["1", "1", "2", "3", "4"]):
        out = tmp_path / str(number)
        assert cli.main(["grade", str(path), "--out", str(out), "--seed", seed, *SMALL]) == 0
        texts.append((out / "students" / "a" / "report.json").read_text())
    assert texts[0] == texts[1]
    assert len({json.loads(text)["earned"] for text in texts}) > 1


@pytest.mark.usefixtures("small")
def test_the_seed_is_secret_unless_it_is_given(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(ANSWER))
    seeds = set()
    for name in ("one", "two"):
        assert cli.main(["grade", str(path), "--out", str(tmp_path / name), *SMALL]) == 0
        seeds.add(json.loads((tmp_path / name / "grading.json").read_text())["seed"])
    assert len(seeds) == 2
    assert min(seeds) > 2**64
    assert derive(1, "a", "b") != derive(1, "ab")


@pytest.mark.usefixtures("small")
def test_a_short_seed_is_warned_of(tmp_path, capsys):
    """Who has a report can try all short ones, until one gives the same inputs."""
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(ANSWER))
    for seed, warned in ((271828, True), (2**63 - 1, True), (2**63, False)):
        options = ["--seed", str(seed), "--out", str(tmp_path / f"out {seed}"), *SMALL]
        assert cli.main(["grade", str(path), *options]) == 0
        assert ("can be found by trying" in capsys.readouterr().err) is warned


@pytest.mark.usefixtures("small")
def test_a_template_puts_the_books_cells_back(tmp_path):
    given = notebook(
        code("import math", book=True),
        code("def square(x):\n    raise NotImplementedError", question="small/square"),
    )
    (tmp_path / "given.ipynb").write_bytes(given)
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook("def square(x):\n    return math.pow(x, 2)\n"))
    options = ["--template", str(tmp_path / "given.ipynb"), *FAST]
    assert cli.main(["grade", str(path), "--out", str(tmp_path / "out"), *options]) == 0
    row = rows_of(tmp_path / "out")["a"]
    assert row["small/square"] == "3"
    assert "deleted" in row["flags"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["/nowhere"], "/nowhere, which does not exist"),
        (["A", "--chapter", "no-such"], "expected one of"),
        (["A", "--jobs", "0"], "to be positive"),
        (["A", "--memory", "-1"], "to be positive"),
        (["A", "--template", "/nowhere"], "--template /nowhere"),
        (["A"], "say --chapter"),
        (["A", "--unsafe-no-sandbox"], "a file here; write ./--unsafe-no-sandbox"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_line(options, words, tmp_path, monkeypatch, capsys):
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(ANSWER))
    (tmp_path / "--unsafe-no-sandbox").touch()  # as `gantext grade *` meets it
    monkeypatch.chdir(tmp_path)
    options = [str(path) if option == "A" else option for option in options]
    assert cli.main(["grade", *options, "--out", str(tmp_path / "out")]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert not (tmp_path / "out").exists()


def test_an_option_is_not_abbreviated(tmp_path):
    """A file called `--unsafe` must not switch the sandbox off."""
    with pytest.raises(SystemExit) as ended:
        cli.main(["grade", "--unsafe", "a.ipynb", "--out", str(tmp_path / "out")])
    assert ended.value.code == 2


@pytest.mark.usefixtures("small")
def test_a_single_notebook_that_names_another_chapter_changes_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr(cli, "chapters", lambda: ["small", "cycles"])
    named = code(SQUARE, question="small/square")
    for k in range(3):
        (tmp_path / f"{k}.ipynb").write_bytes(notebook(named, ANSWER))
    (tmp_path / "x.ipynb").write_bytes(notebook('# check("cycles/step")', ANSWER))
    files = {path.stem: path for path in tmp_path.iterdir()}
    assert cli._most_named(files) == "small"
    del files["1"], files["2"]
    with pytest.raises(UsageError, match="that name cycles, small"):
        cli._most_named(files)


@pytest.mark.usefixtures("small")
def test_the_table_is_there_while_the_class_is_graded(tmp_path, monkeypatch):
    def stopped(*_):
        yield nothing("0", b"", QUESTIONS, "a PDF")
        raise KeyboardInterrupt

    monkeypatch.setattr(cli, "_results", stopped)
    (tmp_path / "0.ipynb").write_bytes(notebook(ANSWER))
    out = tmp_path / "out"
    with pytest.raises(KeyboardInterrupt):
        cli.main(["grade", str(tmp_path / "0.ipynb"), "--out", str(out), *SMALL])
    assert [*rows_of(out)] == ["0"]


@pytest.mark.usefixtures("small")
def test_without_a_sandbox_it_refuses_unless_told(tmp_path, monkeypatch, capsys):
    def missing():
        raise SandboxError("bubblewrap is not installed")

    monkeypatch.setattr(bubblewrap, "_way", missing)
    monkeypatch.setenv("PATH", "/nowhere")
    path = tmp_path / "a.ipynb"
    path.write_bytes(notebook(ANSWER))
    out = tmp_path / "out"
    assert cli.main(["grade", str(path), "--out", str(out), *SMALL]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert "sudo apt-get install bubblewrap" in line
    assert not out.exists()
    options = ["--unsafe-no-sandbox", *SMALL]
    assert cli.main(["grade", str(path), "--out", str(out), *options]) == 0
    assert rows_of(out)["a"]["earned"] == "2"
    assert "weaker" in capsys.readouterr().err
    assert json.loads((out / "grading.json").read_text())["sandbox"] == "none"


def test_the_program_is_installed_under_its_name():
    import tomllib

    from tools.book import ROOT

    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    module, _, name = scripts["gantext"].partition(":")
    assert getattr(import_module(module), name) is cli.main
