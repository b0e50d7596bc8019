"""An estimator of our own inside theirs."""

import numpy as np
import rememo
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer

REQUIRES = ["numpy", "sklearn"]


class Clip(TransformerMixin, BaseEstimator):
    margin = 0.0

    def __init__(self, high: float = 1.0) -> None:
        self.high = high

    def fit(self, X, y=None):
        self.seen_ = X.max()
        return self

    def transform(self, X):
        return np.minimum(X, self.high + self.margin)


columns = ColumnTransformer([("clip", Clip(2.0), [0])], remainder="passthrough")
columns.fit(np.array([[1.0, 2.0], [3.0, 4.0]]))


@rememo.cache
def transformed(rows: list[list[float]]) -> list[list[float]]:
    return columns.transform(np.array(rows)).tolist()


def call(f):
    return f([[5.0, 6.0]])


def use():
    columns.get_params()
    repr(columns)
    columns.transform(np.zeros((1, 2)))


def change():
    Clip.margin = 1.0
