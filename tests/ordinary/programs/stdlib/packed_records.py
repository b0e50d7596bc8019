"""A compiled struct format."""

import struct

import rememo

HEADER = struct.Struct("<HI")


@rememo.cache
def parse(data: bytes) -> tuple:
    return HEADER.unpack_from(data)


def call(f):
    return f(bytes(range(8)))


def use():
    assert HEADER.size == 6
    HEADER.pack(1, 2)


def change():
    global HEADER
    HEADER = struct.Struct(">HI")
