"""A worker that has started, and what a submission has in it."""

from gantext.grading.sandboxes.bubblewrap import Bubblewrap
from tests.grading.small import LIMITS


def start(box=None, limits=LIMITS, **more):
    worker = (box or Bubblewrap()).start(limits, **more)
    confined = limits.of_process() | ({"uid": worker.uid} if worker.uid is not None else {})
    assert worker.ask({"do": "start", "limits": confined, "seed": 0}, 30)["ok"] is True
    return worker


def value_of(worker, name):
    request = {"do": "call", "entry": name, "arguments": None, "tensors": False}
    return worker.ask({**request, "seconds": 5, "seed": 0}, 5)["value"]
