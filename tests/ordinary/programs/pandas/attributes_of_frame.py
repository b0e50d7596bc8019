"""A frame with attrs that says its unit."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

lengths = pd.DataFrame({"x": [1.0, 2.0]})
lengths.attrs["unit"] = "m"


@rememo.cache
def shown() -> str:
    return f"{lengths['x'].sum()} {lengths.attrs['unit']}"


def call(f):
    return f()


def use():
    lengths.copy()
    lengths.memory_usage(deep=True)


def change():
    lengths.attrs["unit"] = "cm"
