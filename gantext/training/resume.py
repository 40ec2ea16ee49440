"""A run that stops and goes on: what its checkpoint holds, and which run it belongs to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from torch import Tensor
from torch.utils._pytree import tree_map

from gantext.training.checkpoints import CheckpointError, flatten, load, save, unflatten
from gantext.training.experiment import TrainState
from gantext.training.history import Log
from gantext.training.identity import differences, identity
from gantext.training.members import Members
from gantext.training.watch import Moment

#: How many differences from another run an error tells.
_TOLD = 3


class CheckpointFile:
    """The file from which a run goes on, and to which it writes; without a path there is none.

    Parameters
    ----------
    members : Members
        Who is trained.
    path : Path, optional
        Where the file is.
    key : str, optional
        What identifies the experiment, instead of the numbers that it leads to.
    """

    def __init__(self, members: Members, path: Path | None, key: str | None) -> None:
        self._members, self.path = members, path
        # Once, at the start: a callback may change what the experiment leads to.
        self._identity = (
            {}
            if path is None
            else {"checkpoint_key": repr(key)}
            if key is not None
            else identity(members.experiment, members.game())
        )

    def begin(self) -> Moment:
        """Return the start, or where the file stands."""
        state = self._members.init()
        if self.path is None or not self.path.exists():
            return Moment(state, Log([], [], {}), 0)
        tensors, about = load(self.path)
        self._require_same_run(tensors, about)
        try:
            return self._unpacked(state, tensors, about)
        except (CheckpointError, KeyError, TypeError) as error:
            raise CheckpointError(f"{self.path}: belongs to another run: {error}") from error

    def write(self, now: Moment) -> None:
        """Write a checkpoint of all members."""
        assert self.path is not None
        state, log, step = now
        gather = self._members.processes.gather
        means, observed = log.stacked(state.sums)
        tensors = flatten(gather(state), "state")
        tensors |= {f"identity.{name}": value for name, value in self._members.identity.items()}
        tensors["means"] = gather(means)
        tensors |= {f"observed.{name}": gather(values) for name, values in observed.items()}
        if self._members.processes.is_first:
            about = {
                "step": step,
                "record_steps": log.step,
                "observed": [*observed],
                "experiment": self._identity,
            }
            save(self.path, tensors, about)

    def _require_same_run(self, tensors: dict[str, Tensor], about: dict[str, Any]) -> None:
        """Refuse to go on from the checkpoint of another run."""
        for name, wanted in self._members.identity.items():
            found = tensors.get(f"identity.{name}")
            if found is None or found.dtype != wanted.dtype or not torch.equal(found, wanted.cpu()):
                raise CheckpointError(
                    f"{self.path}: belongs to a run with another {name.removeprefix('settings.')} "
                    f"({found} instead of {wanted.cpu()}); give this run another file"
                )
        if told := differences(about["experiment"], self._identity):
            more = f" and {len(told) - _TOLD} more" if len(told) > _TOLD else ""
            raise CheckpointError(
                f"{self.path}: belongs to another experiment ({'; '.join(told[:_TOLD])}{more}); "
                "give this run another file, or both runs one checkpoint_key"
            )

    def _unpacked(
        self, like: TrainState, tensors: dict[str, Tensor], about: dict[str, Any]
    ) -> Moment:
        """Return what the file holds, this process's share of it."""
        gather, scatter = self._members.processes.gather, self._members.processes.scatter
        state = scatter(unflatten(tensors, gather(like), "state"))
        state = tree_map(lambda leaf: leaf.to(self._members.device), state)
        step, steps = about["step"], about["record_steps"]
        if not all(0 < one <= step for one in steps) or steps != sorted(set(steps)):
            raise CheckpointError(f"record_steps: expected ascending up to {step}, got {steps}")
        series = {name: tensors[f"observed.{name}"] for name in about["observed"]}
        for name, values in {"means": tensors["means"], **series}.items():
            if values.shape[-1] != len(steps):
                raise CheckpointError(
                    f"{name}: expected {len(steps)} records, got {values.shape[-1]}"
                )
        # Members are the first dimension of everything gathered, time the last.
        means = scatter(tensors["means"].clone())
        observed = {name: [*scatter(values.clone()).unbind(-1)] for name, values in series.items()}
        return Moment(state, Log(steps, [*means.unbind(-1)], observed), step)
