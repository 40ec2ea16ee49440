"""Every public function and class of the library shows how it is used; the examples are run."""

import doctest
import importlib
import inspect
import pkgutil

import matplotlib as mpl
import matplotlib.pyplot as plt
import pytest

import gantext


def public_objects():
    """Yield name and object of each function and class that a reader of the library calls."""
    for module_info in pkgutil.walk_packages(gantext.__path__, "gantext."):
        if any(part.startswith("_") for part in module_info.name.split(".")):
            continue
        module = importlib.import_module(module_info.name)
        for name, thing in vars(module).items():
            own = getattr(thing, "__module__", None) == module.__name__
            if own and not name.startswith("_") and is_called(thing):
                yield f"{module.__name__}.{name}", thing


def is_called(thing) -> bool:
    """Tell functions and classes from type aliases, abstract classes and named results."""
    if inspect.isclass(thing):
        return not inspect.isabstract(thing) and not issubclass(thing, tuple)
    return inspect.isfunction(thing)


OBJECTS = dict(public_objects())


def test_the_library_is_found():
    assert "gantext.dynamics.field.jacobian" in OBJECTS
    assert "gantext.games.bilinear.Bilinear" in OBJECTS


@pytest.mark.parametrize("name", OBJECTS)
def test_has_an_example(name):
    assert ">>> " in inspect.getdoc(OBJECTS[name])


@pytest.mark.parametrize("name", OBJECTS)
def test_its_examples_run_when_they_are_copied(name):
    """With nothing imported but what the example itself imports; and no figure stays open."""
    said: list[str] = []
    figures = plt.get_fignums()
    with mpl.rc_context():
        for example in doctest.DocTestFinder().find(OBJECTS[name], name, globs={}):
            doctest.DocTestRunner().run(example, out=said.append)
    assert not said, "".join(said)
    assert plt.get_fignums() == figures
