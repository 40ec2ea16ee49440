"""The pages for instructors, followed word for word on a small class."""

import csv
import json
import re
import shlex
import subprocess
import sys

import pytest

from gantext.grading import cli
from gantext.grading.catalogue import find, load
from tests.grading.small import ANSWER, QUESTIONS, notebook
from tools.book import ROOT

INSTALLS = ("sudo ", "pip ")  # what needs rights and a network


def blocks(page, language):
    text = (ROOT / "book" / page).read_text("utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def commands(page):
    lines = [line for block in blocks(page, "shell") for line in block.splitlines()]
    return [line for line in lines if not line.startswith(INSTALLS)]


def follow(line):
    words = shlex.split(line)
    if words[0] == "gantext":
        assert cli.main(words[1:]) == 0, line
        return
    assert words[0] == "python"
    found = subprocess.run([sys.executable, *words[1:]], capture_output=True, text=True)
    assert found.returncode == 0, found.stdout + found.stderr


def rows_of(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return {row["name"]: row for row in csv.DictReader(file)}


def handed_in(path, template, **answers):
    """Hand in the template with some answers in it: the names of cells, and their code."""
    tree = json.loads(template.read_text("utf-8"))
    for cell in tree["cells"]:
        name = cell["metadata"].get("gantext", {}).get("question", "").partition("/")[2]
        if name in answers:
            cell["source"] = answers.pop(name)
    assert not answers
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(tree), "utf-8")


def test_the_guide_is_followed_word_for_word(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exercises, grade, marks, late, platform, again = commands("instructors.md")
    follow(exercises)
    template = tmp_path / "exercises" / "01-ideal-game.ipynb"
    right = {"js-noise": f"{find('ideal-game/js-noise').entry} = 10 / 2000\n"}
    handed_in(tmp_path / "submissions" / "ada.ipynb", template, **right)
    handed_in(tmp_path / "late" / "emmy.ipynb", template)
    (tmp_path / "submissions" / "carl.pdf").write_bytes(b"%PDF-1.7")
    follow(grade)
    rows = rows_of(tmp_path / "marks" / "class.csv")
    assert set(rows) == {"ada", "carl"}
    assert float(rows["ada"]["ideal-game/js-noise"]) > 0
    path = tmp_path / "marks" / "decisions.csv"
    path.write_bytes(path.read_bytes().replace(b"carl,,,", b"carl,,5,On paper."))
    follow(marks)
    follow(late)
    roster = (
        "Student,ID,SIS Login ID,Section\nAda L,101,ada,A\nEmmy N,102,emmy,A\nCarl G,103,carl,A\n"
    )
    (tmp_path / "roster.csv").write_text(roster)
    follow(platform)
    rows = rows_of(tmp_path / "marks" / "class.csv")
    assert (rows["carl"]["earned"], rows["carl"]["to review"]) == ("5", "0")
    assert rows["emmy"]["earned"] == "0"
    assert "Carl G,103,carl,A,5" in (tmp_path / "marks" / "import.csv").read_text()
    follow(again)
    seed = json.loads((tmp_path / "again" / "grading.json").read_text())["seed"]
    assert str(seed) in again
    text = (ROOT / "book/instructors.md").read_text("utf-8")
    for name in ("marks", "marks/students/ada"):
        for file in (tmp_path / name).iterdir():
            assert file.name in text or file.name in ("students", "roster.csv"), file


def test_a_question_of_ones_own_is_written_tested_and_graded(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PYTEST_ADDOPTS", "-p no:cacheprovider")
    for name, text in zip(
        ("questions.py", "test_questions.py"), blocks("own-questions.md", "python"), strict=True
    ):
        (tmp_path / name).write_text(text)
    homework = tmp_path / "homework"
    homework.mkdir()
    log = "import numpy as np\ndef entropy(p):\n    return -np.sum(p * np.log(p))\n"
    (homework / "ada.ipynb").write_bytes(notebook(log.replace("p * np", "p[p > 0] * np")))
    whole = log.replace("    return", "    p = p[p > 0]\n    return")
    (homework / "emmy.ipynb").write_bytes(notebook(whole))
    (homework / "carl.ipynb").write_bytes(notebook(log, "import os\nprint(os.listdir('..'))"))
    for line in commands("own-questions.md"):
        follow(line)
    rows = rows_of(tmp_path / "homework-marks" / "class.csv")
    earned = {name: row["homework-1/entropy"] for name, row in rows.items()}
    assert earned == {"ada": "2", "carl": "2", "emmy": "3"}
    page = (tmp_path / "homework-marks/students/carl/report.html").read_text()
    assert "questions.py" not in page
    follow("gantext grade homework --out homework-marks --add")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (None, "does not exist"),
        ("1 / 0", "stopped with ZeroDivisionError"),
        ("QUESTIONS = 3", "expected a list QUESTIONS, got int"),
        ("QUESTIONS = [3]", "expected questions, got int"),
        ("from tests.grading.small import QUESTIONS\nQUESTIONS = QUESTIONS * 2", "each once"),
    ],
)
def test_a_file_without_questions_is_refused_in_one_line(text, words, tmp_path, capsys):
    path = tmp_path / "own.py"
    if text is not None:
        path.write_text(text)
    (tmp_path / "a.ipynb").write_bytes(notebook(ANSWER))
    options = ["--questions", str(path), "--out", str(tmp_path / "out")]
    assert cli.main(["grade", str(tmp_path / "a.ipynb"), *options]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert words in line
    assert not (tmp_path / "out").exists()


def test_a_package_of_questions_is_loaded(tmp_path):
    own = tmp_path / "own"
    own.mkdir()
    (own / "__init__.py").write_text("from .first import QUESTIONS\n")
    (own / "first.py").write_text("from tests.grading.small import QUESTIONS\n")
    assert [question.id for question in load(own)] == [question.id for question in QUESTIONS]
