"""Small figures: their numbers are the chapters', and their words say what the numbers are."""

import json
import math

import pytest
import torch
from scipy.stats import wasserstein_distance

import gantext as gt
from gantext.widgets.ideas import late_critic
from gantext.widgets.live import FIGURE_MIME

IDEAS = (
    gt.BestAnswer,
    gt.SureCritic,
    gt.FarForger,
    gt.TangentStep,
    gt.LookAhead,
    gt.Multiplier,
    gt.Pitchfork,
    gt.LateCritic,
    gt.AgreeingSeeds,
    gt.EarthMover,
    gt.BluntPeak,
)


@pytest.mark.parametrize("kind", IDEAS)
def test_a_sentence_has_all_numbers_and_a_notebook_stores_the_state(kind):
    figure = kind()
    assert "{" not in figure.sentence()
    assert figure.numbers().keys() >= set(kind.state_names())
    stored = json.loads(json.dumps(figure.stored()))
    assert kind(**stored["state"]).sentence() == figure.sentence()
    data, _ = figure._repr_mimebundle_()
    assert set(data) == {"text/plain", "image/png", FIGURE_MIME}


@pytest.mark.parametrize("kind", IDEAS)
def test_what_cannot_be_dragged_to_is_refused(kind):
    for name in kind.state_names():
        with pytest.raises(ValueError, match=f"{name}: expected a .*number from"):
            kind(**{name: 1000})


def test_the_best_answer_is_a_share():
    for data, generator in ((0.24, 0.06), (0.01, 0.5), (0.5, 0.5)):
        found = gt.BestAnswer(data=data, generator=generator).numbers()
        assert found["critic"] == pytest.approx(data / (data + generator), abs=1e-15)


def test_a_sure_critic_takes_one_slope_away_and_leaves_the_other():
    for score in (-6.0, -1.3, 0.0, 6.0):
        found = gt.SureCritic(score=score).numbers()
        answer = 1 / (1 + math.exp(-score))
        assert found["critic"] == pytest.approx(answer, abs=1e-15)
        assert found["minimax"] == pytest.approx(-answer, abs=1e-15)
        assert found["other"] == pytest.approx(answer - 1, abs=1e-15)


def test_far_away_js_is_log_2_whatever_the_distance():
    for shift in (-7, -5, 5, 6, 7):
        figure = gt.FarForger(shift=shift)
        assert figure.numbers()["divergence"] == pytest.approx(math.log(2), abs=1e-15)
        assert figure.sentence().endswith(
            "shares 0 of the data's 5 letters, and "
            "JS\u00a0=\u00a00.693, which is log 2, near or far."
        )
    near = [gt.FarForger(shift=k).numbers()["divergence"] for k in range(6)]
    assert near == sorted(near)
    assert near[0] == 0
    assert gt.FarForger(shift=4).numbers()["common"] == 1


def test_one_step_and_ten_grow_as_chapter_2_says():
    for eta in (0.02, 0.5, 1.0):
        found = gt.TangentStep(eta=eta).numbers()
        assert found["radius"] == pytest.approx(math.sqrt(1 + eta**2), abs=1e-14)
        assert found["later"] == pytest.approx((1 + eta**2) ** 5, rel=1e-13)


def test_extragradient_ends_inside_below_1_on_the_circle_at_1_and_outside_above():
    for eta, side in ((0.02, "inside"), (0.98, "inside"), (1.0, "on"), (1.02, "outside")):
        found = gt.LookAhead(eta=eta).numbers()
        assert found["radius"] == pytest.approx(math.sqrt(1 - eta**2 + eta**4), abs=1e-14)
        assert found["trial"] == pytest.approx(math.sqrt(1 + eta**2), abs=1e-14)
        assert found["side"] == side


