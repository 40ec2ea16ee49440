"""The ideal game: players that can choose any distribution and any discriminator."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from gantext.core.checks import as_float64, broadcastable, holds, last_dim, probabilities
from gantext.games.base import Game, Losses

# Newton's method on the mixtures of listed generators: certified error that ends it, and its limit.
_CERTIFIED = 1e-13
_ACCEPTED = 1e-9
_MAX_NEWTON_STEPS = 100

# Below this, quotients and their gradients overflow; so small a probability counts for nothing.
_TINY = 1e-100


class PureStrategyValues(NamedTuple):
    """The two values of a game whose generator may only choose from a list.

    Attributes
    ----------
    min_max : Tensor
        The least that the generator can hold the value to when it chooses first; a scalar.
    max_min : Tensor
        The most that the discriminator can secure when it chooses first; a scalar.
    """

    min_max: Tensor
    max_min: Tensor


class IdealGame(Game):
    r"""The game of Goodfellow et al. on a finite alphabet of K letters.

    The generator chooses a distribution :math:`p_g` over the letters, the discriminator a
    probability :math:`D(x)` for each letter that it is real. The generator minimises, the
    discriminator maximises

    .. math:: V(p_g, D) = \sum_x p_\text{data}(x) \log D(x) + p_g(x) \log(1 - D(x)),

    with :math:`0 \log 0 = 0`. `V` is linear in :math:`p_g` and concave in :math:`D`, on compact
    convex sets, so min max = max min. The equilibrium is :math:`p_g = p_\text{data}`,
    :math:`D = \tfrac12` on every letter of the data (and at most that elsewhere), with value
    :math:`-\log 4`.

    As a `Game` for the update rules, both players hold logits:
    :math:`p_g = \mathrm{softmax}(\theta)`, :math:`D = \sigma(\psi)`.

    Parameters
    ----------
    p_data : array-like or Tensor, shape (K,)
        The distribution of the data.

    Attributes
    ----------
    p_data : Tensor, shape (K,), float64
        The distribution of the data.

    Raises
    ------
    ValueError
        If ``p_data`` is not one vector of probabilities.

    References
    ----------
    I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, arXiv:1406.2661, section 4.
    J. von Neumann, "Zur Theorie der Gesellschaftsspiele", Math. Ann. 100, 1928.
    M. Sion, "On general minimax theorems", Pacific J. Math. 8(1), 1958.

    Examples
    --------
    >>> from gantext.games.ideal import IdealGame
    >>> game = IdealGame([0.2, 0.3, 0.5])
    >>> game.value(p_g=[0.2, 0.3, 0.5], d=[0.5, 0.5, 0.5])  # -log 4
    tensor(-1.3863, dtype=torch.float64)
    >>> game.optimal_discriminator([0.2, 0.8, 0.0])
    tensor([0.5000, 0.2727, 1.0000], dtype=torch.float64)
    """

    def __init__(self, p_data: Any) -> None:
        p_data = probabilities("p_data", p_data)
        if p_data.ndim != 1:
            raise ValueError(
                f"p_data: expected one distribution, shape (K,), got shape {tuple(p_data.shape)}"
            )
        self.p_data = p_data.clone()  # the caller may go on writing into its array

    def __repr__(self) -> str:
        return f"IdealGame(p_data={self.p_data.tolist()})"

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        r"""Return both players' losses, from logits: :math:`L_G = V` and :math:`L_D = -V`.

        Parameters
        ----------
        theta : Tensor, shape (K,)
            Logits of the generator's distribution, :math:`p_g = \mathrm{softmax}(\theta)`.
        psi : Tensor, shape (K,)
            Logits of the discriminator, :math:`D = \sigma(\psi)`.
        batch : None
            Ignored: the game needs no samples.

        Returns
        -------
        Losses
            Two scalars.

        Raises
        ------
        ValueError
            If a player's logits are not of shape ``(K,)``.

        Examples
        --------
        >>> import torch
        >>> from gantext.games.ideal import IdealGame
        >>> IdealGame([0.5, 0.5]).losses(torch.zeros(2), torch.zeros(2)).discriminator  # log 4
        tensor(1.3863, dtype=torch.float64)
        """
        del batch
        for name, logits in (("theta", theta), ("psi", psi)):
            if logits.shape != self.p_data.shape:
                raise ValueError(
                    f"{name}: expected logits of shape {tuple(self.p_data.shape)} (one member; use "
                    f"torch.func.vmap for more), got {tuple(logits.shape)}"
                )
        # logsigmoid(-psi) is log(1 - D) without forming 1 - D, which would round to 0.
        value = self.p_data @ logsigmoid(psi).to(self.p_data)
        value = value + torch.softmax(theta.to(self.p_data), -1) @ logsigmoid(-psi).to(self.p_data)
        return Losses(generator=value, discriminator=-value)

    def value(self, p_g: Any, d: Any) -> Tensor:
        r"""Evaluate the game, :math:`V(p_g, D)`.

        .. math:: V(p_g, D) = \sum_x p_\text{data}(x) \log D(x) + p_g(x) \log(1 - D(x))

        Parameters
        ----------
        p_g : array-like or Tensor, shape (..., K)
            The generator's distribution.
        d : array-like or Tensor, shape (..., K)
            The discriminator: for each letter, its probability of being real, in [0, 1]. Its
            leading dimensions broadcast with those of ``p_g``.

        Returns
        -------
        Tensor, shape (...), float64
            The value, at most 0; :math:`-\infty` where the discriminator is certain and wrong.

        Raises
        ------
        ValueError
            If ``p_g`` is not a distribution, ``d`` leaves [0, 1], or the shapes do not fit.

        Notes
        -----
        A ``d`` so close to 1 that float64 rounds it to 1 counts as certain. To evaluate the optimal
        discriminator against a ``p_g`` that is tiny somewhere, use
        `value_at_optimal_discriminator`, which does not pass through ``d``.

        Examples
        --------
        >>> from gantext.games.ideal import IdealGame
        >>> IdealGame([0.5, 0.5]).value([0.5, 0.5], [[0.5, 0.5], [0.9, 0.9]])
        tensor([-1.3863, -2.4079], dtype=torch.float64)
        """
        p_g, d = self._generator(p_g), self._discriminator(d)
        broadcastable(("p_g", "d"), (p_g, d))
        # Where 0 log 0 arises the logarithm is moved, so that its gradient is 0 as well, not NaN.
        right_on_fakes = torch.where((p_g == 0) & (d == 1), 0.0, -d)
        return (self._log_d_on_data(d) + torch.special.xlog1py(p_g, right_on_fakes)).sum(-1)

    def optimal_discriminator(self, p_g: Any) -> Tensor:
        r"""Answer a generator as well as a discriminator can.

        .. math:: D^*(x) = \frac{p_\text{data}(x)}{p_\text{data}(x) + p_g(x)}

        Parameters
        ----------
        p_g : array-like or Tensor, shape (..., K)
            The generator's distribution.

        Returns
        -------
        Tensor, shape (..., K), float64
            :math:`D^*`. On a letter that neither player nor data ever show, every answer is
            optimal, and this one is ½.

        Raises
        ------
        ValueError
            If ``p_g`` is not a distribution over K letters.

        References
        ----------
        I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, proposition 1.

        Examples
        --------
        >>> from gantext.games.ideal import IdealGame
        >>> IdealGame([0.5, 0.5]).optimal_discriminator([0.5, 0.5])
        tensor([0.5000, 0.5000], dtype=torch.float64)
        """
        p_g = self._generator(p_g)
        total = self.p_data + p_g
        shown = total > 0
        return torch.where(shown, self.p_data / torch.where(shown, total, 1.0), 0.5)

    def value_at_optimal_discriminator(self, p_g: Any) -> Tensor:
        r"""Return the value that a generator faces when the discriminator answers perfectly.

        .. math::
            \max_D V(p_g, D) = V(p_g, D^*)
                = -\log 4 + 2 \, \mathrm{JS}(p_\text{data} \,\|\, p_g)

        Parameters
        ----------
        p_g : array-like or Tensor, shape (..., K)
            The generator's distribution.

        Returns
        -------
        Tensor, shape (...), float64
            The value, between :math:`-\log 4` and 0.

        Raises
        ------
        ValueError
            If ``p_g`` is not a distribution over K letters.

        References
        ----------
        I. Goodfellow et al., "Generative adversarial nets", NeurIPS 2014, theorem 1.

        Examples
        --------
        >>> from gantext.games.ideal import IdealGame
        >>> IdealGame([0.5, 0.5]).value_at_optimal_discriminator([[0.5, 0.5], [1.0, 0.0]])
        tensor([-1.3863, -0.9548], dtype=torch.float64)
        """
        p_g = self._generator(p_g)
        total = self.p_data + p_g
        return (_weighted_share(self.p_data, total) + _weighted_share(p_g, total)).sum(-1)

    def best_response_value(self, d: Any) -> Tensor:
        r"""Return the value that a discriminator faces when the generator answers perfectly.

        .. math::
            \min_{p_g} V(p_g, D) = \sum_x p_\text{data}(x) \log D(x) + \min_x \log(1 - D(x))

        `V` is linear in :math:`p_g`, so the best answer is to show only the letter that the
        discriminator trusts most.

        Parameters
        ----------
        d : array-like or Tensor, shape (..., K)
            The discriminator, in [0, 1].

        Returns
        -------
        Tensor, shape (...), float64
            The value, at most :math:`-\log 4`.

        Raises
        ------
        ValueError
            If ``d`` is not K numbers in [0, 1].

        Examples
        --------
        >>> from gantext.games.ideal import IdealGame
        >>> IdealGame([0.5, 0.5]).best_response_value([[0.5, 0.5], [0.6, 0.4]])
        tensor([-1.3863, -1.6298], dtype=torch.float64)
        """
        d = self._discriminator(d)
        most_trusted = d.amax(-1)
        return self._log_d_on_data(d).sum(-1) + torch.log1p(-most_trusted)

    def duality_gap(self, p_g: Any, d: Any) -> Tensor:
        r"""Measure how much the players together could still win by answering perfectly.

        .. math:: \mathrm{gap}(p_g, D) = \max_{D'} V(p_g, D') - \min_{p'} V(p', D) \ge 0

        It is 0 exactly when neither player can improve. Each player is at most this far from its
        equilibrium value :math:`-\log 4`, so the gap certifies a solution without knowing it.

        Parameters
        ----------
        p_g : array-like or Tensor, shape (..., K)
            The generator's distribution.
        d : array-like or Tensor, shape (..., K)
            The discriminator, in [0, 1]; its leading dimensions broadcast with those of ``p_g``.

        Returns
        -------
        Tensor, shape (...), float64
            The gap, never negative; :math:`\infty` where the discriminator is certain of a letter
            being real, or certain of a letter of the data being fake.

        Raises
        ------
        ValueError
            If ``p_g`` is not a distribution, ``d`` leaves [0, 1], or the shapes do not fit.

        Notes
        -----
        Both maxima are closed forms, `value_at_optimal_discriminator` and `best_response_value`.
        Their difference is summed from three parts that are each non-negative,

        .. math::
            2\,\mathrm{JS}(p_\text{data} \,\|\, p_g)
            + \sum_x p_\text{data}(x) \log \frac{D_\text{max}}{D(x)}
            - \log\bigl(4 D_\text{max} (1 - D_\text{max})\bigr),

        rather than by subtracting two numbers near :math:`-\log 4`, so that a tiny gap keeps its
        digits and its sign.

        Examples
        --------
        >>> from gantext.games.ideal import IdealGame
        >>> game = IdealGame([0.5, 0.5])
        >>> game.duality_gap([0.5, 0.5], [[0.5, 0.5], [0.6, 0.4]])
        tensor([0.0000, 0.2436], dtype=torch.float64)
        """
        p_g, d = self._generator(p_g), self._discriminator(d)
        broadcastable(("p_g", "d"), (p_g, d))
        generator_part = _twice_js_terms(self.p_data, p_g).sum(-1)
        most_trusted = d.amax(-1, keepdim=True)
        uneven = _weighted_log_ratio(self.p_data, most_trusted, d).sum(-1)
        return generator_part + uneven + _minus_log_four_d_one_minus_d(most_trusted.squeeze(-1))

    def pure_strategy_values(self, generators: Any) -> PureStrategyValues:
        r"""Find min max and max min when the generator may only choose from a list.

        .. math:: \min_m \max_D V(g_m, D) \;\ge\; \max_D \min_m V(g_m, D)

        A network reaches some distributions and not the mixtures of them. The list is such a set,
        not convex, and the two sides can differ: who chooses first matters, and no equilibrium
        exists. Letting the generator mix closes the gap, because the right-hand side is the value
        :math:`\min_w \max_D V(\sum_m w_m g_m, D)` of the game over mixtures.

        Parameters
        ----------
        generators : array-like or Tensor, shape (M, K)
            The M distributions that the generator can choose.

        Returns
        -------
        PureStrategyValues
            ``(min_max, max_min)``, two float64 scalars without gradient.

        Raises
        ------
        ValueError
            If ``generators`` is not one list of distributions over K letters.
        RuntimeError
            If the search for max min ends before it is certain to 1e-9.

        Notes
        -----
        The left side is a closed form for each row. For the right side a primal-dual Newton method
        (Boyd and Vandenberghe, chapter 11) finds the best mixture; the discriminator that answers
        it secures a value, which is returned, and the mixture's own value bounds max min from
        above. The two bounds meet within 1e-13, or the search goes on.

        References
        ----------
        J. von Neumann, "Zur Theorie der Gesellschaftsspiele", Math. Ann. 100, 1928.
        M. Sion, "On general minimax theorems", Pacific J. Math. 8(1), 1958.
        S. Boyd and L. Vandenberghe, "Convex Optimization", Cambridge University Press, 2004.

        Examples
        --------
        Two letters, and a generator that can only ever show one of them:

        >>> from gantext.games.ideal import IdealGame
        >>> min_max, max_min = IdealGame([0.5, 0.5]).pure_strategy_values([[1.0, 0.0], [0.0, 1.0]])
        >>> min_max, max_min
        (tensor(-0.9548, dtype=torch.float64), tensor(-1.3863, dtype=torch.float64))
        >>> min_max - max_min  # log(8 / (3 sqrt 3))
        tensor(0.4315, dtype=torch.float64)
        """
        generators = self._generator(generators, name="generators").detach()
        if generators.ndim != 2 or len(generators) == 0:
            raise ValueError(
                "generators: expected a list of distributions, shape (M, K), got shape "
                f"{tuple(generators.shape)}"
            )
        min_max = self.value_at_optimal_discriminator(generators).min()
        return PureStrategyValues(min_max.detach(), _max_min(self.p_data.detach(), generators))

    def _log_d_on_data(self, d: Tensor) -> Tensor:
        """Return p_data · log D for each letter, 0 with gradient 0 where both are 0."""
        return torch.special.xlogy(self.p_data, torch.where((self.p_data == 0) & (d == 0), 1.0, d))

    def _generator(self, p_g: Any, name: str = "p_g") -> Tensor:
        """Check distributions over this game's letters."""
        return last_dim(name, probabilities(name, p_g), len(self.p_data))

    def _discriminator(self, d: Any) -> Tensor:
        """Check a discriminator on this game's letters."""
        d = last_dim("d", as_float64("d", d), len(self.p_data))
        if holds(((d < 0) | (d > 1)).any()):
            raise ValueError(
                "d: expected probabilities in [0, 1], got values from "
                f"{float(d.min()):.6g} to {float(d.max()):.6g}"
            )
        return d


