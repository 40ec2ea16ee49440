"""Citations are named, linked and ordered as the website does it."""

import pytest

from tools.citations import bibliography

WORKS = bibliography()


def test_works_cited_together_stand_in_the_order_of_the_bibliography():
    cited, keys = WORKS.cite("cite:p", "popov1980, daskalakis2018training")
    assert keys == ["popov1980", "daskalakis2018training"]
    assert cited == (
        "[[Daskalakis *et al.*, 2018](https://arxiv.org/abs/1711.00141), "
        "[Popov, 1980](https://doi.org/10.1007/BF01141092)]"
    )


@pytest.mark.parametrize(
    ("key", "words"),
    [
        ("liang2019", "Liang and Stokes [[2019](https://arxiv.org/abs/1802.06132)]"),
        ("polyak1964", "Polyak [[1964](https://doi.org/10.1016/0041-5553%2864%2990137-5)]"),
        (
            "korpelevich1976",
            "Korpelevich [[1976](https://gantext.github.io/gantext/book/bibliography.html)]",
        ),
    ],
)
def test_a_work_is_named_in_the_text(key, words):
    assert WORKS.cite("cite:t", key) == (words, [key])


def test_references_are_in_full_each_once():
    found = WORKS.references(["lin1991", "endres2003", "lin1991"])
    first, second = found.replace("\N{NO-BREAK SPACE}", " ").split("\n")
    assert first.startswith("- Dominik M. Endres and Johannes E. Schindelin. A new metric for prob")
    assert first.endswith("[doi:10.1109/TIT.2003.813506](https://doi.org/10.1109/TIT.2003.813506).")
    assert second.startswith("- Jianhua Lin. Divergence measures based on the Shannon entropy. *")
    assert "37(1):145–151, 1991. [doi:10.1109/18.61115](https://doi.org" in second
