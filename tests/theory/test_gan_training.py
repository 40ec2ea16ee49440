"""Exactly: a population's member is that GAN alone, and that GAN is a plain PyTorch loop.

All in float64 on the CPU, with networks so small that a few steps take no time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import deepcopy
from typing import Any

import pytest
import torch
from torch import nn
from torch.func import functional_call
from torch.nn.functional import binary_cross_entropy_with_logits
from torch.utils._pytree import tree_leaves, tree_map

import gantext as gt
from gantext.training import recorded_step
from gantext.training.experiment import Settings
from tests.games import assert_same_tree
from tests.gans import (
    NEAR,
    assert_same_run,
    convolutional_gan,
    drawn,
    evaluations,
    experiment,
    small_gan,
    small_images,
    small_mlp,
    spectral_gan,
)

LOSSES = [gt.Minimax(), gt.NonSaturating()]
every_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: type(loss).__name__)

# Adam and RMSProp divide a gradient by its own size, which magnifies rounding where it is zero; not
# with this in the denominator.
DAMPED = {"epsilon": 1e-4}

RULES: dict[str, tuple[gt.UpdateRule, dict[str, float]]] = {
    "simultaneous": (gt.Simultaneous(), {}),
    "simultaneous, adam": (gt.Simultaneous(optimizer=gt.Adam()), {"beta1": 0.5}),
    "alternating": (gt.Alternating(), {}),
    "alternating, adam": (gt.Alternating(optimizer=gt.Adam()), {}),
    "alternating, rmsprop": (gt.Alternating(optimizer=gt.RMSProp()), {"alpha": 0.9}),
    "two discriminator steps, adam": (
        gt.Alternating(discriminator_steps=2, optimizer=gt.Adam()),
        {},
    ),
    "extragradient": (gt.Extragradient(), {}),
    "extragradient, adam": (gt.Extragradient(optimizer=gt.Adam()), {}),
    "optimistic": (gt.Optimistic(), {}),
    "optimistic, adam": (gt.Optimistic(optimizer=gt.Adam()), {"beta1": 0.5}),
    "alternating momentum": (gt.Alternating(optimizer=gt.HeavyBall()), {"beta": -0.3}),
    "simultaneous momentum": (gt.Simultaneous(optimizer=gt.HeavyBall()), {"beta": 0.3}),
    "unrolled": (gt.Unrolled(unroll_steps=2), {"eta_unroll": 0.2}),
    "unrolled, adam": (gt.Unrolled(unroll_steps=2, optimizer=gt.Adam()), {"eta_unroll": 0.2}),
    "consensus, adam": (gt.Consensus(optimizer=gt.Adam()), {"gamma": 0.1}),
    "adjusted, adam": (gt.SymplecticGradientAdjustment(optimizer=gt.Adam()), {"strength": 0.1}),
    "adjusted, not aligned": (gt.SymplecticGradientAdjustment(align=False), {"strength": 0.1}),
    "averaged alternating, adam": (gt.Averaged(gt.Alternating(optimizer=gt.Adam())), {}),
    "averaged extragradient": (gt.Averaged(gt.Extragradient()), {}),
}
every_rule = pytest.mark.parametrize("name", RULES)
RECORDED = ["alternating, rmsprop", "simultaneous momentum", "adjusted, not aligned"]


# A population's member is that GAN trained alone


def look_at(snapshot: gt.Snapshot) -> dict[str, torch.Tensor]:
    """Observe samples and scores, and one layer's weights."""
    samples = snapshot.sample(3)
    event = samples.shape[-3:] if samples.shape[-1] == 8 else samples.shape[-1:]  # or points
    return {
        "samples": samples,
        "other samples": snapshot.sample(2, which=1),
        "scores": snapshot.score(torch.linspace(-1, 1, 4 * event.numel()).reshape(4, *event)),
        "weight": next(iter(snapshot.psi.values())),
    }


def members(run: gt.Run) -> Iterator[tuple[tuple[int, ...], dict[str, Any]]]:
    """Yield the place of each member in the grid, and all that the run says of it."""
    shape = run.diverged.shape
    for number, place in enumerate(torch.ones(shape).nonzero().tolist()):
        here = (slice(None), *place)
        yield (
            tuple(place),
            {
                "state": tree_map(lambda leaf, n=number: leaf[n], run.state),
                "losses": tuple(series[here] for series in run.history[1:4]),
                "observed": {k: v[here] for k, v in run.history.observed.items()},
                "diverged": run.diverged[tuple(place)],
            },
        )


