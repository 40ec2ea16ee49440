"""What this book's site needs beyond the published Sphinx extensions.

- MathJax, copied at build time out of the PyPI package ``django-static-mathjax``, so that pages
  load nothing from elsewhere.
- The directive ``gantext-api``: the documentation of a module of the library and of all that is in
  it. A public module that no page documents is a warning, and so fails the build.
- Single backticks in docstrings: a link where the name is documented here, or else plain code.
- Ids that other extensions give twice are dropped.
- Below the title of each notebook, a link that opens it in Colab. For a notebook of exercises that
  is the students' copy, without the solutions; so is what its download button gives.
- Figures that move: an output that holds a figure's state becomes a place for it, with its picture,
  and the page gets the scripts that its figures need.
- The role ``zh``: Chinese text, marked as such for fonts and screen readers.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import pkgutil
import shutil
import tomllib
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from docutils.parsers.rst import directives
from docutils.statemachine import StringList
from myst_nb.core import render
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError
from sphinx.ext.autosummary import AutoLink
from sphinx.util import logging
from sphinx.util.docutils import SphinxDirective, SphinxRole
from sphinx.util.nodes import make_refnode

from gantext.widgets.bundle import figures, host, script, stylesheet
from gantext.widgets.live import FIGURE_MIME

logger = logging.getLogger(__name__)

PACKAGE = "gantext"

# The combined component (TeX in, HTML and CSS out), what it fetches when a formula asks for it, and
# its fonts.
MATHJAX_PARTS = ("tex-chtml.js", "input/tex/extensions/", "output/chtml/fonts/woff-v2/")


def copy_mathjax(app: Sphinx, exception: Exception | None) -> None:
    """Copy the needed part of MathJax into the built site."""
    if exception is not None or app.builder.format != "html":
        return
    distribution = importlib.metadata.distribution("django-static-mathjax")
    root = "mathjax/static/mathjax/es5/"
    copied = 0
    for file in distribution.files or ():
        inside = file.as_posix().removeprefix(root)
        if inside == file.as_posix() or not inside.startswith(MATHJAX_PARTS):
            continue
        target = Path(app.outdir, "_static", "mathjax", inside)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(str(file.locate()), target)
        copied += 1
    if not copied:
        raise ExtensionError(
            f"django-static-mathjax {distribution.version} holds no files under {root}; "
            "expected MathJax 3 there"
        )


def prune(app: Sphinx, exception: Exception | None) -> None:
    """Delete what the theme ships for its own developers: templates and source maps."""
    if exception is None and app.builder.format == "html":
        static = Path(app.outdir, "_static")
        for file in [*static.rglob("*webpack-macros.html"), *static.rglob("*.map")]:
            file.unlink()


def public_modules() -> list[str]:
    """Return the names of the library's public modules, packages before what they hold."""
    package = importlib.import_module(PACKAGE)
    found = [PACKAGE, *(m.name for m in pkgutil.walk_packages(package.__path__, f"{PACKAGE}."))]
    inside = ("_", f"{PACKAGE}.core", f"{PACKAGE}.grading.questions.")  # what no reader calls
    return sorted(name for name in found if not name.startswith(inside) and "._" not in name)


class ApiDirective(SphinxDirective):
    """Document a module and the public modules in it; with ``:alone:`` the module only."""

    required_arguments = 1
    option_spec: ClassVar = {"alone": directives.flag}

    def run(self) -> list[nodes.Node]:
        """Return the documentation of the module, then one section for each module in it."""
        name = self.arguments[0]
        inner = [] if "alone" in self.options else self.inside(name)
        return [*self.documentation(name), *(self.section(module) for module in inner)]

    def inside(self, name: str) -> list[str]:
        """Return the public modules in the package `name`."""
        return [module for module in public_modules() if module.startswith(f"{name}.")]

    def section(self, name: str) -> nodes.section:
        """Return a section that documents the module `name`."""
        section = nodes.section(ids=[nodes.make_id(f"api-{name}")], names=[name])
        section += nodes.title("", "", nodes.literal("", name))
        section += self.documentation(name)
        return section

    def documentation(self, name: str) -> list[nodes.Node]:
        """Return what autodoc has to say on the module `name`."""
        # A package's re-exports are documented where they are defined, once.
        lines = [f".. automodule:: {name}", "   :members:", "   :ignore-module-all:"]
        box = nodes.Element()
        self.state.nested_parse(StringList(lines, source=f"<api of {name}>"), 0, box)
        return box.children


