"""Networks: what shapes they take and give, and weights that are torch's own, drawn from a seed."""

from __future__ import annotations

from copy import deepcopy
from itertools import pairwise

import pytest
import torch
from torch import nn
from torch.func import functional_call, grad, vmap
from torch.nn.modules.batchnorm import _NormBase

import gantext as gt
from gantext.gan.layers import Doubled
from gantext.gan.weights import update_buffers
from tests.games import random_tensor

MODULES = {
    "mlp": lambda: gt.MLP(3, 2, hidden=[8, 5]),
    "mlp with spread": lambda: gt.MLP(3, 1, minibatch_std=True),
    "spectral mlp": lambda: gt.MLP(3, 1, hidden=[8], layer=gt.SpectralLinear, minibatch_std=True),
    "generator": lambda: gt.ConvGenerator(4, 3, 16, width=4),
    "discriminator": lambda: gt.ConvDiscriminator(2, 8, width=4, minibatch_std=True),
    "packed": lambda: gt.Packed(gt.ConvDiscriminator(2, 8, width=4), 2),
    "spectral convolution": lambda: nn.Sequential(
        gt.SpectralConv2d(2, 4, 3, stride=2, padding=1), nn.Flatten(), gt.SpectralLinear(64, 1)
    ),
}
every_module = pytest.mark.parametrize("make", MODULES.values(), ids=MODULES)


# Shapes


@pytest.mark.parametrize("hidden", [(), (4,), (4, 5, 6)])
@pytest.mark.parametrize("minibatch_std", [False, True])
def test_layers_of_an_mlp(hidden: tuple[int, ...], minibatch_std: bool) -> None:
    mlp = gt.MLP(3, 2, hidden=hidden, activation=nn.Tanh, minibatch_std=minibatch_std)
    layers = [layer for layer in mlp if isinstance(layer, nn.Linear)]
    widths = [3, *hidden, 2]
    expected = [list(pair) for pair in pairwise(widths)]
    expected[-1][0] += minibatch_std
    assert [[layer.in_features, layer.out_features] for layer in layers] == expected
    assert sum(isinstance(layer, nn.Tanh) for layer in mlp) == len(hidden)
    assert isinstance(mlp[-1], nn.Linear)
    assert mlp(torch.zeros(5, 3)).shape == (5, 2)


def test_an_mlp_by_hand() -> None:
    mlp = gt.MLP(3, 1, hidden=[4])
    x = torch.randn(6, 3)
    inside = torch.relu(x @ mlp[0].weight.T + mlp[0].bias)
    torch.testing.assert_close(mlp(x), inside @ mlp[2].weight.T + mlp[2].bias)
    assert gt.MLP(2, 1)[2].weight.shape == (64, 64)


@pytest.mark.parametrize("size", [8, 16, 32])
@pytest.mark.parametrize("channels", [1, 3])
def test_images_of_every_size(size: int, channels: int) -> None:
    generator = gt.ConvGenerator(5, channels, size, width=2)
    images = generator(torch.randn(4, 5))
    assert images.shape == (4, channels, size, size)
    assert images.abs().max() <= 1
    for minibatch_std in (False, True):
        discriminator = gt.ConvDiscriminator(channels, size, width=2, minibatch_std=minibatch_std)
        assert discriminator(images).shape == (4, 1)
        assert any(isinstance(m, gt.MinibatchStdDev) for m in discriminator) == minibatch_std
    # Twice as wide with every halving of the size, down to four pixels; and back.
    widths = [2 * 2**k for k in range({8: 1, 16: 2, 32: 3}[size])]
    convolutions = [m for m in discriminator if isinstance(m, nn.Conv2d)]
    assert [m.out_channels for m in convolutions] == [2, *widths]
    convolutions = [m for m in generator if isinstance(m, nn.Conv2d)]
    assert [m.in_channels for m in convolutions] == [widths[-1], *reversed(widths)]


@pytest.mark.parametrize("size", [0, 4, 7, 12, 24, -8])
def test_other_sizes_are_refused(size: int) -> None:
    with pytest.raises(ValueError, match=f"size: expected 8, 16, 32, ..., got {size}"):
        gt.ConvGenerator(5, 1, size)
    with pytest.raises(ValueError, match=f"size: expected 8, 16, 32, ..., got {size}"):
        gt.ConvDiscriminator(1, size)


