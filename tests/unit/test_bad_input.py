"""Whatever is wrong with an argument, the message names it: what was expected, and what came.

Every argument of everything that a reader calls meets every wrong value below. What an annotation
allows all the same is said here by hand, apart from the library's own rules.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from torch.utils._pytree import tree_leaves

import gantext as gt
from gantext.core.arguments import is_checked
from tests.calls import PUBLIC, calls

# Matplotlib, and scipy where a tolerance is tiny, warn of what they draw or do all the same.
pytestmark = pytest.mark.filterwarnings("ignore")

NAN, INF = float("nan"), float("inf")

WRONG: dict[str, Any] = {
    "None": None,
    "'12'": "12",
    "'float32'": "float32",
    "b''": b"",
    "True": True,
    "1.7": 1.7,
    "nan": NAN,
    "inf": INF,
    "-inf": -INF,
    "-1": -1,
    "0": 0,
    "10**30": 10**30,
    "1j": 1j,
    "an object": SimpleNamespace(),
    "a class": gt.NonSaturating,
    "a dataclass": gt.R1,
    "[]": [],
    "[1.7, 2]": [1.7, 2],
    "ragged": [[1.0], [1.0, 2.0]],
    "texts": ["a", "b"],
    "a set": {1, 2},
    "{}": {},
    "{1: 2}": {1: 2},
    "an array of texts": np.array(["1", "2"]),
    "an array with NaN": np.array([NAN, 1.0]),
    "an empty tensor": torch.empty(0),
    "an empty batch": torch.empty(0, 2),
    "integers": torch.arange(3),
    "a tensor of NaN": torch.full((2,), NAN),
    "booleans": torch.zeros(3, dtype=torch.bool),
    "five dimensions": torch.zeros(1, 1, 1, 1, 2),
    "a complex tensor": torch.zeros(2, dtype=torch.complex64),
    "a function of nothing": lambda: None,
    "an integer type": torch.int64,
}

NUMBERS = {"1.7", "-1", "0", "10**30"}
SEQUENCES = {"[]", "[1.7, 2]", "ragged", "texts", "an array of texts", "an array with NaN"}
TENSORS = {
    "an empty tensor",
    "an empty batch",
    "integers",
    "a tensor of NaN",
    "booleans",
    "five dimensions",
    "a complex tensor",
}
ARRAYS = NUMBERS | {"inf", "-inf", "[]", "[1.7, 2]"} | TENSORS - {"booleans", "a tensor of NaN"}

# What may be right after all, by the annotation's words. Each such call must give a result without
# NaN, or say what is wrong; every other call must say it.
MAY_PASS: dict[str, set[str]] = {
    "None": {"None"},
    "int": {"-1", "0"},
    "Whole": {"0"},
    "Seed": {"0"},
    "Count": set(),
    "float": NUMBERS | {"inf", "-inf"},
    "Finite": NUMBERS,
    "Number": NUMBERS,
    "Positive": {"1.7", "10**30"},
    "Bound": {"1.7", "10**30"},
    "NonNegative": {"1.7", "10**30", "0"},
    "Weight": {"1.7", "10**30", "0"},
    "Share": set(),
    "Slope": {"-1", "0"},
    "bool": {"True"},
    "str": {"'12'", "'float32'"},
    "Name": {"'12'", "'float32'"},
    "ArrayLike": ARRAYS,
    "NumberOrNaN": NUMBERS | {"inf", "-inf", "nan"},
    "Tensor": TENSORS,
    "Floating": TENSORS - {"integers", "booleans", "a complex tensor"},
    "Square": set(),
    "Player": {"five dimensions", "an empty batch", "an empty tensor"},
    "Integers": {"integers"},
    "Labels": SEQUENCES | TENSORS,
    "Mapping": {"{}"},
    "Extent": {"[1.7, 2]"},
    "Density": {"1.7"},
    "Size": {"0", "[]", "integers", "an empty tensor", "an empty batch"},
    "Complexity": set(),
    "Sequence": {"[]", "an empty tensor", "an empty batch"},
    "tuple": {"[]", "an empty tensor", "an empty batch"},
    "Any": set(WRONG),
    "Mass": NUMBERS | {"nan", "inf", "-inf"} | TENSORS,
}
# These have no more to say than that it is one of theirs.
NOTHING = {
    "Annotated", "Axes", "Callable", "Callback", "DiscriminatorPenalty", "Dataset", "Device",
    "Experiment", "Figure", "FloatingType", "GAN", "Game", "GaussianMixture", "Generator",
    "GeneratorPenalty", "History", "Known", "Loss", "Members", "Optimizer", "Question",
    "Record", "Recording", "Schedule", "Settings", "Snapshot", "State", "StepRecord",
    "TrainState", "UpdateRule", "os.PathLike", "nn.Module",
}  # fmt: skip

# Here booleans count: their mean is a share.
BESIDES = {("mean_interval", "values"): {"booleans"}}
# A compiler takes a quarter of a minute.
TOO_LONG = {("train", "compile", "True")}
# There NaN says that there is no such thing.
NAN_SAYS_NONE = {"TwoPointLoss.barrier"}


def test_everything_that_is_called_is_checked():
    """Nothing is left out because somebody forgot to mark it."""
    assert len(PUBLIC) > 100
    assert [name for name, function in PUBLIC.items() if not is_checked(function)] == []
    assert PUBLIC.keys() == calls().keys()


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_wrong_is_named(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)  # a text may be a path to write to
    found = [
        f"{argument} = {said}: {problem}"
        for argument in calls()[name].arguments
        for said, value in WRONG.items()
        if (name, argument, said) not in TOO_LONG
        and (problem := what_is_amiss(name, argument, value, may_pass(name, argument, said)))
    ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("name", PUBLIC)
def test_what_is_right_is_taken_in_every_kind(name):
    """NumPy's numbers, and tensors that hold one, do what Python's do."""
    call = calls()[name]
    called(call.of, call.arguments)
    for argument, value in call.arguments.items():
        for kind in KINDS.get(type(value), ()):
            called(call.of, call.arguments | {argument: kind(value)})


KINDS: dict[type, tuple[Callable[[Any], Any], ...]] = {
    bool: (np.bool_,),
    int: (np.int64, np.array, torch.tensor),
    float: (np.float64, np.float32, lambda x: torch.tensor(x, dtype=torch.float64)),
}


def what_is_amiss(name: str, argument: str, value: Any, allowed: bool) -> str:
    """Call with one wrong value, and say what is amiss with the answer, if anything."""
    call = calls()[name]
    try:
        result = called(call.of, call.arguments | {argument: value})
    except (TypeError, ValueError) as error:
        text = str(error)
        is_told = argument in text and "expected" in text and "got" in text
        return "" if is_told else f"{type(error).__name__}: {text}"
    except Exception as error:  # whatever comes from inside is what this test is about
        return f"{type(error).__name__}: {error}"
    if not allowed:
        return f"taken in silence; gives a {type(result).__name__}"
    if name in NAN_SAYS_NONE or _has_nan(value):
        return ""
    leaves = [leaf for leaf in tree_leaves(result) if isinstance(leaf, torch.Tensor)]
    return f"gives NaN: {leaves}" if any(map(_has_nan, leaves)) else ""


def _has_nan(value: Any) -> bool:
    return isinstance(value, torch.Tensor) and bool(value.isnan().any())


def called(function: Any, arguments: dict[str, Any]) -> Any:
    """Call a function, which finds its axes empty."""
    for paper in (arguments.get("ax"), arguments.get("figure")):
        if isinstance(paper, Axes | Figure):
            paper.clear()
    with warnings.catch_warnings(), torch.random.fork_rng(devices=[]):
        return function(**arguments)


def may_pass(name: str, argument: str, said: str) -> bool:
    """Tell by hand whether a value may be right."""
    parameters = inspect.signature(PUBLIC[name]).parameters
    others = [p for p in parameters.values() if p.kind is inspect.Parameter.VAR_KEYWORD]
    parameter = parameters.get(argument) or others[0]
    allowed = set().union(*map(_allowed, _options(parameter.annotation)))
    if name.startswith("plotting.") and "ArrayLike" in parameter.annotation:
        allowed |= {"1j", "True", "booleans", "a complex tensor"}
    return said in allowed | BESIDES.get((name, argument), set())


def _options(annotation: str) -> list[str]:
    """Split a union at its bars, but for those inside of brackets."""
    options, depth = [""], 0
    for letter in annotation:
        depth += (letter == "[") - (letter == "]")
        if letter == "|" and not depth:
            options.append("")
        else:
            options[-1] += letter
    return [option.strip() for option in options]


def _allowed(option: str) -> set[str]:
    outer, _, inner = option.removesuffix("]").partition("[")
    if outer in MAY_PASS and outer not in ("Sequence", "tuple"):
        return MAY_PASS[outer]
    if outer in ("Sequence", "tuple"):
        items = MAY_PASS.get(inner.partition(",")[0].partition(" |")[0], set())
        of_numbers = {"integers"} if "0" in items else set()
        return MAY_PASS[outer] | of_numbers | ({"[1.7, 2]"} if "1.7" in items else set())
    if outer == "Annotated":
        return MAY_PASS.get(inner.partition(",")[0], set())
    if outer == "Callable":
        return {"a function of nothing"} if inner.startswith("...") else set()
    assert outer in NOTHING, f"say what {outer} may be"
    return set()


@pytest.mark.parametrize(
    ("function", "change", "message"),
    [
        ("train", {"seeds": [1.7, 2]}, r"seeds\[0\]: expected an integer .*, got 1.7"),
        ("train", {"seeds": "12"}, "seeds: expected an integer .* or a sequence .*, got '12'"),
        ("train", {"seeds": [0, -1]}, r"seeds\[1\]: expected an integer from 0 .*, got -1"),
        ("train", {"steps": 10.5}, "steps: expected an integer >= 0, got 10.5"),
        ("train", {"every": True}, "every: expected an integer >= 1, got True"),
        ("train", {"chunk": 0}, "chunk: expected an integer >= 1, got 0"),
        ("train", {"checkpoint": 3}, "checkpoint: expected a string or a PathLike or None, got 3"),
        ("train", {"callbacks": print}, "callbacks: expected a sequence .*, got <built-in"),
        ("train", {"device": "gpu"}, "device: expected a device that is here, .*, got 'gpu'"),
        ("train", {"eta": True}, "eta: expected real numbers, got bool"),
        (
            "GAN",
            {"loss": gt.NonSaturating},
            r"the class NonSaturating; call it: NonSaturating\(",
        ),
        (
            "GAN",
            {"penalties": [gt.R1]},
            r"penalties\[0\]: .*the class R1; call it: R1\(\.\.\.",
        ),
        ("Experiment", {"dtype": "float32"}, "dtype: expected .* as torch.float32, got 'float32'"),
        ("R1", {"gamma": INF}, "gamma: expected finite values >= 0, got inf"),
    ],
)
def test_the_message_says_what_to_do(function, change, message):
    call = calls()[function]
    with pytest.raises((TypeError, ValueError), match=message):
        call.of(**call.arguments | change)
