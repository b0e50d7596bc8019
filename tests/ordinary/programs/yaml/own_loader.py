"""A YAML loader with a constructor of our own."""

import rememo
import yaml

REQUIRES = ["yaml"]

UNITS = {"km": 1000}


class Loader(yaml.SafeLoader):
    pass


def length(loader, node):
    number, unit = loader.construct_scalar(node).split()
    return int(number) * UNITS[unit]


Loader.add_constructor("!length", length)


@rememo.cache
def loaded(text: str):
    return yaml.load(text, Loader)


def call(f):
    return f("way: !length 3 km\n")


def use():
    assert yaml.load("[1, 2]", Loader) == [1, 2]


def change():
    UNITS["km"] = 1024
