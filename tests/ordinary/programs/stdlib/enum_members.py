"""An Enum with values and a method, as argument and as table key."""

import copy
import enum
import pickle

import rememo


class Unit(enum.Enum):
    METRE = "m"
    MILE = "mi"

    @property
    def label(self) -> str:
        return self.name.title()


factors = {Unit.METRE: 1.0, Unit.MILE: 1609.344}


@rememo.cache
def metres(amount: float, unit: Unit) -> str:
    return f"{amount * factors[unit]:.1f} {unit.label}"


def call(f):
    return f(2.0, Unit.MILE)


def use():
    assert Unit("mi") is Unit.MILE
    assert pickle.loads(pickle.dumps(Unit.METRE)) is Unit.METRE
    assert copy.deepcopy(Unit.MILE).label == "Mile"
    assert len(Unit) == 2


def change():
    factors[Unit.MILE] = 1609.0
