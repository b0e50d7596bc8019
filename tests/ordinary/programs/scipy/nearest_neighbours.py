"""A k-d tree, built in C++."""

import numpy as np
import rememo
from scipy.spatial import cKDTree

REQUIRES = ["numpy", "scipy"]

tree = cKDTree(np.array([[0.0, 0.0], [1.0, 1.0], [5.0, 5.0]]))


@rememo.cache
def nearest(x: float, y: float) -> int:
    return int(tree.query([x, y])[1])


def call(f):
    return f(1.2, 1.2)


def use():
    tree.query_ball_point([0, 0], 2.0)
    assert tree.n == 3


def change():
    global tree
    tree = cKDTree(np.array([[1.0, 1.0], [0.0, 0.0], [5.0, 5.0]]))
