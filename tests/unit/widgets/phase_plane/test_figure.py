"""The phase plane: state, numbers, words, picture."""

import json
import math

import pytest
import torch
from matplotlib.figure import Figure

import gantext as gt
from gantext.widgets.live import FIGURE_MIME
from tests.unit.widgets.phase_plane.choices import GAMES, RULES


@pytest.mark.parametrize(
    ("rule", "growth"),
    [
        ("simultaneous", lambda eta: math.sqrt(1 + eta**2)),
        ("alternating", lambda eta: 1.0),  # noqa: ARG005
        ("extragradient", lambda eta: math.sqrt(1 - eta**2 + eta**4)),
        ("consensus", lambda eta: math.hypot(1 - 0.5 * eta, eta)),
        ("symplectic adjustment", lambda eta: math.hypot(1 - 0.5 * eta, eta)),
        ("proximal point", lambda eta: 1 / math.sqrt(1 + eta**2)),
    ],
)
@pytest.mark.parametrize("eta", [0.1, 1.3])
def test_growth_on_xy_is_the_closed_form(rule, growth, eta):
    found = gt.PhasePlane(rule=rule, eta=eta, x=0.8, y=-1.1).numbers()
    assert found["predicted"] == pytest.approx(growth(eta), abs=1e-12)
    if rule != "alternating":  # whose orbit is an ellipse
        assert found["measured"] == pytest.approx(growth(eta), abs=1e-12)
        expected = math.hypot(0.8, 1.1) * growth(eta) ** 120
        assert found.get("distance", expected) == pytest.approx(expected, rel=1e-11)
        assert ("distance" in found) == (expected <= 1e6)


def test_measured_is_the_slope_over_the_second_half():
    """Of log distance, fitted here by the normal equations."""
    figure = gt.PhasePlane("Dirac-GAN", "alternating momentum", eta=0.9, x=1.5, y=0.4, steps=31)
    rule, h = gt.Alternating(optimizer=gt.HeavyBall()), {"eta": 0.9, "beta": -0.5}
    path = gt.simulate(gt.DiracGAN(), rule, [1.5], [0.4], 31, **h)
    logs = torch.hypot(*path)[15:, 0].log()
    design = torch.stack([torch.arange(17.0, dtype=torch.float64), torch.ones(17).double()], -1)
    slope = torch.linalg.lstsq(design, logs[:, None]).solution[0, 0]
    assert figure.numbers()["measured"] == pytest.approx(math.exp(slope), abs=1e-12)
    assert figure.numbers()["distance"] == pytest.approx(math.exp(logs[-1]), rel=1e-12)
    assert figure.sentence().endswith("over steps 15 to 31.")


def test_damping_just_stops_the_growth_where_chapter_2_says():
    """At (1 - eta d)^2 + eta^2 = 1."""
    eta = 0.6
    found = gt.PhasePlane(rule="simultaneous", eta=eta, damping=(1 - math.sqrt(1 - eta**2)) / eta)
    assert found.numbers()["predicted"] == pytest.approx(1, abs=1e-12)
    assert found.numbers()["measured"] == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize(("game", "slope"), [("Dirac-GAN", 0.5), ("Wasserstein Dirac-GAN", 1.0)])
def test_r1_damps_as_its_weight_says(game, slope):
    """Below the critical value |1 + eta lambda|^2 = 1 - eta gamma + eta^2 f'(0)^2."""
    figure = gt.PhasePlane(game, "simultaneous", penalty="R1", gamma=0.35, eta=0.3)
    expected = math.sqrt(1 - 0.3 * 0.35 + (0.3 * slope) ** 2)
    assert figure.numbers()["predicted"] == pytest.approx(expected, abs=1e-12)


def test_without_penalty_its_weight_is_nothing():
    one, other = (gt.PhasePlane("Dirac-GAN", gamma=gamma).numbers() for gamma in (0.0, 3.0))
    assert one == other
    assert one == gt.PhasePlane("Dirac-GAN", penalty="R1", gamma=0.0).numbers()


