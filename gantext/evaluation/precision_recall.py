"""Precision and recall of samples, by nearest neighbours."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from gantext.evaluation.points import (
    _at_least_one,
    _blocks,
    _points,
)


class PrecisionRecall(NamedTuple):
    """How much of the samples is realistic, and how much of reality is sampled.

    Attributes
    ----------
    precision : Tensor, shape (...), float64
        The share of the fake samples that lie where real ones are.
    recall : Tensor, shape (...), float64
        The share of the real samples that lie where fake ones are.
    """

    precision: Tensor
    recall: Tensor


def precision_recall(real: Tensor, fake: Tensor, k: int = 3) -> PrecisionRecall:
    r"""Compute the improved precision and recall of samples.

    The space that a set :math:`\Phi` fills is estimated by balls: around each of its points, as far
    as the point's k-th nearest neighbour in the set, itself not counted. Precision is the share of
    fake samples inside a real ball, recall the share of real samples inside a fake ball:

    .. math::
        f(x, \Phi) = \begin{cases} 1 & \text{if } \|x - y\| \le \|y - \mathrm{NN}_k(y, \Phi)\|
            \text{ for some } y \in \Phi \\ 0 & \text{otherwise} \end{cases}

    .. math::
        \text{precision} = \frac1{|F|} \sum_{x \in F} f(x, R), \qquad
        \text{recall} = \frac1{|R|} \sum_{x \in R} f(x, F)

    Parameters
    ----------
    real : Tensor, shape (..., n, d)
        Samples of the data, floating point and finite.
    fake : Tensor, shape (..., m, d)
        Samples of the generator; leading dimensions broadcast with those of `real`. One that is NaN
        or infinite lies in no ball and has none.
    k : int, optional
        Which neighbour sets a ball's radius, at least 1 and below n and m.

    Returns
    -------
    PrecisionRecall
        ``precision`` and ``recall``, for each leading index.

    Raises
    ------
    ValueError
        If shapes do not fit, a real sample is NaN or infinite, or `k` is out of its range.
    TypeError
        If `real` or `fake` is no floating-point tensor, or `k` no integer.

    Notes
    -----
    The paper measures features of a network, with 50,000 samples of each kind and k = 3. The two
    numbers depend on both, so compare only what was measured alike. A fake sample with fewer than k
    finite neighbours has no ball. Distances are computed in blocks; memory does not grow with
    :math:`nm`.

    References
    ----------
    Kynkäänniemi, T., Karras, T., Laine, S., Lehtinen, J. and Aila, T. (2019). Improved Precision
    and Recall Metric for Assessing Generative Models. NeurIPS. arXiv:1904.06991.

    Examples
    --------
    >>> import torch
    >>> from gantext.evaluation.precision_recall import precision_recall
    >>> real = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    >>> precision_recall(real, 0.1 * real).recall < 0.1  # realistic, but all alike
    tensor(True)
    """
    real, fake = _points("real", real), _points("fake", fake)
    if real.shape[-1] != fake.shape[-1]:
        raise ValueError(
            f"expected the same last dimension, got real {tuple(real.shape)}, "
            f"fake {tuple(fake.shape)}"
        )
    if not bool(real.isfinite().all()):
        raise ValueError("real: expected finite samples, got NaN or infinity among them")
    _at_least_one("k", k)
    fewest = min(real.shape[-2], fake.shape[-2])
    if k >= fewest:
        raise ValueError(f"k: expected fewer than the {fewest} samples of the smaller set, got {k}")
    dtype = torch.promote_types(real.dtype, fake.dtype)
    real, fake = real.to(dtype), fake.to(dtype)
    try:
        torch.broadcast_shapes(real.shape[:-2], fake.shape[:-2])
    except RuntimeError as error:
        raise ValueError(
            "expected leading dimensions that broadcast, "
            f"got real {tuple(real.shape)}, fake {tuple(fake.shape)}"
        ) from error
    precision = _share_inside(fake, real, _radii(real, k))
    recall = _share_inside(real, fake, _radii(fake, k))
    return PrecisionRecall(precision, recall)


def _radii(points: Tensor, k: int) -> Tensor:
    """Return each point's distance to its k-th neighbour; -1 where there is none."""
    found = []
    for start, distance in _blocks(points, points):
        itself = torch.arange(distance.shape[-2], device=points.device)
        distance[..., itself, start + itself] = torch.inf
        found.append(distance.kthvalue(k, dim=-1).values)
    radii = torch.cat(found, -1)
    return torch.where(radii.isfinite(), radii, -1.0)


def _share_inside(x: Tensor, centres: Tensor, radii: Tensor) -> Tensor:
    """Return the share of x inside a ball around a centre."""
    inside = [(d <= radii.unsqueeze(-2)).any(-1).sum(-1) for _, d in _blocks(x, centres)]
    count = torch.stack(inside).sum(0)
    count = count.cpu() if count.device.type == "mps" else count
    return count.to(torch.float64) / x.shape[-2]
