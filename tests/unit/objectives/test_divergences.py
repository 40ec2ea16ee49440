"""Shapes, batches, edge cases and errors of the divergences; their laws are in tests/theory."""

from __future__ import annotations

import numpy as np
import pytest
import torch

import gantext as gt

ALL = pytest.mark.parametrize("divergence", [gt.kl, gt.js, gt.total_variation])


def distributions(*shape: int, seed: int = 0) -> torch.Tensor:
    """Random probability vectors, some with zeros."""
    weights = np.random.default_rng(seed).gamma(0.5, size=shape)
    weights[..., 0] *= np.random.default_rng(seed + 1).integers(0, 2, size=shape[:-1])
    return torch.from_numpy(weights / weights.sum(-1, keepdims=True))


@ALL
@pytest.mark.parametrize(
    ("p_shape", "q_shape", "shape"),
    [
        ((4,), (4,), ()),
        ((3, 4), (4,), (3,)),
        ((4,), (2, 3, 4), (2, 3)),
        ((5, 1, 4), (3, 4), (5, 3)),
        ((0, 4), (4,), (0,)),
        ((3, 1), (1,), (3,)),
    ],
)
def test_last_dimension_is_summed_and_leading_ones_broadcast(divergence, p_shape, q_shape, shape):
    result = divergence(torch.full(p_shape, 1 / p_shape[-1]), torch.full(q_shape, 1 / q_shape[-1]))
    assert result.shape == shape
    assert result.dtype == torch.float64


@ALL
def test_a_batch_is_its_members_alone(divergence):
    p, q = distributions(6, 5), distributions(6, 5, seed=7)
    alone = torch.stack([divergence(a, b) for a, b in zip(p, q, strict=True)])
    torch.testing.assert_close(divergence(p, q), alone, rtol=0, atol=0)
    torch.testing.assert_close(torch.func.vmap(divergence)(p, q), alone, rtol=0, atol=0)
    every_pair = torch.stack([torch.stack([divergence(a, b) for b in q]) for a in p])
    torch.testing.assert_close(divergence(p[:, None], q), every_pair, rtol=0, atol=0)


@ALL
def test_lists_arrays_and_tensors_mean_the_same(divergence):
    p, q = [0.25, 0.75], [0.5, 0.5]
    expected = divergence(p, q)
    assert torch.equal(divergence(np.array(p), np.array(q)), expected)
    assert torch.equal(divergence(torch.tensor(p), torch.tensor(q)), expected)


@ALL
def test_a_float32_softmax_is_a_distribution(divergence):
    logits = torch.randn(200, 50, generator=torch.Generator().manual_seed(0))
    p = torch.softmax(logits, -1)
    assert float((p.double().sum(-1) - 1).abs().max()) > 1e-8  # or the test would show nothing
    exact = torch.softmax(logits.double(), -1)
    found, expected = divergence(p, p.flip(0)), divergence(exact, exact.flip(0))
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=0)
    assert float(divergence(p, p).abs().max()) == 0


@ALL
@pytest.mark.parametrize(
    ("p", "q", "message"),
    [
        (0.5, [0.5, 0.5], r"p: expected probabilities of shape \(\.\.\., K\), got shape \(\)"),
        ([0.5, 0.5], 1.0, r"q: expected probabilities of shape \(\.\.\., K\), got shape \(\)"),
        ([0.5, float("nan")], [0.5, 0.5], "p: expected numbers, got NaN"),
        ([0.5, 0.5], [1.5, -0.5], "q: expected probabilities >= 0, got -0.5"),
        ([0.5, 0.6], [0.5, 0.5], "p: expected probabilities that sum to 1, got a sum of 1.1"),
        ([0.5, 0.5], [1.0], r"same last dimension, got p \(2,\), q \(1,\)"),
        ([[1.0, 0.0]] * 2, [[1.0, 0.0]] * 3, r"that broadcast, got p \(2, 2\), q \(3, 2\)"),
    ],
)
def test_bad_input_is_named(divergence, p, q, message):
    with pytest.raises(ValueError, match=message):
        divergence(p, q)


