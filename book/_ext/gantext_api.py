"""The library's pages: what ``import gantext as gt`` gives, from its docstrings.

- The directive ``gantext-api`` documents the names of the face that one folder defines, under the
  names that a reader types. A name of the face that no page documents is a warning, and so fails
  the build.
- The directive ``gantext-modules`` documents the modules of a package whose names are not on the
  face.
- Single backticks in docstrings: a link where the library documents the name, or else plain code.
  Names that the library does not have are warnings.
- A method that overrides another says where its contract is written.
"""

from __future__ import annotations

import ast
import importlib
import importlib.util
import inspect
import pkgutil
import re
import tomllib
from abc import ABC
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from docutils import nodes
from docutils.statemachine import StringList
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.pycode import ModuleAnalyzer
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

logger = logging.getLogger(__name__)

PACKAGE = "gantext"


def list_of_names(package: str) -> Path:
    """Return the file that lists what a package shows: its stub, or else its ``__init__.py``."""
    module = Path(str(importlib.import_module(package).__file__))
    stub = module.with_suffix(".pyi")
    return stub if stub.is_file() else module


@cache
def face(package: str = PACKAGE) -> dict[str, str]:
    """Return the names that a package shows, in order, each with the module that defines it."""
    names = {}
    for node in ast.parse(list_of_names(package).read_text("utf-8")).body:
        if not isinstance(node, ast.ImportFrom):
            continue
        home = importlib.util.resolve_name("." * node.level + (node.module or ""), package)
        for alias in node.names:
            name = f"{package}.{alias.name}"
            if home == package:  # a module that is shown whole, such as `gantext.plotting`
                names |= face(name)
            elif home.startswith(f"{PACKAGE}."):
                names[name] = home
    return names


@cache
def face_names() -> dict[str, str]:
    """Return the face's name for each definition, by the path of the definition."""
    return {f"{home}.{name.rpartition('.')[2]}": name for name, home in face().items()}


def load(path: str) -> tuple[ModuleType | None, list[str]]:
    """Import the longest part of `path` that is a module; return it and the names that are left."""
    parts = path.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            return importlib.import_module(".".join(parts[:cut])), parts[cut:]
        except (ImportError, ValueError):
            continue
    return None, parts


def definition(path: str) -> str | None:
    """Return what the documentation calls the thing at `path`; None where there is no such thing.

    ``gantext.dynamics.rules.Alternating`` is ``gantext.Alternating``, and what that inherits
    belongs to the class that has it.
    """
    module, names = load(path)
    if module is None or len(names) > 2:
        return None
    if not names:
        return module.__name__
    value = getattr(module, names[0], None)
    if value is None:
        return None
    own = f"{module.__name__}.{names[0]}"
    if len(names) == 1:
        if inspect.isclass(value) or inspect.isfunction(value):
            own = f"{value.__module__}.{value.__qualname__}"
        return face_names().get(own, own)
    classes = inspect.getmro(value) if inspect.isclass(value) else ()
    owners = [c for c in classes if names[1] in vars(c)]
    # A field without a default is only in what the class says of itself.
    owners += [c for c in classes if re.search(rf"\b{names[1]}\b", c.__doc__ or "")]
    if not owners:
        return None
    own = f"{owners[0].__module__}.{owners[0].__qualname__}"
    return f"{face_names().get(own, own)}.{names[1]}"


def find(text: str, module: str | None, cls: str | None) -> str | None:
    """Return what the documentation calls that which is called `text` in a class of a module."""
    text = re.sub(r"^gt\.", f"{PACKAGE}.", text)
    if text == PACKAGE or text.startswith(f"{PACKAGE}."):
        return definition(text)
    inside = [f"{module}.{cls}.{text}" if cls else "", f"{module or PACKAGE}.{text}"]
    for path in [*inside, f"{PACKAGE}.{text}", text if "." in text else ""]:
        # The word `data` is no link to the folder of that name.
        if path and load(path)[1] and (found := definition(path)) is not None:
            return found
    return None


class CodeOrLink(SphinxRole):
    """Link a name of the library; show any other text as code."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link or the code."""
        context = self.env.ref_context
        code = nodes.literal(self.rawtext, self.text)
        path = find(self.text, context.get("py:module"), context.get("py:class"))
        if path is None and self.promises():
            logger.warning("%s: no such name", self.text, location=self.get_location())
        if path is None or not path.startswith(PACKAGE):
            return [code], []
        if self.text.startswith(f"{PACKAGE}.") and path != self.text:
            code[:] = [nodes.Text(path.removeprefix(f"{PACKAGE}."))]
        code["classes"] = ["xref", "py", "py-obj"]
        link = pending_xref(self.rawtext, code, refdomain="py", reftype="obj", reftarget=path)
        link["refdoc"], link["refwarn"] = self.env.docname, True
        return [link], []

    def promises(self) -> bool:
        """Whether the text can be nothing but a name of the library."""
        first, dot, rest = self.text.partition(".")
        names_it = first in ("gt", PACKAGE) or f"{PACKAGE}.{first}" in face()
        return bool(dot) and names_it and re.fullmatch(r"\w+(\.\w+)*", rest) is not None


