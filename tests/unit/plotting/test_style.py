"""The colours are seen and told apart in light and in dark."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_hex, to_rgb

from gantext import plotting


def inverted(color):
    """Return what CSS `invert(1) hue-rotate(180deg)` makes of a colour (W3C filter effects)."""
    luma = np.array([0.213, 0.715, 0.072])
    hue_rotate = 2 * luma - np.eye(3)  # at 180 degrees: grey stays, chroma changes sign
    return np.clip(hue_rotate @ (1 - np.array(to_rgb(color))), 0, 1)


def linear(color):
    color = np.array(to_rgb(color))
    return np.where(color <= 0.04045, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)


def contrast(one, other):
    """Return the WCAG contrast ratio."""
    light = sorted(linear(c) @ [0.2126, 0.7152, 0.0722] + 0.05 for c in (one, other))
    return light[1] / light[0]


# Machado, Oliveira, Fernandes (2009), full severity, on linear RGB.
VISION = {
    "full": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def lab(color, vision):
    """Return CIE L*a*b* of a colour as seen with a kind of colour vision."""
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    seen = np.clip(np.array(VISION[vision]) @ linear(color), 0, 1)
    t = to_xyz @ seen / [0.9505, 1, 1.089]
    f = np.where(t > 0.008856, np.cbrt(t), 7.787 * t + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


ROLES = [plotting.DISCRIMINATOR, plotting.GENERATOR, plotting.DATA]


def test_every_colour_stands_out_in_light_and_in_dark(cycle):
    slow = plotting.SLOW_TO_FAST(0.0)
    for color in [*ROLES, *cycle, plotting.MEASUREMENT, plotting.PREDICTION, slow]:
        assert contrast(color, "white") >= 3, color
        assert contrast(inverted(color), "black") >= 3, color


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("mode", [to_rgb, inverted], ids=["light", "dark"])
def test_the_colours_are_told_apart(vision, mode, cycle):
    """The players' from each other and from those of the cycle, too."""
    seen = [lab(mode(color), vision) for color in [*ROLES, *cycle]]
    gaps = [np.linalg.norm(a - b) for k, a in enumerate(seen) for b in seen[:k]]
    assert min(gaps) > 15  # 2.3 is a just noticeable difference


def test_the_cycle_leaves_the_players_and_the_data_their_colours(cycle):
    cycle = [to_hex(color) for color in cycle]
    assert not {to_hex(color) for color in ROLES} & set(cycle)
    assert cycle[:2] == [to_hex(plotting.INK), to_hex(plotting.MEASUREMENT)]
    assert len(set(cycle)) == 6
    assert plotting.PREDICTION == plotting.INK


def test_text_is_legible_and_the_ground_white():
    sizes = ["font.size", "xtick.labelsize", "ytick.labelsize", "legend.fontsize"]
    assert min(plt.rcParams[key] for key in sizes) >= 10
    assert plt.rcParams["figure.facecolor"] == plt.rcParams["axes.facecolor"] == "white"
    assert plt.rcParams["figure.constrained_layout.use"]
