"""A training step in the fastest form that a device has, with the same numbers.

A step of a small GAN is hundreds of small operations. To find out which ones, through vmap,
autograd and modules, takes longer than to perform them. But a step is pure, so they are the same
ones each time, and can be recorded once and replayed.
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

    Where it ``overwrites``, its results are only good until the next call.
    """

    record: StepRecord
    overwrites: bool

    def __call__(self, *inputs: Any) -> Any:
        """Take the step."""


def fastest(step: Step, device: torch.device, *, compiled: bool) -> FastStep:
    """Return a pure step of pytrees of tensors in the fastest form that a device has.

    What the step does besides operations on tensors, such as printing, may end after a while.
    """
    if compiled:
        step = torch.compile(step, dynamic=False)
    if device.type == "cuda":
        return CudaGraph(step)
    if compiled:
        return AsIs(step, "the step is compiled by torch.compile")
    if device.type == "cpu":
        return Recorded(step)
    return AsIs(step, f"steps are recorded on CPUs only, not on {device.type}")


class AsIs:
    """A step that is called as it is."""

    overwrites = False

    def __init__(self, step: Step, reason: str) -> None:
        self._step, self.record = step, StepRecord(None, reason)

    def __call__(self, *inputs: Any) -> Any:
        """Take the step."""
        return self._step(*inputs)


class Recorded:
    """A step whose operations are recorded once it has been taken often enough."""

    overwrites = False

    def __init__(self, step: Step) -> None:
        self._step = step
        # By the inputs' shapes, which tell how many members there are.
        self._steps_taken: dict[Any, int] = {}
        self._recorded: dict[Any, Step] = {}
        self.record = StepRecord(None, f"a step is recorded after {PATIENCE} have been taken")

    def __call__(self, *inputs: Any) -> Any:
        """Take the step, from its record where there is one."""
        leaves, spec = tree_flatten(inputs)
        shapes = tuple(leaf.shape for leaf in leaves)
        if shapes not in self._recorded:
            taken = self._steps_taken[shapes] = self._steps_taken.get(shapes, 0) + 1
            if taken <= PATIENCE:
                return self._step(*inputs)
            self._recorded[shapes] = self._replayed(leaves, spec)
        return self._recorded[shapes](*leaves)

    def _replayed(self, leaves: Sequence[Tensor], spec: TreeSpec) -> Step:
        """Return the recorded step of leaves, or the step itself if it cannot be recorded."""
        try:
            graph, returned = record(self._step, leaves, spec)
        # Whatever PyTorch's tracer raises, the step goes on as it is, or says itself what is wrong.
        except Exception as error:
            reason = f"the step cannot be recorded: {type(error).__name__}: {error}"
            self.record = StepRecord(None, reason)
            _log.warning("%s; training goes on, about half as fast", reason)
            return lambda *leaves: self._step(*tree_unflatten(leaves, spec))
        self.record = StepRecord(graph, "")
        _log.info("step recorded: %d operations", len(graph.graph.nodes))
        return lambda *leaves: tree_unflatten(graph(*leaves), returned)


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

    def __init__(self, step: Step) -> None:
        self._step = step
        self._graphs: dict[Any, tuple[torch.cuda.CUDAGraph, Any, Any]] = {}
        self.record = StepRecord(None, "the step runs as a CUDA graph")

    def __call__(self, *inputs: Any) -> Any:
        """Take the step by replaying its graph."""
        shapes = tuple(leaf.shape for leaf in tree_leaves(inputs))
        if shapes not in self._graphs:
            self._graphs[shapes] = self._capture(inputs)
        graph, places, outputs = self._graphs[shapes]
        tree_map(lambda place, new: place.copy_(new), places, inputs)
        graph.replay()
        return outputs

    def _capture(self, inputs: Any) -> tuple[torch.cuda.CUDAGraph, Any, Any]:
        places = tree_map(torch.clone, inputs)
        # PyTorch asks for some calls on a side stream first, where libraries set themselves up.
        side = torch.cuda.Stream()
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(3):
                self._step(*places)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            outputs = self._step(*places)
        return graph, places, outputs
