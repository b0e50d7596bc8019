"""jax: arrays on the CPU, keys of random generators."""

import jax
import jax.numpy as jnp

DISTINCT = {
    "arrays": [
        *(lambda: jnp.array([1, 2]), lambda: jnp.array([1, 3]), lambda: jnp.array([1.0, 2.0])),
        *(lambda: jnp.array([[1, 2]]), lambda: jnp.array([1, 2], "int8"), lambda: jnp.zeros(0)),
        *(lambda: jnp.array([1, 2], "bfloat16"), lambda: jnp.asarray(1.0), lambda: jnp.float32(1)),
    ],
    "keys": [lambda: jax.random.PRNGKey(0), lambda: jax.random.PRNGKey(1)],
}

ALIKE = {"layout": [lambda: jnp.array([[1, 2], [3, 4]]), lambda: jnp.array([[1, 3], [2, 4]]).T]}