def _weighted_share(part: Tensor, total: Tensor) -> Tensor:
    """Return part · log(part / total), 0 where the part is 0, safe where a share underflows."""
    log_part = torch.where(part > 0, part, 1.0).log()
    log_total = torch.where(part > 0, total, 1.0).log()
    return part * (log_part - log_total)


def _twice_js_terms(p: Tensor, q: Tensor) -> Tensor:
    """Return the terms of 2·JS, each >= 0: p log(2p / (p+q)) + q log(2q / (p+q)).

    With s = (q-p)/(q+p) they are (p+q)/2 · [(1-s) log(1-s) + (1+s) log(1+s)], and the bracket
    regrouped as below behaves like 2s² - s² for small s, so no digits are lost near p = q.
    """
    total = p + q
    far = _weighted_share(p, total) + _weighted_share(q, total) + total * math.log(2)
    large_enough = total > _TINY
    s = (q - p) / torch.where(large_enough, total, 1.0)
    near = large_enough & (s.abs() < 0.5)
    s = torch.where(near, s, 0.0)
    bracket = torch.log1p(-(s**2)) + s * (torch.log1p(s) - torch.log1p(-s))
    return torch.where(near, total / 2 * bracket, far.clamp_min(0))


def _weighted_log_ratio(weight: Tensor, top: Tensor, d: Tensor) -> Tensor:
    """Return weight · log(top / d) >= 0, for d <= top; 0 · inf is 0."""
    answered = d > 0
    near = (2 * d > top) & (top > _TINY)
    close = -torch.log1p(torch.where(near, d - top, 0.0) / torch.where(near, top, 1.0))
    far = torch.where(answered, top, 1.0).log() - torch.where(answered, d, 1.0).log()
    terms = weight * torch.where(near, close, far)
    return torch.where((weight > 0) & ~answered, torch.inf, terms)


