"""What the figures hold: the artists' data, not their pixels."""

from itertools import pairwise

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_hex, to_rgb, to_rgba
from matplotlib.patches import Circle, Rectangle

from gantext import plotting


@pytest.fixture(autouse=True)
def style():
    with mpl.rc_context():
        plotting.use_style()
        yield
        plt.close("all")


@pytest.fixture
def ax():
    return plt.figure().subplots()


@pytest.fixture
def grid():
    x, y = np.linspace(-2, 2, 13), np.linspace(-1, 1, 9)
    return x, y, *np.meshgrid(x, y)


# --- the style ------------------------------------------------------------------------------


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


def cycle():
    return plt.rcParams["axes.prop_cycle"].by_key()["color"]


def test_every_colour_stands_out_in_light_and_in_dark():
    slow = plotting.SLOW_TO_FAST(0.0)
    for color in [*cycle(), plotting.MEASUREMENT, plotting.PREDICTION, slow]:
        assert contrast(color, "white") >= 3, color
        assert contrast(inverted(color), "black") >= 3, color


@pytest.mark.parametrize("vision", VISION)
@pytest.mark.parametrize("mode", [to_rgb, inverted], ids=["light", "dark"])
def test_the_colours_are_told_apart(vision, mode):
    seen = [lab(mode(color), vision) for color in cycle()]
    gaps = [np.linalg.norm(a - b) for k, a in enumerate(seen) for b in seen[:k]]
    assert min(gaps) > 15  # 2.3 is a just noticeable difference


def test_the_players_and_the_data_are_in_the_cycle():
    roles = [plotting.DISCRIMINATOR, plotting.GENERATOR, plotting.DATA, plotting.MEASUREMENT]
    assert [to_hex(c) for c in cycle()[:4]] == [to_hex(c) for c in roles]
    assert to_hex(cycle()[5]) == to_hex(plotting.INK) == to_hex(plotting.PREDICTION)


def test_text_is_legible_and_the_ground_white():
    sizes = ["font.size", "xtick.labelsize", "ytick.labelsize", "legend.fontsize"]
    assert min(plt.rcParams[key] for key in sizes) >= 10
    assert plt.rcParams["figure.facecolor"] == plt.rcParams["axes.facecolor"] == "white"
    assert plt.rcParams["figure.constrained_layout.use"]


# --- phase portraits and paths --------------------------------------------------------------


