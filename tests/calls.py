"""One valid call of everything that a reader calls, found on the public face."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any, NamedTuple

import matplotlib.pyplot as plt
import torch
from matplotlib.figure import Figure

import gantext as gt
from gantext.training.experiment import Settings
from tests.recordings import recorded

# Called in every step, with tensors that may stand for many members: checked by what calls them.
IN_EVERY_STEP = {
    "losses",
    "generator_loss",
    "discriminator_loss",
    "project",
    "update_buffers",
    "generate",
    "score",
    "discriminator",
    "generator",
    "init",
    "step",
    "update",
    "make",
    "forward",
    "reset_parameters",
}
# What a method of that name checks all the same, because readers call it outside of a step.
OUTSIDE = {
    "GAN.init",
    "Experiment.init",
    "Snapshot.score",
    "Snapshot.generator",
    "Snapshot.discriminator",
}


class Call(NamedTuple):
    """What is called, its signature's owner, and arguments that are right."""

    of: Callable[..., Any]
    function: Any
    arguments: dict[str, Any]


def public() -> Iterator[tuple[str, Any]]:
    """Yield name and function of all that a reader calls with arguments.

    Results, which the library makes in every step, and exceptions are not called.
    """
    named = {name: getattr(gt, name) for name in gt.__all__ if name != "plotting"}
    named |= {f"plotting.{name}": getattr(gt.plotting, name) for name in gt.plotting.__all__}
    for name, thing in named.items():
        if inspect.isfunction(thing):
            yield name, thing
        elif inspect.isclass(thing) and not issubclass(thing, tuple | BaseException):
            if not inspect.isabstract(thing) and "__init__" in vars(thing):
                yield name, thing.__init__
            for method, function in vars(thing).items():
                inner = getattr(function, "__func__", function)
                hot = method in IN_EVERY_STEP and f"{name}.{method}" not in OUTSIDE
                abstract = getattr(inner, "__isabstractmethod__", False)
                if method[0] != "_" and inspect.isfunction(inner) and not hot and not abstract:
                    yield f"{name}.{method}", inner
    yield "NearestNeighbour.__call__", gt.NearestNeighbour.__call__
    yield "Recorder.__call__", gt.Recorder.__call__


def takes_something(function: Any) -> bool:
    """Tell whether a function has a parameter beside its instance or class."""
    return bool(set(inspect.signature(function).parameters) - {"self", "cls"})


PUBLIC = {name: function for name, function in public() if takes_something(function)}
del PUBLIC["LiveFigure.draw"]  # a subclass writes it


@cache
def calls() -> dict[str, Call]:
    """Return a call of each, by name."""
    instances, arguments = _instances(), _arguments()
    found = {}
    for name, function in PUBLIC.items():
        owner, _, method = name.rpartition(".")
        of: Any = gt
        if owner in instances:
            of, name_there = instances[owner], method
        elif owner == "plotting":
            of, name_there = gt.plotting, method
        elif owner:
            of, name_there = getattr(gt, owner), method
        else:
            name_there = name
        found[name] = Call(getattr(of, name_there), function, arguments[name])
    return found


def networks() -> gt.GAN:
    return gt.GAN(gt.MLP(2, 2, hidden=[3]), gt.MLP(2, 1, hidden=[3]), noise=2)


@cache
def trained() -> tuple[gt.Run, gt.Recorder]:
    recorder = gt.Recorder("a run", networks(), gt.ring(), samples=4, mesh=2)
    experiment = gt.Experiment(recorder.game, gt.Alternating(), gt.ring(), batch_size=4)
    with torch.random.fork_rng():
        run = gt.train(experiment, 2, callbacks=[recorder], device="cpu", eta=1e-3)
    return run, recorder


def images() -> gt.Images:
    return gt.Images(torch.linspace(-1, 1, 24).reshape(6, 1, 2, 2), torch.arange(6) % 2)


