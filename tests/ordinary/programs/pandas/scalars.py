"""Time stamps, durations, periods and intervals as settings."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

START = pd.Timestamp("2024-01-31", tz="UTC")
STEP = pd.Timedelta(days=1)
OPEN = pd.Interval(0.0, 1.0, closed="left")


@rememo.cache
def end(n: int) -> str:
    return f"{START + n * STEP} {1.0 in OPEN}"


def call(f):
    return f(3)


def use():
    assert START.month_name() == "January"
    hash(OPEN)
    assert pd.NaT is not STEP


def change():
    global OPEN
    OPEN = pd.Interval(0.0, 1.0, closed="both")
