"""The divergences against scipy, against mpmath where digits are scarce, and against their laws."""

from __future__ import annotations

import mpmath
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import jensenshannon
from scipy.special import rel_entr
from scipy.stats import entropy

import gantext as gt

law = settings(derandomize=True, deadline=None, database=None, max_examples=200)
LOG_2 = float(np.log(2))
ROUNDING = 1e-12


@st.composite
def distributions(draw, count: int, zeros: bool = True) -> list[np.ndarray]:
    """Several distributions on one alphabet of 1 to 12 letters, with zeros and tiny entries."""
    size = draw(st.integers(1, 12))
    entries = [st.floats(1e-3, 1.0), st.floats(1e-12, 1e-3)] + zeros * [st.just(0.0)]
    vector = st.lists(st.one_of(entries), min_size=size, max_size=size).filter(any)
    return [(w := np.array(draw(vector))) / w.sum() for _ in range(count)]


def dirichlet(concentration: float, size: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two batches of random distributions; a small concentration gives very uneven ones."""
    p, q = np.random.default_rng(seed).dirichlet(np.full(size, concentration), size=(2, 50))
    return p, q


def exact(p: np.ndarray, q: np.ndarray) -> tuple[float, float]:
    """KL and JS of the two vectors, each divided by its sum, in 60 digits."""
    with mpmath.workdps(60):
        a, b = ([mpmath.mpf(float(x)) for x in vector] for vector in (p, q))
        a, b = ([x / mpmath.fsum(v) for x in v] for v in (a, b))

        def divergence(u, v):
            terms = (x * mpmath.log(x / y) for x, y in zip(u, v, strict=True) if x)
            return mpmath.fsum(terms)

        middle = [(x + y) / 2 for x, y in zip(a, b, strict=True)]
        return (
            float(divergence(a, b)),
            float((divergence(a, middle) + divergence(b, middle)) / 2),
        )


@pytest.mark.parametrize("size", [1, 2, 5, 100])
@pytest.mark.parametrize("concentration", [0.05, 0.5, 5.0])
def test_against_scipy(concentration, size):
    p, q = dirichlet(concentration, size, seed=size)
    np.testing.assert_allclose(gt.kl(p, q), rel_entr(p, q).sum(-1), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(gt.kl(p, q), entropy(p, q, axis=-1), rtol=1e-12, atol=1e-13)
    by_scipy = np.nan_to_num(jensenshannon(p, q, axis=-1)) ** 2
    np.testing.assert_allclose(gt.js(p, q), by_scipy, rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(
        gt.total_variation(p, q), np.linalg.norm(p - q, ord=1, axis=-1) / 2, rtol=1e-14, atol=1e-15
    )


@law
@given(distributions(2))
def test_against_scipy_with_zeros(pair):
    p, q = pair
    assert gt.kl(p, q).item() == pytest.approx(rel_entr(p, q).sum(), rel=1e-12, abs=ROUNDING)
    middle = (p + q) / 2
    expected = (rel_entr(p, middle).sum() + rel_entr(q, middle).sum()) / 2
    assert gt.js(p, q).item() == pytest.approx(expected, rel=1e-12, abs=ROUNDING)


@pytest.mark.parametrize("distance", [1e-1, 1e-3, 1e-6, 1e-9, 1e-12])
def test_digits_are_kept_near_equality(distance):
    generator = np.random.default_rng(0)
    for _ in range(20):
        p = generator.dirichlet(np.ones(6))
        shift = generator.normal(size=6)
        q = p * (1 + distance * (shift - p @ shift))
        by_kl, by_js = exact(p, q)
        # The two vectors' sums differ by rounding (about 1e-16), felt as distance · 1e-16.
        slack = 1e-14 * by_kl + 3e-15 * distance + 1e-31
        assert gt.kl(p, q).item() == pytest.approx(by_kl, rel=0, abs=slack)
        assert gt.js(p, q).item() == pytest.approx(by_js, rel=0, abs=slack)


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.1, 1.2, 1.23, 1.5, 3.0])
def test_no_step_where_the_formula_changes(ratio):
    p = np.array([1e-5, 1 - 1e-5])
    q = np.array([1e-5 * ratio, 1 - 1e-5 * ratio])
    by_kl, by_js = exact(p, q)
    assert gt.kl(p, q).item() == pytest.approx(by_kl, rel=1e-10)
    assert gt.js(p, q).item() == pytest.approx(by_js, rel=1e-10)


def test_digits_are_kept_for_tiny_probabilities():
    for tiny in (1e-20, 1e-100, 1e-300):
        p, q = np.array([1.0, tiny]), np.array([1.0, 3 * tiny])
        # Relative to the letter: 1·log 1 - the rest is tiny (log ⅓ + 2), JS likewise.
        assert gt.kl(p, q).item() == pytest.approx(tiny * (2 - np.log(3)), rel=1e-12)
        expected = tiny / 2 * (np.log(1 / 2) + 3 * np.log(3 / 2))
        assert gt.js(p, q).item() == pytest.approx(expected, rel=1e-12)
        assert gt.kl([tiny, 1.0], [1.0, tiny]).item() == pytest.approx(-np.log(tiny), rel=1e-14)


@law
@given(distributions(2))
def test_never_negative_and_zero_at_equality(pair):
    p, q = pair
    for divergence in (gt.kl, gt.js, gt.total_variation):
        assert divergence(p, q) >= 0
        assert divergence(p, p) == 0
    if abs(p - q).max() > 1e-9:
        assert gt.js(p, q) > 0
        assert gt.kl(p, q) > 0
        assert gt.total_variation(p, q) > 0


@law
@given(distributions(2))
def test_js_is_symmetric_and_at_most_log_2(pair):
    p, q = pair
    assert gt.js(p, q).item() == pytest.approx(gt.js(q, p).item(), rel=1e-13, abs=0)
    assert gt.js(p, q) <= LOG_2 + ROUNDING
    if (p * q).any():
        assert gt.js(p, q) < LOG_2
    else:
        assert gt.js(p, q).item() == pytest.approx(LOG_2, rel=1e-13)


@law
@given(distributions(3))
def test_the_root_of_js_and_tv_obey_the_triangle_inequality(triple):
    p, q, r = triple
    for distance in (lambda a, b: gt.js(a, b).sqrt(), gt.total_variation):
        assert distance(p, r) <= distance(p, q) + distance(q, r) + ROUNDING


def test_js_itself_does_not_obey_the_triangle_inequality():
    p, q, r = [1.0, 0.0], [0.5, 0.5], [0.0, 1.0]
    assert gt.js(p, r) > gt.js(p, q) + gt.js(q, r) + 0.2


@law
@given(distributions(2))
def test_pinsker_and_lin(pair):
    p, q = pair
    tv = gt.total_variation(p, q)
    assert gt.kl(p, q) >= 2 * tv**2 - ROUNDING  # Pinsker
    assert gt.js(p, q) >= tv**2 / 2 - ROUNDING  # Pinsker, twice, against the middle
    assert gt.js(p, q) <= LOG_2 * tv + ROUNDING  # Lin 1991
    # The middle minimises ½ KL(p, r) + ½ KL(q, r) over r; q is one such r.
    assert gt.js(p, q) <= gt.kl(p, q) / 2 + ROUNDING


@law
@given(distributions(2, zeros=False))
def test_js_is_at_most_a_quarter_of_jeffreys(pair):
    p, q = pair
    assert gt.js(p, q) <= (gt.kl(p, q) + gt.kl(q, p)) / 4 + ROUNDING  # KL is convex


@law
@given(distributions(2), st.integers(1, 8), st.integers(0, 2**32 - 1))
def test_data_processing(pair, outputs, seed):
    p, q = pair
    generator = np.random.default_rng(seed)
    channel = generator.dirichlet(np.full(outputs, 0.5), size=len(p))  # rows sum to 1
    for divergence in (gt.kl, gt.js, gt.total_variation):
        assert divergence(p @ channel, q @ channel) <= divergence(p, q) + ROUNDING


@law
@given(distributions(4), st.floats(1e-6, 1 - 1e-6))
def test_jointly_convex(four, t):
    p, q, r, s = four
    for divergence in (gt.kl, gt.js, gt.total_variation):
        mixed = divergence(t * p + (1 - t) * r, t * q + (1 - t) * s)
        assert mixed <= t * divergence(p, q) + (1 - t) * divergence(r, s) + ROUNDING


def test_tv_is_the_largest_difference_of_an_event():
    p, q = dirichlet(0.5, 8, seed=3)
    events = ((np.arange(256)[:, None] >> np.arange(8)) & 1).astype(float)
    largest = ((p - q) @ events.T).max(-1)
    np.testing.assert_allclose(gt.total_variation(p, q), largest, rtol=0, atol=1e-15)


def test_gradients_along_the_simplex_are_the_textbook_ones():
    p, q = dirichlet(2.0, 6, seed=4)
    a, b = (torch.tensor(x, requires_grad=True) for x in (p, q))

    def along(gradient):  # what is left of a gradient on vectors whose entries sum to 0
        return gradient - gradient.mean(-1, keepdims=True)

    by_p, by_q = (g.numpy() for g in torch.autograd.grad(gt.kl(a, b).sum(), (a, b)))
    np.testing.assert_allclose(along(by_p), along(np.log(p / q)), rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(along(by_q), along(-p / q), rtol=1e-11, atol=1e-12)
    by_p, by_q = (g.numpy() for g in torch.autograd.grad(gt.js(a, b).sum(), (a, b)))
    np.testing.assert_allclose(by_p, np.log(2 * p / (p + q)) / 2, rtol=1e-11, atol=1e-12)
    np.testing.assert_allclose(by_q, np.log(2 * q / (p + q)) / 2, rtol=1e-11, atol=1e-12)
