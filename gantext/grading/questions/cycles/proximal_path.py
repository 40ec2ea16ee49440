"""The question "Proximal steps for any quadratic game"."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import torch

from gantext.dynamics.rules import ProximalPoint
from gantext.dynamics.simulate import simulate
from gantext.games.bilinear import Bilinear
from gantext.grading.judging import compared
from gantext.grading.plain_data import Plain
from gantext.grading.question import Call, Question, Verdict


def _draw(rng: np.random.Generator) -> list[Call]:
    calls = []
    for m, n in ((1, 1), (2, 2), (4, 2), (2, 5)):
        roots = [rng.normal(size=(k, k)) for k in (m, n)]
        curved = m != 1  # the first game is a multiple of f = xy
        P, Q = (0.3 * curved * root @ root.T / len(root) for root in roots)
        eta = float(rng.uniform(0.3, 3.0))
        arguments = {
            "A": rng.normal(size=(m, n)),
            "P": P,
            "Q": Q,
            "x": rng.normal(size=m),
            "y": rng.normal(size=n),
            "eta": eta,
            "steps": int(rng.integers(5, 12)),
        }
        words = f"{m} against {n} numbers, {'' if curved else 'no '}curvature, η = {eta:.2f}"
        calls.append(Call(arguments, words))
    return calls


def _paths(call: Call) -> dict[str, Any]:
    """Return the paths of the proximal rule by hand, and of what is mistaken for it."""
    a = call.arguments
    A, P, Q, eta = a["A"], a["P"], a["Q"], a["eta"]
    J = np.block([[-P, -A], [A.T, -Q]])
    other = np.block([[-P, A], [-A.T, -Q]])
    one = np.eye(len(J))
    maps = {
        "plain": one + eta * J,
        "backwards": np.linalg.inv(one + eta * J),
        "signs": np.linalg.inv(one - eta * other),
        "ahead": one + eta * J @ (one + eta * J),
        "curvature": np.linalg.inv(one - eta * np.block([[P, -A], [A.T, Q]])),
    }
    paths = {}
    for name, step in maps.items():
        w = [np.concatenate([a["x"], a["y"]])]
        for _ in range(a["steps"]):
            w.append(step @ w[-1])
        paths[name] = np.stack(w)
    return paths


def _judge(call: Call, answer: Plain) -> Verdict:
    a = call.arguments
    game = Bilinear(*(torch.from_numpy(a[name]) for name in "APQ"))
    x, y = (torch.from_numpy(a[name]) for name in "xy")
    path = simulate(game, ProximalPoint(), x, y, a["steps"], eta=a["eta"])
    right = torch.cat([path.theta, path.psi], -1).numpy()
    wrong = _paths(call)
    sign = "Check the signs of the velocity: the generator descends f, the discriminator climbs it."
    mistakes = [
        (wrong["plain"], "Those are plain steps. The velocity is asked for where the step ends."),
        (wrong["backwards"], "Those are plain steps backwards in time: look at the sign of η J."),
        (wrong["signs"], sign),
        (wrong["curvature"], "The signs of P and Q: f has + for the generator, − for the other."),
        (wrong["ahead"], "Those are extragradient steps, which only imitate this rule."),
    ]
    verdict = compared(answer, right, mistakes, rtol=1e-4, atol=1e-5, what="the path")
    if verdict.share or verdict.hint:
        return verdict
    array = np.asarray(answer, dtype=np.float64)
    if np.allclose(array, right, rtol=1e-3, atol=1e-4):
        return replace(verdict, hint="Nearly: was something rounded on the way?")
    return verdict


QUESTION = Question(
    id="cycles/proximal-path",
    title="Proximal steps for any quadratic game",
    points=3,
    entry="proximal_path",
    kind="function",
    draw=_draw,
    judge=_judge,
    library=("gantext.dynamics.rules.ProximalPoint",),
    tensors=True,
)
