"""A series over time zones and frequencies."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

load = pd.Series(
    range(6), index=pd.date_range("2024-03-30", periods=6, freq="12h", tz="Europe/Berlin")
)
OFFSET = pd.offsets.Day(1)


@rememo.cache
def daily() -> list:
    shifted = load.shift(freq=OFFSET)
    return [str(shifted.index[0]), load.resample("D").sum().tolist()]


def call(f):
    return f()


def use():
    load.index.dayofweek
    load.index.freqstr
    load.rolling(2).mean()


def change():
    global OFFSET
    OFFSET = pd.offsets.BDay(1)
