"""Optimisers move as their namesakes in torch.optim do, for one player and for two."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.func import functional_call, vmap
from torch.utils._pytree import tree_flatten, tree_map

import gantext as gt
from tests.games import random_tensor

# (ours, torch's, hyper-parameters under both names)
PEERS: dict[str, tuple[gt.Optimizer, type[torch.optim.Optimizer], dict, dict]] = {
    "sgd": (gt.SGD(), torch.optim.SGD, {}, {}),
    "heavy ball": (gt.HeavyBall(), torch.optim.SGD, {"beta": 0.6}, {"momentum": 0.6}),
    "adam": (gt.Adam(), torch.optim.Adam, {}, {}),
    "adam, as for GANs": (
        gt.Adam(),
        torch.optim.Adam,
        {"beta1": 0.5, "beta2": 0.9, "epsilon": 1e-6},
        {"betas": (0.5, 0.9), "eps": 1e-6},
    ),
    "rmsprop": (
        gt.RMSProp(),
        torch.optim.RMSprop,
        {"alpha": 0.9, "epsilon": 1e-4},
        {"alpha": 0.9, "eps": 1e-4},
    ),
}
every_peer = pytest.mark.parametrize("name", PEERS)
EXACT = {"rtol": 1e-13, "atol": 1e-15}

RULES: dict[str, tuple[type[gt.GradientRule], dict[str, float]]] = {
    "simultaneous": (gt.Simultaneous, {}),
    "alternating": (gt.Alternating, {}),
    "extragradient": (gt.Extragradient, {}),
    "optimistic": (gt.Optimistic, {}),
    "unrolled": (gt.Unrolled, {"eta_unroll": 0.1}),
    "consensus": (gt.Consensus, {"gamma": 0.1}),
    "adjusted": (gt.SymplecticGradientAdjustment, {"strength": 0.1}),
}
every_rule = pytest.mark.parametrize("name", RULES)


def mlp() -> torch.nn.Module:
    return torch.nn.Sequential(
        torch.nn.Linear(2, 4), torch.nn.Tanh(), torch.nn.Linear(4, 2)
    ).double()


class SmallGAN(gt.Game):
    """Two small networks with the non-saturating loss; the batch is (real, noise)."""

    def __init__(self) -> None:
        self.networks = mlp(), mlp()

    def start(self, seed: int) -> tuple[dict[str, torch.Tensor], ...]:
        """Draw both players' parameters."""
        return tuple(
            {
                name: random_tensor(*p.shape, seed=10 * seed + k) / 2
                for name, p in net.named_parameters()
            }
            for k, net in enumerate(self.networks)
        )

    def losses(self, theta: Any, psi: Any, batch: Any = None) -> gt.Losses:
        """Score by the mean of the discriminator's two outputs."""
        real, noise = batch
        fake = functional_call(self.networks[0], theta, (noise,))
        score_real = functional_call(self.networks[1], psi, (real,)).mean(-1)
        score_fake = functional_call(self.networks[1], psi, (fake,)).mean(-1)
        softplus = torch.nn.functional.softplus
        return gt.Losses(
            generator=softplus(-score_fake).mean(),
            discriminator=softplus(-score_real).mean() + softplus(score_fake).mean(),
        )


def batches(count: int, seed: int = 0) -> list[tuple[torch.Tensor, torch.Tensor]]:
    return [
        (random_tensor(8, 2, seed=seed + 2 * k), random_tensor(8, 2, seed=seed + 2 * k + 1))
        for k in range(count)
    ]