def _minus_log_four_d_one_minus_d(d: Tensor) -> Tensor:
    """Return -log(4 d (1-d)) >= 0, which is 0 at d = ½, with its digits kept near there."""
    lean = 2 * d - 1
    near = lean.abs() < 0.5
    close = -torch.log1p(-(torch.where(near, lean, 0.0) ** 2))
    far = -math.log(4) - d.log() - torch.log1p(-d)
    return torch.where(near, close, far)


def _max_min(p_data: Tensor, generators: Tensor) -> Tensor:
    """Find what a discriminator that moves first secures against the listed generators.

    Minimises max_D V over mixtures w of the rows, keeping w > 0 with multipliers z of w >= 0 and
    following w·z -> 0 (primal-dual Newton). The result is a certified lower bound of max min.
    """
    size = len(generators)
    weights = torch.full((size,), 1 / size, dtype=torch.float64)
    multipliers = torch.ones_like(weights)
    for _ in range(_MAX_NEWTON_STEPS):
        mixture = weights @ generators
        secured, slope = _secured(p_data, mixture, generators)
        total = p_data + mixture
        at_most = (_weighted_share(p_data, total) + _weighted_share(mixture, total)).sum()
        if at_most - secured < _CERTIFIED:
            return secured
        weights, multipliers = _newton_step(
            weights, multipliers, slope, _curvature(p_data, mixture, generators)
        )
    if at_most - secured < _ACCEPTED:
        return secured
    raise RuntimeError(
        f"max min: expected certainty to {_ACCEPTED:g} after {_MAX_NEWTON_STEPS} Newton steps, got "
        f"bounds {secured.item():.12g} and {at_most.item():.12g}"
    )