def alone(run: gt.Run) -> dict[str, Any]:
    """Return the same of one GAN trained alone."""
    return {
        "state": run.state,
        "losses": tuple(run.history[1:4]),
        "observed": run.history.observed,
        "diverged": run.diverged,
    }


def assert_members_are_gans_alone(
    of: gt.Experiment,
    *,
    seeds: list[int],
    grid: dict[str, torch.Tensor] | None = None,
    game_grid: dict[str, torch.Tensor] | None = None,
    steps: int = 4,
    chunk: int | None = None,
    **hparams: float,
) -> None:
    """Train the population; then each member alone, with its own numbers."""
    grid, game_grid = grid or {}, game_grid or {}
    if "epsilon" in of.rule.hparams(**({"eta": 1.0} | grid | hparams)):
        hparams = DAMPED | hparams
    options = {"every": 2, "callbacks": [look_at], "device": "cpu"}
    run = gt.train(
        of,
        steps,
        seeds=seeds,
        game_hparams=game_grid,
        chunk=chunk,
        **options,
        **grid,
        **hparams,
    )
    names = [*grid, *game_grid]
    values = torch.broadcast_tensors(*grid.values(), *game_grid.values()) if names else ()
    shape = tuple(values[0].shape) if names else ()
    assert run.diverged.shape == (*shape, len(seeds))
    for place, found in members(run):
        own = {name: value[place[:-1]] for name, value in zip(names, values, strict=True)}
        one = gt.train(
            of,
            steps,
            seed=seeds[place[-1]],
            game_hparams={name: own.pop(name) for name in game_grid},
            **options,
            **own,
            **hparams,
        )
        assert_same_tree(found, alone(one), **NEAR)
        assert torch.equal(run.history.step, one.history.step)


@every_loss
@every_rule
def test_every_loss_with_every_rule(name: str, loss: gt.Loss) -> None:
    rule, own = RULES[name]
    assert_members_are_gans_alone(
        experiment(rule, small_gan(loss=loss)),
        seeds=[3, 5],
        grid={"eta": torch.tensor([0.02, 0.1], dtype=torch.float64)},
        **own,
    )


@pytest.mark.parametrize(
    ("loss", "chunk"), [(gt.Minimax(), None), (gt.NonSaturating(), 1), (gt.NonSaturating(), 5)]
)
def test_a_grid_of_learning_rates_and_of_the_game(loss: gt.Loss, chunk: int | None) -> None:
    """Two rates, three penalties, two bonuses, two seeds; some at a time, in chunks of 5 too."""
    networks = small_mlp(2, 2), small_mlp(2, 1)

    def make(gamma: torch.Tensor, weight: torch.Tensor) -> gt.GAN:
        return gt.GAN(
            *networks,
            noise=2,
            loss=loss,
            penalties=[gt.R1(gamma), gt.R2(gamma / 2)],
            generator_penalties=[gt.EntropyBonus(weight)],
        )

    assert_members_are_gans_alone(
        experiment(gt.Alternating(optimizer=gt.Adam()), make),
        seeds=[0, 7],
        grid={
            "eta": torch.tensor([[[0.01]], [[0.05]]], dtype=torch.float64),
            "eta_psi": torch.tensor([0.02, 0.01], dtype=torch.float64),
        },
        game_grid={
            "gamma": torch.tensor([[0.0], [1.0], [10.0]], dtype=torch.float64),
            "weight": torch.tensor([0.0, 0.3], dtype=torch.float64),
        },
        chunk=chunk,
        steps=3,
    )


@pytest.mark.parametrize("name", ["unrolled", "consensus, adam", "averaged extragradient"])
def test_penalties_under_rules_of_second_order(name: str) -> None:
    """Three derivatives, one inside the other, all under vmap."""
    rule, own = RULES[name]
    networks = small_mlp(2, 2), small_mlp(2, 1)

    def make(gamma: torch.Tensor) -> gt.GAN:
        return gt.GAN(*networks, noise=2, penalties=[gt.R1(gamma)])

    assert_members_are_gans_alone(
        experiment(rule, make),
        seeds=[1],
        grid={"eta": torch.tensor(0.05, dtype=torch.float64)},
        game_grid={"gamma": torch.tensor([0.0, 1.0], dtype=torch.float64)},
        **own,
    )