def test_nothing_is_predicted_at_a_kink():
    figure = gt.PhasePlane(
        "Wasserstein Dirac-GAN", "simultaneous", penalty="WGAN-GP", eta=0.1, y=1.0
    )
    found = figure.numbers()
    assert "predicted" not in found
    assert found["measured"] == pytest.approx(1, abs=0.01)
    assert found["distance"] > 1
    assert "kink" in figure.sentence()
    assert "predicted" in gt.PhasePlane("Dirac-GAN", penalty="WGAN-GP", gamma=0.0).numbers()
    assert "predicted" in gt.PhasePlane("f = xy", penalty="WGAN-GP").numbers()


@pytest.mark.parametrize(
    ("settings", "shown", "why"),
    [
        ({"steps": 9}, {"predicted", "distance"}, "that takes 10 steps"),
        ({"steps": 10}, {"predicted", "distance", "measured"}, "growth"),
        ({"x": 0.0, "y": 0.0}, {"predicted", "distance"}, "at the equilibrium"),
        # Nilpotent: two steps end at the equilibrium, up to rounding.
        (
            {
                "game": "Wasserstein Dirac-GAN",
                "rule": "simultaneous",
                "penalty": "R1",
                "gamma": 2.0,
                "eta": 1.0,
                "x": 0.7,
                "y": 0.3,
            },
            {"predicted", "distance"},
            "at the equilibrium",
        ),
        (
            {"game": "least-squares Dirac-GAN", "rule": "simultaneous", "eta": 1.0, "y": 0.5},
            {"predicted"},
            "beyond every bound",
        ),
        (
            {
                "game": "non-saturating Dirac-GAN",
                "rule": "alternating momentum",
                "beta": 0.5,
                "eta": 1.0,
                "y": 0.3,
            },
            {"predicted"},
            "depends on the seventh digit of its start",
        ),
        (
            {
                "game": "least-squares Dirac-GAN",
                "rule": "simultaneous",
                "eta": 0.16,
                "x": 1.7,
                "y": -1.3,
                "steps": 10,
            },
            {"predicted"},
            "the distance grows more than 1000 times a step",
        ),
        ({"rule": "simultaneous", "eta": 2.0, "steps": 120}, {"predicted", "measured"}, "growth"),
        # 5^(300/2) = 7e104: finite, and beyond the bound all the same.
        ({"rule": "simultaneous", "eta": 2.0, "steps": 300}, {"predicted"}, "beyond every bound"),
    ],
)
def test_what_cannot_be_measured_is_said(settings, shown, why):
    figure = gt.PhasePlane(**settings)
    found = figure.numbers()
    assert set(found) & {"predicted", "measured", "distance"} == shown
    assert ("turned" in found) == ("measured" in shown)
    assert all(math.isfinite(v) for v in found.values() if not isinstance(v, str))
    assert why in figure.sentence()
    assert ("not measured" in figure.sentence()) == ("measured" not in shown)


def test_a_start_on_the_kink_is_measured():
    """There both programs take exactly 0 for the derivative: it is no matter of rounding."""
    figure = gt.PhasePlane(
        "Wasserstein Dirac-GAN", "simultaneous", penalty="WGAN-GP", eta=0.05, x=1.0, y=0.0
    )
    assert "measured" in figure.numbers()


def test_the_sentence_names_what_was_chosen():
    figure = gt.PhasePlane("Dirac-GAN", "alternating momentum", penalty="R1", beta=-0.25, eta=0.3)
    n = figure.numbers()
    assert figure.sentence() == (
        "Alternating momentum (η = 0.30, β = −0.25) on the Dirac-GAN (R1, γ = 1.00): growth per "
        f"step predicted {n['predicted']:.3f}, measured {n['measured']:.3f} over steps 60 to 120."
    )
    assert (
        gt.PhasePlane(rule="consensus", damping=0.3)
        .sentence()
        .startswith(
            "Consensus (η = 0.40, weight 0.50) on f = xy (damping 0.30): growth per step predicted "
        )
    )
    assert repr(gt.PhasePlane(steps=0)) == (
        "PhasePlane: Extragradient (η = 0.40) on f = xy: growth per step predicted 0.930, "
        "not measured, because that takes 10 steps."
    )


