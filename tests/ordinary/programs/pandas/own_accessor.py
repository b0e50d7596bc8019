"""An accessor of our own on every frame."""

import pandas as pd
import rememo

REQUIRES = ["pandas"]

UNIT = "kg"


@pd.api.extensions.register_dataframe_accessor("ordinary")
class Ordinary:
    def __init__(self, frame: pd.DataFrame) -> None:
        self.frame = frame

    def labels(self) -> list[str]:
        return [f"{column} [{UNIT}]" for column in self.frame.columns]


@rememo.cache
def labels(frame: pd.DataFrame) -> list[str]:
    return Ordinary(frame).labels()


def call(f):
    return f(pd.DataFrame({"a": [1], "b": [2]}))


def use():
    assert pd.DataFrame({"x": [1]}).ordinary.labels() == ["x [kg]"]


def change():
    global UNIT
    UNIT = "g"
