"""A function that jax compiles, and its gradient."""

import jax
import jax.numpy as jnp
import rememo

REQUIRES = ["jax"]

SCALE = 2.0


@jax.jit
def loss(x: jax.Array) -> jax.Array:
    return jnp.sum(x**2)


@rememo.cache
def slope(x: jax.Array) -> list[float]:
    return [float(v) for v in jax.grad(loss)(x) * SCALE]


def call(f):
    return f(jnp.array([1.0, 2.0]))


def use():
    loss(jnp.ones(3)).block_until_ready()


def change():
    global SCALE
    SCALE = 3.0
