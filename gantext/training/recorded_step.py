"""A training step in the fastest form that a device has, with the same numbers.

A step of a small GAN is hundreds of small operations. To find out which ones, through vmap,
autograd and modules, takes longer than to perform them. But a step is pure, so they are the same
ones each time, and can be recorded once and replayed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, fx
from torch.fx.experimental.proxy_tensor import make_fx
from torch.fx.passes.dialect.common.cse_pass import CSEPass
from torch.utils._pytree import TreeSpec, tree_flatten, tree_leaves, tree_map, tree_unflatten

Step = Callable[..., Any]


#: Steps taken before one is recorded, which takes about as long as these.
PATIENCE = 50


# What shows the numbers that it is given in another shape.
_VIEWS = (
    torch.ops.aten.view.default,
    torch.ops.aten._unsafe_view.default,
    torch.ops.aten.expand.default,
)


def fastest(step: Step, device: torch.device, *, compiled: bool, may_overwrite: bool) -> Step:
    """Return a pure step of pytrees of tensors in the fastest form that a device has.

    What the step does besides operations on tensors, such as printing, may end after a while. Its
    results may be overwritten by the next call, where the caller allows that.
    """
    if compiled:
        step = torch.compile(step, dynamic=False)
    if device.type == "cuda" and may_overwrite:
        return CudaGraph(step)
    return Recorded(step) if device.type == "cpu" and not compiled else step


class Recorded:
    """A step whose operations are recorded once it has been taken often enough."""

    def __init__(self, step: Step) -> None:
        self._step = step
        # By the inputs' shapes, which tell how many members there are.
        self._taken: dict[Any, int] = {}
        self._records: dict[Any, Step] = {}

    def __call__(self, *inputs: Any) -> Any:
        """Take the step, from its record where there is one."""
        leaves, spec = tree_flatten(inputs)
        shapes = tuple(leaf.shape for leaf in leaves)
        if shapes not in self._records:
            taken = self._taken[shapes] = self._taken.get(shapes, 0) + 1
            if taken <= PATIENCE:
                return self._step(*inputs)
            self._records[shapes] = self._replayed(leaves, spec)
        return self._records[shapes](*leaves)

    def _replayed(self, leaves: Sequence[Tensor], spec: TreeSpec) -> Step:
        """Return the recorded step of leaves, or the step itself, where it asks for a value."""
        try:
            operations, returned = record(self._step, leaves, spec)
        except Exception:  # whatever it is, the step goes on without a record, or says it better
            return lambda *leaves: self._step(*tree_unflatten(leaves, spec))
        return lambda *leaves: tree_unflatten(operations(*leaves), returned)


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
    only good until the next call, which overwrites it.
    """

    def __init__(self, step: Step) -> None:
        self._step = step
        self._recorded: dict[Any, tuple[torch.cuda.CUDAGraph, Any, Any]] = {}

    def __call__(self, *inputs: Any) -> Any:
        """Take the step by replaying its graph."""
        shapes = tuple(leaf.shape for leaf in tree_leaves(inputs))
        if shapes not in self._recorded:
            self._recorded[shapes] = self._record(inputs)
        graph, places, outputs = self._recorded[shapes]
        tree_map(lambda place, new: place.copy_(new), places, inputs)
        graph.replay()
        return outputs

    def _record(self, inputs: Any) -> tuple[torch.cuda.CUDAGraph, Any, Any]:
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
