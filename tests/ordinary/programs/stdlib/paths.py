"""A root folder as a Path, whose parts are parsed lazily."""

from pathlib import Path

import rememo

ROOT = Path("data") / "raw"


@rememo.cache
def location(name: str) -> str:
    return (ROOT / name).with_suffix(".csv").as_posix()


def call(f):
    return f("prices.txt")


def use():
    str(ROOT)
    hash(ROOT)
    assert ROOT.parts == ("data", "raw")
    assert ROOT < Path("e")


def change():
    global ROOT
    ROOT = ROOT.parent
