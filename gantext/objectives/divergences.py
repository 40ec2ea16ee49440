r"""How far apart two distributions on a finite alphabet are, in nats.

Each function takes probabilities of shape ``(..., K)``, sums over the last dimension, and
broadcasts the leading ones. All of it is float64 and differentiable.
"""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

from gantext.core.checks import broadcastable, probabilities

# For nearly equal entries, p log(p/q) - p + q cancels; the series of artanh(s) - s takes over.
_NEAR = 0.1


_TINY = 1e-100  # below this, the gradient of a quotient overflows


_SERIES = tuple(1 / (2 * k + 1) for k in range(1, 10))


def kl(p: Any, q: Any) -> Tensor:
    r"""Compute the Kullback-Leibler divergence of ``q`` from ``p``.

    .. math:: \mathrm{KL}(p \,\|\, q) = \sum_k p_k \log \frac{p_k}{q_k}

    with :math:`0 \log 0 = 0`, and :math:`+\infty` where some :math:`p_k > 0 = q_k`.

    Parameters
    ----------
    p : array-like or Tensor, shape (..., K)
        Probabilities.
    q : array-like or Tensor, shape (..., K)
        Probabilities; its leading dimensions broadcast with those of ``p``.

    Returns
    -------
    Tensor, shape (...), float64
        The divergence, never negative.

    Raises
    ------
    ValueError
        If an argument is a scalar, holds NaN or a negative entry, does not sum to 1, or the shapes
        do not fit.

    See Also
    --------
    js : Symmetric and bounded, so it stays finite where supports differ.

    Notes
    -----
    Every term is computed as :math:`p \log(p/q) - p + q \ge 0`, which sums to the same number
    because both sums are 1. So the result does not sink below zero when ``p`` and ``q`` nearly
    agree, and it keeps its digits. The gradient is that of the textbook formula plus a constant in
    each vector, so along the simplex the two agree. Where the slope is infinite (an entry with
    :math:`p_k = 0` or :math:`q_k = 0`) a finite one is returned, so that a softmax that has
    underflowed to 0 passes on no NaN.

    References
    ----------
    S. Kullback and R. A. Leibler, "On information and sufficiency", Ann. Math. Statist. 22(1),
    1951.

    Examples
    --------
    >>> from gantext.objectives.divergences import kl
    >>> kl([0.5, 0.5], [0.25, 0.75])
    tensor(0.1438, dtype=torch.float64)
    >>> kl([[1.0, 0.0], [0.0, 1.0]], [1.0, 0.0])
    tensor([0., inf], dtype=torch.float64)
    """
    p, q = _pair(p, q)
    return _kl_terms(p, q, q - p).sum(-1)


def js(p: Any, q: Any) -> Tensor:
    r"""Compute the Jensen-Shannon divergence between ``p`` and ``q``.

    .. math::
        \mathrm{JS}(p \,\|\, q) = \tfrac12 \mathrm{KL}(p \,\|\, m)
            + \tfrac12 \mathrm{KL}(q \,\|\, m), \qquad m = \tfrac12 (p + q).

    It is symmetric, lies in :math:`[0, \log 2]`, is :math:`\log 2` exactly when the supports are
    disjoint, and its square root is a metric.

    Parameters
    ----------
    p : array-like or Tensor, shape (..., K)
        Probabilities.
    q : array-like or Tensor, shape (..., K)
        Probabilities; its leading dimensions broadcast with those of ``p``.

    Returns
    -------
    Tensor, shape (...), float64
        The divergence, never negative.

    Raises
    ------
    ValueError
        If an argument is a scalar, holds NaN or a negative entry, does not sum to 1, or the shapes
        do not fit.

    See Also
    --------
    kl : The asymmetric divergence it is built from.

    Notes
    -----
    The value keeps its digits when ``p`` and ``q`` nearly agree. The gradient at a zero entry is
    finite, as in `kl`.

    References
    ----------
    J. Lin, "Divergence measures based on the Shannon entropy", IEEE Trans. Inf. Theory 37(1), 1991.
    D. M. Endres and J. E. Schindelin, "A new metric for probability distributions", IEEE Trans.
    Inf. Theory 49(7), 2003, for the square root.

    Examples
    --------
    >>> from gantext.objectives.divergences import js
    >>> js([0.5, 0.5], [1.0, 0.0])
    tensor(0.2158, dtype=torch.float64)
    >>> js([0.0, 1.0], [1.0, 0.0])  # log 2
    tensor(0.6931, dtype=torch.float64)
    """
    p, q = _pair(p, q)
    total = p + q
    # 2p against p + q spares the rounding of the midpoint. Terms are homogeneous: halve afterwards.
    terms = _kl_terms(2 * p, total, q - p) + _kl_terms(2 * q, total, p - q)
    return terms.sum(-1) / 4


