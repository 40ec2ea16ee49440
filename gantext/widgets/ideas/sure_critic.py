"""Two losses of the forger, and what a critic who is sure leaves of their slopes."""

from __future__ import annotations

import torch
import traitlets
from matplotlib.axes import Axes
from torch import Tensor

from gantext.core.arguments import checked_arguments
from gantext.objectives.losses import Loss, Minimax, NonSaturating
from gantext.plotting import style
from gantext.plotting.lines import curves
from gantext.widgets.ideas.idea import Idea
from gantext.widgets.live import fixed
from gantext.widgets.settings import number
from gantext.widgets.symbolic import Computed

RANGES = {"score": (-6.0, 6.0, 0.1)}
DIGITS = {"score": 1, "critic": 3, "minimax": 3, "other": 3}
NAMES = {"score": "the critic's logit of a forgery"}
HEIGHTS = (-6.5, 6.5)
WORDS = {
    "sentence": (
        "The critic gives a forgery the logit {score}, so D\u00a0=\u00a0{critic}. There "
        "log(1\u00a0−\u00a0D) has the slope {minimax}, and −log\u00a0D the slope {other}."
    ),
    "minimax": "log(1 − D)",
    "other": "−log D",
    "sides": "← surely forged\u2003the critic's logit\u2003surely real →",
    "slope": "slope",
}
losses: tuple[Loss, Loss] = (Minimax(), NonSaturating())


def faced(score: Tensor) -> tuple[Tensor, ...]:
    """Return D, the two losses of the forger, and their slopes, at a logit of shape (1,)."""
    found = [torch.sigmoid(score)]
    for loss in losses:

        def value(s: Tensor, loss: Loss = loss) -> Tensor:
            return loss.generator(real=None, fake=s)

        found += [value(score), torch.func.grad(value)(score)]
    return tuple(found)


def formulas() -> dict[str, Computed]:
    """Return what the script computes: ``faced``, D, and each loss with its slope."""
    return {"faced": Computed(faced, ({"score": RANGES["score"][:2]},))}


class SureCritic(Idea):
    r"""Drag the critic's logit of a forgery, and compare the slopes of two losses there.

    In the logit :math:`\log(1 - D)` has the slope :math:`-D`, which a critic who is sure takes
    away. The non-saturating :math:`-\log D` has the slope :math:`D - 1`, which she leaves.

    Parameters
    ----------
    score : float, optional
        The logit, from -6 to 6.

    Examples
    --------
    >>> import gantext as gt
    >>> found = gt.SureCritic(score=-4.0).numbers()
    >>> round(found["minimax"], 3), round(found["other"], 3)
    (-0.018, -0.982)
    """

    script, words, digits, size = "sure_critic", WORDS["sentence"], DIGITS, (5.2, 3.6)

    score = traitlets.Float().tag(sync=True)

    @checked_arguments
    def __init__(self, score: float = -4.0) -> None:
        super().__init__(score=number("score", score, RANGES["score"]))

    def _faced(self) -> list[float]:
        score = torch.tensor([self.score], dtype=torch.float64)
        return [float(entry) for entry in faced(score)]

    def numbers(self) -> dict[str, float]:
        """Return ``score``, the answer ``critic``, and the slopes ``minimax`` and ``other``."""
        answer, _, minimax, _, other = self._faced()
        return {"score": self.score, "critic": answer, "minimax": minimax, "other": other}

    def _paint(self, ax: Axes) -> None:
        scores = torch.linspace(*RANGES["score"][:2], 121, dtype=torch.float64)
        values = torch.func.vmap(faced)(scores[:, None])
        curves(scores, torch.stack([values[1], values[3]], -1), ax=ax, color=style.GENERATOR)
        ax.lines[0].set_linestyle("--")
        _, first, slope, second, other = self._faced()
        near = torch.tensor([self.score - 1.5, self.score + 1.5])
        for value, lean in ((first, slope), (second, other)):
            ax.plot(near, value + lean * (near - self.score), color=style.INK, lw=3)
            ax.plot(self.score, value, "o", color=style.INK)
            ax.text(self.score, value + 0.4, f" {WORDS['slope']} {fixed(lean, 2)}")
        ax.text(0.3, -5, WORDS["minimax"], color=style.GENERATOR)
        ax.text(2.2, 1, WORDS["other"], color=style.GENERATOR)
        ax.set(xlabel=WORDS["sides"], ylim=HEIGHTS)
