"""The public face: what `import gantext as gt` gives, and how little it loads."""

import subprocess
import sys
from importlib.metadata import version

import pytest

import gantext as gt


def test_its_version_is_the_one_that_is_installed():
    assert gt.__version__ == version("gantext")


def test_it_shows_its_names_alone():
    assert {"train", "ring", "plotting"} <= set(gt.__all__) == set(dir(gt))
    with pytest.raises(AttributeError, match="nothing_of_the_kind"):
        _ = gt.nothing_of_the_kind


def test_a_part_that_needs_no_pytorch_starts_without_it():
    code = "import sys, gantext as gt; gt.__version__, gt.__all__; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
