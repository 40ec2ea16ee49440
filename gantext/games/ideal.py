"""The ideal game: players that can choose any distribution and any discriminator."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import torch
from torch import Tensor
from torch.nn.functional import logsigmoid

from gantext.core.arguments import checked_arguments
from gantext.core.checks import (
    ArrayLike,
    as_float64,
    broadcastable,
    last_dim,
    probabilities,
    require,
)
from gantext.games.base import Game, Losses
from gantext.games.best_mixture import TINY, max_min, weighted_share


class PureStrategyValues(NamedTuple):
    """The two values of a game whose generator may only choose from a list.

    Attributes
    ----------
    min_max, max_min : Tensor, shape ()
        The least to which the generator can hold the value when it chooses first, and the most that
        the discriminator can secure when it chooses first.
    """

    min_max: Tensor
    max_min: Tensor


class IdealGame(Game):
    r"""The game of Goodfellow et al. on a finite alphabet of K letters.

    The generator chooses a distribution :math:`p_g` over the letters, the discriminator a
    probability :math:`D(x)` for each letter that it is real. The generator minimises, the
    discriminator maximises

    .. math:: V(p_g, D) = \sum_x p_\text{data}(x) \log D(x) + p_g(x) \log(1 - D(x)),

    with :math:`0 \log 0 = 0`. V is linear in :math:`p_g` and concave in D, on compact convex sets,
    so min max = max min. The equilibrium is :math:`p_g = p_\text{data}`, :math:`D = \tfrac12` on
    every letter of the data (and at most that elsewhere), with value :math:`-\log 4`. As a `Game`,
    both players hold logits: :math:`p_g = \mathrm{softmax}(\theta)`, :math:`D = \sigma(\psi)`.
    Sources: Goodfellow et al. 2014, arXiv:1406.2661, section 4; von Neumann, Math. Ann. 100, 1928;
    Sion, Pacific J. Math. 8(1), 1958.

    Parameters
    ----------
    p_data : array-like, shape (K,)
        The distribution of the data.

    Examples
    --------
    >>> import gantext as gt
    >>> gt.IdealGame([0.2, 0.3, 0.5]).optimal_discriminator([0.2, 0.8, 0.0])
    tensor([0.5000, 0.2727, 1.0000], dtype=torch.float64)
    """

    @checked_arguments
    def __init__(self, p_data: ArrayLike) -> None:
        distribution = probabilities("p_data", p_data)
        if distribution.ndim != 1:
            raise ValueError(
                "p_data: expected one distribution, shape (K,), got shape "
                f"{tuple(distribution.shape)}"
            )
        self.p_data = distribution.clone()  # the caller may go on writing into its array

    def __repr__(self) -> str:
        return f"IdealGame(p_data={self.p_data.tolist()})"

    def losses(self, theta: Tensor, psi: Tensor, batch: Any = None) -> Losses:
        """Return both players' losses, V and -V, from logits of shape (K,)."""
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

    @checked_arguments
    def value(self, p_g: ArrayLike, d: ArrayLike) -> Tensor:
        r"""Evaluate the game, :math:`V(p_g, D)`; :math:`-\infty` where D is certain and wrong.

        A `d` that float64 rounds to 1 counts as certain. `value_at_optimal_discriminator` does not
        pass through `d`: take it where `p_g` may be tiny.

        Parameters
        ----------
        p_g, d : array-like, shape (..., K)
            The generator's distribution, and the discriminator's probabilities, in [0, 1].
        """
        p_g, d = self._generator(p_g), self._discriminator(d)
        broadcastable(("p_g", "d"), (p_g, d))
        # Where 0 log 0 arises the logarithm is moved, so that its gradient is 0 as well, not NaN.
        right_on_fakes = torch.where((p_g == 0) & (d == 1), 0.0, -d)
        return (self._log_d_on_data(d) + torch.special.xlog1py(p_g, right_on_fakes)).sum(-1)

    @checked_arguments
    def optimal_discriminator(self, p_g: ArrayLike) -> Tensor:
        r"""Return the discriminator's best answer to a generator (Goodfellow et al., prop. 1).

        .. math:: D^*(x) = \frac{p_\text{data}(x)}{p_\text{data}(x) + p_g(x)}

        Parameters
        ----------
        p_g : array-like, shape (..., K)
            The generator's distribution. On a letter that nobody shows, the answer is ½.
        """
        p_g = self._generator(p_g)
        total = self.p_data + p_g
        shown = total > 0
        return torch.where(shown, self.p_data / torch.where(shown, total, 1.0), 0.5)

    @checked_arguments
    def value_at_optimal_discriminator(self, p_g: ArrayLike) -> Tensor:
        r"""Return the value when the discriminator answers best (Goodfellow et al., theorem 1).

        .. math:: \max_D V(p_g, D) = V(p_g, D^*) = -\log 4 + 2\,\mathrm{JS}(p_\text{data} \| p_g)

        Parameters
        ----------
        p_g : array-like, shape (..., K)
            The generator's distribution.
        """
        p_g = self._generator(p_g)
        total = self.p_data + p_g
        return (weighted_share(self.p_data, total) + weighted_share(p_g, total)).sum(-1)

    @checked_arguments
    def best_response_value(self, d: ArrayLike) -> Tensor:
        r"""Return the value when the generator answers best: by the letter that D trusts most.

        .. math:: \min_{p_g} V(p_g, D) = \sum_x p_\text{data}(x) \log D(x) + \min_x \log(1 - D(x))

        Parameters
        ----------
        d : array-like, shape (..., K)
            The discriminator's probabilities, in [0, 1].
        """
        d = self._discriminator(d)
        most_trusted = d.amax(-1)
        return self._log_d_on_data(d).sum(-1) + torch.log1p(-most_trusted)

    @checked_arguments
    def duality_gap(self, p_g: ArrayLike, d: ArrayLike) -> Tensor:
        r"""Measure how much the players together could still win by answering perfectly.

        .. math:: \mathrm{gap}(p_g, D) = \max_{D'} V(p_g, D') - \min_{p'} V(p', D) \ge 0

        It is 0 exactly when neither player can improve. Each player is at most this far from its
        equilibrium value :math:`-\log 4`, so the gap certifies a solution without knowing it. It is
        infinite where D is certain that a letter is real, or that a letter of the data is fake.

        Parameters
        ----------
        p_g, d : array-like, shape (..., K)
            The generator's distribution, and the discriminator's probabilities, in [0, 1].
        """
        p_g, d = self._generator(p_g), self._discriminator(d)
        broadcastable(("p_g", "d"), (p_g, d))
        # 2 JS(p_data, p_g) + sum p_data log(D_max / D) - log(4 D_max (1 - D_max)), where no part is
        # negative: two numbers near -log 4, subtracted, lose a tiny gap's digits and sign.
        generator_part = _twice_js_terms(self.p_data, p_g).sum(-1)
        most_trusted = d.amax(-1, keepdim=True)
        uneven = _weighted_log_ratio(self.p_data, most_trusted, d).sum(-1)
        return generator_part + uneven + _minus_log_four_d_one_minus_d(most_trusted.squeeze(-1))

    @checked_arguments
    def pure_strategy_values(self, generators: ArrayLike) -> PureStrategyValues:
        r"""Find min max and max min when the generator may only choose from a list.

        .. math:: \min_m \max_D V(g_m, D) \;\ge\; \max_D \min_m V(g_m, D)

        A network reaches some distributions and not the mixtures of them. The list is such a set,
        not convex, and the two sides can differ: who chooses first matters, and no equilibrium
        exists. Letting the generator mix closes the gap: the right-hand side is the value
        :math:`\min_w \max_D V(\sum_m w_m g_m, D)` of the game over mixtures. Newton's method finds
        it to 1e-13; a search that ends before 1e-9 raises RuntimeError. The two values carry no
        gradient.

        Parameters
        ----------
        generators : array-like, shape (M, K)
            The M distributions that the generator can choose.
        """
        listed = self._generator(generators, name="generators").detach()
        if listed.ndim != 2 or len(listed) == 0:
            raise ValueError(
                "generators: expected a list of distributions, shape (M, K), got shape "
                f"{tuple(listed.shape)}"
            )
        min_max = self.value_at_optimal_discriminator(listed).min()
        return PureStrategyValues(min_max.detach(), max_min(self.p_data.detach(), listed))

    def _log_d_on_data(self, d: Tensor) -> Tensor:
        """Return p_data · log D for each letter, 0 with gradient 0 where both are 0."""
        return torch.special.xlogy(self.p_data, torch.where((self.p_data == 0) & (d == 0), 1.0, d))

    def _generator(self, p_g: ArrayLike, name: str = "p_g") -> Tensor:
        """Require distributions over this game's letters."""
        return last_dim(name, probabilities(name, p_g), len(self.p_data))

    def _discriminator(self, d: ArrayLike) -> Tensor:
        """Require a probability for each of this game's letters."""
        d = last_dim("d", as_float64("d", d), len(self.p_data))
        return require("d", d, "probabilities in [0, 1]", lambda t: (t >= 0) & (t <= 1))


def _twice_js_terms(p: Tensor, q: Tensor) -> Tensor:
    """Return the terms of 2·JS, each >= 0: p log(2p / (p+q)) + q log(2q / (p+q))."""
    # With s = (q-p)/(q+p) they are (p+q)/2 · [(1-s) log(1-s) + (1+s) log(1+s)], and the bracket
    # regrouped as below behaves like 2s² - s² for small s, so no digits are lost near p = q.
    total = p + q
    far = weighted_share(p, total) + weighted_share(q, total) + total * math.log(2)
    large_enough = total > TINY
    s = (q - p) / torch.where(large_enough, total, 1.0)
    near = large_enough & (s.abs() < 0.5)
    s = torch.where(near, s, 0.0)
    bracket = torch.log1p(-(s**2)) + s * (torch.log1p(s) - torch.log1p(-s))
    return torch.where(near, total / 2 * bracket, far.clamp_min(0))


def _weighted_log_ratio(weight: Tensor, top: Tensor, d: Tensor) -> Tensor:
    """Return weight · log(top / d) >= 0, for d <= top; 0 · inf is 0."""
    answered = d > 0
    near = (2 * d > top) & (top > TINY)
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
