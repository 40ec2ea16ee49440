"""A run that stops and goes on: what its checkpoint holds, and which run it belongs to."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from gantext.training.checkpoints import CheckpointError, flatten, load, save, unflatten
from gantext.training.experiment import TrainState
from gantext.training.history import Log
from gantext.training.members import Members


def begin(members: Members, path: Path | None) -> tuple[TrainState, Log, int]:
    """Return the first state, or the one that a checkpoint holds, its log, and the steps taken."""
    state = members.init()
    if path is None or not path.exists():
        return state, Log([], [], {}), 0
    tensors, about = load(path)
    _require_same_run(path, tensors, about, members)
    gather, scatter = members.processes.gather, members.processes.scatter
    try:
        state = scatter(unflatten(tensors, gather(state), "state"))
    except CheckpointError as error:
        raise CheckpointError(f"{path}: belongs to another run: {error}") from error
    state = tree_map(lambda leaf: leaf.to(members.device), state)
    # Members are the first dimension of everything gathered, time the last.
    means = scatter(tensors["means"].clone())
    observed = {
        name: [*scatter(tensors[f"observed.{name}"].clone()).unbind(-1)]
        for name in about["observed"]
    }
    return state, Log(about["record_steps"], [*means.unbind(-1)], observed), about["step"]


def write(members: Members, path: Path, state: TrainState, log: Log, step: int) -> None:
    """Write a checkpoint of all members."""
    gather = members.processes.gather
    means, observed = log.stacked(state.sums)
    tensors = flatten(gather(state), "state")
    tensors |= {f"identity.{name}": value for name, value in members.identity.items()}
    tensors["means"] = gather(means)
    tensors |= {f"observed.{name}": gather(values) for name, values in observed.items()}
    if members.processes.is_first:
        about = {
            "step": step,
            "record_steps": log.step,
            "observed": [*observed],
            "experiment": _described(members),
        }
        save(path, tensors, about)


def _require_same_run(
    path: Path, tensors: dict[str, Tensor], about: dict[str, Any], members: Members
) -> None:
    """Refuse to go on from the checkpoint of another run."""
    for name, wanted in members.identity.items():
        found = tensors.get(f"identity.{name}")
        if found is None or found.dtype != wanted.dtype or not torch.equal(found, wanted.cpu()):
            raise CheckpointError(
                f"{path}: belongs to a run with another {name.removeprefix('settings.')} "
                f"({found} instead of {wanted.cpu()}); give this run another file"
            )
    for told, expected in zip(about["experiment"], _described(members), strict=True):
        if told != expected:
            raise CheckpointError(
                f"{path}: belongs to another experiment ({told} instead of {expected}); "
                "give this run another file"
            )


def _described(members: Members) -> list[str]:
    """Return in words what is trained, to know it again; what only functions know is not told."""
    of, game = members.experiment, members.game()
    parts = [game, game.generator, game.discriminator, of.rule, of.data]
    words = [*map(repr, parts), f"batch_size={of.batch_size}", f"schedules={sorted(of.schedules)}"]
    return [re.sub(r" at 0x[0-9a-f]+", "", text) for text in words]
