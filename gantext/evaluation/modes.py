"""Which modes of a mixture samples reach."""

from __future__ import annotations

from typing import Annotated

import torch

from gantext.core.annotations import Count, Where
from gantext.core.arguments import checked_arguments
from gantext.core.checks import Floating
from gantext.data.mixtures import GaussianMixture
from gantext.evaluation.counts import ModeStatistics, mode_statistics
from gantext.evaluation.distances import as_points, distances


@checked_arguments
def modes(
    samples: Floating,
    mixture: Annotated[GaussianMixture, "a GaussianMixture such as ring()"],
    radius: Annotated[float, Where("> 0", lambda value: value > 0)] = 3.0,
    minimum: Count = 1,
) -> ModeStatistics:
    r"""Count the modes of a Gaussian mixture that samples have found.

    A sample x belongs to the mode with the smallest :math:`\|x - \mu_k\| / \sigma_k`, and is of
    quality where that is at most `radius`. A mode is captured by `minimum` samples of quality. With
    :math:`\hat p_k` the share of mode k among the samples of quality,

    .. math:: \mathrm{KL}(\hat p \,\|\, w) = \sum_k \hat p_k \log \frac{\hat p_k}{w_k}.

    Quality within 3 standard deviations, and a mode captured by one sample of quality, are the
    definitions of VEEGAN (Srivastava et al. 2017, arXiv:1705.07761) and PacGAN (Lin et al. 2018,
    arXiv:1712.04086), both with 2,500 samples; but PacGAN's ring has radius 1 and standard
    deviation 0.01, not 2 and 0.02. Unrolled GANs (Metz et al. 2017, arXiv:1611.02163) show that
    ring as pictures. The KL divergence, generated against true, is theirs for stacked MNIST, where
    every image counts; here points far from every mode are left out, and ``quality`` says how many.

    Even a perfect generator is not perfect here. In two dimensions the share of quality is
    :math:`1 - e^{-9/2} \approx 0.989`, and n samples give KL about :math:`(K - 1) / 2n` on average.

    Parameters
    ----------
    samples : Tensor, shape (..., n, d)
        Floating point. A sample that is NaN or infinite is of no quality.
    mixture : GaussianMixture
        The world in dimension d, with K modes of weights w and standard deviations above 0.
    radius : float, optional
        How far from a centre quality reaches, in standard deviations, above 0. Infinity gives every
        finite sample to its nearest mode.
    minimum : int, optional
        How many samples of quality capture a mode, at least 1.

    Examples
    --------
    >>> import gantext as gt
    >>> world = gt.ring()
    >>> gt.modes(world.means[:3], world).captured
    tensor(3)
    """
    samples = as_points("samples", samples)
    if samples.shape[-1:] != mixture.event_shape:
        raise ValueError(
            f"samples: expected shape (..., n, {mixture.event_shape[0]}), the mixture's dimension, "
            f"got {tuple(samples.shape)}"
        )
    if not bool((mixture.std > 0).all()):
        raise ValueError("mixture: expected std > 0, by which distances are measured, got 0")
    means, std = (t.to(samples.dtype).to(samples.device) for t in (mixture.means, mixture.std))
    distance, mode = (distances(samples, means) / std).min(-1)
    good = (distance <= radius) & distance.isfinite()
    return mode_statistics(torch.where(good, mode, -1), mixture.weights, minimum)
