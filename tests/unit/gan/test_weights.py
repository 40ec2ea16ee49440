"""Weights: drawn from a seed alone, fixed where they are not trained, put back in networks."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import Tensor, nn

import gantext as gt
from gantext.gan.weights import update_buffers
from tests.gans import experiment, small_gan
from tests.unit.gan.test_networks import every_module

# Weights from a seed


@every_module
@pytest.mark.parametrize("seed", [0, 5])
def test_weights_are_those_of_a_fresh_module(make, seed: int) -> None:
    found = gt.draw_weights(make(), seed)
    torch.manual_seed(seed)
    expected = make().state_dict()
    assert found.keys() == expected.keys()
    for key, value in expected.items():
        assert torch.equal(found[key], value), key


@every_module
def test_a_draw_leaves_all_else_as_it_was(make) -> None:
    module = make()
    before = deepcopy(module.state_dict())
    state = torch.get_rng_state()
    weights = gt.draw_weights(module, 3)
    assert torch.equal(torch.get_rng_state(), state), "the global randomness was touched"
    for key, value in module.state_dict().items():
        assert torch.equal(value, before[key])
    for value in weights.values():  # nor does the module change with what was drawn
        assert not value.requires_grad
        value.add_(1)
    for key, value in module.state_dict().items():
        assert torch.equal(value, before[key])


def test_other_devices_randomness_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    def seeded(seed: int) -> None:
        raise AssertionError(f"every GPU was seeded with {seed}")

    monkeypatch.setattr(torch.cuda, "manual_seed_all", seeded)
    gt.draw_weights(gt.MLP(2, 1), 0)


def test_seeds_and_types_of_weights() -> None:
    mlp = gt.MLP(2, 1)
    one, again, other = (gt.draw_weights(mlp, seed) for seed in (1, 1, 2))
    assert all(torch.equal(one[key], again[key]) for key in one)
    assert not any(torch.equal(one[key], other[key]) for key in one)
    exact = gt.draw_weights(mlp, 1, dtype=torch.float64)
    assert {value.dtype for value in exact.values()} == {torch.float64}
    assert all(torch.equal(exact[key], one[key].double()) for key in one)
    assert gt.draw_weights(mlp, 1, device="meta")["0.weight"].device.type == "meta"


class Own(nn.Module):
    """A layer that keeps how its parameter is drawn to itself."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(2))


@pytest.mark.parametrize(
    ("module", "place"), [(Own(), "the module itself"), (nn.Sequential(nn.Tanh(), Own()), "1")]
)
def test_parameters_that_nothing_draws_are_refused(module: nn.Module, place: str) -> None:
    before = torch.get_rng_state()
    with pytest.raises(ValueError, match=rf"Own \({place}\): expected a method reset_parameters"):
        gt.draw_weights(module, 0)
    assert torch.equal(torch.get_rng_state(), before)


def test_the_module_is_put_back_when_a_later_layer_is_refused() -> None:
    module = nn.Sequential(nn.Linear(2, 2), Own())
    before = deepcopy(module.state_dict())
    with pytest.raises(ValueError, match="reset_parameters"):
        gt.draw_weights(module, 0)
    for key, value in module.state_dict().items():
        assert torch.equal(value, before[key])


class Counting(nn.Module):
    """A layer of a user's own, with a buffer that goes on."""

    def __init__(self, answers: str = "seen") -> None:
        super().__init__()
        self.register_buffer("seen", torch.zeros(()))
        self.answers = answers

    def reset_parameters(self) -> None:
        """Count from one."""
        self.seen.fill_(1.0)

    def forward(self, x):
        """Show the count."""
        return x + self.seen

    def update_buffers(self, own):
        """Count on."""
        return {self.answers: own["seen"] + 1}


def test_any_layer_may_have_buffers_that_go_on() -> None:
    network = nn.Sequential(nn.Linear(2, 2), nn.Sequential(Counting()))
    weights = update_buffers(network, gt.draw_weights(network, 0))
    assert weights["1.0.seen"] == 2
    assert update_buffers(network, weights)["1.0.seen"] == 3
    alone = Counting()
    assert update_buffers(alone, gt.draw_weights(alone, 0)) == {"seen": 2}


