"""A series whose index builds its hash table on the first look-up."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

population = pd.Series({"Berlin": 3.7, "Hamburg": 1.9}, name="millions")


@rememo.cache
def inhabitants(city: str) -> float:
    return float(population[city] * 1e6)


def call(f):
    return f("Hamburg")


def use():
    assert population.index.get_loc("Berlin") == 0
    assert population.index.is_unique
    population.index.hasnans
    population.sort_values().rank()


def change():
    population["Hamburg"] = 1.8