def _secured(p_data: Tensor, mixture: Tensor, generators: Tensor) -> tuple[Tensor, Tensor]:
    """Return what the best answer to a mixture secures, and each row's mean of log(1 - D)."""
    mixture = mixture.clamp_min(_TINY)
    total = p_data + mixture
    against_rows = generators @ (mixture / total).log()
    return _weighted_share(p_data, total).sum() + against_rows.min(), against_rows


def _curvature(p_data: Tensor, mixture: Tensor, generators: Tensor) -> Tensor:
    """Return the second derivative of max_D V in the mixture's weights."""
    mixture = mixture.clamp_min(_TINY)
    return generators * (p_data / (mixture * (p_data + mixture))) @ generators.T


def _newton_step(
    weights: Tensor, multipliers: Tensor, slope: Tensor, curvature: Tensor
) -> tuple[Tensor, Tensor]:
    """Take one primal-dual step towards w·z = a tenth of its present mean, inside w > 0, z > 0."""
    size = len(weights)
    target = 0.1 * (weights @ multipliers) / size
    system = torch.zeros((size + 1, size + 1), dtype=torch.float64)
    system[:size, :size] = curvature + torch.diag(multipliers / weights)
    system[:size, size] = system[size, :size] = 1.0  # the weights keep summing to 1
    right = torch.cat([target / weights - slope, torch.zeros(1, dtype=torch.float64)])
    step = torch.linalg.solve(system, right)[:size]
    multiplier_step = (target - multipliers * step) / weights - multipliers
    weights = weights + _room(weights, step) * step
    multipliers = multipliers + _room(multipliers, multiplier_step) * multiplier_step
    return weights / weights.sum(), multipliers


def _room(values: Tensor, step: Tensor) -> Tensor:
    """Return the share of a step, at most 1, that keeps positive values positive."""
    return 0.99 / (-step / values).max().clamp_min(0.99)
