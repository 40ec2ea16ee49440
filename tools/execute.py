"""Run the book's notebooks in place, so that `git diff` shows only what really changed.

`python -m tools.execute` runs every notebook of the table of contents, and `python -m tools.execute
FILE ...` runs those. A notebook that fails is left as it was.
"""

from __future__ import annotations

import argparse
import base64
import os
import sys
import time
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

from gantext.plotting.png import shrink
from tools.book import KERNEL_ENVIRONMENT, notebooks

PNG = "image/png"
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
CELL_TIMEOUT, STARTUP_TIMEOUT = 600, 300  # seconds: a busy machine is no error
QUIET = ["--IPKernelApp.log_level=ERROR"]  # a kernel on localhost need not warn of eavesdroppers


def execute(notebook: NotebookNode, folder: Path, kernel: str = "python3") -> None:
    """Run every cell in a new kernel and keep only what is the same in each run."""
    if (notebook.nbformat, notebook.nbformat_minor) < (4, 5):
        raise ValueError("the notebook has no cell ids: save it once with a current Jupyter")
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    os.environ.update(KERNEL_ENVIRONMENT)
    os.environ.pop("MPLBACKEND", None)  # so that the kernel draws into the notebook
    NotebookClient(
        notebook,
        kernel_name=kernel,
        timeout=CELL_TIMEOUT,
        startup_timeout=STARTUP_TIMEOUT,
        record_timing=False,
        store_widget_state=False,
        coalesce_streams=True,
        extra_arguments=QUIET,
        resources={"metadata": {"path": str(folder)}},
    ).execute()
    tidy(notebook)


def tidy(notebook: NotebookNode) -> None:
    """Remove what differs between two runs, or between two machines, and means nothing."""
    notebook.metadata.pop("widgets", None)
    notebook.metadata.kernelspec = NotebookNode(
        display_name="Python 3", language="python", name="python3"
    )
    notebook.metadata.language_info = NotebookNode(name="python")
    count = 0
    for cell in notebook.cells:
        cell.metadata.pop("execution", None)
        if cell.cell_type != "code":
            continue
        if cell.source.strip():
            count += 1
            cell.execution_count = count
        for output in cell.outputs:
            _tidy_output(output, count)


def _tidy_output(output: NotebookNode, count: int) -> None:
    if output.output_type == "execute_result":
        output.execution_count = count
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)  # a model's id is random, and means nothing without it
        output.metadata.pop(WIDGET_VIEW, None)
        if PNG in output.data:
            small = shrink(base64.b64decode(output.data[PNG]))
            output.data[PNG] = base64.b64encode(small).decode()


def execute_in_place(path: Path) -> bool:
    """Run the notebook at `path`, and return whether that changed the file."""
    before = path.read_text("utf-8")
    notebook = nbformat.reads(before, as_version=4)
    execute(notebook, path.parent)
    nbformat.validate(notebook)
    after = nbformat.writes(notebook) + "\n"
    if after != before:
        path.write_text(after, "utf-8")
    return after != before


def main(arguments: list[str] | None = None) -> int:
    """Run the notebooks that are named, or all; return 1 if one of them failed."""
    parser = argparse.ArgumentParser(description="Run the book's notebooks in place.")
    parser.add_argument("files", nargs="*", type=Path, help="notebooks (default: the whole book)")
    failed = False
    for path in parser.parse_args(arguments).files or notebooks():
        start = time.perf_counter()
        try:
            verdict = "changed" if execute_in_place(path) else "unchanged"
        except CellExecutionError as error:
            verdict, failed = f"FAILED, left as it was\n{error}", True
        print(f"{path.name}: {verdict} ({time.perf_counter() - start:.0f} s)", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