@every_peer
def test_moves_as_torch_optim_does(name: str) -> None:
    """Follow fixed gradients of very different sizes for forty steps."""
    ours, peer, own, theirs = PEERS[name]
    start = {"w": random_tensor(3, 2, seed=1), "b": random_tensor(2, seed=2)}
    modules = {k: torch.nn.Parameter(v.clone()) for k, v in start.items()}
    reference = peer(modules.values(), lr=0.01, **theirs)
    params, state = start, ours.init(start)
    hparams = ours.hparams(**own)
    for step in range(40):
        gradients = {
            "w": random_tensor(3, 2, seed=100 + step) * 10.0 ** (step % 7 - 3),
            "b": random_tensor(2, seed=200 + step)
            if step % 5
            else torch.zeros(2, dtype=torch.float64),
        }
        for k, parameter in modules.items():
            parameter.grad = gradients[k].clone()
        reference.step()
        v = tree_map(torch.neg, gradients)
        lr = torch.tensor(0.01, dtype=torch.float64)
        update, state = ours.update(v, state, torch.tensor(step), lr, hparams)
        params = tree_map(torch.add, params, update)
        for k, parameter in modules.items():
            torch.testing.assert_close(params[k], parameter.detach(), **EXACT)


@pytest.mark.parametrize("rule_name", ["simultaneous", "alternating"])
@every_peer
def test_two_networks_train_as_a_plain_loop_does(name: str, rule_name: str) -> None:
    ours, peer, own, theirs = PEERS[name]
    game = SmallGAN()
    theta, psi = game.start(0)
    for net, start in zip(game.networks, (theta, psi), strict=True):
        net.load_state_dict(start)
    generator, discriminator = game.networks
    of_generator = peer(generator.parameters(), lr=0.01, **theirs)
    of_discriminator = peer(discriminator.parameters(), lr=0.02, **theirs)
    rule = RULES[rule_name][0](optimizer=ours)
    hparams = rule.hparams(eta=0.01, eta_psi=0.02, **own)
    state = rule.init(theta, psi)
    params = [dict(net.named_parameters()) for net in game.networks]
    for batch in batches(15):
        state, _ = rule.step(game, state, batch, hparams)
        loss_d = game.losses(*params, batch).discriminator
        gradients_d = torch.autograd.grad(loss_d, list(discriminator.parameters()))
        if rule_name == "simultaneous":
            loss_g = game.losses(*params, batch).generator
            gradients_g = torch.autograd.grad(loss_g, list(generator.parameters()))
        _apply(of_discriminator, discriminator, gradients_d)
        if rule_name == "alternating":
            loss_g = game.losses(*params, batch).generator
            gradients_g = torch.autograd.grad(loss_g, list(generator.parameters()))
        _apply(of_generator, generator, gradients_g)
    for found, expected in zip(state[:2], params, strict=True):
        for key, value in expected.items():
            torch.testing.assert_close(found[key], value.detach(), rtol=1e-10, atol=1e-12)


def _apply(optimizer: torch.optim.Optimizer, net: torch.nn.Module, gradients: Any) -> None:
    for parameter, gradient in zip(net.parameters(), gradients, strict=True):
        parameter.grad = gradient
    optimizer.step()


def test_several_discriminator_steps_count_as_adam_steps() -> None:
    """Each of the discriminator's steps is one of its optimiser's, so bias correction goes on."""
    game, batch = SmallGAN(), batches(1)[0]
    theta, psi = game.start(3)
    rule = gt.Alternating(discriminator_steps=3, optimizer=gt.Adam())
    state = rule.init(theta, psi)
    discriminator = game.networks[1]
    discriminator.load_state_dict(psi)
    reference = torch.optim.Adam(discriminator.parameters(), lr=0.01)
    for _ in range(2):
        before = state.theta
        state, _ = rule.step(game, state, batch, rule.hparams(eta=0.01))
        for _ in range(3):
            loss = game.losses(before, dict(discriminator.named_parameters()), batch).discriminator
            _apply(
                reference,
                discriminator,
                torch.autograd.grad(loss, list(discriminator.parameters())),
            )
    for key, value in discriminator.named_parameters():
        torch.testing.assert_close(state.psi[key], value.detach(), rtol=1e-10, atol=1e-12)


