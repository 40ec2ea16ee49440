"""What a run is known by: every number that its experiment leads to, each with its place.

A checkpoint holds this list. So a run goes on from a checkpoint of its own alone, and of another's
it can say what differs.
"""

from __future__ import annotations

import copyreg
import hashlib
import site
import sys
import sysconfig
from collections.abc import Callable, Collection, Iterator, Mapping
from functools import cache, cached_property
from operator import itemgetter
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from gantext.gan.game import GAN
from gantext.gan.weights import constants

Parts = Iterator[tuple[str, Any]]

#: Code in these folders is known by its names alone.
_INSTALLED = tuple(
    str(Path(folder).resolve())
    for folder in (
        *(sysconfig.get_paths()[name] for name in ("stdlib", "purelib", "platlib")),
        *site.getsitepackages(),
        str(Path(__file__).parents[1]),
    )
)


def identity(experiment: Any, game: GAN) -> dict[str, str]:
    """List what identifies an experiment: a place, and what stands there.

    Weights that a seed decides are left out. The code of functions and classes that are not from an
    installed package counts too, with what they refer to.

    TypeError for what cannot be told apart, such as an open file.

    Parameters
    ----------
    experiment : Experiment
        What is trained.
    game : GAN
        A member's game.
    """
    networks = {"generator": game.generator, "discriminator": game.discriminator}
    listed = _List({id(module) for net in networks.values() for module in net.modules()})
    listed.add("experiment", experiment)
    for name, network in networks.items():
        listed.add(name, network)
        listed.add(f"{name}'s constants", constants(network))
    return dict(listed.found)


def differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> list[str]:
    """Say place by place what two identities do not share."""
    return [
        f"{place}: {found.get(place, 'nothing')} instead of {wanted.get(place, 'nothing')}"
        for place in sorted(found.keys() | wanted.keys())
        if found.get(place) != wanted.get(place)
    ]


class _NothingToldError(TypeError):
    """An object that cannot be told from others."""


class _List:
    """The list as it grows; `drawn` holds the modules whose weights a seed decides."""

    def __init__(self, drawn: Collection[int]) -> None:
        self.found: list[tuple[str, str]] = []
        self._drawn = drawn
        # What is being listed. It is listed again wherever it is met again, so that it makes no
        # difference whether two places share an object or hold equal ones; but never inside itself.
        self._open: set[int] = set()

    def add(self, place: str, value: Any) -> None:
        """List an object and all that it leads to."""
        told = _told(value)
        if told is None and id(value) in self._open:
            told = "itself"
        if told is not None:
            self.found.append((place, told))
            return
        self._open.add(id(value))
        self.found.append((place, f"a {_name_of(type(value))}"))
        try:
            for name, part in self._parts(value):
                self.add(place + name, part)
        except _NothingToldError:
            raise
        # Whatever an object raises when it is asked for its parts, the answer is the same.
        except Exception as error:
            raise _NothingToldError(
                f"checkpoint_key: expected a name for this run, since a {type(value).__name__} at "
                f"{place} tells nothing of itself, got None ({error})"
            ) from error
        finally:
            self._open.remove(id(value))

    def _parts(self, value: Any) -> Parts:
        for kind, parts in _PARTS:
            if isinstance(value, kind):
                return parts(value)
        if isinstance(value, nn.Module):
            return _of_module(value, drawn=id(value) in self._drawn)
        return _of_object(value)


def _told(value: Any) -> str | None:
    """Say in a few words what an object is, or None if it has parts."""
    if isinstance(value, Tensor):
        bare = value.detach().cpu().contiguous().flatten()
        return _told_array(value, bare.view(torch.uint8).numpy().tobytes())
    if isinstance(value, np.ndarray) and value.dtype != object:
        return _told_array(value, value.tobytes())
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and value.is_integer():
        value = int(value)  # 1.0 is 1
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        text = repr(value)
        return text if len(text) <= 80 else f"{type(value).__name__} {_digest(text.encode())}"
    if isinstance(value, torch.dtype | torch.device):
        return str(value)
    if isinstance(value, ModuleType):
        return value.__name__
    if isinstance(value, BuiltinFunctionType):
        alone = value.__self__ is None or isinstance(value.__self__, type | ModuleType)
        return _name_of(value) if alone else None
    if isinstance(value, type) or (isinstance(value, FunctionType) and not value.__closure__):
        return _name_of(value) if _is_installed(value) else None
    return None


def _told_array(array: Tensor | np.ndarray, content: bytes) -> str:
    dtype = str(array.dtype).removeprefix("torch.")
    if array.ndim == 0:
        return f"{dtype} {array.item()!r}"
    return f"{dtype} of shape {tuple(array.shape)} {_digest(content)}"


def _of_mapping(value: Mapping[Any, Any]) -> Parts:
    yield from sorted(((f"[{_key(key)}]", part) for key, part in value.items()), key=itemgetter(0))


