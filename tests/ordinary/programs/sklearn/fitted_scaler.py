"""A fitted scaler."""

import numpy as np
import rememo
from sklearn.preprocessing import StandardScaler

REQUIRES = ["numpy", "sklearn"]

scaler = StandardScaler().fit(np.array([[0.0], [2.0], [4.0]]))


@rememo.cache
def scaled(x: float) -> float:
    return round(float(scaler.transform(np.array([[x]]))[0, 0]), 8)


def call(f):
    return f(3.0)


def use():
    repr(scaler)
    scaler.get_params()
    scaler.transform(np.zeros((2, 1)))


def change():
    scaler.mean_[0] = 1.0
