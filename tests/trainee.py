"""A program that trains, for tests that kill it and for tests that start several of it.

``python -m tests.trainee one FILE``, ``... many FILE``, or under torchrun ``... together FOLDER``.
"""

from __future__ import annotations

import contextlib
import io
import re
import sys
import warnings
from datetime import timedelta
from pathlib import Path
from typing import Any

import torch
from torch import distributed

import gantext as gt
from gantext.training.checkpoints import flatten, save
from tests.gans import experiment, small_mlp

NETWORKS = small_mlp(2, 2), small_mlp(2, 1)


def penalised(gamma: torch.Tensor) -> gt.GAN:
    return gt.GAN(*NETWORKS, noise=2, penalties=[gt.R1(gamma)])


def mean(snapshot: gt.Snapshot) -> dict[str, torch.Tensor]:
    return {"mean": snapshot.sample(5).mean(-2)}


def trained(kind: str, steps: int, **options: Any) -> gt.Run:
    """Train one GAN, or six, recording every five steps."""
    of = experiment(gt.Alternating(discriminator_steps=2, optimizer=gt.Adam()), penalised)
    options = {"every": 5, "callbacks": [mean], "device": "cpu"} | options
    if kind == "one":
        return gt.train(of, steps, seed=3, eta=0.01, game_hparams={"gamma": 0.5}, **options)
    return gt.train(
        of,
        steps,
        seeds=[3, 4],
        eta=torch.tensor([0.01, 0.02, 0.03]),
        game_hparams={"gamma": 0.5},
        chunk=4,
        **options,
    )


def five() -> gt.Experiment:
    return experiment(game=penalised)


def five_members(steps: int, *, eta: Any = 0.01, **options: Any) -> gt.Run:
    """Train five members: an odd number, for two processes."""
    gamma = torch.tensor([0.0, 0.5, 1.0, 2.0, 5.0])
    options = {"every": 4, "callbacks": [mean], "device": "cpu", "seeds": [7]} | options
    return gt.train(five(), steps, eta=eta, game_hparams={"gamma": gamma}, **options)


def report(run: gt.Run) -> dict[str, torch.Tensor]:
    """Return all that a run gives back, as one level of tensors."""
    found = flatten({"state": run.state, "history": run.history, "diverged": run.diverged})
    return found | {"samples": run.sample(6), "score": run.score(torch.zeros(3, 2))}


def together(folder: Path) -> None:
    """Do as one of several processes all that the tests ask of them, and write down the results."""
    distributed.init_process_group("gloo", timeout=timedelta(seconds=100))
    rank = distributed.get_rank()
    save(folder / f"whole {rank}", report(five_members(30)), {})
    resumed = five_members(30, checkpoint=folder / "by one", checkpoint_every=13)
    save(folder / f"resumed {rank}", report(resumed), {})
    five_members(12, checkpoint=folder / "by two", checkpoint_every=3)

    said: dict[str, Any] = {}
    for name, options in (
        ("too few", {"steps": 1, "gamma": [0.0], "checkpoint": None}),
        ("another run", {"steps": 40, "gamma": [0.0] * 5, "checkpoint": folder / "by two"}),
    ):
        try:
            gt.train(
                five(),
                options["steps"],
                seeds=[8],
                eta=0.01,
                game_hparams={"gamma": options["gamma"]},
                checkpoint=options["checkpoint"],
                device="cpu",
            )
        except ValueError as error:
            said[name] = str(error)
    eta = torch.tensor([0.01, 0.01, 0.01, 0.01, 1e308], dtype=torch.float64)
    bars = io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stderr(bars):
        warnings.simplefilter("always", gt.DivergenceWarning)
        wild = five_members(6, eta=eta, progress=True)
    kept = [w for w in caught if issubclass(w.category, gt.DivergenceWarning)]
    said["warnings"] = [str(w.message).partition(";")[0] for w in kept]
    said["diverged"] = wild.diverged.flatten().tolist()
    said["bars"] = sorted(set(re.findall(r"6/6", bars.getvalue())))
    save(folder / f"said {rank}", {}, said)
    distributed.destroy_process_group()


if __name__ == "__main__":
    what, where = sys.argv[1], Path(sys.argv[2])
    if what == "together":
        together(where)
    else:
        trained(what, 10**9, checkpoint=where, checkpoint_every=3)
