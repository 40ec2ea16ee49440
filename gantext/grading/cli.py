"""The program `gantext`: ``gantext grade SUBMISSIONS... --out DIR`` grades a class.

See the book's page for instructors.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import stat
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median

from tqdm import tqdm

from gantext.grading.cluster import Job, cores, in_threads, on_dask
from gantext.grading.grade import Result, nothing
from gantext.grading.notebooks import MAX_BYTES, Notebook, UnreadableError, chapters_in, read
from gantext.grading.question import Question, chapters, questions
from gantext.grading.reports import ClassTable, write
from gantext.grading.sandbox import Limits, SandboxError, choose

_MANY = 4  # submissions for which a warm start pays


class UsageError(ValueError):
    """The command cannot be carried out as given; the message is one line.

    Examples
    --------
    >>> from gantext.grading.cli import UsageError, submissions
    >>> try:
    ...     submissions(["/nowhere"])
    ... except UsageError as error:
    ...     print(error)
    expected submissions, got /nowhere, which does not exist
    """


def submissions(given: Sequence[str | Path], out: Path | None = None) -> dict[str, Path]:
    """Find the submissions among files and folders, and give each a name.

    In a folder, every file is one; in the folders inside it, the notebooks are, or every file where
    there is no notebook. Links are listed but never followed.

    Parameters
    ----------
    given : sequence of path
        Files and folders.
    out : Path, optional
        The folder of the reports, which holds no submissions.

    Returns
    -------
    dict of Path
        The files by name: that of the file, with the folders above where it is not the only one.

    Raises
    ------
    UsageError
        If something is not there.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> from gantext.grading.cli import submissions
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = (Path(folder) / "李 雷.ipynb").write_text("{}")
    ...     list(submissions([folder]))
    ['李 雷']
    """
    files: list[Path] = []
    for item in map(Path, given):
        if not os.path.lexists(item):
            raise UsageError(f"expected submissions, got {item}, which does not exist")
        files += _inside(item, out) if item.is_dir() else [item]
    files = list(dict.fromkeys(files))
    names: dict[str, Path] = {}
    depth = dict.fromkeys(files, 1)
    while True:  # take in one more folder wherever two names are the same
        called = {path: _name(path, depth[path]) for path in files}
        often = Counter(name.casefold() for name in called.values())
        same = [p for p, name in called.items() if often[name.casefold()] > 1]
        longer = [path for path in same if depth[path] < len(path.absolute().parts)]
        if not longer:
            break
        for path in longer:
            depth[path] += 1
    for path, name in called.items():
        unique, number = name, 2
        while unique in names:
            unique, number = f"{name} {number}", number + 1
        names[unique] = path
    return names


def _inside(folder: Path, out: Path | None) -> list[Path]:
    found: list[Path] = []
    for here, folders, names in os.walk(folder):  # does not follow links
        place = Path(here)
        folders[:] = sorted(
            name
            for name in folders
            if not name.startswith((".", "__MACOSX")) and place / name != out
        )
        links = [name for name in folders if (place / name).is_symlink()]
        own = sorted(name for name in [*names, *links] if not name.startswith("."))
        notebooks = [name for name in own if name.casefold().endswith(".ipynb")]
        wanted = own if place == folder or not notebooks else notebooks
        found += [place / name for name in wanted]
    return found


def _name(path: Path, depth: int) -> str:
    parts = [*path.absolute().parts[-depth:-1], path.stem]
    name = " - ".join(part for part in parts if part != os.sep)
    name = "".join(c if c.isprintable() and c not in '/\\:*?"<>|' else "_" for c in name)
    name = name.strip(". ") or "unnamed"
    return name.encode()[:150].decode(errors="ignore")


def contents(path: Path) -> bytes:
    """Read a submission's file, unless it is a link, a device or far too large.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    bytes
        What it holds.

    Raises
    ------
    UnreadableError
        If it is no file of reasonable size.

    Examples
    --------
    >>> from pathlib import Path
    >>> from gantext.grading.cli import contents
    >>> contents(Path("/dev/null"))
    Traceback (most recent call last):
    ...
    gantext.grading.notebooks.UnreadableError: expected a file, got something else under its name
    """
    if path.is_symlink():
        raise UnreadableError("expected a file, got a link to another one; hand in the file itself")
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError as error:
        raise UnreadableError(f"expected a file that can be read, got: {error.strerror}") from None
    with os.fdopen(descriptor, "rb") as file:
        about = os.fstat(descriptor)
        if not stat.S_ISREG(about.st_mode):
            raise UnreadableError("expected a file, got something else under its name")
        return file.read(MAX_BYTES + 1)


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
    named: Counter[str] = Counter()
    known = set(chapters())
    for path in files.values():
        try:
            named.update(set(chapters_in(read(contents(path)))) & known)
        except UnreadableError:
            continue
    if len(named) != 1:
        got = f"submissions that name {', '.join(sorted(named)) or 'none'}"
        raise UsageError(f"expected submissions of one chapter, got {got}; say --chapter")
    return next(iter(named))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="gantext", description="The textbook's programs.")
    commands = parser.add_subparsers(dest="command", required=True)
    grade = commands.add_parser(
        "grade",
        help="grade a class",
        description="Grade notebooks, each in a sandbox. See the book's page for instructors.",
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
    add("--image", default="gantext", help="for docker and podman; by default %(default)s")
    add("--unsafe-no-sandbox", action="store_true",
        help="let submissions do whatever you can do on this computer")  # fmt: skip
    limits = Limits()
    add("--cell-seconds", type=float, default=limits.cell_seconds, help="by default %(default)s")
    add("--total-seconds", type=float, default=limits.total_seconds, help="by default %(default)s")
    add("--memory", type=float, default=limits.memory / 2**30, metavar="GIB",
        help="by default %(default)s")  # fmt: skip
    return parser


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

    Examples
    --------
    >>> from gantext.grading.cli import main
    >>> main(["grade", "/nowhere", "--out", "marks"])
    2
    """
    options = _parser().parse_args(arguments)
    try:
        return _grade(options)
    except (UsageError, SandboxError) as error:
        print(f"gantext: {error}", file=sys.stderr)
        return 2


