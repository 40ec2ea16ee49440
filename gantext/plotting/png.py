"""Small pictures, for notebooks that are read over the network."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from PIL import Image

# By how much a channel, of 0 to 255, may move before you can see it in a patch of one colour.
_SEEN = 16

# As many pixels of one colour are the core of a thin line, not its edge.
_LINE = 100

# A share of the picture that no few edges fill.
_SHARE = 0.005


def png(figure: Figure) -> bytes:
    """Print a figure as a small PNG."""
    buffer = BytesIO()
    FigureCanvasAgg(figure).print_png(buffer)
    return shrink(buffer.getvalue())


def shrink(png: bytes) -> bytes:
    """Store a PNG with a palette of 256 colours, a third of the size, unless that would show.

    A plot's few colours survive as they are; only some of the hundreds of shades along the edges of
    its lines and letters move, a pixel here and there, which the eye does not find. Over an image
    or a gradient the palette runs out, and a line may change its colour. So a picture keeps all its
    colours if one that fills a line's worth of pixels would move by more than 16 of 255, or more
    than one pixel in two hundred.
    """
    picture = Image.open(BytesIO(png)).convert("RGB")
    small = picture.quantize(256)
    buffer = BytesIO()
    kept = picture if _shows(picture, small.convert("RGB")) else small
    kept.save(buffer, "png", optimize=True)
    return buffer.getvalue()


def _shows(picture: Image.Image, small: Image.Image) -> bool:
    """Tell whether the palette changed what one sees."""
    before, after = np.asarray(picture).astype(int), np.asarray(small).astype(int)
    moved = np.abs(after - before).max(-1) > _SEEN
    colors = before[moved] @ [1, 256, 256**2]  # one number for each colour
    counts = np.unique(colors, return_counts=True)[1]
    return bool(moved.mean() > _SHARE or counts.max(initial=0) >= _LINE)
