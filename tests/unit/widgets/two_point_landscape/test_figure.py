"""The forger's landscape: state, numbers, words, picture."""

import json
import math

import pytest
from matplotlib.figure import Figure
from scipy.optimize import brentq
from scipy.spatial.distance import jensenshannon
from scipy.stats import entropy

import gantext as gt
from gantext.widgets.live import FIGURE_MIME

COST = {
    "first world": (lambda q: q * (1 - q), lambda q: 1 - 2 * q),
    "second world": (lambda q: 1 - (2 * q - 1) ** 4, lambda q: -8 * (2 * q - 1) ** 3),
}
both_worlds = pytest.mark.parametrize("world", list(COST))


def loss(world, q, kappa, lam):
    """Compute L from its definition, by scipy."""
    p = [q, 1 - q]
    return 2 * jensenshannon(p, [0.5, 0.5]) ** 2 + kappa * COST[world][0](q) - lam * entropy(p)


def slope(world, q, kappa, lam):
    """Differentiate L by hand: 2 JS with respect to q is log(q/(q+1/2)) less its mirror image."""
    js = math.log(q / (q + 0.5)) - math.log((1 - q) / (1.5 - q))
    return js + kappa * COST[world][1](q) + lam * math.log(q / (1 - q))


def rolled(world, kappa, lams, q, kicks=()):
    """Take the steps in the logit, by hand."""
    theta = math.log(q / (1 - q))
    for t, lam in enumerate(lams):
        theta -= 0.1 * slope(world, 1 / (1 + math.exp(-theta)), kappa, lam)
        theta += kicks[t] if kicks else 0
    return 1 / (1 + math.exp(-theta))


def kicks(seed, count):
    """Draw annealing's noise with whole numbers."""
    state, found = seed + 1, []
    for _ in range(count):
        state = 48271 * state % (2**31 - 1)
        found.append(0.01 * math.sqrt(12) * (state / (2**31 - 1) - 0.5))
    return found


@both_worlds
@pytest.mark.parametrize("kappa", [0.0, 0.6, 2.0])
@pytest.mark.parametrize("steps", [0, 1, 37])
def test_the_ball_takes_the_steps_of_the_descent(world, kappa, steps):
    figure = gt.TwoPointLandscape(world, kappa=kappa, lam=0.7, start=0.2, steps=steps)
    found = figure.numbers()
    assert found["lam"] == 0.7
    assert found["q"] == pytest.approx(rolled(world, kappa, [0.7] * steps, 0.2), abs=1e-13)
    assert found["loss"] == pytest.approx(loss(world, found["q"], kappa, 0.7), abs=1e-13)


@both_worlds
@pytest.mark.parametrize("steps", [0, 1, 37, 500, 501, 800])
def test_annealing_lowers_the_weight_and_shakes_the_ball(world, steps):
    settings = {"kappa": 2.0, "lam": 2.5, "start": 0.03, "annealing": True, "seed": 3}
    found = gt.TwoPointLandscape(world, steps=steps, **settings).numbers()
    lams = [2.5 * max(0, 1 - t / 500) for t in range(801)]
    assert found["lam"] == pytest.approx(lams[steps], abs=1e-15)
    end = rolled(world, 2.0, lams[:steps], 0.03, kicks(3, steps))
    assert found["q"] == pytest.approx(end, abs=1e-10)
    assert found["loss"] == pytest.approx(loss(world, end, 2.0, lams[steps]), abs=1e-10)


def test_annealings_noise_is_small_and_as_large_as_it_says():
    figure = gt.TwoPointLandscape("second world", 0.0, 0.0, 0.5, annealing=True, steps=800)
    # With kappa = lam = 0 balance is the only minimum; each step takes back a twentieth of theta,
    # so that the noise adds up to about its deviation over the root of 2 / 20.
    path = figure._path(800)
    theta = (path / (1 - path)).log()[50:]
    assert 0.01 < float(theta.std()) < 0.08
    drawn = kicks(0, 600)
    assert math.fsum(k * k for k in drawn) / 600 == pytest.approx(1e-4, rel=0.1)
    assert abs(math.fsum(drawn) / 600) < 1e-3


def test_annealing_cures_collapse_in_the_second_world_only():
    """As chapter 3 proves; in the first world chance decides on the side."""

    def ends(world, kappa, seeds):
        return [
            gt.TwoPointLandscape(world, kappa, 2.5, 0.03, True, 800, seed).numbers()["q"]
            for seed in seeds
        ]

    assert all(abs(q - 0.5) < 0.03 for q in ends("second world", 1.0, range(2)))
    first = ends("first world", 2.0, range(2, 4))
    assert all(min(q, 1 - q) < 0.1 for q in first)
    assert min(first) < 0.5 < max(first)


