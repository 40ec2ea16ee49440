"""One name, one version, one address, two licences: the same in every file."""

import re
from importlib.metadata import metadata
from pathlib import Path

import pytest
import yaml

from tools.book import ROOT, copy_of, notebooks, repository, setup_cell, site

HOSTS = r"(?:github\.com|raw\.githubusercontent\.com|colab\.research\.google\.com/github)"
ADDRESS = re.compile(rf"{HOSTS}/([\w.-]+)/([\w-]+)", re.IGNORECASE)
# Without the look behind, a search begins anew at each letter of the long words of stored pictures.
PAGES = re.compile(r"(?<![\w-])([\w-]+)\.github\.io/([\w-]+)", re.IGNORECASE)


def handed_out() -> list[Path]:
    """Return the notebooks that readers open: the copies of the book's."""
    return [copy_of(source) for source in notebooks()]


def own_addresses(text: str, name: str) -> list[tuple[str, str]]:
    """Return (owner, repository) of every address in `text` whose repository is called `name`."""
    found = ADDRESS.findall(text) + PAGES.findall(text)
    return [address for address in found if address[1].lower() == name]


def test_every_address_of_the_repository_is_the_one_in_pyproject(text_files, pyproject):
    owner, name = repository().removeprefix("https://github.com/").split("/")
    places = set()
    for path, text in text_files.items():
        if path == "tests/project/test_identity.py":
            continue  # it holds wrong ones on purpose
        for address in own_addresses(text, pyproject["project"]["name"]):
            assert address == (owner, name), path
            places.add(path)
    assert {"pyproject.toml", "README.md", "CITATION.cff", "_config.yml"} <= places
    assert {str(path.relative_to(ROOT)) for path in handed_out()} <= places


def test_a_wrong_address_is_seen():
    wrong = "see https://colab.research.google.com/github/someone/gantext/blob/main/book/x.ipynb"
    assert own_addresses(wrong, "gantext") == [("someone", "gantext")]
    assert own_addresses("https://someone.github.io/gantext/", "gantext") == [
        ("someone", "gantext")
    ]
    assert own_addresses("https://github.com/pytorch/pytorch", "gantext") == []


def test_launch_buttons_lead_to_the_repository():
    config = yaml.safe_load((ROOT / "_config.yml").read_text())
    assert config["repository"]["url"] == repository()
    assert config["launch_buttons"]["colab_url"] == "https://colab.research.google.com"


def test_the_website_is_where_github_shows_the_repositorys_pages():
    owner, name = repository().removeprefix("https://github.com/").split("/")
    assert PAGES.findall(site()) == [(owner, name)]


def test_setup_cell_installs_from_the_repository():
    assert f"git+{repository()}" in setup_cell().split()


def test_readme_has_a_colab_badge_for_each_chapter_and_its_exercises():
    readme = (ROOT / "README.md").read_text()
    slug = repository().removeprefix("https://github.com/")
    for path in handed_out():
        page = f"https://colab.research.google.com/github/{slug}/blob/main/{path.relative_to(ROOT)}"
        assert f"]({page})" in readme


def test_one_version(pyproject):
    version = pyproject["project"]["version"]
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert str(citation["version"]) == version
    assert metadata("gantext")["Version"] == version
    released = re.search(
        r"^## \[(\d[^\]]*)\]( - (.*))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE
    )
    assert released[1] == version
    assert released[3] == str(citation["date-released"])


def test_citation_names_the_repository_and_both_licences():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    assert citation["cff-version"] == "1.2.0"
    assert citation["repository-code"] == repository()
    assert citation["license"] == ["MIT", "CC-BY-4.0"]
    assert {"message", "title", "authors"} <= citation.keys()


def test_licences(pyproject):
    assert pyproject["project"]["license"] == "MIT"
    assert (ROOT / "LICENSE").read_text().startswith("MIT License")
    text = (ROOT / "LICENSE-TEXT").read_text()
    assert "Creative Commons Attribution 4.0 International" in text
    assert "https://creativecommons.org/licenses/by/4.0/legalcode" in text
    assert metadata("gantext").get_all("License-File") == ["LICENSE"]


def names_folder(text: str, folder: Path) -> bool:
    """Return whether `text` holds the path of `folder`, on its own or as the start of another."""
    begins = r"(?:(?<=file://)|(?<![\w./-]))"
    return bool(re.search(rf"{begins}{re.escape(str(folder))}(?![\w-])", text))


def test_no_file_holds_a_path_of_the_machine_it_was_written_on(text_files):
    """The root of this working copy, wherever it is, appears in no file."""
    if len(ROOT.parts) < 3:
        pytest.skip(f"{ROOT} may well be the name of something else")
    assert not [path for path, text in text_files.items() if names_folder(text, ROOT)]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("open('/srv/clone/a.py')", True),
        ("it lies in /srv/clone.", True),
        ("file:///srv/clone/a.py", True),
        ("https://example.org/srv/clone/a", False),
        ("/srv/clones and /srv/clone-2", False),
        ("a/srv/clone", False),
    ],
)
def test_a_path_is_told_from_what_only_contains_it(text, found):
    assert names_folder(text, Path("/srv/clone")) is found