def _instances() -> dict[str, Any]:
    run, recorder = trained()
    return {
        "Bilinear": gt.Bilinear.xy(),
        "DiracGAN": gt.DiracGAN(),
        "IdealGame": gt.IdealGame([0.5, 0.5]),
        "TwoPointGame": gt.TwoPointGame(),
        "TwoPointLoss": gt.TwoPointLoss(),
        "Optimizer": gt.Adam(),
        "UpdateRule": gt.Simultaneous(),
        "Images": images(),
        "StackedDigits": gt.StackedDigits(images(), 2),
        "GaussianMixture": gt.ring(std=0.1),
        "NearestNeighbour": gt.NearestNeighbour(images()),
        "GAN": networks(),
        "Experiment": gt.Experiment(networks(), gt.Alternating(), gt.ring(), batch_size=4),
        "Snapshot": run,
        "Recorder": recorder,
        "OptimalCritic": gt.OptimalCritic(),
        "PhasePlane": gt.PhasePlane(steps=10),
        "TwoPointLandscape": gt.TwoPointLandscape(),
        "RecordTable": gt.RecordTable(recorded(), gt.ring()),
        "TrainingReplay": gt.TrainingReplay([recorder.recording()]),
    }


def _arguments() -> dict[str, dict[str, Any]]:
    run, recorder = trained()
    recording = recorder.recording()
    half, xy, rule = [0.5, 0.5], gt.Bilinear.xy(), gt.Simultaneous()
    one, points = torch.ones(1, dtype=torch.float64), torch.randn(6, 2)
    of_game = {"game": xy, "theta": one, "psi": one, "batch": None}
    of_rule = {"game": xy, "rule": rule, "theta": [1.0], "psi": [0.5], "eta": 0.1}
    mass = {"q": 0.25, "kappa": 0.5, "lam": 0.25}
    settings = Settings({"eta": one[0], "eta_psi": one[0]}, {})
    draw = {"count": 3, "generator": torch.Generator(), "dtype": torch.float32}
    member = {"seed": 1, "settings": settings, "device": "cpu"}
    line = {"x": [0.0, 1.0], "y": [0.0, 1.0], "ax": axes(), "labels": ["a"], "color": "red"}
    grid = {"x": [0.0, 1.0, 2.0], "y": [0.0, 1.0], "ax": axes()}
    field = [[1.0, 2.0, 3.0], [3.0, 1.0, 2.0]]
    figure = {"figure": Figure()}
    weights = {"dtype": torch.float32, "device": "cpu"}
    return {
        "js": {"p": half, "q": half},
        "kl": {"p": half, "q": half},
        "total_variation": {"p": half, "q": half},
        "circular_norm": {"kernel": torch.ones(1, 1, 3, 3), "size": 4},
        "lipschitz_bound": {"weights": [torch.ones(2, 1)]},
        "lipschitz_constant": {
            "weights": [torch.ones(2, 1), torch.ones(1, 2)],
            "biases": [torch.zeros(2), torch.zeros(1)],
            "slope": 0.5,
        },
        "spectral_norm": {
            "weight": torch.ones(1, 1, 3, 3),
            "size": 4,
            "stride": 2,
            "padding": 1,
            "rounds": 2,
        },
        "LeastSquares": {"a": -1.0, "b": 1.0, "c": 1.0},
        "Relativistic": {"all_pairs": True},
        "ZeroSum": {"loss": gt.LeastSquares()},
        "EntropyBonus": {"weight": 0.5},
        "GradientPenalty": {"gamma": 0.5, "target": 1.0},
        "R1": {"gamma": 0.5},
        "R2": {"gamma": 0.5},
        "nearest_neighbour_entropy": {"samples": points, "smallest": 1e-4},
        "wasserstein_1d": {"x": half, "y": [0.0, 1.0, 2.0]},
        "transport": {"x": [[0.0], [1.0]], "y": [[2.0], [3.0]], "a": half, "b": half},
        "c_transform": {"x": [[0.0], [1.0]], "y": [[2.0], [3.0]], "g": half},
        "sliced_wasserstein": {
            "x": points,
            "y": points + 1,
            "directions": 3,
            "generator": torch.Generator(),
        },
        "Bilinear": {"A": [[1.0]], "P": [[0.5]], "Q": [[0.5]]},
        "Bilinear.value": {"theta": [1.0], "psi": [0.5]},
        "Bilinear.mode_energies": {"theta": [1.0], "psi": [0.5]},
        "DiracGAN": {
            "loss": gt.Minimax(),
            "penalties": [gt.R1(0.5)],
            "instance_noise": 0.5,
            "clip": 1.0,
        },
        "DiracGAN.value": {"theta": [1.0], "psi": [0.5]},
        "IdealGame": {"p_data": half},
        "IdealGame.value": {"p_g": half, "d": half},
        "IdealGame.optimal_discriminator": {"p_g": half},
        "IdealGame.value_at_optimal_discriminator": {"p_g": half},
        "IdealGame.best_response_value": {"d": half},
        "IdealGame.duality_gap": {"p_g": half, "d": half},
        "IdealGame.pure_strategy_values": {"generators": [half, [0.25, 0.75]]},
        "quadratic": {"q": 0.5},
        "quartic": {"q": 0.5},
        "TwoPointGame": {"complexity": gt.quartic, "kappa": 0.5, "lam": 0.25},
        "TwoPointGame.balance_eigenvalues": {"ratio": 0.5},
        "TwoPointGame.critical_ratio": {"eta": 0.1},
        "TwoPointLoss": {"complexity": gt.quartic},
        "TwoPointLoss.value": mass,
        "TwoPointLoss.slope": mass,
        "TwoPointLoss.curvature": mass,
        "TwoPointLoss.lam_at": {"q": 0.25, "kappa": 0.5},
        "TwoPointLoss.balance_threshold": {"kappa": 0.5},
        "TwoPointLoss.collapse_threshold": {"kappa": 0.5},
        "TwoPointLoss.stationary_points": {"kappa": 0.5, "lam": 0.25},
        "TwoPointLoss.barrier": {"kappa": 0.5, "lam": 0.25},
        "TwoPointLoss.descend": {
            "start": 0.25,
            "kappa": 0.5,
            "lams": [0.25, 0.25],
            "eta": 0.1,
            "noise": 0.1,
            "generator": torch.Generator(),
        },
        "velocity": of_game,
        "jacobian": of_game,
        "spectrum": of_game,
        "lie_derivative": of_game | {"quantity": lambda x, y: (x * y).sum()},
        "eigenvalues": {"matrix": torch.eye(2)},
        "flow": of_game
        | {"theta": [1.0], "psi": [0.5], "times": [0.0, 0.1], "rtol": 1e-6, "atol": 1e-6},
        "update_jacobian": of_rule | {"batch": None, "game_hparams": {}},
        "multipliers": of_rule,
        "spectral_radius": of_rule,
        "Optimizer.hparams": {"beta1": 0.5},
        "UpdateRule.hparams": {"eta": 0.1, "eta_psi": 0.2},
        "Simultaneous": {"optimizer": gt.Adam()},
        "Alternating": {"discriminator_steps": 2, "optimizer": gt.Adam()},
        "Averaged": {"rule": rule},
        "Consensus": {"optimizer": gt.Adam()},
        "Extragradient": {"optimizer": gt.Adam()},
        "Optimistic": {"optimizer": gt.Adam()},
        "SymplecticGradientAdjustment": {"align": False, "optimizer": gt.Adam()},
        "Unrolled": {"unroll_steps": 2, "optimizer": gt.Adam()},
        "simulate": of_rule | {"steps": 2, "batch": None, "game_hparams": {}},
        "solve": of_game
        | {"rule": gt.Extragradient(), "tolerance": 0.1, "max_steps": 3, "eta": 0.5},
        "Images": {"images": torch.zeros(2, 1, 2, 2), "labels": torch.arange(2)},
        "Images.sample": draw,
        "Images.split": {"held_out": 0.4, "seed": 1},
        "StackedDigits": {"images": images(), "channels": 2},
        "StackedDigits.sample": draw,
        "StackedDigits.mode": {"labels": torch.tensor([0, 1])},
        "GaussianMixture": {"means": [[-1.0], [1.0]], "std": 0.1, "weights": half},
        "GaussianMixture.sample": draw,
        "GaussianMixture.log_prob": {"x": torch.zeros(3, 2)},
        "grid": {"side": 2, "spacing": 1.0, "std": 0.1},
        "ring": {"modes": 2, "radius": 1.0, "std": 0.1},
        "two_points": {"std": 0.1},
        "ConvDiscriminator": {"channels": 1, "size": 8, "width": 2, "minibatch_std": True},
        "ConvGenerator": {"noise": 2, "channels": 1, "size": 8, "width": 2},
        "GAN": {
            "generator": gt.MLP(2, 2),
            "discriminator": gt.MLP(2, 1),
            "noise": 2,
            "loss": gt.Hinge(),
            "penalties": [gt.R1(0.5)],
            "generator_penalties": [gt.EntropyBonus(0.5)],
            "clip": 0.5,
        },
        "GAN.init": {"seed": 1} | weights,
        "Packed": {"discriminator": gt.MLP(4, 1), "pack": 2},
        "MLP": {
            "inputs": 2,
            "outputs": 1,
            "hidden": [3],
            "activation": torch.nn.Tanh,
            "layer": torch.nn.Linear,
            "minibatch_std": True,
        },
        "SpectralConv2d": {
            "inputs": 1,
            "outputs": 2,
            "kernel": 3,
            "stride": 1,
            "padding": 1,
            "size": 4,
        },
        "SpectralLinear": {"inputs": 2, "outputs": 1},
        "draw_weights": {"module": gt.MLP(2, 1), "seed": 1} | weights,
        "Experiment": {
            "game": networks(),
            "rule": rule,
            "data": gt.ring(),
            "batch_size": 4,
            "dtype": torch.float64,
            "schedules": {"eta": lambda step: 1 / (1 + step)},
        },
        "Experiment.settings": {"game_hparams": {}, "eta": 0.1},
        "Experiment.init": member,
        "Experiment.draw": member | {"block": 1},
        "Experiment.batches": member,
        "Experiment.noise": member | {"count": 3, "which": 1},
        "train": {
            "experiment": gt.Experiment(networks(), gt.Alternating(), gt.ring(), batch_size=4),
            "steps": 1,
            "seed": 0,
            "seeds": 2,
            "game_hparams": {},
            "every": 1,
            "callbacks": [lambda snapshot: None],
            "checkpoint": None,
            "checkpoint_every": 1,
            "chunk": 2,
            "device": "cpu",
            "compile": False,
            "record_step": True,
            "checkpoint_key": None,
            "progress": False,
            "eta": 1e-3,
        },
        "Run": {
            "members": run._members,
            "state": run.state,
            "step": 2,
            "history": run.history,
            "step_record": run.step_record,
        },
        "Snapshot": {"members": run._members, "state": run.state, "step": 2},
        "Snapshot.sample": {"count": 3, "which": 1},
        "Snapshot.score": {"x": torch.zeros(3, 2)},
        "Snapshot.generator": {"member": ()},
        "Snapshot.discriminator": {"member": ()},
        "NearestNeighbour": {"known": images()},
        "NearestNeighbour.__call__": {"images": torch.zeros(3, 1, 2, 2)},
        "class_statistics": {
            "labels": torch.tensor([0, 1]),
            "classes": 2,
            "weights": half,
            "minimum": 1,
        },
        "kl_to_uniform": {"counts": torch.tensor([1, 2])},
        "mean_interval": {"values": [1.0, 2.0, 4.0], "bounds": (0.0, 5.0), "level": 0.9},
        "modes": {"samples": points, "mixture": gt.ring(), "radius": 3.0, "minimum": 1},
        "precision_recall": {"real": points, "fake": points, "k": 2},
        "load_record": {"name": "ring_cures"},
        "published_table": {"rows": ["ring, GAN"], "seeds": 1, "steps": 1},
        "ring_cures": {"rows": ["r = 1"], "seeds": 1, "steps": 1},
        "ring_hops": {"rows": ["r = 1, λ = 0"], "seeds": 1, "steps": 1},
        "ring_whole": {"rows": ["with R1"], "seeds": 1, "steps": 1},
        "what_helps": {"rows": ["hinge, R1, alternating"], "seeds": 1, "steps": 1},
        "what_helps_constant": {
            "rows": ["Wasserstein, R1, alternating"],
            "seeds": 1,
            "steps": 1,
        },
        "what_helps_longer": {"rows": ["hinge, R1, alternating"], "seeds": 1, "steps": 1},
        "InteractiveFigure": {"draw": lambda figure, slope: "A line.", "slope": (0, 2, 1)},
        "BestAnswer": {"data": 0.3, "generator": 0.1},
        "SureCritic": {"score": -2.0},
        "FarForger": {"shift": 2},
        "TangentStep": {"eta": 0.5},
        "LookAhead": {"eta": 0.5},
        "Multiplier": {"real": 0.5, "imaginary": 0.5},
        "Pitchfork": {"lam": 0.5},
        "LateCritic": {"ratio": 0.5},
        "BluntPeak": {"slope": 0.2, "turn": 0.5},
        "AgreeingSeeds": {"seeds": 5},
        "EarthMover": {"first": 1, "second": 2},
        "OptimalCritic": {"p_data": half, "p_g": half, "letter": 1},
        "PhasePlane": {
            "game": "f = xy",
            "rule": "simultaneous",
            "eta": 0.5,
            "damping": 0.0,
            "penalty": "none",
            "gamma": 1.0,
            "beta": 0.5,
            "strength": 0.5,
            "x": 1.0,
            "y": 1.0,
            "steps": 10,
        },
        "RecordTable": {
            "record": recorded(),
            "world": gt.ring(),
            "loss": "a",
            "constraint": "d",
            "rule": "f, g",
            "measure": "w1",
            "seed": 1,
            "references": {"w1": 0.1},
        },
        "TrainingReplay": {"recordings": [recording], "left": "a run", "right": None, "frame": 0},
        "Recorder": {
            "name": "a run",
            "game": networks(),
            "data": gt.ring(),
            "member": 0,
            "extent": (-1.0, 1.0),
            "samples": 4,
            "mesh": 2,
            "seed": 1,
        },
        "Recorder.__call__": {"snapshot": run},
        "Recording": {
            name: getattr(recording, name) for name in inspect.signature(gt.Recording).parameters
        },
        "Recording.decode": {"data": recording.encode()},
        "TwoPointLandscape": {
            "world": "second world",
            "kappa": 1.0,
            "lam": 1.2,
            "start": 0.1,
            "annealing": False,
            "steps": 1,
            "seed": 1,
        },
        "OptimalCritic.draw": figure,
        "PhasePlane.draw": figure,
        "TwoPointLandscape.draw": figure,
        "RecordTable.draw": figure,
        "TrainingReplay.draw": figure,
        "check": {"question": "cycles/largest-step", "answer": 1.0},
        "progress": {"chapter": "cycles"},
        "plotting.distributions": {
            "p_data": half,
            "p_g": half,
            "discriminator": half,
            "letters": ["a", "b"],
            "ax": axes(),
        },
        "plotting.phase_portrait": grid
        | {"u": field, "v": field, "speed": True, "equilibrium": [1.0, 0.5], "density": 0.1},
        "plotting.trajectories": line | {"steps": True, "legend": False},
        "plotting.value_surface": grid
        | {"z": field, "saddle": [1.0, 0.5], "center": 1.5, "label": "value", "levels": 3},
        "plotting.curves": line | {"predicted": [0.0, 1.0], "legend": True},
        "plotting.convergence": {
            "values": [1.0, 0.5],
            "steps": [0.0, 1.0],
            "ax": axes(),
            "labels": ["a"],
            "color": "red",
            "predicted": [1.0, 0.5],
            "legend": False,
        },
        "plotting.eigenvalues": {
            "values": [0.5, 1j],
            "ax": axes(),
            "boundary": gt.plotting.unit_circle,
            "predicted": [0.5],
            "label": "a",
            "color": "red",
            "sweep": [1.0, 2.0],
            "sweep_label": "eta",
        },
        "plotting.unit_circle": {"ax": axes()},
        "plotting.imaginary_axis": {"ax": axes()},
    }


def axes() -> plt.Axes:
    """Return axes of their own, outside of pyplot."""
    return Figure().subplots()
