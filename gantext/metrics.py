r"""How well samples match their world: modes, precision and recall, and intervals over seeds.

Samples may carry leading dimensions, one per member of a population; every member is judged by
itself, all at once. A member that has diverged is judged too: a sample that is NaN or infinite is
near nothing.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
import scipy.stats
import torch
from numpy.typing import NDArray
from torch import Tensor

from gantext._validation import probabilities
from gantext.datasets import GaussianMixture, Images
from gantext.divergences import kl

_INTEGERS = (torch.int64, torch.int32, torch.int16, torch.int8, torch.uint8)
_BLOCK = 2**24  # distances, or resampled numbers, that are held at once: 64 or 128 MiB


class ModeStatistics(NamedTuple):
    """Which modes the samples reach, and how evenly.

    Attributes
    ----------
    captured : Tensor, shape (...), int64
        The number of modes that have at least `minimum` samples of quality.
    quality : Tensor, shape (...), float64
        The share of all samples that are of quality.
    kl : Tensor, shape (...), float64
        The divergence of the modes' weights from the samples' shares, in nats; infinite where no
        sample is of quality.
    counts : Tensor, shape (..., K), int64
        The number of samples of quality at each mode.
    """

    captured: Tensor
    quality: Tensor
    kl: Tensor
    counts: Tensor


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


class Interval(NamedTuple):
    """A statistic over seeds, and how far chance may have moved it.

    Attributes
    ----------
    estimate : Tensor, shape (...), float64
        The statistic of the values.
    low : Tensor, shape (...), float64
        The interval's lower end.
    high : Tensor, shape (...), float64
        The interval's upper end.
    """

    estimate: Tensor
    low: Tensor
    high: Tensor


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
    class_statistics : The same of labels, for pictures.

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
    >>> from gantext.datasets import ring
    >>> from gantext.metrics import modes
    >>> world = ring()
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


def class_statistics(
    labels: Tensor, classes: int, weights: Any = None, minimum: int = 1
) -> ModeStatistics:
    r"""Count the classes that labels name.

    Parameters
    ----------
    labels : Tensor, shape (..., n)
        Integers below `classes`, say from `StackedDigits.mode`. A negative one is no class, hence
        of no quality.
    classes : int
        The number K of classes.
    weights : array-like or Tensor, shape (K,), optional
        The true share of each class; equal when not given, as in the papers.
    minimum : int, optional
        How many samples capture a class, at least 1.

    Returns
    -------
    ModeStatistics
        ``captured``, ``quality``, ``kl`` and ``counts``, for each leading index.

    Raises
    ------
    ValueError
        If there is no label, one is too large, `weights` are no probabilities of K classes, or
        `classes` or `minimum` is below 1.
    TypeError
        If `labels` are no tensor of integers, or `classes` or `minimum` is no integer.

    See Also
    --------
    modes : The same of points, for Gaussian mixtures.

    Notes
    -----
    Unrolled GANs [1]_, VEEGAN [2]_ and PacGAN [3]_ classify each channel of stacked MNIST by a
    trained network, and count a mode that has one sample. VEEGAN and PacGAN look at 26,000
    samples of 1,000 modes, where a perfect generator has KL about 0.019 (see `modes`).

    References
    ----------
    .. [1] Metz, L., Poole, B., Pfau, D. and Sohl-Dickstein, J. (2017). Unrolled Generative
       Adversarial Networks. ICLR. arXiv:1611.02163.
    .. [2] Srivastava, A. et al. (2017). VEEGAN: Reducing Mode Collapse in GANs using Implicit
       Variational Learning. NeurIPS. arXiv:1705.07761.
    .. [3] Lin, Z., Khetan, A., Fanti, G. and Oh, S. (2018). PacGAN: The Power of Two Samples in
       Generative Adversarial Networks. NeurIPS. arXiv:1712.04086.

    Examples
    --------
    >>> import torch
    >>> from gantext.metrics import class_statistics
    >>> found = class_statistics(torch.tensor([0, 0, 2, -1]), classes=3)
    >>> found.counts, found.captured, found.quality
    (tensor([2, 0, 1]), tensor(2), tensor(0.7500, dtype=torch.float64))
    """
    _at_least_one("classes", classes)
    if not isinstance(labels, Tensor) or labels.dtype not in _INTEGERS:
        raise TypeError(f"labels: expected a tensor of integers, got {_kind(labels)}")
    if labels.ndim == 0 or labels.shape[-1] == 0:
        raise ValueError(f"labels: expected shape (..., n) with n > 0, got {tuple(labels.shape)}")
    if bool((labels >= classes).any()):
        raise ValueError(f"labels: expected integers below {classes}, got {int(labels.max())}")
    equal = torch.full((classes,), 1 / classes, dtype=torch.float64)
    shares = equal if weights is None else probabilities("weights", weights)
    if shares.shape != (classes,):
        raise ValueError(f"weights: expected shape ({classes},), got {tuple(shares.shape)}")
    return _statistics(labels.to(torch.int64), shares, minimum)


def kl_to_uniform(counts: Tensor) -> Tensor:
    r"""Measure how far counts are from even.

    .. math:: \mathrm{KL}(\hat p \,\|\, u) = \log K - H(\hat p), \qquad \hat p_k = c_k / \sum_j c_j

    Parameters
    ----------
    counts : Tensor, shape (..., K)
        How often each of K classes came up, at least zero.

    Returns
    -------
    Tensor, shape (...), float64
        The divergence in nats: 0 for even counts, :math:`\log K` when all fall to one class, and
        infinite where nothing was counted.

    Raises
    ------
    ValueError
        If a count is negative, NaN or infinite, or there is no class.
    TypeError
        If `counts` is no tensor of real numbers.

    Examples
    --------
    >>> import torch
    >>> from gantext.metrics import kl_to_uniform
    >>> kl_to_uniform(torch.tensor([[5, 5], [10, 0], [0, 0]]))
    tensor([0.0000, 0.6931,    inf], dtype=torch.float64)
    """
    if not isinstance(counts, Tensor) or counts.is_complex():
        raise TypeError(f"counts: expected a tensor of real numbers, got {_kind(counts)}")
    if counts.ndim == 0 or counts.shape[-1] == 0:
        raise ValueError(f"counts: expected shape (..., K), got {tuple(counts.shape)}")
    if not bool((counts.isfinite() & (counts >= 0)).all()):
        raise ValueError("counts: expected finite numbers >= 0, got others among them")
    classes = counts.shape[-1]
    return _kl_of_counts(counts, torch.full((classes,), 1 / classes, dtype=torch.float64))


class NearestNeighbour:
    r"""A classifier that answers with the label of the nearest known picture.

    On `digits` it is right about 98.8 % of them when each is held out in turn: good enough to count
    modes, and with nothing to train. It knows no doubt: noise, too, has a nearest picture.

    Parameters
    ----------
    known : Images
        Pictures with their labels.

    Attributes
    ----------
    known : Images
        The same.

    Raises
    ------
    TypeError
        If `known` is not `Images`.

    References
    ----------
    Cover, T. and Hart, P. (1967). Nearest Neighbor Pattern Classification. IEEE Transactions on
    Information Theory 13(1), 21-27. doi:10.1109/TIT.1967.1053964.

    Examples
    --------
    >>> import torch
    >>> from gantext.datasets import StackedDigits, digits
    >>> from gantext.metrics import NearestNeighbour, class_statistics
    >>> classify = NearestNeighbour(digits())
    >>> world = StackedDigits()
    >>> stacks = world.sample(2000, generator=torch.Generator().manual_seed(0))
    >>> labels = classify(stacks.unsqueeze(-3))  # each channel is a picture of one channel
    >>> labels.shape
    torch.Size([2000, 3])
    >>> int(class_statistics(world.mode(labels), world.modes).captured) > 800
    True
    """

    def __init__(self, known: Images) -> None:
        if not isinstance(known, Images):
            raise TypeError(f"known: expected Images such as digits(), got {type(known).__name__}")
        self.known = known

    def __call__(self, images: Tensor) -> Tensor:
        """Classify pictures.

        Parameters
        ----------
        images : Tensor, shape (..., C, H, W)
            Floating point, of the known pictures' shape.

        Returns
        -------
        Tensor, shape (...), int64
            Each picture's label; -1 for a picture with a pixel that is NaN or infinite.

        Raises
        ------
        ValueError
            If the pictures have another shape than the known ones.
        TypeError
            If `images` is no floating-point tensor.
        """
        _floating("images", images)
        shape = self.known.event_shape
        if images.shape[-3:] != shape:
            raise ValueError(f"images: expected shape (..., {shape}), got {tuple(images.shape)}")
        rows = images.detach().reshape(-1, shape[0] * shape[1] * shape[2])
        rows = rows.to(torch.promote_types(rows.dtype, torch.float32))
        known = self.known.images.flatten(1).to(rows.dtype).to(rows.device)
        nearest = [
            torch.addmm(known.square().sum(-1), block, known.T, alpha=-2).argmin(-1)
            for block in rows.split(max(1, _BLOCK // len(known)))
        ]
        labels = self.known.labels.to(rows.device)[torch.cat(nearest)]
        return torch.where(rows.isfinite().all(-1), labels, -1).reshape(images.shape[:-3])


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
    >>> from gantext.metrics import precision_recall
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


def bootstrap_interval(
    values: Any,
    statistic: Callable[..., Any] = np.mean,
    level: float = 0.95,
    seed: int = 0,
) -> Interval:
    r"""Say how much a statistic over seeds would change with other seeds.

    Seeds are drawn again from those at hand, with replacement, 9,999 times. The interval is the
    middle of those statistics, its ends moved to correct for bias and skew (the BCa bootstrap).
    It stays where values can be: an interval for a share lies in [0, 1].

    Parameters
    ----------
    values : array-like or Tensor, shape (seeds, ...)
        Finite numbers, one row a seed and at least two seeds. The other dimensions are treated
        alone, and by the same redrawn seeds.
    statistic : callable, optional
        ``statistic(array, axis=...)`` of NumPy arrays, such as `numpy.mean` or `numpy.median`.
    level : float, optional
        The interval's nominal coverage, in (0, 1).
    seed : int, optional
        Of the redrawing: the same seed, the same interval.

    Returns
    -------
    Interval
        ``estimate``, ``low`` and ``high``, each of shape (...) and float64.

    Raises
    ------
    ValueError
        If there are fewer than two seeds, a value is NaN or infinite, or `level` is not between 0
        and 1.
    TypeError
        If `statistic` cannot be called.

    Notes
    -----
    The interval is a little too short when seeds are few: a nominal 95 % covers the mean of 32
    normal or exponential values in about 93 % of cases. Where BCa is not defined, as where leaving
    out any one seed changes nothing, the percentile interval takes its place. So when all seeds
    agree the interval is a single point, which tells of these seeds, not that no other can differ.

    References
    ----------
    Efron, B. (1987). Better Bootstrap Confidence Intervals. Journal of the American Statistical
    Association 82(397), 171-185. doi:10.1080/01621459.1987.10478410.

    Examples
    --------
    >>> from gantext.metrics import bootstrap_interval
    >>> interval = bootstrap_interval([8, 8, 7, 8, 6, 8, 8, 5])
    >>> float(interval.estimate), float(interval.low), float(interval.high)
    (7.25, 6.25, 7.875)
    """
    if not callable(statistic):
        raise TypeError(f"statistic: expected a function such as numpy.mean, got {statistic!r}")
    if not 0 < level < 1:
        raise ValueError(f"level: expected a number between 0 and 1, got {level}")
    array = _rows_of_seeds(values)

    def of_axis(sample: NDArray[np.float64], axis: int = 0) -> Any:
        return statistic(sample, axis=axis)

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", scipy.stats.DegenerateDataWarning)
        resampled = scipy.stats.bootstrap(
            (array,),
            of_axis,
            vectorized=True,
            axis=0,
            confidence_level=level,
            method="BCa",
            batch=max(1, _BLOCK // array.size),
            rng=np.random.default_rng(seed),
        )
    corrected = np.stack(resampled.confidence_interval)
    tails = [(1 - level) / 2, (1 + level) / 2]
    plain = np.quantile(resampled.bootstrap_distribution, tails, axis=-1)
    low, high = np.where(np.isnan(corrected).any(0), plain, corrected)
    numbers = (of_axis(array), low, high)
    return Interval(*(torch.as_tensor(number, dtype=torch.float64) for number in numbers))


def _statistics(modes: Tensor, weights: Tensor, minimum: int) -> ModeStatistics:
    """Count modes of shape (..., n); a negative one is none."""
    _at_least_one("minimum", minimum)
    if modes.device.type == "mps":  # which has no float64
        modes = modes.cpu()
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


def _kl_of_counts(counts: Tensor, weights: Tensor) -> Tensor:
    """Compare shares with weights. From nothing counted nothing can be farther: infinity."""
    if counts.device.type == "mps":
        counts = counts.cpu()
    total = counts.to(torch.float64).sum(-1, keepdim=True)
    weights = weights.to(counts.device)
    shares = torch.where(total > 0, counts / total, weights)
    return torch.where(total.squeeze(-1) > 0, kl(shares, weights), torch.inf)


def _distances(x: Tensor, y: Tensor) -> Tensor:
    """Return all distances, computed from differences: near points keep their digits."""
    return torch.cdist(x, y, compute_mode="donot_use_mm_for_euclid_dist")


def _blocks(x: Tensor, y: Tensor) -> Iterator[tuple[int, Tensor]]:
    """Yield the distances of some of x's rows from all of y's, and where those rows start."""
    members = torch.broadcast_shapes(x.shape[:-2], y.shape[:-2]).numel()
    rows = max(1, _BLOCK // max(1, members * y.shape[-2]))
    for start in range(0, x.shape[-2], rows):
        yield start, _distances(x[..., start : start + rows, :], y)


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


def _rows_of_seeds(values: Any) -> NDArray[np.float64]:
    tensor = torch.as_tensor(values, dtype=torch.float64).detach().cpu()
    if tensor.ndim == 0 or len(tensor) < 2 or tensor.numel() == 0:
        raise ValueError(
            f"values: expected shape (seeds, ...) with at least 2 seeds, got {tuple(tensor.shape)}"
        )
    bad = tensor.numel() - int(tensor.isfinite().sum())
    if bad:
        raise ValueError(
            f"values: expected finite numbers, got {bad} of {tensor.numel()} NaN or infinite; "
            "leave those seeds out and say how many they were"
        )
    return tensor.numpy()


def _points(name: str, value: Tensor) -> Tensor:
    """Require points of shape (..., n, d), and give them at least float32 to be measured in."""
    _floating(name, value)
    if value.ndim < 2 or 0 in value.shape[-2:]:
        raise ValueError(f"{name}: expected shape (..., n, d), got {tuple(value.shape)}")
    return value.detach().to(torch.promote_types(value.dtype, torch.float32))


def _floating(name: str, value: Tensor) -> None:
    if not isinstance(value, Tensor) or not value.is_floating_point():
        raise TypeError(f"{name}: expected a floating-point tensor, got {_kind(value)}")


def _at_least_one(name: str, value: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"{name}: expected an integer, got {value!r}")
    if value < 1:
        raise ValueError(f"{name}: expected at least 1, got {value}")


def _kind(value: object) -> str:
    return f"a tensor of {value.dtype}" if isinstance(value, Tensor) else type(value).__name__
