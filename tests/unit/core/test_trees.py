"""One gradient in two ways, chosen by who else is asking; both give the same."""

from __future__ import annotations

import contextlib

import pytest
import torch
from torch.autograd import forward_ad
from torch.func import grad, grad_and_value, jacrev, jvp, vmap

from gantext.core.trees import gradient_and_value
from tests.games import assert_same_tree, random_tensor

WAYS = {
    "as one would call it": contextlib.nullcontext,
    "autograd switched off, as in training": torch.no_grad,
    "inference": torch.inference_mode,
}
every_way = pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)


def tree(seed: int = 0) -> dict[str, torch.Tensor]:
    return {"a": random_tensor(3, seed=seed), "b": random_tensor(2, 2, seed=seed + 1)}


def energy(tree: dict[str, torch.Tensor]) -> torch.Tensor:
    return (tree["a"] ** 3).sum() * tree["b"].sin().sum()


@every_way
def test_the_gradient_and_the_value(way) -> None:
    at = tree()
    with way():
        gradient, value = gradient_and_value(energy, at)
    sine = at["b"].sin().sum()
    assert_same_tree(
        gradient,
        {"a": 3 * at["a"] ** 2 * sine, "b": (at["a"] ** 3).sum() * at["b"].cos()},
        rtol=1e-14,
        atol=1e-14,
    )
    torch.testing.assert_close(value, energy(at))
    assert not value.requires_grad
    assert not any(leaf.requires_grad for leaf in (*gradient.values(), *at.values()))


@every_way
@pytest.mark.parametrize("constant", [lambda t: t["a"].sum(), lambda _: torch.ones(()).double()])
def test_no_slope_is_zero_not_none(way, constant) -> None:
    """One leaf does not matter, or none does."""
    with way():
        found = gradient_and_value(constant, tree())
    # In inference mode PyTorch 2.11 itself answers with zeros.
    assert_same_tree(found, grad_and_value(constant)(tree()))
    assert not found[0]["b"].any()


@every_way
def test_inside_other_transforms(way) -> None:
    """Under vmap, along a direction, and once more differentiated, in each order."""

    def by_us(a, b):
        return gradient_and_value(energy, {"a": a, "b": b})

    def by_torch(a, b):
        return grad_and_value(energy)({"a": a, "b": b})

    a, b = random_tensor(4, 3), random_tensor(4, 2, 2, seed=1)
    direction = (random_tensor(3, seed=2), random_tensor(2, 2, seed=3))
    one = (a[0], b[0])
    for transform in (
        lambda f: vmap(f)(a, b),
        lambda f: jvp(f, one, direction),
        lambda f: vmap(lambda a, b: jvp(f, (a, b), direction))(a, b),
        lambda f: grad(lambda a, b: f(a, b)[0]["b"].square().sum() + f(a, b)[1])(*one),
        lambda f: vmap(jacrev(lambda a, b: f(a, b)[0]["a"], argnums=(0, 1)))(a, b),
    ):
        with way():
            found = transform(by_us)
        assert_same_tree(found, transform(by_torch))


def test_what_is_closed_over_can_be_differentiated_too() -> None:
    """The other player, or a hyper-parameter, is not among the leaves."""
    other = random_tensor(3, seed=4).requires_grad_()
    gradient, value = gradient_and_value(lambda t: (t * other).prod(), random_tensor(3))
    (found,) = torch.autograd.grad(gradient.sum() + value, other)
    expected = grad(
        lambda w: (lambda g, v: g.sum() + v)(
            *grad_and_value(lambda t: (t * w).prod())(random_tensor(3))
        )
    )(other.detach())
    torch.testing.assert_close(found, expected)


def test_leaves_that_ask_for_a_derivative_get_it() -> None:
    at = {name: leaf.requires_grad_() for name, leaf in tree().items()}
    gradient, value = gradient_and_value(energy, at)
    found = torch.autograd.grad(gradient["a"].sum() + value, list(at.values()))
    for leaf, expected in zip(
        found,
        grad(lambda t: grad(energy)(t)["a"].sum() + energy(t))(tree()).values(),
        strict=True,
    ):
        torch.testing.assert_close(leaf, expected)


@pytest.mark.parametrize("way", [contextlib.nullcontext, torch.no_grad])
def test_forward_derivatives_go_through(way) -> None:
    with way(), forward_ad.dual_level():
        at = forward_ad.make_dual(torch.tensor([1.0, 2.0]), torch.tensor([1.0, 0.5]))
        gradient, _ = gradient_and_value(lambda t: (t**3).sum(), at)
        tangent = forward_ad.unpack_dual(gradient).tangent
    assert tangent.tolist() == [6.0, 6.0]
