"""The instructor's road: add to a class, decide, mark by hand, hand the marks to a platform."""

import csv
import json
import shutil

import pytest

from gantext.grading import cli
from gantext.grading.decisions import TITLES, safe_cell
from gantext.grading.record import RECORD
from gantext.grading.submissions import submissions
from tests.grading.small import ANSWER, QUESTIONS, SHARES, SQUARE, notebook

FAST = ["--cell-seconds", "3", "--total-seconds", "30", "--memory", "1", "--chapter", "small"]


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Let the small questions be a chapter."""
    monkeypatch.setattr(cli, "chapters", lambda: ["small"])
    monkeypatch.setattr(cli, "questions", lambda _: QUESTIONS)


@pytest.fixture
def handed_in(tmp_path):
    """Return a folder: one whole notebook, one that is flagged, one that is no notebook."""
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "ada.ipynb").write_bytes(notebook(SQUARE, ANSWER, SHARES))
    twice = notebook("def square(x):\n    return 0\n", SQUARE.replace("x * x", "x"), ANSWER)
    (folder / "bob.ipynb").write_bytes(twice)
    (folder / "cyd.pdf").write_bytes(b"%PDF-1.7")
    return folder


def grade(*words, options=FAST):
    return cli.main(["grade", *map(str, words), *options])


def table(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def rows_of(out):
    return {row["name"]: row for row in table(out / "class.csv")}


def decide(out, **choices):
    """Fill the table of decisions in: for each name the question, the decision and a note."""
    lines = table(out / "decisions.csv")
    for line in lines:
        question, decision, note = choices.get(line["name"], ("?", "", ""))
        if line["question"] == question:
            line["decision"], line["note"] = decision, note
    with (out / "decisions.csv").open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.DictWriter(file, TITLES, delimiter=";")  # as European spreadsheets save it
        writer.writeheader()
        writer.writerows(lines)


def test_a_class_is_not_graded_twice_into_one_folder(handed_in, tmp_path, capsys):
    out = tmp_path / "out"
    assert grade(handed_in, "--out", out) == 0
    before = {path: path.read_bytes() for path in out.rglob("*.*")}
    assert grade(handed_in, "--out", out) == 2
    assert "--add grades more with the same seed" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in out.rglob("*.*")} == before


def test_late_ones_are_graded_with_the_seed_of_the_class(handed_in, tmp_path):
    out, late = tmp_path / "out", tmp_path / "late"
    late.mkdir()
    shows = notebook("def square(x):\n    raise ValueError(x)\n", ANSWER)  # its inputs
    (handed_in / "dan.ipynb").write_bytes(shows)
    assert grade(handed_in, "--out", out) == 0
    first = json.loads((out / RECORD).read_text())
    (late / "eve.ipynb").write_bytes(shows)
    (late / "ada.ipynb").write_bytes(notebook(ANSWER))  # handed in again
    shutil.copy(handed_in / "bob.ipynb", late)  # the same once more
    assert cli.main(["grade", str(late), "--out", str(out), "--add", *FAST[:-2]]) == 0
    rows = rows_of(out)
    assert set(rows) == {"ada", "ada (2)", "bob", "cyd", "dan", "eve"}
    assert (rows["ada"]["earned"], rows["ada (2)"]["earned"]) == ("10", "2")
    assert rows["eve"]["small/square"] == rows["dan"]["small/square"]
    tried = [
        json.loads((out / f"students/{name}/report.json").read_text()) for name in ("dan", "eve")
    ]
    assert tried[0]["questions"] == tried[1]["questions"]
    record = json.loads((out / RECORD).read_text())
    assert record["seed"] == first["seed"]
    assert len(record["added"]) == 1
    assert record["files"]["ada"] == str(handed_in / "ada.ipynb")


def test_add_takes_what_the_class_was_graded_with(handed_in, tmp_path, capsys):
    out = tmp_path / "out"
    assert cli.main(["grade", "--add", str(handed_in), "--out", str(out)]) == 2
    assert grade(handed_in, "--out", out) == 0
    for option in (["--seed", "5"], ["--chapter", "small"], ["--by-hand", "essay=5"]):
        assert cli.main(["grade", "--add", str(handed_in), "--out", str(out), *option]) == 2
        assert f"expected --add without {option[0]}" in capsys.readouterr().err


def test_reports_are_never_submissions(handed_in, monkeypatch, capsys):
    monkeypatch.chdir(handed_in)
    assert grade(".", "--out", handed_in / "one") == 0
    assert grade(".", "--out", "two") == 0
    assert "one holds reports, no submissions" in capsys.readouterr().err
    assert grade(".", "--out", "./one", "--add", options=FAST[:-2]) == 0
    for name in ("one", "two"):
        assert set(rows_of(handed_in / name)) == {"ada", "bob", "cyd"}
    assert grade(".", "--out", ".") == 2


def test_hidden_notebooks_and_empty_folders_are_named(tmp_path):
    for name in ("ada/.hw.ipynb", "..ipynb.ipynb", "bob/.hidden/hw.ipynb", ".cyd/hw.ipynb"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(notebook(ANSWER))
    for name in (
        ".git/x.ipynb",
        "__MACOSX/._hw.ipynb",
        "eve/._hw.ipynb",
        "eve/hw.ipynb",
        ".DS_Store",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "dan" / "empty").mkdir(parents=True)
    found = sorted(str(path.relative_to(tmp_path)) for path in submissions([tmp_path]).values())
    assert found == sorted(
        [
            "ada/.hw.ipynb",
            "..ipynb.ipynb",
            "bob/.hidden/hw.ipynb",
            ".cyd/hw.ipynb",
            "dan",
            "eve/hw.ipynb",
        ]
    )
    out = tmp_path / "out"
    assert grade(tmp_path, "--out", out) == 0
    assert "a folder in which there is none" in rows_of(out)["dan"]["flags"]


def test_the_students_page_says_what_is_looked_at(handed_in, tmp_path):
    out = tmp_path / "out"
    assert grade(handed_in, "--out", out) == 0
    page = (out / "students/bob/report.html").read_text()
    assert "An instructor is still to look at one thing here; the mark may change." in page
    assert "look at" not in (out / "students/ada/report.html").read_text()
    told = json.loads((out / "students/bob/results.json").read_text())["output"]
    assert "For an instructor to look at: small/square: answered in cells 1, 2" in told


def test_decisions_are_kept_and_merged(handed_in, tmp_path):
    out = tmp_path / "out"
    assert grade(handed_in, "--out", out) == 0
    assert [line["name"] for line in table(out / "decisions.csv")] == ["bob", "cyd"]
    assert rows_of(out)["bob"]["to review"] == "1"
    decide(out, bob=("small/square", "1.5", "Half of it, by hand."), cyd=("", "keep", ""))
    for _ in range(2):
        assert cli.main(["marks", str(out)]) == 0
        rows = rows_of(out)
        assert (rows["bob"]["small/square"], rows["bob"]["earned"]) == ("1.5", "3.5")
        assert rows["bob"]["decided"] == "small/square: 1.5 of 3 points. Half of it, by hand."
        assert [row["to review"] for row in rows.values()] == ["0", "0", "0"]
    page = (out / "students/bob/report.html").read_text()
    assert "bob: 3.5 of 10 points" in page
    assert "Half of it, by hand." in page
    assert "still to look" not in page
    assert json.loads((out / "students/bob/results.json").read_text())["score"] == 3.5
    assert json.loads((out / "students/bob/report.json").read_text())["earned"] == 2
    late = tmp_path / "late.pdf"
    late.write_bytes(b"%PDF-1.5")
    assert cli.main(["grade", str(late), "--out", str(out), "--add", *FAST[:-2]]) == 0
    assert rows_of(out)["bob"]["earned"] == "3.5"
    assert [line["decision"] for line in table(out / "decisions.csv")] == ["1.5", "keep", ""]


@pytest.mark.parametrize("decision", ["4", "-1", "nan", "yes"])
def test_a_decision_that_cannot_be_made_changes_nothing(decision, handed_in, tmp_path, capsys):
    out = tmp_path / "out"
    assert grade(handed_in, "--out", out) == 0
    before = (out / "class.csv").read_bytes()
    decide(out, bob=("small/square", decision, ""))
    assert cli.main(["marks", str(out)]) == 2
    assert "expected keep, drop, or points from 0 to 3" in capsys.readouterr().err
    assert (out / "class.csv").read_bytes() == before


def test_questions_marked_by_hand_are_part_of_the_mark(handed_in, tmp_path):
    out = tmp_path / "out"
    assert grade(handed_in, "--out", out, "--by-hand", "essay=4") == 0
    assert rows_of(out)["ada"]["essay"] == ""
    assert rows_of(out)["ada"]["to review"] == "1"
    decide(out, ada=("essay", "2,5", "Say why."), bob=("essay", "0", ""))
    assert cli.main(["marks", str(out)]) == 0
    row = rows_of(out)["ada"]
    assert (row["essay"], row["earned"], row["points"]) == ("2.5", "12.5", "14")
    assert rows_of(out)["bob"]["essay"] == "0"
    assert rows_of(out)["cyd"]["essay"] == ""


CANVAS = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (77),Final Score\n"
    '    Points Possible,,,,,10,(read only)\n"Lovelace, Ada",101,s1,ada,A,,\n'
    '"Noether, Emmy",102,s2,emmy,A,,\n"Student, Test",103,,t,A,,\n'
)
MOODLE = (
    "Identifier,Full name,Email address,Status,Grade,Maximum grade,Last modified (grade),"
    "Feedback comments\nParticipant 101,Ada Lovelace,ada@x.org,Submitted,-,100.00,-,\n"
    "Participant 102,Emmy Noether,emmy@x.org,Submitted,-,100.00,-,\n"
)
CANVAS_FILLED = (
    "Student,ID,SIS User ID,SIS Login ID,Section,Homework 1 (77)\n"
    '    Points Possible,,,,,10\n"Lovelace, Ada",101,s1,ada,A,10\n'
    '"Noether, Emmy",102,s2,emmy,A,2\n"Student, Test",103,,t,A,\n'
)
PLAIN_FILLED = (
    "First Name,Last Name,SID,Email,Homework 1\nAda,Lovelace,31415,ada@x.org,10\n"
    "Emmy,Noether,27182,e@x.org,2\n"
)
PLAIN = "First Name,Last Name,SID,Email\nAda,Lovelace,31415,ada@x.org\nEmmy,Noether,27182,e@x.org\n"


@pytest.mark.parametrize(
    ("roster", "paths", "ids", "written"),
    [
        (
            CANVAS,
            ["lovelaceada_LATE_101_9_hw.ipynb", "noetheremmy_102_8_hw-1.ipynb"],
            ["101", "102"],
            CANVAS_FILLED,
        ),
        (
            MOODLE,
            [f"{name}_assignsubmission_file_/hw.ipynb" for name in ("Ada L_101", "Emmy N_102")],
            ["101", "102"],
            MOODLE.replace("d,-", "d,100", 1).replace("d,-", "d,20", 1),
        ),
        (
            PLAIN,
            ["ada lovelace.ipynb", "hw_27182.ipynb"],
            ["31415", "27182"],
            PLAIN_FILLED,
        ),
    ],
    ids=["Canvas", "Moodle", "plain"],
)
def test_marks_go_back_into_the_platforms_table(roster, paths, ids, written, tmp_path):
    (tmp_path / "roster.csv").write_text(roster)
    folder = tmp_path / "in"
    for path, data in zip(paths, (notebook(SQUARE, ANSWER, SHARES), notebook(ANSWER)), strict=True):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    out = tmp_path / "out"
    assert grade(folder, "--out", out) == 0
    if roster != PLAIN:  # the platforms' numbers are in the files' names
        assert sorted(row["id"] for row in rows_of(out).values()) == sorted(ids)
    options = ["--roster", str(tmp_path / "roster.csv"), "--title", "Homework 1"]
    assert cli.main(["marks", str(out), *options]) == 0
    assert (out / "import.csv").read_text().replace("\r", "") == written
    assert sorted(row["id"] for row in rows_of(out).values()) == sorted(ids)


def test_who_is_not_known_or_twice_there_is_told(tmp_path, capsys):
    (tmp_path / "roster.csv").write_text(PLAIN)
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("ada lovelace", "hw_31415", "who"):
        (folder / f"{name}.ipynb").write_bytes(notebook("raise SystemExit", ANSWER))
    (folder / "ada lovelace.ipynb").write_bytes(b"%PDF-1.7")
    out = tmp_path / "out"
    assert grade(folder, "--out", out, "--roster", tmp_path / "roster.csv") == 0
    told = capsys.readouterr().err
    assert "who: no student of the roster" in told
    assert "ada lovelace and hw_31415: one student; drop all but one" in told
    assert "ada@x.org,\n" in (out / "import.csv").read_text().replace("\r", "")
    decide(out, **{"ada lovelace": ("", "drop", "")})
    assert cli.main(["marks", str(out)]) == 0
    assert "one student" not in capsys.readouterr().err
    assert "ada@x.org,2\n" in (out / "import.csv").read_text().replace("\r", "")
    assert rows_of(out)["ada lovelace"]["decided"] == "dropped"


def test_the_title_of_the_assignment_is_kept(handed_in, tmp_path):
    (tmp_path / "roster.csv").write_text(PLAIN)
    out = tmp_path / "out"
    options = ["--roster", str(tmp_path / "roster.csv"), "--title", "Homework 1"]
    assert grade(handed_in, "--out", out, options=[*options, *FAST]) == 0
    for _ in range(2):
        assert (out / "import.csv").read_text().startswith("First Name,Last Name,SID,Email,Homew")
        assert cli.main(["marks", str(out)]) == 0
    assert cli.main(["marks", str(out), "--title", "H2"]) == 0
    assert cli.main(["marks", str(out)]) == 0
    assert (out / "import.csv").read_text().startswith("First Name,Last Name,SID,Email,H2")


@pytest.mark.parametrize("given", ["essay", "essay=0", "essay=nan", "=1=5", "small/square=3"])
def test_what_cannot_be_marked_by_hand_is_refused(given, handed_in, tmp_path, capsys):
    assert grade(handed_in, "--out", tmp_path / "out", "--by-hand", given) == 2
    assert "--by-hand" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("roster", ["", "a,b\n1,2\n", MOODLE.replace("100.00", "pass")])
def test_what_is_no_roster_is_refused(roster, handed_in, tmp_path, capsys):
    (tmp_path / "roster.csv").write_text(roster)
    options = ["--out", tmp_path / "out", "--roster", tmp_path / "roster.csv"]
    assert grade(handed_in, *options) == 2
    assert "expected" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


def test_exercises_are_written_but_never_over_answers(tmp_path, capsys):
    out = tmp_path / "exercises"
    assert cli.main(["exercises", "--out", str(out)]) == 0
    first = min(out.glob("*.ipynb"))
    assert first.name == "01-ideal-game.ipynb"
    assert cli.main(["exercises", "--out", str(out)]) == 0
    first.write_bytes(notebook(ANSWER))
    assert cli.main(["exercises", "--out", str(out)]) == 2
    assert "with answers in it" in capsys.readouterr().err
    assert first.read_bytes() == notebook(ANSWER)


def test_a_name_in_the_decisions_is_no_formula():
    assert safe_cell("=1").startswith("'")
