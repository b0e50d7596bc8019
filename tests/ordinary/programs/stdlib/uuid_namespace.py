"""Stable identifiers under a namespace."""

import uuid

import rememo

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "example.org")


@rememo.cache
def identifier(name: str) -> str:
    return str(uuid.uuid5(NAMESPACE, name))


def call(f):
    return f("ada")


def use():
    assert NAMESPACE.version == 5
    str(NAMESPACE)


def change():
    global NAMESPACE
    NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "example.com")
