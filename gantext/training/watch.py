"""When the record of a step is compared with the step, and what is taken back where they differ."""

from __future__ import annotations

import warnings
from typing import NamedTuple

from gantext.training.experiment import TrainState
from gantext.training.history import Log
from gantext.training.members import Members

# A comparison costs as much as two or three replayed steps.

#: Steps from one comparison to the next, at most.
LONGEST_GAP = 512

#: The first is made when the step is recorded, the next so many steps later.
FIRST_GAP = 64

#: Before callbacks look there are so many more, and one in so many steps.
AT_ONCE, ONE_IN = 2, 500


class ImpureStepWarning(UserWarning):
    """A training step does something besides operations on tensors, so it cannot be recorded."""


class Moment(NamedTuple):
    """Where a run stands: the state, what was recorded, and the steps taken."""

    state: TrainState
    log: Log
    step: int


class Watch:
    """Compares the record of a step with the step itself, in growing distances.

    Attributes
    ----------
    safe : Moment
        To where a run is taken back if they differ: the last moment after a comparison, or the
        last that callbacks have seen.
    """

    def __init__(self, members: Members, start: Moment) -> None:
        self._members, self.safe = members, start
        self._compared, self._gap, self._start, self._made = start.step, FIRST_GAP, start.step, 0

    def is_due(self, step: int, *, kept: bool, shown: bool) -> bool:
        """Tell whether to compare after a step, which is kept in a file or shown to callbacks."""
        if not self._members.is_replaying:
            return False
        allowed = AT_ONCE + (step - self._start) // ONE_IN
        return kept or step - self._compared >= self._gap or (shown and self._made < allowed)

    def holds(self, step: int) -> bool:
        """Compare after a step; where the record differs, give it up, and warn."""
        if self._members.record_holds():
            if step - self._compared >= self._gap:
                self._gap = min(2 * self._gap, LONGEST_GAP)
            self._compared, self._made = step, self._made + 1
            return True
        self._members.give_up_record()
        self._warn()
        self._compared = self.safe.step
        return False

    def passed(self, now: Moment, *, shown: bool) -> None:
        """Take note of a moment: it is safe if it was compared, or cannot be taken back."""
        if shown or self._compared == now.step or not self._members.is_replaying:
            self.safe = now

    def _warn(self) -> None:
        seen = ""
        if self._compared < self.safe.step:
            seen = (
                f" Callbacks have seen steps {self._compared + 1} to {self.safe.step}, whose "
                "numbers may be wrong: train once more with record_step=False."
            )
        warnings.warn(
            "the recorded step no longer gives the numbers of the step itself, which does more "
            "than operations on tensors: it reads an attribute or a counter that changes, or "
            f"NumPy's numbers. Training goes on from step {self.safe.step} without a record, more "
            f"slowly.{seen} A number that changes can be a hyper-parameter with a schedule; "
            "record_step=False records nothing.",
            ImpureStepWarning,
            stacklevel=6,
        )