def resolve(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contents: nodes.TextElement
) -> nodes.Node | None:
    """Resolve a reference whose target has no entry of this very name.

    A field is described by its class. A name of another library, or one that is not on the face, is
    code. What does not exist stays unresolved, and so fails the build.
    """
    if node.get("refdomain") != "py":
        return None
    target = node["reftarget"]
    path = find(target, node.get("py:module"), node.get("py:class"))
    if path is None:
        return None
    objects = env.get_domain("py").data["objects"]
    entry = objects.get(path)
    if entry is None and "." in contents.astext():
        entry = objects.get(path.rpartition(".")[0])
        entry = entry if entry and entry.objtype in ("class", "exception") else None
    if entry is None:
        return contents
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contents)


class Documentation(SphinxDirective):
    """What both directives share: modules, and sections about them."""

    required_arguments = 1

    def note_module(self, name: str, node: nodes.Element) -> None:
        """Let references to the module, and its line in the index of modules, lead to `node`."""
        domain: Any = self.env.get_domain("py")
        node_id = nodes.make_id(f"api-{name}")
        node["ids"].append(node_id)
        summary = str(importlib.import_module(name).__doc__).partition("\n")[0].replace("`", "")
        domain.note_module(name, node_id, summary, "", False)
        domain.note_object(name, "module", node_id, location=node)

    def section(self, name: str, title: str, lines: list[str]) -> nodes.section:
        """Return a section on the module `name`."""
        section = nodes.section(names=[name])
        section += nodes.title("", "", *self.title(title))
        self.note_module(name, section)
        section += self.source(name)
        self.state.nested_parse(StringList(lines, source=f"<api of {name}>"), 0, section)
        return section

    def title(self, text: str) -> list[nodes.Node]:
        """Return what stands in a section's title."""
        return [nodes.Text(text)]

    def source(self, name: str) -> nodes.paragraph:
        """Return a link to the module's file in the repository."""
        root = Path(str(importlib.import_module(PACKAGE).__file__)).parent.parent
        file = Path(str(importlib.import_module(name).__file__)).relative_to(root).as_posix()
        project = tomllib.loads(Path(self.env.srcdir, "pyproject.toml").read_text("utf-8"))
        repository = project["project"]["urls"]["Repository"]
        branch = self.config.html_theme_options["repository_branch"]
        link = nodes.reference("", "", nodes.literal("", file))
        link["refuri"] = f"{repository}/blob/{branch}/{file}"
        return nodes.paragraph("", "", link, classes=["gantext-source"])


class Api(Documentation):
    """Document the names of the face that a folder of the library defines, by module."""

    def run(self) -> list[nodes.Node]:
        """Return one section for each module that defines such names."""
        folder = f"{PACKAGE}.{self.arguments[0]}"
        self.env.note_dependency(str(list_of_names(PACKAGE)))
        self.env.note_dependency(str(list_of_names(folder)))
        modules: dict[str, list[str]] = {}
        for name, home in face().items():
            if home.startswith(f"{folder}."):
                modules.setdefault(home, []).append(name)
        if not modules:
            raise self.error(f"{folder}: no name of the face is defined there")
        anchor = nodes.target()
        self.note_module(folder, anchor)
        sections = [
            self.section(home, heading(home, folder, names), documentation(home, names))
            for home, names in modules.items()
        ]
        return [anchor, *sections]


def heading(home: str, folder: str, names: list[str]) -> str:
    """Return a module's name in words, spelt as the face spells it: ``gan.mlp`` is "MLP"."""
    # A folder of widgets/ holds one figure and is called after it.
    words = home.removeprefix(f"{folder}.").removesuffix(".figure")
    words = words.replace(".", " · ").replace("_", " ")
    spelt = {name.rpartition(".")[2].lower(): name.rpartition(".")[2] for name in names}
    words = spelt.get(words, words)
    return words[0].upper() + words[1:]


def documentation(home: str, names: list[str]) -> list[str]:
    """Return what Sphinx reads on a module: its introduction, then an entry for each name."""
    lines = [f".. py:currentmodule:: {names[0].rpartition('.')[0]}", ""]
    lines += [*inspect.cleandoc(importlib.import_module(home).__doc__ or "").splitlines(), ""]
    for name in sorted(names, key=place_in(home)):
        value = getattr(importlib.import_module(home), name.rpartition(".")[2])
        if inspect.isclass(value):
            kind = "exception" if issubclass(value, BaseException) else "class"
            lines += [f".. auto{kind}:: {name}", "   :members:", "   :special-members: __call__"]
            lines += ["   :show-inheritance:"] if any(map(is_told, value.__bases__)) else []
        elif inspect.isfunction(value):
            lines += [f".. autofunction:: {name}"]
        else:
            lines += constant(home, name, value)
        lines += [""]
    return lines


def place_in(home: str) -> Callable[[str], int]:
    """Return a function that tells where in a module's source a name of the face is defined."""
    analyzer = ModuleAnalyzer.for_module(home)
    analyzer.analyze()
    return lambda name: analyzer.tagorder.get(name.rpartition(".")[2], 0)


