"""The book's one style, and its colours."""

from __future__ import annotations

from importlib.resources import as_file, files

import matplotlib.pyplot as plt
from matplotlib.colors import Colormap, LinearSegmentedColormap

#: Generator (the forger): orange.
GENERATOR = "#DB6307"
#: Discriminator (the critic): blue.
DISCRIMINATOR = "#0063C1"
#: Real data: green.
DATA = "#0E9F7B"
#: What was measured: mauve, solid.
MEASUREMENT = "#9B4B80"
#: Text and marks.
INK = "#22183F"
#: What theory predicts, always dashed or hollow.
PREDICTION = INK

# What lies behind: streamlines, the stable region, its boundary.
STREAM = "#918AA8"
STABLE = "#E3EEF9"
QUIET = "#5E5873"

#: Ordered, such as step sizes: slow is pale, fast dark. The palest has 3:1 contrast on white.
SLOW_TO_FAST: Colormap = LinearSegmentedColormap.from_list("slow_to_fast", [STREAM, INK])
#: Low values favour the generator (orange), high values the discriminator (blue).
CRITIC_TO_FORGER: Colormap = LinearSegmentedColormap.from_list(
    "critic_to_forger", ["#B94E00", "#EE9A5A", "#FBF6F2", "#6AA5E3", "#004F9E"]
)


def use_style() -> None:
    """Apply the book's matplotlib style to every figure made from now on.

    Examples
    --------
    >>> import matplotlib.pyplot as plt
    >>> import gantext as gt
    >>> gt.plotting.use_style()
    >>> float(plt.rcParams["font.size"])
    12.0
    """
    with as_file(files("gantext.plotting") / "book.mplstyle") as path:
        plt.style.use(path)
