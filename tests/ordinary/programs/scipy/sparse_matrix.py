"""A sparse matrix, whose flags are computed on demand."""

import numpy as np
import rememo
import scipy.sparse as sp

REQUIRES = ["numpy", "scipy"]

matrix = sp.csr_matrix((np.array([1.0, 2.0, 3.0]), ([0, 1, 1], [2, 0, 1])), shape=(2, 3))


@rememo.cache
def product(vector: list[float]) -> list[float]:
    return (matrix @ np.array(vector)).tolist()


def call(f):
    return f([1.0, 1.0, 2.0])


def use():
    assert matrix.has_sorted_indices
    assert matrix.has_canonical_format
    matrix.sum(axis=0)
    matrix.T.tocsc()


def change():
    matrix.data[0] = 10.0
