"""Which modes of a mixture samples reach."""

from __future__ import annotations

import torch
from torch import Tensor

from gantext.data.mixtures import GaussianMixture
from gantext.evaluation.counts import ModeStatistics, _statistics
from gantext.evaluation.points import (
    _distances,
    _points,
)


def modes(
    samples: Tensor, mixture: GaussianMixture, radius: float = 3.0, minimum: int = 1
) -> ModeStatistics:
    r"""Count the modes of a Gaussian mixture that samples have found.

    A sample x belongs to the mode with the smallest :math:`\|x - \mu_k\| / \sigma_k`. It is of
    quality where that is at most `radius`. A mode is captured by `minimum` samples of quality. With
    :math:`\hat p_k` the share of mode k among the samples of quality,

    .. math:: \mathrm{KL}(\hat p \,\|\, w) = \sum_k \hat p_k \log \frac{\hat p_k}{w_k}.

    Parameters
    ----------
    samples : Tensor, shape (..., n, d)
        Floating point. A sample that is NaN or infinite is of no quality.
    mixture : GaussianMixture
        The world of dimension d, with standard deviations above zero; K modes of weights w.
    radius : float, optional
        How far from a centre quality reaches, in standard deviations. Infinity gives every finite
        sample to its nearest mode.
    minimum : int, optional
        How many samples of quality capture a mode, at least 1.

    Returns
    -------
    ModeStatistics
        ``captured``, ``quality``, ``kl`` and ``counts``, for each leading index.

    Raises
    ------
    ValueError
        If `samples` are none or of another dimension, a standard deviation is zero, `radius` is not
        above zero, or `minimum` is below 1.
    TypeError
        If `samples` are no floating-point tensor, `mixture` is no `GaussianMixture`, or `minimum`
        no integer.

    See Also
    --------
    gantext.evaluation.classes.class_statistics : The same of labels, for pictures.

    Notes
    -----
    Quality within 3 standard deviations of the nearest mode, and a mode captured by one sample of
    quality, are the definitions of VEEGAN [1]_ and PacGAN [2]_, both with 2,500 samples. Their
    worlds differ: PacGAN's ring has radius 1 and standard deviation 0.01, not 2 and 0.02. Unrolled
    GANs [3]_ show that ring as pictures, and count modes only of stacked MNIST. The KL divergence,
    generated against true, is theirs for stacked MNIST, where every picture counts; of points,
    those far from every mode are left out here, and ``quality`` says how many they are.

    Even a perfect generator is not perfect here. In two dimensions the share of quality is
    :math:`1 - e^{-9/2} \approx 0.989`; and n samples give KL about :math:`(K - 1) / 2n` on average.

    References
    ----------
    .. [1] Srivastava, A. et al. (2017). VEEGAN: Reducing Mode Collapse in GANs using Implicit
       Variational Learning. NeurIPS. arXiv:1705.07761.
    .. [2] Lin, Z., Khetan, A., Fanti, G. and Oh, S. (2018). PacGAN: The Power of Two Samples in
       Generative Adversarial Networks. NeurIPS. arXiv:1712.04086.
    .. [3] Metz, L., Poole, B., Pfau, D. and Sohl-Dickstein, J. (2017). Unrolled Generative
       Adversarial Networks. ICLR. arXiv:1611.02163.

    Examples
    --------
    >>> import torch
    >>> from gantext.data.mixtures import ring
    >>>     >>> world = ring()
    >>> everywhere = world.sample(2500, generator=torch.Generator().manual_seed(0))
    >>> collapsed = world.means[:1].float().expand(2500, 2)
    >>> found = modes(torch.stack([everywhere, collapsed]), world)
    >>> found.captured
    tensor([8, 1])
    >>> found.kl[1]  # log 8
    tensor(2.0794, dtype=torch.float64)
    """
    samples = _points("samples", samples)
    if not isinstance(mixture, GaussianMixture):
        raise TypeError(
            f"mixture: expected a GaussianMixture such as ring(), got {type(mixture).__name__}"
        )
    if samples.shape[-1:] != mixture.event_shape:
        raise ValueError(
            f"samples: expected shape (..., n, {mixture.event_shape[0]}), the mixture's dimension, "
            f"got {tuple(samples.shape)}"
        )
    if not bool((mixture.std > 0).all()):
        raise ValueError("mixture: expected std > 0, by which distances are measured, got 0")
    if not radius > 0:
        raise ValueError(f"radius: expected standard deviations > 0, got {radius}")
    means, std = (t.to(samples.dtype).to(samples.device) for t in (mixture.means, mixture.std))
    distance, mode = (_distances(samples, means) / std).min(-1)
    good = (distance <= radius) & distance.isfinite()
    return _statistics(torch.where(good, mode, -1), mixture.weights, minimum)
