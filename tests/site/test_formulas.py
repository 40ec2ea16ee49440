"""One source: the figures' scripts know and compute what the library does, to 1e-12."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from playwright.sync_api import Browser, Page
from torch.utils import _pytree as pytree

from gantext.widgets.symbolic import Computed
from tests.site.figures import IDEAS, MAKERS
from tools.formulas import FOLDER, MADE, WRITERS, files, source, text

POINTS = 200
# What holds formulas, by the name of its figure.
FIGURES = {
    file.name.removesuffix(MADE) if file.name.endswith(MADE) else file.parent.name: file
    for file in files()
    if file.stem != "constants"
}
COMPUTED: dict[tuple[str, str], Computed] = {
    (figure, name): computed
    for figure, file in FIGURES.items()
    for name, computed in importlib.import_module(source(file)).formulas().items()
}


@pytest.mark.parametrize("file", files(), ids=lambda file: f"{file.parent.name}/{file.name}")
def test_the_files_are_what_the_library_gives(file: Path) -> None:
    """If not: `python -m tools.formulas`."""
    assert file.read_text("utf-8") == text(file)


def test_every_file_is_made() -> None:
    found = [file for name in WRITERS for file in FOLDER.glob(f"*/{name}.js")]
    assert sorted([*found, *FOLDER.glob(f"*/*{MADE}")]) == files()
    assert {file.parent.name for file in files()} == MAKERS.keys() | {"ideas"}
    assert IDEAS.keys() < FIGURES.keys()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page()
    for figure, file in FIGURES.items():
        code = file.read_text("utf-8")
        code = code.replace("export const ", "const ")
        names = ", ".join(name for of, name in COMPUTED if of == figure)
        page.evaluate(
            "([figure, code]) => { (globalThis.formulas ??= {})[figure] = new Function(code)(); }",
            [figure, f"{code}\nreturn {{ {names} }};"],
        )
    yield page
    page.close()


def points(computed: Computed) -> list[list[list[float]]]:
    """Draw points from the ranges, and put the ends of the ranges among them."""
    draw = torch.Generator().manual_seed(7)
    drawn = []
    for k in range(POINTS):
        point = []
        for group in computed.arguments:
            low, high = torch.tensor(list(group.values()), dtype=torch.float64).T
            u = torch.rand(len(group), generator=draw, dtype=torch.float64)
            corner = (u > 0.5).double()
            point.append((low + (high - low) * (corner if k < 8 else u)).tolist())
        drawn.append(point)
    return drawn


@pytest.mark.parametrize(("figure", "name"), COMPUTED, ids=["-".join(key) for key in COMPUTED])
def test_both_languages_agree(page: Page, figure: str, name: str) -> None:
    computed = COMPUTED[figure, name]
    given = points(computed)
    code = "([figure, name, points]) => points.map((p) => formulas[figure][name](...p).map(String))"
    found = [[float(v) for v in row] for row in page.evaluate(code, [figure, name, given])]
    vectors = [torch.tensor(group, dtype=torch.float64) for group in zip(*given, strict=True)]
    returned = pytree.tree_leaves(torch.func.vmap(computed.function)(*vectors))
    expected = torch.cat([t.reshape(POINTS, -1) for t in returned], dim=1).tolist()
    for point, row, wanted in zip(given, found, expected, strict=True):
        assert row == pytest.approx(wanted, rel=1e-12, abs=1e-12, nan_ok=True), point