def test_on_the_hilltop_a_ball_stays_unless_annealing_shakes_it():
    still = gt.TwoPointLandscape("first world", 2.0, 0.0, 0.5, steps=800)
    assert still.numbers()["q"] == 0.5
    shaken = gt.TwoPointLandscape("first world", 2.0, 0.0, 0.5, annealing=True, steps=800)
    assert abs(shaken.numbers()["q"] - 0.5) > 0.4


@pytest.mark.parametrize(("kappa", "lam"), [(2.0, 0.2), (1.6, 0.0), (3.0, 0.95)])
def test_the_first_world_has_its_closed_forms(kappa, lam):
    found = gt.TwoPointLandscape("first world", kappa, lam).numbers()
    threshold = (kappa - 1) / 2
    assert found["balance_threshold"] == pytest.approx(threshold, abs=1e-15)
    assert found["collapse_threshold"] == pytest.approx(threshold, abs=1e-15)
    q = brentq(lambda q: slope("first world", q, kappa, lam), 1e-9, 0.499)
    assert found["minima"] == f"{q:.3f}, {1 - q:.3f}"
    climb = loss("first world", 0.5, kappa, lam) - loss("first world", q, kappa, lam)
    assert found["barrier"] == pytest.approx(climb, abs=1e-12)


def test_the_second_world_has_a_barrier_beside_balance():
    found = gt.TwoPointLandscape("second world", 1.0, 1.2).numbers()
    assert found["balance_threshold"] == -0.5

    def at(q):
        return slope("second world", q, 1.0, 1.2)

    low, top = brentq(at, 1e-4, 0.06), brentq(at, 0.07, 0.3)
    assert found["minima"] == f"{low:.3f}, 0.500, {1 - low:.3f}"
    climb = loss("second world", top, 1.0, 1.2) - loss("second world", low, 1.0, 1.2)
    assert found["barrier"] == pytest.approx(climb, abs=1e-12)
    # Chapter 3 solves L' = L'' = 0 by scipy.
    assert found["collapse_threshold"] == pytest.approx(1.3256, abs=5e-5)


@both_worlds
def test_without_collapse_there_is_no_barrier_to_tell(world):
    found = gt.TwoPointLandscape(world, kappa=0.3, lam=1.0).numbers()
    assert "barrier" not in found
    assert found["minima"] == "0.500"


def test_exactly_at_the_pitchfork_balance_is_alone():
    assert gt.TwoPointLandscape("first world", 2.0, 0.5).numbers()["minima"] == "0.500"
    figure = gt.TwoPointLandscape("first world", 2.0, 2.5, annealing=True, steps=400)
    assert figure.numbers()["minima"] == "0.500"


