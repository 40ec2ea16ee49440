"""The notebooks of exercises: each question once, and no solution in the students' copies."""

import copy
import re

import nbformat
import pytest

from gantext.grading.catalogue import chapters, find, questions
from gantext.grading.feedback import feedback
from tests.exercises.conftest import run, sources
from tools import exercises as tool
from tools.book import ROOT, copy_of, exercises, setup_cell
from tools.book import chapters as chapters_of_the_book

CHAPTERS = chapters()


def read(path):
    return nbformat.read(path, as_version=4)


def own(cell) -> dict:
    return cell.metadata.get("gantext", {})


def test_every_chapter_of_the_book_has_a_notebook_of_exercises():
    assert [path.stem for path in exercises()] == [path.stem for path in chapters_of_the_book()]
    assert exercises() == sorted((ROOT / "exercises").glob("*.ipynb"))
    assert set(sources().values()) == set(exercises())


@pytest.mark.parametrize("chapter", CHAPTERS)
@pytest.mark.parametrize("whose", ["source", "student"])
def test_every_question_has_one_answer_and_one_check_in_order(chapter, whose):
    source = sources()[chapter]
    cells = read(source if whose == "source" else copy_of(source)).cells
    names = [question.id for question in questions(chapter)]
    assert [own(cell)["question"] for cell in cells if "question" in own(cell)] == names
    checks = [re.fullmatch(r'gt\.check\("([^"]+)"\)', c.source) for c in cells if c.source]
    assert [match[1] for match in checks if match] == names
    for index, cell in enumerate(cells):
        if name := own(cell).get("question"):
            assert cells[index + 1].source == f'gt.check("{name}")'
            assert re.search(rf"^(def )?{find(name).entry}\b", cell.source, re.MULTILINE)
    assert cells[-1].source == f'gt.progress("{chapter}")'


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_prose_names_title_points_and_entry_of_each_question(chapter):
    cells = read(sources()[chapter]).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    for number, question in enumerate(questions(chapter), 1):
        points = f"{question.points} point{'s' if question.points > 1 else ''}"
        assert f"## {number}. {question.title}\n\n*{points}*\n" in text
        if question.kind == "function":
            code = next(c.source for c in cells if own(c).get("question") == question.id)
            signature = re.search(rf"^def ({question.entry}\(.*\)):", code, re.MULTILINE)[1]
            assert f"`{signature}`" in text
            for call in question.calls(0):
                names = re.findall(r"\w+", signature)[1:]
                assert list(call.arguments) == names


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_students_copy_holds_no_solution(chapter):
    source, student = read(sources()[chapter]), read(copy_of(sources()[chapter]))
    kept = {cell.id: cell for cell in student.cells}
    for cell in source.cells:
        if own(cell).get("solution"):
            assert cell.id not in kept
        elif name := own(cell).get("question"):
            (code,) = re.findall(r"# begin solution\n(.*)# end solution", cell.source, re.DOTALL)
            inside = [line.strip() for line in code.splitlines() if len(line.strip()) > 20]
            assert not [line for line in inside if line in kept[cell.id].source]
            assert own(kept[cell.id]) == {"question": name}
            blank = "NotImplementedError" if find(name).kind == "function" else "= None"
            assert blank in kept[cell.id].source
        else:
            assert cell.cell_type == "markdown" or kept[cell.id].source == cell.source
            assert own(kept[cell.id]) == {"book": True}
    for cell in student.cells:
        assert "solution" not in cell.source.lower()
        assert set(cell.metadata) <= {"gantext", "tags"}
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_students_copy_begins_with_the_setup_cell(chapter):
    code = [c for c in read(copy_of(sources()[chapter])).cells if c.cell_type == "code"]
    assert code[0].source == setup_cell()
    assert code[0].metadata.tags == ["setup"]


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_an_untouched_copy_runs_and_scores_nothing(chapter, capsys):
    names = run(copy_of(sources()[chapter]))
    out = capsys.readouterr().out
    total = sum(question.points for question in questions(chapter))
    count = len(questions(chapter))
    assert f"0 of {total} points; 0 of {count} questions done" in out
    assert out.count("not answered yet") == 2 * count  # at each check, and in the list at the end
    for question in questions(chapter):
        found = feedback(question, names[question.entry])
        assert not found.answered
        assert found.share == 0


@pytest.mark.parametrize("chapter", CHAPTERS)
def test_the_source_shows_full_marks(chapter):
    cells = {cell.id: cell for cell in read(sources()[chapter]).cells}
    for question in questions(chapter):
        (output,) = cells[f"check-{question.id.partition('/')[2]}"].outputs
        points = f"{question.points} of {question.points} point"
        assert output.data["text/plain"].startswith(f"{question.title}: {points}")
        assert "not yet" not in output.data["text/plain"]
    total = sum(question.points for question in questions(chapter))
    (output,) = cells["progress"].outputs
    assert f"{total} of {total} points" in output.data["text/plain"]


def test_blanks_are_clear():
    value = "# begin solution\nx = 3\nx = x + 1\n# end solution"
    assert tool.blank(value, "x", "value") == "x = None  # your answer"
    function = "def f(x):\n    # begin solution\n    y = x\n\n    return y\n    # end solution"
    left = 'def f(x):\n    raise NotImplementedError("your answer: f")'
    assert tool.blank(function, "f", "function") == left
    before = "# begin solution\nz = 1\n# end solution\n\n\n"
    assert tool.blank(before + function, "f", "function") == "# your code\n\n\n" + left


@pytest.mark.parametrize(
    "source",
    [
        "x = 3",
        "# begin solution\nx = 3",
        "x = 3\n# end solution",
        "def f():\n    # begin solution\n    x = 3\n# end solution",
        "# begin solution\nx = 3\n# end solution\n# begin solution\ny = 4",
    ],
)
def test_a_solution_without_its_marks_is_refused(source):
    with pytest.raises(ValueError, match="expected the solution between the lines"):
        tool.blank(source, "x", "value")


def test_a_copy_leaves_its_source_alone():
    source = read(exercises()[0])
    before = copy.deepcopy(source)
    tool.student_copy(source)
    assert source == before
