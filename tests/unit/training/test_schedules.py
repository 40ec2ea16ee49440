"""A schedule is looked at before training: no step to come finds a number out of its range."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch

import gantext as gt
from tests.gans import experiment, small_mlp

NETWORKS = {"generator": small_mlp(2, 2), "discriminator": small_mlp(2, 1)}


def penalised(gamma: torch.Tensor) -> gt.GAN:
    return gt.GAN(**NETWORKS, noise=2, penalties=[gt.R1(gamma)])


def train(steps: int, of: gt.Experiment, **hparams: Any) -> gt.Run:
    return gt.train(of, steps, device="cpu", **({"eta": 0.01} | hparams))


@pytest.mark.parametrize(
    ("name", "schedule", "message"),
    [
        ("eta", lambda step: 1 - step / 5, "at step 6, eta: .* > 0, got .*-0.002"),
        ("eta", lambda step: torch.where(step < 3, 1.0, math.inf), "at step 3, eta: .* got .*inf"),
        ("eta_psi", lambda step: (2.5 - step).sqrt(), "at step 3, eta_psi: .* got"),
        ("beta1", lambda step: 1 + step / 9, r"at step 1, beta1: .* in \[0, 1\), got"),
        ("gamma", lambda step: 1 - step / 5, "at step 9, gamma: .* >= 0, got -1.6"),
        ("eta", lambda step: step.expand(2), r"\['eta'\]: expected one number .* shape \(2,\)"),
    ],
)
@pytest.mark.parametrize("eta", [0.01, [0.01, 0.02]])
def test_a_schedule_that_leaves_the_range_is_refused(name, schedule, message, eta):
    of = experiment(game=penalised, schedules={name: schedule})
    with pytest.raises(ValueError, match=rf"^schedules.*{message}"):
        train(10, of, eta=eta, beta1=0.9, game_hparams={"gamma": 2.0})


def test_what_is_no_number_is_refused():
    with pytest.raises(TypeError, match=r"schedules\['eta'\]: expected .* numbers, got str"):
        train(3, experiment(schedules={"eta": lambda _: "half"}))


@pytest.mark.parametrize(
    "schedule",
    [
        lambda step: 1 - step / 9,  # 0 at the last step
        lambda _: 0.5,  # not a tensor
        lambda step: 0.5 if step > 3 else 1.0,  # a branch, which vmap refuses
    ],
)
def test_what_stays_in_range_is_taken(schedule):
    of = experiment(schedules={"eta": schedule})
    assert train(10, of).step == 10


def test_no_step_to_come_is_looked_at_where_there_is_none():
    assert train(0, experiment(schedules={"eta": lambda _: -1.0})).step == 0


def test_of_many_steps_some_are_looked_at():
    asked: list[int] = []

    def schedule(step: torch.Tensor) -> torch.Tensor:
        if int(step) >= 0:  # read, so that each step is asked for by itself
            asked.append(int(step))
        return torch.where(step < 10**9 - 1, 1.0, -1.0)

    with pytest.raises(ValueError, match="at step 999999999, eta"):
        train(10**9, experiment(schedules={"eta": schedule}))
    assert len(asked) == 10_000
    assert asked[0] == 0
