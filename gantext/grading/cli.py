"""The program `gantext`: it writes the exercises, grades a class, and keeps what was decided.

``gantext exercises``, ``gantext grade`` and ``gantext marks``: see the book's page for instructors.
"""

from __future__ import annotations

import argparse
import secrets
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from numpy import median

import gantext
from gantext.grading.answers import chapters_in
from gantext.grading.catalogue import chapters, load, questions
from gantext.grading.classes import TABLE, Students, by_hand, finish, keep_roster, table_so_far
from gantext.grading.cluster import Job, in_threads, on_dask
from gantext.grading.command_line import parser, refuse_names
from gantext.grading.copies import write_copies
from gantext.grading.notebooks import Notebook, UnreadableError, read
from gantext.grading.question import Question
from gantext.grading.record import RECORD, not_graded, read_record, write_record
from gantext.grading.reports import ClassTable, write
from gantext.grading.results import Result, nothing
from gantext.grading.sandboxes.base import Sandbox, SandboxError
from gantext.grading.sandboxes.choose import choose
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.submissions import UsageError, contents, submissions

_MANY = 4  # submissions for which a warm start pays
_TEMPLATE = "template.ipynb"
_LONG = 64  # bits of a seed that nobody finds by trying


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the program.

    Parameters
    ----------
    arguments : sequence of str, optional
        The command line; by default that of the process.

    Returns
    -------
    int
        0 when all submissions were gone through, whatever their marks; 2 if nothing was done, for a
        reason that is printed on one line.
    """
    words = sys.argv[1:] if arguments is None else list(arguments)
    options = parser().parse_args(words)
    try:
        refuse_names(words)
        return {"exercises": _exercises, "grade": _grade, "marks": _marks}[options.command](options)
    except (UsageError, SandboxError) as error:
        print(f"gantext: {error}", file=sys.stderr)
        return 2


def _exercises(options: argparse.Namespace) -> int:
    for path in write_copies(options.out):
        print(path)
    return 0


def _marks(options: argparse.Namespace) -> int:
    """Enter decisions and the roster into the marks of a class, without grading anything."""
    record = read_record(options.out)
    keep_roster(options.roster, options.out)
    if options.title is not None:
        record["title"] = options.title
        write_record(options.out, record, new=False)
    _finished(options, record)
    return 0


def _grade(options: argparse.Namespace) -> int:
    from tqdm import tqdm  # a tenth of the program's start, which a refusal need not wait for

    if options.jobs < 1 or min(options.cell_seconds, options.total_seconds, options.memory) <= 0:
        raise UsageError("expected --jobs and all limits to be positive")
    out: Path = options.out
    before = _before(options)
    passed: list[Path] = []
    files = submissions(options.submissions, out, passed)
    for folder in passed:
        print(f"gantext: {folder} holds reports, no submissions: passed over", file=sys.stderr)
    given = _bytes(options.template)
    template = _template(options.template, given)
    asked = _assignment(options, template, files)
    if before and before["questions"] != [question.id for question in asked]:
        raise UsageError(f"expected the questions that {out / RECORD} names, got others")
    files = not_graded(files, out) if before else files
    unsafe: bool = options.unsafe_no_sandbox
    sandbox = choose(options.sandbox, image=options.image, unsafe=unsafe)
    if double := by_hand(options.by_hand).keys() & {question.id for question in asked}:
        raise UsageError(f"--by-hand: {min(double)} is a question that the grader marks")
    own = [] if options.questions is None else [options.questions.absolute().parent]
    shared = Job(
        name="",
        data=b"",
        questions=tuple(asked),
        seed=secrets.randbits(128) if options.seed is None else options.seed,
        limits=Limits(
            options.cell_seconds, options.total_seconds, memory=int(options.memory * 2**30)
        ),
        template=template,
        sandbox=sandbox.name,
        image=options.image,
        unsafe=unsafe,
        hide=tuple({out.resolve(), *own, *(path.absolute().parent for path in files.values())}),
        warm=len(files) >= _MANY and not options.cold,
    )
    record = _record(options, before, shared, sandbox, files)
    keep_roster(options.roster, out)
    write_record(out, record, new=not before)
    if given is not None:
        (out / _TEMPLATE).write_bytes(given)
    _warn(shared, sandbox)
    table, students = table_so_far(out, record), Students(out)
    with tqdm(total=len(files), unit="submission", dynamic_ncols=True) as bar:
        for result in _results(files, shared, options):
            file = str(files[result.name])
            found = table.add(result, file, students.id_of(file))
            write(result, out / "students" / result.name, found)
            table.write(out / TABLE)  # so that an interrupted run keeps what it has
            bar.update()
    _finished(options, record)
    return 0


def _before(options: argparse.Namespace) -> dict[str, Any]:
    """Return the record of the class that is added to, and take its choices over."""
    out: Path = options.out
    if not options.add:
        if (out / RECORD).exists():
            words = f"{out} holds the marks of a class; --add grades more with the same seed"
            raise UsageError(f"{words}, and another --out grades anew")
        return {}
    record = read_record(out)
    fixed = ("seed", "chapter", "questions", "template", "by_hand")
    if said := [name for name in fixed if getattr(options, name)]:
        words = f"expected --add without --{said[0].replace('_', '-')}"
        raise UsageError(f"{words}, which {out / RECORD} knows")
    options.seed, options.chapter = record["seed"], record["chapter"]
    options.questions = Path(record["own"]) if record["own"] else None
    options.template = out / _TEMPLATE if (out / _TEMPLATE).exists() else None
    return record


def _record(
    options: argparse.Namespace,
    before: dict[str, Any],
    shared: Job,
    sandbox: Sandbox,
    files: dict[str, Path],
) -> dict[str, Any]:
    """Return how the class is graded; written before it is, so that all can be repeated."""
    assert shared.limits is not None
    run = {
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": _version(),
        "sandbox": sandbox.name,
        "weaker": sandbox.weaker,
        "limits": asdict(shared.limits),
    }
    named = {name: str(path) for name, path in files.items()}
    if before:
        more = {"added": [*before.get("added", []), run], "files": before["files"] | named}
        return before | more | ({"title": options.title} if options.title else {})
    return {
        "seed": shared.seed,
        **run,
        "chapter": shared.questions[0].chapter,
        "questions": [question.id for question in shared.questions],
        "own": None if options.questions is None else str(options.questions.absolute()),
        "by_hand": by_hand(options.by_hand),
        "title": options.title or shared.questions[0].chapter,
        "files": named,
    }


def _warn(shared: Job, sandbox: Sandbox) -> None:
    if shared.seed.bit_length() < _LONG:
        words = f"a seed of {shared.seed.bit_length()} bits can be found by trying; without --seed"
        print(f"gantext: {words} a new one of 128 bits is drawn", file=sys.stderr)
    for words in sandbox.weaker:
        print(f"gantext: weaker than it should be: {words}", file=sys.stderr)


def _finished(options: argparse.Namespace, record: dict[str, Any]) -> None:
    """Write what a class's marks are with all decisions, and say it."""
    table, told = finish(options.out, record)
    for words in told:
        print(f"gantext: not entered for the platform: {words}", file=sys.stderr)
    print(_closing(table, options.out, record["seed"]))


