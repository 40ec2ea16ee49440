"""One browser and one server for all tests of the site."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.site.server import build_if_stale, serve
from tools.book import ROOT

QUIET = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--no-proxy-server",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium: the system's, or else the one that Playwright fetched."""
    found = subprocess.run([ROOT / "tools/chromium.sh"], capture_output=True, text=True)
    system = found.stdout.strip() or None
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=system, args=QUIET)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def folder() -> Path:
    """Return the folder of the built site."""
    return build_if_stale()


@pytest.fixture(scope="session")
def root(folder: Path) -> Iterator[str]:
    """Return the address at which the built site is served."""
    with serve(folder) as address:
        yield address
