"""What whoever writes a question calls shows how it is used; the examples are run."""

import doctest
import importlib
import pkgutil

import pytest

from gantext import grading

MODULES = [module.name for module in pkgutil.walk_packages(grading.__path__, "gantext.grading.")]
FACE = {"gantext.grading.check"}  # tests/project runs the examples of `import gantext as gt`
FINDER = doctest.DocTestFinder()
EXAMPLES = {
    example.name: example
    for name in MODULES
    if name not in FACE
    for example in FINDER.find(importlib.import_module(name), globs={})
    if example.examples
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_its_example_runs_when_it_is_copied(name):
    said: list[str] = []
    doctest.DocTestRunner().run(EXAMPLES[name], out=said.append)
    assert not said, "".join(said)


@pytest.mark.parametrize(
    "name", ["question.Question", "judging.near", "judging.numbers", "feedback.feedback"]
)
def test_it_has_an_example(name):
    assert f"gantext.grading.{name}" in EXAMPLES
