"""The built site, and a server that shows it below a sub-path, as GitHub Pages does."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from tools.book import ROOT, pages

SUB_PATH = "/gantext/"
BUILT = ROOT / "_build" / "html"
PROGRAM = Path(sys.executable).with_name("jupyter-book")
BUILD = [PROGRAM, "build", ".", "--warningiserror", "--nitpick", "--keep-going", "-q"]


def sources() -> list[Path]:
    """Return the files from which the site is made."""
    made_from = [
        ROOT / "_config.yml",
        ROOT / "_toc.yml",
        ROOT / "pyproject.toml",
        ROOT / "book" / "references.bib",
        *pages(),
    ]
    for folder in ("book/_ext", "book/_static", "notebooks", "gantext"):
        made_from += [f for f in (ROOT / folder).rglob("*") if f.suffix not in ("", ".pyc")]
    return made_from


def build_if_stale() -> Path:
    """Build the site, where it is missing or older than what it is made from; return its folder."""
    built = BUILT / "searchindex.js"
    newest = max(file.stat().st_mtime for file in sources())
    if not built.is_file() or built.stat().st_mtime < newest:
        shutil.rmtree(ROOT / "_build", ignore_errors=True)
        result = subprocess.run(BUILD, cwd=ROOT, capture_output=True, text=True, check=False)
        if result.returncode:
            raise RuntimeError(f"the site does not build:\n{result.stdout}\n{result.stderr}")
    return BUILT


class Handler(SimpleHTTPRequestHandler):
    """Serve a folder below `SUB_PATH`; anything above it is not found."""

    def translate_path(self, path: str) -> str:
        """Take the sub-path off."""
        inside = path.removeprefix(SUB_PATH) if path.startswith(SUB_PATH) else "no-such-file"
        return super().translate_path("/" + inside)

    def log_message(self, *_: object) -> None:
        """Keep quiet: a failed request is the tests' to report."""


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serve `folder` on a free port of localhost; yield the address of its root."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{SUB_PATH}"
        server.shutdown()