def constant(home: str, name: str, value: object) -> list[str]:
    """Return the entry of a constant: its value where that is short, and the comment above it."""
    short = name.rpartition(".")[2]
    shown = [f"   :value: {value!r}"] if isinstance(value, str | int | float) else []
    comment = ModuleAnalyzer.for_module(home).find_attr_docs().get(("", short), [])
    return [f".. py:data:: {short}", *shown, "", *(f"   {line}" for line in comment)]


class Modules(Documentation):
    """Document each module of a package, but those whose names are on the face."""

    def run(self) -> list[nodes.Node]:
        """Return one section for each module in which something is defined."""
        package = importlib.import_module(self.arguments[0])
        names = [m.name for m in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")]
        homes = set(face().values())
        return [
            self.section(name, name.removeprefix(f"{package.__name__}."), automodule(name))
            for name in sorted(names)
            if "._" not in name and name not in homes and defines_something(name)
        ]

    def title(self, text: str) -> list[nodes.Node]:
        """Return the module's name, as code."""
        return [nodes.literal("", text)]

    def note_module(self, name: str, node: nodes.Element) -> None:
        """Leave that to automodule."""
        node["ids"].append(nodes.make_id(f"api-{name}"))


def automodule(name: str) -> list[str]:
    """Return what Sphinx reads on a module that is documented whole."""
    # A package's re-exports are documented where they are defined, once.
    return [f".. automodule:: {name}", "   :members:", "   :ignore-module-all:"]


def defines_something(name: str) -> bool:
    """Whether a module has a function or a class of its own that others may use."""
    values = vars(importlib.import_module(name)).items()
    return any(
        getattr(value, "__module__", None) == name and not key.startswith("_")
        for key, value in values
        if inspect.isclass(value) or inspect.isfunction(value)
    )


def check_complete(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of every name of the face that no page documents."""
    documented = env.get_domain("py").data["objects"]
    for name, home in face().items():
        if name not in documented:
            logger.warning("no page documents %s of %s: see book/api and _toc.yml", name, home)


def is_told(base: type) -> bool:
    """Whether it tells a reader something that a class is derived from `base`."""
    path = f"{base.__module__}.{base.__qualname__}"
    return path in face_names() or not (path.startswith(PACKAGE) or base in (ABC, object, tuple))


def choose_bases(app: Sphinx, name: str, obj: Any, options: Any, bases: list[Any]) -> None:
    """Leave out bases that tell a reader nothing."""
    bases[:] = filter(is_told, bases)


def name_contract(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Below what an override has to say, name the method that has the contract."""
    if any(line.startswith("---") for line in lines):  # it has sections of its own
        return
    path, _, member = name.rpartition(".")
    module, names = load(path)
    if len(names) != 1:
        return
    paths = [
        face_names().get(f"{base.__module__}.{base.__qualname__}")
        for base in inspect.getmro(getattr(module, names[0]))[1:]
        if member in vars(base)
    ]
    if keepers := [path for path in paths if path]:
        keeper = keepers[-1].removeprefix(f"{PACKAGE}.")
        lines += ["", f"Its contract is that of `{keeper}.{member}`."]


def spare_stars(
    app: Sphinx, what: str, name: str, obj: Any, options: Any, lines: list[str]
) -> None:
    """Let ``(T, *members)`` be a shape, and not the beginning of an emphasis."""
    for k, line in enumerate(lines):
        if not line.lstrip().startswith((">>>", "...")):
            lines[k] = re.sub(r"(?<![`*\\])\*(?=\w+[,)])", r"\\*", line)


def link_types(app: Sphinx, config: Config) -> None:
    """Let the classes of the face be links where docstrings name the types of parameters."""
    config.numpydoc_xref_param_type = True
    config.numpydoc_xref_ignore = "all"  # other words stay as they are
    classes = {n: h for n, h in face().items() if n.rpartition(".")[2][0].isupper()}
    config.numpydoc_xref_aliases_complete = {
        name.rpartition(".")[2]: name
        for name, home in classes.items()
        if inspect.isclass(getattr(importlib.import_module(home), name.rpartition(".")[2]))
    }


def skip_tuple_fields(
    app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out the fields of a NamedTuple: its "Attributes" section describes them."""
    return True if str(getattr(obj, "__doc__", "")).startswith("Alias for field number") else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.add_directive("gantext-api", Api)
    app.add_directive("gantext-modules", Modules)
    app.add_role("code-or-link", CodeOrLink())
    app.connect("config-inited", link_types, priority=900)  # after numpydoc has filled it in
    app.connect("autodoc-process-bases", choose_bases)
    app.connect("autodoc-process-docstring", name_contract, priority=400)  # both before numpydoc
    app.connect("autodoc-process-docstring", spare_stars, priority=400)
    app.connect("autodoc-skip-member", skip_tuple_fields)
    app.connect("env-check-consistency", check_complete)
    app.connect("missing-reference", resolve)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
