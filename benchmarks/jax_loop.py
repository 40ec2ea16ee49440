"""The same population in JAX: `jit` of `vmap`, steps in a `lax.scan`. Needs the extra `bench`."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import jax
import jax.numpy as jnp

from benchmarks.plain import BATCH, BETA1, ETA, MODES, RADIUS, STD

tree_map = jax.tree_util.tree_map


def jax_steps(members: int, hidden: int, steps: int) -> Callable[[], None]:
    """Return a function that takes some steps with every member and waits for the end."""
    keys = jax.random.split(jax.random.key(0), members)
    state = jax.vmap(partial(_init, hidden=hidden))(keys)
    run = jax.jit(jax.vmap(partial(_many, steps=steps)))

    def go() -> None:
        nonlocal state
        state, _ = run(state, keys)
        jax.block_until_ready(state)

    return go


def _layers(key: Any, widths: list[int]) -> list[tuple[Any, Any]]:
    keys = jax.random.split(key, len(widths) - 1)
    return [
        (jax.random.normal(k, (i, o)) / i**0.5, jnp.zeros(o))
        for k, i, o in zip(keys, widths[:-1], widths[1:], strict=True)
    ]


def _init(key: Any, *, hidden: int) -> Any:
    of_g, of_d = jax.random.split(key)
    theta = _layers(of_g, [2, hidden, hidden, 2])
    psi = _layers(of_d, [2, hidden, hidden, 1])
    zeros = [tree_map(jnp.zeros_like, p) for p in (theta, theta, psi, psi)]
    return theta, psi, tuple(zeros[:2]), tuple(zeros[2:]), jnp.ones(())


def _apply(layers: Any, x: Any) -> Any:
    for weight, bias in layers[:-1]:
        x = jax.nn.relu(x @ weight + bias)
    weight, bias = layers[-1]
    return x @ weight + bias


def _adam(params: Any, gradient: Any, memory: Any, taken: Any) -> Any:
    mean = tree_map(lambda m, g: BETA1 * m + (1 - BETA1) * g, memory[0], gradient)
    square = tree_map(lambda s, g: 0.999 * s + 0.001 * g * g, memory[1], gradient)
    size, scale = ETA / (1 - BETA1**taken), jnp.sqrt(1 - 0.999**taken)
    new = tree_map(
        lambda p, m, s: p - size * m / (jnp.sqrt(s) / scale + 1e-8), params, mean, square
    )
    return new, (mean, square)


def _step(state: Any, key: Any) -> Any:
    theta, psi, of_theta, of_psi, taken = state
    a, b, c = jax.random.split(key, 3)
    angle = 2 * jnp.pi * jax.random.randint(a, (BATCH,), 0, MODES) / MODES
    centres = RADIUS * jnp.stack([jnp.cos(angle), jnp.sin(angle)], 1)
    real = centres + STD * jax.random.normal(b, (BATCH, 2))
    fake = _apply(theta, jax.random.normal(c, (BATCH, 2)))

    def loss_d(psi: Any) -> Any:
        return (
            jax.nn.softplus(-_apply(psi, real)).mean() + jax.nn.softplus(_apply(psi, fake)).mean()
        )

    lost_d, gradient = jax.value_and_grad(loss_d)(psi)
    psi, of_psi = _adam(psi, gradient, of_psi, taken)
    noise = jax.random.normal(c, (BATCH, 2))

    def loss_g(theta: Any) -> Any:
        return jax.nn.softplus(-_apply(psi, _apply(theta, noise))).mean()

    lost_g, gradient = jax.value_and_grad(loss_g)(theta)
    theta, of_theta = _adam(theta, gradient, of_theta, taken)
    return (theta, psi, of_theta, of_psi, taken + 1), (lost_g, lost_d)


def _many(state: Any, key: Any, *, steps: int) -> Any:
    return jax.lax.scan(_step, state, jax.random.split(key, steps))
