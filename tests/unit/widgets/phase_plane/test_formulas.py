"""What the phase plane's script computes, and what it must know for that."""

import pytest
import torch

import gantext as gt
from gantext.widgets.phase_plane import constants
from gantext.widgets.phase_plane.formulas import formulas
from tests.unit.widgets.phase_plane.choices import GAMES, RULES


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


@pytest.mark.parametrize("penalty", ["none", "R1", "WGAN-GP"])
@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("rule", RULES)
def test_the_scripts_formulas_play_the_same(rule, game, penalty):
    """Followed as the script does: the traced functions, with both penalties' weights."""
    if rule == "proximal point" and game != "f = xy":
        return
    how, own = RULES[rule]
    chosen = constants.GAMES[game], constants.RULES[rule]
    step = formulas()[f"step_{chosen[0]['key']}_{chosen[1]['key']}"].function
    if game == "f = xy":
        played = gt.Bilinear([[1.0]], P=[[0.4]], Q=[[0.4]])
        settings = [0.4]
    else:
        penalties = {"none": [], "R1": [gt.R1(1.3)], "WGAN-GP": [gt.GradientPenalty(1.3)]}[penalty]
        played = gt.DiracGAN(GAMES[game].loss, penalties)
        settings = {"none": [0.0, 0.0], "R1": [1.3, 0.0], "WGAN-GP": [0.0, 1.3]}[penalty]
    state = vector(0.4, -0.3, *[0.0] * chosen[1]["carried"], 0.0)
    path = gt.simulate(played, how, [0.4], [-0.3], 6, eta=0.12, **own)
    for k in range(6):
        point, done = step(state, vector(0.12, *own.values(), *settings))
        state = torch.cat([point, done[None]])
        assert state[-1] == k + 1
        assert state[0].item() == pytest.approx(path.theta[k + 1].item(), abs=1e-14)
        assert state[1].item() == pytest.approx(path.psi[k + 1].item(), abs=1e-14)


@pytest.mark.parametrize("gamma", [0.0, 1.3])
@pytest.mark.parametrize("game", GAMES)
@pytest.mark.parametrize("rule", RULES)
def test_near_the_equilibrium_each_game_is_bilinear(rule, game, gamma):
    """The script's Jacobian of a step, which goes by that, is the library's."""
    if rule == "proximal point" and game != "f = xy":
        return
    how, own = RULES[rule]
    keys = constants.GAMES[game]["key"], constants.RULES[rule]["key"]
    computed = formulas()
    blocks = torch.stack(computed[f"near_{keys[0]}"].function(vector(gamma)))
    found = computed[f"jacobian_{keys[1]}"].function(blocks, vector(0.37, *own.values()))
    if game == "f = xy":
        played = gt.Bilinear([[1.0]], P=[[gamma]], Q=[[gamma]])
    else:
        played = gt.DiracGAN(GAMES[game].loss, [gt.R1(gamma)])
    expected = gt.update_jacobian(played, how, [0.0], [0.0], eta=0.37, **own)
    assert torch.allclose(found, expected, rtol=0, atol=1e-14)


def test_the_script_offers_what_the_library_has():
    assert list(constants.GAMES) == list(GAMES)
    assert list(constants.RULES) == list(RULES)
    for name, rule in constants.RULES.items():
        state = RULES[name][0].init(torch.zeros(1), torch.zeros(1))
        assert rule["carried"] == len(torch.utils._pytree.tree_leaves(state.rule_state))


@pytest.mark.parametrize("game", GAMES)
def test_there_is_a_step_of_every_rule_that_can_be_played(game):
    key = constants.GAMES[game]["key"]
    playable = [
        rule["key"] for rule in constants.RULES.values() if GAMES[game].affine or not rule["affine"]
    ]
    steps = {name for name in formulas() if name.startswith(f"step_{key}_")}
    assert steps == {f"step_{key}_{rule}" for rule in playable}