def test_zeros():
    p, q = [0.5, 0.5, 0.0], [0.25, 0.75, 0.0]
    torch.testing.assert_close(gt.kl(p, q), gt.kl(p[:2], q[:2]), rtol=0, atol=0)
    torch.testing.assert_close(gt.js(p, q), gt.js(p[:2], q[:2]), rtol=0, atol=0)
    assert gt.kl([1.0, 0.0], [0.5, 0.5]).item() == pytest.approx(np.log(2), rel=1e-15)
    assert gt.kl([0.5, 0.5], [1.0, 0.0]) == torch.inf
    assert gt.kl([0.0, 1.0], [1.0, 0.0]) == torch.inf
    assert gt.js([0.0, 1.0], [1.0, 0.0]).item() == pytest.approx(np.log(2), rel=1e-15)
    assert gt.total_variation([0.0, 1.0], [1.0, 0.0]) == 1


@ALL
@pytest.mark.parametrize("tiny", [5e-324, 1e-310, 1e-200, 1e-30])
def test_the_smallest_numbers_do_no_harm(divergence, tiny):
    p = torch.tensor([1.0, tiny, 0.0, tiny], dtype=torch.float64, requires_grad=True)
    q = torch.tensor([1.0, tiny, tiny, 0.5 * tiny], dtype=torch.float64, requires_grad=True)
    result = divergence(p, q)
    expected = torch.inf if divergence is gt.kl and q[3] == 0 else 0.0
    assert result.item() == pytest.approx(expected, abs=1e-28)
    for gradient in torch.autograd.grad(result, (p, q)):
        assert torch.isfinite(gradient).all()


@pytest.mark.parametrize("divergence", [gt.kl, gt.js])
def test_gradients_are_finite_at_zeros(divergence):
    p = torch.tensor([0.0, 0.5, 0.5, 0.0], dtype=torch.float64, requires_grad=True)
    q = torch.tensor([0.2, 0.8, 0.0, 0.0], dtype=torch.float64, requires_grad=True)
    for gradient in torch.autograd.grad(divergence(p, q), (p, q)):
        assert torch.isfinite(gradient).all()


def test_gradient_survives_a_softmax_that_underflowed():
    logits = torch.tensor([0.0, 1.0, -2000.0], dtype=torch.float64, requires_grad=True)
    for divergence in (gt.kl, gt.js):
        p = torch.softmax(logits, -1)
        assert p[2] == 0
        (gradient,) = torch.autograd.grad(divergence(p, [0.25, 0.25, 0.5]), logits)
        assert torch.isfinite(gradient).all()
        assert gradient[2] == 0


def test_gradient_of_js_where_one_side_is_zero():
    # d/dq of q/2 log(2q / (p+q)) + p/2 log(2p / (p+q)) is ½ log(2q / (p+q)), at p = 0 too.
    p = torch.tensor([0.0, 1.0], dtype=torch.float64)
    q = torch.tensor([0.25, 0.75], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(gt.js(p, q), q)
    expected = 0.5 * torch.log(2 * q.detach() / (p + q.detach()))
    torch.testing.assert_close(gradient, expected, rtol=1e-14, atol=0)


@pytest.mark.parametrize("seed", range(5))
@ALL
def test_gradients_against_finite_differences(divergence, seed):
    generator = torch.Generator().manual_seed(seed)
    logits = torch.randn(2, 3, 6, generator=generator, dtype=torch.float64, requires_grad=True)

    def of_logits(a, b):
        return divergence(torch.softmax(a, -1), torch.softmax(b, -1))

    assert torch.autograd.gradcheck(of_logits, (logits[0], logits[1]), rtol=1e-6, atol=1e-8)
