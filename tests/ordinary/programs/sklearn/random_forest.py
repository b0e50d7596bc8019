"""A forest: trees with hidden state that reduce themselves."""

import numpy as np
import rememo
from sklearn.ensemble import RandomForestRegressor

REQUIRES = ["numpy", "sklearn"]

X = np.arange(20.0).reshape(-1, 1)
forest = RandomForestRegressor(5, random_state=0).fit(X, X[:, 0] ** 2)


@rememo.cache
def predicted(x: float) -> float:
    return round(float(forest.predict(np.array([[x]]))[0]), 6)


def call(f):
    return f(7.3)


def use():
    forest.feature_importances_
    forest.predict(X)
    assert forest.estimators_[0].tree_.node_count > 1


def change():
    global forest
    forest = RandomForestRegressor(5, random_state=1).fit(X, X[:, 0])