@every_module
def test_no_network_keeps_averages_of_batches(make) -> None:
    assert not any(isinstance(module, _NormBase) for module in make().modules())


def test_a_sample_is_judged_alone_unless_the_spread_is_asked_for() -> None:
    x = torch.randn(4, 2, 8, 8)
    torch.manual_seed(0)
    alone = gt.ConvDiscriminator(2, 8, width=2)
    torch.testing.assert_close(alone(x)[:2], alone(x[:2]))
    together = gt.ConvDiscriminator(2, 8, width=2, minibatch_std=True)
    assert not torch.allclose(together(x)[:2], together(x[:2]))


# Layers


def test_doubling_is_torchs_nearest_neighbour() -> None:
    x = torch.randn(2, 3, 4, 5)
    assert torch.equal(Doubled()(x), nn.Upsample(scale_factor=2, mode="nearest")(x))


@pytest.mark.parametrize("shape", [(5, 3), (5, 3, 4, 2)])
def test_minibatch_spread_by_hand(shape: tuple[int, ...]) -> None:
    x = random_tensor(*shape)
    flat = x.flatten(1)
    deviations = [
        (((column - column.mean()) ** 2).mean() + 1e-8).sqrt() for column in flat.unbind(1)
    ]
    found = gt.MinibatchStdDev()(x)
    assert found.shape == (5, 4, *shape[2:])
    assert torch.equal(found[:, :3], x)
    expected = sum(deviations) / len(deviations)
    torch.testing.assert_close(found[:, 3], expected.expand(5, *shape[2:]))
    torch.autograd.gradcheck(gt.MinibatchStdDev(), x.requires_grad_())


def test_a_batch_without_spread_has_a_finite_slope() -> None:
    x = torch.ones(4, 3)
    slope = grad(lambda x: gt.MinibatchStdDev()(x)[:, 3].sum())(x)
    assert torch.isfinite(slope).all()
    assert gt.MinibatchStdDev()(x)[0, 3] == pytest.approx(1e-4)


@pytest.mark.parametrize("pack", [1, 2, 3])
def test_packing_glues_samples_that_follow_each_other(pack: int) -> None:
    x = random_tensor(6, 2)
    inner = nn.Linear(2 * pack, 1).double()
    by_hand = torch.stack([inner(torch.cat([*x[k : k + pack]])) for k in range(0, 6, pack)])
    torch.testing.assert_close(gt.Packed(inner, pack)(x), by_hand)


def test_packing_images_glues_channels() -> None:
    x = random_tensor(4, 3, 8, 8)
    seen = []

    class Look(nn.Module):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            seen.append(x)
            return x.flatten(1).sum(1, keepdim=True)

    assert gt.Packed(Look(), 2)(x).shape == (2, 1)
    assert seen[0].shape == (2, 6, 8, 8)
    assert torch.equal(seen[0][1], torch.cat([x[2], x[3]]))


def test_packs_that_do_not_come_out_even() -> None:
    with pytest.raises(ValueError, match="expected a batch of a multiple of pack=2, got 5"):
        gt.Packed(gt.MLP(4, 1), 2)(torch.zeros(5, 2))
    with pytest.raises(ValueError, match="pack: expected >= 1, got 0"):
        gt.Packed(gt.MLP(4, 1), 0)


# Spectral normalisation

SPECTRAL = {
    "linear": (lambda: gt.SpectralLinear(5, 3), lambda: nn.Linear(5, 3), (4, 5)),
    "convolution": (
        lambda: gt.SpectralConv2d(2, 4, 3, stride=2, padding=1),
        lambda: nn.Conv2d(2, 4, 3, stride=2, padding=1),
        (3, 2, 8, 8),
    ),
}
every_spectral = pytest.mark.parametrize("name", SPECTRAL)


def largest(weight: torch.Tensor) -> torch.Tensor:
    return torch.linalg.svdvals(weight.flatten(1))[0]