def _grade(options: argparse.Namespace) -> int:
    out: Path = options.out
    if options.jobs < 1 or min(options.cell_seconds, options.total_seconds, options.memory) <= 0:
        raise UsageError("expected --jobs and all limits to be positive")
    files = submissions(options.submissions, out)
    template = _template(options.template)
    asked = _assignment(options.chapter, template, files)
    unsafe: bool = options.unsafe_no_sandbox
    sandbox = choose(options.sandbox, image=options.image, unsafe=unsafe)
    seed = secrets.randbits(128) if options.seed is None else options.seed
    memory = int(options.memory * 2**30)
    limits = Limits(options.cell_seconds, options.total_seconds, memory)
    out.mkdir(parents=True, exist_ok=True)
    log = {
        "seed": seed,
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "version": _version(),
        "sandbox": sandbox.name,
        "weaker": sandbox.weaker,
        "limits": asdict(limits),
        "questions": [question.id for question in asked],
    }
    # Before anything is graded, so that an interrupted run can be repeated too.
    (out / "grading.json").write_text(json.dumps(log, indent=2) + "\n", encoding="utf-8")
    for words in sandbox.weaker:
        print(f"gantext: weaker than it should be: {words}", file=sys.stderr)

    warm = len(files) >= _MANY and not options.cold
    hidden = tuple({out.resolve(), *(path.absolute().parent for path in files.values())})
    table = ClassTable(asked)

    def finished(result: Result) -> None:
        write(result, out / "students" / result.name)
        table.add(result, str(files[result.name]))
        bar.update()

    def jobs() -> Iterator[Job]:
        for name, path in files.items():
            try:
                data = contents(path)
            except UnreadableError as error:
                finished(nothing(name, b"", asked, str(error)))
                continue
            where = (sandbox.name, options.image, unsafe, hidden, warm)
            yield Job(name, data, tuple(asked), seed, limits, template, *where)

    with tqdm(total=len(files), unit="submission", dynamic_ncols=True) as bar:
        if options.cluster is None:
            results = in_threads(jobs(), options.jobs)
        else:
            results = on_dask(jobs(), options.cluster or None, options.jobs)
        for result in results:
            finished(result)
    table.write(out / "class.csv")
    print(_closing(table, out, seed))
    return 0


def _template(path: Path | None) -> Notebook | None:
    if path is None:
        return None
    try:
        return read(path.read_bytes())
    except (OSError, UnreadableError) as error:
        raise UsageError(f"--template {path}: {error}") from None


def _version() -> str:
    try:
        return version("gantext")
    except PackageNotFoundError:
        return "not installed"


def _closing(table: ClassTable, out: Path, seed: int) -> str:
    middle = f"median {median(table.marks):g}; " if table.marks else ""
    return (
        f"{len(table.rows)} graded; {middle}{table.to_review} to review. See {out / 'class.csv'}.\n"
        f"To grade with the same inputs: --seed {seed}"
    )


if __name__ == "__main__":
    sys.exit(main())