@pytest.mark.parametrize(
    ("rule", "turn"),
    [
        ("simultaneous", lambda eta: math.atan(eta)),
        ("proximal point", lambda eta: math.atan(eta)),
        ("alternating", lambda eta: math.acos(1 - eta**2 / 2)),
        ("extragradient", lambda eta: math.atan2(eta, 1 - eta**2)),
    ],
)
@pytest.mark.parametrize("eta", [0.1, 1.3])
def test_the_turn_on_xy_is_the_closed_form(rule, turn, eta):
    found = gt.PhasePlane(rule=rule, eta=eta, x=0.8, y=-1.1).numbers()
    assert found["turn"] == pytest.approx(math.degrees(turn(eta)), abs=1e-9)
    # The alternating orbit is an ellipse, on which the mean is over no whole number of turns.
    margin = 0.5 if rule == "alternating" else 1e-9
    assert found["turned"] == pytest.approx(math.degrees(turn(eta)), abs=margin)


def test_a_second_rule_is_measured_as_if_it_were_the_first():
    game = {"game": "Dirac-GAN", "penalty": "R1", "gamma": 0.3, "x": 0.7, "y": -0.4, "eta": 0.5}
    both = gt.PhasePlane(rule="alternating", beside="alternating momentum", **game)
    other = gt.PhasePlane(rule="alternating momentum", **game)
    found, alone = both.numbers(), other.numbers()
    for name in ("predicted", "measured", "turn", "turned", "distance"):
        assert found[f"beside_{name}"] == alone[name]
        assert found[name] == gt.PhasePlane(rule="alternating", **game).numbers()[name]
    assert both.sentence().endswith(
        " Beside it alternating momentum (β = −0.50): growth per step predicted "
        f"{alone['predicted']:.3f}, measured {alone['measured']:.3f} over steps 60 to 120."
    )


def test_extragradients_trial_step_is_the_simultaneous_step():
    found = gt.PhasePlane(eta=0.4, x=1.0, y=0.5).numbers()
    assert found["trial"] == "0.800, 0.900"  # (x - eta y, y + eta x)
    assert found["first"] == "0.640, 0.820"  # (x - eta y', y + eta x') at the trial point
    assert "trial" not in gt.PhasePlane(rule="simultaneous").numbers()


def test_halves_are_rounded_as_in_javascript():
    """1 - 0.09 * 0.45 = 0.9595, which floats are just above or below."""
    figure = gt.PhasePlane(rule="alternating", eta=0.09, damping=0.45, steps=0)
    assert "predicted 0.960," in figure.sentence()


