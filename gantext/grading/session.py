"""The namespace in which a submission's cells run, and in which its answers are called.

All of this shares a process with the submission, which can rewrite any part of it. So nothing that
comes out of here is believed: it is plain data, which the grader judges on its own side.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import importlib.abc
import importlib.util
import inspect
import linecache
import random
import signal
import sys
import types
from collections.abc import Callable, Iterator, Mapping
from importlib.machinery import ModuleSpec
from typing import Any, NoReturn

import numpy as np

from gantext.grading.calling import as_tensors, where
from gantext.grading.plain_data import NotPlainError, plain
from gantext.grading.source import PYTHON_MAGICS, is_foreign


class TimeLimit(BaseException):
    """A cell or a call took too long; ``except Exception`` lets it pass."""


class _Shell:
    """What a notebook's magics find: those that only set something up do nothing."""

    def run_line_magic(self, name: str, line: str, *_: Any) -> None:
        if name in ("time", "timeit", "prun"):
            Session.current.run(_without_options(line), "<magic>")

    def run_cell_magic(self, name: str, line: str, cell: str) -> None:
        if name in PYTHON_MAGICS:
            Session.current.run(cell, "<magic>")

    def system(self, command: str) -> None:
        """Run nothing: there is no network to install from, and nothing outside to list."""

    def getoutput(self, command: str, **_: Any) -> list[str]:
        return []

    def __getattr__(self, name: str) -> Callable[..., None]:
        return lambda *_, **__: None


def _without_options(line: str) -> str:
    words = line.split(" ")
    while words and words[0].startswith("-"):
        words.pop(0)
    return " ".join(words)


_MAX_LACKING = 16  # packages that a submission may name and the grader lack


class _Lacking(types.ModuleType):
    """Stands for a package that is not installed here; to use anything of it raises."""

    def __init__(self, package: str) -> None:
        super().__init__(package)
        self.__dict__["__file__"] = None

    def __getattr__(self, name: str) -> _Lacking:
        if name.startswith("__"):
            raise AttributeError(name)
        return _Lacking(self.__name__)

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        package = self.__name__
        raise ModuleNotFoundError(f"the grader has no package {package}", name=package)

    __mro_entries__ = __getitem__ = __iter__ = __call__