def check_complete(app: Sphinx, env: BuildEnvironment) -> None:
    """Warn of every public module that no page documents."""
    documented = env.get_domain("py").data["modules"]
    for name in public_modules():
        if name not in documented:
            logger.warning("no page documents %s: add it under book/api and to _toc.yml", name)


class CodeOrLink(AutoLink):
    """Link a name that can be imported; show any other text as code."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the link or the literal."""
        result, messages = super().run()
        if isinstance(result[0], nodes.emphasis):
            result[0] = nodes.literal(self.rawtext, result[0].astext())
        return result, messages


class Chinese(SphinxRole):
    """Chinese text: docutils turns the class into ``lang="zh-Hans"``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the marked text."""
        return [nodes.inline(self.rawtext, self.text, classes=["language-zh-Hans"])], []


def resolve_alias(
    app: Sphinx, env: BuildEnvironment, node: pending_xref, contents: nodes.TextElement
) -> nodes.Node | None:
    """Resolve a reference to a name by importing it.

    ``gantext.Bilinear`` leads to where the class is defined. A name of another library is code: its
    inventory would have to be fetched. What cannot be imported stays unresolved, and so fails the
    build.
    """
    if node.get("refdomain") != "py":
        return None
    value = import_reference(node["reftarget"], node.get("py:module"), node.get("py:class"))
    if value is None:
        return None
    module, qualname = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not str(module).startswith(PACKAGE):
        return contents
    objects = env.get_domain("py").data["objects"]
    entry = objects.get(f"{module}.{qualname}")
    if entry is None:
        private = any(part.startswith("_") for part in node["reftarget"].split("."))
        return contents if private else None
    return make_refnode(app.builder, node["refdoc"], entry.docname, entry.node_id, contents)


def import_reference(name: str, module: str | None, cls: str | None) -> Any:
    """Return the object called `name`, seen from `module` and the class `cls`, or None."""
    for prefix in (None, module, f"{module}.{cls}" if module and cls else None):
        parts = (f"{prefix}.{name}" if prefix else name).split(".")
        for cut in range(len(parts), 0, -1):
            try:
                value: Any = importlib.import_module(".".join(parts[:cut]))
                for part in parts[cut:]:
                    value = getattr(value, part)
            except (ImportError, AttributeError, ValueError):
                continue
            return value
    return None


