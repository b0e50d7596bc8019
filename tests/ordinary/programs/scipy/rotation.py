"""A rotation and a linear operator."""

import numpy as np
import rememo
from scipy.sparse.linalg import aslinearoperator
from scipy.spatial.transform import Rotation

REQUIRES = ["numpy", "scipy"]

turn = Rotation.from_euler("z", 90, degrees=True)
scaling = aslinearoperator(np.diag([2.0, 2.0, 2.0]))


@rememo.cache
def turned(vector: list[float]) -> list[float]:
    return np.round(turn.apply(scaling.matvec(np.array(vector))), 6).tolist()


def call(f):
    return f([1.0, 0.0, 0.0])


def use():
    turn.as_quat()
    turn.inv()
    scaling.shape


def change():
    global turn
    turn = Rotation.from_euler("z", 45, degrees=True)
