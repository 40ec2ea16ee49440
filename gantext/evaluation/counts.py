"""What is counted over modes or classes: how many are met, how often, and how evenly."""

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.core.checks import kind
from gantext.objectives.divergences import kl


class ModeStatistics(NamedTuple):
    """Which modes samples reach and how evenly, for each leading index of the samples.

    Attributes
    ----------
    captured : Tensor, shape (...), int64
        The number of modes that have enough samples of quality.
    quality : Tensor, shape (...), float64
        The share of all samples that are of quality.
    kl : Tensor, shape (...), float64
        The divergence of the modes' weights from the samples' shares, in nats; infinite for none.
    counts : Tensor, shape (..., K), int64
        The number of samples of quality at each mode.
    """

    captured: Tensor
    quality: Tensor
    kl: Tensor
    counts: Tensor


@checked_arguments
def kl_to_uniform(counts: Tensor) -> Tensor:
    r"""Measure how far counts are from even, in nats.

    .. math:: \mathrm{KL}(\hat p \,\|\, u) = \log K - H(\hat p), \qquad \hat p_k = c_k / \sum_j c_j

    Parameters
    ----------
    counts : Tensor, shape (..., K)
        How often each of K classes came up: finite real numbers, at least 0.

    Returns
    -------
    Tensor, shape (...), float64
        0 for even counts, :math:`\log K` when all fall to one class, infinity for no counts at all.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> gt.kl_to_uniform(torch.tensor([[5, 5], [10, 0], [0, 0]]))
    tensor([0.0000, 0.6931,    inf], dtype=torch.float64)
    """
    if counts.is_complex() or counts.dtype == torch.bool:
        raise TypeError(f"counts: expected a tensor of real numbers, got {kind(counts)}")
    if counts.ndim == 0 or counts.shape[-1] == 0:
        raise ValueError(f"counts: expected shape (..., K), got {tuple(counts.shape)}")
    if not bool((counts.isfinite() & (counts >= 0)).all()):
        raise ValueError("counts: expected finite numbers >= 0, got others among them")
    classes = counts.shape[-1]
    return _kl_of_counts(counts, torch.full((classes,), 1 / classes, dtype=torch.float64))


def _kl_of_counts(counts: Tensor, weights: Tensor) -> Tensor:
    """Return the divergence of the weights from the shares; of no counts at all, infinity."""
    counts = off_mps(counts)
    total = counts.to(torch.float64).sum(-1, keepdim=True)
    weights = weights.to(counts.device)
    shares = torch.where(total > 0, counts / total, weights)
    return torch.where(total.squeeze(-1) > 0, kl(shares, weights), torch.inf)


def mode_statistics(modes: Tensor, weights: Tensor, minimum: int) -> ModeStatistics:
    """Count the modes of samples, of shape (..., n); a negative one is no mode."""
    modes = off_mps(modes)
    known = len(weights)
    bins = torch.where(modes < 0, known, modes)
    counts = torch.zeros((*modes.shape[:-1], known + 1), dtype=torch.int64, device=modes.device)
    counts = counts.scatter_add_(-1, bins, torch.ones_like(bins))[..., :known]
    return ModeStatistics(
        captured=(counts >= minimum).sum(-1),
        quality=counts.sum(-1).to(torch.float64) / modes.shape[-1],
        kl=_kl_of_counts(counts, weights),
        counts=counts,
    )


def off_mps(tensor: Tensor) -> Tensor:
    """Return the tensor, on the CPU if it is on MPS, which has no float64."""
    return tensor.cpu() if tensor.device.type == "mps" else tensor
