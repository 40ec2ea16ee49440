"""Members split over the processes of a `torch.distributed` group."""

from __future__ import annotations

from typing import Any, NamedTuple

import torch
from torch import distributed
from torch.utils._pytree import tree_map


class Processes(NamedTuple):
    """How many processes share the work, and which of them this is. Alone: one of one.

    Trees have all members, or this process's share of them, as the first dimension of every tensor.
    """

    world: int = 1
    rank: int = 0

    @classmethod
    def of_group(cls) -> Processes:
        """Return the group that ``torchrun`` started, or one process alone."""
        if not (distributed.is_available() and distributed.is_initialized()):
            return cls()
        return cls(distributed.get_world_size(), distributed.get_rank())

    @property
    def is_first(self) -> bool:
        """Whether this process writes files, warns and shows progress."""
        return self.rank == 0

    @property
    def is_alone(self) -> bool:
        """Whether no other process takes part."""
        return self.world == 1

    def gather(self, tree: Any) -> Any:
        """Bring all processes' members together, onto the device where this one has its own."""
        if self.is_alone:
            return tree
        shares: list[Any] = [None] * self.world
        distributed.all_gather_object(shares, tree_map(lambda leaf: leaf.cpu(), tree))
        return tree_map(lambda own, *all_: torch.cat(all_).to(own.device), tree, *shares)

    def scatter(self, tree: Any) -> Any:
        """Take this process's members out of all: undo `gather`."""
        if self.is_alone:
            return tree
        return tree_map(lambda leaf: leaf.tensor_split(self.world)[self.rank], tree)
