"""Training on a GPU: the step as a CUDA graph is the step."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

import gantext as gt
from gantext.training import recorded_step
from tests.games import assert_same_tree
from tests.gans import (
    assert_same_run,
    convolutional_gan,
    experiment,
    small_gan,
    small_images,
    spectral_gan,
)

pytestmark = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")

STEPS = 60

#: A GPU's kernels may sum in another order each time.
CLOSE = {"rtol": 1e-9, "atol": 1e-10}

KINDS: dict[str, Callable[[], gt.Experiment]] = {
    "plain": experiment,
    "extragradient": lambda: experiment(gt.Extragradient(optimizer=gt.RMSProp())),
    "penalty": lambda: experiment(game=small_gan(penalties=[gt.R1(0.5), gt.R2(0.5)])),
    "gradient penalty": lambda: experiment(game=small_gan(penalties=[gt.GradientPenalty(1.0)])),
    "spectral": lambda: experiment(game=spectral_gan()),
    "convolutional": lambda: experiment(game=convolutional_gan(), data=small_images()),
    "scheduled": lambda: experiment(schedules={"eta": lambda step: 1 / (1 + step)}),
}


def run(of: gt.Experiment, **options: Any) -> gt.Run:
    options = {"every": 20, "eta": 0.01, "device": "cuda", "epsilon": 1e-4} | options
    if not isinstance(getattr(of.rule, "optimizer", None), gt.Adam | gt.RMSProp):
        options.pop("epsilon")
    return gt.train(of, STEPS, **options)


@pytest.mark.parametrize("seeds", [0, 3], ids=["one", "many"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_graph_is_the_step(kind: str, seeds: int) -> None:
    found = run(KINDS[kind](), seeds=seeds)
    assert found.step_record == recorded_step.CudaGraph.record
    assert found.state.players.step.is_cuda
    assert_same_run(found, run(KINDS[kind](), seeds=seeds, record_step=False), **CLOSE)


def test_each_member_is_that_gan_alone() -> None:
    many = run(experiment(), seeds=3, chunk=2)
    for seed in range(3):
        alone = run(experiment(), seed=seed)
        for key, value in alone.theta.items():
            torch.testing.assert_close(many.theta[key][seed], value, **CLOSE)


def test_a_run_is_resumed(tmp_path: Path) -> None:
    whole = run(experiment(), seeds=2)
    gt.train(
        experiment(), 30, every=20, seeds=2, eta=0.01, epsilon=1e-4, checkpoint=tmp_path / "run"
    )
    found = run(experiment(), seeds=2, checkpoint=tmp_path / "run")
    assert_same_tree(found.state, whole.state, **CLOSE)


def test_what_a_graph_would_freeze_is_found() -> None:
    class Penalty:
        weight = 1.0

        def __call__(self, score: Callable, *, real: Tensor, fake: Tensor) -> Tensor:
            """Penalise scores."""
            return self.weight * (score(real) ** 2).mean()

    def trained(*, record_step: bool) -> gt.Run:
        penalty = Penalty()

        def anneal(snapshot: gt.Snapshot) -> None:
            penalty.weight = 1 / (1 + snapshot.step)

        of = experiment(game=small_gan(penalties=[penalty]))
        return run(of, callbacks=[anneal], record_step=record_step)

    with pytest.warns(gt.ImpureStepWarning):
        found = trained(record_step=True)
    assert_same_run(found, trained(record_step=False), **CLOSE)


def test_a_step_that_cannot_be_captured_goes_on_as_it_is() -> None:
    """Reading a value stops a capture, not the run."""

    class Curious(gt.NonSaturating):
        def generator(self, *, real: Tensor | None, fake: Tensor) -> Tensor:
            """Look at a number on the way."""
            loss = super().generator(real=real, fake=fake)
            return loss if float(loss.detach()) < 100 else 0 * loss

    found = run(experiment(game=small_gan(loss=Curious())))
    assert found.step_record.reason.startswith("the step cannot be recorded")
    assert_same_run(found, run(experiment(game=small_gan()), record_step=False), **CLOSE)


def test_a_compiled_step_is_the_step() -> None:
    found = run(experiment(), seeds=3, compile=True)
    assert_same_run(found, run(experiment(), seeds=3, record_step=False), rtol=1e-6, atol=1e-8)


def test_weights_are_those_of_a_cpu() -> None:
    theta, _ = spectral_gan().init(3, device="cuda")
    expected, _ = spectral_gan().init(3)
    assert theta["0.weight"].is_cuda
    assert_same_tree({k: v.cpu() for k, v in theta.items()}, expected)
