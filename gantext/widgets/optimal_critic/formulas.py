"""What the optimal critic's script computes, traced from the library."""

from __future__ import annotations

from torch import Tensor

from gantext.games.ideal import IdealGame
from gantext.objectives.divergences import js
from gantext.widgets.symbolic import Computed


def formulas() -> dict[str, Computed]:
    r"""Return what the figure's script computes for each letter.

    ``letterTerms``: from :math:`a = p_\text{data}` and :math:`b = p_g` of a letter the optimal
    answer and the letter's terms of the value and of the Jensen-Shannon divergence; ``pointwise``:
    the term of the value for the answer ``d``.
    """

    def letter_terms(ab: Tensor) -> tuple[Tensor, ...]:
        p_data, p_g = ab[:1], ab[1:]  # the sums over letters have this one term
        game = IdealGame(p_data)
        value = game.value_at_optimal_discriminator(p_g)
        return game.optimal_discriminator(p_g), value, js(p_data, p_g)

    def pointwise(abd: Tensor) -> Tensor:
        return IdealGame(abd[:1]).value(abd[1:2], abd[2:])

    unit = (0.0, 1.0)
    return {
        "letterTerms": Computed(letter_terms, ({"a": unit, "b": unit},)),
        "pointwise": Computed(pointwise, ({"a": unit, "b": unit, "d": unit},)),
    }
