"""A blinker signal whose receivers are held weakly."""

import blinker
import rememo

REQUIRES = ["flask", "blinker"]
NEEDLESS = {"process": "a blinker signal keeps its receivers by their addresses"}

priced = blinker.Signal("priced")
SURCHARGE = 1


def surcharge(sender, **kwargs):
    return SURCHARGE


priced.connect(surcharge)


@rememo.cache
def price(net: int) -> int:
    return net + sum(result for _, result in priced.send("shop"))


def call(f):
    return f(10)


def use():
    assert priced.send("x") == [(surcharge, 1)]


def change():
    global SURCHARGE
    SURCHARGE = 2
