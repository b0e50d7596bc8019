"""A fitted linear model used for predictions."""

import numpy as np
import rememo
from sklearn.linear_model import LogisticRegression

REQUIRES = ["numpy", "sklearn"]

X = np.array([[0.0], [1.0], [2.0], [3.0]])
model = LogisticRegression(C=10.0).fit(X, [0, 0, 1, 1])


@rememo.cache
def predicted(x: float) -> list[float]:
    return np.round(model.predict_proba(np.array([[x]]))[0], 3).tolist()


def call(f):
    return f(1.4)


def use():
    model.score(X, [0, 0, 1, 1])
    model.decision_function(X)
    repr(model)


def change():
    model.intercept_ = model.intercept_ + 1.0
