"""What this book's site needs beyond the published Sphinx extensions.

- MathJax, copied at build time out of the PyPI package ``django-static-mathjax``, so that pages
  load nothing from elsewhere.
- The library's pages: see ``gantext_api``.
- Ids that other extensions give twice are dropped.
- Below the title of each notebook, a link that opens it in Colab. What Colab opens there, and what
  the download button gives, is its copy in `notebooks`: in plain Markdown, and without the
  solutions of the exercises.
- Figures that move: an output that holds a figure's state becomes a place for it, with its picture,
  and the page gets the scripts that its figures need.
- The role ``zh``: Chinese text, marked as such for fonts and screen readers.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import shutil
import tomllib
from pathlib import Path
from typing import Any, ClassVar

from docutils import nodes
from myst_nb.core import render
from sphinx.application import Sphinx
from sphinx.errors import ExtensionError
from sphinx.util.docutils import SphinxRole

from gantext.widgets.bundle import figures, host, script, shared, stylesheet
from gantext.widgets.live import FIGURE_MIME

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


class Chinese(SphinxRole):
    """Chinese text: docutils turns the class into ``lang="zh-Hans"``."""

    def run(self) -> tuple[list[nodes.Node], list[nodes.system_message]]:
        """Return the marked text."""
        return [nodes.inline(self.rawtext, self.text, classes=["language-zh-Hans"])], []


def drop_repeated_ids(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Take away the ids that sphinx-proof and sphinx-exercise give to every box alike."""
    repeated = {"proof", "proof-content", "exercise-content", "solution-content"}
    for node in doctree.findall(nodes.Element):
        if repeated.intersection(node.get("ids", ())):
            node["ids"] = [name for name in node["ids"] if name not in repeated]


def handed_out(app: Sphinx, page: str) -> Path | None:
    """Return the copy that a reader of a notebook's page gets; None for a page that is no notebook.

    `tools.book.copy_of` says the same.
    """
    source = Path(app.env.doc2path(page))
    if source.suffix != ".ipynb":
        return None
    path = source.relative_to(app.srcdir)  # book/ is left out
    return Path(app.srcdir, "notebooks", *path.parts[path.parts[0] == "book" :])


def hand_out_copies(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Let the theme's buttons open, and download, a notebook's copy."""
    if page not in app.env.found_docs or (copy := handed_out(app, page)) is None:
        return
    source = Path(app.env.doc2path(page))
    old, new = (path.relative_to(app.srcdir).as_posix() for path in (source, copy))
    groups = [group.get("buttons", []) for group in context.get("header_buttons", [])]
    for button in (button for group in groups for button in group):
        if str(button.get("url", "")).endswith(f"/{old}"):
            button["url"] = button["url"].removesuffix(old) + new


def publish_copies(app: Sphinx, exception: Exception | None) -> None:
    """Put the copies where the download buttons lead."""
    if exception is not None or app.builder.format != "html":
        return
    for page in app.env.found_docs:
        if copy := handed_out(app, page):
            if not copy.is_file():
                raise ExtensionError(f"{copy} is missing: python -m tools.notebooks makes it")
            target = Path(app.outdir, "_sources", copy.relative_to(app.srcdir))
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(copy, target)


def offer_colab(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Put a link that opens the notebook's copy in Colab below the page's title."""
    copy = handed_out(app, docname)
    if copy is None or app.builder.format != "html":
        return
    project = tomllib.loads(Path(app.srcdir, "pyproject.toml").read_text("utf-8"))["project"]
    repository = project["urls"]["Repository"]
    colab = repository.replace("https://github.com", "https://colab.research.google.com/github")
    branch = app.config.html_theme_options["repository_branch"]
    path = copy.relative_to(app.srcdir).as_posix()
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
    """Give a page the scripts of its figures, and only of those, after what they share."""
    modules = sorted(
        {place["module"] for place in doctree.findall(StoredFigure)} if doctree else ()
    )
    for module in ["shared", *modules] if modules else []:
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
    (folder / "shared.js").write_text(shared(), "utf-8")
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


def setup(app: Sphinx) -> dict[str, Any]:
    """Register everything with Sphinx."""
    app.setup_extension("gantext_api")
    # Jupyter Book sets this even where sphinx-comments, which reads it, is not loaded.
    app.add_config_value("comments_config", {}, "")
    app.add_role("zh", Chinese())
    app.add_node(StoredFigure, html=(visit_stored_figure, depart_stored_figure))
    if FigureRenderer not in render.load_mime_renders():  # the cached list of what is installed
        render.load_mime_renders().append(FigureRenderer)
    app.connect("doctree-read", add_pictures)
    app.connect("doctree-resolved", drop_repeated_ids)
    app.connect("doctree-resolved", offer_colab)
    app.connect("html-page-context", mend_roles)
    app.connect("html-page-context", load_figures)
    app.connect("html-page-context", hand_out_copies, priority=900)  # after the theme's own
    app.connect("build-finished", copy_mathjax)
    app.connect("build-finished", publish_copies)
    app.connect("build-finished", prune)
    app.connect("build-finished", write_figures)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