ARCHITECTURES: dict[str, Callable[[], gt.Experiment]] = {
    "convolutions with minibatch spread": lambda: experiment(
        game=convolutional_gan(penalties=[gt.R1(1.0)]), data=small_images()
    ),
    "minibatch spread": lambda: experiment(game=small_gan(small_mlp(2, 1, minibatch_std=True))),
    "packed": lambda: experiment(game=small_gan(gt.Packed(small_mlp(4, 1), 2))),
    "spectral": lambda: experiment(
        gt.Alternating(discriminator_steps=2, optimizer=gt.Adam()), spectral_gan()
    ),
    "spectral, extragradient": lambda: experiment(gt.Extragradient(), spectral_gan()),
    "spectral, averaged": lambda: experiment(gt.Averaged(gt.Alternating()), spectral_gan()),
    "spectral and packed, penalised": lambda: experiment(
        game=small_gan(
            gt.Packed(small_mlp(4, 1, layer=gt.SpectralLinear), 2),
            penalties=[gt.R1(1.0)],
        )
    ),
}


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_every_architecture(name: str) -> None:
    assert_members_are_gans_alone(
        ARCHITECTURES[name](),
        seeds=[0, 4, 9],
        grid={"eta": torch.tensor(0.01, dtype=torch.float64)},
        chunk=2,
    )


@every_rule
def test_float32_networks_stay_float32(name: str) -> None:
    """Though every hyper-parameter has a value of its own, in float64."""
    rule, own = RULES[name]
    of = experiment(rule, spectral_gan(), dtype=torch.float32)
    grid = {"eta": torch.tensor([0.01, 0.02], dtype=torch.float64)}
    many = gt.train(of, 2, seeds=2, device="cpu", **grid, **own)
    one = gt.train(of, 2, device="cpu", eta=0.01, **own)
    for state in (many.state, one.state):
        leaves = tree_leaves(state.players[:3])
        assert {leaf.dtype for leaf in leaves if leaf.is_floating_point()} == {torch.float32}


def test_schedules_go_by_each_members_own_values() -> None:
    of = experiment(schedules={"eta": lambda step: 1 / (1 + step), "beta1": lambda step: 0.5**step})
    grid = {"eta": torch.tensor([0.02, 0.1]), "beta1": torch.tensor([0.5, 0.9])}
    assert_members_are_gans_alone(
        of, seeds=[0, 1], grid={k: v.double() for k, v in grid.items()}, eta_psi=0.05
    )


def test_over_more_than_one_block() -> None:
    assert_members_are_gans_alone(
        experiment(), seeds=[2, 1], grid={"eta": torch.tensor(1e-3).double()}, steps=37
    )


# A recorded step is the step