def test_a_layer_updates_its_buffers_and_nothing_else() -> None:
    network = nn.Sequential(Counting("counted"))
    with pytest.raises(ValueError, match=r"Counting.update_buffers: expected .*\['seen'\], got"):
        update_buffers(network, gt.draw_weights(network, 0))


class AnyWay(nn.Module):
    """A layer that draws its weights in a way of its own."""

    def __init__(self, draw: Callable[[Tensor], Any]) -> None:
        super().__init__()
        self.weight, self.draw = nn.Parameter(torch.zeros(6)), draw

    def reset_parameters(self) -> None:
        """Draw."""
        with torch.no_grad():
            self.weight.copy_(self.draw(self.weight))


WAYS: dict[str, Callable[[Tensor], Tensor]] = {
    "uniform_": lambda w: w.clone().uniform_(-1, 1),
    "randn": lambda w: torch.randn(w.shape),
    "rand_like": torch.rand_like,
    "randn_like": torch.randn_like,
    "randint": lambda w: torch.randint(-(10**6), 10**6, w.shape),
    "randperm": lambda w: torch.randperm(len(w)),
    "bernoulli": lambda w: torch.bernoulli(torch.full_like(w, 0.5)) + torch.rand(6),
    "normal": lambda w: torch.normal(torch.zeros_like(w), torch.ones_like(w)),
    "exponential_": lambda w: w.clone().exponential_(),
    "truncated": lambda w: nn.init.trunc_normal_(w.clone()),
    "orthogonal": lambda w: nn.init.orthogonal_(w.clone().reshape(2, 3)).flatten(),
    "sampled": lambda w: torch.distributions.Gamma(2.0, 1.0).sample(w.shape),
}


@pytest.mark.parametrize("way", WAYS)
def test_however_a_layer_draws_it_follows_the_seed(way: str) -> None:
    layer, state = AnyWay(WAYS[way]), torch.get_rng_state()
    one, again, other = (gt.draw_weights(layer, seed)["weight"] for seed in (1, 1, 2))
    assert torch.equal(torch.get_rng_state(), state), "the global randomness was touched"
    assert torch.equal(one, again)
    assert not torch.equal(one, other)


def test_what_takes_no_generator_cannot_follow_a_seed() -> None:
    with pytest.raises(ValueError, match=r"dropout.*expected a random operation that takes a gen"):
        gt.draw_weights(AnyWay(lambda w: torch.ops.aten.native_dropout(w, 0.5, True)[0]), 0)


def test_threads_do_not_draw_from_each_other() -> None:
    """Each draws its own weights while the others, and somebody else, draw theirs."""
    mlp = gt.MLP(2, 1, hidden=[64, 64], layer=gt.SpectralLinear)
    expected = [gt.draw_weights(mlp, seed) for seed in range(8)]
    torch.manual_seed(7)
    alone = torch.rand(20_000)
    torch.manual_seed(7)

    def right(k: int) -> bool:
        found = gt.draw_weights(mlp, k % 8)
        return all(torch.equal(found[key], value) for key, value in expected[k % 8].items())

    with ThreadPoolExecutor(4) as pool:
        answers = pool.map(right, range(400))
        others = torch.stack([torch.rand(()) for _ in range(20_000)])
        assert all(answers)
    assert torch.equal(others, alone), "somebody else's randomness was touched"


# What is not trained


def partly_frozen() -> nn.Module:
    """Return layers with everything that may be held fixed, and something to train in each."""
    network = nn.Sequential(nn.Linear(2, 3), nn.Tanh(), nn.Linear(3, 2))
    with torch.no_grad():
        network[0].weight.fill_(0.7)
        network[2].bias.fill_(-0.3)
    network[0].weight.requires_grad_(False)
    network[2].bias.requires_grad_(False)
    network.register_buffer("scale", torch.tensor([2.0, 3.0]))
    network.register_buffer("order", torch.tensor([1, 0]))
    return network


FIXED = {
    "0.weight": torch.full((3, 2), 0.7),
    "2.bias": torch.full((2,), -0.3),
    "scale": torch.tensor([2.0, 3.0]),
}


