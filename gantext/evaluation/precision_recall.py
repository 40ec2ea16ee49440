"""Precision and recall of samples, by nearest neighbours."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Floating, broadcastable
from gantext.evaluation.counts import off_mps
from gantext.evaluation.distances import as_points, distances_in_blocks


class PrecisionRecall(NamedTuple):
    """How much of the samples is realistic, and how much of reality is sampled.

    Attributes
    ----------
    precision, recall : Tensor, shape (...), float64
        The share of the fake samples that lie where real ones are, and of the real samples that lie
        where fake ones are.
    """

    precision: Tensor
    recall: Tensor


@checked_arguments
def precision_recall(real: Floating, fake: Floating, k: Count = 3) -> PrecisionRecall:
    r"""Compute the improved precision and recall of samples.

    The space that a set fills is estimated by balls: around each of its points, as far as the
    point's k-th nearest neighbour in the set, itself not counted. Precision is the share of the
    fake samples F that lie in a ball of the real samples R, and recall is the same with F and R
    exchanged:

    .. math::
        \text{precision} = \frac1{|F|} \, \# \bigl\{ x \in F : \|x - y\| \le
        \|y - \mathrm{NN}_k(y, R)\| \text{ for some } y \in R \bigr\}

    Kynkäänniemi et al. (2019), arXiv:1904.06991, measure features of a network, with 50,000 samples
    of each kind and k = 3. The two numbers depend on both, so compare only what was measured alike.
    Distances are computed in blocks; memory does not grow with :math:`nm`.

    Parameters
    ----------
    real : Tensor, shape (..., n, d)
        Samples of the data, floating point and finite.
    fake : Tensor, shape (..., m, d)
        Samples of the generator; leading dimensions broadcast with those of `real`. One that is NaN
        or infinite lies in no ball, and one with fewer than k finite neighbours has none.
    k : int, optional
        Which neighbour sets a ball's radius, at least 1 and below n and m.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> real = torch.randn(500, 2, generator=torch.Generator().manual_seed(0))
    >>> gt.precision_recall(real, 0.1 * real).recall < 0.1  # realistic, but all alike
    tensor(True)
    """
    real, fake = as_points("real", real), as_points("fake", fake)
    broadcastable(("real", "fake"), (real, fake), inner=2)
    if not bool(real.isfinite().all()):
        raise ValueError("real: expected finite samples, got NaN or infinity among them")
    n, m = real.shape[-2], fake.shape[-2]
    if k >= min(n, m):
        raise ValueError(f"k: expected fewer than {n} real and {m} fake samples, got {k}")
    dtype = torch.promote_types(real.dtype, fake.dtype)
    real, fake = real.to(dtype), fake.to(dtype)
    precision = _share_inside(fake, real, _radii(real, k))
    recall = _share_inside(real, fake, _radii(fake, k))
    return PrecisionRecall(precision, recall)


def _radii(points: Tensor, k: int) -> Tensor:
    """Return each point's distance to its k-th neighbour; -1 where there is none."""
    found = []
    for start, distance in distances_in_blocks(points, points):
        itself = torch.arange(distance.shape[-2], device=points.device)
        distance[..., itself, start + itself] = torch.inf
        found.append(distance.kthvalue(k, dim=-1).values)
    radii = torch.cat(found, -1)
    return torch.where(radii.isfinite(), radii, -1.0)


def _share_inside(x: Tensor, centres: Tensor, radii: Tensor) -> Tensor:
    """Return the share of x inside a ball around a centre."""
    blocks = distances_in_blocks(x, centres)
    inside = [(distance <= radii.unsqueeze(-2)).any(-1).sum(-1) for _, distance in blocks]
    count = off_mps(torch.stack(inside).sum(0))
    return count.to(torch.float64) / x.shape[-2]