def assert_recording_changes_no_bit(
    start: Callable[[], gt.Run], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Train with steps recorded from the second on, and never."""
    records, record = [], recorded_step.record

    def note(*given: Any) -> Any:
        records.append(record(*given))
        return records[-1]

    monkeypatch.setattr(recorded_step, "record", note)
    monkeypatch.setattr(recorded_step, "PATIENCE", 1)
    recorded = start()
    assert len(records) == 1, "recorded once, and without an error"
    monkeypatch.setattr(recorded_step, "PATIENCE", 10)
    assert_same_run(recorded, start())


def two(of: gt.Experiment, **hparams: float) -> Callable[[], gt.Run]:
    """Return the training of two members."""
    return lambda: gt.train(of, 3, seeds=2, eta=0.05, device="cpu", **hparams)


# Each rule once, and each optimizer: a record holds the operations of both, one after the other.
@pytest.mark.parametrize("name", [name for name in RULES if name in RECORDED or "adam" in name])
def test_recording_changes_no_rule(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    rule, own = RULES[name]
    assert_recording_changes_no_bit(two(experiment(rule), **own), monkeypatch)


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_recording_changes_no_architecture(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert_recording_changes_no_bit(two(ARCHITECTURES[name]()), monkeypatch)


@pytest.mark.parametrize(
    ("loss", "dtype"), [(gt.Minimax(), torch.float32), (gt.NonSaturating(), torch.float64)]
)
def test_recording_changes_no_loss_and_no_penalty(
    loss: gt.Loss, dtype: torch.dtype, monkeypatch: pytest.MonkeyPatch
) -> None:
    game = small_gan(
        loss=loss,
        penalties=[gt.R1(1.0), gt.R2(0.5)],
        generator_penalties=[gt.EntropyBonus(0.3)],
    )
    of = experiment(game=game, dtype=dtype)
    assert_recording_changes_no_bit(two(of), monkeypatch)
    assert_recording_changes_no_bit(lambda: gt.train(of, 3, eta=0.05, device="cpu"), monkeypatch)


def test_proximal_point_has_no_closed_form_here() -> None:
    with pytest.raises(TypeError, match=r"expected a game with an affine velocity .* got GAN"):
        gt.train(experiment(gt.ProximalPoint()), 1, eta=0.1, device="cpu")
    with pytest.raises(TypeError, match=r"expected a game with an affine velocity .* got GAN"):
        gt.train(experiment(gt.ProximalPoint()), 1, seeds=2, eta=0.1, device="cpu")


# That GAN is a plain PyTorch loop

PEERS: dict[str, tuple[Any, type[torch.optim.Optimizer], dict, dict]] = {
    "sgd": (gt.SGD(), torch.optim.SGD, {}, {}),
    "adam": (
        gt.Adam(),
        torch.optim.Adam,
        {"beta1": 0.5, "beta2": 0.9, **DAMPED},
        {"betas": (0.5, 0.9), "eps": 1e-4},
    ),
    "rmsprop": (
        gt.RMSProp(),
        torch.optim.RMSprop,
        {"alpha": 0.9, **DAMPED},
        {"alpha": 0.9, "eps": 1e-4},
    ),
}
every_peer = pytest.mark.parametrize("peer", PEERS)
RATES = {"eta": 0.02, "eta_psi": 0.03}
STEPS = 20  # more than a block

Penalty = Callable[[nn.Module, torch.Tensor, torch.Tensor], torch.Tensor]


def modules(of: gt.Experiment, seed: int, settings: Settings) -> tuple[nn.Module, nn.Module]:
    """Return both networks as ordinary modules, with the weights of a seed."""
    gan = of.make(settings)
    networks = deepcopy((gan.generator, gan.discriminator))
    for network, weights in zip(networks, gan.init(seed, dtype=of.dtype), strict=True):
        network.double().load_state_dict(weights)
    return networks


def cost_of_critic(D: nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
    s_real, s_fake = D(real), D(fake)
    return binary_cross_entropy_with_logits(
        s_real, torch.ones_like(s_real)
    ) + binary_cross_entropy_with_logits(s_fake, torch.zeros_like(s_fake))


def cost_of_forger(D: nn.Module, fake: torch.Tensor, loss: gt.Loss) -> torch.Tensor:
    scores = D(fake)
    if isinstance(loss, gt.NonSaturating):
        return binary_cross_entropy_with_logits(scores, torch.ones_like(scores))
    return -binary_cross_entropy_with_logits(scores, torch.zeros_like(scores))


def plain_loop(
    of: gt.Experiment,
    make_optimizer: Callable[..., torch.optim.Optimizer],
    *,
    alternating: bool = True,
    discriminator_steps: int = 1,
    penalty: Penalty | None = None,
    seed: int = 3,
) -> tuple[dict[str, Any], torch.Tensor]:
    """Train as any tutorial does.

    Return both networks' weights and, for every step, both losses and the norm of the gradients.
    """
    settings = of.settings(**RATES)
    loss = of.make(settings).loss
    G, D = modules(of, seed, settings)
    opt_g = make_optimizer(G.parameters(), lr=RATES["eta"])
    opt_d = make_optimizer(D.parameters(), lr=RATES["eta_psi"])
    seen = []
    for step in range(STEPS):
        batch = drawn(of, seed, step, settings)
        for k in range(discriminator_steps):
            real, noise = evaluations(batch)[k]
            fake = G(noise).detach()
            loss_d = cost_of_critic(D, real, fake)
            if penalty is not None:
                loss_d = loss_d + penalty(D, real, fake)
            opt_d.zero_grad()
            loss_d.backward()
            if k == 0:
                first = loss_d.item(), [p.grad.clone() for p in D.parameters()]
            if alternating:
                opt_d.step()
        loss_g = cost_of_forger(D, G(noise), loss)
        # Not `backward`, which would add to the discriminator's gradients.
        give_gradients(G, loss_g)
        opt_g.step()
        if not alternating:
            opt_d.step()
        gradients = [*first[1], *(p.grad for p in G.parameters())]
        speed = torch.cat([g.flatten() for g in gradients]).norm()
        seen.append([loss_g.item(), first[0], speed.item()])
    return weights(G, D), torch.tensor(seen, dtype=torch.float64)


def give_gradients(network: nn.Module, loss: torch.Tensor) -> None:
    parameters = list(network.parameters())
    for p, gradient in zip(parameters, torch.autograd.grad(loss, parameters), strict=True):
        p.grad = gradient


def players(run: gt.Run) -> dict[str, Any]:
    return {"theta": run.theta, "psi": run.psi}


def weights(G: nn.Module, D: nn.Module) -> dict[str, Any]:
    return {
        name: {key: w.detach().clone() for key, w in network.named_parameters()}
        for name, network in (("theta", G), ("psi", D))
    }


def assert_library_is_plain(of: gt.Experiment, peer: str = "adam", **loop: Any) -> None:
    _, theirs, own, names = PEERS[peer]
    run = gt.train(of, STEPS, seed=3, every=1, device="cpu", **RATES, **own)
    expected, seen = plain_loop(of, lambda p, lr: theirs(p, lr=lr, **names), **loop)
    assert_same_tree(players(run), expected, **NEAR)
    torch.testing.assert_close(torch.stack(run.history[1:4], -1), seen, **NEAR)


@every_loss
@every_peer
@pytest.mark.parametrize("discriminator_steps", [1, 2])
def test_alternating_is_a_plain_loop(discriminator_steps: int, peer: str, loss: gt.Loss) -> None:
    rule = gt.Alternating(discriminator_steps=discriminator_steps, optimizer=PEERS[peer][0])
    assert_library_is_plain(
        experiment(rule, small_gan(loss=loss)), peer, discriminator_steps=discriminator_steps
    )


@every_loss
@every_peer
def test_simultaneous_is_a_plain_loop(peer: str, loss: gt.Loss) -> None:
    rule = gt.Simultaneous(optimizer=PEERS[peer][0])
    assert_library_is_plain(experiment(rule, small_gan(loss=loss)), peer, alternating=False)


def slope_penalty(weight: float, at_data: bool) -> Penalty:
    """Write the gradient penalty as it is written with a module: differentiate, then again."""

    def penalty(D: nn.Module, real: torch.Tensor, fake: torch.Tensor) -> torch.Tensor:
        x = (real if at_data else fake).clone().requires_grad_()
        (slope,) = torch.autograd.grad(D(x).sum(), x, create_graph=True)
        return weight / 2 * (slope.norm(dim=1) ** 2).mean()

    return penalty


@pytest.mark.parametrize("kind", [gt.R1, gt.R2])
def test_penalised_training_is_a_plain_loop(kind: type) -> None:
    of = experiment(gt.Alternating(optimizer=gt.Adam()), small_gan(penalties=[kind(2.0)]))
    assert_library_is_plain(of, penalty=slope_penalty(2.0, at_data=kind is gt.R1))


@pytest.mark.parametrize("name", ["convolutions", "minibatch spread", "packed"])
def test_architectures_are_a_plain_loop(name: str) -> None:
    of = {
        "convolutions": lambda: experiment(game=convolutional_gan(), data=small_images()),
        "minibatch spread": lambda: experiment(game=small_gan(small_mlp(2, 1, minibatch_std=True))),
        "packed": lambda: experiment(game=small_gan(gt.Packed(small_mlp(8, 1), 4))),
    }[name]()
    rule = gt.Alternating(optimizer=gt.Adam())
    assert_library_is_plain(
        gt.Experiment(of.game, rule, of.data, batch_size=of.batch_size, dtype=of.dtype)
    )


def test_an_entropy_bonus_is_a_plain_loop() -> None:
    """With the estimator written for one sample after the other."""

    def estimate(x: torch.Tensor) -> torch.Tensor:
        logs = []
        for k in range(len(x)):
            others = torch.cat([x[:k], x[k + 1 :]])
            logs.append(torch.log((others - x[k]).norm(dim=1).min()))
        return 2 * torch.stack(logs).mean()  # and a constant

    of = experiment(
        gt.Simultaneous(),
        small_gan(generator_penalties=[gt.EntropyBonus(0.3)]),
    )
    settings = of.settings(**RATES)
    G, D = modules(of, 3, settings)
    run = gt.train(of, STEPS, seed=3, device="cpu", **RATES)
    opt_g = torch.optim.SGD(G.parameters(), lr=RATES["eta"])
    opt_d = torch.optim.SGD(D.parameters(), lr=RATES["eta_psi"])
    for step in range(STEPS):
        batch = drawn(of, 3, step, settings)
        real, noise = evaluations(batch)[0]
        fake = G(noise)
        opt_g.zero_grad()
        (cost_of_forger(D, fake, gt.NonSaturating()) - 0.3 * estimate(fake)).backward()
        opt_d.zero_grad()
        cost_of_critic(D, real, fake.detach()).backward()
        opt_g.step()
        opt_d.step()
    # The library keeps the logarithm finite at zero, by a ten-thousandth.
    assert_same_tree(players(run), weights(G, D), rtol=1e-5, atol=1e-6)


@every_loss
@pytest.mark.parametrize("unroll_steps", [1, 3])
def test_unrolling_is_a_plain_loop(unroll_steps: int, loss: gt.Loss) -> None:
    """Metz et al. 2017: differentiate the generator's loss through the discriminator's answers."""
    of = experiment(
        gt.Unrolled(unroll_steps=unroll_steps, optimizer=gt.Adam()), small_gan(loss=loss)
    )
    settings = of.settings(**RATES, eta_unroll=0.5)
    run = gt.train(of, STEPS, seed=3, device="cpu", **RATES, eta_unroll=0.5, **DAMPED)
    G, D = modules(of, 3, settings)
    opt_g = torch.optim.Adam(G.parameters(), lr=RATES["eta"], eps=1e-4)
    opt_d = torch.optim.Adam(D.parameters(), lr=RATES["eta_psi"], eps=1e-4)
    for step in range(STEPS):
        batch = drawn(of, 3, step, settings)
        real, noise = evaluations(batch)[0]
        answers = dict(D.named_parameters())
        for _ in range(unroll_steps):
            foreseen = cost_of_critic(
                lambda x, a=answers: functional_call(D, a, (x,)), real, G(noise)
            )
            slopes = torch.autograd.grad(foreseen, list(answers.values()), create_graph=True)
            answers = {
                name: p - 0.5 * slope
                for (name, p), slope in zip(answers.items(), slopes, strict=True)
            }
        loss_g = cost_of_forger(lambda x, a=answers: functional_call(D, a, (x,)), G(noise), loss)
        give_gradients(G, loss_g)
        opt_d.zero_grad()
        cost_of_critic(D, real, G(noise).detach()).backward()
        opt_d.step()
        opt_g.step()
    assert_same_tree(players(run), weights(G, D), **NEAR)


def test_spectral_normalisation_is_a_plain_loop() -> None:
    """With PyTorch's own, whose power iteration is told to take one round after each step."""
    of = experiment(gt.Simultaneous(optimizer=gt.Adam()), spectral_gan())
    settings = of.settings(**RATES)
    run = gt.train(of, STEPS, seed=3, every=1, device="cpu", **RATES, **DAMPED)
    start, psi = of.init(3, settings).players[:2]
    G, D = deepcopy(of.game.generator).double(), small_mlp(2, 1).double()
    G.load_state_dict(start)
    D.load_state_dict({name: w for name, w in psi.items() if not name.endswith("u")})
    normalised = {}
    for name in ("0", "2"):
        layer = nn.utils.parametrizations.spectral_norm(D.get_submodule(name)).eval()
        normalised[name] = layer.parametrizations.weight
        normalised[name][0]._u.copy_(psi[f"{name}.u"])

    def iterate(rounds: int) -> None:
        for weight in normalised.values():
            one, matrix = weight[0], weight.original.detach()
            one._v.copy_(nn.functional.normalize(matrix.T @ one._u, dim=0))
            if rounds:
                one._power_method(matrix, rounds)

    iterate(0)
    opt_g = torch.optim.Adam(G.parameters(), lr=RATES["eta"], eps=1e-4)
    opt_d = torch.optim.Adam(D.parameters(), lr=RATES["eta_psi"], eps=1e-4)
    for step in range(STEPS):
        batch = drawn(of, 3, step, settings)
        real, noise = evaluations(batch)[0]
        give_gradients(G, cost_of_forger(D, G(noise), gt.NonSaturating()))
        give_gradients(D, cost_of_critic(D, real, G(noise).detach()))
        opt_g.step()
        opt_d.step()
        iterate(1)
    assert_same_tree(run.theta, weights(G, D)["theta"], **NEAR)
    for name, weight in normalised.items():
        expected = {"weight": weight.original.detach(), "u": weight[0]._u}
        for key, value in expected.items():
            torch.testing.assert_close(run.psi[f"{name}.{key}"], value, **NEAR)
    assert not torch.allclose(run.psi["0.u"], psi["0.u"])
