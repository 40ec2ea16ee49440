r"""How far apart two distributions on a finite alphabet are, in nats.

Each function takes probabilities of shape ``(..., K)``, sums over the last dimension, and
broadcasts the leading ones. Results are float64, differentiable, and keep their digits where the
two nearly agree. What is no distribution is refused with a ``ValueError``.
"""

from __future__ import annotations

import torch
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, broadcastable, probabilities

# For nearly equal entries, p log(p/q) - p + q cancels; the series of artanh(s) - s takes over.
_NEAR = 0.1
_TINY = 1e-100  # below this, the gradient of a quotient overflows
_SERIES = tuple(1 / (2 * k + 1) for k in range(1, 10))


@checked_arguments
def kl(p: ArrayLike, q: ArrayLike) -> Tensor:
    r"""Return the Kullback-Leibler divergence of ``q`` from ``p``, never negative, shape (...).

    .. math:: \mathrm{KL}(p \,\|\, q) = \sum_k p_k \log \frac{p_k}{q_k}

    with :math:`0 \log 0 = 0`, and :math:`+\infty` where some :math:`p_k > 0 = q_k`. Where an entry
    is 0 its slope is infinite, and a finite one is returned, so that a softmax that has underflowed
    to 0 passes on no NaN.

    >>> import gantext as gt
    >>> gt.kl([[1.0, 0.0], [0.0, 1.0]], [0.5, 0.5])
    tensor([0.6931, 0.6931], dtype=torch.float64)

    Parameters
    ----------
    p, q : array-like, shape (..., K)
        Probabilities.
    """
    p, q = _pair(p, q)
    return _kl_terms(p, q, q - p).sum(-1)


@checked_arguments
def js(p: ArrayLike, q: ArrayLike) -> Tensor:
    r"""Return the Jensen-Shannon divergence between ``p`` and ``q``, shape (...) (Lin 1991).

    .. math::
        \mathrm{JS}(p \,\|\, q) = \tfrac12 \mathrm{KL}(p \,\|\, m)
            + \tfrac12 \mathrm{KL}(q \,\|\, m), \qquad m = \tfrac12 (p + q).

    It lies in :math:`[0, \log 2]`, and is :math:`\log 2` exactly when the supports are disjoint.
    Its square root is a metric (Endres and Schindelin 2003).

    >>> import gantext as gt
    >>> gt.js([0.0, 1.0], [1.0, 0.0])  # log 2
    tensor(0.6931, dtype=torch.float64)

    Parameters
    ----------
    p, q : array-like, shape (..., K)
        Probabilities.
    """
    p, q = _pair(p, q)
    total = p + q
    # 2p against p + q spares the rounding of the midpoint. Terms are homogeneous: halve afterwards.
    terms = _kl_terms(2 * p, total, q - p) + _kl_terms(2 * q, total, p - q)
    return terms.sum(-1) / 4


@checked_arguments
def total_variation(p: ArrayLike, q: ArrayLike) -> Tensor:
    r"""Return the largest difference in probability that ``p`` and ``q`` give to one event.

    .. math:: \mathrm{TV}(p, q) = \tfrac12 \sum_k |p_k - q_k| = \max_A \, p(A) - q(A)

    >>> import gantext as gt
    >>> gt.total_variation([0.5, 0.5], [0.25, 0.75])
    tensor(0.2500, dtype=torch.float64)

    Parameters
    ----------
    p, q : array-like, shape (..., K)
        Probabilities.
    """
    p, q = _pair(p, q)
    return (p - q).abs().sum(-1) / 2


def _pair(p: ArrayLike, q: ArrayLike) -> tuple[Tensor, Tensor]:
    """Check two vectors of probabilities and that their shapes fit."""
    p, q = probabilities("p", p), probabilities("q", q)
    broadcastable(("p", "q"), (p, q))
    return p, q


def _kl_terms(p: Tensor, q: Tensor, difference: Tensor) -> Tensor:
    r"""Return the terms :math:`p \log(p/q) - p + q \ge 0`, given q - p as ``difference``.

    They sum to the same as :math:`p \log(p/q)`, because both sums are 1. With
    :math:`s = (q-p)/(q+p)`, :math:`\log(q/p) = 2\,\mathrm{artanh}\,s`, so each term is
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