def total_variation(p: Any, q: Any) -> Tensor:
    r"""Compute the total variation distance between ``p`` and ``q``.

    .. math:: \mathrm{TV}(p, q) = \tfrac12 \sum_k |p_k - q_k| = \max_A \, p(A) - q(A)

    It is the largest difference in the probability that the two give to one event, and lies in
    :math:`[0, 1]`.

    Parameters
    ----------
    p : array-like or Tensor, shape (..., K)
        Probabilities.
    q : array-like or Tensor, shape (..., K)
        Probabilities; its leading dimensions broadcast with those of ``p``.

    Returns
    -------
    Tensor, shape (...), float64
        The distance.

    Raises
    ------
    ValueError
        If an argument is a scalar, holds NaN or a negative entry, does not sum to 1, or the shapes
        do not fit.

    Notes
    -----
    Where :math:`p_k = q_k` the gradient is taken as 0, one of the subgradients.

    References
    ----------
    D. A. Levin, Y. Peres and E. L. Wilmer, "Markov Chains and Mixing Times", American Mathematical
    Society, 2009, proposition 4.2.

    Examples
    --------
    >>> from gantext.objectives.divergences import total_variation
    >>> total_variation([0.5, 0.5], [0.25, 0.75])
    tensor(0.2500, dtype=torch.float64)
    """
    p, q = _pair(p, q)
    return (p - q).abs().sum(-1) / 2


def _pair(p: Any, q: Any) -> tuple[Tensor, Tensor]:
    """Check two vectors of probabilities and that their shapes fit."""
    p, q = probabilities("p", p), probabilities("q", q)
    broadcastable(("p", "q"), (p, q))
    return p, q


def _kl_terms(p: Tensor, q: Tensor, difference: Tensor) -> Tensor:
    r"""Return the terms :math:`p \log(p/q) - p + q \ge 0`, given q - p as ``difference``.

    With :math:`s = (q-p)/(q+p)`, :math:`\log(q/p) = 2\,\mathrm{artanh}\,s`, so each term is
    :math:`(q-p)s - 2p(\mathrm{artanh}\,s - s)`: nothing large cancels when s is small. What goes
    into logs and quotients is replaced before, not after, because autograd would turn the 0 · inf
    of an unused branch into NaN.
    """
    total = p + q
    large_enough = total > _TINY
    s = difference / torch.where(large_enough, total, 1.0)
    near = large_enough & (s.abs() < _NEAR)
    small = torch.where(near, s, 0.0)
    close = difference * small - 2 * p * small**3 * _polynomial(_SERIES, small**2)

    both = (p > 0) & (q > 0)
    log_ratio = torch.where(both, p, 1.0).log() - torch.where(both, q, 1.0).log()
    far = difference + p * log_ratio
    return torch.where((p > 0) & (q == 0), torch.inf, torch.where(near, close, far))


def _polynomial(coefficients: tuple[float, ...], x: Tensor) -> Tensor:
    """Evaluate a polynomial by Horner's rule, lowest coefficient first."""
    value = torch.zeros_like(x)
    for coefficient in reversed(coefficients):
        value = coefficient + x * value
    return value