def test_a_multipliers_angle_turns_and_its_modulus_scales():
    for mu in (0.76 + 0.54j, -1.2 - 1.2j, 0.6 - 0.8j, 0j):
        found = gt.Multiplier(real=mu.real, imaginary=mu.imag).numbers()
        assert found["modulus"] == pytest.approx(abs(mu), abs=1e-14)
        assert found["end"] == pytest.approx(abs(mu) ** 20, rel=1e-12, abs=1e-300)
        assert math.radians(found["turn"]) == pytest.approx(math.atan2(mu.imag, mu.real))


def test_the_pitchfork_is_at_one_half():
    for lam, balance in ((0.0, "hill"), (0.49, "hill"), (0.5, "valley"), (0.7, "valley")):
        figure = gt.Pitchfork(lam=lam)
        found = figure.numbers()
        assert found["curvature"] == pytest.approx(2 + 4 * lam - 2 * 2, abs=1e-12)
        assert balance in found["balance"]
        assert (found["rest"] == "0.500") == (balance == "valley")
    ends = [float(end) for end in gt.Pitchfork(lam=0.1).numbers()["rest"].split(" or ")]
    slope = gt.TwoPointLoss(gt.quadratic).slope(ends, 2.0, 0.1)
    assert slope.abs().max() < 0.01
    assert sum(ends) == pytest.approx(1)


def test_a_late_critics_swings_last_below_the_critical_ratio():
    game = gt.TwoPointGame(gt.quadratic, kappa=0.8)
    assert pytest.approx(float(game.critical_ratio(2.0))) == late_critic.CRITICAL
    assert late_critic.WORDS["critical"] == "0.42"
    ratios = torch.tensor([0.05, 0.4, 0.46, 1.0], dtype=torch.float64)
    path = gt.simulate(
        game, gt.Simultaneous(), [0.2], [0.0, 0.0], 1000, eta=2.0, eta_psi=2 * ratios
    )
    swing = torch.sigmoid(path.theta[700:, :, 0]).amax(0) - 0.5
    for ratio, width in zip(ratios.tolist(), swing.tolist(), strict=True):
        verdict = gt.LateCritic(ratio=ratio).numbers()["verdict"]
        assert verdict == ("the swings last" if width > 0.01 else "the swings die out")


def test_speeds_between_those_that_are_dragged_to_are_run_alone():
    low, high = late_critic.RANGES["ratio"][:2]
    assert (late_critic.speeds[0], late_critic.speeds[-1]) == (low, high)
    alone = gt.LateCritic(ratio=0.1 + 1e-12).numbers()
    among = gt.LateCritic(ratio=0.1).numbers()
    assert alone["low"] == pytest.approx(among["low"], abs=1e-9)
    assert alone["high"] == pytest.approx(among["high"], abs=1e-9)


def test_what_agreeing_seeds_leave_open():
    for seeds in (2, 5, 32, 64):
        found = gt.AgreeingSeeds(seeds=seeds).numbers()
        assert found["low"] == pytest.approx(0.025 ** (1 / seeds), abs=1e-9)
        assert found["modes"] == pytest.approx(8 * found["low"], abs=1e-9)


def test_earth_costs_its_way_and_js_counts_only_what_lies_in_holes():
    holes = [-4.0] * 3 + [4.0] * 3
    for first, second in ((0, 7), (-8, 8), (8, -8), (4, -4), (3, 3), (-4, 1)):
        found = gt.EarthMover(first=first, second=second).numbers()
        cost = wasserstein_distance([first] * 4 + [second] * 2, holes)
        assert found["cost"] == pytest.approx(cost, abs=1e-12)
        apart = not {first, second} & {-4, 4}
        assert (found["divergence"] == pytest.approx(math.log(2), abs=1e-12)) == apart
        assert ("near or far" in found["note"]) == apart


def test_a_blunt_peak_has_half_of_what_the_leak_leaves_however_its_units_share():
    for slope, turn in ((0.0, 0.5), (0.2, 0.0), (0.2, 1.0), (0.6, 0.3), (1.0, 0.8)):
        found = gt.BluntPeak(slope=slope, turn=turn).numbers()
        assert found["gap"] == pytest.approx((1 - slope) / 2, abs=1e-12)
