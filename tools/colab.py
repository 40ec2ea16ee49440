"""Colab's versions: the pins of `.venv-colab`, and the way to renew the table they come from.

`python -m tools.colab pins` prints pip constraints; `python -m tools.colab update FREEZE-LIST`
rewrites the versions in tests/project/colab_versions.toml from a list in `pip freeze` format.
"""

from __future__ import annotations

import argparse
import datetime as dt
import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from tools.book import ROOT

TABLE = ROOT / "tests" / "project" / "colab_versions.toml"


def read_table(path: Path = TABLE) -> dict:
    """Return the table: its `date`, Colab's `python`, and `versions` by normalised name."""
    table = tomllib.loads(path.read_text("utf-8"))
    table["versions"] = {
        canonicalize_name(name): Version(version) for name, version in table["versions"].items()
    }
    return table


def read_freeze(text: str) -> dict[str, Version]:
    """Return the `name==version` lines of a freeze list; lines of other kinds name no version."""
    found = (re.match(r"([\w.-]+)==(\S+)", line) for line in text.splitlines())
    return {canonicalize_name(match[1]): Version(match[2]) for match in found if match}


def pins(table: dict, *, exact_torch: bool) -> list[str]:
    """Return pip constraints that put a virtual environment at Colab's versions.

    Colab's build of PyTorch is several gigabytes of CUDA, so unless `exact_torch` the version of
    constraints.txt stands in for it, which CI has anyway; what pip would do to Colab's own torch is
    the business of the table's test.
    """
    versions = dict(table["versions"])
    if not exact_torch:
        versions |= {"torch": read_freeze((ROOT / "constraints.txt").read_text("utf-8"))["torch"]}
        versions.pop("torchvision", None)
    return [f"{name}=={version.public}" for name, version in sorted(versions.items())]


def conflicts(requirements: list[str], table: dict) -> list[str]:
    """Return what pip would add to or replace on Colab to meet `requirements`, one line each."""
    found = []
    environment = {
        "python_version": table["python"],
        "python_full_version": f"{table['python']}.0",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "extra": "",
    }
    for requirement in map(Requirement, requirements):
        if requirement.marker and not requirement.marker.evaluate(environment):
            continue
        version = table["versions"].get(canonicalize_name(requirement.name))
        if version is None:
            found.append(f"{requirement}: not in the table of Colab's versions")
        elif not requirement.specifier.contains(version, prereleases=True):
            found.append(f"{requirement}: Colab has {version}")
    return found


def update(freeze: str, path: Path = TABLE) -> None:
    """Rewrite the versions and the date of the table; packages that Colab dropped are dropped."""
    new = read_freeze(freeze)
    lines = []
    for line in path.read_text("utf-8").splitlines():
        entry = re.fullmatch(r'([\w-]+) = "[^"]+"(.*)', line)
        if line.startswith("date = "):
            line = f"date = {dt.date.today()}"
        elif entry and entry[1] != "python":
            if (version := new.get(canonicalize_name(entry[1]))) is None:
                continue
            line = f'{entry[1]} = "{version}"{entry[2]}'
        lines.append(line)
    path.write_text("\n".join(lines) + "\n", "utf-8")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description="Colab's versions.")
    commands = parser.add_subparsers(dest="command", required=True)
    pins_parser = commands.add_parser("pins", help="print the pins of .venv-colab")
    pins_parser.add_argument("--exact-torch", action="store_true", help="Colab's own torch")
    update_parser = commands.add_parser("update", help="renew the table")
    update_parser.add_argument("freeze_list", type=Path)
    options = parser.parse_args()
    if options.command == "pins":
        print("\n".join(pins(read_table(), exact_torch=options.exact_torch)))
    else:
        update(options.freeze_list.read_text("utf-8"))


if __name__ == "__main__":
    main()
