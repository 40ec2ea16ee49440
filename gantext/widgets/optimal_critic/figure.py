"""The critic who answers at once, and the forger whose distribution you reshape."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.figure import Figure

from gantext.core.arguments import checked_arguments
from gantext.core.checks import ArrayLike, probabilities
from gantext.games.ideal import IdealGame
from gantext.objectives.divergences import js
from gantext.plotting.bars import distributions
from gantext.plotting.lines import curves
from gantext.plotting.style import DISCRIMINATOR
from gantext.widgets.live import LiveFigure, fixed
from gantext.widgets.optimal_critic.constants import HEIGHTS, TITLES, WORDS


class OptimalCritic(LiveFigure):
    r"""Reshape the generator's distribution and watch the optimal discriminator answer.

    Drag the generator's bars, or click a letter. :math:`D^*`, the value :math:`V(p_g, D^*)` and the
    Jensen-Shannon divergence follow, and beside them the pointwise game :math:`a \log d + b
    \log(1 - d)` on the letter that you choose.

    Parameters
    ----------
    p_data : sequence of float, optional
        The data's distribution over K letters.
    p_g : sequence of float, optional
        The generator's distribution to begin with; uniform by default.
    letter : int, optional
        The letter whose pointwise game is shown, from 1 to K.

    Raises
    ------
    ValueError
        If a distribution is not one, or the letter is none of the K.

    Examples
    --------
    >>> import gantext as gt
    >>> figure = gt.OptimalCritic([0.5, 0.5], [1.0, 0.0], letter=1)
    >>> round(figure.numbers()["V"], 3), round(figure.numbers()["critic"], 3)
    (-0.955, 0.333)
    """

    script = "optimal_critic"

    p_data = traitlets.List(traitlets.Float()).tag(sync=True)
    p_g = traitlets.List(traitlets.Float()).tag(sync=True)
    letter = traitlets.Int().tag(sync=True)

    @checked_arguments
    def __init__(
        self,
        p_data: ArrayLike = (0.1, 0.4, 0.4, 0.1, 0.0, 0.0, 0.0, 0.0),
        p_g: ArrayLike | None = None,
        letter: int = 1,
    ) -> None:
        data = IdealGame(p_data).p_data.tolist()
        uniform = [1 / len(data)] * len(data)
        fake = uniform if p_g is None else probabilities("p_g", p_g).tolist()
        if not 1 <= letter <= len(data):
            raise ValueError(f"letter: expected one from 1 to {len(data)}, got {letter!r}")
        if len(fake) != len(data):
            raise ValueError(f"p_g: expected {len(data)} probabilities, got {len(fake)}")
        super().__init__(p_data=data, p_g=fake, letter=letter)

    def numbers(self) -> dict[str, float]:
        """Return ``V`` and ``JS`` in nats, and what is seen on the chosen letter.

        There ``a``, ``b`` and, unless nobody shows the letter, ``critic``, the optimal answer D*,
        and ``height``, the pointwise game's value at it.
        """
        game, i = IdealGame(self.p_data), self.letter - 1
        a, b = self.p_data[i], self.p_g[i]
        found = {
            "V": float(game.value_at_optimal_discriminator(self.p_g)),
            "JS": float(js(self.p_data, self.p_g)),
            "a": a,
            "b": b,
        }
        if a + b == 0:  # any answer is optimal
            return found
        best = game.optimal_discriminator(self.p_g)[i]
        height = torch.special.xlogy(a, best) + torch.special.xlogy(b, 1 - best)
        return found | {"critic": float(best), "height": float(height)}

    def sentence(self) -> str:
        """Say the numbers."""
        n = self.numbers()
        told = {name: fixed(value, 3) for name, value in n.items()}
        critic = WORDS["critic" if "critic" in n else "free"].format(**told)
        return WORDS["sentence"].format(**told | {"letter": self.letter, "critic": critic})

    @checked_arguments
    def draw(self, figure: Figure) -> None:
        """Draw the distributions with the critic, and the game on the letter."""
        figure.set_size_inches(7, 6.6)
        top, bottom = figure.subplots(2, 1)
        game, n = IdealGame(self.p_data), self.numbers()
        best = game.optimal_discriminator(self.p_g)
        distributions(self.p_data, self.p_g, discriminator=best, ax=top)
        d = torch.linspace(0.001, 0.999, 500, dtype=torch.float64)
        curves(d, n["a"] * d.log() + n["b"] * (1 - d).log(), ax=bottom)
        if "critic" in n:
            bottom.plot(n["critic"], n["height"], "o", color=DISCRIMINATOR, markersize=9)
        bottom.set(xlabel=f"answer d on letter {self.letter}", ylabel=TITLES["game"])
        bottom.set(xlim=(0, 1), ylim=HEIGHTS)
