"""Numbers are written alike in both languages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser

from gantext.widgets.bundle import module
from gantext.widgets.live import fixed, scientific
from tests.site.figures import MAKERS

DIGITS = range(5)
VALUES = [
    *(0.0, 0.5, 0.0625, 0.9595, 1.005, 2.675, 12.5, 999.9996, 123456.78905),
    *(4.9e-4, 5e-4, 4.9999e-5, 5e-5, 0.00025, 1e-9, 9.96e-8, 1.25e-7, 1.26e-42, 5e-324),
]


@pytest.mark.parametrize(("name", "write"), [("signed", fixed), ("scientific", scientific)])
def test_both_languages_write_a_number_alike(
    browser: Browser, name: str, write: Callable[[float, int], str]
) -> None:
    given = [(sign * value, digits) for value in VALUES for sign in (1, -1) for digits in DIGITS]
    body = module(next(iter(MAKERS))).split("export default")[0]
    page = browser.new_page()
    found = page.evaluate(
        f"""([name, given]) => {{ {body}
        const write = $modules["core.js"][name];
        return given.map(([value, digits]) => write(value, digits)); }}""",
        [name, given],
    )
    page.close()
    assert dict(zip(given, found, strict=True)) == {pair: write(*pair) for pair in given}
