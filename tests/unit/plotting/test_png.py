"""Pictures are stored small where nobody sees the difference, and as they are elsewhere."""

from io import BytesIO

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from PIL import Image

from gantext import plotting
from gantext.plotting.png import shrink


@pytest.fixture
def ax():
    figure = Figure()
    FigureCanvasAgg(figure)
    return figure.subplots()


def png(ax):
    buffer = BytesIO()
    ax.figure.canvas.print_png(buffer)
    return buffer.getvalue()


def pixels(data):
    return np.asarray(Image.open(BytesIO(data)).convert("RGB")).astype(int)


def lines(ax, count=6):
    for k in range(count):
        ax.plot([0, 1], [k / count, k / count + 0.1], linewidth=1.5)


def gradient():
    x, y = np.meshgrid(*[np.linspace(0, 1, 200)] * 2)
    return np.stack([x, y, 1 - x * y], -1)


def test_a_plot_of_lines_is_a_palette_half_the_size_in_the_styles_colours(ax, cycle):
    lines(ax)
    before = png(ax)
    after = shrink(before)
    assert Image.open(BytesIO(after)).mode == "P"
    assert len(after) < len(before) / 2
    for color in ["white", *cycle[:6]]:
        here = (pixels(before) == np.round(255 * np.array(to_rgb(color)))).all(-1)
        assert here.sum() > 50
        assert np.array_equal(pixels(after)[here], pixels(before)[here])


@pytest.mark.parametrize("picture", ["gradient", "noise"])
def test_over_an_image_every_colour_stays(ax, picture):
    if picture == "gradient":
        ax.imshow(gradient(), extent=(0, 1, 0, 1))
        lines(ax)
    else:
        ax.imshow(np.random.default_rng(0).uniform(size=(200, 200, 3)))
    before = png(ax)
    palette = np.asarray(Image.open(BytesIO(before)).convert("RGB").quantize(256).convert("RGB"))
    assert np.abs(palette.astype(int) - pixels(before)).max() > 16  # what would have been stored
    after = shrink(before)
    assert np.array_equal(pixels(after), pixels(before))
    assert len(after) <= len(before)


def test_a_single_line_that_would_change_its_colour_is_enough(ax):
    """A thin line is a small share of the picture, and the one thing that you look at."""
    x, y = np.meshgrid(*[np.linspace(0, 1, 200)] * 2)
    image = mpl.colormaps["viridis"](np.sin(5 * x) * y)
    ax.imshow(image, extent=(0, 0.9, 0, 0.9))
    ax.set(xlim=(0, 1), ylim=(0, 1))
    ax.axhline(0.5, color=plotting.GENERATOR, linewidth=0.5)
    before = png(ax)
    here = (pixels(before) == np.round(255 * np.array(to_rgb(plotting.GENERATOR)))).all(-1)
    assert 100 < here.sum() < 0.005 * here.size
    assert np.array_equal(pixels(shrink(before))[here], pixels(before)[here])


def test_shrinking_twice_changes_nothing_more(ax):
    lines(ax)
    once = shrink(png(ax))
    assert np.array_equal(pixels(shrink(once)), pixels(once))
