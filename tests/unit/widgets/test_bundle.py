"""One script out of several."""

import re

import pytest

from gantext.widgets import bundle


def test_each_part_stands_before_what_uses_it_and_once():
    text = bundle.module("optimal_critic")
    places = [
        text.index(start)
        for start in ("var d3=", "const html = ", "const letterTerms", "const entry")
    ]
    assert places == sorted(places)
    assert text.count("var d3=") == 1


@pytest.mark.parametrize("make", [bundle.module, bundle.script])
def test_nothing_is_imported_and_nothing_else_exported(make):
    text = make("optimal_critic")
    assert not re.search(r"^import ", text, re.MULTILINE)
    exports = re.findall(r"^export .*", text, re.MULTILINE)
    assert exports == (["export default entry;"] if make is bundle.module else [])


def test_a_script_registers_itself_and_leaves_no_other_global():
    text = bundle.script("optimal_critic")
    assert text.startswith("(() => {\n")
    assert text.rstrip().endswith("})();")
    assert '(globalThis.gantextFigures ??= {})["optimal_critic"] = entry;' in text


def test_a_renamed_import_is_refused(monkeypatch):
    sources = {
        "a": 'import { b as c } from "./b.js";\nexport default c;\n',
        "b": "export const b = 1;\n",
    }
    monkeypatch.setattr(bundle, "_read", sources.__getitem__)
    with pytest.raises(ValueError, match=r"a\.js: expected imports without `as`"):
        bundle.module("a")


def test_imports_may_take_several_lines_and_a_part_used_twice_stands_once(monkeypatch):
    sources = {
        "a": 'import {\n  b,\n  c,\n} from "./b.js";\nimport { d } from "./d.js";\n'
        "export default b + d;\n",
        "b": 'import { d } from "./d.js";\nexport const b = d;\nexport const c = 2;\n',
        "d": "export const d = 1;\n",
    }
    monkeypatch.setattr(bundle, "_read", sources.__getitem__)
    assert bundle.module("a") == (
        "const d = 1;\nconst b = d;\nconst c = 2;\nconst entry = b + d;\nexport default entry;\n"
    )


def test_every_rule_of_the_style_is_about_figures():
    text = re.sub(r"/\*.*?\*/", "", bundle.stylesheet(), flags=re.DOTALL)
    for selectors in re.findall(r"([^{}]+)\{", text):
        for selector in selectors.split(","):
            assert ".gantext-figure" in selector or ":is(" in selectors, selector