def _adam(g: torch.Tensor, m: torch.Tensor, s: torch.Tensor, t: int) -> tuple:
    """Write Adam's equations out once more, from the paper, for a vector."""
    m = 0.5 * m + 0.5 * g
    s = 0.9 * s + 0.1 * g**2
    return (m / (1 - 0.5**t)) / ((s / (1 - 0.9**t)).sqrt() + 1e-8), m, s


def test_extra_adam_is_the_published_algorithm() -> None:
    """Gidel et al. 2019, algorithm 4: moments are updated at the look-ahead and at the step."""
    A = random_tensor(3, 2, seed=5)
    rule = gt.Extragradient(optimizer=gt.Adam())
    theta, psi = random_tensor(3, seed=6), random_tensor(2, seed=7)
    path = gt.simulate(gt.Bilinear(A), rule, theta, psi, 10, eta=0.05, beta1=0.5, beta2=0.9)
    w, m, s = torch.cat([theta, psi]), torch.zeros(5), torch.zeros(5)

    def gradient(w: torch.Tensor) -> torch.Tensor:
        return torch.cat([A @ w[3:], -A.T @ w[:3]])

    for t in range(10):
        move, m, s = _adam(gradient(w), m, s, 2 * t + 1)
        move, m, s = _adam(gradient(w - 0.05 * move), m, s, 2 * t + 2)
        w = w - 0.05 * move
        found = torch.cat([path.theta[t + 1], path.psi[t + 1]])
        torch.testing.assert_close(found, w, rtol=1e-11, atol=1e-13)


