"""Parameters in a tree of arrays and a key of the random generator."""

import jax
import jax.numpy as jnp
import rememo

REQUIRES = ["jax"]

PARAMETERS = {"w": jnp.array([[1.0, 2.0], [3.0, 4.0]]), "b": jnp.zeros(2)}
KEY = jax.random.PRNGKey(7)


@rememo.cache
def predicted(x: jax.Array) -> list[float]:
    noise = jax.random.normal(KEY, (2,))
    return [round(float(v), 3) for v in x @ PARAMETERS["w"] + PARAMETERS["b"] + noise]


def call(f):
    return f(jnp.array([1.0, -1.0]))


def use():
    jnp.sum(PARAMETERS["w"]).block_until_ready()
    jax.random.split(KEY)


def change():
    PARAMETERS["b"] = jnp.ones(2)
