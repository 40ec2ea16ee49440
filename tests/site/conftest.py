"""One browser and one server for all tests of the site."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.site.checks import DESKTOP, PHONE
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


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Return a page of a browser that reaches nothing at all, and complains of nothing."""
    context = browser.new_context(viewport=DESKTOP, offline=True)
    page = context.new_page()
    problems: list[str] = []
    page.on("console", lambda m: problems.append(m.text) if m.type == "error" else None)
    page.on("pageerror", lambda error: problems.append(str(error)))
    yield page
    context.close()
    assert problems == []


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """Return a page of a phone, which has fingers on it."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    yield context.new_page()
    context.close()
