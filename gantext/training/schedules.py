"""Schedules, looked at before training: no step to come finds a hyper-parameter out of range."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor

from gantext.core.checks import as_float64, finite
from gantext.training.experiment import Experiment, Schedule, Settings, try_games

#: Of more steps only so many are looked at, evenly spaced.
LOOKED_AT = 10_000


def require_in_range(
    experiment: Experiment, settings: Settings, steps: int, device: torch.device
) -> None:
    """Refuse a schedule that drives a hyper-parameter out of its range; a factor of 0 is allowed.

    ValueError, with the step; TypeError for what is no number.
    """
    if steps == 0:
        return
    at = torch.linspace(0, steps - 1, min(steps, LOOKED_AT), dtype=torch.float64)
    at = at.round().to(torch.int64)
    for name, schedule in experiment.schedules.items():
        factors = _factors(f"schedules[{name!r}]", schedule, at.to(device))
        check = experiment.rule.checks().get(name, finite)
        values = {**settings.game, **settings.rule}[name].to(torch.float64)
        if values.numel() == 0:  # no member: said elsewhere
            continue
        reached = factors[:, None] * torch.stack([values.min(), values.max()])
        if _complaint(check, name, reached[reached != 0]):
            for step, ends in zip(at.tolist(), reached, strict=True):
                _require(step, check, name, ends[ends != 0])
        for k in (int(factors.argmin()), int(factors.argmax())) if name in settings.game else ():
            own = settings.game | {name: settings.game[name] * factors[k]}
            _require(int(at[k]), try_games, experiment.game, own)


def _factors(name: str, schedule: Schedule, at: Tensor) -> Tensor:
    """Return a schedule's factor at every step; together if it can be, as for many members."""
    try:
        found = torch.func.vmap(lambda step: torch.as_tensor(schedule(step)))(at)
    except Exception:  # whatever vmap cannot map, such as a branch, is asked step by step
        found = torch.stack([as_float64(name, schedule(step)).cpu() for step in at])
    factors = found.detach().cpu().to(torch.float64)
    if factors.shape != at.shape:
        raise ValueError(
            f"{name}: expected one number a step, got shape {tuple(factors.shape[1:])}"
        )
    return factors


def _complaint(check: Callable[..., Any], *args: Any) -> ValueError | None:
    try:
        check(*args)
    except ValueError as error:
        return error
    return None


def _require(step: int, check: Callable[..., Any], *args: Any) -> None:
    if error := _complaint(check, *args):
        raise ValueError(f"schedules: at step {step}, {error}") from error