def drop_repeated_ids(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take away the ids that sphinx-proof and sphinx-exercise give to every box alike."""
    repeated = {"proof", "proof-content", "exercise-content", "solution-content"}
    for node in doctree.findall(nodes.Element):
        if repeated.intersection(node.get("ids", ())):
            node["ids"] = [name for name in node["ids"] if name not in repeated]


def handed_out(source: Path) -> Path:
    """Return the notebook that a reader of a page gets: the students' copy, where there is one."""
    copy = source.parent / "student" / source.name
    return copy if copy.is_file() else source


def hand_out_copies(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the theme's buttons open, and download, the students' copy of a notebook of exercises."""
    source = Path(app.env.doc2path(page))
    copy = handed_out(source)
    if copy == source:
        return
    old, new = (path.relative_to(app.srcdir).as_posix() for path in (source, copy))
    groups = [group.get("buttons", []) for group in context.get("header_buttons", [])]
    for button in (button for group in groups for button in group):
        if str(button.get("url", "")).endswith(f"/{old}"):
            button["url"] = button["url"].removesuffix(old) + new


def publish_copies(app: Sphinx, exception: Exception | None) -> None:
    """Put the students' copies where the download buttons lead."""
    if exception is not None or app.builder.format != "html":
        return
    for page in app.env.found_docs:
        source = Path(app.env.doc2path(page))
        if (copy := handed_out(source)) != source:
            target = Path(app.outdir, "_sources", copy.relative_to(app.srcdir))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy, target)


def offer_colab(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a link that opens the notebook in Colab below the page's title."""
    source = Path(app.env.doc2path(docname))
    if source.suffix != ".ipynb" or app.builder.format != "html":
        return
    project = tomllib.loads(Path(app.srcdir, "pyproject.toml").read_text("utf-8"))["project"]
    repository = project["urls"]["Repository"]
    colab = repository.replace("https://github.com", "https://colab.research.google.com/github")
    branch = app.config.html_theme_options["repository_branch"]
    path = handed_out(source).relative_to(app.srcdir).as_posix()
    link = nodes.reference("", "Open in Colab", refuri=f"{colab}/blob/{branch}/{path}")
    title = next(doctree.findall(nodes.title))
    below = title.parent.index(title) + 1
    title.parent.insert(below, nodes.paragraph("", "", link, classes=["open-in-colab"]))


class StoredFigure(nodes.General, nodes.Element):
    """A figure's place: its ``module``, its ``state`` as JSON and, inside, its picture."""


class FigureRenderer:
    """Tells myst-nb what to make of a figure's state among the outputs of a cell."""

    mime_priority_overrides: ClassVar = [("html", FIGURE_MIME, 0)]

    @staticmethod
    def handle_mime(
        _renderer: render.NbElementRenderer, data: render.MimeData, inline: bool
    ) -> list[nodes.Element] | None:
        """Return the figure's place, or None for any other output."""
        if data.mime_type != FIGURE_MIME or inline:
            return None
        # Inside a script element nothing may look like its end.
        state = json.dumps(data.content, allow_nan=False).replace("</", "<\\/")
        return [StoredFigure(module=data.content["module"], state=state)]


def add_pictures(app: Sphinx, doctree: nodes.document) -> None:
    """Put each figure's picture, which stands beside it among the cell's outputs, inside it."""
    for place in doctree.findall(StoredFigure):
        outputs = place.parent.parent
        (picture,) = (o for o in outputs if o.get("mime_type") == "image/png")
        place += [child.deepcopy() for child in picture.children]


def visit_stored_figure(translator: Any, node: StoredFigure) -> None:
    """Open a figure's place."""
    translator.body.append(
        f'<div class="gantext-stored-figure" data-module="{node["module"]}">'
        f'<script type="application/json">{node["state"]}</script>'
    )


def depart_stored_figure(translator: Any, node: StoredFigure) -> None:
    """Close it."""
    translator.body.append("</div>")


def load_figures(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Give a page the scripts of its figures, and only of those."""
    modules = sorted(
        {place["module"] for place in doctree.findall(StoredFigure)} if doctree else ()
    )
    for module in modules:
        app.add_js_file(f"figures/{module}.js", loading_method="defer")
    if modules:
        app.add_js_file("figures/host.js", loading_method="defer")
        app.add_css_file("figures/figure.css")


def write_figures(app: Sphinx, exception: Exception | None) -> None:
    """Write the scripts of all figures that pages load."""
    if exception is not None or app.builder.format != "html":
        return
    folder = Path(app.outdir, "_static", "figures")
    folder.mkdir(parents=True, exist_ok=True)
    for figure in figures():
        (folder / f"{figure}.js").write_text(script(figure), "utf-8")
    (folder / "host.js").write_text(host(), "utf-8")
    (folder / "figure.css").write_text(stylesheet(), "utf-8")


def mend_roles(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Take from a bibliography and its entries roles that such elements may not have."""
    if "body" in context:
        context["body"] = (
            context["body"]
            .replace('<div role="list" class="citation-list">', '<div class="citation-list">')
            .replace(' role="doc-biblioentry"', "")
        )


def skip_tuple_fields(
    app: Sphinx, what: str, name: str, obj: Any, skip: bool, options: Any
) -> bool | None:
    """Leave out the fields of a NamedTuple: its "Attributes" section describes them."""
    return True if str(getattr(obj, "__doc__", "")).startswith("Alias for field number") else None


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    # Jupyter Book sets this even where sphinx-comments, which reads it, is not loaded.
    app.add_config_value("comments_config", {}, "")
    app.add_directive("gantext-api", ApiDirective)
    app.add_role("code-or-link", CodeOrLink())
    app.add_role("zh", Chinese())
    app.add_node(StoredFigure, html=(visit_stored_figure, depart_stored_figure))
    if FigureRenderer not in render.load_mime_renders():  # the cached list of what is installed
        render.load_mime_renders().append(FigureRenderer)
    app.connect("autodoc-skip-member", skip_tuple_fields)
    app.connect("doctree-read", add_pictures)
    app.connect("doctree-resolved", drop_repeated_ids)
    app.connect("doctree-resolved", offer_colab)
    app.connect("env-check-consistency", check_complete)
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", load_figures)
    app.connect("html-page-context", hand_out_copies, priority=900)  # after the theme's own
    app.connect("missing-reference", resolve_alias)
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", publish_copies)
    app.connect("build-finished", prune)
    app.connect("build-finished", write_figures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