def started(name: str, seed: int = 0) -> tuple[nn.Module, dict[str, torch.Tensor], torch.Tensor]:
    layer = SPECTRAL[name][0]().double()
    return (
        layer,
        gt.draw_weights(layer, seed, dtype=torch.float64),
        random_tensor(*SPECTRAL[name][2]),
    )


@every_spectral
def test_the_buffer_finds_the_largest_singular_value(name: str) -> None:
    layer, weights, _ = started(name)
    matrix = weights["weight"].flatten(1)
    u = weights["u"]
    assert float(u.norm()) == pytest.approx(1)
    before = -1.0
    for _ in range(200):
        weights = update_buffers(layer, weights)
        assert float(weights["u"].norm()) == pytest.approx(1)
        estimate = float((matrix.T @ weights["u"]).norm())
        assert estimate >= before - 1e-12  # power iteration only comes nearer, from below
        before = estimate
    assert not torch.allclose(weights["u"], u)
    assert before == pytest.approx(float(largest(matrix)), rel=1e-9)
    normalised = weights["weight"] / before
    assert float(largest(normalised)) == pytest.approx(1, rel=1e-9)


@every_spectral
def test_normalised_as_torchs_own(name: str) -> None:
    """The same output, and the same slope in the weight, given the same vectors."""
    layer, weights, x = started(name)
    plain = SPECTRAL[name][1]().double()
    plain.load_state_dict({key: weights[key] for key in ("weight", "bias")})
    theirs = nn.utils.parametrizations.spectral_norm(plain).eval()  # at rest, no round is taken
    one = theirs.parametrizations.weight[0]
    for rounds in range(3):
        one._u.copy_(weights["u"])
        one._v.copy_(nn.functional.normalize(weights["weight"].flatten(1).T @ weights["u"], dim=0))

        def energy(weights, x=x):
            return functional_call(layer, weights, (x,)).square().sum()

        expected = theirs(x)
        torch.testing.assert_close(functional_call(layer, weights, (x,)), expected)
        original = theirs.parametrizations.weight.original
        slopes = torch.autograd.grad(
            expected.square().sum(), [original, theirs.bias], create_graph=True
        )
        found = grad(energy)(weights)
        torch.testing.assert_close(found["weight"], slopes[0])
        torch.testing.assert_close(found["bias"], slopes[1])
        # Once more differentiated too, as some update rules do.
        (second,) = torch.autograd.grad(slopes[0].square().sum(), original)
        twice = grad(lambda weights: grad(energy)(weights)["weight"].square().sum())(weights)
        torch.testing.assert_close(twice["weight"], second)
        assert not found["u"].any(), "no loss moves the buffer"
        moved = update_buffers(layer, weights)
        # Theirs is stored as the vectors after the round.
        one._power_method(weights["weight"].flatten(1), 1)
        torch.testing.assert_close(one._u, moved["u"], msg=f"round {rounds}")
        weights = moved


@every_spectral
def test_when_it_has_converged_the_layer_has_norm_one(name: str) -> None:
    layer, weights, _ = started(name)
    for _ in range(200):
        weights = update_buffers(layer, weights)
    layer.load_state_dict(weights)
    assert float(largest(layer._normalised().detach())) == pytest.approx(1, rel=1e-9)
    # Whatever the scale of the weight.
    scaled = weights | {"weight": 7 * weights["weight"]}
    layer.load_state_dict(scaled)
    assert float(largest(layer._normalised().detach())) == pytest.approx(1, rel=1e-9)


def test_updated_buffers_touch_nothing_else_and_work_under_vmap() -> None:
    mlp = MODULES["spectral mlp"]().double()
    members = [gt.draw_weights(mlp, seed, dtype=torch.float64) for seed in range(3)]
    stacked = {key: torch.stack([w[key] for w in members]) for key in members[0]}
    found = vmap(lambda w: update_buffers(mlp, w))(stacked)
    for k, member in enumerate(members):
        alone = update_buffers(mlp, member)
        for key, value in alone.items():
            torch.testing.assert_close(found[key][k], value)
            assert key.endswith("u") or value is member[key]
    plain = gt.MLP(2, 1)
    weights = gt.draw_weights(plain, 0)
    assert all(update_buffers(plain, weights)[key] is value for key, value in weights.items())


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