@pytest.mark.parametrize(
    ("settings", "landscape", "ball"),
    [
        (
            {},
            "second with κ = 1.00 and λ = 1.20 the minima are 0.029, 0.500, 0.971",
            "From q = 0.080 the ball will come to 0.029 in 800 steps.",
        ),
        (
            {"steps": 1},
            "second with κ = 1.00 and λ = 1.20 the minima are 0.029, 0.500, 0.971",
            "From q = 0.080 the ball has come to 0.078 after 1 step.",
        ),
        (
            {"world": "first world", "kappa": 0.5, "start": 0.0625, "steps": 200},
            "first with κ = 0.50 and λ = 1.20 the only minimum is 0.500",
            "From q = 0.063 the ball has come to 0.500 after 200 steps.",
        ),
        (
            {"annealing": True, "lam": 2.5},
            "second with κ = 1.00 and λ = 2.50, to be lowered to 0, the only minimum is 0.500",
            "From q = 0.080 the ball will come to 0.504 in 800 steps.",
        ),
        (
            {"annealing": True, "lam": 2.5, "steps": 125, "start": 0.5},
            "second with κ = 1.00 and λ = 1.88, lowered from 2.50, the only minimum is 0.500",
            "From q = 0.500 the ball has come to 0.497 after 125 steps.",
        ),
    ],
    ids=["to come", "one step", "one minimum", "annealing to come", "annealing"],
)
def test_the_sentence(settings, landscape, ball):
    figure, words = gt.TwoPointLandscape(**settings), landscape.replace(" with", " world with")
    assert figure.sentence() == f"In the {words}. {ball}"
    assert repr(figure) == f"TwoPointLandscape: In the {words}. {ball}"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (
            {"world": "third world"},
            "world: expected one of 'first world', 'second world', got 'third",
        ),
        ({"world": 1}, "world: expected a string, got 1"),
        ({"kappa": 3.1}, "kappa: expected a number from 0 to 3, got 3.1"),
        ({"kappa": math.nan}, "kappa: expected a number, got nan"),
        ({"kappa": "1"}, "kappa: expected a number, got '1'"),
        ({"lam": -0.1}, r"lam: expected a number from 0 to 3\.5, got -0\.1"),
        ({"lam": True}, "lam: expected a number, got True"),
        ({"start": 0.0}, r"start: expected a number from 0\.005 to 0\.995, got 0\.0"),
        ({"annealing": 1}, "annealing: expected True or False, got 1"),
        ({"steps": 801}, "steps: expected a whole number from 0 to 800, got 801"),
        ({"steps": 1.0}, r"steps: expected an integer, got 1\.0"),
        ({"steps": True}, "steps: expected an integer, got True"),
        ({"seed": -1}, "seed: expected a whole number from 0 to 99, got -1"),
    ],
)
def test_bad_settings_are_refused(arguments, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gt.TwoPointLandscape(**arguments)


def test_the_stored_state_rebuilds_the_figure():
    settings = {
        "world": "first world", "kappa": 2.0, "lam": 2.5, "start": 0.3, "annealing": True,
        "steps": 250, "seed": 7,
    }  # fmt: skip
    figure = gt.TwoPointLandscape(**settings)
    stored = figure.stored()
    assert stored == {"module": "two_point_landscape", "state": settings}
    assert json.loads(json.dumps(stored)) == stored
    again = gt.TwoPointLandscape(**stored["state"])
    assert again.stored() == stored
    assert repr(again) == repr(figure)
    assert again.numbers() == figure.numbers()


def test_whole_weights_become_floats():
    state = gt.TwoPointLandscape(kappa=1, lam=0).stored()["state"]
    assert (type(state["kappa"]), type(state["lam"])) == (float, float)


def test_what_a_notebook_stores_is_text_picture_and_state():
    figure = gt.TwoPointLandscape()
    data, metadata = figure._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", FIGURE_MIME}
    assert data[FIGURE_MIME] == figure.stored()
    assert metadata == {}
    figure.steps = 100
    assert figure._repr_mimebundle_()[0]["image/png"] != data["image/png"]


def drawn(**settings):
    """Return the two panels of a figure's picture."""
    figure = Figure()
    gt.TwoPointLandscape(**settings).draw(figure)
    return figure.axes


def marks(ax):
    """Return the places and fills of the single marks."""
    circles = [line for line in ax.lines if line.get_marker() == "o"]
    return [(line.get_xydata().tolist(), line.get_markerfacecolor()) for line in circles]


def test_the_picture_shows_minima_filled_maxima_hollow_and_the_ball():
    landscape, diagram = drawn(steps=30)
    (minima, _), (maxima, hollow), (ball, _) = marks(landscape)
    assert len(minima) == 3
    assert len(maxima) == 2
    assert hollow == "white"
    found = gt.TwoPointLandscape(steps=30).numbers()
    assert ball == [[found["q"], found["loss"]]]
    for place in (*minima, *maxima):
        assert loss("second world", place[0], 1.0, 1.2) == pytest.approx(place[1], abs=1e-12)
    ((here, _),) = marks(diagram)
    assert here == [[1.2, found["q"]]]


@both_worlds
@pytest.mark.parametrize("kappa", [0.0, 1.3, 3.0])
def test_the_picture_s_branches_are_stationary(world, kappa):
    diagram = drawn(world=world, kappa=kappa)[1]
    count = 0
    for line in diagram.lines:
        if line.get_linewidth() != 1.3:
            continue
        for lam, q in line.get_xydata()[::20]:
            # Far below 1e-9 the slope is huge and q has few digits left of 1.
            if 1e-6 < q < 1 - 1e-6:
                assert slope(world, q, kappa, lam) == pytest.approx(0, abs=1e-8)
                stable = slope(world, q + 1e-7, kappa, lam) > slope(world, q - 1e-7, kappa, lam)
                assert stable == (line.get_linestyle() == "-")
                count += 1
    assert (count > 5) == (kappa > 0)


def test_the_picture_marks_the_thresholds():
    def dotted(**settings):
        lines = [line for line in drawn(**settings)[1].lines if line.get_linestyle() == ":"]
        return [float(line.get_xdata()[0]) for line in lines]

    assert dotted(world="first world", kappa=2.0) == [0.5]
    assert dotted(world="first world", kappa=0.5) == []
    assert dotted(kappa=1.0) == pytest.approx([1.3256], abs=5e-5)
    assert dotted(kappa=3.0) == []  # beyond the map


def test_annealing_leaves_its_trace_on_the_map():
    landscape, diagram = drawn(lam=2.5, annealing=True, steps=300)
    trace = diagram.lines[-2].get_xydata()
    assert trace.shape == (301, 2)
    assert trace[0].tolist() == [2.5, 0.08]
    assert trace[-1][0] == pytest.approx(1.0)
    assert len(landscape.lines) == len(drawn(steps=300)[0].lines) - 1  # no trail on one curve
