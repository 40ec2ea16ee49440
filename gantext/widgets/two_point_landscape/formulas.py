"""What the landscape's script computes, traced from the library."""

from __future__ import annotations

import torch
from torch import Tensor

from gantext.games.two_point.complexity import quadratic, quartic
from gantext.games.two_point.loss import TwoPointLoss
from gantext.widgets.symbolic import Computed
from gantext.widgets.two_point_landscape.annealing import MODULUS, kick, present
from gantext.widgets.two_point_landscape.constants import RANGES, WORLDS

LOSSES = {"first world": TwoPointLoss(quadratic), "second world": TwoPointLoss(quartic)}


def formulas() -> dict[str, Computed]:
    r"""Return what the figure's script computes.

    For each world (``first...`` and ``second...``) ``Loss``; ``Stationary``, the :math:`\lambda` at
    which q is stationary, and ``Turn``, its derivative; ``Threshold`` of balance; ``Roll``, a step
    of descent from a logit, which gives the next logit and its share. For both worlds ``logitOf``
    and ``shareOf``, one from the other; ``present``, the :math:`\lambda` of annealing after some
    steps; ``kick``, the noise that follows a state of its generator, with the next state before it.
    """
    found: dict[str, Computed] = {}
    for name, loss in LOSSES.items():
        key = WORLDS[name]["key"]
        found |= {f"{key}{what}": computed for what, computed in _of_world(loss).items()}
    logit, state = {"theta": (-12.0, 12.0)}, {"state": (1.0, MODULUS - 1)}
    lam_steps = {"lam": _range("lam"), "steps": _range("steps")}
    return found | {
        "logitOf": Computed(torch.logit, ({"q": _range("start")},)),
        "shareOf": Computed(torch.sigmoid, (logit,)),
        "present": Computed(lambda v: present(*v), (lam_steps,)),
        "kick": Computed(kick, (state,)),
    }


def _range(name: str) -> tuple[float, float]:
    return RANGES[name][:2]


def _of_world(loss: TwoPointLoss) -> dict[str, Computed]:
    """Return what is computed in one world."""

    def roll(v: Tensor) -> tuple[Tensor, Tensor]:
        theta, kappa, lam = v
        # The nearer edge, where q keeps its digits.
        q = loss.descend(torch.sigmoid(-theta.abs()), kappa, lam[None])[-1]
        moved = theta.sign() * (torch.log1p(-q) - q.log())
        return moved, torch.sigmoid(moved)

    kappa, lam = {"kappa": _range("kappa")}, {"lam": _range("lam")}
    # Balance is a hole of `lam_at`, and next to it there is rounding.
    left = {"q": (1e-4, 0.45)} | kappa
    return {
        "Loss": Computed(lambda v: loss.value(*v), ({"q": (0.0, 1.0)} | kappa | lam,)),
        "Stationary": Computed(lambda v: loss.lam_at(*v), (left,)),
        "Turn": Computed(lambda v: torch.func.grad(loss.lam_at)(*v), (left,)),
        "Threshold": Computed(lambda v: loss.balance_threshold(v), (kappa,)),
        "Roll": Computed(roll, ({"theta": (-12.0, 12.0)} | kappa | lam,)),
    }
