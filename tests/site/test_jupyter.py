"""The same figures in a real JupyterLab, and in a Notebook 7 with the widgets that Colab has."""

from __future__ import annotations

import ast
import contextlib
import json
import os
import re
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError

import nbformat
import pytest
from nbformat import v4
from playwright.sync_api import Browser, Locator, Page, expect

from tests.site.figures import IDEAS, MAKERS, TOLERANCE, agree, drag, numbers, press_keys
from tools.book import ROOT

# The instruments, and of the small figures, which share what a host touches, one.
SHOWN = MAKERS | {"best_answer": IDEAS["best_answer"]}
TOKEN = "figures"
PATIENCE = 120_000  # milliseconds: a kernel imports PyTorch first
HEARD = 5_000  # milliseconds until a key is pressed again
ARRIVED = 30  # seconds until Python knows what a reader did
QUIET = [
    "--no-browser",
    "--allow-root",
    f"--IdentityProvider.token={TOKEN}",
    "--ServerApp.port_retries=0",
    "--LabApp.news_url=",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
]


@dataclass(frozen=True)
class Program:
    """A way to open notebooks."""

    name: str
    environment: str
    command: str
    page: str  # where it opens a file

    def widgets(self) -> str:
        """Return the version of ipywidgets that its kernels import."""
        code = "import ipywidgets; print(ipywidgets.__version__)"
        python = ROOT / self.environment / "bin" / "python"
        return subprocess.check_output([python, "-c", code], text=True).strip()


PROGRAMS = [
    Program("JupyterLab", ".venv", "jupyter-lab", "lab/tree"),
    Program("Notebook", ".venv-colab", "jupyter-notebook", "notebooks"),
]


def test_one_of_them_has_the_widgets_of_colab() -> None:
    assert [p.widgets().split(".")[0] for p in PROGRAMS] == ["8", "7"]


def notebook() -> nbformat.NotebookNode:
    """Return a notebook that shows all figures and can tell what Python knows of each."""
    cells = [v4.new_code_cell("import json\nimport gantext as gt\nfigures = {}")]
    for name, make in SHOWN.items():
        figure = make()
        stored = json.dumps(figure.stored()["state"])
        kind = f"gt.{type(figure).__name__}"
        here = f"figures[{name!r}]"
        cells += [
            v4.new_code_cell(f"{here} = {kind}(**json.loads({stored!r}))\n{here}"),
            v4.new_code_cell(f"print('TOLD', repr(({here}.numbers(), {here}.sentence())))"),
        ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


@dataclass(frozen=True)
class Server:
    """A program that answers."""

    program: Program
    address: str


@contextlib.contextmanager
def running(program: Program, folder: Path) -> Iterator[Server]:
    """Start a program on a free port, with settings of its own, and stop it again."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    own = {f"JUPYTER_{kind}_DIR": str(folder / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    own |= {"JUPYTERLAB_SETTINGS_DIR": str(folder / "s"), "JUPYTERLAB_WORKSPACES_DIR": str(folder)}
    binaries = ROOT / program.environment / "bin"
    command = [binaries / program.command, *QUIET, f"--port={port}", f"--notebook-dir={folder}"]
    log = (folder / "log.txt").open("w")
    process = subprocess.Popen(
        command, cwd=folder, env=os.environ | own, stdout=log, stderr=subprocess.STDOUT
    )
    address = f"http://127.0.0.1:{port}/"
    try:
        for _ in range(300):
            with contextlib.suppress(URLError, ConnectionError):
                urllib.request.urlopen(f"{address}api/status?token={TOKEN}").close()
                break
            assert process.poll() is None, (folder / "log.txt").read_text()
            time.sleep(0.2)
        yield Server(program, address)
    finally:
        process.terminate()
        process.wait(30)
        log.close()


@pytest.fixture(scope="module", params=PROGRAMS, ids=lambda program: program.name)
def page(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, browser: Browser
) -> Iterator[Page]:
    """Return the notebook, opened, with the figures' classes imported."""
    folder = tmp_path_factory.mktemp("jupyter")
    nbformat.write(notebook(), folder / "figures.ipynb")
    with running(request.param, folder) as server:
        context = browser.new_context(viewport={"width": 1280, "height": 1400})
        context.set_default_timeout(PATIENCE)
        page = context.new_page()
        page.goto(f"{server.address}{server.program.page}/figures.ipynb?token={TOKEN}")
        run_cell(page, 0)
        yield page
        context.close()


def run_cell(page: Page, index: int) -> Locator:
    """Run a cell and return its place, when it is done."""
    cell = page.locator(".jp-CodeCell").nth(index)
    prompt = cell.locator(".jp-InputArea-prompt")
    before = prompt.inner_text()
    for _ in range(PATIENCE // HEARD):
        # While a cell runs there is [*]. Jupyter hears no key before it is ready, and forgets what
        # it was to run when its kernel comes up: then the key is pressed again.
        if "*" not in prompt.inner_text():
            cell.locator(".cm-content").click()
            page.keyboard.press("Control+Enter")
        for _ in range(HEARD // 100):
            page.wait_for_timeout(100)
            now = prompt.inner_text()
            if now != before and re.search(r"\[\d+\]", now):
                return cell
    raise AssertionError(f"cell {index} does not run: {prompt.inner_text()}")


def complaints(page: Page, figure: Locator, index: int, tolerance: float) -> list[str]:
    """Ask Python what it knows of the figure; return what the figure shows otherwise."""
    told = run_cell(page, index).locator(".jp-OutputArea-output").inner_text()
    computed, sentence = ast.literal_eval(told.split("TOLD", 1)[1].strip())
    shown = numbers(figure)
    found = [
        f"{name}: {shown.get(name)}, Python {computed.get(name)}"
        for name in shown.keys() | computed.keys()
        if not agree(shown.get(name), computed.get(name), tolerance)
    ]
    said = figure.locator(".sentence").text_content()
    return found if said == sentence else [*found, f"{said!r}, Python {sentence!r}"]


def compare(page: Page, figure: Locator, index: int, tolerance: float) -> None:
    """Ask Python until what the reader did has arrived there."""
    until = time.monotonic() + ARRIVED
    while found := complaints(page, figure, index, tolerance):
        assert time.monotonic() < until, found
        page.wait_for_timeout(200)


@pytest.mark.parametrize("name", SHOWN)
def test_it_moves_in_jupyter_and_python_hears_of_it(page: Page, name: str) -> None:
    tolerance, index = TOLERANCE.get(name, 1e-9), 1 + 2 * list(SHOWN).index(name)
    figure = run_cell(page, index).locator(".gantext-figure")
    expect(figure).to_be_visible()
    compare(page, figure, index + 1, tolerance)
    before = numbers(figure)

    press_keys(page, figure)
    compare(page, figure, index + 1, tolerance)
    assert numbers(figure) != before
    before = numbers(figure)

    drag(page, figure)
    compare(page, figure, index + 1, tolerance)
    assert numbers(figure) != before