def test_optimistic_adam_is_the_published_algorithm() -> None:
    """Daskalakis et al. 2018, algorithm 1: twice Adam's movement less the one before."""
    A = random_tensor(3, 2, seed=5)
    rule = gt.Optimistic(optimizer=gt.Adam())
    theta, psi = random_tensor(3, seed=6), random_tensor(2, seed=7)
    path = gt.simulate(gt.Bilinear(A), rule, theta, psi, 10, eta=0.05, beta1=0.5, beta2=0.9)
    w, m, s, last = torch.cat([theta, psi]), torch.zeros(5), torch.zeros(5), None
    for t in range(10):
        g = torch.cat([A @ w[3:], -A.T @ w[:3]])
        move, m, s = _adam(g, m, s, t + 1)
        w = w - 0.05 * (2 * move - (move if last is None else last))
        last = move
        found = torch.cat([path.theta[t + 1], path.psi[t + 1]])
        torch.testing.assert_close(found, w, rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("peer", ["adam", "rmsprop", "heavy ball"])
@every_rule
def test_population_with_its_own_hyper_parameters_equals_its_members(name: str, peer: str) -> None:
    """Three GANs of other seeds, rates, decays and batches under vmap; then one at a time."""
    kind, own = RULES[name]
    optimizer = PEERS[peer][0]
    rule, game = kind(optimizer=optimizer), SmallGAN()
    decay = {"adam": "beta1", "rmsprop": "alpha", "heavy ball": "beta"}[peer]
    hparams = rule.hparams(
        eta=torch.tensor([0.001, 0.01, 0.02]), **{decay: torch.tensor([0.0, 0.5, 0.9])}, **own
    )
    hparams = {k: v.expand(3) for k, v in hparams.items()}
    starts = [game.start(seed) for seed in range(3)]
    state = vmap(rule.init)(*tree_map(lambda *leaves: torch.stack(leaves), *starts))
    draws = [batches(6, seed=50 * k) for k in range(3)]
    step = vmap(lambda s, b, h: rule.step(game, s, b, h)[0])
    for moment in range(6):
        stacked = tree_map(lambda *leaves: torch.stack(leaves), *(d[moment] for d in draws))
        state = step(state, stacked, hparams)
    for k, start in enumerate(starts):
        alone, h = rule.init(*start), {key: value[k] for key, value in hparams.items()}
        for batch in draws[k]:
            alone, _ = rule.step(game, alone, batch, h)
        for found, expected in zip(tree_flatten(state)[0], tree_flatten(alone)[0], strict=True):
            torch.testing.assert_close(found[k], expected, rtol=1e-9, atol=1e-11)


@pytest.mark.parametrize("optimizer", [gt.Adam(), gt.RMSProp(), gt.SGD(), gt.HeavyBall()])
def test_float32_networks_stay_float32(optimizer: gt.Optimizer) -> None:
    own = {"beta": 0.3} if isinstance(optimizer, gt.HeavyBall) else {}
    rule, game = gt.Alternating(optimizer=optimizer), SmallGAN()
    game.networks = tuple(net.float() for net in game.networks)
    start = tree_map(torch.Tensor.float, game.start(0))
    batch = tree_map(torch.Tensor.float, batches(1)[0])
    state, _ = rule.step(game, rule.init(*start), batch, rule.hparams(eta=0.01, **own))
    assert {leaf.dtype for leaf in tree_flatten(state[:3])[0]} == {torch.float32}
    stacked = tree_map(lambda leaf: torch.stack([leaf, leaf]), start)
    hparams = {k: v.expand(2) for k, v in rule.hparams(eta=0.01, **own).items()}
    step = vmap(lambda s, h: rule.step(game, s, batch, h)[0])
    state = step(vmap(rule.init)(*stacked), hparams)
    assert {leaf.dtype for leaf in tree_flatten(state[:3])[0]} == {torch.float32}


@pytest.mark.parametrize(
    ("own", "message"),
    [
        ({"beta1": 1.0}, r"beta1: expected values in \[0, 1\), got 1"),
        ({"beta2": -0.1}, r"beta2: expected values in \[0, 1\), got -0.1"),
        ({"epsilon": 0.0}, "epsilon: expected finite values > 0, got 0"),
        ({"beta1": float("nan")}, "beta1: expected numbers, got NaN"),
    ],
)
def test_hyper_parameters_out_of_range(own: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        gt.Alternating(optimizer=gt.Adam()).hparams(eta=0.1, **own)


def test_unknown_hyper_parameters() -> None:
    with pytest.raises(
        TypeError, match=r"Adam: expected .*'beta1 \(optional\)'.*, got \['alpha'\]"
    ):
        gt.Adam().hparams(alpha=0.9)
    with pytest.raises(TypeError, match=r"Simultaneous: expected .*'beta1 \(optional\)'"):
        gt.Simultaneous(optimizer=gt.Adam()).hparams(eta=0.1, alpha=0.9)
    with pytest.raises(TypeError, match="Simultaneous: expected"):
        gt.Simultaneous().hparams(eta=0.1, beta1=0.9)


def test_the_heavy_ball_has_no_default() -> None:
    """Without beta it would be plain descent, and nobody would see it."""
    with pytest.raises(TypeError, match=r"HeavyBall: expected \['beta'\], got \[\]"):
        gt.HeavyBall().hparams()
    with pytest.raises(TypeError, match=r"Alternating: expected \['eta', 'beta', 'eta_psi \(opt"):
        gt.Alternating(optimizer=gt.HeavyBall()).hparams(eta=0.1)
    with pytest.raises(ValueError, match="beta: expected finite values, got inf"):
        gt.Alternating(optimizer=gt.HeavyBall()).hparams(eta=0.1, beta=float("inf"))


def test_averaged_passes_the_optimiser_its_hyper_parameters() -> None:
    rule = gt.Averaged(gt.Alternating(optimizer=gt.Adam()))
    mean = gt.simulate(gt.Bilinear.xy(), rule, [1.0], [0.0], 5, eta=0.1, beta1=0.5)
    path = gt.simulate(gt.Bilinear.xy(), rule.rule, [1.0], [0.0], 5, eta=0.1, beta1=0.5)
    torch.testing.assert_close(mean.theta[5], path.theta[1:].mean(0), **EXACT)