def _results(files: dict[str, Path], shared: Job, options: argparse.Namespace) -> Iterator[Result]:
    """Grade the files, each of which is read only when its turn comes."""
    unread: list[Result] = []

    def jobs() -> Iterator[Job]:
        for name, path in files.items():
            try:
                yield replace(shared, name=name, data=contents(path))
            except (UnreadableError, OSError) as error:
                unread.append(nothing(name, b"", shared.questions, str(error)))

    if options.cluster is None:
        ready = in_threads(jobs(), options.jobs)
    else:
        ready = on_dask(jobs(), options.cluster or None, options.jobs)
    for result in ready:
        yield result
        while unread:
            yield unread.pop()
    yield from unread


def _version() -> str:
    try:
        return gantext.__version__
    except ImportError:  # the library is used from its folder
        return "not installed"


def _bytes(template: Path | None) -> bytes | None:
    try:
        return None if template is None else template.read_bytes()
    except OSError as error:
        raise UsageError(f"--template {template}: {error}") from None


def _template(path: Path | None, data: bytes | None) -> Notebook | None:
    if data is None:
        return None
    try:
        return read(data)
    except UnreadableError as error:
        raise UsageError(f"--template {path}: {error}") from None


def _assignment(
    options: argparse.Namespace, template: Notebook | None, files: dict[str, Path]
) -> list[Question]:
    """Find out which questions are asked."""
    chapter: str | None = options.chapter
    if options.questions is not None:
        if options.cluster is not None:
            raise UsageError("expected --questions without --cluster, whose workers lack the file")
        try:
            return load(options.questions)
        except ValueError as error:
            raise UsageError(f"--questions {' '.join(str(error).split())}") from None
    if chapter is None and template is not None:
        named = chapters_in(template)
        if len(named) != 1:
            raise UsageError(f"expected a template of one chapter, got one that names {named}")
        chapter = named[0]
    if chapter is None:
        chapter = _most_named(files)
    try:
        return questions(chapter)
    except ValueError as error:
        raise UsageError(str(error)) from None


def _most_named(files: dict[str, Path]) -> str:
    """Return the chapter that most submissions name; one that names another changes nothing."""
    named: Counter[str] = Counter()
    known = set(chapters())
    for path in files.values():
        try:
            named.update(set(chapters_in(read(contents(path)))) & known)
        except Exception:  # what cannot be read says so when its turn comes
            continue
    ranked = named.most_common(2)
    second = ranked[1][1] if len(ranked) > 1 else 0
    if not ranked or ranked[0][1] <= 2 * second:
        got = f"submissions that name {', '.join(sorted(named)) or 'none'}"
        raise UsageError(f"expected submissions of one chapter, got {got}; say --chapter")
    return ranked[0][0]


def _closing(table: ClassTable, out: Path, seed: int) -> str:
    middle = f"median {median(table.marks):g}; " if table.marks else ""
    return (
        f"{len(table.rows)} graded; {middle}{table.to_review} to review. See {out / 'class.csv'}.\n"
        f"To grade with the same inputs: --seed {seed}"
    )


if __name__ == "__main__":
    sys.exit(main())
