"""What comes in is checked, and the message says what was expected and what came."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch.fx.experimental.proxy_tensor import make_fx

from gantext.core import checks as check

NAN = float("nan")
INF = float("inf")


def test_numbers_sequences_arrays_and_tensors_become_float64():
    for value in (1, [1.0, 2.0], np.ones((2, 3), dtype=np.float32), torch.ones(2)):
        tensor = check.as_float64("x", value)
        assert tensor.dtype == torch.float64
        assert tensor.shape == np.shape(value)


def test_a_float64_tensor_comes_back_itself_with_its_graph():
    value = torch.ones(3, dtype=torch.float64, requires_grad=True)
    assert check.as_float64("x", value) is value


@pytest.mark.parametrize(
    ("value", "error", "message"),
    [
        ([1.0, NAN], ValueError, r"x: expected numbers, got NaN in a value of shape \(2,\)"),
        ([[1.0], [1.0, 2.0]], ValueError, "x: expected a rectangular array of numbers"),
        (object(), (TypeError, ValueError), "x: expected"),
        ({"a": 1}, (TypeError, ValueError), "x: expected"),
        ("two", (TypeError, ValueError), "x: expected"),
        (None, (TypeError, ValueError), "x: expected"),
        (1j, TypeError, "x: expected real numbers, got complex"),
        ([1.0, 1j], TypeError, "x: expected real numbers, got complex"),
        (np.array([1j]), TypeError, "x: expected real numbers, got complex"),
        (torch.tensor([1j]), TypeError, "x: expected real numbers, got complex"),
        (True, TypeError, "x: expected real numbers, got bool"),
        (torch.ones(1).bool(), TypeError, "x: expected real numbers, got bool"),
        ("12", TypeError, "x: expected real numbers, got str"),
        (b"12", TypeError, "x: expected real numbers, got bytes"),
        (np.array(["1"]), TypeError, "x: expected real numbers, got ndarray"),
        (10**400, ValueError, "x: expected a rectangular array of numbers, got 1000"),
    ],
)
def test_what_is_not_numbers_is_refused(value, error, message):
    with pytest.raises(error, match=message):
        check.as_float64("x", value)


@pytest.mark.parametrize("value", [0.0, -1.0, INF, [0.1, -0.1]])
def test_positive_refuses(value):
    with pytest.raises(ValueError, match="eta: expected finite values > 0, got"):
        check.positive("eta", value)


@pytest.mark.parametrize("value", [-1e-300, -INF, INF, [0.0, -2.0]])
def test_non_negative_refuses(value):
    with pytest.raises(ValueError, match="gamma: expected finite values >= 0, got"):
        check.non_negative("gamma", value)


@pytest.mark.parametrize("value", [INF, [0.0, -INF]])
def test_finite_refuses(value):
    with pytest.raises(ValueError, match="a: expected finite values, got"):
        check.finite("a", value)


@pytest.mark.parametrize("test", [check.positive, check.non_negative, check.finite])
def test_nan_is_refused_everywhere(test):
    with pytest.raises(ValueError, match="got NaN"):
        test("x", [1.0, NAN])


def test_good_values_pass_unchanged():
    torch.testing.assert_close(check.positive("x", [1e-300, 2.0]).tolist(), [1e-300, 2.0])
    torch.testing.assert_close(check.non_negative("x", [0.0, 2.0]).tolist(), [0.0, 2.0])
    torch.testing.assert_close(check.finite("x", [-1.0, 2.0]).tolist(), [-1.0, 2.0])


def test_the_message_shows_a_number_or_a_range():
    with pytest.raises(ValueError, match=r"got -3$"):
        check.positive("x", -3)
    with pytest.raises(ValueError, match=r"got values from -3 to 4 in shape \(2,\)$"):
        check.positive("x", [-3.0, 4.0])


@pytest.mark.parametrize("shape", [(), (2,), (3, 2)])
def test_last_dim_refuses_another_size(shape):
    with pytest.raises(ValueError, match=r"x: expected shape \(\.\.\., 3\), got \("):
        check.last_dim("x", torch.zeros(shape), 3)


def test_last_dim_passes_the_tensor_on():
    tensor = torch.zeros(5, 3)
    assert check.last_dim("x", tensor, 3) is tensor


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (1.0, r"expected probabilities of shape \(\.\.\., K\), got shape \(\)"),
        ([], r"expected probabilities of shape \(\.\.\., K\), got shape \(0,\)"),
        ([[], []], r"got shape \(2, 0\)"),
        ([1.5, -0.5], "expected probabilities >= 0, got -0.5"),
        ([0.5, 0.4], "expected probabilities that sum to 1, got a sum of 0.9"),
        ([0.5, 0.5 + 1e-8], "expected probabilities that sum to 1, got a sum of 1.00000001"),
        ([[0.5, 0.5], [0.5, 0.75]], "got a sum of 1.25"),
        ([INF, 0.0], "got a sum of inf"),
        ([NAN, 1.0], "got NaN"),
    ],
)
def test_probabilities_refuses(value, message):
    with pytest.raises(ValueError, match="p: .*" + message):
        check.probabilities("p", value)


def test_probabilities_allows_rounding_and_no_more():
    check.probabilities("p", [0.1] * 10)
    check.probabilities("p", [0.5, 0.5 + 5e-10])


def test_float32_may_miss_the_sum_by_its_own_rounding_and_is_brought_back():
    missed = torch.tensor([[0.5, 0.5 + 1e-6], [0.25, 0.75]])
    for value in (missed, missed.numpy()):
        p = check.probabilities("p", value)
        assert p.dtype == torch.float64
        torch.testing.assert_close(p.sum(-1), torch.ones(2).double(), rtol=0, atol=1e-15)
    with pytest.raises(ValueError, match="p: expected probabilities that sum to 1, got a sum of"):
        check.probabilities("p", missed.double())
    with pytest.raises(ValueError, match="p: expected probabilities that sum to 1, got a sum of"):
        check.probabilities("p", torch.tensor([0.5, 0.5001]))


def test_vectors_are_finite_and_no_scalars():
    theta, psi = check.vectors([1, 2], torch.zeros(4, 1))
    assert theta.dtype == psi.dtype == torch.float64
    assert theta.shape == (2,)
    assert psi.shape == (4, 1)
    scalar = r"psi: expected shape \(\.\.\., size\), got a scalar; wrap it: \[value\]"
    with pytest.raises(ValueError, match=scalar):
        check.vectors([1.0], 0.0)
    with pytest.raises(ValueError, match="theta: expected finite values"):
        check.vectors([INF], [0.0])


def test_one_number():
    tensor = torch.tensor(2.0)
    assert check.one_number("noise", tensor) is tensor
    message = r"noise: expected one number; simulate and train sweep it.*got shape \(1,\)"
    with pytest.raises(ValueError, match=message):
        check.one_number("noise", torch.ones(1))


def test_same_last_dim():
    check.same_last_dim(("p", "q"), (torch.zeros(4, 3), torch.zeros(3)))
    with pytest.raises(ValueError, match=r"same last dimension, got p \(4, 3\), q \(2,\)"):
        check.same_last_dim(("p", "q"), (torch.zeros(4, 3), torch.zeros(2)))


def test_broadcastable():
    check.broadcastable(("p", "q"), (torch.zeros(4, 1, 3), torch.zeros(5, 3)))
    with pytest.raises(ValueError, match=r"leading dimensions that broadcast, got p \(4, 3\)"):
        check.broadcastable(("p", "q"), (torch.zeros(4, 3), torch.zeros(5, 3)))
    with pytest.raises(ValueError, match="same last dimension"):
        check.broadcastable(("p", "q"), (torch.zeros(4, 3), torch.zeros(4, 1)))


def test_broadcastable_with_more_inner_dimensions():
    check.broadcastable(("x", "y"), (torch.zeros(4, 7, 3), torch.zeros(5, 3)), inner=2)
    with pytest.raises(ValueError, match=r"that broadcast, got x \(4, 7, 3\), y \(2, 5, 3\)"):
        check.broadcastable(("x", "y"), (torch.zeros(4, 7, 3), torch.zeros(2, 5, 3)), inner=2)


def test_shares_are_probabilities_of_one_size_and_equal_by_default():
    assert check.shares("w", None, 4).tolist() == [0.25] * 4
    assert check.shares("w", [0.25, 0.75], 2).tolist() == [0.25, 0.75]
    with pytest.raises(ValueError, match=r"w: expected shape \(3,\), got \(2,\)"):
        check.shares("w", [0.25, 0.75], 3)
    with pytest.raises(ValueError, match=r"w: expected probabilities that sum to 1"):
        check.shares("w", [0.25, 0.25], 2)


def test_tensors_of_a_kind_pass_unchanged():
    for test, dtype in ((check.floating, torch.bfloat16), (check.integers, torch.uint8)):
        tensor = torch.zeros(2, dtype=dtype)
        assert test("x", tensor) is tensor


@pytest.mark.parametrize(
    ("test", "value", "message"),
    [
        (check.floating, [0.0], "x: expected a floating-point tensor, got list"),
        (check.floating, torch.zeros(1).long(), "x: .* got a tensor of torch.int64"),
        (check.integers, np.zeros(1), "x: expected a tensor of integers, got ndarray"),
        (check.integers, torch.zeros(1), "x: .* got a tensor of torch.float32"),
        (check.integers, torch.zeros(1).bool(), "x: .* got a tensor of torch.bool"),
    ],
)
def test_another_kind_is_refused(test, value, message):
    with pytest.raises(TypeError, match=message):
        test("x", value)


def test_values_are_not_read_inside_a_transform_but_shapes_are():
    bad = torch.tensor([[0.2, 0.2], [0.5, 0.5]], dtype=torch.float64)
    checked = torch.func.vmap(lambda p: check.probabilities("p", p))(bad)
    torch.testing.assert_close(checked, bad)
    with pytest.raises(ValueError, match="expected shape"):
        torch.func.vmap(lambda p: check.last_dim("p", p, 3))(bad)


def test_outside_a_transform_a_condition_is_read():
    assert check.holds(torch.tensor(True))
    assert not check.holds(torch.tensor(False))


def test_while_operations_are_recorded_values_are_not_read():
    """A hyper-parameter that comes in as a tensor stands for those of all later calls."""

    def penalised(gamma: torch.Tensor) -> torch.Tensor:
        return check.one_number("gamma", check.non_negative("gamma", gamma)) * 2

    recorded = make_fx(penalised)(torch.tensor(0.5))
    assert float(recorded(torch.tensor(3.0))) == 6
    with pytest.raises(ValueError, match="gamma: expected finite values >= 0, got -1"):
        penalised(torch.tensor(-1.0))
