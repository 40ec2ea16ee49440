"""A training step in the fastest form that a device has, with the same numbers.

A step of a small GAN is hundreds of small operations. To find out which ones, through vmap,
autograd and modules, takes longer than to perform them. But a step is pure, so they are the same
ones each time, and can be recorded once and replayed.

Nothing makes sure that somebody's step is pure. So a record is compared with the step itself when
it is made, and again whenever `FastStep.holds` is asked.
"""

from __future__ import annotations

import logging
import operator
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import torch
from torch import Tensor, fx
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.passes.dialect.common.cse_pass import CSEPass
from torch.utils._pytree import TreeSpec, tree_flatten, tree_leaves, tree_map, tree_unflatten

Step = Callable[..., Any]

#: Steps taken before one is recorded, which takes about as long as these.
PATIENCE = 50

_log = logging.getLogger(__name__)

# View operations.
_VIEWS = (
    torch.ops.aten.view.default,
    torch.ops.aten._unsafe_view.default,
    torch.ops.aten.expand.default,
)


class StepRecord(NamedTuple):
    """The operations of a training step, or why they were not recorded.

    Attributes
    ----------
    graph : torch.fx.GraphModule or None
        A function of the leaves of (state, batch, settings) that returns the leaves of the new
        state. Where chunks of members have several sizes, that of the last one recorded.
    reason : str
        Why there is no graph; empty where there is one.
    """

    graph: fx.GraphModule | None
    reason: str


class FastStep(Protocol):
    """A step in some form, with a record of it.

    Where it ``overwrites``, its results are only good until the next call. Where it
    ``may_replay``, it becomes a list of operations that several threads may replay at once.
    """

    record: StepRecord
    overwrites: bool
    may_replay: bool

    def replays_within(self, count: int) -> bool:
        """Tell whether the step will be recorded by then, whatever its inputs' shapes."""

    @property
    def is_replaying(self) -> bool:
        """Whether there is something to compare: a step from a record, or a record that failed."""

    def __call__(self, *inputs: Any) -> Any:
        """Take the step."""

    def holds(self) -> bool:
        """Tell whether the last step, taken once more as it is, gives the same numbers."""

    def give_up(self) -> None:
        """Take every later step as it is."""


def fastest(step: Step, device: torch.device, *, compiled: bool, recorded: bool = True) -> FastStep:
    """Return a pure step of pytrees of tensors in the fastest form that a device has."""
    if compiled:
        step = torch.compile(step, dynamic=False)
    if not recorded:
        return AsIs(step, "recording is switched off")
    if device.type == "cuda":
        return Replayed(step, CudaGraph, patience=0)
    if compiled:
        return AsIs(step, "the step is compiled by torch.compile")
    if device.type == "cpu":
        return Replayed(step, Operations, patience=PATIENCE)
    return AsIs(step, f"steps are recorded on CPUs only, not on {device.type}")


class AsIs:
    """A step that is called as it is."""

    overwrites = False
    may_replay = False
    is_replaying = False

    def __init__(self, step: Step, reason: str) -> None:
        self._step, self.record = step, StepRecord(None, reason)

    def replays_within(self, count: int) -> bool:
        """Say no."""
        return False

    def __call__(self, *inputs: Any) -> Any:
        """Take the step."""
        return self._step(*inputs)

    def holds(self) -> bool:
        """There is nothing to compare."""
        return True

    def give_up(self) -> None:
        """There is nothing to give up."""


class Replay(Protocol):
    """What was made of a step for inputs of some shapes.

    Attributes
    ----------
    record : StepRecord
        What a run says of it.
    overwrites : bool
        Whether results are only good until the next call.
    tolerance : float
        By which part of a step's change its results may differ from the step's own.
    last : tuple
        The inputs and the results of the last call.
    """

    record: StepRecord
    overwrites: bool
    tolerance: float
    last: tuple[Any, Any]

    def __init__(self, step: Step, inputs: Any) -> None:
        """Make it."""

    def __call__(self, inputs: Any) -> Any:
        """Take the step."""


class Replayed:
    """A step that is recorded, for each shape of inputs, once it has been taken often enough."""

    def __init__(self, step: Step, kind: type[Replay], *, patience: int) -> None:
        self._step, self._kind, self._patience = step, kind, patience
        self._taken = 0
        # By the inputs' shapes, which tell how many members there are.
        self._replays: dict[Any, Replay] = {}
        # Those used since the last comparison, of every shape: each has a record of its own.
        self._used: dict[Any, Replay] = {}
        self._given_up = self._failed = False
        self.overwrites, self.may_replay = kind.overwrites, not kind.overwrites
        self.record = StepRecord(None, f"a step is recorded after {patience} have been taken")

    def __call__(self, *inputs: Any) -> Any:
        """Take the step, from its record where there is one."""
        if self._given_up:
            return self._step(*inputs)
        shapes = tuple(leaf.shape for leaf in tree_leaves(inputs))
        if shapes not in self._replays:
            self._taken += 1
            if self._taken <= self._patience or not self._make(shapes, inputs):
                return self._step(*inputs)
        replay = self._used[shapes] = self._replays[shapes]
        return replay(inputs)

    def replays_within(self, count: int) -> bool:
        """Tell whether the step will be recorded by then, whatever its inputs' shapes."""
        return not self._given_up and self._taken + count > self._patience

    @property
    def is_replaying(self) -> bool:
        """Whether there is something to compare: a step from a record, or a record that failed."""
        return bool(self._used) or self._failed

    def holds(self) -> bool:
        """Tell whether the last step, taken once more as it is, gives the same numbers."""
        used, self._used = self._used, {}
        failed, self._failed = self._failed, False
        return not failed and all(map(self._is_right, used.values()))

    def give_up(self, reason: str = "the step is not the same at each call") -> None:
        """Take every later step as it is."""
        self._given_up, self._replays, self._used = True, {}, {}
        self.record = StepRecord(None, reason)
        _log.warning("%s; training goes on without a record, about half as fast", reason)

    def _make(self, shapes: Any, inputs: Any) -> bool:
        """Record the step, and tell whether that can be relied on."""
        try:
            replay = self._kind(self._step, inputs)
        # Whatever PyTorch's tracer raises, the step goes on as it is, or says itself what is wrong.
        except Exception as error:
            self.give_up(f"the step cannot be recorded: {type(error).__name__}: {error}")
            return False
        replay(inputs)
        if not self._is_right(replay):
            self._failed = True
            self.give_up()
            return False
        self._replays[shapes], self.record = replay, replay.record
        return True

    def _is_right(self, replay: Replay) -> bool:
        inputs, results = replay.last
        return same_numbers(self._step(*inputs), results, inputs, replay.tolerance)