def stream_segments(ax):
    (streams,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    return streams.get_segments()


def test_streamlines_follow_the_field(ax, grid):
    x, y, mesh_x, mesh_y = grid
    plotting.phase_portrait(x, y, -mesh_y, mesh_x, ax=ax)
    segments = stream_segments(ax)
    assert len(segments) > 20
    for segment in segments:
        radius = np.linalg.norm(segment, axis=-1)  # what a rotation keeps
        assert np.ptp(radius) < 0.05
    assert ax.get_aspect() == 1
    assert ax.get_xlim() == (-2, 2)
    assert ax.get_ylim() == (-1, 1)


def test_a_mesh_in_either_order_is_the_same_portrait(grid):
    x, y, mesh_x, mesh_y = grid
    by_axes = plotting.phase_portrait(x, y, -mesh_y, mesh_x)
    by_mesh = plotting.phase_portrait(mesh_x, mesh_y, -mesh_y, mesh_x)
    t, s = torch.meshgrid(torch.tensor(x), torch.tensor(y), indexing="ij")
    by_torch = plotting.phase_portrait(t, s, -s, t)
    expected = np.concatenate(stream_segments(by_axes))
    assert np.array_equal(np.concatenate(stream_segments(by_mesh)), expected)
    assert np.array_equal(np.concatenate(stream_segments(by_torch)), expected)


def test_speed_colours_the_streamlines_and_has_a_bar(ax, grid):
    x, y, mesh_x, mesh_y = grid
    plotting.phase_portrait(x, y, -mesh_y, mesh_x, ax=ax, speed=True, equilibrium=[(0, 0), (1, 1)])
    (streams,) = [c for c in ax.collections if isinstance(c, LineCollection)]
    assert streams.get_array().max() == pytest.approx(np.hypot(2, 1), rel=0.1)
    assert [a.get_ylabel() for a in ax.figure.axes] == ["", "speed"]
    assert np.array_equal(ax.lines[-1].get_xydata(), [(0, 0), (1, 1)])


def test_paths_are_the_input(ax):
    x = torch.randn(20, 2, 3, requires_grad=True, generator=torch.Generator().manual_seed(0))
    y = (x * 2).detach().numpy()
    plotting.trajectories(x, y, ax=ax)
    expected = x.detach().numpy().reshape(20, 6)
    assert len(ax.lines) == 6
    for k, line in enumerate(ax.lines):
        assert np.array_equal(line.get_xdata(), expected[:, k])
        assert np.array_equal(line.get_ydata(), 2 * expected[:, k])
        assert line.get_markevery() == [0]  # the dot at the start
        assert line.get_color() == f"#{cycle()[k].lstrip('#')}"


def test_a_path_has_an_arrow_in_its_middle_along_its_direction(ax):
    plotting.trajectories([0, 1, 2, 9, 10], [0, 0, 0, 0, 0], ax=ax)
    (arrow,) = ax.texts
    assert tuple(arrow.xy) == (5, 0)  # the head
    assert tuple(arrow.xyann) == (2, 0)


def test_a_path_at_rest_has_no_arrow(ax):
    plotting.trajectories([1, 1, 1], [2, 2, 2], ax=ax)
    assert not ax.texts


def test_labels_stand_on_the_lines_in_their_colours(ax):
    x = np.array([[0, 0], [1, 1], [2, 2]])
    y = np.array([[0, 0], [0, 1], [0, 2]])
    colors = [plotting.GENERATOR, plotting.DATA]
    plotting.trajectories(x, y, ax=ax, labels=["flat", "steep"], color=colors)
    labels = {t.get_text(): t for t in ax.texts if t.get_text()}
    assert labels["steep"].xy == pytest.approx((2, 2))  # farthest from the other line
    assert labels["steep"].get_color() == plotting.DATA
    assert labels["flat"].get_color() == plotting.GENERATOR
    assert ax.get_legend() is None


def test_steps_are_dots_and_a_legend_can_carry_the_labels(ax):
    plotting.trajectories([0, 1, 2], [0, 1, 0], ax=ax, labels=["rule"], steps=True, legend=True)
    path, start = ax.lines
    assert path.get_markevery() is None
    assert path.get_marker() == "o"
    assert np.array_equal(start.get_xydata(), [(0, 0)])
    assert [t.get_text() for t in ax.get_legend().get_texts()] == ["rule"]


# --- spectra --------------------------------------------------------------------------------


def points(ax):
    return [c for c in ax.collections if isinstance(c, PathCollection)]


def test_eigenvalues_lie_where_they_are(ax):
    values = torch.tensor([[1 + 2j, 1 - 2j], [-0.5 + 0j, 0.25j]])
    plotting.eigenvalues(values.conj(), ax=ax)
    (dots,) = points(ax)
    expected = [(1, -2), (1, 2), (-0.5, 0), (0, -0.25)]
    assert np.allclose(dots.get_offsets(), expected)
    assert to_hex(dots.get_facecolor()[0]) == to_hex(plotting.MEASUREMENT)
    assert ax.get_aspect() == 1
    assert not ax.patches


def test_the_unit_circle_has_radius_one_and_is_drawn_once(ax):
    plotting.eigenvalues([0.5], ax=ax, boundary=plotting.unit_circle)
    plotting.eigenvalues([0.6j], ax=ax, boundary=plotting.unit_circle)
    (circle,) = ax.patches
    assert isinstance(circle, Circle)
    assert circle.get_radius() == 1
    assert tuple(circle.get_center()) == (0, 0)
    assert len(points(ax)) == 2
    ax.figure.canvas.draw()
    assert ax.dataLim.x0 <= -1
    assert ax.dataLim.x1 >= 1


def test_the_left_half_plane_is_shaded_and_does_not_stretch_the_limits(ax):
    for value in (-0.5, 0.25):
        plotting.eigenvalues([value + 1j, value - 1j], ax=ax, boundary=plotting.imaginary_axis)
    (axis,) = ax.lines
    assert list(axis.get_xdata()) == [0, 0]
    (half,) = [a for a in ax.get_children() if isinstance(a, Rectangle) and a.get_label()]
    assert half.get_x() + half.get_width() == 0
    ax.figure.canvas.draw()
    assert max(np.abs(ax.get_xlim())) < 5
    inside = ax.transData.transform([(-0.5, 0), (0.2, 0)])
    assert half.get_window_extent().contains(*inside[0])
    assert not half.get_window_extent().contains(*inside[1])


@pytest.mark.parametrize("order", ["before", "after"])
@pytest.mark.parametrize("limits", [{"xlim": (-3, 1), "ylim": (-1, 1)}, {"xlim": (-3, 1)}])
def test_limits_that_the_caller_sets_are_kept_without_a_warning(ax, caplog, order, limits):
    if order == "before":
        ax.set(**limits)
    plotting.eigenvalues([-1 + 0.5j, -1 - 0.5j], ax=ax, boundary=plotting.imaginary_axis)
    if order == "after":
        ax.set(**limits)
    ax.figure.canvas.draw()
    assert not caplog.records
    assert ax.get_xlim() == (-3, 1)
    if "ylim" in limits:
        assert ax.get_ylim() == (-1, 1)
    origin, right, up = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert right[0] - origin[0] == pytest.approx(up[1] - origin[1])


def test_free_limits_fill_the_axes(ax):
    before = ax.get_position().bounds
    plotting.eigenvalues([-1 + 0.5j, -1 - 0.5j], ax=ax, boundary=plotting.imaginary_axis)
    ax.figure.canvas.draw()
    assert ax.get_adjustable() == "datalim"
    assert ax.get_position().width >= before[2]
    origin, right, up = ax.transData.transform([(0, 0), (1, 0), (0, 1)])
    assert right[0] - origin[0] == pytest.approx(up[1] - origin[1], rel=0.01)


def test_predictions_are_hollow_rings_named_once(ax):
    plotting.eigenvalues([1j], ax=ax, predicted=[1j], label="measured")
    plotting.eigenvalues([2j], ax=ax, predicted=[2j], label="other")
    rings = points(ax)[1]
    assert np.allclose(rings.get_offsets(), [(0, 1)])
    assert len(rings.get_facecolor()) == 0
    assert to_hex(rings.get_edgecolor()[0]) == to_hex(plotting.PREDICTION)
    names = [t.get_text() for t in ax.get_legend().get_texts()]
    assert names == ["measured", "predicted", "other"]


def test_a_sweep_colours_each_member_with_its_hyper_parameter(ax):
    values = np.array([[1j, -1j], [2j, -2j], [3j, -3j]])
    plotting.eigenvalues(values, ax=ax, sweep=[0.0, 0.5, 1.0], sweep_label="γ")
    (dots,) = points(ax)
    assert list(dots.get_array()) == [0, 0, 0.5, 0.5, 1, 1]
    assert ax.figure.axes[1].get_ylabel() == "γ"


# --- surfaces, distributions, curves ---------------------------------------------------------


def test_the_surface_has_a_labelled_bar_a_saddle_and_no_colour_at_its_centre(ax, grid):
    x, y, mesh_x, mesh_y = grid
    value = mesh_x * mesh_y + 3
    plotting.value_surface(x, y, value, ax=ax, saddle=(0, 0), center=3, label="f")
    filled = ax.collections[0]
    assert filled.norm.vcenter == 3
    assert filled.levels[0] <= value.min()
    assert filled.levels[-1] >= value.max()
    assert ax.figure.axes[1].get_ylabel() == "f"
    assert np.array_equal(ax.lines[-1].get_xydata(), [(0, 0)])
    low, high = (np.array(plotting.CRITIC_TO_FORGER(t)[:3]) for t in (0.0, 1.0))
    assert low[0] > low[2]  # orange: the generator's side
    assert high[2] > high[0]  # blue: the discriminator's


def test_a_flat_surface_can_be_drawn(ax, grid):
    x, y, mesh_x, _ = grid
    plotting.value_surface(x, y, 0 * mesh_x, ax=ax)
    assert ax.collections


def test_bars_are_the_probabilities_and_the_line_the_discriminator(ax):
    p_data, p_g = torch.tensor([0.5, 0.5, 0.0]), [0.25, 0.25, 0.5]
    d = [2 / 3, 2 / 3, 0.0]
    plotting.distributions(p_data, p_g, discriminator=d, letters=["a", "b", "c"], ax=ax)
    data, model = ax.containers
    assert [bar.get_height() for bar in data] == [0.5, 0.5, 0]
    assert [bar.get_height() for bar in model] == p_g
    assert {to_hex(bar.get_facecolor()) for bar in data} == {to_hex(plotting.DATA)}
    assert {to_hex(bar.get_facecolor()) for bar in model} == {to_hex(plotting.GENERATOR)}
    line = ax.lines[-1]
    assert list(line.get_ydata()) == d
    assert line.get_color() == plotting.DISCRIMINATOR
    assert [t.get_text() for t in ax.get_xticklabels()] == ["a", "b", "c"]


def test_curves_and_their_predictions_are_the_input(ax):
    x = np.linspace(0, 1, 11)
    y = np.stack([x, x**2], -1)
    plotting.curves(x, y, ax=ax, predicted=x[:, None], labels=["one", "two"], legend=True)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["one", "two", "predicted"]
    one, two, *theory = ax.lines
    assert np.array_equal(one.get_ydata(), x)
    assert np.array_equal(two.get_ydata(), x**2)
    assert len(theory) == 2  # broadcast against y
    for line in theory:
        assert np.array_equal(line.get_ydata(), x)
        assert line.get_color() == plotting.PREDICTION
        assert line.is_dashed()


def test_end_labels_do_not_overlap():
    x = np.linspace(0, 1, 5)
    ax = plotting.curves(x, np.stack([x, x, 1.01 * x], -1), labels=["a", "b", "c"])
    ax.figure.canvas.draw()
    boxes = sorted((t.get_window_extent() for t in ax.texts), key=lambda box: box.y0)
    assert len(boxes) == 3
    assert all(low.y1 <= high.y0 for low, high in pairwise(boxes))


def test_convergence_is_logarithmic_and_an_exact_zero_leaves_a_gap(ax):
    values = np.array([[1.0, 1.0], [0.5, 0.1], [0.25, 0.0]])
    plotting.convergence(values, ax=ax, labels=["slow", "fast"], predicted=values)
    assert ax.get_yscale() == "log"
    slow, fast = ax.lines[:2]
    assert list(slow.get_xdata()) == [0, 1, 2]
    assert list(slow.get_ydata()) == [1, 0.5, 0.25]
    assert np.array_equal(fast.get_ydata(), [1, 0.1, np.nan], equal_nan=True)
    ends = {text.get_text(): tuple(text.xy) for text in ax.texts}
    assert ends == {"slow": (2, 0.25), "fast": (1, 0.1)}  # named where it is last seen


def test_what_is_zero_throughout_leaves_nothing_but_gaps(ax):
    plotting.convergence(np.zeros(4), ax=ax, labels=["a"])
    assert np.isnan(ax.lines[0].get_ydata()).all()
    assert not ax.texts


@pytest.mark.parametrize(
    "color",
    [
        (plotting.GENERATOR, plotting.DATA),
        np.array([[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]),
        [("red", 0.5), "C1"],
        np.array(["red", "blue"]),
        torch.eye(3)[:2],
    ],
    ids=["tuple", "array", "list", "array of names", "tensor"],
)
def test_colours_one_for_each(ax, color):
    x = np.linspace(0, 1, 5)
    plotting.curves(x, np.stack([x, 2 * x], -1), ax=ax, color=color)
    assert [to_rgba(line.get_color()) for line in ax.lines] == [
        to_rgba(np.asarray(one) if isinstance(one, torch.Tensor) else one) for one in color
    ]


@pytest.mark.parametrize("color", ["red", (1.0, 0.0, 0.0), np.array([0.0, 0.5, 1.0]), ("C0", 0.5)])
def test_one_colour_for_all_is_no_list_of_colours(ax, color):
    x = np.linspace(0, 1, 5)
    plotting.trajectories(
        np.stack([x, x, x], -1), np.stack([x, 2 * x, 3 * x], -1), ax=ax, color=color
    )
    assert [to_rgba(line.get_color()) for line in ax.lines] == [to_rgba(color)] * 3


# --- rules for all --------------------------------------------------------------------------

X = np.linspace(-1, 1, 5)
MESH = np.zeros((5, 5))
CALLS = {
    "phase_portrait": lambda ax=None: plotting.phase_portrait(X, X, MESH + 1, MESH, ax=ax),
    "trajectories": lambda ax=None: plotting.trajectories(X, X, ax=ax, labels=["a"]),
    "eigenvalues": lambda ax=None: plotting.eigenvalues(X, ax=ax, boundary=plotting.unit_circle),
    "value_surface": lambda ax=None: plotting.value_surface(X, X, np.outer(X, X), ax=ax),
    "distributions": lambda ax=None: plotting.distributions([0.5, 0.5], [1, 0], ax=ax),
    "curves": lambda ax=None: plotting.curves(X, X, ax=ax, labels=["a"]),
    "convergence": lambda ax=None: plotting.convergence(X + 2, ax=ax, labels=["a"]),
}


@pytest.mark.parametrize("name", CALLS)
def test_it_draws_where_it_is_told_shows_nothing_and_saves_nothing(name, monkeypatch):
    def refuse(*_args, **_kwargs):
        raise AssertionError("a plotting function must not show or save")

    monkeypatch.setattr(plt, "show", refuse)
    monkeypatch.setattr(mpl.figure.Figure, "show", refuse)
    monkeypatch.setattr(mpl.figure.Figure, "savefig", refuse)
    given = mpl.figure.Figure().subplots()
    assert CALLS[name](given) is given
    assert given.has_data()
    assert plt.get_fignums() == []
    made = CALLS[name]()
    assert plt.get_fignums() == [made.figure.number]


NAN = np.full((5, 5), np.nan)
WRONG = {
    "field of another shape": (
        lambda: plotting.phase_portrait(X, X, MESH, MESH[:4]),
        r"v: expected shape .*\(5, 5\), got \(4, 5\)",
    ),
    "NaN in the field": (
        lambda: plotting.phase_portrait(X, X, NAN, MESH),
        r"u: expected finite numbers, got 25 NaN or infinite in shape \(5, 5\)",
    ),
    "uneven grid": (
        lambda: plotting.phase_portrait(X**3, X, MESH, MESH),
        "x: expected .* evenly spaced",
    ),
    "falling grid": (
        lambda: plotting.value_surface(X, X[::-1], MESH),
        "y: expected at least 2 increasing",
    ),
    "no grid": (
        lambda: plotting.value_surface(MESH, MESH + X, MESH),
        r"x, y: expected two axes, .* got shapes \(5, 5\) and \(5, 5\)",
    ),
    "a point of three numbers": (
        lambda: plotting.value_surface(X, X, MESH, saddle=(0, 0, 0)),
        r"saddle: expected shape \(2,\) or \(N, 2\), got \(1, 3\)",
    ),
    "paths of different shapes": (
        lambda: plotting.trajectories(X, X[:3]),
        r"x, y: expected one shape \(T, \.\.\.\) .* got \(5,\) and \(3,\)",
    ),
    "a path of one point": (lambda: plotting.trajectories([1], [1]), "T >= 2"),
    "too few labels": (
        lambda: plotting.trajectories(MESH, MESH, labels=["a"]),
        r"labels: expected 5 strings, got \['a'\]",
    ),
    "too few colours": (
        lambda: plotting.curves(X, MESH, color=["red"]),
        "color: expected one colour or 5, got 1",
    ),
    "no colour at all": (
        lambda: plotting.curves(X, MESH, color="rainbow"),
        "color: expected one colour or 5, got 'rainbow'",
    ),
    "one that is no colour": (
        lambda: plotting.trajectories(MESH, MESH, color=("red", "rainbow", "red", "red", "red")),
        "color: expected what matplotlib takes for a colour, got 'rainbow'",
    ),
    "dots of no colour": (
        lambda: plotting.eigenvalues(X, color=["red", "blue"]),
        "color: expected what matplotlib takes for a colour, got",
    ),
    "curves without time": (lambda: plotting.curves(1.0, 1.0), r"got \(\) and \(\)"),
    "no eigenvalues": (
        lambda: plotting.eigenvalues([]),
        r"values: expected at least one number, got shape \(0,\)",
    ),
    "an infinite eigenvalue": (lambda: plotting.eigenvalues([np.inf]), "values: expected finite"),
    "a sweep of another shape": (
        lambda: plotting.eigenvalues(MESH, sweep=[1, 2]),
        r"sweep: expected the leading dimensions of \(5, 5\), got \(2,\)",
    ),
    "complex coordinates": (lambda: plotting.curves(X, X * 1j), "y: expected real numbers"),
    "words": (lambda: plotting.curves(X, "abcde"), "y: expected real numbers, got str"),
    "distributions of different sizes": (
        lambda: plotting.distributions([0.5, 0.5], [1.0]),
        r"p_g: expected shape \(2,\) like p_data, got \(1,\)",
    ),
    "a probability above one": (
        lambda: plotting.distributions([0.5, 1.5], [0.5, 0.5]),
        r"p_data: expected values in \[0, 1\], got 0.5 to 1.5",
    ),
    "curves of another length": (
        lambda: plotting.curves(X, MESH[:3]),
        r"got \(5,\) and \(3, 5\)",
    ),
    "a prediction of another shape": (
        lambda: plotting.curves(X, X, predicted=[1, 2]),
        r"predicted: expected the shape of y, \(5,\), got \(2,\)",
    ),
    "a negative distance": (
        lambda: plotting.convergence([1, -1]),
        "values: expected values >= 0 for a logarithmic scale, got -1",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_bad_input_is_refused_before_a_figure_is_opened(name):
    call, message = WRONG[name]
    with pytest.raises(ValueError, match=message):
        call()
    assert plt.get_fignums() == []
