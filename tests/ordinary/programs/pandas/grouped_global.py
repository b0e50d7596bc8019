"""A groupby object that is kept, and used for more than one thing."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

frame = pd.DataFrame({"k": ["a", "b", "a"], "v": [1, 2, 3]})
groups = frame.groupby("k")


@rememo.cache
def total(key: str) -> int:
    return int(groups["v"].sum()[key])


def call(f):
    return f("a")


def use():
    groups.mean()
    assert groups.ngroups == 2
    groups.get_group("b")
    groups.groups


def change():
    global groups
    groups = frame.assign(v=10).groupby("k")
