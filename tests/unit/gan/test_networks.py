"""Networks: what shapes they take and give, and weights that are torch's own, drawn from a seed."""

from __future__ import annotations

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


@pytest.mark.parametrize("shape", [(3, 8), (2, 4, 5, 5)])
def test_maxmin_sorts_pairs_and_keeps_the_length_of_a_gradient(shape) -> None:
    x = random_tensor(*shape, seed=4).requires_grad_()
    found = gt.MaxMin()(x)
    half = shape[1] // 2
    assert torch.equal(found[:, :half], torch.maximum(x[:, 0::2], x[:, 1::2]))
    assert torch.equal(found[:, half:], torch.minimum(x[:, 0::2], x[:, 1::2]))
    weights = random_tensor(*shape, seed=5)
    (gradient,) = torch.autograd.grad((weights * found).sum(), x)
    torch.testing.assert_close(gradient.flatten(1).norm(dim=1), weights.flatten(1).norm(dim=1))
    with pytest.raises(ValueError, match="expected an even number of features, got 3"):
        gt.MaxMin()(torch.zeros(2, 3))


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
    with pytest.raises(ValueError, match="pack: expected an integer >= 1, got 0"):
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
