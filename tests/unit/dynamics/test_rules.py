"""What every update rule owes its caller, and what only some do."""

from __future__ import annotations

import copy
import math
import re
from typing import Any

import numpy as np
import pytest
import torch
from torch.utils._pytree import tree_flatten, tree_map

import gantext as gt
from tests.games import NetworkGame, assert_same_tree, random_tensor

RULES: dict[str, tuple[gt.UpdateRule, dict[str, float]]] = {
    "simultaneous": (gt.Simultaneous(), {}),
    "alternating": (gt.Alternating(), {}),
    "three discriminator steps": (gt.Alternating(discriminator_steps=3), {}),
    "extragradient": (gt.Extragradient(), {}),
    "optimistic": (gt.Optimistic(), {}),
    "alternating momentum": (gt.Alternating(optimizer=gt.HeavyBall()), {"beta": -0.4}),
    "simultaneous momentum": (gt.Simultaneous(optimizer=gt.HeavyBall()), {"beta": 0.3}),
    "unrolled": (gt.Unrolled(unroll_steps=3), {"eta_unroll": 0.2}),
    "consensus": (gt.Consensus(), {"gamma": 0.7}),
    "adjusted": (gt.SymplecticGradientAdjustment(), {"strength": 0.7}),
    "adjusted, not aligned": (gt.SymplecticGradientAdjustment(align=False), {"strength": 0.7}),
    "proximal": (gt.ProximalPoint(), {}),
    "averaged alternating": (gt.Averaged(gt.Alternating()), {}),
    "averaged momentum": (gt.Averaged(gt.Alternating(optimizer=gt.HeavyBall())), {"beta": -0.4}),
}
every_rule = pytest.mark.parametrize("name", RULES)
smooth_rules = pytest.mark.parametrize("name", [n for n in RULES if n != "proximal"])


def affine_game() -> gt.Bilinear:
    return gt.Bilinear(random_tensor(3, 2), P=torch.eye(3) * 0.1, Q=torch.eye(2) * 0.2)


class Foreseen(gt.Game):
    """The game as the generator of `Unrolled` sees it, written out."""

    def __init__(self, game: gt.Game, steps: int, eta: float) -> None:
        self.game, self.steps, self.eta = game, steps, eta

    def losses(self, theta: Any, psi: Any, batch: Any = None) -> gt.Losses:
        """Answer with the discriminator's gradient, several times; then ask the game."""
        answer = psi
        for _ in range(self.steps):
            slope = torch.func.grad(lambda p: self.game.losses(theta, p, batch).discriminator)
            answer = tree_map(lambda p, g: p - self.eta * g, answer, slope(answer))
        return gt.Losses(
            self.game.losses(theta, answer, batch).generator,
            self.game.losses(theta, psi, batch).discriminator,
        )


def met(rule: gt.UpdateRule, game: gt.Game, own: dict[str, float]) -> gt.Game:
    """Return the game that a rule's players look at."""
    if isinstance(rule, gt.Unrolled):
        return Foreseen(game, rule.unroll_steps, own["eta_unroll"])
    return game


class TinyGAN(NetworkGame):
    """Two networks as a non-saturating GAN."""

    def cost(self, fake: torch.Tensor, real: torch.Tensor) -> gt.Losses:
        """Return the non-saturating losses."""
        softplus = torch.nn.functional.softplus
        return gt.Losses(softplus(-fake).mean(), softplus(fake).mean() + softplus(-real).mean())


BATCH = TinyGAN.BATCH


class Flat(gt.Game):
    """The same game, its parameters written one after the other in one vector."""

    def __init__(self, game: TinyGAN) -> None:
        self.game = game
        self.shapes = [{k: p.shape for k, p in tree.items()} for tree in game.parameters()]

    def losses(self, theta: torch.Tensor, psi: torch.Tensor, batch: Any = None) -> gt.Losses:
        """Unpack, then ask the game."""
        trees = []
        for vector, shapes in zip((theta, psi), self.shapes, strict=True):
            pieces = vector.split([math.prod(shape) for shape in shapes.values()])
            trees.append({k: v.reshape(shapes[k]) for k, v in zip(shapes, pieces, strict=True)})
        return self.game.losses(*trees, batch)


# What every rule owes


@every_rule
def test_protocol(name: str) -> None:
    """Give init, step, the report and the count, and leave all that came in as it was."""
    rule, own = RULES[name]
    game = affine_game()
    hparams = rule.hparams(eta=0.1, **own)
    assert hparams.keys() == {"eta", "eta_psi", *own}
    assert all(isinstance(v, torch.Tensor) and v.dtype == torch.float64 for v in hparams.values())
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    state = rule.init(theta, psi)
    assert isinstance(state, gt.State)
    assert torch.equal(state.theta, theta)
    assert torch.equal(state.psi, psi)
    assert int(state.step) == 0
    for count in range(1, 4):
        before = copy.deepcopy((state, hparams))
        after, info = rule.step(game, state, None, hparams)
        assert_same_tree((state, hparams), before)
        again, _ = rule.step(game, state, None, hparams)
        assert_same_tree(again, after)
        assert int(after.step) == count
        assert tree_flatten(after)[1] == tree_flatten(state)[1]
        assert isinstance(info, gt.StepInfo)
        answered = (
            after.psi if isinstance(rule, gt.Alternating) else state.psi
        )  # which the generator met
        game_met = met(rule, game, own)
        seen = gt.Losses(
            game_met.losses(state.theta, answered).generator,
            game_met.losses(state.theta, state.psi).discriminator,
        )
        assert_same_tree(info.losses, seen)
        v_theta = gt.velocity(game_met, state.theta, answered)[0]
        v_psi = gt.velocity(game_met, *state[:2])[1]
        torch.testing.assert_close(info.speed, torch.cat([v_theta, v_psi]).norm())
        state = after