@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("rule", RULES)
def test_every_choice_plays(game, rule):
    """The library, called here by hand, predicts and ends as the figure says."""
    if rule == "proximal point" and game != "f = xy":
        with pytest.raises(ValueError, match=r"rule: expected .* closed on f = xy only"):
            gt.PhasePlane(game, rule)
        return
    figure = gt.PhasePlane(game, rule, eta=0.1, beta=-0.3, strength=0.7, x=0.3, y=0.2, steps=12)
    how, own = RULES[rule]
    found = figure.numbers()
    radius = gt.spectral_radius(GAMES[game], how, [0.0], [0.0], eta=0.1, **own)
    assert found["predicted"] == pytest.approx(float(radius), abs=1e-13)
    path = gt.simulate(GAMES[game], how, [0.3], [0.2], 12, eta=0.1, **own)
    assert found["distance"] == pytest.approx(math.hypot(path.theta[-1], path.psi[-1]), rel=1e-13)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"game": "chess"}, "game: expected one of 'f = xy', .* got 'chess'"),
        ({"game": 3}, "game: .* got 3"),
        ({"rule": "none"}, "rule: expected one of 'simultaneous'"),
        ({"penalty": None}, "penalty: expected a string, got None"),
        ({"beside": "none"}, "beside: expected one of '', 'simultaneous'"),
        (
            {"game": "Dirac-GAN", "beside": "proximal point"},
            "beside: expected one without proximal",
        ),
        ({"eta": 0.0}, "eta: expected a number from 0.01 to 2, got 0.0"),
        ({"eta": math.nan}, "eta: .* got nan"),
        ({"damping": 1.5}, "damping: expected a number from 0 to 1"),
        ({"gamma": -1}, "gamma: .* got -1"),
        ({"beta": 0.95}, "beta: expected a number from -0.9 to 0.9"),
        ({"strength": "0.5"}, "strength: .* got '0.5'"),
        ({"x": 2.5}, "x: expected a number from -2 to 2"),
        ({"y": math.inf}, "y: .* got inf"),
        ({"steps": 301}, "steps: expected a whole number from 0 to 300"),
        ({"steps": 2.0}, "steps: expected an integer, got 2.0"),
    ],
)
def test_a_wrong_setting_is_refused(wrong, message):
    with pytest.raises((TypeError, ValueError), match=message):
        gt.PhasePlane(**wrong)


def test_the_state_is_stored_as_plain_data_and_makes_the_figure_again():
    figure = gt.PhasePlane("Dirac-GAN", "optimistic", penalty="R1", gamma=1, x=-1, steps=40)
    stored = json.loads(json.dumps(figure.stored()))
    assert stored["module"] == "phase_plane"
    assert set(stored["state"]) == {
        *("game", "rule", "penalty", "eta", "damping", "gamma", "beta", "strength"),
        *("x", "y", "steps", "beside"),
    }
    again = gt.PhasePlane(**stored["state"])
    assert again.stored() == figure.stored()
    assert again.numbers() == figure.numbers()


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"rule": "simultaneous", "eta": 2.0, "steps": 300},
        {"game": "Wasserstein Dirac-GAN", "penalty": "WGAN-GP"},
        {"game": "least-squares Dirac-GAN", "rule": "symplectic adjustment", "eta": 2.0},
        {"steps": 0},
        {"rule": "simultaneous", "beside": "extragradient"},
    ],
)
def test_the_picture_can_always_be_drawn(settings):
    figure = Figure()
    gt.PhasePlane(**settings).draw(figure)
    left, right = figure.axes
    assert left.get_xlim() == left.get_ylim() == (-2.5, 2.5)
    assert right.get_xlim() == right.get_ylim()


def test_the_picture_shows_the_multipliers_and_the_orbit():
    figure = Figure()
    settings = gt.PhasePlane(eta=0.4, x=1.0, y=0.5)
    settings.draw(figure)
    left, right = figure.axes
    orbit = next(line for line in left.lines if len(line.get_xdata()) == 121)
    path = gt.simulate(gt.Bilinear.xy(), gt.Extragradient(), [1.0], [0.5], 120, eta=0.4)
    assert orbit.get_xdata() == pytest.approx(path.theta[:, 0].numpy(), abs=1e-12)
    assert orbit.get_ydata() == pytest.approx(path.psi[:, 0].numpy(), abs=1e-12)
    growth = settings.numbers()["measured"]
    circle = next(line for line in right.lines if len(line.get_xdata()) == 200)
    assert max(circle.get_xdata()) == pytest.approx(growth, abs=1e-12)


def test_it_is_stored_as_text_picture_and_state():
    figure = gt.PhasePlane()
    data, _ = figure._repr_mimebundle_()
    assert data["text/plain"] == repr(figure)
    assert data[FIGURE_MIME] == figure.stored()
    assert data["image/png"]