def test_what_is_frozen_is_not_drawn() -> None:
    found = gt.draw_weights(partly_frozen(), 5)
    assert found.keys() == {"0.weight", "0.bias", "2.weight", "2.bias", "scale"}
    for key, value in FIXED.items():
        assert torch.equal(found[key], value), key
    # What is trained is drawn as if nothing was frozen.
    whole = gt.draw_weights(partly_frozen().requires_grad_(True), 5)
    for key in ("0.bias", "2.weight"):
        assert torch.equal(found[key], whole[key]), key


def test_a_layer_without_anything_to_train_needs_no_way_to_draw_it() -> None:
    own = Own().requires_grad_(False)
    assert torch.equal(gt.draw_weights(own, 0)["scale"], torch.ones(2))


RULES = {
    "simultaneous": gt.Simultaneous(),
    "adam": gt.Alternating(optimizer=gt.Adam()),
    "rmsprop": gt.Alternating(optimizer=gt.RMSProp()),
    "momentum": gt.Simultaneous(optimizer=gt.HeavyBall()),
    "extragradient": gt.Extragradient(),
    "optimistic": gt.Optimistic(),
    "unrolled": gt.Unrolled(2),
    "consensus": gt.Consensus(),
    "symplectic": gt.SymplecticGradientAdjustment(),
    "averaged": gt.Averaged(gt.Extragradient()),
}


class Ordered(nn.Module):
    """Reorders and scales what comes in, by its buffers, before the layers see it."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = partly_frozen()

    def forward(self, x: Tensor) -> Tensor:
        """Use every buffer."""
        return self.layers(x[..., self.layers.order] * self.layers.scale)


@pytest.mark.parametrize("name", RULES)
@pytest.mark.parametrize("seeds", [0, 2], ids=["one", "many"])
def test_no_rule_moves_what_is_not_trained(name: str, seeds: int) -> None:
    discriminator = nn.Sequential(Ordered(), nn.Linear(2, 1))
    of = experiment(RULES[name], small_gan(discriminator, penalties=[gt.R1(0.1)]))
    required = {"beta": 0.5, "gamma": 0.1, "strength": 0.1, "eta_unroll": 0.01}
    wanted = {k: v for k, v in required.items() if k in of.rule._hparams()[0]}
    run = gt.train(of, 8, seeds=seeds, eta=0.01, device="cpu", **wanted)
    start = gt.draw_weights(discriminator, 1, dtype=torch.float64)
    for key, value in FIXED.items():
        found = run.psi[f"0.layers.{key}"]
        torch.testing.assert_close(found, value.double().expand_as(found), rtol=1e-7, atol=0)
    moved = run.psi["0.layers.2.weight"].reshape(-1, 2, 3)[0]
    assert not torch.equal(moved, start["0.layers.2.weight"])


def test_a_trained_network_is_a_module() -> None:
    discriminator = nn.Sequential(Ordered(), nn.Linear(2, 1))
    of, x = experiment(game=small_gan(discriminator), dtype=torch.float32), torch.randn(5, 2)
    one = gt.train(of, 5, eta=0.05, device="cpu")
    many = gt.train(of, 5, seeds=3, eta=[0.05, 0.1], device="cpu")
    for run, member in ((one, ()), (many, (1, 2)), (many, (-1, 0))):
        theta, psi = ({k: v[member] for k, v in w.items()} for w in (run.theta, run.psi))
        assert torch.equal(run.generator(member)(x), of.game.generate(theta, x))
        assert torch.equal(run.discriminator(member)(x), of.game.score(psi, x))
    assert not torch.equal(one.generator()(x), of.game.generator(x)), "it is the trained one"
    assert one.generator() is not of.game.generator
    for member in ((), 3, (2, 0), (0, 3), (0, 0, 0)):
        with pytest.raises(ValueError, match=r"member: expected a place .*\(2, 3\), got"):
            many.generator(member)
    exact = gt.train(experiment(), 2, eta=0.1, device="cpu").generator()
    assert {p.dtype for p in exact.parameters()} == {torch.float64}
