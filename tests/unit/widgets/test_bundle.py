"""One script out of several."""

import re

import pytest

from gantext.widgets import bundle

FIGURES = (
    "optimal_critic",
    "phase_plane",
    "record_table",
    "training_replay",
    "two_point_landscape",
)
MODULE = r'^\$modules\["([^"]+)"\] = '
ALL = [*FIGURES, "best_answer", "late_critic"]


def bundled(monkeypatch, **sources):
    """Return the module of a figure whose files are given, figure.js under its folder's name."""
    given = {f"{name}/figure.js" if name == "a" else f"{name}.js": s for name, s in sources.items()}
    monkeypatch.setattr(bundle, "_read", given.__getitem__)
    return bundle.module("a")


@pytest.mark.parametrize("figure", FIGURES)
def test_each_module_stands_before_what_uses_it_and_once(figure):
    parts = re.findall(MODULE, bundle.module(figure), re.MULTILINE)
    assert len(set(parts)) == len(parts)
    assert parts[-1] == f"{figure}/figure.js"
    assert {"core.js", "d3.js", "plot.js", f"{figure}/constants.js"} < set(parts)
    assert parts.index("core.js") < parts.index("plot.js") > parts.index("d3.js")


def test_small_figures_are_the_scripts_of_one_folder():
    assert set(FIGURES) < set(bundle.figures())
    assert {"best_answer", "late_critic"} < set(bundle.ideas()) < set(bundle.figures())
    assert "idea" not in bundle.ideas()


def test_what_figures_share_is_in_one_script_and_in_no_other():
    common = re.findall(MODULE, bundle.shared(), re.MULTILINE)
    assert sorted(common) == ["core.js", "d3.js", "digits.js", "ideas/idea.js", "plot.js"]
    for figure in ALL:
        own = re.findall(MODULE, bundle.script(figure), re.MULTILINE)
        assert own
        assert not set(own) & set(common)
        whole = re.findall(MODULE, bundle.module(figure), re.MULTILINE)
        assert set(own) < set(whole) <= {*own, *common}


@pytest.mark.parametrize("make", [bundle.module, bundle.script])
@pytest.mark.parametrize("figure", ALL)
def test_nothing_is_imported_and_nothing_else_exported(figure, make):
    text = make(figure)
    assert not re.search(r"^import ", text, re.MULTILINE)
    exports = re.findall(r"^export .*", text, re.MULTILINE)
    path = f"{figure}/figure.js" if figure in FIGURES else f"ideas/{figure}.js"
    whole = f'export default $modules["{path}"].default;'
    assert exports == ([whole] if make is bundle.module else [])


def test_a_script_registers_itself_and_leaves_no_other_global():
    text = bundle.script("optimal_critic")
    assert text.startswith("(() => {\n")
    assert text.rstrip().endswith("})();")
    assert '(globalThis.gantextFigures ??= {})["optimal_critic"] = ' in text


def test_a_module_becomes_a_function_that_returns_its_exports(monkeypatch):
    text = bundled(
        monkeypatch,
        a='import {\n  b,\n  c as d,\n} from "../b.js";\nimport * as e from "../e.js";\n\n'
        "// Adds.\nexport default b + d + e.f;\n",
        b='import { f } from "./e.js";\nexport const b = f;\nexport function c() {}\nclass X {}\n'
        "export { X };\n",
        e="//! A licence\nexport const f = 1;\n",
    )
    assert text == (
        "const $modules = {};\n"
        '$modules["e.js"] = (() => {\n//! A licence\nconst f = 1;\nreturn { f };\n})();\n'
        '$modules["b.js"] = (() => {\nconst { f } = $modules["e.js"];\nconst b = f;\n'
        "function c() {}\nclass X {}\nreturn { b, c, X };\n})();\n"
        '$modules["a/figure.js"] = (() => {\nconst {\n  b,\n  c: d,\n} = $modules["b.js"];\n'
        'const e = $modules["e.js"];\nconst $default = b + d + e.f;\n'
        "return { default: $default };\n})();\n"
        'export default $modules["a/figure.js"].default;\n'
    )


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ('import b from "../b.js";', "another form of import or export, got 'import b from"),
        ('import "../b.js";', "another form of import or export"),
        (
            'import { b } from "d3";',
            "another form of import or export, got 'import { b } from \"d3",
        ),
        ('import { b } from "../b.js"', "another form of import or export"),
        ('export * from "../b.js";', "another form of import or export"),
        ("export let x = 1;", "another form of import or export, got 'export let x"),
        ("export const { x } = {};", "another form of import or export"),
        ("export async function f() {}", "another form of import or export"),
        ("export { f as g };", "another form of import or export"),
        ('import { missing, b } from "../b.js";', r"exports of b\.js, got \['missing'\]"),
    ],
)
def test_what_the_bundler_does_not_know_is_refused(monkeypatch, statement, message):
    with pytest.raises(ValueError, match=rf"a/figure\.js: expected {message}"):
        bundled(monkeypatch, a=f"{statement}\nexport default 1;\n", b="export const b = 1;\n")


def test_imports_in_a_circle_are_refused(monkeypatch):
    with pytest.raises(ValueError, match=r"b\.js: expected no imports in a circle, got .*c\.js"):
        bundled(
            monkeypatch,
            a='import { b } from "../b.js";\nexport default b;\n',
            b='import { c } from "./c.js";\nexport const b = c;\n',
            c='import { b } from "./b.js";\nexport const c = b;\n',
        )


def test_every_rule_of_the_style_is_about_figures():
    text = re.sub(r"/\*.*?\*/", "", bundle.stylesheet(), flags=re.DOTALL)
    for selectors in re.findall(r"([^{}]+)\{", text):
        for selector in selectors.split(","):
            assert ".gantext-figure" in selector or ":is(" in selectors, selector
