"""The program `gantext`: ``gantext grade SUBMISSIONS... --out DIR`` grades a class.

See the book's page for instructors.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path

from numpy import median

import gantext
from gantext.grading.answers import chapters_in
from gantext.grading.catalogue import chapters, questions
from gantext.grading.cluster import Job, cores, in_threads, on_dask
from gantext.grading.notebooks import Notebook, UnreadableError, read
from gantext.grading.question import Question
from gantext.grading.reports import ClassTable, write
from gantext.grading.results import Result, nothing
from gantext.grading.sandboxes.base import Sandbox, SandboxError
from gantext.grading.sandboxes.choose import choose
from gantext.grading.sandboxes.container import IMAGE
from gantext.grading.sandboxes.limits import Limits
from gantext.grading.submissions import UsageError, contents, submissions

_MANY = 4  # submissions for which a warm start pays
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
    options = _parser().parse_args(words)
    try:
        _refuse_names(words)
        return _grade(options)
    except (UsageError, SandboxError) as error:
        print(f"gantext: {error}", file=sys.stderr)
        return 2


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="gantext", description="The textbook's programs.", allow_abbrev=False
    )
    commands = parser.add_subparsers(dest="command", required=True)
    grade = commands.add_parser(
        "grade",
        help="grade a class",
        description="Grade notebooks, each in a sandbox. See the book's page for instructors.",
        allow_abbrev=False,
    )
    add = grade.add_argument
    add("submissions", nargs="+", help="notebooks, and folders of them")
    add("--out", required=True, type=Path, metavar="DIR", help="where the reports go")
    add("--chapter", help="whose questions to ask; by default the one that the submissions name")
    add("--template", type=Path, metavar="NOTEBOOK", help="what the students were given")
    add("--seed", type=int, help="for the same inputs as before; by default a new secret one")
    add("--jobs", type=int, default=cores(), help="submissions at a time; by default %(default)s")
    add("--cluster", nargs="?", const="", metavar="ADDRESS",
        help="grade on Dask: on processes of this computer, or those of a scheduler")  # fmt: skip
    add("--sandbox", choices=["bubblewrap", "docker", "podman"])
    add("--cold", action="store_true", help="import everything anew for each submission")
    add("--image", default=IMAGE, help="for docker and podman; by default %(default)s")
    add("--unsafe-no-sandbox", action="store_true",
        help="let submissions do whatever you can do on this computer")  # fmt: skip
    limits = Limits()
    add("--cell-seconds", type=float, default=limits.cell_seconds, help="by default %(default)s")
    add("--total-seconds", type=float, default=limits.total_seconds, help="by default %(default)s")
    add("--memory", type=float, default=limits.memory / 2**30, metavar="GIB",
        help="by default %(default)s")  # fmt: skip
    return parser


def _refuse_names(words: Sequence[str]) -> None:
    """Refuse an option that is also a file here: `gantext grade *` would take the name for it."""
    for word in words:
        if word.startswith("-") and os.path.lexists(word):
            raise UsageError(f"expected an option, got {word}, a file here; write ./{word}")


def _grade(options: argparse.Namespace) -> int:
    from tqdm import tqdm  # a tenth of the program's start, which a refusal need not wait for

    if options.jobs < 1 or min(options.cell_seconds, options.total_seconds, options.memory) <= 0:
        raise UsageError("expected --jobs and all limits to be positive")
    out: Path = options.out
    files = submissions(options.submissions, out)
    template = _template(options.template)
    asked = _assignment(options.chapter, template, files)
    unsafe: bool = options.unsafe_no_sandbox
    sandbox = choose(options.sandbox, image=options.image, unsafe=unsafe)
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
        hide=tuple({out.resolve(), *(path.absolute().parent for path in files.values())}),
        warm=len(files) >= _MANY and not options.cold,
    )
    _log(out, shared, sandbox)
    table = ClassTable(asked)
    with tqdm(total=len(files), unit="submission", dynamic_ncols=True) as bar:
        for result in _results(files, shared, options):
            write(result, out / "students" / result.name)
            table.add(result, str(files[result.name]))
            table.write(out / "class.csv")  # so that an interrupted run keeps what it has
            bar.update()
    print(_closing(table, out, shared.seed))
    return 0


def _log(out: Path, shared: Job, sandbox: Sandbox) -> None:
    """Write how the class is graded; before it is, so that an interrupted run can be repeated."""
    assert shared.limits is not None
    log = {
        "seed": shared.seed,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": _version(),
        "sandbox": sandbox.name,
        "weaker": sandbox.weaker,
        "limits": asdict(shared.limits),
        "questions": [question.id for question in shared.questions],
    }
    out.mkdir(parents=True, exist_ok=True)
    (out / "grading.json").write_text(json.dumps(log, indent=2) + "\n", encoding="utf-8")
    if shared.seed.bit_length() < _LONG:
        words = f"a seed of {shared.seed.bit_length()} bits can be found by trying; without --seed"
        print(f"gantext: {words} a new one of 128 bits is drawn", file=sys.stderr)
    for words in sandbox.weaker:
        print(f"gantext: weaker than it should be: {words}", file=sys.stderr)


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


def _template(path: Path | None) -> Notebook | None:
    if path is None:
        return None
    try:
        return read(path.read_bytes())
    except (OSError, UnreadableError) as error:
        raise UsageError(f"--template {path}: {error}") from None


def _assignment(
    chapter: str | None, template: Notebook | None, files: dict[str, Path]
) -> list[Question]:
    """Find out which questions are asked."""
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