@every_rule
def test_rules_rest_at_the_equilibrium(name: str) -> None:
    rule, own = RULES[name]
    path = gt.simulate(affine_game(), rule, torch.zeros(3), torch.zeros(2), 3, eta=0.1, **own)
    assert not path.theta.any()
    assert not path.psi.any()


@every_rule
def test_simulate_is_the_loop_over_steps(name: str) -> None:
    rule, own = RULES[name]
    game, theta, psi = affine_game(), random_tensor(3, seed=1), random_tensor(2, seed=2)
    path = gt.simulate(game, rule, theta, psi, 5, eta=0.1, eta_psi=0.2, **own)
    assert path.theta.shape == (6, 3)
    assert path.psi.shape == (6, 2)
    state, hparams = rule.init(theta, psi), rule.hparams(eta=0.1, eta_psi=0.2, **own)
    for k in range(6):
        torch.testing.assert_close(path.theta[k], state.theta, rtol=1e-14, atol=1e-15)
        torch.testing.assert_close(path.psi[k], state.psi, rtol=1e-14, atol=1e-15)
        state, _ = rule.step(game, state, None, hparams)


@pytest.mark.parametrize(
    ("name", "game"),
    [
        *((name, affine_game()) for name in RULES),
        *((name, gt.DiracGAN(penalties=[gt.R1(0.5)])) for name in RULES if name != "proximal"),
    ],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_batch_equals_each_member_alone(name: str, game: gt.Game) -> None:
    """Batch over starts (4), over step sizes (3) and over the rule's own numbers.

    To the last bit, but for two: LAPACK may order a batch's sums otherwise, and the processor may
    compute twelve logarithms at once otherwise than one alone.
    """
    rule, own = RULES[name]
    m, n = (3, 2) if game.affine else (1, 1)
    theta, psi = random_tensor(4, 1, m, seed=1), random_tensor(n, seed=2)
    eta = torch.tensor([0.05, 0.1, 0.3], dtype=torch.float64)
    eta_psi = torch.tensor([[0.1], [0.2], [0.3], [0.15]], dtype=torch.float64)
    swept = {
        k: torch.linspace(v / 2 if k == "eta_unroll" else 0, v, 3, dtype=torch.float64)
        for k, v in own.items()
    }
    path = gt.simulate(game, rule, theta, psi, 6, eta=eta, eta_psi=eta_psi, **swept)
    assert path.theta.shape == (7, 4, 3, m)
    assert path.psi.shape == (7, 4, 3, n)
    for i in range(4):
        for j in range(3):
            scalars = {k: v[j] for k, v in swept.items()}
            alone = gt.simulate(
                game, rule, theta[i, 0], psi, 6, eta=eta[j], eta_psi=eta_psi[i, 0], **scalars
            )
            exact = game.affine and name != "proximal"
            tolerance = {"rtol": 0, "atol": 0} if exact else {"rtol": 1e-14, "atol": 1e-15}
            torch.testing.assert_close(path.theta[:, i, j], alone.theta, **tolerance)
            torch.testing.assert_close(path.psi[:, i, j], alone.psi, **tolerance)


@smooth_rules
def test_game_hyper_parameters_can_be_swept(name: str) -> None:
    rule, own = RULES[name]

    def make(gamma: torch.Tensor, noise: torch.Tensor) -> gt.DiracGAN:
        return gt.DiracGAN(penalties=[gt.R1(gamma)], instance_noise=noise, clip=0.9)

    gamma = torch.tensor([0.0, 0.5, 2.0], dtype=torch.float64)
    noise = torch.tensor([[0.0], [0.4]], dtype=torch.float64)
    path = gt.simulate(
        make, rule, [1.0], [0.5], 5, eta=0.2, game_hparams={"gamma": gamma, "noise": noise}, **own
    )
    assert path.theta.shape == (6, 2, 3, 1)
    for i in range(2):
        for j in range(3):
            alone = gt.simulate(make(gamma[j], noise[i, 0]), rule, [1.0], [0.5], 5, eta=0.2, **own)
            torch.testing.assert_close(path.theta[:, i, j], alone.theta, rtol=1e-14, atol=1e-15)
            torch.testing.assert_close(path.psi[:, i, j], alone.psi, rtol=1e-14, atol=1e-15)


@smooth_rules
def test_networks_move_as_their_flat_vectors_do(name: str) -> None:
    rule, own = RULES[name]
    game = TinyGAN()
    trees = game.parameters()
    vectors = [torch.cat([p.flatten() for p in tree.values()]) for tree in trees]
    hparams = rule.hparams(eta=0.1, eta_psi=0.2, **own)
    tree_state, flat_state = rule.init(*trees), rule.init(*vectors)
    before = copy.deepcopy(trees)
    for _ in range(4):
        tree_state, tree_info = rule.step(game, tree_state, BATCH, hparams)
        flat_state, flat_info = rule.step(Flat(game), flat_state, BATCH, hparams)
        torch.testing.assert_close(tree_info.speed, flat_info.speed, rtol=1e-12, atol=1e-14)
    assert_same_tree(trees, before)
    for tree, vector, start in zip(tree_state[:2], flat_state[:2], trees, strict=True):
        assert tree.keys() == start.keys()
        found = torch.cat([p.flatten() for p in tree.values()])
        torch.testing.assert_close(found, vector, rtol=1e-12, atol=1e-13)
        assert not torch.equal(found, torch.cat([p.flatten() for p in start.values()]))


@smooth_rules
def test_population_of_networks_equals_its_members(name: str) -> None:
    """Three GANs of other seeds, step sizes and batches under vmap; then one at a time."""
    rule, own = RULES[name]
    game = TinyGAN()
    members = [game.parameters(seed) for seed in (0, 100, 200)]
    stacked = tree_map(lambda *leaves: torch.stack(leaves), *members)
    hparams = rule.hparams(eta=torch.tensor([0.05, 0.1, 0.2]), **own)
    hparams = {k: v.expand(3) for k, v in hparams.items()}
    batches = tuple(random_tensor(3, 5, 2, seed=s) for s in (20, 21))

    def play(theta, psi, h, batch):
        state = rule.init(theta, psi)
        for _ in range(3):
            state, info = rule.step(game, state, batch, h)
        return state, info

    found = torch.func.vmap(play)(*stacked, hparams, batches)
    for k, member in enumerate(members):
        alone = play(*member, {n: v[k] for n, v in hparams.items()}, tuple(b[k] for b in batches))
        mine = tree_map(lambda leaf, k=k: leaf[k], found)
        assert_same_tree(mine, alone, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    # What the others add mixes both players' scales.
    "name",
    [
        name
        for name, (_, own) in RULES.items()
        if not own.keys() & {"gamma", "strength", "eta_unroll"}
    ],
)
def test_two_step_sizes_are_a_change_of_scale(name: str) -> None:
    """A discriminator s times as fast plays sqrt(s) A at one step size, its psi rescaled."""
    rule, own = RULES[name]
    A, s = random_tensor(3, 2), 4.0
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    fast = gt.simulate(gt.Bilinear(A), rule, theta, psi, 5, eta=0.1, eta_psi=0.1 * s, **own)
    scaled = gt.simulate(
        gt.Bilinear(A * math.sqrt(s)), rule, theta, psi / math.sqrt(s), 5, eta=0.1, **own
    )
    torch.testing.assert_close(fast.theta, scaled.theta, rtol=1e-12, atol=1e-14)
    torch.testing.assert_close(fast.psi, scaled.psi * math.sqrt(s), rtol=1e-12, atol=1e-14)


# Projection


@pytest.mark.parametrize("name", ["simultaneous", "alternating", "optimistic", "consensus"])
def test_every_point_of_a_clipped_game_is_allowed(name: str) -> None:
    rule, own = RULES[name]
    path = gt.simulate(gt.DiracGAN(clip=0.3), rule, [2.0], [0.1], 100, eta=0.4, **own)
    assert float(path.psi.abs().max()) == 0.3


def test_projection_written_out() -> None:
    """From (2, 0.1), h = 0.4, clip 0.3, on f = t, where psi would go to 0.9."""
    game = gt.DiracGAN(gt.Wasserstein(), clip=0.3)
    for rule, expected in (
        (gt.Simultaneous(), 2 - 0.4 * 0.1),
        (gt.Alternating(), 2 - 0.4 * 0.3),  # the generator answers what is allowed
        (gt.Alternating(discriminator_steps=2), 2 - 0.4 * 0.3),
        (gt.Extragradient(), 2 - 0.4 * 0.3),  # the look-ahead is projected too
    ):
        path = gt.simulate(game, rule, [2.0], [0.1], 1, eta=0.4)
        assert float(path.theta[-1]) == pytest.approx(expected, abs=1e-15)
        assert float(path.psi[-1]) == 0.3
    ball = gt.Alternating(optimizer=gt.HeavyBall())
    path = gt.simulate(game, ball, [2.0], [0.1], 1, eta=0.4, beta=0.0)
    assert float(path.theta[-1]) == pytest.approx(2 - 0.4 * 0.3, abs=1e-15)


class Rotated(gt.Game):
    """Two hooks that do not commute: the one doubles, the other adds one. Notes each call."""

    def __init__(self) -> None:
        self.log: list[str] = []

    def losses(self, theta: torch.Tensor, psi: torch.Tensor, batch: Any = None) -> gt.Losses:
        """Have no slope, so that only the hooks change anything."""
        return gt.Losses((0 * theta).sum(), (0 * psi).sum())

    def project(self, theta: torch.Tensor, psi: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        """Double."""
        self.log.append("project")
        return 2 * theta, 2 * psi

    def update_buffers(
        self, theta: torch.Tensor, psi: torch.Tensor
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Add one."""
        self.log.append("buffers")
        return theta + 1, psi + 1


@pytest.mark.parametrize(
    ("rule", "of_theta", "of_psi"),
    [
        (gt.Simultaneous(), 1, 1),
        (gt.Alternating(), 1, 2),
        (gt.Alternating(discriminator_steps=3), 1, 4),
        (gt.Extragradient(), 1, 1),  # and once at the look-ahead, which is given up
        (gt.Optimistic(), 1, 1),
        (gt.Unrolled(), 1, 1),
        (gt.Averaged(gt.Alternating()), 2, 3),  # once for the iterate, once for its mean
    ],
)
def test_a_step_projects_then_updates_buffers(
    rule: gt.UpdateRule, of_theta: int, of_psi: int
) -> None:
    game = Rotated()
    own = {"eta_unroll": 0.1} if isinstance(rule, gt.Unrolled) else {}
    one = torch.ones(1, dtype=torch.float64)
    state, _ = rule.step(game, rule.init(one, one), None, rule.hparams(eta=0.1, **own))
    for player, times in ((state.theta, of_theta), (state.psi, of_psi)):
        expected = 1.0
        for _ in range(times):
            expected = 2 * expected + 1
        assert float(player) == expected
    assert game.log == ["project", "buffers"] * (len(game.log) // 2)
    assert len(game.log) // 2 == of_psi + isinstance(rule, gt.Extragradient)


# Rule by rule


def test_discriminator_moves_first() -> None:
    path = gt.simulate(gt.Bilinear.xy(), gt.Alternating(), [1.0], [2.0], 1, eta=0.5)
    assert path.psi[-1].tolist() == [2.5]  # answers x = 1
    assert path.theta[-1].tolist() == [-0.25]  # answers y = 2.5


def test_discriminator_steps_are_counted() -> None:
    path = gt.simulate(gt.Bilinear.xy(), gt.Alternating(4), [1.0], [2.0], 1, eta=0.5)
    assert path.psi[-1].tolist() == [4.0]
    assert path.theta[-1].tolist() == [-1.0]
    with pytest.raises(ValueError, match="discriminator_steps: expected an integer >= 1, got 0"):
        gt.Alternating(discriminator_steps=0)


def test_optimistic_starts_with_a_plain_step() -> None:
    plain = gt.simulate(gt.Bilinear.xy(), gt.Simultaneous(), [1.0], [2.0], 1, eta=0.5)
    path = gt.simulate(gt.Bilinear.xy(), gt.Optimistic(), [1.0], [2.0], 2, eta=0.5)
    assert torch.equal(path.theta[1], plain.theta[1])
    assert torch.equal(path.psi[1], plain.psi[1])
    # From (0, 2.5): twice the velocity (-2.5, 0) less the old one (-2, 1), times a half.
    assert path.theta[2].tolist() == [0 - 2.5 + 1]
    assert path.psi[2].tolist() == [2.5 + 0 - 0.5]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("alternating momentum", gt.Alternating()),
        ("simultaneous momentum", gt.Simultaneous()),
        ("consensus", gt.Simultaneous()),
        ("adjusted", gt.Simultaneous()),
    ],
)
def test_nothing_added_is_the_plain_rule(name: str, plain: gt.UpdateRule) -> None:
    rule, own = RULES[name]
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    found = gt.simulate(affine_game(), rule, theta, psi, 4, eta=0.2, **dict.fromkeys(own, 0.0))
    expected = gt.simulate(affine_game(), plain, theta, psi, 4, eta=0.2)
    torch.testing.assert_close(found.theta, expected.theta, rtol=1e-14, atol=1e-15)
    torch.testing.assert_close(found.psi, expected.psi, rtol=1e-14, atol=1e-15)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("alternating", [False, True])
def test_the_heavy_ball_written_out_to_the_last_bit(alternating: bool, dtype: torch.dtype) -> None:
    """Polyak 1964: the last movement times beta, and a gradient step."""
    game = TinyGAN()
    game.generator, game.discriminator = game.generator.to(dtype), game.discriminator.to(dtype)
    theta, psi = tree_map(lambda leaf: leaf.to(dtype), game.parameters())
    batch = tuple(part.to(dtype) for part in BATCH)
    rule = (gt.Alternating if alternating else gt.Simultaneous)(optimizer=gt.HeavyBall())
    state, hparams = rule.init(theta, psi), rule.hparams(eta=0.1, eta_psi=0.07, beta=-0.37)
    m_theta, m_psi = tree_map(torch.zeros_like, (theta, psi))

    def ball(movement: Any, v: Any, eta: float) -> Any:
        return tree_map(lambda m, g: -0.37 * m + eta * g, movement, v)

    for _ in range(20):
        state, _ = rule.step(game, state, batch, hparams)
        v_theta, v_psi = gt.velocity(game, theta, psi, batch)
        m_psi = ball(m_psi, v_psi, 0.07)
        psi = tree_map(torch.add, psi, m_psi)
        if alternating:
            v_theta = gt.velocity(game, theta, psi, batch)[0]
        m_theta = ball(m_theta, v_theta, 0.1)
        theta = tree_map(torch.add, theta, m_theta)
        assert_same_tree(state[:2], (theta, psi))


class Nonlinear(gt.Game):
    """x^2 y - cos(x) for the generator, x y^3 for the discriminator: a field with no symmetry."""

    def losses(self, theta: torch.Tensor, psi: torch.Tensor, batch: Any = None) -> gt.Losses:
        """Ignore the batch."""
        del batch
        x, y = theta[0], psi[0]
        return gt.Losses(x**2 * y - torch.cos(x), x * y**3)


def nonlinear_field(x: float, y: float) -> tuple[np.ndarray, np.ndarray]:
    """Write out the velocity and its Jacobian."""
    v = np.array([-(2 * x * y + math.sin(x)), -3 * x * y**2])
    J = np.array([[-(2 * y + math.cos(x)), -2 * x], [-3 * y**2, -6 * x * y]])
    return v, J


@pytest.mark.parametrize("point", [(0.7, -0.9), (-1.1, 0.4), (0.2, 1.3)])
def test_consensus_and_adjustment_on_a_nonlinear_game(point: tuple[float, float]) -> None:
    v, J = nonlinear_field(*point)
    turn = (J - J.T) / 2 @ v
    # Balduzzi et al., section 3.2: xi = -v, grad H = J'v, A'xi = -turn, d = 2, epsilon = 1/10.
    grad_h, a_xi = J.T @ v, -turn
    sign = np.sign((-v @ grad_h) * (a_xi @ grad_h) / 2 + 0.1)
    for rule, own, direction in (
        (gt.Consensus(), {"gamma": 0.7}, v - 0.7 * J.T @ v),
        (gt.SymplecticGradientAdjustment(align=False), {"strength": 0.7}, v + 0.7 * turn),
        (gt.SymplecticGradientAdjustment(), {"strength": 0.7}, v + sign * 0.7 * turn),
    ):
        path = gt.simulate(Nonlinear(), rule, [point[0]], [point[1]], 1, eta=0.1, **own)
        found = [float(path.theta[-1]), float(path.psi[-1])]
        np.testing.assert_allclose(found, np.array(point) + 0.1 * direction, rtol=1e-13)


def test_alignment_turns_away_from_an_unstable_point() -> None:
    """Both players sit on a hill top: the correction must push outwards, not pull in."""
    game = gt.Bilinear([[1.0]], P=[[-0.5]], Q=[[-0.5]])
    start = {"theta": [3.0], "psi": [0.0], "steps": 1, "eta": 0.1, "strength": 1.0}
    aligned, plain = (
        float(torch.hypot(*gt.simulate(game, gt.SymplecticGradientAdjustment(align), **start))[-1])
        for align in (True, False)
    )
    assert aligned > 3.2
    assert plain < 3.0


@pytest.mark.parametrize(("fourth_power", "sign"), [(0.36, 1.0), (0.44, -1.0)])
def test_alignment_breaks_ties_towards_plus(fourth_power: float, sign: float) -> None:
    """On that hill the criterion is -|v|^4 / 4 + 1/10: its sign changes at |v|^4 = 0.4."""
    game = gt.Bilinear([[1.0]], P=[[-0.5]], Q=[[-0.5]])
    J = np.array([[0.5, -1.0], [1.0, 0.5]])
    start = np.array([0.6, 0.8]) * fourth_power**0.25 / math.sqrt(1.25)
    v = J @ start
    assert np.linalg.norm(v) ** 4 == pytest.approx(fourth_power)
    rule = gt.SymplecticGradientAdjustment()
    path = gt.simulate(game, rule, start[:1], start[1:], 1, eta=0.1, strength=0.7)
    expected = start + 0.1 * (v + sign * 0.7 * (J - J.T) / 2 @ v)
    found = [float(path.theta[-1]), float(path.psi[-1])]
    np.testing.assert_allclose(found, expected, rtol=1e-13)


@pytest.mark.parametrize("unroll_steps", [1, 4])
@pytest.mark.parametrize("game", [affine_game(), gt.DiracGAN(penalties=[gt.R1(0.5)]), Nonlinear()])
def test_unrolled_is_gradient_play_against_foreseen_answers(
    game: gt.Game, unroll_steps: int
) -> None:
    sizes = (3, 2) if game.affine else (1, 1)
    theta, psi = (random_tensor(n, seed=n) for n in sizes)
    own = {"eta": 0.1, "eta_psi": 0.3}
    rule = gt.Unrolled(unroll_steps=unroll_steps)
    found = gt.simulate(game, rule, theta, psi, 5, eta_unroll=0.2, **own)
    foreseen = Foreseen(game, unroll_steps, 0.2)
    expected = gt.simulate(foreseen, gt.Simultaneous(), theta, psi, 5, **own)
    assert_same_tree(found, expected, rtol=1e-14, atol=1e-15)


def test_unrolled_looks_nowhere_as_its_answers_grow_short() -> None:
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    plain = gt.simulate(affine_game(), gt.Simultaneous(), theta, psi, 5, eta=0.1)
    sizes = torch.tensor([1e-2, 1e-4, 1e-6], dtype=torch.float64)
    found = gt.simulate(affine_game(), gt.Unrolled(), theta, psi, 5, eta=0.1, eta_unroll=sizes)
    distance = (found.theta - plain.theta[:, None]).abs().amax((0, 2))
    torch.testing.assert_close(distance / sizes, (distance / sizes)[-1].expand(3), rtol=0.2, atol=0)
    assert distance[-1] < 1e-4


def test_unrolled_leaves_the_discriminator_an_ordinary_step() -> None:
    """The answers are foreseen, not taken."""
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    plain = gt.simulate(affine_game(), gt.Simultaneous(), theta, psi, 1, eta=0.1)
    found = gt.simulate(affine_game(), gt.Unrolled(), theta, psi, 1, eta=0.1, eta_unroll=0.3)
    assert torch.equal(found.psi, plain.psi)
    assert not torch.equal(found.theta, plain.theta)


def test_answers_are_counted() -> None:
    with pytest.raises(ValueError, match="unroll_steps: expected an integer >= 1, got 0"):
        gt.Unrolled(unroll_steps=0)
    assert gt.Unrolled().unroll_steps == 5


def test_averaged_is_the_mean_of_the_rule_it_follows() -> None:
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    for inner, own in (
        (gt.Alternating(), {}),
        (gt.Alternating(optimizer=gt.HeavyBall()), {"beta": -0.4}),
    ):
        plain = gt.simulate(affine_game(), inner, theta, psi, 20, eta=0.2, **own)
        found = gt.simulate(affine_game(), gt.Averaged(inner), theta, psi, 20, eta=0.2, **own)
        count = torch.arange(1, 21, dtype=torch.float64)[:, None]
        for mean, points in zip(found, plain, strict=True):
            torch.testing.assert_close(mean[1:], points[1:].cumsum(0) / count)
            assert torch.equal(mean[0], points[0])


def test_proximal_step_is_implicit() -> None:
    game = affine_game()
    theta, psi = random_tensor(3, seed=1), random_tensor(2, seed=2)
    path = gt.simulate(game, gt.ProximalPoint(), theta, psi, 1, eta=0.7, eta_psi=0.3)
    v_theta, v_psi = gt.velocity(game, path.theta[1], path.psi[1])
    torch.testing.assert_close(path.theta[1], theta + 0.7 * v_theta)
    torch.testing.assert_close(path.psi[1], psi + 0.3 * v_psi)


def test_proximal_refuses_a_game_that_is_not_affine() -> None:
    with pytest.raises(
        TypeError, match=r"ProximalPoint: expected a game with an affine .* DiracGAN"
    ):
        gt.simulate(gt.DiracGAN(), gt.ProximalPoint(), [1.0], [0.0], 1, eta=0.1)


# What a rule asks the game for


class Asked(NetworkGame):
    """Remembers what it was asked, and on which batch."""

    def __init__(self) -> None:
        super().__init__()
        self.log: list[str] = []

    def batches(self, count: int) -> list[Any]:
        """Return some batches, each with its number."""
        return [(*(part + k for part in self.BATCH), k) for k in range(count)]

    def cost(self, fake: torch.Tensor, real: torch.Tensor) -> gt.Losses:
        """Return the Wasserstein losses."""
        return gt.Losses(-fake.mean(), fake.mean() - real.mean())

    def generator_loss(self, theta: Any, psi: Any, batch: Any = None) -> torch.Tensor:
        """Note the question."""
        self.log.append(f"G{batch[2]}")
        return self.losses(theta, psi, batch[:2]).generator

    def discriminator_loss(self, theta: Any, psi: Any, batch: Any = None) -> torch.Tensor:
        """Note the question."""
        self.log.append(f"D{batch[2]}")
        return self.losses(theta, psi, batch[:2]).discriminator


ASKS = pytest.mark.parametrize(
    ("rule", "own", "questions"),
    [
        (gt.Simultaneous(), {}, "G0 D0"),
        (gt.Alternating(), {}, "D0 G0"),
        (gt.Alternating(discriminator_steps=3), {}, "D0 D1 D2 G2"),
        (gt.Extragradient(), {}, "G0 D0 G1 D1"),
        (gt.Optimistic(), {}, "G0 D0"),
        (gt.Alternating(optimizer=gt.HeavyBall()), {"beta": 0.1}, "D0 G0"),
        (gt.Simultaneous(optimizer=gt.HeavyBall()), {"beta": 0.1}, "G0 D0"),
        (gt.Unrolled(unroll_steps=2), {"eta_unroll": 0.1}, "D0 D0 G0 D0"),
        (gt.Consensus(), {"gamma": 0.1}, "G0 D0"),
        (gt.Averaged(gt.Alternating(discriminator_steps=2)), {}, "D0 D1 G1 G0 D0"),
        (gt.Averaged(gt.Extragradient()), {}, "G0 D0 G1 D1 G0 D0"),
    ],
)


@ASKS
def test_a_rule_asks_for_no_more_than_it_needs(
    rule: gt.UpdateRule, own: dict[str, float], questions: str
) -> None:
    """One loss at a time, in order, each on its own batch; or all on the same one."""
    game, hparams = Asked(), rule.hparams(eta=0.1, **own)
    state = rule.init(*game.parameters())
    many = game.batches(rule.batches_per_step)
    rule.step(game, state, many, hparams)
    assert " ".join(game.log) == questions
    assert rule.batches_per_step == max(int(question[1]) for question in questions.split()) + 1
    game.log.clear()
    one, _ = rule.step(game, state, many[0], hparams)
    assert " ".join(game.log) == re.sub(r"\d", "0", questions)
    assert_same_tree(one, rule.step(game, state, many[:1] * len(many), hparams)[0])


@pytest.mark.parametrize(
    "rule", [gt.Simultaneous(), gt.Alternating(3), gt.Averaged(gt.Extragradient())]
)
def test_a_list_of_other_length_is_refused(rule: gt.UpdateRule) -> None:
    game, n = Asked(), rule.batches_per_step
    state = rule.init(*game.parameters())
    for count in (0, n + 1):
        with pytest.raises(ValueError, match=f"batch: expected one, or a list of {n}, got {count}"):
            rule.step(game, state, game.batches(count), rule.hparams(eta=0.1))


def test_each_gradient_evaluation_has_its_own_batch() -> None:
    """Two steps of the discriminator are two steps, on one batch each."""
    game = Asked()
    theta, psi = game.parameters()
    rule = gt.Alternating(discriminator_steps=2)
    first, second = game.batches(2)
    found, info = rule.step(game, rule.init(theta, psi), [first, second], rule.hparams(eta=0.1))
    loss = game.discriminator_loss(theta, psi, first)
    assert torch.equal(info.losses.discriminator, loss)
    for at in (first, second):
        slope = torch.func.grad(game.discriminator_loss, argnums=1)(theta, psi, at)
        psi = {name: p - 0.1 * slope[name] for name, p in psi.items()}
    slope = torch.func.grad(game.generator_loss)(theta, psi, second)
    theta = {name: p - 0.1 * slope[name] for name, p in theta.items()}
    assert_same_tree(found[:2], (theta, psi), rtol=1e-13, atol=1e-15)


def test_a_game_of_two_losses_answers_for_each() -> None:
    """Who writes only `losses` has all the rest."""
    game, (theta, psi) = TinyGAN(), TinyGAN().parameters()
    losses = game.losses(theta, psi, BATCH)
    assert torch.equal(game.generator_loss(theta, psi, BATCH), losses.generator)
    assert torch.equal(game.discriminator_loss(theta, psi, BATCH), losses.discriminator)
    assert game.project(theta, psi) == (theta, psi)
    assert game.update_buffers(theta, psi) == (theta, psi)


# Hyper-parameters


@every_rule
def test_bad_hyper_parameters_are_refused(name: str) -> None:
    rule, own = RULES[name]
    for bad in (0.0, -0.1, float("inf"), torch.tensor([0.1, -0.1])):
        with pytest.raises(ValueError, match="eta: expected finite values > 0, got"):
            rule.hparams(eta=bad, **own)
        with pytest.raises(ValueError, match="eta_psi: expected finite values > 0, got"):
            rule.hparams(eta=0.1, eta_psi=bad, **own)
    with pytest.raises(ValueError, match="eta: expected numbers, got NaN"):
        rule.hparams(eta=float("nan"), **own)
    with pytest.raises(TypeError, match=r"expected .*eta.* got .*rate"):
        rule.hparams(eta=0.1, rate=0.1, **own)
    with pytest.raises(TypeError):
        rule.hparams(**own)
    for missing in own:
        rest = {k: v for k, v in own.items() if k != missing}
        with pytest.raises(TypeError, match=rf"expected .*{missing}"):
            rule.hparams(eta=0.1, **rest)
        with pytest.raises(ValueError, match=f"{missing}: expected numbers, got NaN"):
            rule.hparams(eta=0.1, **rest, **{missing: float("nan")})


@pytest.mark.parametrize(
    ("rule", "own"),
    [(gt.Consensus(), "gamma"), (gt.SymplecticGradientAdjustment(), "strength")],
    ids=["consensus", "adjusted"],
)
def test_weights_below_zero_are_refused(rule: gt.UpdateRule, own: str) -> None:
    with pytest.raises(ValueError, match=f"{own}: expected finite values >= 0, got -1"):
        rule.hparams(eta=0.1, **{own: -1.0})


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"eta": -1.0}, ValueError, "eta: expected finite values > 0, got -1"),
        ({"theta": [float("nan")]}, ValueError, "theta: expected numbers, got NaN"),
        ({"psi": [float("inf")]}, ValueError, "psi: expected finite values"),
        ({"theta": 1.0}, ValueError, r"theta: expected shape \(\.\.\., size\), got a scalar"),
        ({"theta": [1.0, 2.0]}, ValueError, r"theta: expected shape \(\.\.\., 1\), got \(2,\)"),
        ({"steps": -1}, ValueError, "steps: expected an integer >= 0, got -1"),
        ({"game_hparams": {"gamma": 1.0}}, TypeError, "game_hparams: expected a function"),
        ({"beta": 0.5}, TypeError, r"Simultaneous: expected \['eta', 'eta_psi \(optional\)'\]"),
        (
            {"theta": [[1.0], [2.0]], "eta": torch.ones(3)},
            ValueError,
            r"batch shapes that broadcast, got theta \(2,\), psi \(\), eta \(3,\)",
        ),
    ],
)
def test_simulate_refuses(change: dict, error: type[Exception], message: str) -> None:
    arguments = {"theta": [1.0], "psi": [0.0], "steps": 2, "eta": 0.1} | change
    with pytest.raises(error, match=message):
        gt.simulate(gt.Bilinear.xy(), gt.Simultaneous(), **arguments)


def test_bad_game_hyper_parameters_are_refused_though_they_are_batched() -> None:
    gammas = {"gamma": torch.tensor([0.5, -0.5])}
    with pytest.raises(ValueError, match=r"gamma: expected finite values >= 0, got -0.5"):
        gt.simulate(
            lambda gamma: gt.DiracGAN(penalties=[gt.R1(gamma)]),
            gt.Simultaneous(),
            [1.0],
            [0.0],
            1,
            eta=0.1,
            game_hparams=gammas,
        )


def test_zero_steps_give_the_start() -> None:
    path = gt.simulate(gt.Bilinear.xy(), gt.Simultaneous(), [[1.0], [2.0]], [0.5], 0, eta=0.1)
    assert path.theta.tolist() == [[[1.0], [2.0]]]
    assert path.psi.tolist() == [[[0.5], [0.5]]]


# Linearisation


def test_update_jacobian_batches_and_sweeps() -> None:
    eta = torch.linspace(0.1, 0.5, 3, dtype=torch.float64)
    gamma = torch.tensor([[0.2], [0.9]], dtype=torch.float64)

    def make(gamma: torch.Tensor) -> gt.DiracGAN:
        return gt.DiracGAN(penalties=[gt.R1(gamma)])

    found = gt.update_jacobian(
        make, gt.Optimistic(), [0.0], [0.0], eta=eta, game_hparams={"gamma": gamma}
    )
    assert found.shape == (2, 3, 4, 4)
    radii = gt.spectral_radius(
        make, gt.Optimistic(), [0.0], [0.0], eta=eta, game_hparams={"gamma": gamma}
    )
    assert radii.shape == (2, 3)
    for i in range(2):
        for j in range(3):
            game = make(gamma[i, 0])
            alone = gt.update_jacobian(game, gt.Optimistic(), [0.0], [0.0], eta=eta[j])
            torch.testing.assert_close(found[i, j], alone, rtol=1e-13, atol=1e-15)
            values = gt.multipliers(game, gt.Optimistic(), [0.0], [0.0], eta=eta[j])
            assert float(radii[i, j]) == pytest.approx(float(values.abs().max()), rel=1e-12)


@pytest.mark.parametrize(
    "rule",
    [
        gt.Averaged(gt.Simultaneous()),
        gt.Simultaneous(optimizer=gt.Adam()),
        gt.Alternating(optimizer=gt.RMSProp()),
        gt.Averaged(gt.Simultaneous(optimizer=gt.Adam())),
    ],
    ids=repr,
)
def test_what_changes_from_step_to_step_has_no_single_linear_map(rule: gt.UpdateRule) -> None:
    assert not rule.time_invariant
    message = rf"rule: expected one with .* got {re.escape(repr(rule))}"
    with pytest.raises(TypeError, match=message):
        gt.update_jacobian(gt.Bilinear.xy(), rule, [0.0], [0.0], eta=0.1)


@every_rule
def test_a_time_invariant_rule_steps_the_same_at_every_time(name: str) -> None:
    """But for the first step, which an optimistic rule takes as a plain one."""
    rule, own = RULES[name]
    game, hparams = affine_game(), rule.hparams(eta=0.1, **own)
    state = rule.init(random_tensor(3, seed=1), random_tensor(2, seed=2))
    for _ in range(2):
        state, _ = rule.step(game, state, None, hparams)
    later = state._replace(step=state.step + 100)
    one, other = (rule.step(game, s, None, hparams)[0] for s in (state, later))
    same = all(torch.equal(a, b) for a, b in zip(one[:2], other[:2], strict=True))
    assert same == rule.time_invariant


# Solving


@pytest.mark.parametrize("name", ["extragradient", "optimistic", "proximal", "consensus"])
def test_solve_finds_the_equilibrium(name: str) -> None:
    rule, own = RULES[name]
    game = gt.Bilinear(torch.diag(torch.tensor([2.0, 1.0])))
    solution = gt.solve(
        game, rule, random_tensor(2), random_tensor(2, seed=1), eta=0.25, tolerance=1e-6, **own
    )
    assert solution.converged
    assert 0 < solution.steps < 100_000
    v = torch.cat(gt.velocity(game, solution.theta, solution.psi))
    assert solution.speed == pytest.approx(float(v.norm()), rel=1e-12)
    assert solution.speed <= 1e-6
    assert float(solution.theta.norm()) < 2e-6


def test_solve_says_when_it_has_not() -> None:
    one = torch.ones(1, dtype=torch.float64)
    cut_short = gt.solve(gt.Bilinear.xy(), gt.Alternating(), one, one, eta=0.1, max_steps=50)
    assert not cut_short.converged
    assert cut_short.steps == 50
    v = torch.cat(gt.velocity(gt.Bilinear.xy(), cut_short.theta, cut_short.psi))
    assert cut_short.speed == pytest.approx(float(v.norm()), rel=1e-12)
    blown_up = gt.solve(gt.Bilinear.xy(), gt.Simultaneous(), one, one, eta=1e10, max_steps=200)
    assert not blown_up.converged
    assert blown_up.steps < 200
    with pytest.raises(ValueError, match=r"tolerance: expected a number > 0 .*, got 0"):
        gt.solve(gt.Bilinear.xy(), gt.Alternating(), one, one, eta=0.1, tolerance=0.0)


def test_solve_rests_where_it_starts_at_an_equilibrium() -> None:
    zero = torch.zeros(1, dtype=torch.float64)
    solution = gt.solve(gt.Bilinear.xy(), gt.Simultaneous(), zero, zero, eta=0.1)
    assert solution.converged
    assert solution.steps == 0
    assert solution.speed == 0.0


@pytest.mark.parametrize(
    ("start", "h", "message"),
    [
        ((2, 1), {"eta": 0.1}, r"theta: expected one start of shape \(size,\), got \(2, 1\)"),
        ((), {"eta": 0.1}, r"theta: expected one start of shape \(size,\), got \(\)"),
        ((1,), {"eta": [0.1, 0.2]}, "eta: expected one number; .* got shape \\(2,\\)"),
    ],
)
def test_solve_takes_one_member(start: tuple[int, ...], h: dict, message: str) -> None:
    theta = torch.ones(start, dtype=torch.float64)
    with pytest.raises(ValueError, match=message):
        gt.solve(
            gt.Bilinear.xy(), gt.Extragradient(), theta, torch.ones(1, dtype=torch.float64), **h
        )


def test_swept_game_hyper_parameters_must_broadcast() -> None:
    def make(gamma: torch.Tensor, noise: torch.Tensor) -> gt.DiracGAN:
        return gt.DiracGAN(penalties=[gt.R1(gamma)], instance_noise=noise)

    swept = {"gamma": torch.ones(2), "noise": torch.ones(3)}
    with pytest.raises(ValueError, match=r"that broadcast, got .*\(2,\), .*\(3,\)"):
        gt.simulate(make, gt.Simultaneous(), [1.0], [0.0], 2, eta=0.1, game_hparams=swept)


def test_an_empty_batch_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one member, got batch shapes"):
        gt.simulate(gt.Bilinear.xy(), gt.Simultaneous(), torch.ones(0, 1), [0.0], 2, eta=0.1)
