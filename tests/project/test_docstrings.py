"""What a reader calls says what it takes and gives, and shows how it is used; examples are run.

The reader calls the public face, `import gantext as gt`. What lies behind it has docstrings as
well, which ruff asks for, but needs no sections, and has no examples.
"""

import ast
import dataclasses
import doctest
import inspect
from types import ModuleType

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

import gantext as gt
from tools.tree import DOCUMENTED, LIBRARY

NOT_ASKED = {
    "ES01",  # an extended summary where one line says it all is padding
    "EX01",  # an example: see below
    "GL01",  # the summary starts on the opening line (ruff's D212)
    "GL08",  # ruff's D10x asks for docstrings
    "PR08",  # a description may open with a formula
    "RT01",  # a property, or a method that returns nothing
    "RT04",
    "SA01",  # "See Also" where there is something to see
    "YD01",
}


def face(of: ModuleType, name: str):
    """Yield name and object of all that a module shows, and of the modules that it shows."""
    for attribute in of.__all__:
        thing = getattr(of, attribute)
        if isinstance(thing, ModuleType):
            yield from face(thing, f"{name}.{attribute}")
        else:
            yield f"{name}.{attribute}", thing


def is_called(thing) -> bool:
    """Tell functions and classes from abstract classes, named results, exceptions and constants."""
    if inspect.isclass(thing):
        return not inspect.isabstract(thing) and not issubclass(thing, tuple | BaseException)
    return inspect.isfunction(thing)


def is_ours(thing) -> bool:
    """Tell what the library defines from what it stands on."""
    return thing.__module__.startswith("gantext.")


def definitions(thing):
    """Yield the import path of a function, or of a class and the methods that it adds."""
    path = f"{thing.__module__}.{thing.__qualname__}"
    yield path
    if inspect.isclass(thing):
        inherited = {name for base in thing.__mro__[1:] for name in vars(base)}
        for name, method in vars(thing).items():
            method = inspect.unwrap(getattr(method, "__func__", method))
            if name.startswith("_") or name in inherited or not inspect.isfunction(method):
                continue
            yield f"{path}.{name}"


FACE = dict(face(gt, "gt"))
CALLED = {name: thing for name, thing in FACE.items() if is_called(thing)}
# A base class is not called, and may show how one of your own is written.
SHOWN = CALLED | {name: thing for name, thing in FACE.items() if ">>> " in (thing.__doc__ or "")}
CLASSES = {
    f"{thing.__module__}.{thing.__qualname__}": thing
    for thing in FACE.values()
    if inspect.isclass(thing)
}
FUNCTIONS = [thing for thing in FACE.values() if inspect.isfunction(thing)]
DEFINED = [path for thing in (*CLASSES.values(), *FUNCTIONS) for path in definitions(thing)]


def test_the_face_is_found():
    assert {"gt.jacobian", "gt.Bilinear", "gt.plotting.curves"} <= CALLED.keys()
    assert "gantext.dynamics.update_rule.UpdateRule.step" in DEFINED
    assert "gantext.dynamics.rules.Alternating.step" not in DEFINED
    assert not {"gt.CheckpointError", "gt.History", "gt.UpdateRule"} & CALLED.keys()


@pytest.mark.filterwarnings("ignore:Widget:DeprecationWarning")  # every attribute is read
@pytest.mark.parametrize("path", DEFINED)
def test_says_what_it_takes_and_gives(path):
    found = validate(path)["errors"]
    not_asked = NOT_ASKED | ({"PR01", "PR02"} if path in CLASSES else set())
    assert not [error for error in found if error[0] not in not_asked]


@pytest.mark.parametrize("path", CLASSES)
def test_says_what_a_class_is_made_from(path):
    """Every parameter and field is described, in the class or in one from which it has it."""
    of = CLASSES[path]
    parameters, described = described_in(of, "Parameters"), set()
    for base in filter(is_ours, of.__mro__):
        described |= described_in(base, "Parameters") | described_in(base, "Attributes")
    assert fields(of) <= described
    assert parameters <= fields(of) | set(dir(of))


def described_in(of: type, section: str) -> set[str]:
    """Return the names that a section of the class's docstring describes."""
    entries = NumpyDocString(inspect.cleandoc(of.__doc__ or ""))[section]
    return {name.strip(" *") for entry in entries for name in entry.name.split(",")}


def fields(of: type) -> set[str]:
    """Return what the class is made from: its fields, or what its own `__init__` takes."""
    if dataclasses.is_dataclass(of):
        return {f.name for f in dataclasses.fields(of) if f.init and not f.name.startswith("_")}
    written = vars(of).get("__init__")
    given = set(inspect.signature(written).parameters) if written else set()
    return given - {"self"} | set(getattr(of, "_fields", ()))


@pytest.mark.parametrize("name", SHOWN)
def test_its_examples_run_when_they_are_copied(name):
    """With nothing imported but what the example itself imports; and no figure stays open."""
    said: list[str] = []
    figures = plt.get_fignums()
    examples = doctest.DocTestFinder(exclude_empty=True).find(SHOWN[name], name, globs={})
    assert examples[0].name == name, "it has no example"
    with mpl.rc_context():
        for example in examples:
            if not example.examples:
                continue  # a method that needs none
            imports = [line.source for line in example.examples if "gantext" in line.source]
            assert imports == ["import gantext as gt\n"], example.name
            doctest.DocTestRunner().run(example, out=said.append)
    assert not said, "".join(said)
    assert plt.get_fignums() == figures


def test_examples_are_on_the_face_alone():
    """There they are run; nobody would run another, but for the grader's (tests/grading)."""
    run = [f"{thing.__module__}.{thing.__qualname__}" for thing in SHOWN.values()]
    others = []
    for file in LIBRARY.rglob("*.py"):
        module = ".".join(file.relative_to(LIBRARY.parent).with_suffix("").parts)
        if module.startswith("gantext.grading."):
            continue
        for path, text in docstrings(ast.parse(file.read_text("utf-8")), module):
            if ">>> " in text and not any(f"{path}.".startswith(f"{one}.") for one in run):
                others.append(path)
    assert not others


def docstrings(node: ast.AST, path: str):
    """Yield the import path and text of each docstring of a module."""
    if isinstance(node, DOCUMENTED):
        yield path, ast.get_docstring(node, clean=False) or ""
    for child in ast.iter_child_nodes(node):
        name = getattr(child, "name", None)
        yield from docstrings(child, f"{path}.{name}" if name else path)