def same_numbers(right: Any, found: Any, before: Any = (), tolerance: float = 0.0) -> bool:
    """Compare a step's results with those of its record; NaN is NaN.

    To the last bit with a tolerance of 0; else up to that part of the change that the step made.
    """
    starts = dict(enumerate(tree_leaves(before)))
    for k, (a, b) in enumerate(zip(tree_leaves(right), tree_leaves(found), strict=True)):
        if torch.equal(a, b):
            continue
        near = (a == b) | (a.isnan() & b.isnan())
        if tolerance and k in starts and starts[k].shape == a.shape:
            near = near | ((a - b).abs() <= tolerance * (a - starts[k]).abs().max())
        if not bool(near.all()):
            return False
    return True


class Operations:
    """The step's operations on tensors, one after the other."""

    overwrites = False
    tolerance = 0.0

    def __init__(self, step: Step, inputs: Any) -> None:
        leaves, spec = tree_flatten(inputs)
        self._graph, self._returned = record(step, leaves, spec)
        self.record = StepRecord(self._graph, "")
        _log.info("step recorded: %d operations", len(self._graph.graph.nodes))

    def __call__(self, inputs: Any) -> Any:
        """Take the step."""
        results = tree_unflatten(self._graph(*tree_leaves(inputs)), self._returned)
        self.last = inputs, results
        return results


def record(step: Step, leaves: Sequence[Tensor], spec: TreeSpec) -> tuple[fx.GraphModule, TreeSpec]:
    """Return a step's operations, a function of its inputs' leaves, and its result's structure."""
    structure: list[TreeSpec] = []

    def flat(*leaves: Tensor) -> list[Tensor]:
        results, spec_of_results = tree_flatten(step(*tree_unflatten(leaves, spec)))
        structure.append(spec_of_results)
        return results

    return _shortened(make_fx(flat)(*leaves)), structure[-1]


def _shortened(module: fx.GraphModule) -> fx.GraphModule:
    """Leave out what changes no number: views of the same shape, repetitions, unused results."""
    called = [node for node in module.graph.nodes if node.op == "call_function"]
    if not all(_is_a_function(node.target) for node in called):
        return module
    for node in called:
        given = node.args[0]
        if node.target in _VIEWS and _layout(node) == _layout(given):
            node.replace_all_uses_with(given)
    if (passed := CSEPass()(module)) is not None:
        module = passed.graph_module
    module.graph.eliminate_dead_code()
    for node in module.graph.nodes:
        node.meta.clear()  # it holds on to a stand-in for each result
    module.recompile()
    return module


def _is_a_function(operation: Any) -> bool:
    """Tell whether an operation changes none of its arguments, and draws no random numbers."""
    if not isinstance(operation, torch._ops.OpOverload):
        return operation is operator.getitem  # one of several results
    random = torch.Tag.nondeterministic_seeded in operation.tags
    return not (operation._schema.is_mutable or random)


def _layout(node: Any) -> tuple[torch.Size, tuple[int, ...]]:
    """Return the shape and the strides of what a node computes."""
    value = node.meta["val"]
    return value.shape, value.stride()


class CudaGraph:
    """A step recorded as a CUDA graph: starting it costs one launch instead of hundreds.

    A graph reads and writes fixed places in memory. So inputs are copied in, and what comes out is
    only good until the next call.
    """

    overwrites = True
    # Some of a GPU's kernels sum in another order each time.
    tolerance = 1e-3
    record = StepRecord(None, "the step runs as a CUDA graph")

    def __init__(self, step: Step, inputs: Any) -> None:
        places = tree_map(torch.clone, inputs)
        # PyTorch asks for some calls on a side stream first, where libraries set themselves up.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                step(*places)
        torch.cuda.current_stream().wait_stream(side)
        self._graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(self._graph):
            outputs = step(*places)
        self.last = places, outputs

    def __call__(self, inputs: Any) -> Any:
        """Take the step by replaying its graph."""
        places, outputs = self.last
        tree_map(lambda place, new: place.copy_(new), places, inputs)
        self._graph.replay()
        return outputs
