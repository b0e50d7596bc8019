"""A fitted clustering and a scorer."""

import numpy as np
import rememo
from sklearn.cluster import KMeans
from sklearn.metrics import make_scorer, mean_absolute_error

REQUIRES = ["numpy", "sklearn"]

points = np.array([[0.0], [0.1], [9.0], [9.1]])
clusters = KMeans(2, n_init=1, random_state=0).fit(points)
scorer = make_scorer(mean_absolute_error, greater_is_better=False)


@rememo.cache
def centre(x: float) -> float:
    label = clusters.predict(np.array([[x]]))[0]
    return round(float(clusters.cluster_centers_[label, 0]) * scorer._sign, 6)


def call(f):
    return f(8.0)


def use():
    clusters.transform(points)
    clusters.score(points)
    repr(scorer)


def change():
    clusters.cluster_centers_[:] += 1.0
