"""Permissions as flags: combining them makes pseudo-members."""

import enum
import pickle

import rememo


class Permission(enum.Flag):
    READ = enum.auto()
    WRITE = enum.auto()
    EXECUTE = enum.auto()


granted = Permission.READ


@rememo.cache
def may(wanted: str) -> bool:
    return bool(granted & Permission[wanted])


def call(f):
    return f("WRITE")


def use():
    both = Permission.READ | Permission.EXECUTE
    assert ~both & Permission.WRITE
    assert pickle.loads(pickle.dumps(both)) is both
    list(Permission.READ | Permission.WRITE)


def change():
    global granted
    granted = Permission.READ | Permission.WRITE