def _key(key: Any) -> str:
    """Say what a key, or a member of a set, is: one without a name by a digest of its parts."""
    if (told := _told(key)) is not None:
        return told
    listed = _List(())
    listed.add("", key)
    return _digest(repr(listed.found).encode())


def _of_sequence(value: Any) -> Parts:
    names = getattr(value, "_fields", None)
    for k, part in enumerate(value):
        yield (f".{names[k]}" if names else f"[{k}]"), part


def _of_set(value: Collection[Any]) -> Parts:
    yield "{}", ", ".join(sorted(map(_key, value)))


def _of_function(value: FunctionType) -> Parts:
    for name, cell in zip(value.__code__.co_freevars, value.__closure__ or (), strict=True):
        yield f".{name}", cell.cell_contents
    if _is_installed(value):
        yield "()", _name_of(value)
        return
    yield "()", value.__code__
    yield ".defaults", (value.__defaults__, value.__kwdefaults__)
    for name in sorted(_names_in(value.__code__)):
        if name in value.__globals__:
            yield f".{name}", value.__globals__[name]


def _names_in(code: CodeType) -> set[str]:
    """Return the names that code, and the functions within it, may look up."""
    within = (part for part in code.co_consts if isinstance(part, CodeType))
    return set(code.co_names).union(*map(_names_in, within))


def _of_code(value: CodeType) -> Parts:
    yield ".code", value.co_code
    yield ".names", (value.co_names, value.co_varnames, value.co_freevars)
    yield ".constants", value.co_consts


def _of_method(value: MethodType | BuiltinFunctionType) -> Parts:
    yield ".function", getattr(value, "__func__", value.__qualname__)
    yield ".self", value.__self__


def _of_class(value: type) -> Parts:
    """Go through a class that somebody wrote for this run, and those that it builds upon."""
    for name, part in sorted(vars(value).items()):
        made = isinstance(part, FunctionType) and part.__code__.co_filename.startswith("<string")
        if not made and not (name.startswith(("__", "_abc_")) and not callable(part)):
            yield f".{name}", part
    yield ".bases", [base for base in value.__bases__ if not _is_installed(base)]


def _of_property(value: property) -> Parts:
    yield "", (value.fget, value.fset)


def _of_wrapper(value: Any) -> Parts:
    yield "", value.__func__


def _of_module(value: nn.Module, *, drawn: bool) -> Parts:
    yield ".class", type(value)
    for name, part in sorted(vars(value).items()):
        if name not in ("_parameters", "_buffers"):
            yield f".{name}", part
    for name, tensor in sorted({**value._parameters, **value._buffers}.items()):
        if drawn and tensor is not None:
            trained = isinstance(tensor, nn.Parameter) and tensor.requires_grad
            told = f"{'trained ' * trained}of shape {tuple(tensor.shape)}"
            yield f".{name}", told
        else:
            yield f".{name}", tensor


def _of_object(value: Any) -> Parts:
    """Go through what pickle would keep of an object."""
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):
        reduced = (reduced, ())
    made_by, given, state, *items = (*reduced, None, None, None)[:5]
    if made_by in (copyreg.__newobj__, copyreg.__newobj_ex__):  # type: ignore[attr-defined]
        made_by, *given = given
    yield ".class", made_by
    yield ".given", [*given]
    for name, part in _attributes(state):
        if not isinstance(getattr(type(value), name, None), cached_property):
            yield f".{name}", part
    yield from ((f".items{k}", [*part]) for k, part in enumerate(items) if part is not None)
    if (wrapped := getattr(value, "__wrapped__", None)) is not None:
        yield ".wrapped", wrapped


def _attributes(state: Any) -> Parts:
    """Return the attributes that an object's state holds: in a dictionary, in slots, or both."""
    if isinstance(state, Mapping):
        yield from sorted(state.items(), key=lambda item: str(item[0]))
    elif isinstance(state, tuple) and all(one is None or isinstance(one, Mapping) for one in state):
        for one in state:
            yield from _attributes(one)
    elif state is not None:
        yield "state", state


_PARTS: tuple[tuple[Any, Callable[[Any], Parts]], ...] = (
    (Mapping, _of_mapping),
    (tuple | list | np.ndarray, _of_sequence),
    (set | frozenset, _of_set),
    (FunctionType, _of_function),
    (CodeType, _of_code),
    (MethodType | BuiltinFunctionType, _of_method),
    (type, _of_class),
    (property, _of_property),
    (staticmethod | classmethod, _of_wrapper),
)


def _is_installed(value: Any) -> bool:
    """Tell whether a function or class comes with Python, a package, or this library."""
    if isinstance(value, FunctionType):
        return value.__code__.co_filename.startswith(_INSTALLED)
    return _is_installed_module(value.__module__)


@cache
def _is_installed_module(name: str) -> bool:
    file = getattr(sys.modules.get(name), "__file__", None)
    if file is None:
        return name in sys.modules and name != "__main__"
    return str(Path(file).resolve()).startswith(_INSTALLED)


def _name_of(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"


def _digest(content: bytes) -> str:
    return hashlib.blake2b(content, digest_size=16).hexdigest()