class Session:
    """The namespace in which the cells of one submission run.

    Parameters
    ----------
    seed : int
        Seeds the random generators that a submission may use without seeding them.
    """

    current: Session

    def __init__(self, seed: int) -> None:
        Session.current = self
        self.seed = seed
        self.module = types.ModuleType("__main__")
        self.names = self.module.__dict__
        self.lacking: set[str] = set()  # packages that cells import and this computer has not
        self.names["__builtins__"] = self._builtins()
        self.names["get_ipython"] = _Shell
        self.names["display"] = lambda *_, **__: None
        _seed(seed)
        if "torch" not in sys.modules:  # it would start from a seed of its own, another each time
            sys.meta_path.insert(0, _TorchSeeder(seed))

    def _builtins(self) -> types.ModuleType:
        """Return the builtins, with an import that lets go by what the session lacks."""
        found = types.ModuleType("builtins")
        found.__dict__.update(vars(builtins))

        def imported(name: str, *rest: Any, **options: Any) -> Any:
            package = name.partition(".")[0]
            if package in self.lacking:
                return _Lacking(package)
            return builtins.__import__(name, *rest, **options)

        found.__dict__["__import__"] = imported
        return found

    def _run_without(self, source: str, filename: str) -> None:
        """Run a cell; where it needs a package that is not here, run it with a stand-in."""
        while True:
            try:
                return self.run(source, filename)
            except ModuleNotFoundError as error:
                package = str(error.name or "").partition(".")[0]
                known = not package or package in self.lacking
                if known or package in sys.modules or len(self.lacking) >= _MAX_LACKING:
                    raise
                self.lacking.add(package)

    def run(self, source: str, filename: str) -> None:
        """Run code in the session's namespace.

        Parameters
        ----------
        source : str
            The code, with magics or without.
        filename : str
            What tracebacks call it.
        """
        tree = _parse(source, filename)
        linecache.cache[filename] = (len(source), None, source.splitlines(True), filename)
        code = compile(tree, filename, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
        # This is the program whose purpose is to run what it is given, inside the sandbox.
        result = eval(code, self.names)  # noqa: S307
        if inspect.isawaitable(result):
            import asyncio

            asyncio.run(_awaited(result))

    def cell(self, source: str, number: int, seconds: float) -> dict[str, Any]:
        """Run a cell.

        Parameters
        ----------
        source : str
            The code.
        number : int
            Which cell it is.
        seconds : float
            The time that it may take.

        Returns
        -------
        dict
            Whether it ran to its end, and else what was raised; which packages it lacked.
        """
        if is_foreign(source):
            return {"ok": True}
        before = set(self.lacking)
        try:
            with _at_most(seconds):
                self._run_without(source, f"<cell {number}>")
        except TimeLimit:
            return {"ok": False, "error": "time", "timeout": True}
        except BaseException as error:
            missing = isinstance(error, (NameError, ImportError))
            told = {"ok": False, "error": where(error), "missing": missing}
            return told | {"lacks": sorted(self.lacking - before)}
        finally:
            _tidy_up()
        return {"ok": True, "lacks": sorted(self.lacking - before)}

    def call(
        self,
        entry: str,
        arguments: Mapping[str, Any] | None,
        *,
        tensors: bool,
        seconds: float,
        seed: int,
    ) -> dict[str, Any]:
        """Call an answer, or read its value.

        Parameters
        ----------
        entry : str
            The answer's name.
        arguments : dict or None
            What to call it with; None if it is a value.
        tensors : bool
            Whether arrays are given as tensors.
        seconds : float
            The time that it may take.
        seed : int
            Seeds the global random generators first, so that restarts change nothing.

        Returns
        -------
        dict
            ``state``, and ``value`` or ``error``.
        """
        if entry not in self.names:
            return {"state": "missing"}
        answer = self.names[entry]
        try:
            with _at_most(seconds):
                if arguments is None:
                    blank = answer is None or answer is Ellipsis
                    return {"state": "blank"} if blank else _answered(answer)
                if not callable(answer):
                    return {"state": "blank" if answer is None else "uncallable"}
                given = as_tensors(dict(arguments)) if tensors else dict(arguments)
                _seed(seed)
                return _answered(answer(**given)) | {"origin": _origin(answer)}
        except TimeLimit:
            return {"state": "time"}
        except NotImplementedError as error:
            return {"state": "blank", "error": where(error)}
        except NotPlainError as error:
            return {"state": "unfit", "error": str(error)}
        except ModuleNotFoundError as error:
            return {"state": "raised", "error": where(error), "lacks": [str(error.name or "")]}
        except BaseException as error:
            return {"state": "raised", "error": where(error)}


def _answered(value: Any) -> dict[str, Any]:
    return {"state": "answered", "value": plain(value)}


def _origin(answer: Any) -> str:
    while hasattr(answer, "func"):  # functools.partial
        answer = answer.func
    return f"{getattr(answer, '__module__', '')}.{getattr(answer, '__qualname__', '')}"[:200]


async def _awaited(result: Any) -> None:
    await result


def _parse(source: str, filename: str) -> ast.Module:
    """Parse a cell; what is not Python is tried as IPython's dialect."""
    try:
        return ast.parse(source, filename)
    except SyntaxError:
        if not any(mark in source for mark in "%!?"):
            raise
        from IPython.core.inputtransformer2 import TransformerManager

        changed = TransformerManager().transform_cell(source)
        return ast.parse(changed, filename)


class _TorchSeeder(importlib.abc.MetaPathFinder):
    """Seeds torch as soon as it is imported."""

    def __init__(self, seed: int) -> None:
        self.seed = seed

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != "torch":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        loader = spec.loader if spec is not None else None
        if loader is not None:
            run = loader.exec_module

            def exec_module(module: types.ModuleType) -> None:
                run(module)
                module.manual_seed(self.seed % 2**63)

            loader.exec_module = exec_module  # type: ignore[method-assign]
        return spec


def _seed(seed: int) -> None:
    random.seed(seed)
    np.random.seed(seed % 2**32)  # noqa: NPY002, for a submission that uses the old interface
    torch = sys.modules.get("torch")
    if torch is not None:
        torch.manual_seed(seed % 2**63)


def _tidy_up() -> None:
    with contextlib.suppress(BaseException):
        sys.stdout.flush()
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")


@contextlib.contextmanager
def _at_most(seconds: float) -> Iterator[None]:
    """Raise `TimeLimit` after some seconds. Code that swallows it is stopped from outside."""

    def stop(*_: object) -> NoReturn:
        raise TimeLimit

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
