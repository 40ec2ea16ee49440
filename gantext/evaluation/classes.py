"""Which classes images show, by their nearest known neighbour."""

from __future__ import annotations

import torch
from torch import Tensor

from gantext.core.annotations import Count
from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, Floating, Integers, shares
from gantext.data.images import Known
from gantext.evaluation.counts import ModeStatistics, mode_statistics
from gantext.evaluation.memory import rows_at_once


@checked_arguments
def class_statistics(
    labels: Integers, classes: Count, weights: ArrayLike | None = None, minimum: Count = 1
) -> ModeStatistics:
    """Count the classes that labels name, as `gantext.modes` counts the modes of points.

    Unrolled GANs (Metz et al. 2017, arXiv:1611.02163), VEEGAN (Srivastava et al. 2017,
    arXiv:1705.07761) and PacGAN (Lin et al. 2018, arXiv:1712.04086) label each channel of stacked
    MNIST by a trained network, and count a mode that has one sample. The last two judge 26,000
    samples of 1,000 modes, where a perfect generator has KL about 0.019.

    Parameters
    ----------
    labels : Tensor, shape (..., n)
        Integers below `classes`, as from `StackedDigits.mode`; a negative one is of no quality.
    classes : int
        The number K of classes, at least 1.
    weights : array-like, shape (K,), optional
        The true share of each class; equal by default, as in the papers.
    minimum : int, optional
        How many samples capture a class, at least 1.

    Examples
    --------
    >>> import torch
    >>> import gantext as gt
    >>> found = gt.class_statistics(torch.tensor([0, 0, 2, -1]), classes=3)
    >>> found.counts, found.captured, found.quality
    (tensor([2, 0, 1]), tensor(2), tensor(0.7500, dtype=torch.float64))
    """
    if labels.ndim == 0 or labels.shape[-1] == 0:
        raise ValueError(f"labels: expected shape (..., n) with n > 0, got {tuple(labels.shape)}")
    if bool((labels >= classes).any()):
        raise ValueError(f"labels: expected integers below {classes}, got {int(labels.max())}")
    return mode_statistics(labels.to(torch.int64), shares("weights", weights, classes), minimum)


class NearestNeighbour:
    """A classifier that answers with the label of the nearest known image.

    Of `digits` it labels 98.8 % right when each is held out in turn: good enough to count modes,
    and with nothing to train. It knows no doubt: noise, too, has a nearest image. The rule is that
    of Cover and Hart (1967), Nearest Neighbor Pattern Classification, doi:10.1109/TIT.1967.1053964.
    Called with floating-point images of shape (..., C, H, W), it returns labels of shape (...),
    int64: -1 where a pixel is NaN or infinite. Channels of `StackedDigits` become images by
    ``unsqueeze(-3)``.

    Parameters
    ----------
    known : Images
        Images with their labels.

    Examples
    --------
    >>> import gantext as gt
    >>> train, test = gt.digits().split()
    >>> gt.NearestNeighbour(train)(test.images[:3]) == test.labels[:3]
    tensor([True, True, True])
    """

    @checked_arguments
    def __init__(self, known: Known) -> None:
        self.known = known

    @checked_arguments
    def __call__(self, images: Floating) -> Tensor:
        """Label images."""
        shape = self.known.event_shape
        if images.shape[-3:] != shape:
            raise ValueError(f"images: expected shape (..., {shape}), got {tuple(images.shape)}")
        rows = images.detach().reshape(-1, shape[0] * shape[1] * shape[2])
        rows = rows.to(torch.promote_types(rows.dtype, torch.float32))
        known = self.known.images.flatten(1).to(rows.dtype).to(rows.device)
        nearest = [
            torch.addmm(known.square().sum(-1), block, known.T, alpha=-2).argmin(-1)
            for block in rows.split(rows_at_once(len(known)))
        ]
        labels = self.known.labels.to(rows.device)[torch.cat(nearest)]
        return torch.where(rows.isfinite().all(-1), labels, -1).reshape(images.shape[:-3])
